"""Curves in the terminal, by plotext: in colours that read on light and dark, or in plain characters."""

from __future__ import annotations

import math
import os
import shutil
import sys
from bisect import bisect_right
from importlib.util import find_spec
from typing import Any, NamedTuple

from ..analysis.field import Field, even
from ..analysis.pieces import within
from ..analysis.sampling import Sampled
from ..errors import AdiffError
from ..notation.numbers import number
from ..notation.ticks import decades, ticks
from .plot import INSTALL
from .plot_curves import DIGITS, hues, legend, listed, poles
from .plot_field import heading
from .table import PIPE_WIDTH
from .wording import plain

# Of the 256 colours of terminals those nearest to Okabe and Ito's that are dark enough on white and light enough on black.
COLOURS = (33, 166, 36, 175, 178, 74, 99)
# Where there is no colour, curves are told apart by their signs.
_SIGNS = ("*", "+", "o", "x", "#", "%", "@")
# Levels of a function of two inputs, from low to high.
_RAMP = " .,:-=+*#%@"
_ASCII = str.maketrans("┌┐└┘├┤┬┴┼─│┊┈", "+++++++++-|:-")
_NARROWEST, _LOWEST = 24, 8
# A plot in a pipe, or as wide as the terminal but no higher than this.
_PIPE = (80, 24)
_HIGHEST = 40


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
        # Wider than high, as on paper; room for the prompt and the legend.
        lines = lines - 2 if terminal else _PIPE[1]
        size = columns, max(_LOWEST, min(lines, _HIGHEST, round(columns * 0.45)))
    coloured = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    return Style(max(_NARROWEST, min(size[0], PIPE_WIDTH)), max(_LOWEST, size[1]), coloured, unicode)


def plot(answer: Sampled | Field, look: Style, *, title: str | None = None, digits: int | None = None) -> str:
    """The plot as lines of text, what it shows above it."""
    shown = None if title is None else plain(title)
    if isinstance(answer, Field):
        return _contours(answer, look, shown, digits or DIGITS)
    return _curves(answer, look, shown, digits or DIGITS)


def _curves(answer: Sampled, look: Style, title: str | None, digits: int) -> str:
    signs = _markers(answer, look)
    figure = _figure(look.width, look.height - len(signs) - 1)
    low, high = answer.limits
    _axes(figure, answer)
    for x in poles(answer):
        figure.line(x, orientation=1, style="dotted", pixel=_pixel(8))
    drawn = [(curve.pieces, *sign) for curve, sign in zip(answer.curves, signs, strict=False)]
    ends = answer.low, answer.high
    for line, sign in zip(answer.lines, signs[len(answer.curves) :], strict=True):
        places = [ends[0] + (ends[1] - ends[0]) * k / 100 for k in range(101)]
        drawn.append((((*((x, line.y + line.slope * (x - line.x)) for x in places),),), *sign))
    for pieces, marker, colour in reversed(drawn):  # what comes first lies on top
        for piece in pieces:
            for part in within(piece, low, high):
                xs, ys = (list(each) for each in zip(*part, strict=True))
                signal = figure.signal(xs, ys, marker=_marker(marker, colour)).lines(True)
                figure.draw(signal.density("full"))
    top = title if title is not None else listed(answer.held)
    labels = [
        *(plain(curve.label) for curve in answer.curves),
        *(legend(line, answer, digits) for line in answer.lines),
    ]
    shown = [_told(label, *sign, look) for label, sign in zip(labels, signs, strict=True)]
    return _printed(figure, [*([top] if top else []), *shown], look)


def _contours(answer: Field, look: Style, title: str | None, digits: int) -> str:
    """A sign for the level at every place, and the walk over it."""
    head = [*(title if title is not None else heading(answer, digits)).split("\n"), _scale(answer)]
    figure = _figure(look.width, look.height - len(head))
    for axis, ends, most in (("x", answer.xs, 9), ("y", answer.ys, 6)):
        places = ticks(ends[0], ends[-1], most)
        figure.ruler(axis).lim(ends[0], ends[-1]).ticks(places, [number(x, 6) for x in places])
        figure.label(plain(answer.inputs[axis == "y"]), axis=axis)
    # Twice as many places as there can be characters, so that none stays empty.
    across, up = (even(each[0], each[-1], 2 * n) for each, n in ((answer.xs, look.width), (answer.ys, look.height)))
    columns = [_index(answer.xs, x) for x in across]
    for y in up:
        row = answer.values[_index(answer.ys, y)]
        signs = [_RAMP[bisect_right(answer.levels, row[i])] if math.isfinite(row[i]) else " " for i in columns]
        figure.draw(figure.signal(list(across), [y] * len(across), marker=signs))
    if answer.walk is not None:
        steps = [place for place in answer.trail if _inside(place, answer)]
        if steps:
            sign = "braille" if look.unicode and look.coloured else "o"
            way = figure.signal(*(list(each) for each in zip(*steps, strict=True)), marker=_marker(sign, COLOURS[1]))
            figure.draw(way.lines(True))
            for place, end in ((steps[0], "A"), (steps[-1], "B")):
                figure.draw(figure.signal([place[0]], [place[1]], marker=_marker(end, COLOURS[1])))
    return _printed(figure, head, look)


def _index(places: tuple[float, ...], x: float) -> int:
    """Which of evenly spaced places is nearest."""
    return round((x - places[0]) / (places[-1] - places[0]) * (len(places) - 1))


def _inside(place: tuple[float, float], answer: Field) -> bool:
    (x, y), xs, ys = place, answer.xs, answer.ys
    return xs[0] <= x <= xs[-1] and ys[0] <= y <= ys[-1]


def _scale(answer: Field) -> str:
    """Which sign begins at which level."""
    told = [f"{sign} from {number(level, 4)}" for sign, level in zip(_RAMP[1:], answer.levels, strict=False)]
    walked = ["walk from A to B"] if answer.walk is not None else []
    return ", ".join([*told, *walked]) or "the same value everywhere"


def _printed(figure: Any, head: list[str], look: Style) -> str:
    """The head and the figure as lines, without the blanks at their ends, in characters that the stream takes."""
    text = figure.build().string(colorless=not look.coloured)
    figure.clear()
    if not look.unicode:
        text = text.translate(_ASCII)
    return "\n".join(line.rstrip() for line in [*head, *text.rstrip("\n").split("\n")]) + "\n"


def _figure(width: int, height: int) -> Any:
    """plotext's figure, empty, without colours of its own."""
    import plotext

    figure = plotext.figure
    figure.clear()
    plotext.terminal.limit(False, False)
    figure.theme("colorless")
    figure.plot_size(width, max(_LOWEST - 2, height))
    return figure


def _axes(figure: Any, answer: Sampled) -> None:
    """Limits, scales and a grid line at each zero."""
    for axis, ends, most in (("x", (answer.low, answer.high), 9), ("y", answer.limits, 6)):
        ruler = figure.ruler(axis)
        ruler.lim(*ends)
        if axis in answer.log:
            ruler.scale("log")
        places = decades(*ends, most) if axis in answer.log else ticks(*ends, most)
        ruler.ticks(places, [number(x, 6) for x in places])
    if "y" not in answer.log and answer.limits[0] < 0 < answer.limits[1]:
        figure.line(0, orientation=0, pixel=_pixel(8))
    if "x" not in answer.log and answer.low < 0 < answer.high:
        figure.line(0, orientation=1, pixel=_pixel(8))
    figure.label(plain(answer.input), axis="x")


def _markers(answer: Sampled, look: Style) -> list[tuple[str, int]]:
    """Sign and colour of every curve and line: braille dots where colours or a single curve tell them apart."""
    count = len(answer.curves) + len(answer.lines)
    dots = look.unicode and (look.coloured or count == 1)
    colours = hues(answer, COLOURS)
    return [("braille" if dots else _SIGNS[k % len(_SIGNS)], next(colours)) for k in range(count)]


def _pixel(colour: int) -> Any:
    import plotext

    return plotext.pixel(foreground=colour)


def _marker(sign: str, colour: int) -> Any:
    import plotext

    return plotext.marker(sign, pixel=_pixel(colour))


def _told(label: str, sign: str, colour: int, look: Style) -> str:
    """A line of the legend: the sign, in its colour, and the label."""
    sample = "──" if sign == "braille" else sign
    if look.coloured:
        sample = f"\x1b[38;5;{colour}m{sample}\x1b[0m"
    return f" {sample} {label}"[:PIPE_WIDTH]
