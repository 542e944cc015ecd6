"""Second derivatives where doubles cannot tell, or where the function has a kink: from each side, in high precision."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import mpmath
from mpmath import mp, mpf

from ..graph.note import Note
from ..notation.numbers import number
from .notes import span_of
from .precise import DIGITS, MAX_NODES, STEPS, Slopes

# Beside a kink a second derivative that doubles give as a number is right to this part of it, or another one is meant.
_SAME = 1e-9
_LARGEST = 1e307
_NOISE = mpf(f"1e-{DIGITS - 20}")


class Curvatures(Slopes):
    """A formula at a point in high precision, for second differences along its inputs."""

    def beside(self, a: str, b: str, root: int) -> list[float]:
        """The second derivatives by two inputs from the left and the right, or, by two different ones, in the quadrants.

        NaN where there is none, an infinity where it grows without bound. What leaps keeps its value, as for slopes.
        """
        i, j = (self.formula.index[self.formula.input_values[name]] for name in (a, b))
        moved = self.formula.depending([i, j])
        with mp.workdps(DIGITS):
            middle = self._value(root, self.centre)
            fixed = {k: x for k, x in self.centre.items() if not moved[k] or self._leaps(k)}

            def at(*moves: tuple[int, Any]) -> Any:
                return self._value(root, {**fixed, i: self.leaves[i], j: self.leaves[j], **_added(self.leaves, moves)})

            found: dict[tuple[int, ...], list[Any]] = {}
            for h in map(mpf, STEPS):
                if i == j:
                    for s in (-1, 1):
                        terms: tuple[Any, ...] = (at((i, 2 * s * h)), -2 * at((i, s * h)), middle)
                        found.setdefault((s,), []).append(_sum(terms) / h**2)
                    continue
                alone = {(k, s): at((k, s * h)) for k in (i, j) for s in (-1, 1)}
                for s, t in product((-1, 1), repeat=2):
                    terms = (at((i, s * h), (j, t * h)), -alone[i, s], -alone[j, t], middle)
                    found.setdefault((s, t), []).append(s * t * _sum(terms) / h**2)
            return [_limit(*quotients) for quotients in found.values()]


def _added(leaves: dict[int, Any], moves: tuple[tuple[int, Any], ...]) -> dict[int, Any]:
    return {k: leaves[k] + h for k, h in moves}


def _sum(terms: tuple[Any, ...]) -> Any:
    """The sum; 0 where it is nothing but the rounding of its terms."""
    total = sum(terms)
    return total if not mpmath.isfinite(total) or abs(total) > _NOISE * sum(map(abs, terms)) else mpf(0)


def _limit(first: Any, second: Any, third: Any) -> float:
    """Where three quotients at ever smaller steps go: to a number, to 0 or without bound by a power or a logarithm."""
    if not all(map(mpmath.isfinite, (first, second, third))):
        return math.nan
    if abs(third - second) <= mpf("1e-20") * abs(third):
        return float(third) + 0.0
    if abs(third) < mpf("1e-15") * abs(second) < mpf("1e-30") * abs(first):
        return 0.0
    # The steps have 60, 120 and 240 decades: a logarithm doubles from one to the next, a power grows by many decades.
    if first * second > 0 and second * third > 0 and all(y / x > 1.5 for x, y in ((first, second), (second, third))):
        return math.inf if third > 0 else -math.inf
    return math.nan


def resolve(curvatures: Curvatures, a: str, b: str, what: str, root: int, ours: float) -> tuple[float, list[Note]]:
    """A second derivative, which is called `what` and is `ours` in doubles, from those beside the point, and what to know of it.

    A common limit is the second derivative. Where the sides differ it stays as it is by convention, or, where doubles give
    none, becomes their mean. Where the domain ends at the point that of the one side counts.
    """
    formula = curvatures.formula
    span = span_of(formula, formula.input_values[a])
    unknown = math.isnan(ours)

    def note(kind: str, message: str) -> list[Note]:
        return [Note(kind, f"{what} {message}", a, span)]

    if len(formula.nodes) > MAX_NODES:
        large = f"is undefined in doubles, and the program is too large to look closer: {len(formula.nodes):,} values"
        return ours, note("undefined", large) if unknown else []
    sides = curvatures.beside(a, b, root)
    known = [x for x in sides if not math.isnan(x)]
    if not known:
        return ours, note("undefined", "is undefined: second differences have no limit") if unknown else []
    low, high = min(known), max(known)
    side = "side" if a == b else "quadrant"
    if low == high or high - low <= 1e-15 * min(max(abs(low), abs(high)), _LARGEST):
        if not unknown and (
            ours == high or abs(high - ours) <= _SAME * min(abs(high), _LARGEST) or len(known) < len(sides)
        ):
            return ours, []
        why = "is 0*inf or inf - inf in doubles" if unknown else "stands beside a kink"
        where = f"from every {side}" if len(known) == len(sides) else f"from the {side} where it exists"
        return high, note("indeterminate", f"{why}: it is {number(high)} {where}")
    told = ", ".join(number(x) for x in sides)
    if unknown and not (math.isfinite(low) and math.isfinite(high)):
        return math.nan, note("undefined", f"is undefined: from the {side}s it is {told}")
    used = 0.5 * (low + high) if unknown else ours
    return used, note(
        "kink", f"has no one value, for the slope has a kink: from the {side}s it is {told}; {number(used)} is used"
    )
