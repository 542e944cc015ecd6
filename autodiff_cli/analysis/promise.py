"""How far the first-order promise of a step along the gradient holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from ..graph.engine import backward, forward
from ..graph.formula import Formula
from .joint import Straight, straight_line

# A tenth of the promise may be broken.
TOLERANCE = 0.1
UNIT = 2.0**-53
# The scan begins where rounding is this small a part of the promised change.
NOISE = 2.0**-7
_FINE_SCAN, _COARSE = 240, 16.0
_SMALLEST, _LARGEST = 1e-300, 1e300
# Programs of more operations are scanned and bisected less finely.
_MUCH_WORK = 20_000


def largest_step(formula: Formula, point: Mapping[str, float], grad: Mapping[str, float], sign: float) -> float | None:
    """The largest h such that for every step up to it the output changes by what its gradient promises, to a tenth.

    `grad` has the partials by the inputs that move: by `sign`·h times each. The answer is infinite where no step is too
    long, and None where there is no direction to go, or where rounding hides the change of every step that might be
    short enough. Steps are scanned from short to long, ever longer by a constant factor, and the first that breaks the
    promise is closed in on by bisection; one that is undefined or infinite breaks it.
    """
    size = math.hypot(*grad.values())
    if not 0 < size < _LARGEST:
        return None
    names = list(grad)
    if straight_line(formula, names):
        return math.inf
    root = next(iter(formula.output_nodes.values()))
    values = forward(formula, point)
    before = values[root]
    straight = Straight.of(formula, point, names)
    start = [point[name] for name in names]
    direction = [sign * grad[name] for name in names]

    def holds(h: float) -> bool:
        promised = sign * h * size * size
        after = straight([x + h * d for x, d in zip(start, direction, strict=True)])[0]
        return promised != 0 and abs((after - before) / promised - 1.0) <= TOLERANCE

    factor, halvings = (math.sqrt(2.0), 32) if straight.work < _MUCH_WORK else (2.0, 10)
    noise = _rounding(formula, values, root) / NOISE / size / size
    h = max(noise, UNIT * (math.hypot(*start) or 1.0) / size, _SMALLEST)
    if not holds(h):
        least = max(noise, _SMALLEST)
        while not holds(h):
            if h <= least:
                return None
            h /= factor
        return _closed_in(holds, h, h * factor, halvings)
    scanned = 0
    while True:
        further = h * (factor if scanned < _FINE_SCAN else _COARSE)
        if further * size * max(size, 1.0) > _LARGEST:
            return math.inf
        if not holds(further):
            return _closed_in(holds, h, further, halvings)
        h = further
        scanned += 1


def _closed_in(holds: Callable[[float], bool], good: float, bad: float, halvings: int) -> float:
    """The last step that holds between one that does and one that does not."""
    for _ in range(halvings):
        middle = good + (bad - good) / 2
        if holds(middle):
            good = middle
        else:
            bad = middle
    return good


def _rounding(formula: Formula, values: Sequence[float], root: int) -> float:
    """The first-order rounding bound of the value at `root`."""
    parts = (abs(u * v) for u, v in zip(backward(formula, values, root), values, strict=True))
    return UNIT * math.fsum(part for part in parts if math.isfinite(part))
