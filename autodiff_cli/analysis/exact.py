"""What is true of a formula at a point: values and one-sided slopes of the function itself, in high precision.

Nothing here knows a derivative rule: slopes are limits of difference quotients, so that they can judge the rules.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from .precise import DIGITS, STEPS, Slopes, limit, working

# Quotients are first taken with so many digits, then with so many; where they agree no more are needed.
_LEVELS = (60, 130)
_AGREE = 1e-15
# That holds while no value is so large that it swallows the step.
_LARGEST = 1e30
# With so many digits more, what is not noise changes by no more than this part.
_MORE, _HEARD = 140, 1e-3
# More digits than this are not worth their time.
_WIDEST = 1500
# Slopes nearer to each other than this are one.
_SAME = 1e-9


class Sides(NamedTuple):
    """The slopes from the left and from the right: NaN where there is none, infinite where it grows without bound.

    `leaps` is true where the value itself is not continuous.
    """

    left: float
    right: float
    leaps: bool = False

    @property
    def slope(self) -> float:
        """The slope from both sides, or from the only side there is; NaN where they differ or there is none."""
        if math.isnan(self.left) or math.isnan(self.right):
            return self.right if math.isnan(self.left) else self.left
        return self.right if same(self.left, self.right) else math.nan

    @property
    def one_sided(self) -> bool:
        """Whether there is a slope from one side only: the domain ends here."""
        return math.isnan(self.left) != math.isnan(self.right)


def same(a: float, b: float) -> bool:
    """Whether two slopes are one, but for what is left of a limit."""
    return a == b or (math.isfinite(a - b) and abs(a - b) <= _SAME * max(abs(a), abs(b)))


class _Changes(NamedTuple):
    """Three steps, and what the value changes by over each, to the left (-1) and to the right (1)."""

    steps: list[Any]
    sides: dict[int, list[Any]]


class Exact(Slopes):
    """A formula at a point as a function of real numbers; at a jump it jumps, where for `Slopes` it keeps to its side."""

    holds = False

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
            bits = [x.man_exp[0].bit_length() + x.man_exp[1] for x in known.values() if x and math.isfinite(x - x)]
        return min(_WIDEST, int((max(bits) - min(bits)) * math.log10(2))) if bits else 0

    def value(self, root: int) -> float:
        """The value of a node as the nearest double."""
        return float(self.numbers({"": root}, DIGITS)[""])

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
        """The slopes as limits over steps far apart."""
        rough, fine = (self._changes(name, root, digits) for digits in (DIGITS, DIGITS + _MORE))
        found = []
        leaps = False
        for way in (-1, 1):
            with working(DIGITS):
                changes = [_heard(a, b) for a, b in zip(rough.sides[way], fine.sides[way], strict=True)]
                found.append(limit([way * step for step in fine.steps], changes))
                if math.isinf(found[-1]):
                    # At a jump the value changes no more from one step to the next.
                    leaps = leaps or bool(abs(changes[2] - changes[1]) <= abs(changes[2]) * 1e-6)
        return Sides(found[0], found[1], leaps)

    def _changes(self, name: str, root: int, digits: int) -> _Changes:
        """How the value changes over three steps to either side."""
        moving = self.formula.index[self.formula.input_values[name]]
        with working(digits):
            x = self.leaves[moving]
            centre = dict(self.leaves)
            middle = self._value(root, centre)
            depends = self.formula.depending([moving])
            fixed = {i: each for i, each in centre.items() if not depends[i]}
            steps = [(x * 0 + 1) / 10 ** int(step.removeprefix("1e-")) for step in STEPS]
            sides = {
                way: [self._value(root, {**fixed, moving: x + way * step}) - middle for step in steps]
                for way in (-1, 1)
            }
        return _Changes(steps, sides)

    def _quotients(self, name: str, root: int, digits: int) -> tuple[Any, Any] | None:
        """The difference quotients to the left and to the right, over a third of the digits; None where these are too few."""
        moving = self.formula.index[self.formula.input_values[name]]
        size = abs(self.point[name]) or 1.0
        with working(digits + max(0, -math.floor(math.log10(size)))):
            x = self.leaves[moving]
            h = (abs(x) or x + 1) / 10 ** (digits // 3)
            centre = dict(self.leaves)
            middle = self._value(root, centre)
            depends = self.formula.depending([moving])
            fixed = {i: each for i, each in centre.items() if not depends[i]}
            if any(
                abs(centre[i]) > _LARGEST * max(1.0, size) for i, moves in enumerate(depends) if moves and i in centre
            ):
                return None
            left, right = ((self._value(root, {**fixed, moving: x + way * h}) - middle) / (way * h) for way in (-1, 1))
        return left, right


def _heard(rough: Any, fine: Any) -> Any:
    """A change, but 0 for one that is only noise: with more digits it is another."""
    return fine if abs(fine - rough) <= abs(fine) * _HEARD else fine * 0


def _agreed(rough: Any, fine: Any) -> bool:
    """Whether two quotients have the same finite limit. One that is 0 may be a step that was swallowed."""
    return fine != 0 and bool(abs(rough - fine) <= abs(fine) * _AGREE) and math.isfinite(float(fine))
