"""Display in a notebook: a Value or a Formula shows as its graph."""

from __future__ import annotations

from ..errors import AdiffError
from ..graph.formula import Formula
from ..graph.value import Value
from . import draw


def _svg(graph: Value | Formula) -> str | None:
    """The drawing, or None where there is too much of it: the notebook then shows the text."""
    try:
        return draw(graph)
    except AdiffError:
        return None


def register() -> None:
    """Give the graph's classes the method that notebooks ask for; the graph itself knows nothing of drawing."""
    Value._repr_svg_ = _svg  # type: ignore[attr-defined]
    Formula._repr_svg_ = _svg  # type: ignore[attr-defined]
