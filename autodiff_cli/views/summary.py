"""What became of a table: on stderr, as text or JSON; and sums and means over its rows."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from textwrap import fill
from typing import Any

from ..analysis.point import gathered
from ..notation.numbers import counted, number
from ..rows.summary import FirstNonFinite, FirstRow, MapSummary

_MOST_INPUTS = 8
_MANY = 10_000
_AS_GRAD = "computed as grad does"
_BETTER = "--exact-edges computes such rows as grad does"


def summary(answer: MapSummary) -> dict[str, Any]:
    """The object of `map --summary json`."""
    first = answer.first_nonfinite
    found: dict[str, Any] = {
        "rows": answer.rows,
        "seconds": round(answer.seconds, 6),
        "rows_per_second": round(answer.rows_per_second, 1),
        "nonfinite": answer.nonfinite,
        "first_nonfinite": None,
        "nulls": answer.nulls,
        "skipped": answer.skipped,
        "bad": answer.bad,
        "resolved": answer.resolved,
        "out_of_range": answer.out_of_range,
        "first_out_of_range": _row(answer.first_out_of_range),
        "at_equality": answer.at_equality,
        "first_at_equality": _row(answer.first_at_equality),
        "columns": list(answer.columns),
        "written": answer.written,
    }
    if answer.partitions is not None:
        found |= {"partitions": answer.partitions, "workers": answer.workers}
    if first is not None:
        found["first_nonfinite"] = {
            "file": first.file, "row": first.row, "inputs": first.inputs, "node": first.node, "message": first.message,
        }  # fmt: skip
    return found


def _row(first: FirstRow | None) -> dict[str, Any] | None:
    return None if first is None else {"file": first.file, "row": first.row, "inputs": first.inputs}


def write_summary(answer: MapSummary) -> None:
    """The same in a few lines."""
    found = lines(answer)
    if sys.stderr.isatty():
        width = max(40, get_terminal_size().columns)
        found = [fill(line, width, subsequent_indent="  ", break_on_hyphens=False) for line in found]
    sys.stderr.write("\n".join([*found, ""]))


def lines(answer: MapSummary) -> list[str]:
    """What there is to say, most often one line."""
    found = [f"{counted(answer.rows, 'row')} in {_seconds(answer.seconds)}"]
    if answer.seconds >= 1 and answer.rows >= _MANY:  # else it is the start that takes the time
        found[0] += f", {_rate(answer.rows_per_second)}"
    if answer.partitions is not None and answer.workers is not None:
        found.append(f"{counted(answer.partitions, 'partition')} on {counted(answer.workers, 'worker')}")
    if answer.bad and answer.skipped:
        found.append(
            f"{counted(answer.skipped, 'row')} left out: a field that is no number, or too few or too many fields"
        )
    elif answer.bad:
        found.append(
            f"{counted(answer.bad, 'row')} without new values: a field that is no number, or too few or too many fields"
        )
    nulls = answer.nulls - (answer.bad if not answer.skipped else 0)
    if nulls > 0:
        where = "left out" if answer.reduced is not None else "null in the new columns too"
        found.append(f"{counted(nulls, 'row')} with a null: {where}")
    indeterminate = answer.resolved - answer.out_of_range - answer.at_equality
    if indeterminate > 0:
        found.append(f"{counted(indeterminate, 'row')} with an indeterminate partial, resolved by one-sided slopes")
    if answer.first_out_of_range is not None:
        rows, where = counted(answer.out_of_range, "row"), _where(answer.first_out_of_range)
        found.append(f"{rows} left the range of doubles on the way, first in {where}:")
        found.append(f"  {_AS_GRAD if answer.resolved else 'the numbers there may be off; ' + _BETTER}")
    if answer.first_at_equality is not None:
        rows, where = counted(answer.at_equality, "row"), _where(answer.first_at_equality)
        found.append(f"{rows} at the point of an equality, first in {where}:")
        found.append(f"  {_AS_GRAD if answer.resolved else 'the slopes are those of the side taken; ' + _BETTER}")
    if answer.first_nonfinite is not None:
        are = "number is" if answer.nonfinite == 1 else "numbers are"
        found.append(f"{answer.nonfinite:,} {are} NaN or infinite, first in {_where(answer.first_nonfinite)}:")
        found.append(f"  {answer.first_nonfinite.message}")
    return found


def _where(first: FirstNonFinite | FirstRow) -> str:
    point = [f"{name} = {number(x)}" for name, x in first.inputs.items()]
    if len(point) > _MOST_INPUTS:
        point = [*point[:_MOST_INPUTS], f"{len(point) - _MOST_INPUTS} more"]
    return f"{first.file}, row {first.row:,}, at {', '.join(point)}"


def _seconds(x: float) -> str:
    return f"{x * 1000:.0f} ms" if x < 1 else f"{x:.1f} s" if x < 100 else f"{x / 60:.0f} min {x % 60:.0f} s"


def _rate(x: float) -> str:
    return f"{x / 1e6:.1f} million a second" if x >= 1e6 else f"{float(f'{x:.3g}'):,.0f} a second"


def reduced(answer: MapSummary, how: str) -> dict[str, Any]:
    """The object of `map --sum --json` and `map --mean --json`."""
    assert answer.reduced is not None
    outputs = {
        name: {"value": each.value, "grad": gathered(each.grad, answer.sizes)} for name, each in answer.reduced.items()
    }
    head = {"reduce": how, "rows": answer.rows - answer.nulls - answer.skipped}
    if len(outputs) == 1:
        ((name, only),) = outputs.items()
        return {"output": name, **only, **head}
    return {"outputs": outputs, **head}


def write_reduced(answer: MapSummary, how: str, digits: int) -> None:
    """Sums or means on standard output: the value of each output, and a row for each input with the partials by it."""
    from rich.text import Text

    from .table import Column, blocks, console, numbers, show, table_of

    assert answer.reduced is not None
    out = console()
    rows = answer.rows - answer.nulls - answer.skipped
    values = [f"{name} = {number(each.value, digits)}" for name, each in answer.reduced.items()]
    out.print(Text(f"{'   '.join(values)}   {how} over {counted(rows, 'row')}", style="bold"))
    names = list(next(iter(answer.reduced.values())).grad)
    columns: list[Column] = [("input", names, "cyan")]
    many = len(answer.reduced) > 1
    for name, each in answer.reduced.items():
        columns.append((f"d{name}/d·" if many else "gradient", numbers(each.grad.values(), digits), "bold"))
    for block in blocks(columns, 1, out.width) if names else ():
        show(out, table_of("", block))
