"""The points of a plot as JSON objects and as comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from ..analysis.breaks import Break
from ..analysis.field import Field
from ..analysis.lines import Line
from ..analysis.point import gathered
from ..analysis.sampling import Sampled
from ..notation.numbers import literal, number
from .json import notes


def points(answer: Sampled | Field) -> dict[str, Any]:
    """The points of `plot --json`: over two inputs the values row by row, a row for each place of the second input."""
    if isinstance(answer, Sampled):
        curves = {curve.name: list(curve.values) for curve in answer.curves}
        return {"input": answer.input, "x": list(answer.xs), "curves": curves}
    slopes = {name: [[pair[k] for pair in row] for row in answer.gradient] for k, name in enumerate(answer.inputs)}
    return {
        "axes": list(answer.inputs),
        "x": list(answer.xs),
        "y": list(answer.ys),
        "values": [list(row) for row in answer.values],
        "gradient": {"x": list(answer.arrow_xs), "y": list(answer.arrow_ys), "partials": slopes},
    }


def about(answer: Sampled | Field, sizes: Mapping[str, int]) -> dict[str, Any]:
    """What a plot shows, without its points; the inputs that are held, a vector's parts as a list."""
    shown = _about_curves(answer) if isinstance(answer, Sampled) else _about_field(answer)
    return {**shown, "inputs": gathered(answer.held, sizes), "notes": notes(answer.notes)}


def _about_curves(answer: Sampled) -> dict[str, Any]:
    return {
        "range": [answer.low, answer.high],
        "labels": {curve.name: curve.label for curve in answer.curves},
        "poles": {curve.name: list(curve.poles) for curve in answer.curves},
        "jumps": {curve.name: [_jump(each) for each in curve.jumps] for curve in answer.curves},
        "lines": [_line(line) for line in answer.lines],
    }


def _about_field(answer: Field) -> dict[str, Any]:
    ends = [[each[0], each[-1]] for each in (answer.xs, answer.ys)]
    found = {
        "ranges": dict(zip(answer.inputs, ends, strict=True)),
        "label": answer.label,
        "levels": list(answer.levels),
    }
    walk = answer.walk
    if walk is not None:
        found["path"] = {
            "steps": walk.steps, "step": walk.step, "before": walk.before, "after": walk.after, "ended": walk.ended,
            "places": [list(place) for place in answer.trail],
        }  # fmt: skip
    return found


def _jump(each: Break) -> dict[str, float]:
    return {"x": each.x, "left": each.left, "value": each.value, "right": each.right}


def _line(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": line.kind, "curve": line.curve, "x": line.x, "y": line.y}
    if line.kind == "secant":
        found["h"] = line.h
    return {**found, "slope": line.slope, "intercept": line.intercept}


def write(out: TextIO, answer: Sampled | Field, digits: int | None) -> None:
    """A row for every place, the inputs first, then the values; numbers in full unless `digits` is given."""
    writer = csv.writer(out, lineterminator="\n")
    rows: Iterator[tuple[float, ...]]
    if isinstance(answer, Sampled):
        writer.writerow([answer.input, *(curve.name for curve in answer.curves)])
        rows = zip(answer.xs, *(curve.values for curve in answer.curves), strict=True)
    else:
        writer.writerow([*answer.inputs, answer.name])
        rows = (
            (x, y, z)
            for y, row in zip(answer.ys, answer.values, strict=True)
            for x, z in zip(answer.xs, row, strict=True)
        )
    writer.writerows([_shown(each, digits) for each in row] for row in rows)


def _shown(x: float, digits: int | None) -> str:
    return literal(x) if digits is None else number(x, digits)
