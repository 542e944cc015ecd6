"""A check as tables: every input with its slopes, a sweep of steps, the error over the steps, and the verdict."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Sequence

from rich.console import Console
from rich.text import Text

from ..analysis.check import Check, InputCheck
from ..analysis.claims import told
from ..analysis.differences import Slopes
from ..notation.numbers import number
from .table import Column, blocks, console, numbers, show, table_of, write_notes

# The sweeps of more inputs than this are shown only on demand.
MOST_SWEEPS = 1
_DIGITS = 10
_COLOURS = {"right": "green", "wrong": "red", "kink": "yellow", "ill-conditioned": "yellow"}
# Decades of error in the picture, the highest and the lowest.
_TOP, _FLOOR = 3, -17
_ASCII = str.maketrans("│└─", "|+-")


def notebook(answer: Check, digits: int | None) -> str:
    """The notebook's lines for every input: where it is, h, the slope, and the theoretical slope."""

    def shown(x: float) -> str:
        return repr(x) if digits is None else number(x, digits)

    found = []
    for name, each in answer.inputs.items():
        assert answer.h is not None
        lines = dict(answer.point)
        many = len(lines) > 1
        if many:
            lines[name] += answer.h
        lines["h"] = answer.h
        if many:
            lines[f"{answer.output}1"] = answer.value
            lines[f"{answer.output}2"] = answer.after[name]
        text = [f"{label}={shown(x)}" for label, x in lines.items()]
        found.append(
            "\n".join([*text, f"slope={shown(each.sweep.numeric)}", f"theoretical slope:{shown(each.gradient)}"]) + "\n"
        )
    return "\n".join(found)


def write_check(
    answer: Check, *, digits: int | None, sweeps: bool = False, quiet: bool = False,
    picture: Callable[[InputCheck, str], str] | None = None,
) -> None:  # fmt: skip
    """Every input and the verdicts, the sweep of the only one (or of all with `sweeps`), its error drawn by `picture`.

    What is asked about a derivative by hand, or quietly, is answered without a sweep unless that is asked for.
    """
    out = console()
    _write_inputs(out, answer, digits or _DIGITS)
    asked = answer.by_hand is not None
    if asked:
        _gap(out)
        _write_all(out, answer)
    if sweeps or (len(answer.inputs) <= MOST_SWEEPS and not asked and not quiet):
        for name, each in answer.inputs.items():
            _write_sweep(out, name, each, digits or _DIGITS)
            _write_picture(out, name, each, picture)
    elif not quiet:
        _gap(out)
        out.print(Text(f"the sweep{' of every input' * (len(answer.inputs) > 1)}: --sweep", style="dim"))
    elif not asked:
        _gap(out)
    if not asked:
        _write_all(out, answer)
    if not quiet:
        write_notes(out, answer.notes)


def _write_all(out: Console, answer: Check) -> None:
    """The verdicts. Of several inputs the table says already which are right."""
    for name, each in answer.inputs.items():
        _write_verdict(out, answer.output, name, each, short=len(answer.inputs) > 1)


def _gap(out: Console) -> None:
    if not out.is_terminal:  # on one a table ends in a blank line
        out.print()


def _write_inputs(out: Console, answer: Check, digits: int) -> None:
    each = list(answer.inputs.values())
    columns: list[Column] = [
        ("input", list(answer.inputs), "cyan"),
        ("value", numbers((one.value for one in each), digits), ""),
        ("h", numbers((one.sweep.h for one in each), 3), ""),
        ("slope", numbers((one.sweep.numeric for one in each), digits), ""),
        ("theoretical slope", numbers((one.gradient for one in each), digits), "bold"),
        ("error", numbers((one.error for one in each), 2), ""),
        ("verdict", _padded(one.verdict for one in each), ""),
    ]
    if answer.by_hand is not None:
        hands = [one.claim for one in each]
        columns += [
            ("by hand", numbers((math.nan if hand is None else hand.value for hand in hands), digits), "bold"),
            ("hand's verdict", _padded("" if hand is None else hand.verdict for hand in hands), ""),
        ]
        # What slopes say is that of the sweep: on a narrow terminal the answer stands in one table without it.
        if len(blocks(columns, 1, out.width)) > 1:
            columns = [column for column in columns if column[0] not in ("h", "slope", "error")]
    title = f"{answer.output} = {number(answer.value, digits)}"
    for i, block in enumerate(blocks(columns, 1, out.width)):
        show(out, table_of(title if i == 0 else "", block))


def _padded(words: Iterable[str]) -> list[str]:
    """Words from the left, in a column that is set from the right."""
    found = list(words)
    return [word.ljust(max(map(len, found))) for word in found]


def _write_sweep(out: Console, name: str, each: InputCheck, digits: int) -> None:
    """The slopes and their errors for every step, and below them the orders and the best of the other methods."""
    rows = each.sweep.rows
    columns: list[Column] = [("h", [number(row.h, 3) for row in rows], "cyan")]
    methods = {"forward": [row.forward for row in rows], "central": [row.central for row in rows]}
    for heading, slopes in methods.items():
        columns.append((heading, numbers(slopes, digits), ""))
        columns.append(("error", numbers((_off(x, each.gradient) for x in slopes), 2), "dim"))
    _gap(out)
    for i, block in enumerate(blocks(columns, 1, out.width)):
        show(out, table_of(f"steps in {name}" if i == 0 else "", block))
    lines = {}
    for heading, order in (("forward", each.order.forward), ("central", each.order.central)):
        lines[f"order of {heading}"] = "no error above rounding" if order is None else number(order, 3)
    if math.isfinite(each.sweep.richardson):
        lines["Richardson"] = _with_error(each.sweep.richardson, each, digits)
    if each.sweep.complex is not None:
        lines["complex step"] = _with_error(each.sweep.complex, each, digits)
    _gap(out)
    for label, value in lines.items():
        out.print(Text.assemble((f"{label:<18}", "cyan"), value))


def _with_error(x: float, each: InputCheck, digits: int) -> str:
    return f"{number(x, digits)}, error {number(_off(x, each.gradient), 2)}"


def _off(x: float, gradient: float) -> float:
    return 0.0 if x == gradient else abs(x - gradient)


def _write_picture(out: Console, name: str, each: InputCheck, picture: Callable[[InputCheck, str], str] | None) -> None:
    """The error over h, where there is any, by `picture` or in plain characters, between empty lines."""
    drawn = picture(each, name) if picture is not None else "\n".join(vee(each.sweep.rows, each.gradient))
    if not (sys.stdout.encoding or "").lower().startswith("utf"):
        drawn = drawn.translate(_ASCII)
    out.file.write(f"\n{drawn.rstrip()}\n\n" if drawn.strip() else "\n")


def vee(rows: Sequence[Slopes], gradient: float) -> list[str]:
    """The error over h in characters, both by decades: f forward, c central, i complex step, * where two meet."""
    marks: dict[tuple[int, int], str] = {}
    for k, row in enumerate(rows):
        for sign, x in (("f", row.forward), ("c", row.central), ("i", row.complex)):
            if x is not None and math.isfinite(x - gradient):
                place = (_decade(_off(x, gradient)), k)
                marks[place] = sign if place not in marks else "*"
    if not marks:
        return []
    known = sorted({row for row, _ in marks} - {_FLOOR})
    decades = list(range(known[-1], known[0] - 1, -1)) if known else []
    if any(row == _FLOOR for row, _ in marks):
        decades.append(_FLOOR)
    found = ["error (f forward, c central, i complex step, * both)"]
    for decade in decades:
        label = "0" if decade == _FLOOR else f"1e{decade}"
        line = "".join(f"{marks.get((decade, k), ''):>4}" for k in range(len(rows)))
        found.append(f"{label:>6} │{line}".rstrip())
    found.append("       └" + "─" * (4 * len(rows) + 1))
    ends = number(rows[0].h, 3), number(rows[-1].h, 3)
    found.append(f"        h {ends[0]}{ends[1]:>{4 * len(rows) - 2 - len(ends[0])}}")
    return found


def _decade(error: float) -> int:
    """The decade of an error, within what is shown."""
    return _FLOOR if error == 0 else min(_TOP, max(_FLOOR + 1, math.floor(math.log10(error))))


def write_verdicts(answer: Check) -> None:
    """A line for every input, on stderr: stdout has the notebook's."""
    out = console(stderr=True)
    for name, each in answer.inputs.items():
        _write_verdict(out, answer.output, name, each)


def _write_verdict(out: Console, output: str, name: str, each: InputCheck, *, short: bool = False) -> None:
    verdict = each.judgement.verdict
    if not (short and each.judgement.verdict == "right"):
        whose = "adiff " if each.claim is not None else ""
        out.print(
            Text.assemble((f"{name}: {whose}{verdict}", f"bold {_COLOURS[verdict]}"), f"  {each.judgement.reason}")
        )
    if each.claim is not None:
        word = each.claim.verdict
        style = _COLOURS[word]
        out.print(Text.assemble((f"{name}: by hand {word}", f"bold {style}"), f"  {told(each.claim, name, output)}"))
