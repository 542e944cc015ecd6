"""Products without a rounding error."""

from __future__ import annotations

# 2^27 + 1 cuts a double into halves whose products are exact.
SPLIT = 134217729.0


def product(x: float, y: float) -> tuple[float, float]:
    """x·y as a sum of two doubles, the first of them the rounded product (Dekker 1971), for |x|, |y| < 1e100."""
    head = SPLIT * x
    head -= head - x
    tail = x - head
    top = SPLIT * y
    top -= top - y
    low = y - top
    z = x * y
    return z, ((head * top - z) + head * low + tail * top) + tail * low
