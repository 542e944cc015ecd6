"""A sheet of characters to draw on, by plotext, and how much room the terminal has for it."""

from __future__ import annotations

import math
import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

from ..errors import AdiffError
from ..notation.numbers import number
from ..notation.ticks import decades, ticks
from .plot import INSTALL
from .wording import plain

# Of the 256 colours of terminals those nearest to Okabe and Ito's that are dark enough on white and light enough on black.
COLOURS = (33, 166, 36, 175, 178, 74, 99)
_GREY = 8
_NARROWEST, _WIDEST, _LOWEST, _HIGHEST = 24, 1000, 8, 40
# Where there is no terminal.
_PIPE = (80, 24)
_ASCII = str.maketrans("┌┐└┘├┤┬┴┼─│┊┈", "+++++++++-|:-")
# plotext gives its thin lines a white ground, whatever the terminal's is.
_GROUND = re.compile(r"\x1b\[48;[0-9;]*m")

Ends = tuple[float, float]


class Style(NamedTuple):
    """How much room there is, whether there may be colours, and whether the stream takes more than ASCII."""

    width: int
    height: int
    coloured: bool
    unicode: bool


def require() -> None:
    """Raises AdiffError where plotext is not installed."""
    if find_spec("plotext") is None:
        raise AdiffError(
            "usage", "plots in the terminal need plotext, which is not installed", hint=f"install it: {INSTALL}"
        )


def style(size: tuple[int, int] | None = None) -> Style:
    """The room that the terminal has, or so many columns and lines; no colour in a pipe and where NO_COLOR is set."""
    terminal = sys.stdout.isatty()
    if size is None:
        columns, lines = shutil.get_terminal_size(_PIPE)
        if not terminal:  # the size of some terminal that the process also has is none of its business
            given = os.environ.get("COLUMNS", "")
            columns, lines = int(given) if given.isdecimal() else _PIPE[0], _PIPE[1] + 2
        # Wider than high, as on paper, and the prompt stays in sight.
        size = columns, min(lines - 2, _HIGHEST, round(columns * 0.45))
    coloured = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    return Style(max(_NARROWEST, min(size[0], _WIDEST)), max(_LOWEST, size[1]), coloured, unicode)


class Canvas:
    """A frame with ticks around two ranges, each linear or, if `log` names its axis, logarithmic.

    plotext sees places from 0 to 1 alone: it ends the whole process over some that are very large, and over logarithms.
    """

    def __init__(self, look: Style, height: int, x: Ends, y: Ends, names: tuple[str, str], log: str = "") -> None:
        import plotext

        self.look = look
        self.plotext: Any = plotext
        self.figure: Any = plotext.figure
        self.x, self.y = x, y
        self.log = log
        self.figure.clear()
        plotext.terminal.limit(False, False)
        self.figure.theme("colorless")
        self.figure.plot_size(look.width, max(_LOWEST - 2, height))
        for axis, ends, most, name in (("x", x, look.width // 9, names[0]), ("y", y, max(3, height // 3), names[1])):
            places = decades(*ends, most) if axis in log else ticks(*ends, most)
            shown = [self._part(axis, each) for each in places]
            self.figure.ruler(axis).lim(0, 1).ticks(shown, [number(each, 6) for each in places])
            if name:
                self.figure.label(plain(name), axis=axis)

    def _part(self, axis: str, place: float) -> float:
        """Where a place is on its axis, from 0 to 1."""
        low, high = self.x if axis == "x" else self.y
        if axis in self.log:
            return (math.log(place) - math.log(low)) / (math.log(high) - math.log(low))
        if math.isinf(high - low):
            return (place / 2 - low / 2) / (high / 2 - low / 2)
        return (place - low) / (high - low)

    def across(self, y: float) -> None:
        """A thin line at a height."""
        self.figure.line(self._part("y", y), orientation=0, pixel=self._pixel(_GREY))

    def upright(self, x: float, *, dotted: bool = False) -> None:
        """A thin line at a place."""
        style = "dotted" if dotted else None
        self.figure.line(self._part("x", x), orientation=1, style=style, pixel=self._pixel(_GREY))

    def line(self, points: Iterable[tuple[float, float]], sign: str, colour: int) -> None:
        """A line through points inside of the frame."""
        self.figure.draw(self._signal(points, self._marker(sign, colour)).lines(True).density("full"))

    def signs(
        self, points: Iterable[tuple[float, float]], signs: str | Sequence[str], colour: int | None = None
    ) -> None:
        """A sign at every point inside of the frame."""
        marker = [signs] if isinstance(signs, str) else list(signs)
        if colour is not None:
            marker = [self._marker(sign, colour) for sign in marker]
        self.figure.draw(self._signal(points, marker))

    def _signal(self, points: Iterable[tuple[float, float]], marker: Any) -> Any:
        xs, ys = zip(*points, strict=True)
        return self.figure.signal([self._held("x", x) for x in xs], [self._held("y", y) for y in ys], marker=marker)

    def _held(self, axis: str, place: float) -> float:
        """Where a place is on its axis, whatever rounding makes of one at the very end."""
        return min(max(self._part(axis, place), 0.0), 1.0)

    def _pixel(self, colour: int) -> Any:
        return self.plotext.pixel(foreground=colour)

    def _marker(self, sign: str, colour: int) -> Any:
        return self.plotext.marker(sign, pixel=self._pixel(colour))

    def text(self, head: Sequence[str]) -> str:
        """The head and the sheet as lines, without the blanks at their ends, in characters that the stream takes."""
        drawn = _GROUND.sub("", self.figure.build().string(colorless=not self.look.coloured))
        self.figure.clear()
        if not self.look.unicode:
            drawn = drawn.translate(_ASCII)
        return "\n".join(line.rstrip() for line in [*head, *drawn.rstrip("\n").split("\n")]) + "\n"
