"""adiff: differentiate expressions and draw their computation graphs.

>>> from autodiff_cli import grad
>>> grad("(a*b+c)*f", a=2, b=-3, c=10, f=-2).grad
{'a': 6.0, 'b': -4.0, 'c': -2.0, 'f': 4.0}
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "AdiffError",
    "Compiled",
    "Formula",
    "Gradient",
    "Hessian",
    "Look",
    "MapSummary",
    "Note",
    "Product",
    "Value",
    "compile",
    "draw",
    "grad",
    "hessian",
    "hvp",
    "map_batches",
    "map_table",
    "parse",
]

if TYPE_CHECKING:
    from .analysis.compiled import Compiled, compile  # noqa: A004 - the word that the field uses for it
    from .analysis.gradient import Gradient, grad
    from .analysis.hessian import Hessian, hessian
    from .analysis.hvp import Product, hvp
    from .errors import AdiffError
    from .graph.formula import Formula
    from .graph.note import Note
    from .graph.value import Value
    from .language import parse
    from .rows import map_batches, map_table
    from .rows.summary import MapSummary
    from .views import draw
    from .views.diagram import Look

# Loaded when asked for: the command starts without what it does not use.
_HOMES = {
    "AdiffError": "errors",
    "Compiled": "analysis.compiled",
    "Formula": "graph.formula",
    "Gradient": "analysis.gradient",
    "Hessian": "analysis.hessian",
    "Look": "views.diagram",
    "MapSummary": "rows.summary",
    "Note": "graph.note",
    "Product": "analysis.hvp",
    "Value": "graph.value",
    "compile": "analysis.compiled",
    "draw": "views",
    "grad": "analysis.gradient",
    "hessian": "analysis.hessian",
    "hvp": "analysis.hvp",
    "map_batches": "rows",
    "map_table": "rows",
    "parse": "language",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    if name in ("Formula", "Value", "parse"):  # what a notebook may display, or a program build by hand
        import_module(".views.notebook", __name__).register()
        import_module(".analysis.by_hand", __name__).register()
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
