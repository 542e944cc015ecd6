"""Rows on which the scalar engine has the last word."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..analysis.gradient import Gradient, gradient
from ..graph.formula import Formula
from ..graph.note import Note
from .binding import Plan

_TELLING = ("undefined", "indeterminate", "overflow", "infinity")


def resolved_rows(formula: Formula, plan: Plan, inputs: list[Any], columns: list[Any]) -> tuple[list[Any], int]:
    """The columns with each row computed again in which a partial is NaN though value and inputs are not; how many these are."""
    width = len(plan.wrt) + 1
    doubtful = None
    for k in range(0, len(columns), width):
        nan = None
        for x in columns[k + 1 : k + width]:
            nan = pc.is_nan(x) if nan is None else pc.or_(nan, pc.is_nan(x))
        if nan is not None:
            here = pc.and_not(nan, pc.is_nan(columns[k]))
            doubtful = here if doubtful is None else pc.or_(doubtful, here)
    if doubtful is None:
        return columns, 0
    for x in inputs:
        if not isinstance(x, float):
            doubtful = pc.and_not(doubtful, pc.is_nan(x))
    rows = pc.indices_nonzero(doubtful)
    if not len(rows):
        return columns, 0
    found: list[list[float]] = [[] for _ in columns]
    for row in rows.to_pylist():
        point = {
            name: x if isinstance(x, float) else x[row].as_py() for name, x in zip(formula.inputs, inputs, strict=True)
        }
        answer = gradient(formula, point, wrt=plan.wrt)
        each = (y for out in answer.outputs.values() for y in (out.value, *out.grad.values()))
        for column, y in zip(found, each, strict=True):
            column.append(y)
    return [
        pc.replace_with_mask(x, doubtful, pa.array(better, x.type)) for x, better in zip(columns, found, strict=True)
    ], len(rows)


def explained(formula: Formula, plan: Plan, inputs: tuple[float, ...]) -> tuple[str | None, str]:
    """The node that made a number of a row NaN or infinite, and what there is to say of it."""
    point = dict(zip(formula.inputs, inputs, strict=True))
    answer = gradient(formula, point, wrt=plan.wrt)
    note = next((note for note in answer.notes if note.kind in _TELLING or note.phase is not None), None)
    if note is not None:
        return note.node, _once_resolved(note, answer)
    name = next((name for name, x in point.items() if not math.isfinite(x)), None)
    return name, f"{name} is {point[name]}" if name is not None else f"the number is beyond the range of {plan.dtype}"


def _once_resolved(note: Note, answer: Gradient) -> str:
    if answer.defined and note.kind not in ("overflow", "infinity"):
        return f"{note.message} (--exact-edges puts that in)"
    return note.message
