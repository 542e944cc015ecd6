"""Where a curve is broken: poles, jumps, single places without a value, and the ends of where it has one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

Function = Callable[[float], float]

# Halvings of an interval: from a sample's width to less than doubles tell apart.
_HALVINGS = 64
# A difference that has shrunk to this part of what it was belongs to a curve that is steep, not broken.
_SHRUNK = 0.1
# A pole with a change of sign: how much larger than the samples the values beside it are at least.
_GROWN = 100.0
# Differences of the least of doubles, which come in steps.
_TINY = 1e-300
# How near to a place its one-sided limits are read, in parts of the width of the samples around it.
_NEAR = 1e-6
_FROM = (1 / 64, 1e-4, _NEAR)


class Break(NamedTuple):
    """A place where a curve is not joined: nothing is drawn between `after` and `before`.

    A pole is where the values grow without bound. At a jump `left` and `right` are the limits and `value` the value itself,
    at the place `x`; the rest are gaps, in which there is no value.
    """

    kind: str
    after: float
    before: float
    x: float = math.nan
    left: float = math.nan
    value: float = math.nan
    right: float = math.nan


def middle(a: float, b: float) -> float:
    """Half way, without overflow."""
    return a / 2 + b / 2


def border(fn: Function, inside: float, outside: float) -> float:
    """The last place on the way from `inside` to `outside` where the function has a value, to the last double."""
    if min(inside, outside) < 0 < max(inside, outside):
        # Most domains end there, and halving comes near to 0 slowly.
        inside, outside = (0.0, outside) if not math.isnan(fn(0.0)) else (inside, 0.0)
    for _ in range(_HALVINGS):
        x = middle(inside, outside)
        if x in (inside, outside):
            break
        if math.isnan(fn(x)):
            outside = x
        else:
            inside = x
    return inside


def bridged(fn: Function, x: float, width: float) -> float | None:
    """The limit at a place without a value where both sides agree on one, as sin(x)/x at 0 does; None where they do not.

    It is looked for from further off first: very near to such a place many functions are nothing but rounding.
    """
    return next((limit for part in _FROM if (limit := _limit(fn, x, width * part)) is not None), None)


def _limit(fn: Function, x: float, near: float) -> float | None:
    """The limit as seen from so near, and from twice and four times as far."""
    sides = [[fn(x + way * near * k) for k in (1, 2, 4)] for way in (-1, 1)]
    if not all(math.isfinite(y) for side in sides for y in side):
        return None
    noise = 1e-9 * max(abs(y) for side in sides for y in side)
    if any(abs(one - two) > 0.75 * abs(two - four) + noise for one, two, four in sides):
        return None  # a side that does not slow down has no limit
    left, right = sides[0][0], sides[1][0]
    spread = max(abs(side[2] - side[0]) for side in sides)
    return middle(left, right) if abs(left - right) <= 8 * spread + noise else None


def fracture(fn: Function, a: float, b: float) -> Break | None:
    """The break between two places with finite values that differ; None where the curve is only steep.

    The interval is halved again and again towards the larger difference: a steep curve's shrinks, a jump's stays, and a
    pole's grows without end.
    """
    width = b - a
    y, z = fn(a), fn(b)
    whole = abs(z - y)
    if whole < _TINY:
        return None
    sizes = [max(abs(y), abs(z))]
    for _ in range(_HALVINGS):
        x = middle(a, b)
        if x in (a, b):
            break
        v = fn(x)
        if math.isnan(v):
            return gap(fn, a, x, b, width)
        if math.isinf(v):
            return Break("pole", a, b, x)
        if abs(v - y) > abs(z - v):
            b, z = x, v
        else:
            a, y = x, v
        if abs(z - y) < _SHRUNK * whole:
            return None
        sizes.append(max(abs(y), abs(z)))
    if _unbounded(sizes) and sizes[-1] > _GROWN * max(sizes[0], whole):
        return Break("pole", a, b, simpler(a, b) + 0.0)
    return _jump(fn, a, b, width, abs(z - y))


def gap(fn: Function, a: float, x: float, b: float, width: float) -> Break | None:
    """What an undefined place between two defined ones is part of; None where the curve passes over it."""
    if bridged(fn, x, width) is not None:
        return None
    after, before = border(fn, a, x), border(fn, b, x)
    if before - after <= width * _NEAR:  # one place: a jump or a pole whose middle has no value
        return _jump(fn, x, x, width, abs(fn(before) - fn(after)))
    return Break("gap", after, before)


def grows(fn: Function, x: float, step: float) -> bool:
    """Whether the values go on growing towards a place, from a step away, however near."""
    sizes = [abs(fn(x + step * 2.0**-k)) for k in range(2, 28)]
    return not any(map(math.isnan, sizes)) and _unbounded(sizes)


def _jump(fn: Function, a: float, b: float, width: float, size: float) -> Break | None:
    """A jump, or a pole, between two neighbouring doubles; None where a side has neither limit, as sin(1/x) at 0."""
    x = simpler(a, b) + 0.0
    near = max(width * _NEAR, math.ulp(x))
    if grows(fn, x, -width) or grows(fn, x, width):
        return Break("pole", x - near, x + near, x)
    left, right = fn(x - near), fn(x + near)
    steady = all(abs(fn(x + way * near * 2) - y) <= _SHRUNK * size for way, y in ((-1, left), (1, right)))
    return Break("jump", x - near, x + near, x, left, fn(x), right) if steady else None


def peak(fn: Function, a: float, b: float, c: float) -> float | None:
    """The pole without a change of sign at the largest of three places, such as that of 1/x^2; None for a mere hill."""
    ys = [fn(x) for x in (a, b, c)]
    sizes = [abs(ys[1])]
    for _ in range(_HALVINGS):
        low, high = middle(a, b), middle(b, c)
        if low == a and high in (b, c):
            break
        below, above = fn(low), fn(high)
        for x, y in ((low, below), (high, above)):
            if math.isinf(y):
                return x
        best = max((y if y == y else 0.0 for y in (below, ys[1], above)), key=abs)
        if best == ys[1]:
            a, c = low, high
        elif best == below:
            b, c, ys[1] = low, b, below
        else:
            a, b, ys[1] = b, high, above
        sizes.append(abs(ys[1]))
    return b if _unbounded(sizes) else None


def _unbounded(sizes: list[float]) -> bool:
    """Whether what grows from the first to the last does not slow down: it has no limit."""
    half = sizes[len(sizes) // 2]
    first, last = half - sizes[0], sizes[-1] - half
    return math.isinf(sizes[-1]) or (last > 0.3 * first > 0 and sizes[-1] > sizes[0] + 1e-9 * abs(sizes[0]))


def simpler(a: float, b: float) -> float:
    """Of two numbers the one with the shorter text: 1 rather than 0.9999999999999999."""
    return a if len(repr(a)) <= len(repr(b)) else b
