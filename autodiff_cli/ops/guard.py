"""IEEE 754 behaviour for the C library's functions: infinities and NaN instead of Python's exceptions."""

from __future__ import annotations

import math
from collections.abc import Callable


def guarded(fn: Callable[[float], float]) -> Callable[[float], float]:
    """`fn` with NaN where it is undefined and +inf where it overflows (right for every function that is not odd)."""

    def safe(x: float) -> float:
        try:
            return fn(x)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return safe


def guarded_odd(fn: Callable[[float], float]) -> Callable[[float], float]:
    """`fn` with NaN where it is undefined and an infinity of the operand's sign where it overflows."""

    def safe(x: float) -> float:
        try:
            return fn(x)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.copysign(math.inf, x)

    return safe


def guarded_pole(fn: Callable[[float], float], poles: dict[float, float]) -> Callable[[float], float]:
    """`fn` with the given infinities at its poles and NaN elsewhere outside its domain."""

    def safe(x: float) -> float:
        try:
            return fn(x)
        except ValueError:
            return poles.get(x, math.nan)

    return safe
