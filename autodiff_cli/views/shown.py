"""The numbers that a drawing shows: as far as the given inputs determine them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from ..analysis.evaluated import Evaluated
from ..analysis.gradient import answered
from ..analysis.point import Given, complete
from ..graph.engine import NOTHING, backward, forward, pulled
from ..graph.formula import Formula
from ..graph.note import Note


class Numbers(NamedTuple):
    """Values and adjoints by node, NaN where `open` says that they are not determined.

    What is beyond doubles has its true magnitude. `notes` are those of the point, `broken` the operations that make an infinity
    or NaN of better numbers, forward or backward. `evaluated` is there where every input has a number.
    """

    values: list[float]
    adjoints: list[float]
    valued: bool
    open: list[bool]
    notes: tuple[Note, ...] = ()
    broken: frozenset[int] = frozenset()
    evaluated: Evaluated | None = None
    root: int = 0

    def passed(self, i: int, formula: Formula) -> tuple[dict[int, float], dict[int, float]]:
        """What an operation passes back: by slot of its chosen operands the local derivative, and upstream times that."""
        if self.evaluated is not None:
            return self.evaluated.passed(self.root, i)
        node = formula.nodes[i]
        assert node.op is not None, "a leaf passes nothing back"
        z, xs = self.values[i], [self.values[formula.index[x]] for x in node.operands]
        u = self.adjoints[i]
        return dict(pulled(node.op, 1.0, z, xs)), {} if u is NOTHING else dict(pulled(node.op, u, z, xs))


def numbers(formula: Formula, at: Given) -> Numbers:
    """Values and the first output's adjoints as far as the given inputs determine them.

    Raises AdiffError for a name that is no input.
    """
    point = complete(formula, at, partly=True)
    missing = [formula.index[node] for name, node in formula.input_values.items() if name not in point]
    root = next(iter(formula.output_nodes.values()))
    valued = bool(point) or not formula.inputs
    if missing or not valued:
        undetermined = formula.depending(missing)
        values = forward(formula, point)
        adjoints = backward(formula, values, root, masked=not missing)
        return Numbers(values, adjoints, valued, [u or bool(missing) for u in undetermined])
    names = formula.inputs
    evaluated = Evaluated(formula, point, [formula.index[formula.input_values[name]] for name in names])
    answer = answered(evaluated, names)
    values, swept = evaluated.shown()
    adjoints = list(swept[root])
    for name, place in zip(names, evaluated.places, strict=True):
        known = answer.outputs[formula.outputs[0]].grad[name]
        # What grad found by slopes beside the point; a number beyond doubles stays what it is.
        if known != adjoints[place] and not (adjoints[place] is NOTHING and known == 0):
            adjoints[place] = known
    told = tuple(note for note in answer.notes if note not in formula.notes)
    broken = frozenset(_broken(formula, *evaluated.alike(), root))
    return Numbers(list(values), adjoints, valued, [False] * len(values), told, broken, evaluated, root)


def _broken(formula: Formula, values: Sequence[float], adjoints: dict[int, list[float]], root: int) -> list[int]:
    """The operations that make an infinity or NaN of finite numbers."""
    found = []
    for i, row, operands in formula.steps:
        xs, z, u = [values[j] for j in operands], values[i], adjoints[root][i]
        if u is NOTHING or not all(map(math.isfinite, xs)):
            continue
        if not math.isfinite(z) or (
            math.isfinite(u)
            and any(not math.isfinite(adjoints[root][j]) for j in operands)
            and not all(math.isfinite(part) for _, part in pulled(row, u, z, xs))
        ):
            found.append(i)
    return found
