"""One output and its partial derivatives as one straight program, run at many points."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from time import thread_time

from ..graph.engine import LARGEST, SMALLEST_NORMAL
from ..graph.flags import may_have_strayed
from ..graph.formula import Formula
from ..graph.program import Program
from .doubtful import left
from .evaluated import Evaluated
from .gradient import gradient

# Result, function and two operands; of a function of one operand k is -1.
_Call = tuple[int, Callable[..., float], int, int]


# Values of the program times places that are computed again with unbounded exponents: a second or two.
_MOST_VALUES = 60_000
_MOST_SECONDS = 2.0


class Straight:
    """The outputs of a program as functions of some of its inputs; what does not depend on those is computed once."""

    def __init__(self, program: Program, point: Mapping[str, float], names: Sequence[str]) -> None:
        values = [point.get(name, math.nan) for name in program.inputs] + [*program.constants]
        place = {name: i for i, name in enumerate(program.inputs)}
        self._places = [(k, place[name]) for k, name in enumerate(names) if name in place]
        moved = {i for _, i in self._places}
        self._values = values
        self._outputs = itemgetter(*program.results)
        self._one = len(program.results) == 1
        self._calls: list[_Call] = []
        self._steps = program.steps
        for i, row, operands in program.steps:
            values.append(row.fn(*[values[x] for x in operands]))
            if not moved.isdisjoint(operands):
                moved.add(i)
                j, k = operands if len(operands) == 2 else (operands[0], -1)
                self._calls.append((i, row.fn if len(operands) < 3 else self._of_many(row.fn, operands), j, k))

    @staticmethod
    def of(formula: Formula, point: Mapping[str, float], names: Sequence[str]) -> Straight:
        """The outputs of a formula without derivatives."""
        return Straight(Program.of(formula, (), 0), point, names)

    def _of_many(self, fn: Callable[..., float], operands: tuple[int, ...]) -> Callable[..., float]:
        """A function of three or more operands as one of the first, which picks the others up itself."""
        values, picked = self._values, itemgetter(*operands)
        return lambda _: fn(*picked(values))

    @property
    def work(self) -> int:
        """How many operations one evaluation takes."""
        return len(self._calls)

    def __call__(self, xs: Sequence[float]) -> tuple[float, ...]:
        """The outputs at these numbers for the named inputs."""
        values = self._values
        for k, place in self._places:
            values[place] = xs[k]
        for i, fn, j, k in self._calls:
            values[i] = fn(values[j], values[k]) if k >= 0 else fn(values[j])
        found = self._outputs(values)
        return (found,) if self._one else found

    def strayed(self) -> bool:
        """Whether the last evaluation left the range of doubles on its way."""
        values = self._values
        return any(
            not SMALLEST_NORMAL <= abs(values[i]) <= LARGEST and left(row, [values[j] for j in operands], values[i])
            for i, row, operands in self._steps
        )


class Careful:
    """Some outputs of a formula along one input: the true numbers where doubles left their range on the way.

    That is so for as many places as some seconds allow; `skipped` counts the others, whose numbers are those of doubles.
    """

    def __init__(self, formula: Formula, point: Mapping[str, float], name: str) -> None:
        self._formula = formula
        self._point = dict(point)
        self._name = name
        self.straight = Straight.of(formula, point, [name])
        self._left = _MOST_VALUES // (len(formula.nodes) + 1)
        self._spent = 0.0
        self.skipped = 0

    @property
    def work(self) -> int:
        """How many operations one evaluation in doubles takes."""
        return self.straight.work

    def __call__(self, x: float) -> tuple[float, ...]:
        """The outputs at a place."""
        found = self.straight((x,))
        if not may_have_strayed() or not self.straight.strayed():
            return found
        if self._left <= 0 or self._spent > _MOST_SECONDS:
            self.skipped += 1
            return found
        self._left -= 1
        begun = thread_time()
        at = Evaluated(self._formula, {**self._point, self._name: x}, [])
        found = tuple(at.value(root) for root in at.formula.output_nodes.values())
        self._spent += thread_time() - begun
        return found


class Joint:
    """The value of a formula's only output and its partials by the named inputs, at many points.

    `straight` gives the numbers of `gradient` wherever they are finite; where one is not, `resolved` asks that, which
    finds what is indeterminate.
    """

    def __init__(self, formula: Formula, point: Mapping[str, float], names: Sequence[str]) -> None:
        self._formula = formula
        self._point = dict(point)
        self._names = list(names)
        # The value and then the partials; what is indeterminate is NaN.
        self.straight = Straight(Program.of(formula, names), point, names)

    def careful(self, xs: Sequence[float]) -> tuple[float, ...]:
        """The same as `straight`, but the true numbers where doubles left their range on the way."""
        found = self.straight(xs)
        return self.resolved(xs) if self.straight.strayed() else found

    def resolved(self, xs: Sequence[float]) -> tuple[float, ...]:
        """The value and then the partials, as `gradient` has them."""
        answer = gradient(self._formula, {**self._point, **dict(zip(self._names, xs, strict=True))}, wrt=self._names)
        return (answer.value, *answer.grad.values())


def straight_line(formula: Formula, names: Sequence[str]) -> bool:
    """Whether the only output is linear in the named inputs by its very form: made of sums and multiples of them."""
    moved = formula.depending(formula.index[formula.input_values[name]] for name in names)
    bent = [False] * len(moved)
    for i, row, operands in formula.steps:
        if moved[i]:
            among = [moved[j] for j in operands]
            bends = (
                all(among) if row.name == "mul"
                else among[1] if row.name == "div"
                else among[0] if row.name == "select"
                else row.name not in ("add", "sub", "neg")
            )  # fmt: skip
            bent[i] = bends or any(bent[j] for j in operands)
    return not bent[next(iter(formula.output_nodes.values()))]
