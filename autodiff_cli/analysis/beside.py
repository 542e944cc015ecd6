"""What a formula tends to beside a point: values and slopes as limits from each side, on numbers without bounds.

A one-sided slope is the limit of the derivative, taken by the rules a step away from the point, where they hold. So no value,
however large, hides it, and no step is too long: steps are far below every scale that is met on the way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import mpmath
from mpmath import mp, mpf

from ..graph.formula import Formula
from .precise import DISCRETE
from .unbounded import Run, Settled, leaves_of, settle, size

# So many decades below the least scale: each step as far below as the one before, once more. A power of the step shows
# twice the decades from the second to the third, a logarithm doubles.
DECADES = (40, 80, 160)
# Two slopes nearer than this are one.
SAME = 1e-9
_GUARD_DIGITS = 40
_DECIMAL = math.log10(2)
_WIDEST = 3000
# Comparisons for equality hold on no neighbourhood: they are never held.
EQUALITIES = frozenset({"eq", "ne"})


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


def decimals(bits: int) -> int:
    """So many decades as bits, or more than anybody works with."""
    return int(min(bits, 1 << 20) * _DECIMAL)


def same(a: float, b: float) -> bool:
    """Whether two slopes are one, but for what is left of a limit."""
    return a == b or (math.isfinite(a - b) and abs(a - b) <= SAME * max(abs(a), abs(b)))


class Beside:
    """A formula around a point.

    Where it `holds`, what leaps keeps its value while an input moves, but for equalities: at a jump the slope is then that of
    the side taken.
    """

    def __init__(self, formula: Formula, point: Mapping[str, float], *, holds: bool) -> None:
        self.formula = formula
        self.point = point
        self.holds = holds
        self._leaves = leaves_of(formula, point)
        self._roots = list(formula.output_nodes.values())
        self._centre = Run(formula, self._leaves, _GUARD_DIGITS)
        self.centre = {root: self._centre.value(root) for root in self._roots}
        sizes = [size(x) for x in self._centre.values.values() if x and mpmath.isfinite(x)]
        self._least = min((*sizes, 0))
        self._span = decimals(max(sizes, default=0) - self._least)
        if self._span > _GUARD_DIGITS // 2:
            self._centre = Run(formula, self._leaves, min(_WIDEST, _GUARD_DIGITS + self._span))
            self.centre = {root: self._centre.value(root) for root in self._roots}
        # Changes no larger than the rounding at the point itself are none.
        self._noise = {root: self._centre.errors.get(root) for root in self._roots}

    def slopes(self, name: str, roots: Iterable[int]) -> dict[int, Sides]:
        """The one-sided slopes of nodes along an input."""
        roots = list(roots)
        place = self.formula.index[self.formula.input_values[name]]
        found: dict[int, list[float]] = {root: [] for root in roots}
        leaps: dict[int, bool] = dict.fromkeys(roots, False)
        for way in (-1, 1):
            three = self._three({name: way}, roots, [place])
            for root in roots:
                found[root].append(limit([each.partials.get((root, place)) for each in three]))
                leaps[root] |= self._leaps(root, [each.values[root] for each in three])
        return {root: Sides(found[root][0], found[root][1], leaps[root]) for root in roots}

    def partials(self, names: Iterable[str], root: int, place: int) -> dict[tuple[int, ...], float]:
        """What the partial of a node by the one at a place tends to when inputs move: by the sides of these."""
        names = list(names)
        found = {}
        for ways in product((-1, 1), repeat=len(names)):
            three = self._three(dict(zip(names, ways, strict=True)), [root], [place])
            found[ways] = limit([each.partials.get((root, place)) for each in three])
        return found

    def limits(self, names: Sequence[str], roots: Iterable[int]) -> dict[int, dict[tuple[int, ...], float]]:
        """What nodes tend to when inputs move each to its side: by the sides, -1 and 1 each."""
        roots = list(roots)
        found: dict[int, dict[tuple[int, ...], float]] = {root: {} for root in roots}
        for ways in product((-1, 1), repeat=len(names)):
            three = self._three(dict(zip(names, ways, strict=True)), roots, [])
            for root in roots:
                found[root][ways] = limit([each.values[root] for each in three])
        return found

    def _three(self, ways: Mapping[str, int], roots: Sequence[int], places: Sequence[int]) -> list[Settled]:
        """The formula at three places ever nearer to the point."""
        formula = self.formula
        moving = {formula.index[formula.input_values[name]]: way for name, way in ways.items()}
        moved = formula.depending(moving)
        held = {i: x for i, x in self._centre.values.items() if moved[i] and self._keeps(i)} if self.holds else {}
        found = []
        for decades in DECADES:
            # Inputs that move together move by different steps, or their difference would stay 0.
            away = {i: self._least - int((decades + 7 * k) / _DECIMAL) for k, i in enumerate(moving)}
            apart = max(max(0, size(self._leaves[i]) - step) if self._leaves[i] else 0 for i, step in away.items())
            digits = _GUARD_DIGITS + decimals(apart) + self._span
            # Differences lose the step's digits, those of differences once more.
            levels = [digits, 2 * digits, *(digits + k * decades for k in (2, 4, 8))]
            levels = sorted(each for each in levels if each <= _WIDEST)
            if len(levels) < 2:
                break
            with mp.workdps(levels[-1]):
                steps = {i: way * mpmath.ldexp(mpf(1), away[i]) for i, way in moving.items()}
                leaves = {**self._leaves, **{i: self._leaves[i] + h for i, h in steps.items()}}

            def run(digits: int, leaves: Mapping[int, Any] = leaves) -> Run:
                return Run(formula, leaves, digits, held)

            found.append(settle(formula, run, roots, places, levels))
        return found

    def _keeps(self, i: int) -> bool:
        row = self.formula.nodes[i].op
        return row is not None and row.name in DISCRETE and row.name not in EQUALITIES

    def _leaps(self, root: int, values: Sequence[Any]) -> bool:
        """Whether a value changes no less from one step to the next: it is not continuous."""
        middle = self.centre.get(root)
        if len(values) < len(DECADES) or middle is None or any(x is None for x in values):
            return False
        with mp.workdps(_WIDEST):
            second, third = (x - middle for x in values[1:])
        if not (third and mpmath.isfinite(third) and mpmath.isfinite(second)):
            return False
        noise = self._noise[root]
        return (noise is None or size(third) > noise + 4) and bool(abs(third) > mpf("0.75") * abs(second))


def limit(three: Sequence[Any]) -> float:
    """Where numbers at ever smaller steps go: to a number, or to 0 or without bound by a power or a logarithm; else NaN."""
    if len(three) < len(DECADES) or any(x is None or not mpmath.isfinite(x) for x in three):
        return math.nan
    first, second, third = three
    change, last = abs(second - first), abs(third - second)
    if last <= mpf("1e-20") * abs(third):
        return float(third) + 0.0
    # What is left shrinks by as many decades as the step: of a power that is the square from one step to the next.
    if last <= mpf("3e-8") * abs(third) and last < change * mpf("1e-3"):
        return float(third)
    if first * second <= 0 or second * third <= 0:
        return 0.0 if abs(third) < mpf("1e-8") * abs(second) < mpf("1e-12") * abs(first) else math.nan
    near, far = float(mpmath.log10(second / first)), float(mpmath.log10(third / second))
    if abs(far - 2 * near) <= 1e-6 * abs(near) or (near > 0.25 and far > 0.25) or (near < -0.25 and far < -0.25):
        return 0.0 if far < 0 else (math.inf if third > 0 else -math.inf)
    return math.nan
