"""A formula's values and adjoints at a point: doubles, and the true numbers where doubles left their range on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ..graph.engine import NOTHING, backward, forward, pulled
from ..graph.formula import Formula
from .doubtful import Doubt, crossing, doubt_backward, doubts_forward
from .notes import Point

if TYPE_CHECKING:
    from .edges import Whole
    from .unbounded import Settled

K = TypeVar("K")

# Programs of more work, by the costs of the table, are not run again: it would take more than some ten seconds.
MOST_WORK = 400_000


class Evaluated:
    """The outputs of a formula and their partials by the nodes at `places`.

    `values` and `adjoints` (by output's index) are what doubles give. `doubt` is the first step at which they left their
    range; then `truth` has the numbers of the real function, unless the program is too large.
    """

    def __init__(self, formula: Formula, point: Mapping[str, float], places: Sequence[int]) -> None:
        self.formula = formula
        self.point = point
        self.places = list(places)
        self.values = forward(formula, point)
        self.roots = list(formula.output_nodes.values())
        self.adjoints = {root: backward(formula, self.values, root) for root in self.roots}
        self.there = Point(formula, self.values, self.roots, places)
        self.doubt = self._doubt()
        self.truth: Settled | None = None
        # What kinks, jumps and guards do to the whole, once that has been asked.
        self.whole: Whole | None = None
        if self.doubt is not None:
            self.settle()

    @property
    def edged(self) -> bool:
        """Whether an operation that matters may stand at a kink or a jump: cheap, and certain where it says no."""
        values = self.values
        return any(
            (row.kinks is not None or row.jumps is not None)
            and self.there.alive[i]
            and (row.kinks or row.jumps).test(*[values[j] for j in operands])  # type: ignore[union-attr]
            for i, row, operands in self.formula.steps
        )

    @property
    def too_large(self) -> bool:
        """Whether the program is more work than is done again."""
        return len(self.formula.steps) > MOST_WORK or sum(row.cost for _, row, _ in self.formula.steps) > MOST_WORK

    def settle(self) -> None:
        """Compute everything once more on numbers without bounds, where there is a number for every input."""
        if self.too_large or not all(map(math.isfinite, self.point.values())):
            return
        from .unbounded import Run, leaves_of, settle

        leaves = leaves_of(self.formula, self.point)
        self.truth = settle(self.formula, lambda digits: Run(self.formula, leaves, digits), self.roots, self.places)

    def forget_noise(self) -> None:
        """Give up true numbers that are no larger than what the rounding of an input to a double may make of them.

        6x - 4 at 2/3 is 0 to everybody, though not at the double next to 2/3.
        """
        if self.truth is None:
            return
        from .unbounded import Run, leaves_of, settle

        formula = self.formula
        for place in self.places:
            leaves = leaves_of(formula, self.point)
            leaves[place] += leaves[place] * 2.0**-53
            moved = settle(formula, lambda digits, x=leaves: Run(formula, x, digits), self.roots, self.places)  # type: ignore[misc]
            self._forget(self.truth.values, moved.values)
            self._forget(self.truth.partials, moved.partials)

    @staticmethod
    def _forget(mine: dict[K, Any], moved: Mapping[K, Any]) -> None:
        from .unbounded import noisy

        for key in [key for key, x in mine.items() if noisy(x, moved.get(key))]:
            mine[key] = None

    def _doubt(self) -> Doubt | None:
        formula, values, alive = self.formula, self.values, self.there.alive
        first = next(iter(doubts_forward(formula, values, alive)), None)
        if first is not None:
            return Doubt(first)
        for root, adjoint in self.adjoints.items():
            found = doubt_backward(formula, values, adjoint, root)
            if found is not None:
                return found
        finite = all(
            math.isfinite(x) for root in self.roots
            for x in (values[root], *(self.adjoints[root][place] for place in self.places))
        )  # fmt: skip
        # A pole may be no pole where its zero is nothing but cancelled digits.
        return None if finite or not crossing(formula, values, alive) else Doubt(self.roots[0])

    def value(self, root: int) -> float:
        """The value of an output."""
        return self._better(self.values[root], None if self.truth is None else self.truth.values.get(root))

    def partial(self, root: int, place: int) -> float:
        """A partial derivative of an output, undefined where that is; NaN also for a numerical 0·inf."""
        if math.isnan(self.value(root)):
            return math.nan
        true = None if self.truth is None else self.truth.partials.get((root, place))
        return self._better(self.adjoints[root][place] + 0.0, true)

    @staticmethod
    def _better(ours: float, true: Any) -> float:
        if true is None:
            return ours
        found = float(true)
        return ours if math.isnan(found) and math.isfinite(ours) else found

    def size(self) -> float:
        """What the first output is made of: the sum of |adjoint·value| over its operations, whatever the sizes of its inputs."""
        adjoint = self.adjoints[self.roots[0]]
        parts = (abs(adjoint[i] * self.values[i]) for i, _, _ in self.formula.steps if adjoint[i] is not NOTHING)
        return math.fsum(x for x in parts if math.isfinite(x))

    def shown(self) -> tuple[list[float], dict[int, list[float]]]:
        """The numbers of every node, values and adjoints by root: those beyond doubles as `Far`."""
        if self.truth is None:
            return self.values, self.adjoints
        from .unbounded import rounded

        values, adjoints = self._true(rounded)
        for root, swept in adjoints.items():
            known = self.truth.swept.get(root, {})
            adjoints[root] = [u if i in known or math.isfinite(u) else NOTHING for i, u in enumerate(swept)]
        return values, adjoints

    def passed(self, root: int, i: int) -> tuple[dict[int, float], dict[int, float]]:
        """What an operation passes back: by slot of its chosen operands the local derivative, and upstream times that."""
        row, operands = self.formula.nodes[i].op, [self.formula.index[x] for x in self.formula.nodes[i].operands]
        assert row is not None, "a leaf passes nothing back"
        if self.truth is not None and i in self.truth.run.locals:
            from .unbounded import rounded

            u = self.truth.swept.get(root, {}).get(i)
            true = {k: local for k, _, local, _ in self.truth.run.locals[i]}
            with self.truth.run.working():
                parts = {} if u is None else {k: rounded(u * local) for k, local in true.items()}
            return {k: rounded(local) for k, local in true.items()}, parts
        z, xs, above = self.values[i], [self.values[j] for j in operands], self.adjoints[root][i]
        locals_ = dict(pulled(row, 1.0, z, xs))
        return locals_, {} if above is NOTHING else locals_ if above == 1.0 else dict(pulled(row, above, z, xs))

    def alike(self) -> tuple[list[float], dict[int, list[float]]]:
        """The same as doubles of the same kind: what is finite and not 0 stays so, for what asks about kinds alone."""
        if self.truth is None:
            return self.values, self.adjoints
        from .unbounded import alike

        return self._true(alike)

    def _true(self, as_double: Callable[[Any], float]) -> tuple[list[float], dict[int, list[float]]]:
        """The true values and adjoints as doubles, and ours where nothing truer is known."""
        assert self.truth is not None
        run = self.truth.run
        values = [as_double(run.values[i]) if i in run.values else x for i, x in enumerate(self.values)]
        adjoints = {}
        for root, ours in self.adjoints.items():
            swept = self.truth.swept.get(root, {})
            adjoints[root] = [as_double(swept[i]) if i in swept else x for i, x in enumerate(ours)]
        return values, adjoints


def value_at(formula: Formula, point: Mapping[str, float]) -> float:
    """The value of a formula's first output: the true one where doubles leave their range on the way."""
    return Evaluated(formula, point, []).value(next(iter(formula.output_nodes.values())))
