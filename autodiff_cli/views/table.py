"""Answers as tables on a terminal, and as plain text in a pipe."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..analysis.gradient import Gradient
from ..analysis.nudge import Nudge
from ..graph.note import NUMERIC, Note
from ..notation.numbers import aligned, number

if TYPE_CHECKING:
    from ..analysis.trust import Trust
    from ..analysis.walk import Walk

# Wide enough that nothing is cut in a pipe, where there is no edge to wrap at.
PIPE_WIDTH = 10_000
NARROWEST = 30
_ALL_DIGITS = 16.0

Column = tuple[str, Sequence[str], str]


class _Quiet(Console):
    """A console that leaves a reader who has gone to the command, which ends by the usual code."""

    def on_broken_pipe(self) -> None:
        """Rich itself would exit 1."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """A console that wraps and colours on a terminal only; COLUMNS and NO_COLOR are honoured."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else PIPE_WIDTH
    found = _Quiet(file=stream, width=width, highlight=False, soft_wrap=False, emoji=False, markup=False)
    found.width = max(found.width, NARROWEST)
    return found


def table_of(title: str, columns: Sequence[Column]) -> Table:
    """A table of columns (heading, cells, style); numbers come aligned on their points."""
    table = Table(
        title=Text(title, style="bold") if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    padded = []
    for i, (heading, cells, style) in enumerate(columns):
        # Right-justified by hand: Rich would take the blanks behind a number that hold its point in line.
        width = width_of(i, columns[i])
        table.add_column(
            heading.rjust(width), style=style, no_wrap=i > 0, overflow="fold", min_width=width if i else len(heading)
        )
        padded.append([cell.rjust(width) for cell in cells])
    for row in zip(*padded, strict=True):
        table.add_row(*(Text(cell) for cell in row))
    return table


def width_of(i: int, column: Column) -> int:
    """The cells that column number i takes; 0 for the first, which folds."""
    return 0 if i == 0 else max(len(column[0]), *(len(cell) for cell in column[1]))


def blocks(columns: Sequence[Column], keys: int, room: int) -> list[list[Column]]:
    """The columns in as many tables as the width needs; each begins with the first `keys` ones, and none is cut."""
    first = list(columns[:keys])
    names = max(len(first[0][0]), *(cell_len(cell) for cell in first[0][1]))
    taken = min(names, max(12, room // 3)) + 1 + sum(width_of(1, column) + 3 for column in first[1:])
    found: list[list[Column]] = []
    left = 0
    for column in columns[keys:]:
        width = width_of(1, column) + 3
        if not found or width > left:
            found.append(list(first))
            left = room - taken
        found[-1].append(column)
        left -= width
    return found or [first]


def show(out: Console, table: Table) -> None:
    """Print a table; without the blanks that fill its lines where there is no terminal. Its title may be wider than it."""
    if table.title:
        out.print(table.title)
        table.title = None
    if out.is_terminal:
        out.print(table)
        return
    with out.capture() as captured:
        out.print(table)
    out.file.write("\n".join(line.rstrip() for line in captured.get().rstrip().splitlines()) + "\n")


def numbers(xs: Iterable[float], digits: int) -> list[str]:
    """Numbers as texts in line on their points."""
    return aligned([number(x, digits) for x in xs])


def write_notes(out: Console, notes: Iterable[Note]) -> None:
    """The notes, each with where it speaks of."""
    listed = list(notes)
    if listed and not out.is_terminal:
        out.print()
    for note in listed:
        where = f" (line {note.span.line}, column {note.span.column})" if note.span else ""
        style = "yellow" if note.kind in NUMERIC else "dim"
        out.print(Text.assemble((f"{note.kind}: ", style), note.message, (where, "dim")))


def write_gradient(
    answer: Gradient,
    names: Sequence[str],
    *,
    digits: int,
    elasticities: Mapping[str, Mapping[str, float]] | None = None,
    trusts: Mapping[str, Trust] | None = None,
    quiet: bool = False,
) -> None:
    """One output: input, value, gradient. Several: a Jacobian, a row per input and a column per output."""
    out = console()
    columns: list[Column] = [
        ("input", list(names), "cyan"),
        ("value", numbers((answer.inputs[name] for name in names), digits), ""),
    ]
    many = len(answer.outputs) > 1
    for output, each in answer.outputs.items():
        heading = f"d{output}/d·" if many else "gradient"
        columns.append((heading, numbers((each.grad[name] for name in names), digits), "bold"))
        if elasticities is not None:
            heading = f"{output} %/%" if many else "% per %"
            columns.append((heading, numbers((elasticities[output][name] for name in names), digits), ""))
        if trusts is not None:
            columns += _trust_columns(trusts[output], names, output if many else "")
    title = "   ".join(f"{output} = {number(each.value, digits)}" for output, each in answer.outputs.items())
    if names:
        for i, block in enumerate(blocks(columns, 2, out.width)):
            show(out, table_of(title if i == 0 else "", block))
    else:
        out.print(Text(title, style="bold"))
    if trusts is not None:
        _write_trust(out, trusts)
    if not quiet:
        write_notes(out, answer.notes)


def _trust_columns(trust: Trust, names: Sequence[str], output: str) -> list[Column]:
    """How many digits of each partial are right, and how many the bound of rounding promises."""
    partials = [trust.grad[name] for name in names]
    prefix = f"{output} " if output else ""
    return [
        (f"{prefix}digits right", aligned([digits_told(each.right) for each in partials]), ""),
        (f"{prefix}promised", aligned([digits_told(each.promised) for each in partials]), "dim"),
    ]


def _write_trust(out: Console, trusts: Mapping[str, Trust]) -> None:
    """The same of the outputs themselves."""
    if not out.is_terminal:
        out.print()
    for output, trust in trusts.items():
        right, promised = digits_told(trust.value.right), digits_told(trust.value.promised)
        out.print(Text.assemble((f"digits right of {output}  ", "cyan"), right, (f"  (promised {promised})", "dim")))


def digits_told(digits: float | None) -> str:
    """So many digits of a double: all, 15.3, or a question mark where nobody can tell."""
    if digits is None:
        return "?"
    return "all" if digits >= _ALL_DIGITS else f"{math.floor(digits * 10.0) / 10.0:.1f}"


def write_nudge(answer: Nudge, *, digits: int, quiet: bool = False) -> None:
    """Input by input what the step does, then the output before, predicted and after, and how far the promise holds."""
    out = console()
    moves = answer.inputs
    grads = iter(numbers((m.grad for m in moves.values() if m.grad is not None), digits))
    columns: list[Column] = [
        ("input", list(moves), "cyan"),
        ("old", numbers((m.old for m in moves.values()), digits), ""),
        ("grad", ["held" if m.grad is None else next(grads) for m in moves.values()], "bold"),
        ("step·grad", numbers((m.change for m in moves.values()), digits), ""),
        ("new", numbers((m.new for m in moves.values()), digits), "bold"),
    ]
    for i, block in enumerate(blocks(columns, 1, out.width)):
        show(out, table_of(f"step {number(answer.step, digits)}" if i == 0 else "", block))
    if not out.is_terminal:  # on one the table ends in a blank line
        out.print()
    write_change(out, answer, digits)
    if not quiet:
        write_notes(out, answer.notes)


def write_change(out: Console, answer: Nudge | Walk, digits: int) -> None:
    """The output before and after, and the longest step that keeps the promise; of a single step also what it promised.

    The promises of a walk are each about the next step alone: their sum is no prediction.
    """
    lines = {f"{answer.output} before": answer.before}
    single = isinstance(answer, Nudge)
    if single:
        lines[f"{answer.output} predicted"] = answer.predicted
    lines[f"{answer.output} after"] = answer.after
    if single and answer.ratio == answer.ratio:  # where nothing changed and nothing was to, there is nothing to compare
        lines["actual/predicted change"] = answer.ratio
    found = dict(zip(lines, numbers(lines.values(), digits), strict=True))
    if answer.largest_step is not None:
        known = math.isfinite(answer.largest_step)
        found["promise holds to 10%"] = f"up to step {number(answer.largest_step, 3)}" if known else "at any step"
    width = max(len(label) for label in found)
    for label, cell in found.items():
        out.print(Text.assemble((f"{label:<{width}}  ", "cyan"), (cell.rstrip(), "bold" if "after" in label else "")))
