"""IEEE 754 behaviour for the C library's functions: infinities and NaN instead of Python's exceptions."""

from __future__ import annotations

import math
from collections.abc import Callable


def guarded(fn: Callable[[float], float], *, odd: bool = False) -> Callable[[float], float]:
    """`fn` with NaN where it is undefined and an infinity where it overflows: of the operand's sign for an odd function."""

    def safe(x: float) -> float:
        try:
            return fn(x)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.copysign(math.inf, x) if odd else math.inf

    return safe


def guarded_pole(fn: Callable[[float], float], poles: dict[float, float]) -> Callable[[float], float]:
    """`fn` with the given infinities at its poles and NaN elsewhere outside its domain."""

    def safe(x: float) -> float:
        try:
            return fn(x)
        except ValueError:
            return poles.get(x, math.nan)

    return safe
