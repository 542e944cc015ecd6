"""Answers made visible: tables, JSON, pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..graph.formula import Formula
    from ..graph.value import Value


def draw(
    formula: Formula | Value | str,
    /,
    path: str | Path | Mapping[str, Any] | None = None,
    at: Mapping[str, Any] | None = None,
    *,
    layout: str | None = None,
    **inputs: float | Sequence[float],
) -> str:
    """The computation graph with data and gradients, as SVG text; written to `path` too, in the format of its suffix.

    `draw("(a*b+c)*f", a=2, b=-3, c=10, f=-2)`, `draw(text, {"a": 2})`, `draw(text, "graph.png", {"a": 2})`, `draw(value)`.
    Inputs may be left without numbers; those called path, at or layout are given in a mapping.
    `layout` is "system" (the dot program), "embedded", or None for whichever is there.
    Raises AdiffError for a wrong text, name, suffix or path, and for a graph too large to lay out.
    """
    from ..analysis.gradient import as_formula
    from . import render
    from .dot import drawing

    if isinstance(path, Mapping):
        path, at = None, path
    point = {**(at or {}), **inputs}
    drawn = drawing(as_formula(formula, point), point)
    if path is not None:
        target = Path(path)
        render.write(target, render.render(drawn, render.format_of(target), layout))
    return render.render(drawn, "svg", layout).decode("utf-8")
