"""Programs as machine code over whole columns."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import AdiffError

if TYPE_CHECKING:
    from .careful import Careful
    from .kernel import Kernel, Result
    from .sums import Sums

__all__ = ["Careful", "Kernel", "Result", "Sums"]


def __getattr__(name: str) -> Any:
    """Loaded when asked for. Raises AdiffError where NumPy or llvmlite is missing."""
    if name not in __all__ and name != "arrays":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        if name == "arrays":
            return import_module(".arrays", __name__)
        return getattr(import_module(".careful" if name == "Careful" else ".kernel", __name__), name)
    except ImportError as missing:
        raise AdiffError(
            "usage", f"compiled formulas need {missing.name or 'NumPy and llvmlite'}, which is not installed",
            hint='pip install "autodiff-cli[data]"',
        ) from None  # fmt: skip
