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


def indeterminate(plan: Plan, inputs: list[Any], columns: list[Any]) -> list[int]:
    """The rows in which a partial is NaN though value and inputs are not."""
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
        return []
    for x in inputs:
        if not isinstance(x, float):
            doubtful = pc.and_not(doubtful, pc.is_nan(x))
    rows: list[int] = pc.indices_nonzero(doubtful).to_pylist()
    return rows


def resolved_rows(formula: Formula, plan: Plan, inputs: list[Any], columns: list[Any], rows: list[int]) -> list[Any]:
    """The columns with some rows computed again by the scalar engine."""
    found: list[list[float]] = [[] for _ in columns]
    for row in rows:
        point = {
            name: x if isinstance(x, float) else x[row].as_py() for name, x in zip(formula.inputs, inputs, strict=True)
        }
        answer = gradient(formula, point, wrt=plan.wrt)
        each = (y for out in answer.outputs.values() for y in (out.value, *out.grad.values()))
        for column, y in zip(found, each, strict=True):
            column.append(y)
    places = pa.array(range(len(columns[0])), pa.int64())
    mask = pc.is_in(places, value_set=pa.array(rows, pa.int64()))
    return [pc.replace_with_mask(x, mask, pa.array(better, x.type)) for x, better in zip(columns, found, strict=True)]


def explained(formula: Formula, plan: Plan, inputs: tuple[float, ...], *, resolved: bool) -> tuple[str | None, str]:
    """The node that made a number of a row NaN or infinite, and what there is to say of it, be it resolved already or not."""
    point = dict(zip(formula.inputs, inputs, strict=True))
    answer = gradient(formula, point, wrt=plan.wrt)
    note = next((note for note in answer.notes if note.kind in _TELLING or note.phase is not None), None)
    if note is not None:
        return note.node, note.message if resolved else _once_resolved(note, answer)
    name = next((name for name, x in point.items() if not math.isfinite(x)), None)
    return name, f"{name} is {point[name]}" if name is not None else f"the number is beyond the range of {plan.dtype}"


def _once_resolved(note: Note, answer: Gradient) -> str:
    if answer.defined and note.kind not in ("overflow", "infinity"):
        return f"{note.message} (--exact-edges puts that in)"
    return note.message
