"""Operations made of pieces: what bends (abs, min, max, clamp, relu) and what leaps (sign, floor, round, mod, step)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from .row import Edge, Operation


def _undefined_at_nan(fn: Callable[[float], float]) -> Callable[[float], float]:
    def piece(x: float) -> float:
        return math.nan if x != x else fn(x)

    return piece


def _whole(fn: Callable[[float], int]) -> Callable[[float], float]:
    def piece(x: float) -> float:
        return math.copysign(float(fn(x)), x) if math.isfinite(x) else x

    return piece


def sign(x: float) -> float:
    """-1, 0 or 1; NaN for NaN."""
    return math.nan if x != x else float((x > 0) - (x < 0))


def modulo(x: float, y: float) -> float:
    """x - y*floor(x/y), of the sign of y."""
    if math.isinf(x) or y == 0 or x != x or y != y:
        return math.nan
    if math.isinf(y):
        return x if x == 0 or (x > 0) == (y > 0) else y
    return x % y


def minimum(*xs: float) -> float:
    """The least; NaN if any is."""
    return math.nan if any(x != x for x in xs) else min(xs)


def maximum(*xs: float) -> float:
    """The greatest; NaN if any is."""
    return math.nan if any(x != x for x in xs) else max(xs)


def clamp(x: float, lo: float, hi: float) -> float:
    """min(max(x, lo), hi)."""
    return minimum(maximum(x, lo), hi)


def _shares(F: Any, z: Any, xs: Sequence[Any]) -> list[tuple[Any, Any]]:
    """The one chosen has slope 1; k that tie have 1/k each."""
    chosen = [F.eq(x, z) for x in xs]
    ties = chosen[0]
    for truth in chosen[1:]:
        ties = ties + truth
    share = F.div(1.0, ties)
    return [(share, truth) for truth in chosen]


def _greater(F: Any, z: Any, xs: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Of two, 1 for the greater and 1/2 each at a tie; of more, equal shares among those chosen."""
    if len(xs) > 2:
        return _shares(F, z, xs)
    x, y = xs
    return [(F.gt(x, y) + 0.5 * F.eq(x, y), F.ge(x, y)), (F.gt(y, x) + 0.5 * F.eq(y, x), F.ge(y, x))]


def _less(F: Any, z: Any, xs: Sequence[Any]) -> list[tuple[Any, Any]]:
    """The same for the less."""
    if len(xs) > 2:
        return _shares(F, z, xs)
    x, y = xs
    return [(F.lt(x, y) + 0.5 * F.eq(x, y), F.le(x, y)), (F.lt(y, x) + 0.5 * F.eq(y, x), F.le(y, x))]


def _above(F: Any, x: Any, lo: Any) -> Any:
    """The share of x in max(x, lo)."""
    return F.gt(x, lo) + 0.5 * F.eq(x, lo)


def _below(F: Any, x: Any, lo: Any, hi: Any) -> Any:
    """The share of max(x, lo) in its minimum with hi."""
    return F.lt(F.max(x, lo), hi) + 0.5 * F.eq(F.max(x, lo), hi)


def _tie(*xs: float) -> bool:
    return xs.count(max(xs)) > 1


def _tie_low(*xs: float) -> bool:
    return _tie(*(-x for x in xs))


def _integer(x: float) -> bool:
    return math.isfinite(x) and x == math.floor(x)


OPERATIONS = [
    Operation(
        "abs", 1, abs, (lambda F, z, x: F.sign(x),), routes=(lambda F, z, x: F.ne(x, 0.0),),
        definition="x if x >= 0, else -x", doc="The absolute value; also written |x| in books.", example="abs(-3)",
        kinks=Edge(lambda x: x == 0, "x = 0", ("-1", "+1")), exact=True, cost=1,
    ),
    Operation(
        "sign", 1, sign, (None,),
        definition="-1, 0 or 1", doc="The sign.", example="sign(-3)",
        jumps=Edge(lambda x: x == 0, "x = 0"), exact=True, cost=1,
    ),
    Operation(
        "step", 1, _undefined_at_nan(lambda x: float(x > 0)), (None,),
        definition="1 if x > 0, else 0", doc="The unit step, 0 at 0.", example="step(2)",
        jumps=Edge(lambda x: x == 0, "x = 0"), exact=True, cost=1,
    ),
    Operation(
        "floor", 1, _whole(math.floor), (None,),
        definition="the greatest whole number <= x", doc="Rounded down.", example="floor(-1.5)",
        jumps=Edge(_integer, "a whole number"), exact=True, cost=1,
    ),
    Operation(
        "ceil", 1, _whole(math.ceil), (None,),
        definition="the least whole number >= x", doc="Rounded up.", example="ceil(-1.5)",
        jumps=Edge(_integer, "a whole number"), exact=True, cost=1,
    ),
    Operation(
        "round", 1, _whole(round), (None,),
        definition="the nearest whole number, halves to even", doc="Rounded; a half goes to the even neighbour.",
        example="round(2.5)", jumps=Edge(lambda x: _integer(x - 0.5) and abs(x) < 2.0**52, "a half"), exact=True, cost=1,
    ),
    Operation(
        "mod", 2, modulo, (1.0, lambda F, z, x, y: -F.round(F.div(x - z, y))),
        definition="x - y*floor(x/y)", doc="The remainder of floored division: it has the sign of y.",
        domain="y != 0", example="mod(-1, 3)",
        jumps=Edge(lambda x, y: y != 0 and math.isfinite(y) and modulo(x, y) == 0, "a multiple of y"), cost=4,
    ),
    Operation(
        "min", 2, minimum, (None, None), spread=_less,
        definition="the least of its operands", doc="The minimum of two or more; k that tie share the slope.",
        example="min(3, 1, 2)", kinks=Edge(_tie_low, "a tie", ("0", "1"), "1/k for each of k that tie"), exact=True, cost=1,
    ),
    Operation(
        "max", 2, maximum, (None, None), spread=_greater,
        definition="the greatest of its operands", doc="The maximum of two or more; k that tie share the slope.",
        example="max(3, 1, 2)", kinks=Edge(_tie, "a tie", ("0", "1"), "1/k for each of k that tie"), exact=True, cost=1,
    ),
    Operation(
        "clamp", 3, clamp,
        (
            lambda F, z, x, lo, hi: _above(F, x, lo) * _below(F, x, lo, hi),
            lambda F, z, x, lo, hi: (1.0 - _above(F, x, lo)) * _below(F, x, lo, hi),
            lambda F, z, x, lo, hi: 1.0 - _below(F, x, lo, hi),
        ),
        routes=(
            lambda F, z, x, lo, hi: F.and_(F.ge(x, lo), F.le(F.max(x, lo), hi)),
            lambda F, z, x, lo, hi: F.and_(F.le(x, lo), F.le(F.max(x, lo), hi)),
            lambda F, z, x, lo, hi: F.ge(F.max(x, lo), hi),
        ),
        composed=lambda F, x, lo, hi: F.min(F.max(x, lo), hi),
        definition="min(max(x, lo), hi)", doc="x held between lo and hi.", domain="lo <= hi", example="clamp(5, 0, 1)",
        outside=lambda x, lo, hi: lo > hi,
        kinks=Edge(lambda x, lo, hi: x in (lo, hi), "an end", ("0", "1"), "1/2"), exact=True, cost=2,
    ),
    Operation(
        "relu", 1, _undefined_at_nan(lambda x: x if x > 0 else 0.0), (1.0,),
        routes=(lambda F, z, x: F.gt(x, 0.0),),
        definition="max(x, 0)", doc="The rectified linear unit.", example="relu(-2)",
        kinks=Edge(lambda x: x == 0, "x = 0", ("0", "+1")), exact=True, cost=1,
    ),
]  # fmt: skip
