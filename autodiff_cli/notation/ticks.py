"""Round numbers along an axis."""

from __future__ import annotations

import math


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from low to high, evenly spaced, at most so many (and one)."""
    least = high / most - low / most
    if not least > 0 or not math.isfinite(least):
        return [low]
    ten = math.floor(math.log10(least))
    # From whole numbers of a power of ten, so that 3*0.1 is 0.3.
    for factor, power in ((1, ten), (2, ten), (5, ten), (1, ten + 1), (2, ten + 1)):
        step = _scaled(factor, power)
        if step >= least:
            break
    first, last = math.ceil(low / step), math.floor(high / step)
    if last - first > most:  # a range narrower than its numbers' own distance
        return [low]
    return list(dict.fromkeys(_scaled(k * factor, power) for k in range(first, last + 1)))


def decades(low: float, high: float, most: int) -> list[float]:
    """Powers of ten from low to high, at most so many; round numbers where there are hardly any."""
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    every = max(1, -(-(last - first + 1) // most))
    return [_scaled(1, k) for k in range(first, last + 1, every)] if last - first > 0 else ticks(low, high, most)


def _scaled(k: int, power: int) -> float:
    return float(f"{k}e{power}")
