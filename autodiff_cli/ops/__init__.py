"""The table of operations: one row each, read by every part of adiff.

`TABLE` maps a name to its row, `FUNCTIONS` the spellings of the language to rows, and `Numbers` offers every operation on
floats: it is the F that derivative rules are given when numbers are wanted.
"""

from __future__ import annotations

from types import SimpleNamespace

from . import arithmetic, elementary, gamma, hyperbolic, logic, normal, piecewise, trigonometric
from .row import Edge, Operation

__all__ = ["CONSTANTS", "FUNCTIONS", "TABLE", "Edge", "Numbers", "Operation"]

TABLE: dict[str, Operation] = {}
for _family in (arithmetic, elementary, trigonometric, hyperbolic, normal, gamma, piecewise, logic):
    for _row in _family.OPERATIONS:
        _row.family = _family.__name__.rpartition(".")[2]
        TABLE[_row.name] = _row


def row_named(name: str) -> Operation:
    """The row of that name."""
    return TABLE[name]


Numbers = SimpleNamespace(**{name: row.fn for name, row in TABLE.items()})

CONSTANTS: dict[str, float] = {
    "pi": 3.141592653589793,
    "e": 2.718281828459045,
    "inf": float("inf"),
    "nan": float("nan"),
}

# What the language calls a function: every visible row under its own name, unless it is written by a symbol or a keyword.
FUNCTIONS: dict[str, Operation] = {
    name: row for name, row in TABLE.items() if not row.hidden and (row.notation is None or name == "pow")
}
del FUNCTIONS["logb"], FUNCTIONS["select"]
FUNCTIONS["ln"] = TABLE["log"]
FUNCTIONS["if"] = TABLE["select"]
