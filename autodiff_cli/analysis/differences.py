"""Slopes by differences in doubles, over a sweep of steps: what a textbook's h does, and where rounding takes over."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..graph.formula import Formula
from .complex_step import ComplexStep
from .joint import Straight

DECADES = range(1, 16)
# So small that the complex step has no truncation left, and no rounding either.
COMPLEX_STEP = 1e-100
UNIT = 2.0**-53
# An error so many times that of rounding shows the order of a method.
_ABOVE = 30.0
# Steps above the floor that the order is fitted on: the smallest ones, where the next order is least.
_FITTED = 4
_LEVELS = 4
# An input below this is moved in proportion to itself, where that leaves so little doubt, or so much less.
_SMALL, _BETTER = 1e-3, 1e-2
_SMALLEST, _SETTLED = 1e-290, 1e-6
_HOPELESS = (math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Slopes:
    """The slopes with one step; `complex` is None where the complex step is not legal. NaN is outside the domain."""

    h: float
    forward: float
    central: float
    complex: float | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The power of h by which the error of a method shrinks; None where it has no error above that of rounding."""

    forward: float | None
    central: float | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """The slopes of one input over all steps, and the best of them.

    `h` and `numeric` are the step and the slope of the central difference in least doubt,
    `richardson` is extrapolated from the central differences of larger steps.
    """

    rows: tuple[Slopes, ...]
    h: float
    numeric: float
    richardson: float
    complex: float | None


def rounding(values: Sequence[float], adjoint: Sequence[float]) -> float:
    """The error of rounding in a value near a point, where what is exact at the point itself is not."""
    parts = (abs(u * v) for u, v in zip(adjoint, values, strict=True))
    return UNIT * math.fsum(part for part in parts if math.isfinite(part))


class Line:
    """One output of a formula along one input."""

    def __init__(self, formula: Formula, point: Mapping[str, float], name: str) -> None:
        self._straight = Straight.of(formula, point, [name])
        self.x = point[name]
        self.value = self(self.x)
        root = next(iter(formula.output_nodes.values()))
        self.complex_step = ComplexStep(formula, point, name, root)

    def __call__(self, x: float) -> float:
        """The value there."""
        return self._straight([x])[0]

    def slopes(self, h: float, *, analytic: bool = False) -> Slopes:
        """All slopes with one step."""
        after, before = self(self.x + h), self(self.x - h)
        return Slopes(
            h, (after - self.value) / h, (after - before) / (2.0 * h), self.complex_step(h) if analytic else None
        )

    def sweep(self, noise: float) -> Sweep:
        """The slopes over steps from a tenth to 1e-15, times |x| where that is more than 1.

        `noise` is the error of rounding in the value. Of an input much smaller than 1 the steps are times |x| too, where
        slopes settle better so: a constant of physics may be smaller than every step.
        """
        found, doubt = self._over(max(1.0, abs(self.x)), noise)
        if _SMALLEST < abs(self.x) < _SMALL:
            other, less = self._over(abs(self.x), noise)
            if less < max(_SETTLED, _BETTER * doubt):
                return other
        return found

    def _over(self, scale: float, noise: float) -> tuple[Sweep, float]:
        """The sweep of steps times a scale, and how doubtful its best slope is."""
        small = max(COMPLEX_STEP * scale, 1e-300)
        analytic = self.complex_step.legal(small)
        rows = tuple(self.slopes(10.0**-k * scale, analytic=analytic) for k in DECADES)
        h, slope, doubt = _steadiest(rows, noise)
        return Sweep(rows, h, slope, richardson(rows, noise), self.complex_step(small) if analytic else None), doubt

    def single(self, h: float) -> Sweep:
        """The notebook's slope, with the step as it is."""
        analytic = self.complex_step.legal(COMPLEX_STEP)
        row = self.slopes(h, analytic=analytic)
        return Sweep((row,), h, row.forward, math.nan, row.complex)


def _central(row: Slopes) -> float:
    return row.central


def _forward(row: Slopes) -> float:
    return row.forward


def _steadiest(rows: Sequence[Slopes], noise: float) -> tuple[float, float, float]:
    """The step, and its central difference, in least doubt by rounding and by the change from the step before; the doubt.

    Beside the end of a domain, where there are no central differences, the same of the forward ones.
    """
    for of in (_central, _forward):
        found, least = (rows[-1].h, math.nan), _HOPELESS
        for before, row in pairwise(rows):
            doubt = _doubt(of(row), abs(of(row) - of(before)) + noise / row.h)
            if doubt < least:
                found, least = (row.h, of(row)), doubt
        if least < _HOPELESS:
            break
    return *found, least[0]


def _doubt(slope: float, error: float) -> tuple[float, float]:
    """An error as a part of a slope, and, where it is all of that, as it is."""
    if not math.isfinite(slope + error):
        return _HOPELESS
    return (0.0 if error == 0 else 1.0 if error >= abs(slope) else error / abs(slope)), error


def richardson(rows: Sequence[Slopes], noise: float) -> float:
    """The limit of central differences: from each step and those below it the even powers of h are taken out one by one.

    Of all that come about the one in least doubt: by rounding, and by how it differs from what it was made of. NaN where
    there is none.
    """
    best, least = math.nan, _HOPELESS
    column, factor = [row.central for row in rows], 100.0
    for level in range(1, _LEVELS):
        refined = [b + (b - a) / (factor - 1.0) for a, b in pairwise(column)]
        for k, ((a, b), c) in enumerate(zip(pairwise(column), refined, strict=True)):
            doubt = _doubt(c, max(abs(c - b), abs(b - a) / factor) + noise / rows[k + level].h)
            if doubt < least:
                best, least = c, doubt
        column, factor = refined, factor * 100.0
    return best


def order(rows: Sequence[Slopes], slope: float, noise: float) -> Order:
    """The orders of convergence to `slope`; `noise` is the error of rounding in the value."""
    return Order(_fitted(rows, _forward, slope, noise), _fitted(rows, _central, slope, noise))


def _fitted(rows: Sequence[Slopes], of: Callable[[Slopes], float], slope: float, noise: float) -> float | None:
    """The order of one method, from the smallest steps whose error is above that of rounding."""
    points: list[tuple[float, float]] = []
    for row in rows:
        error = abs(of(row) - slope)
        if not math.isfinite(error):
            if points:
                break
            continue
        if error <= _ABOVE * (noise / abs(row.h) + UNIT * abs(slope)):
            break
        points.append((math.log10(abs(row.h)), math.log10(error)))
    return _steepness(points[-_FITTED:]) if len(points) > 1 else None


def _steepness(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the straight line nearest to the points."""
    x = math.fsum(a for a, _ in points) / len(points)
    y = math.fsum(b for _, b in points) / len(points)
    return math.fsum((a - x) * (b - y) for a, b in points) / math.fsum((a - x) ** 2 for a, _ in points)
