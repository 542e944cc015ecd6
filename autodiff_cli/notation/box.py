"""Pieces of text in two dimensions: measured and placed first, drawn once at the end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from unicodedata import combining, east_asian_width

from .walk import LIMIT, too_long

# A short text on one line is remembered, for digits that are raised by signs of their own.
_SHORT = 12
# Top, middle, bottom, and the two of a pair that is two lines tall; one sign where it is a single line.
_TALL = {
    "(": ("⎛⎜⎝", "("), ")": ("⎞⎟⎠", ")"), "|": ("│││", "|"), "⌊": ("⎢⎢⎣", "⌊"), "⌋": ("⎥⎥⎦", "⌋"),
    "⌈": ("⎡⎢⎢", "⌈"), "⌉": ("⎤⎥⎥", "⌉"),
}  # fmt: skip


class Box:
    """A rectangle of `width` cells, with `up` lines above its baseline and `down` below.

    `parts` are (column, line, text or box), the line counted downwards from the baseline. A box may stand in many others.
    """

    __slots__ = ("down", "parts", "text", "up", "width")
    width: int
    up: int
    down: int

    def __init__(self, parts: Sequence[tuple[int, int, str | Box]], text: str | None = None) -> None:
        self.parts = parts
        self.text = text
        width = up = down = 0
        for x, y, part in parts:
            if isinstance(part, str):
                right, above, below = x + cells(part), -y, y
            else:
                right, above, below = x + part.width, part.up - y, part.down + y
            width, up, down = max(width, right), max(up, above), max(down, below)
        self.width, self.up, self.down = width, up, down
        if self.width * self.height > LIMIT:
            raise too_long(LIMIT)

    @property
    def height(self) -> int:
        """How many lines it takes."""
        return self.up + 1 + self.down

    def lines(self) -> list[str]:
        """The lines, without blanks at their ends."""
        rows: list[list[tuple[int, str]]] = [[] for _ in range(self.height)]
        stack: list[tuple[int, int, str | Box]] = [(0, self.up, self)]
        while stack:
            x, y, part = stack.pop()
            if isinstance(part, str):
                rows[y].append((x, part))
            else:
                stack += [(x + dx, y + dy, inner) for dx, dy, inner in part.parts]
        return [_joined(sorted(row)) for row in rows]


def _joined(row: list[tuple[int, str]]) -> str:
    found, at = [], 0
    for x, text in row:
        found += [" " * (x - at), text]
        at = x + cells(text)
    return "".join(found).rstrip()


@lru_cache(4096)
def cells(text: str) -> int:
    """The width of a text on a terminal: wide characters take two cells, marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def line(text: str) -> Box:
    """A text on the baseline."""
    return Box(((0, 0, text),), text if len(text) <= _SHORT else None)


def row(boxes: Sequence[Box]) -> Box:
    """One after the other, on one baseline."""
    placed: list[tuple[int, int, str | Box]] = []
    x = 0
    for box in boxes:
        placed.append((x, 0, box))
        x += box.width
    texts = [box.text for box in boxes] if x <= _SHORT else [None]
    return Box(placed, None if None in texts else "".join(map(str, texts)))


def stacked(above: Box, below: Box) -> Box:
    """A fraction: its bar, on the baseline, is longer than either."""
    width = max(above.width, below.width) + 2
    return Box(
        (
            ((width - above.width) // 2, -above.down - 1, above),
            (0, 0, "─" * width),
            ((width - below.width) // 2, below.up + 1, below),
        )
    )


def raised(base: Box, exponent: Box) -> Box:
    """The exponent above and to the right; on the base's first line where it has signs for that."""
    return Box(((0, 0, base), (base.width, -base.up - exponent.down - 1, exponent)))


def at_top(base: Box, sign: str) -> Box:
    """A sign beside the first line of a box."""
    text = base.text + sign if base.text is not None and len(base.text) < _SHORT else None
    return Box(((0, 0, base), (base.width, -base.up, sign)), text)


def lowered(base: Box, below: Box) -> Box:
    """The subscript below and to the right."""
    return Box(((0, 0, base), (base.width, base.down + below.up + 1, below)))


def fenced(opening: str, inside: Box, closing: str) -> Box:
    """Between brackets as tall as what is inside."""
    left, right = _fence(opening, inside), _fence(closing, inside)
    return row((left, inside, right))


def _fence(sign: str, inside: Box) -> Box:
    tall, single = _TALL[sign]
    if inside.height == 1:
        return line(single)
    return _column(tall[0] + tall[1] * (inside.height - 2) + tall[2], inside.up)


def _column(signs: str, up: int) -> Box:
    return Box([(0, i - up, sign) for i, sign in enumerate(signs)])


def root(sign: str, inside: Box) -> Box:
    """A radical whose bar spans what is inside; a tall one has a stem."""
    if inside.height == 1:
        return Box(((1, -1, "_" * inside.width), (0, 0, sign), (1, 0, inside)))
    stem = [(1, y, "│") for y in range(-inside.up, inside.down + 1)]
    bar = "┌" + "─" * (inside.width + 2)
    return Box([(1, -inside.up - 1, bar), *stem, (0, inside.down, sign), (3, 0, inside)])


def braced(rows: Sequence[tuple[Box, Box]]) -> Box:
    """Pairs under one another, their second parts aligned, behind a brace that opens on all of them."""
    column = 2 + max(value.width for value, _ in rows) + 3
    heights = [(max(a.up, b.up), max(a.down, b.down)) for a, b in rows]
    total = max(3, sum(up + 1 + down for up, down in heights))
    spare = 1 if sum(up + 1 + down for up, down in heights) == 2 else 0  # a brace has a middle
    up = total // 2
    parts: list[tuple[int, int, str | Box]] = []
    y = -up
    for (value, condition), (above, below) in zip(rows, heights, strict=True):
        parts += [(2, y + above, value), (column, y + above, condition)]
        y += above + 1 + below + spare
    middle = ["⎧", *"⎪" * (total - 2), "⎩"]
    middle[up] = "⎨"
    return Box([*parts, *[(0, i - up, sign) for i, sign in enumerate(middle)]])
