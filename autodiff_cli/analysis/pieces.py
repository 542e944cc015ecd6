"""A sampled curve cut into its unbroken lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from .breaks import Break, Function, border, fracture, gap, grows, peak, simpler

Piece = tuple[tuple[float, float], ...]

# A difference of two neighbours that is looked into, in parts of the picture's height, and one beside a hill that may be a pole.
_STEP, _CLIFF = 4e-3, 2e-2
# Breaks of one curve: more would be no picture. And breaks looked for between two samples.
_MOST_BREAKS, _MOST_BETWEEN = 2000, 12
# Beside a break found, a further one has at least this part of the whole difference.
_SMALL = 0.05
# Places on the way to a pole, each nearer by this factor.
_NEARER, _WAY = 0.7, 80


def cut(
    fn: Function, xs: Sequence[float], height: Callable[[float], float], tall: float
) -> tuple[list[Piece], list[Break]]:
    """The unbroken lines of a curve through its samples, and the breaks between them.

    `height` is where on the upright axis a value is, `tall` how much of it the picture shows.
    """
    pieces: list[Piece] = []
    breaks: list[Break] = []
    line: list[tuple[float, float]] = []
    ys = [fn(x) for x in xs]
    hills = _hills(fn, xs, ys, height, tall)
    same = 1e-9 * (xs[-1] - xs[0])
    last = -1  # the last sample with a finite value
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        if not math.isfinite(y):
            continue
        for found in _between(fn, xs, ys, last, i, height, tall, hills):
            if len(breaks) < _MOST_BREAKS and not (breaks and abs(found.x - breaks[-1].x) <= same):
                breaks.append(found)
                _end(fn, line, found)
                _keep(pieces, line)
                line = _begin(fn, found, x)
        if not (line and line[-1][0] >= x) and not (breaks and breaks[-1].x == x):
            line.append((x, y))
        last = i
    if last >= 0:
        for found in _outside(fn, xs, ys, last, len(xs)):
            breaks.append(found)
            _end(fn, line, found)
        _keep(pieces, line)
    return pieces, breaks


def _between(
    fn: Function, xs: Sequence[float], ys: Sequence[float], last: int, i: int, height: Callable[[float], float],
    tall: float, hills: dict[int, float],
) -> Iterator[Break]:  # fmt: skip
    """The breaks between a sample with a finite value and the last such before it."""
    if last < 0:
        yield from _outside(fn, xs, ys, i, -1)
    elif last + 1 < i:
        yield from _undefined(fn, xs, ys, last, i)
    elif last in hills:
        yield Break("pole", xs[last], xs[i], hills[last])
    elif abs(height(ys[i]) - height(ys[last])) > _STEP * tall:
        yield from _fractures(fn, xs[last], xs[i])


def _fractures(fn: Function, a: float, b: float) -> list[Break]:
    """The breaks between two finite values, from left to right."""
    found: list[Break] = []
    waiting = [(a, b)]
    least = _SMALL * abs(fn(b) - fn(a))
    for _ in range(_MOST_BETWEEN):
        if not waiting:
            break
        a, b = waiting.pop()
        known = fracture(fn, a, b)
        if known is not None:
            found.append(known)
            parts = ((a, known.after), (known.before, b))
            waiting += [(c, d) for c, d in parts if c < d and least < abs(fn(d) - fn(c)) < math.inf]
    return sorted(found, key=lambda each: each.x if each.x == each.x else each.after)


def _finite(fn: Function, x: float) -> bool:
    return math.isfinite(fn(x))


def _undefined(fn: Function, xs: Sequence[float], ys: Sequence[float], last: int, i: int) -> Iterator[Break]:
    """What lies between two finite samples with others between them that are not."""
    inner = ys[last + 1 : i]
    if i - last == 2 and math.isinf(inner[0]):
        yield Break("pole", xs[last], xs[i], xs[last + 1])
    elif i - last == 2:
        found = gap(fn, xs[last], xs[last + 1], xs[i], xs[i] - xs[last])
        if found is not None:
            yield found
    else:
        yield from _outside(fn, xs, ys, last, i)
        yield from _outside(fn, xs, ys, i, last)


def _outside(fn: Function, xs: Sequence[float], ys: Sequence[float], i: int, end: int) -> Iterator[Break]:
    """The end of the curve beyond sample i, towards sample `end`, if there are samples without a finite value there."""
    way = 1 if end > i else -1
    if i + way == end:
        return
    x, y = xs[i + way], ys[i + way]
    if math.isinf(y):
        alone = i + 2 * way == end or not math.isinf(ys[i + 2 * way])
        if alone:
            yield Break("pole", min(xs[i], x), max(xs[i], x), x)
        else:  # an overflow: the curve leaves the doubles, without a pole
            yield Break("gap", min(xs[i], x), max(xs[i], x))
        return
    last = border(fn, xs[i], x)
    if math.isinf(fn(last)):
        yield Break("pole", min(xs[i], last), max(xs[i], last), last)
    elif grows(fn, last, xs[i] - last):
        yield Break("pole", min(xs[i], last), max(xs[i], last), simpler(last, math.nextafter(last, x)))
    else:
        yield Break("gap", *((last, x) if way > 0 else (x, last)))


def _hills(
    fn: Function, xs: Sequence[float], ys: list[float], height: Callable[[float], float], tall: float
) -> dict[int, float]:
    """Poles without a change of sign: by the sample before each. A sample that is at the pole itself becomes infinite."""
    found: dict[int, float] = {}
    for i in range(1, len(xs) - 1):
        a, b, c = ys[i - 1 : i + 2]
        if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
            continue
        h = height(b)
        if abs(b) >= abs(a) and abs(b) >= abs(c) and max(abs(h - height(a)), abs(h - height(c))) > _CLIFF * tall:
            pole = peak(fn, *xs[i - 1 : i + 2])
            if pole == xs[i] or (pole is None and _at_pole(fn, *xs[i - 1 : i + 2])):
                ys[i] = math.copysign(math.inf, b)
            elif pole is not None and pole < xs[i + 1]:
                found[i - 1 if pole < xs[i] else i] = pole
    return found


def _at_pole(fn: Function, a: float, x: float, b: float) -> bool:
    """Whether a sample that towers above its neighbours is as near to a pole as doubles come."""
    return grows(fn, x, a - x) and grows(fn, x, b - x)


def _end(fn: Function, line: list[tuple[float, float]], found: Break) -> None:
    """Draw a line on to the break that ends it."""
    if not line:
        return
    if line[-1][0] >= found.x:
        line.pop()
    x = line[-1][0] if line else found.x
    if found.kind == "pole":
        line += _towards(fn, x, found.x)
    elif found.kind == "jump":
        if math.isfinite(found.left):
            line.append((found.x, found.left))
    elif found.after > x and _finite(fn, found.after):
        line.append((found.after, fn(found.after)))


def _begin(fn: Function, found: Break, x: float) -> list[tuple[float, float]]:
    """The beginning of the line behind a break, towards the sample at x."""
    if found.kind == "pole":
        return _towards(fn, x, found.x)[::-1]
    if found.kind == "jump":
        return [(found.x, found.right)] if math.isfinite(found.right) and found.x <= x else []
    return [(found.before, fn(found.before))] if found.before < x and _finite(fn, found.before) else []


def _towards(fn: Function, x: float, pole: float) -> list[tuple[float, float]]:
    """The curve from a sample on to a pole, ever nearer."""
    away = x - pole
    places = [pole + away * _NEARER**k for k in range(1, _WAY + 1)]
    points = [(each, fn(each)) for each in dict.fromkeys(places) if each not in (x, pole)]
    return [(each, y) for each, y in points if math.isfinite(y)]


def _keep(pieces: list[Piece], line: list[tuple[float, float]]) -> None:
    if line:
        pieces.append(tuple(line))


def within(piece: Piece, low: float, high: float) -> Iterator[Piece]:
    """What of a line lies between two heights, cut at these."""
    line: list[tuple[float, float]] = []
    inside = False
    for k, (x, y) in enumerate(piece):
        for crossing in _crossings(piece[k - 1], (x, y), low, high) if k else ():
            line.append(crossing)
            inside = not inside
            if not inside:
                yield tuple(line)
                line = []
        inside = low <= y <= high
        if inside:
            line.append((x, y))
        elif line:
            yield tuple(line)
            line = []
    if line:
        yield tuple(line)


def _crossings(p: tuple[float, float], q: tuple[float, float], low: float, high: float) -> list[tuple[float, float]]:
    """Where the line from p to q crosses the two heights, in the order of the way."""
    (a, y), (b, z) = p, q
    found = []
    for level in (low, high):
        if min(y, z) < level < max(y, z):
            share = (level / 2 - y / 2) / (z / 2 - y / 2)
            found.append((share, (a + (b - a) * share, level)))
    return [point for _, point in sorted(found)]
