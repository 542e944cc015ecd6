"""The numbers that a drawing shows: as far as the given inputs determine them."""

from __future__ import annotations

from typing import NamedTuple

from ..analysis.point import Given, complete
from ..graph.engine import backward, forward
from ..graph.formula import Formula


class Numbers(NamedTuple):
    """Values and adjoints by node, NaN where `open` says that they are not determined."""

    values: list[float]
    adjoints: list[float]
    valued: bool
    open: list[bool]


def numbers(formula: Formula, at: Given) -> Numbers:
    """Values and the first output's adjoints as far as the given inputs determine them.

    Raises AdiffError for a name that is no input.
    """
    point = complete(formula, at, partly=True)
    missing = [formula.index[node] for name, node in formula.input_values.items() if name not in point]
    undetermined = formula.depending(missing)
    values = forward(formula, point)
    root = next(iter(formula.output_nodes.values()))
    adjoints = backward(formula, values, root, masked=not missing)
    valued = bool(point) or not formula.inputs
    return Numbers(values, adjoints, valued, [u or bool(missing) for u in undetermined])
