"""Sums over rows with what rounding leaves out of them, so that they come out the same however the rows are taken in parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Sums:
    """Sums over rows, exactly as far as they go: per output what its pieces came to. Add them in the order of the rows.

    `suspect` says that something overflowed or underflowed on the way.
    """

    rows: int
    pieces: tuple[tuple[float, ...], ...]
    suspect: bool = False

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.rows + other.rows,
            tuple([condensed([*p, *q]) for p, q in zip(self.pieces, other.pieces, strict=True)]),
            self.suspect or other.suspect,
        )

    @property
    def totals(self) -> list[float]:
        """The sum of every output, rounded once."""
        return [_total(parts) for parts in self.pieces]


def _total(parts: Sequence[float]) -> float:
    if all(map(math.isfinite, parts)):
        try:
            return math.fsum(parts)
        except OverflowError:
            pass
    return sum(parts)


def condensed(parts: Sequence[float]) -> tuple[float, ...]:
    """The same sum in at most a few numbers that do not overlap (Shewchuk 1997), as math.fsum keeps it."""
    if not all(map(math.isfinite, parts)):
        return (sum(parts),)
    partials: list[float] = []
    for part in parts:
        x, kept = part, 0
        for y in partials:
            big, small = (x, y) if abs(x) >= abs(y) else (y, x)
            high = big + small
            low = small - (high - big)
            if low:
                partials[kept] = low
                kept += 1
            x = high
        if math.isinf(x):
            return (x,)
        partials[kept:] = [x]
    return tuple(partials)


def piece(x: NDArray[Any]) -> list[tuple[float, ...]]:
    """The sum along each row and what rounding left out of it, by halving: a + b is s + e exactly (Knuth)."""
    errors = np.zeros(len(x))
    with np.errstate(invalid="ignore", over="ignore"):
        while x.shape[1] > 1:
            half = x.shape[1] // 2
            a, b, odd = x[:, :half], x[:, half : 2 * half], x[:, 2 * half :]
            s = a + b
            back = s - a
            errors += ((a - (s - back)) + (b - back)).sum(axis=1)
            x = np.concatenate((s, odd), axis=1) if odd.size else s
    return [
        (total, error) if math.isfinite(total) and math.isfinite(error) else (total,)
        for total, error in zip(x[:, 0].tolist(), errors.tolist(), strict=True)
    ]
