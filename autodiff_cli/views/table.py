"""Answers as tables on a terminal, and as plain text in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..analysis.gradient import Gradient
from ..analysis.nudge import Nudge
from ..graph.note import NUMERIC, Note
from ..notation.numbers import aligned, number

# Wide enough that nothing is cut in a pipe, where there is no edge to wrap at.
PIPE_WIDTH = 10_000
NARROWEST = 30

Column = tuple[str, Sequence[str], str]


def console(*, stderr: bool = False) -> Console:
    """A console that wraps and colours on a terminal only; COLUMNS and NO_COLOR are honoured."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else PIPE_WIDTH
    found = Console(file=stream, width=width, highlight=False, soft_wrap=False, emoji=False, markup=False)
    found.width = max(found.width, NARROWEST)
    return found


def _table(title: str, columns: Sequence[Column]) -> Table:
    """A table of columns (heading, cells, style); numbers come aligned on their points."""
    table = Table(
        title=Text(title, style="bold") if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    padded = []
    for i, (heading, cells, style) in enumerate(columns):
        # Right-justified by hand: Rich would take the blanks behind a number that hold its point in line.
        width = _width(i, columns[i])
        table.add_column(
            heading.rjust(width), style=style, no_wrap=i > 0, overflow="fold", min_width=width if i else None
        )
        padded.append([cell.rjust(width) for cell in cells])
    for row in zip(*padded, strict=True):
        table.add_row(*(Text(cell) for cell in row))
    return table


def _width(i: int, column: Column) -> int:
    return 0 if i == 0 else max(len(column[0]), *(len(cell) for cell in column[1]))


def _blocks(columns: Sequence[Column], keys: int, room: int) -> list[list[Column]]:
    """The columns in as many tables as the width needs; each begins with the first `keys` ones, and none is cut."""
    first = list(columns[:keys])
    names = max(len(first[0][0]), *(cell_len(cell) for cell in first[0][1]))
    taken = min(names, max(12, room // 3)) + 1 + sum(_width(1, column) + 3 for column in first[1:])
    blocks: list[list[Column]] = []
    left = 0
    for column in columns[keys:]:
        width = _width(1, column) + 3
        if not blocks or width > left:
            blocks.append(list(first))
            left = room - taken
        blocks[-1].append(column)
        left -= width
    return blocks or [first]


def show(out: Console, table: Table) -> None:
    """Print a table; without the blanks that fill its lines where there is no terminal."""
    if out.is_terminal:
        out.print(table)
        return
    with out.capture() as captured:
        out.print(table)
    out.file.write("\n".join(line.rstrip() for line in captured.get().rstrip().splitlines()) + "\n")


def _numbers(xs: Iterable[float], digits: int) -> list[str]:
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
    quiet: bool = False,
) -> None:
    """One output: input, value, gradient. Several: a Jacobian, a row per input and a column per output."""
    out = console()
    columns: list[Column] = [
        ("input", list(names), "cyan"),
        ("value", _numbers((answer.inputs[name] for name in names), digits), ""),
    ]
    many = len(answer.outputs) > 1
    for output, each in answer.outputs.items():
        heading = f"d{output}/d·" if many else "gradient"
        columns.append((heading, _numbers((each.grad[name] for name in names), digits), "bold"))
        if elasticities is not None:
            heading = f"{output} %/%" if many else "% per %"
            columns.append((heading, _numbers((elasticities[output][name] for name in names), digits), ""))
    title = "   ".join(f"{output} = {number(each.value, digits)}" for output, each in answer.outputs.items())
    if names:
        for i, block in enumerate(_blocks(columns, 2, out.width)):
            show(out, _table(title if i == 0 else "", block))
    else:
        out.print(Text(title, style="bold"))
    if not quiet:
        write_notes(out, answer.notes)


def write_nudge(answer: Nudge, *, digits: int, quiet: bool = False) -> None:
    """Input by input what the step does, then the output before, predicted and after."""
    out = console()
    moves = answer.inputs
    columns: list[Column] = [("input", list(moves), "cyan")]
    for heading, style, cells in (
        ("old", "", [m.old for m in moves.values()]),
        ("grad", "bold", [m.grad for m in moves.values()]),
        ("step·grad", "", [m.change for m in moves.values()]),
        ("new", "bold", [m.new for m in moves.values()]),
    ):
        columns.append((heading, _numbers(cells, digits), style))
    for i, block in enumerate(_blocks(columns, 1, out.width)):
        show(out, _table(f"step {number(answer.step, digits)}" if i == 0 else "", block))
    if not out.is_terminal:  # on one the table ends in a blank line
        out.print()
    lines = {
        f"{answer.output} before": answer.before,
        f"{answer.output} predicted": answer.predicted,
        f"{answer.output} after": answer.after,
    }
    if answer.ratio == answer.ratio:  # where nothing changed and nothing was to, there is nothing to compare
        lines["actual/predicted change"] = answer.ratio
    labels, found = list(lines), _numbers(lines.values(), digits)
    width = max(len(label) for label in labels)
    for label, cell in zip(labels, found, strict=True):
        out.print(Text.assemble((f"{label:<{width}}  ", "cyan"), (cell.rstrip(), "bold" if "after" in label else "")))
    if not quiet:
        write_notes(out, answer.notes)
