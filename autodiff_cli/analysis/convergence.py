"""When a walk along the gradient has arrived."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

# A gradient this much smaller than the largest on the way is negligible.
NEGLIGIBLE = 1e-8
# How many steps a walk takes at most that is to converge and is given no number of them.
FAR = 100_000
# The output stands still while it stays within so many units in its last place.
_ULPS = 8 * 2.0**-52
_PATIENCE = 32
_FURTHER, _SCAN = 4.0, 60


class Judge:
    """Says when a walk has arrived: when its gradient is negligible, or the output can gain no more digit by it.

    The gradient is negligible when its length is at most `tolerance` times the largest met on the walk. With momentum the
    velocity must be so too, as a multiple of what the largest gradient would drive it to. Both are the same whatever the
    units of the output. A walk that begins beside its goal never sees a large gradient: so, when the output has not
    changed by more than rounding for a while, steps of growing length along the gradient are tried, and if the output
    falls before it gains a digit, there is nothing left to gain. How short the walk's own steps are plays no part in it.
    """

    def __init__(
        self, output: Callable[[Sequence[float]], Sequence[float]], signed: float, momentum: float, tolerance: float
    ) -> None:
        self._output = output
        self._signed = signed
        self._momentum = momentum
        self._tolerance = tolerance
        self._mark = math.nan
        self._quiet = 0
        self._patience = _PATIENCE
        self.largest = 0.0
        self.size = math.inf

    def arrived(self, value: float, xs: Sequence[float], slopes: Sequence[float], velocity: Sequence[float]) -> bool:
        """Whether to stop at this point; to be asked at every one."""
        self.size = math.hypot(*slopes)
        self.largest = max(self.largest, self.size)
        pace = self.size
        if self._momentum:
            pace = max(pace, (1.0 - self._momentum) * math.hypot(*velocity))
        if pace <= self._tolerance * self.largest:
            return True
        if abs(value - self._mark) <= _ULPS * abs(value):
            self._quiet += 1
        else:
            self._mark = value
            self._quiet = 0
        if self._quiet < self._patience:
            return False
        self._patience *= 2
        return self._exhausted(value, xs, slopes)

    def _exhausted(self, value: float, xs: Sequence[float], slopes: Sequence[float]) -> bool:
        """Whether no step along the gradient gains more than rounding before the output falls."""
        rounding = 2 * _ULPS * abs(value)
        upward = math.copysign(1.0, self._signed)
        h = self._signed
        for _ in range(_SCAN):
            gain = upward * (self._output([x + h * g for x, g in zip(xs, slopes, strict=True)])[0] - value)
            if gain > rounding:
                return False
            if not gain >= -rounding:
                return True
            h *= _FURTHER
        return True
