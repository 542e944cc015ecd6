"""Columns in and out: a formula and its gradient for every row of a table."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import AdiffError

if TYPE_CHECKING:
    from .batched import map_batches
    from .table import map_table

__all__ = ["map_batches", "map_table"]

_HOMES = {"map_batches": "batched", "map_table": "table"}


def __getattr__(name: str) -> Any:
    """Loaded when asked for. Raises AdiffError where pyarrow is missing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        home = import_module(f".{_HOMES[name]}", __name__)
    except ImportError as missing:
        raise AdiffError(
            "usage", f"tables need {missing.name or 'pyarrow'}, which is not installed",
            hint='install it: pip install "autodiff-cli[data]"',
        ) from None  # fmt: skip
    return getattr(home, name)
