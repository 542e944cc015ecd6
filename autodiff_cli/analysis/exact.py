"""What is true of a formula at a point: values and one-sided slopes of the function itself, in high precision.

Nothing here knows a derivative rule: slopes are limits of difference quotients, so that they can judge the rules.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..graph.formula import Formula
from .beside import DECADES, Sides, decimals, limit
from .precise import FUNCTIONS, NAN, working
from .unbounded import leaves_of, ready, size, steps_of

# Quotients are first taken with so many digits, then with so many; where they agree no more are needed.
_LEVELS = (60, 130)
_AGREE = 1e-15
# That holds while so many decades hold all numbers.
_LARGEST = 30
# Limits are taken with so many digits; with so many more, what is not noise changes by no more than this part.
_DIGITS, _MORE, _HEARD = (400, 1000), 140, 1e-3
# More digits than this are not worth their time.
_WIDEST = 1500
_DECIMAL = math.log10(2)


class _Changes(NamedTuple):
    """Three steps, and what the value changes by over each, to the left (-1) and to the right (1)."""

    steps: list[Any]
    sides: dict[int, list[Any]]


class Exact:
    """A formula at a point as a function of real numbers."""

    def __init__(self, formula: Formula, point: Mapping[str, float]) -> None:
        self.formula = formula
        self.point = point
        self.leaves = leaves_of(formula, point)
        self._steps = steps_of(formula)

    def _value(self, root: int, values: dict[int, Any]) -> Any:
        """The value of a node from those known; branches not taken are not computed."""
        for i in ready(root, values, self._steps):
            row, operands = self._steps[i]
            values[i] = FUNCTIONS[row.name](*[values.get(j, NAN) for j in operands])
        return values[root]

    def _scale(self, name: str, root: int) -> tuple[int, int]:
        """The power of two below every number that the node is made of, and how many digits the largest is above that."""
        with working(_LEVELS[0]):
            known = dict(self.leaves)
            self._value(root, known)
            depends = self.formula.depending([self.formula.index[self.formula.input_values[name]]])
            sizes = [size(x) for i, x in known.items() if x and x - x == 0 and (depends[i] or i in self.leaves)]
        least = min((*sizes, 0))
        return least, min(_WIDEST, decimals(max(sizes, default=0) - least))

    def numbers(self, roots: Mapping[str, int], digits: int) -> dict[str, Any]:
        """The values of nodes, computed with so many digits."""
        with working(digits):
            known = dict(self.leaves)
            return {name: self._value(root, known) for name, root in roots.items()}

    def span(self, roots: Mapping[str, int]) -> int:
        """How many digits lie between the largest and the smallest value on the way: so many a sum of them may need."""
        with working(_LEVELS[0]):
            known = dict(self.leaves)
            for root in roots.values():
                self._value(root, known)
            sizes = [size(x) for x in known.values() if x and x - x == 0]
        return min(_WIDEST, decimals(max(sizes) - min(sizes))) if sizes else 0

    def value(self, root: int) -> float:
        """The value of a node as the nearest double."""
        return float(self.numbers({"": root}, _DIGITS[0])[""])

    def sides(self, name: str, root: int) -> Sides:
        """The slopes of a node along an input."""
        rough, fine = (self._quotients(name, root, digits) for digits in _LEVELS)
        if rough and fine and all(map(_agreed, rough, fine)):
            return Sides(float(fine[0]), float(fine[1]))
        return self._limits(name, root)

    def quotient(self, name: str, root: int, h: float) -> float:
        """The central difference quotient with a step that doubles can take, as if there were no rounding."""
        moving = self.formula.index[self.formula.input_values[name]]
        with working(_LEVELS[1]):
            x = self.leaves[moving]
            step = x * 0 + h
            after, before = (self._value(root, {**self.leaves, moving: x + way * step}) for way in (1, -1))
            return float((after - before) / (2 * step))

    def _limits(self, name: str, root: int) -> Sides:
        """The slopes as limits over steps far apart; in more digits where these show none."""
        least, span = self._scale(name, root)
        found = Sides(math.nan, math.nan)
        for digits in _DIGITS:
            found = self._limits_to(name, root, digits + 3 * span, least)
            if not (math.isnan(found.left) or math.isnan(found.right)):
                break
        if span == _WIDEST and 0 in (found.left, found.right):
            # The digits were cut short, and a step may have been swallowed beside a number far larger.
            return Sides(math.nan, math.nan)
        return found

    def _limits_to(self, name: str, root: int, digits: int, least: int) -> Sides:
        rough, fine = (self._changes(name, root, each, least) for each in (digits, digits + _MORE))
        found = []
        leaps = False
        for way in (-1, 1):
            with working(digits):
                changes = [_heard(a, b) for a, b in zip(rough.sides[way], fine.sides[way], strict=True)]
                found.append(limit([change / (way * h) for change, h in zip(changes, fine.steps, strict=True)]))
                if math.isinf(found[-1]):
                    # At a jump the value changes no more from one step to the next.
                    leaps = leaps or bool(abs(changes[2] - changes[1]) <= abs(changes[2]) * 1e-6)
        return Sides(found[0], found[1], leaps)

    def _changes(self, name: str, root: int, digits: int, least: int) -> _Changes:
        """How the value changes over three steps to either side, that lie far below every scale."""
        moving = self.formula.index[self.formula.input_values[name]]
        with working(digits):
            x = self.leaves[moving]
            centre = dict(self.leaves)
            middle = self._value(root, centre)
            depends = self.formula.depending([moving])
            fixed = {i: each for i, each in centre.items() if not depends[i]}
            steps = [(x * 0 + 2) ** (least - int(decades / _DECIMAL)) for decades in DECADES]
            sides = {
                way: [self._value(root, {**fixed, moving: x + way * step}) - middle for step in steps]
                for way in (-1, 1)
            }
        return _Changes(steps, sides)

    def _quotients(self, name: str, root: int, digits: int) -> tuple[Any, Any] | None:
        """The difference quotients to the left and to the right, over a third of the digits; None where these are too few."""
        moving = self.formula.index[self.formula.input_values[name]]
        least, span = self._scale(name, root)
        if span > _LARGEST:
            return None
        with working(digits + span):
            x = self.leaves[moving]
            h = (x * 0 + 2) ** least / 10 ** (digits // 3)
            centre = dict(self.leaves)
            middle = self._value(root, centre)
            depends = self.formula.depending([moving])
            fixed = {i: each for i, each in centre.items() if not depends[i]}
            left, right = ((self._value(root, {**fixed, moving: x + way * h}) - middle) / (way * h) for way in (-1, 1))
        return left, right


def _heard(rough: Any, fine: Any) -> Any:
    """A change, but 0 for one that is only noise: with more digits it is another."""
    return fine if abs(fine - rough) <= abs(fine) * _HEARD else fine * 0


def _agreed(rough: Any, fine: Any) -> bool:
    """Whether two quotients have the same finite limit. One that is 0 may be a step that was swallowed."""
    return fine != 0 and bool(abs(rough - fine) <= abs(fine) * _AGREE) and math.isfinite(float(fine))
