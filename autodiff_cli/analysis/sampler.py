"""Curves at the places that show them: evenly spaced first, then where they bend."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from ..graph.formula import Formula
from ..graph.forward import derivative
from ..graph.value import Value
from .breaks import bridged, middle
from .joint import Careful
from .point import Given

# Evenly spaced points to begin with, and the most there may be once the curve's bends have been followed.
_COARSE, _FINE = 240, 6000
# The most places at which breaks are looked for.
_MOST = 60_000
# The least number with all its digits; a logarithmic axis goes no lower.
SMALLEST = 2.0**-1022
# How often an interval is halved where the curve bends in it.
_DEPTH = 10
# Bent: off the straight line by this part of the picture's height.
_FLAT = 5e-4
# Operations spent on samples: a formula of many gets fewer of them.
_MOST_WORK = 8_000_000


class Sampler:
    """The outputs of a formula along one input, each followed by its derivatives; what was computed is kept.

    `log` names the axes that are logarithmic.
    """

    def __init__(self, formula: Formula, point: Given, name: str, orders: Sequence[int], log: str) -> None:
        self.straight = _function(formula, point, name, orders)
        self.size = len(orders)
        self.log = log
        self.known: dict[float, tuple[float, ...]] = {}
        # The limits of curves at places where they have one and no value.
        self.bridges: dict[tuple[int, float], float] = {}

    def __call__(self, x: float) -> tuple[float, ...]:
        """The values of all curves at a place; a derivative is undefined where its value is."""
        found = self.known.get(x)
        if found is None:
            found = self.known[x] = self._masked(self.straight(x))
        return found

    def _masked(self, ys: tuple[float, ...]) -> tuple[float, ...]:
        if self.size == 1 or not any(map(math.isnan, ys)):
            return ys
        return tuple(math.nan if any(map(math.isnan, ys[k - k % self.size : k])) else y for k, y in enumerate(ys))

    @property
    def coarse(self) -> int:
        """How many evenly spaced points to begin with."""
        return self._affordable(_COARSE) + 1

    def patient(self) -> bool:
        """Whether breaks may still be looked for: a curve that is nothing but breaks would take for ever."""
        return len(self.known) < self._affordable(_MOST)

    def _affordable(self, wanted: int) -> int:
        """As many points as wanted, or fewer of a formula of very many operations."""
        return max(24, min(wanted, _MOST_WORK // (self.straight.work + 1)))

    def drawn(self, k: int) -> Callable[[float], float]:
        """One curve as it is shown: a logarithmic axis has no place for what is not positive."""
        logarithmic = "y" in self.log

        def shown(x: float) -> float:
            y = self(x)[k]
            if y != y:
                y = self.bridges.get((k, x), y)
            return y if not logarithmic or y >= SMALLEST else math.nan

        return shown

    def bridge(self, xs: Sequence[float]) -> None:
        """Find the limits at single places without a value."""
        rows = [self(x) for x in xs]
        for i in range(1, len(xs) - 1):
            for k, y in enumerate(rows[i]):
                if y != y and math.isfinite(rows[i - 1][k]) and math.isfinite(rows[i + 1][k]):
                    limit = bridged(self.drawn(k), xs[i], xs[i + 1] - xs[i - 1])
                    if limit is not None:
                        self.bridges[k, xs[i]] = limit

    def height(self, y: float) -> float:
        """Where on the upright axis a value is."""
        return math.log10(y) if "y" in self.log and 0 < y < math.inf else y

    def heights(self, k: int, xs: Sequence[float]) -> list[float]:
        """Where a curve is at these places."""
        fn = self.drawn(k)
        return [self.height(fn(x)) for x in xs]

    def even(self, low: float, high: float, count: int) -> list[float]:
        """Evenly spaced places, to the eye, with the very ends of the range; each once."""
        if "x" in self.log:
            first, last = math.log(low), math.log(high)
            inner = [math.exp(first + (last - first) * k / (count - 1)) for k in range(1, count - 1)]
        else:
            inner = [low + (high - low) * k / (count - 1) for k in range(1, count - 1)]
        return [low, *dict.fromkeys(x for x in inner if low < x < high), high]

    def halfway(self, a: float, b: float) -> float:
        """Half way between two places, to the eye."""
        return math.sqrt(a) * math.sqrt(b) if "x" in self.log else middle(a, b)

    def refined(self, xs: Sequence[float], windows: Sequence[tuple[float, float] | None], tall: float) -> list[float]:
        """The places with as many more as show every bend of each curve in its window; the picture is so tall."""
        most = self._affordable(_FINE)
        shown = [(k, *window) for k, window in enumerate(windows) if window]
        fns = {k: self.drawn(k) for k, *_ in shown}
        found = set(xs)
        active = list(pairwise(xs))
        for _ in range(_DEPTH):
            bent: list[tuple[float, float]] = []
            for a, b in active:
                x = self.halfway(a, b)
                if not a < x < b or len(found) >= most:
                    continue
                found.add(x)
                for k, low, high in shown:
                    heights = [self.height(fns[k](each)) for each in (a, x, b)]
                    if _bends(heights, low, high, tall):
                        bent += [(a, x), (x, b)]
                        break
            active = bent
        return sorted(found)


def _bends(heights: Sequence[float], low: float, high: float, tall: float) -> bool:
    """Whether a curve through three places, the second half way, is visibly no straight line."""
    first, half, last = heights
    if all(y != y for y in heights) or all(y > high for y in heights) or all(y < low for y in heights):
        return False
    if not (math.isfinite(first) and math.isfinite(half) and math.isfinite(last)):
        return True
    return abs(half - middle(first, last)) > _FLAT * tall


def _function(formula: Formula, point: Given, name: str, orders: Sequence[int]) -> Careful:
    """Every output's wanted derivatives as one program of the one input."""
    x = formula.input_values.get(name)
    outputs: dict[str, Value] = {}
    for output, place in formula.output_nodes.items():
        value = formula.nodes[place]
        for k in range(max(orders) + 1):
            if k in orders:
                outputs[f"{output} {k}"] = value
            value = Value(0.0, constant=True) if x is None else derivative(value, x)
    return Careful(Formula(outputs, formula.input_values), dict(point), name)
