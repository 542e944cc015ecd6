"""The gradient of a formula's only output as a program of its own, at one point, and the sweeps back over it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..graph.adjoint import adjoint
from ..graph.engine import forward, live
from ..graph.formula import Formula
from ..graph.sweep import Sweeps
from ..graph.value import Value
from .doubtful import Doubt, doubt_backward, doubts_forward

if TYPE_CHECKING:
    from .unbounded import Settled

# Entries times values of the program that are computed again with unbounded exponents: some seconds.
_MOST_WORK = 400_000


class Local:
    """Value and partial derivatives by `names` as one graph, its numbers at a point, and their derivatives in turn.

    A sweep from partial number k gives row k of the Hessian, and costs no more than the part of the program that this
    partial is made of: of a sum of many terms a few operations. A sweep from all partials at once, each with a number, gives
    the product of the Hessian with those, for it is symmetric.
    """

    def __init__(self, formula: Formula, point: Mapping[str, float], names: Sequence[str]) -> None:
        self.names = list(names)
        root = formula.nodes[next(iter(formula.output_nodes.values()))]
        self.wanted = [formula.input_values[name] for name in names]
        slopes = adjoint(root, self.wanted)
        outputs = {"": root, **{name: slopes[x] for name, x in zip(names, self.wanted, strict=True)}}
        self.formula = Formula(outputs, formula.input_values, vectors=formula.vectors, source=formula.source)
        self.point = {name: point[name] for name in self.formula.inputs}
        self.values = forward(self.formula, point)
        self.partials = [self.formula.output_nodes[name] for name in names]
        self.places = [self.formula.index[x] for x in self.wanted]
        self._sweeps = Sweeps(self.formula, self.values, self.places)
        # The first step that left the range of doubles, and then the true numbers.
        self.doubt: Doubt | None = None
        self.truth: Settled | None = None
        # What doubles alone give.
        self.plain: list[list[float]] = []

    def rows(self) -> list[list[float]]:
        """The lower triangle of the Hessian."""
        found = []
        formula, values = self.formula, self.values
        alive = live(formula, values, self.partials)
        first = next(iter(doubts_forward(formula, values, alive)), None)
        self.doubt = None if first is None else Doubt(first)
        for k, partial in enumerate(self.partials):
            adjoints = self._sweeps.back({partial: 1.0}, k + 1)
            found.append([adjoints.get(place, 0.0) + 0.0 for place in self.places[: k + 1]])
            if self.doubt is None:
                self.doubt = doubt_backward(formula, values, adjoints, partial)
        self.plain = found
        if self.doubt is None or not self._settle():
            return found
        return [[self._better(k, m, x) for m, x in enumerate(row)] for k, row in enumerate(found)]

    def _settle(self) -> bool:
        """Compute all once more on numbers without bounds, where there is a number for every input, and not too much to do."""
        many = len(self.places) * len(self.formula.nodes)
        if many > _MOST_WORK or not all(map(math.isfinite, self.point.values())):
            return False
        from .unbounded import Run, leaves_of, settle

        leaves = leaves_of(self.formula, self.point)
        self.truth = settle(self.formula, lambda digits: Run(self.formula, leaves, digits), self.partials, self.places)
        return True

    def found_again(self, k: int, m: int) -> float:
        """An entry that is 0 in doubles, by cancelled digits alone: the true number, unless it is no more than noise.

        Noise is what changes by as much as itself where an input moves by half its last digit.
        """
        if self.truth is None and not self._settle():
            return 0.0
        from .unbounded import Run, is_finite, leaves_of, noisy, settle

        assert self.truth is not None
        key = self.partials[k], self.places[m]
        true = self.truth.partials.get(key)
        if true is None or not is_finite(true):
            return 0.0
        for place in self.places:
            leaves = leaves_of(self.formula, self.point)
            leaves[place] += leaves[place] * 2.0**-53

            def run(digits: int, leaves: dict[int, Any] = leaves) -> Run:
                return Run(self.formula, leaves, digits)

            if noisy(true, settle(self.formula, run, [key[0]], [key[1]]).partials.get(key)):
                return 0.0
        return float(true)

    def _better(self, k: int, m: int, ours: float) -> float:
        true = None if self.truth is None else self.truth.partials.get((self.partials[k], self.places[m]))
        if true is None:
            return ours
        found = float(true)
        return ours if math.isnan(found) and math.isfinite(ours) else found

    def product(self, vector: Sequence[float]) -> list[float]:
        """The Hessian times a vector."""
        seeds: dict[int, float] = {}
        for partial, x in zip(self.partials, vector, strict=True):
            if x:
                seeds[partial] = seeds.get(partial, 0.0) + x  # two inputs may have one and the same partial
        adjoints = self._sweeps.back(seeds, len(self.places))
        alive = live(self.formula, self.values, list(seeds))
        first = next(iter(doubts_forward(self.formula, self.values, alive)), None)
        self.doubt = doubt_backward(self.formula, self.values, adjoints, -1) if first is None else Doubt(first)
        return [adjoints.get(place, 0.0) + 0.0 for place in self.places]

    def graphs(self) -> dict[tuple[str, str], Value]:
        """The lower triangle of the Hessian as graphs, by the two inputs, the one of the lower index first."""
        found: dict[tuple[str, str], Value] = {}
        for k, (name, partial) in enumerate(zip(self.names, self.partials, strict=True)):
            slopes = adjoint(self.formula.nodes[partial], self.wanted[: k + 1])
            found |= {(other, name): slopes[x] for other, x in zip(self.names, self.wanted[: k + 1], strict=False)}
        return found

    def between(self, k: int) -> list[int]:
        """The nodes that lie between partial number k and the inputs up to that."""
        return self._sweeps.between([self.partials[k]], k + 1)

    def terms(self, k: int) -> float:
        """The sum of the sizes of all that goes into partial number k: rounding is some 1e-16 of it."""
        adjoints = self._sweeps.back({self.partials[k]: 1.0}, len(self.places))
        return math.fsum(x for i, u in adjoints.items() if math.isfinite(x := abs(u * self.values[i])))
