"""A walk of many steps as a table of some of its steps and a line of its output."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ..analysis.walk import Walk
from ..notation.numbers import number
from .table import Column, blocks, console, numbers, show, table_of, write_change, write_notes

MOST_ROWS = 20
MOST_INPUTS = 24
DIGITS = 6
_BARS = "▁▂▃▄▅▆▇█"
_LINE = 60
# Steps to show of each power of ten, the densest first.
_SERIES = ((1, 1.5, 2, 3, 4, 5, 6, 8), (1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))


def write_walk(answer: Walk, *, digits: int | None, every: bool = False, quiet: bool = False) -> None:
    """Some steps (all with `every`) with output and inputs, the line of the output, then before and after."""
    out = console()
    steps = list(range(answer.steps + 1)) if every else shown_steps(answer.steps)
    _write_steps(out, answer, steps, digits or DIGITS)
    left_out = answer.steps + 1 - len(steps)
    if left_out:
        out.print(Text(f"{_steps(left_out)} left out: --all shows every one", style="dim"))
    more = len(answer.moving) - MOST_INPUTS
    if more > 0:
        out.print(Text(f"{more:,} more inputs move: --json has them", style="dim"))
    held = [name for name, move in answer.inputs.items() if move.grad is None]
    if held:
        few = ", ".join(held[:MOST_INPUTS]) + (
            f" and {len(held) - MOST_INPUTS} more" if len(held) > MOST_INPUTS else ""
        )
        out.print(Text.assemble(("held  ", "cyan"), few))
    _write_line(out, answer)
    write_change(out, answer, digits or 10)
    if answer.converged:
        out.print(Text.assemble(("converged", "cyan"), f" after {_steps(answer.steps)}"))
    if not quiet:
        write_notes(out, answer.notes)


def shown_steps(last: int, most: int = MOST_ROWS) -> list[int]:
    """The first step, the last, and in between all, or ever fewer: so many of each power of ten."""
    if last < most:
        return list(range(last + 1))
    tens = [10**k for k in range(len(str(last)))]
    for series in _SERIES:
        found = sorted({0, last, *(int(ten * k) for ten in tens for k in series if ten * k < last)})
        if len(found) <= most:
            break
    return found


def _write_steps(out: Console, answer: Walk, steps: Sequence[int], digits: int) -> None:
    """The table of these steps, in blocks where the inputs do not fit beside each other."""
    width = max(len("step"), len(f"{answer.steps:,}"))
    columns: list[Column] = [
        ("step".rjust(width), [f"{k:>{width},}" for k in steps], "cyan"),
        (answer.output, numbers((answer.values[k] for k in steps), digits), "bold"),
    ]
    for name in answer.moving[:MOST_INPUTS]:
        xs = answer.along(name)
        columns.append((name, numbers((xs[k] for k in steps), digits), ""))
    extra = f", momentum {number(answer.momentum)}" if answer.momentum else ""
    title = f"{_steps(answer.steps)} of {number(answer.step)}{extra}"
    for i, block in enumerate(blocks(columns, 2, out.width)):
        show(out, table_of(title if i == 0 else "", block))
    if not out.is_terminal:  # on one the table ends in a blank line
        out.print()


def _write_line(out: Console, answer: Walk) -> None:
    """The output over the steps as a line of bars, where the stream can show it."""
    found = sparkline(answer.values, max(8, min(_LINE, out.width - len(answer.output) - 14)))
    if found and (sys.stdout.encoding or "").lower().startswith("utf"):
        line, scale = found
        out.print(Text.assemble((f"{answer.output}  ", "cyan"), line, (f"  {scale}" if scale else "", "dim")))
        out.print()


def sparkline(values: Sequence[float], width: int) -> tuple[str, str] | None:
    """A bar for each of so many evenly spaced values, and a word on the scale; None where there is nothing to compare.

    The scale is logarithmic where all values have one sign and the largest is more than a hundred times the smallest.
    """
    last = len(values) - 1
    if last < 1:
        return None
    count = min(width, last + 1)
    picked = [values[round(k * last / (count - 1))] for k in range(count)]
    finite = [x for x in picked if math.isfinite(x)]
    if not finite:
        return None
    low, high = min(finite), max(finite)
    logarithmic = (low > 0 or high < 0) and max(abs(low), abs(high)) / min(abs(low), abs(high)) > 100
    if logarithmic:
        sign = math.copysign(1.0, low)
        picked = [sign * math.log(abs(x)) if math.isfinite(x) else x for x in picked]
        finite = [x for x in picked if math.isfinite(x)]
        low, high = min(finite), max(finite)
    return "".join(_bar(x, low, high) for x in picked), "log scale" if logarithmic else ""


def _bar(x: float, low: float, high: float) -> str:
    if not math.isfinite(x):
        return "×"
    share = (x / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5
    return _BARS[min(len(_BARS) - 1, int(share * len(_BARS)))]


def _steps(count: int) -> str:
    return f"{count:,} step{'s' if count != 1 else ''}"
