"""A sampled curve cut into its unbroken lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from .breaks import Break, Function, border, fracture, gap, grows, peak, simpler

Place = tuple[float, float]
Piece = tuple[Place, ...]

# A difference of two neighbours that is looked into, in parts of the picture's height, and one beside a hill that may be a pole.
_STEP, _CLIFF = 4e-3, 2e-2
# Breaks of one curve: more would be no picture. And breaks looked for between two samples.
_MOST_BREAKS, _MOST_BETWEEN = 2000, 12
# Beside a break found, a further one has at least this part of the whole difference.
_SMALL = 0.05
# Places on the way to a pole, each nearer by this factor, until they are so many pictures' heights away.
_NEARER, _WAY, _AWAY = 0.7, 80, 4.0


class Cutter:
    """The samples of one curve, and what is found between them.

    `height` is where on the upright axis a value is, `tall` how much of it the picture shows, and `patient` says whether
    there may be still more evaluations.
    """

    def __init__(
        self,
        fn: Function,
        xs: Sequence[float],
        height: Callable[[float], float],
        tall: float,
        patient: Callable[[], bool],
    ) -> None:
        self.fn = fn
        self.xs = xs
        self.ys = [fn(x) for x in xs]
        self.height = height
        self.tall = tall
        self.patient = patient
        self.pieces: list[Piece] = []
        self.breaks: list[Break] = []
        # The line on its way.
        self.line: list[Place] = []

    def cut(self) -> tuple[list[Piece], list[Break]]:
        """The unbroken lines of the curve through its samples, and the breaks between them."""
        hills = self._hills()
        last = -1  # the last sample with a finite value
        for i, (x, y) in enumerate(zip(self.xs, self.ys, strict=True)):
            if math.isfinite(y):
                for found in self._between(last, i, hills):
                    self._break(found, x)
                if not (self.breaks and self.breaks[-1].x == x):
                    self.line.append((x, y))
                last = i
        if last >= 0:
            for found in self._outside(last, len(self.xs)):
                self._break(found, math.inf)
        self._keep()
        return self.pieces, self.breaks

    def _break(self, found: Break, x: float) -> None:
        """End the line at a break, and begin another behind it, towards the sample at x."""
        same = 1e-9 * (self.xs[-1] - self.xs[0])
        if len(self.breaks) >= _MOST_BREAKS or (self.breaks and abs(found.x - self.breaks[-1].x) <= same):
            return
        self.breaks.append(found)
        self._end(found)
        self._keep()
        self.line = self._begin(found, x) if x < math.inf else []

    def _keep(self) -> None:
        """Keep the line, from left to right: what lies between very many breaks may be out of order."""
        line: list[Place] = []
        for place in self.line:
            if not line or place[0] >= line[-1][0]:
                line.append(place)
        if line:
            self.pieces.append(tuple(line))
        self.line = []

    def _between(self, last: int, i: int, hills: dict[int, float]) -> Iterator[Break]:
        """The breaks between a sample with a finite value and the last such before it."""
        if last < 0:
            yield from self._outside(i, -1)
        elif last + 1 < i:
            yield from self._undefined(last, i)
        elif last in hills:
            yield Break("pole", self.xs[last], self.xs[i], hills[last])
        elif abs(self.height(self.ys[i]) - self.height(self.ys[last])) > _STEP * self.tall and self.patient():
            yield from self._fractures(self.xs[last], self.xs[i])

    def _fractures(self, a: float, b: float) -> list[Break]:
        """The breaks between two finite values, from left to right."""
        fn = self.fn
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

    def _undefined(self, last: int, i: int) -> Iterator[Break]:
        """What lies between two finite samples with others between them that are not."""
        xs = self.xs
        if i - last == 2 and math.isinf(self.ys[last + 1]):
            yield Break("pole", xs[last], xs[i], xs[last + 1])
        elif i - last == 2:
            found = gap(self.fn, xs[last], xs[last + 1], xs[i], xs[i] - xs[last])
            if found is not None:
                yield found
        else:
            yield from self._outside(last, i)
            yield from self._outside(i, last)

    def _outside(self, i: int, end: int) -> Iterator[Break]:
        """The end of the curve beyond sample i, towards sample `end`, if there are samples without a finite value there."""
        way = 1 if end > i else -1
        if i + way == end:
            return
        a, x, y = self.xs[i], self.xs[i + way], self.ys[i + way]
        if math.isinf(y):
            alone = i + 2 * way == end or not math.isinf(self.ys[i + 2 * way])
            # Of several, the curve leaves the doubles, without a pole.
            yield Break("pole", min(a, x), max(a, x), x) if alone else Break("gap", min(a, x), max(a, x))
            return
        if not self.patient():
            yield Break("gap", min(a, x), max(a, x))
            return
        last = border(self.fn, a, x)
        if math.isinf(self.fn(last)):
            yield Break("pole", min(a, last), max(a, last), last)
        elif grows(self.fn, last, a - last):
            yield Break("pole", min(a, last), max(a, last), simpler(last, math.nextafter(last, x)))
        else:
            yield Break("gap", *((last, x) if way > 0 else (x, last)))

    def _hills(self) -> dict[int, float]:
        """Poles without a change of sign: by the sample before each. A sample at the pole itself becomes infinite."""
        found: dict[int, float] = {}
        xs, ys, height = self.xs, self.ys, self.height
        for i in range(1, len(xs) - 1):
            a, b, c = ys[i - 1 : i + 2]
            if not (abs(b) >= abs(a) and abs(b) >= abs(c)) or math.isinf(b):
                continue
            if max(abs(height(b) - height(a)), abs(height(b) - height(c))) > _CLIFF * self.tall and self.patient():
                pole = peak(self.fn, *xs[i - 1 : i + 2])
                if pole == xs[i] or (pole is None and self._at_pole(*xs[i - 1 : i + 2])):
                    ys[i] = math.copysign(math.inf, b)
                elif pole is not None and pole < xs[i + 1]:
                    found[i - 1 if pole < xs[i] else i] = pole
        return found

    def _at_pole(self, a: float, x: float, b: float) -> bool:
        """Whether a sample that towers above its neighbours is as near to a pole as doubles come."""
        return grows(self.fn, x, a - x) and grows(self.fn, x, b - x)

    def _end(self, found: Break) -> None:
        """Draw the line on to the break that ends it."""
        line = self.line
        if line and line[-1][0] >= found.x:
            line.pop()
        if not line:
            return
        x = line[-1][0]
        if found.kind == "pole":
            line += self._towards(x, found.x)
        elif found.kind == "jump":
            if math.isfinite(found.left):
                line.append((found.x, found.left))
        elif found.after > x and math.isfinite(self.fn(found.after)):
            line.append((found.after, self.fn(found.after)))

    def _begin(self, found: Break, x: float) -> list[Place]:
        """The beginning of the line behind a break, towards the sample at x."""
        if found.kind == "pole":
            return self._towards(x, found.x)[::-1]
        if found.kind == "jump":
            return [(found.x, found.right)] if math.isfinite(found.right) and found.x <= x else []
        y = self.fn(found.before)
        return [(found.before, y)] if found.before < x and math.isfinite(y) else []

    def _towards(self, x: float, pole: float) -> list[Place]:
        """The curve from a sample on to a pole, ever nearer, until it has left the picture."""
        away = x - pole
        start = self.height(self.fn(x))
        line: list[Place] = []
        for k in range(1, _WAY + 1):
            place = pole + away * _NEARER**k
            y = self.fn(place)
            if place in (x, pole) or not math.isfinite(y):
                break
            line.append((place, y))
            if abs(self.height(y) - start) > _AWAY * self.tall:
                break
        return line


def within(piece: Piece, low: float, high: float) -> Iterator[Piece]:
    """What of a line lies between two heights, cut at these."""
    line: list[Place] = []
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


def _crossings(p: Place, q: Place, low: float, high: float) -> list[Place]:
    """Where the line from p to q crosses the two heights, in the order of the way."""
    (a, y), (b, z) = p, q
    found = []
    for level in (low, high):
        if min(y, z) < level < max(y, z):
            share = (level / 2 - y / 2) / (z / 2 - y / 2)
            found.append((share, (a + (b - a) * share, level)))
    return [point for _, point in sorted(found)]
