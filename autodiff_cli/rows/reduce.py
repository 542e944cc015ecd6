"""Sums and means over all rows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ..kernel import Sums
from .binding import Plan
from .compute import engine
from .summary import Reduced


def reduced(plan: Plan, sums: Sums | None, how: str) -> dict[str, Reduced]:
    """The sum, or the mean, of value and partials by output. Over no rows sums are 0, and means NaN."""
    formula, _ = engine(plan)
    width = len(plan.wrt) + 1
    totals = sums.totals if sums is not None else [0.0] * (len(formula.outputs) * width)
    rows = sums.rows if sums is not None else 0
    if how == "mean":
        totals = [total / rows if rows else float("nan") for total in totals]
    return {
        output: Reduced(totals[k * width], dict(zip(plan.wrt, totals[k * width + 1 : (k + 1) * width], strict=True)))
        for k, output in enumerate(formula.outputs)
    }


def table_of(found: dict[str, Reduced], prefix: str) -> Any:
    """One row: for each output its value and partials, under the names that columns would have."""
    row = {}
    for output, each in found.items():
        row[f"{prefix}{output}"] = each.value
        row |= {f"{prefix}d{output}_d{name}": x for name, x in each.grad.items()}
    return pa.table({name: pa.array([x], pa.float64()) for name, x in row.items()})
