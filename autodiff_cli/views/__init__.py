"""Answers made visible: tables, JSON, pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..graph.formula import Formula
    from ..graph.value import Value
    from .diagram import Look


def draw(
    formula: Formula | Value | str,
    /,
    path: str | Path | Mapping[str, Any] | None = None,
    at: Mapping[str, Any] | None = None,
    *,
    layout: str | None = None,
    theme: str = "auto",
    rankdir: str = "LR",
    look: Look | None = None,
    **inputs: float | Sequence[float],
) -> str:
    """The computation graph with data and gradients, as SVG text; written to `path` too, in the format of its suffix.

    `draw("(a*b+c)*f", a=2, b=-3, c=10, f=-2)`, `draw(text, {"a": 2})`, `draw(text, "graph.png", {"a": 2})`, `draw(value)`.
    Inputs may be left without numbers; those called as a parameter here are given in a mapping.
    `layout` is "system" (the dot program), "embedded", or None for whichever is there; `theme` "light", "dark", or "auto"
    (an SVG then follows its reader's system); `rankdir` "LR", "RL", "TB" or "BT". `look` says what is shown: what edges tell,
    depth, folding (`Look(edges="flow", fold=("f",))`).
    Raises AdiffError for a wrong text, name, suffix or path, and for a graph too large to lay out.
    """
    from ..analysis.gradient import as_formula
    from . import render
    from .compose import compose
    from .dot import drawing

    if isinstance(path, Mapping):
        path, at = None, path
    point = {**(at or {}), **inputs}
    drawn = drawing(compose(as_formula(formula, point), point, look), rankdir=rankdir, theme=theme)
    if path is not None:
        target = Path(path)
        render.write(target, render.render(drawn, render.format_of(target), layout))
    return render.render(drawn, "svg", layout).decode("utf-8")
