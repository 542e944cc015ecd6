"""Plots in the terminal: in colours that read on light and dark, or in plain characters."""

from __future__ import annotations

import math
from bisect import bisect_right

from ..analysis.field import Field, even
from ..analysis.pieces import Piece, within
from ..analysis.sampling import Sampled
from ..notation.numbers import number
from .plot_canvas import COLOURS, Canvas, Style
from .plot_curves import DIGITS, hues, legend, listed, poles
from .plot_field import heading
from .wording import plain

# Where there is no colour, curves are told apart by their signs.
_SIGNS = ("*", "+", "o", "x", "#", "%", "@")
# Levels of a function of two inputs, from low to high.
_RAMP = " .,:-=+*#%@"
_LONGEST = 200


def plot(answer: Sampled | Field, look: Style, *, title: str | None = None, digits: int | None = None) -> str:
    """The plot as lines of text, what it shows above it."""
    shown = None if title is None else plain(title)
    if isinstance(answer, Field):
        return _contours(answer, look, shown, digits or DIGITS)
    return _curves(answer, look, shown, digits or DIGITS)


def _curves(answer: Sampled, look: Style, title: str | None, digits: int) -> str:
    signs = _markers(answer, look)
    top = title if title is not None else listed(answer.held)
    labels = [plain(curve.label) for curve in answer.curves] + [legend(line, answer, digits) for line in answer.lines]
    head = [top] if top else []
    head += [_told(label, *sign, look) for label, sign in zip(labels, signs, strict=True)]
    ends = answer.low, answer.high
    canvas = Canvas(look, look.height - len(head), ends, answer.limits, (answer.input, ""), answer.log)
    if "y" not in answer.log and answer.limits[0] < 0 < answer.limits[1]:
        canvas.across(0)
    if "x" not in answer.log and answer.low < 0 < answer.high:
        canvas.upright(0)
    for x in poles(answer):
        canvas.upright(x, dotted=True)
    drawn: list[tuple[Piece, ...]] = [curve.pieces for curve in answer.curves]
    places = even(*ends, 101)
    drawn += [(tuple((x, line.y + line.slope * (x - line.x)) for x in places),) for line in answer.lines]
    for pieces, sign in reversed(list(zip(drawn, signs, strict=True))):  # what comes first lies on top
        for piece in pieces:
            for part in within(piece, *answer.limits):
                canvas.line(part, *sign)
    for curve, (_, colour) in zip(answer.curves, signs, strict=False):
        alone = [(each.x, each.value) for each in curve.jumps if each.value not in (each.left, each.right)]
        if curve.order == 0 and (
            shown := [place for place in alone if answer.limits[0] <= place[1] <= answer.limits[1]]
        ):
            canvas.signs(shown, "•" if look.unicode else "o", colour)
    return canvas.text(head)


def _markers(answer: Sampled, look: Style) -> list[tuple[str, int]]:
    """Sign and colour of every curve and line: braille dots where colours or a single curve tell them apart."""
    count = len(answer.curves) + len(answer.lines)
    dots = look.unicode and (look.coloured or count == 1)
    colours = hues(answer, COLOURS)
    return [("braille" if dots else _SIGNS[k % len(_SIGNS)], next(colours)) for k in range(count)]


def _told(label: str, sign: str, colour: int, look: Style) -> str:
    """A line of the legend: the sign, in its colour, and the label."""
    sample = "──" if sign == "braille" else sign
    if look.coloured:
        sample = f"\x1b[38;5;{colour}m{sample}\x1b[0m"
    return f" {sample} {label[:_LONGEST]}"


def _contours(answer: Field, look: Style, title: str | None, digits: int) -> str:
    """A sign for the level at every place, and the walk over it."""
    head = [*(title if title is not None else heading(answer, digits)).split("\n"), *_scale(answer, look.width)]
    x, y = (answer.xs[0], answer.xs[-1]), (answer.ys[0], answer.ys[-1])
    canvas = Canvas(look, look.height - len(head), x, y, answer.inputs)
    # Twice as many places as there can be characters, so that none stays empty.
    across, up = even(*x, 2 * look.width), even(*y, 2 * look.height)
    columns = [_index(answer.xs, each) for each in across]
    for height in up:
        row = answer.values[_index(answer.ys, height)]
        signs = [_RAMP[bisect_right(answer.levels, row[i])] if math.isfinite(row[i]) else " " for i in columns]
        canvas.signs([(each, height) for each in across], signs)
    steps = [(a, b) for a, b in answer.trail if x[0] <= a <= x[1] and y[0] <= b <= y[1]]
    if steps:
        canvas.line(steps, "braille" if look.unicode and look.coloured else "o", COLOURS[1])
        for place, end in ((steps[0], "A"), (steps[-1], "B")):
            canvas.signs([place], end, COLOURS[1])
    return canvas.text(head)


def _index(places: tuple[float, ...], x: float) -> int:
    """Which of evenly spaced places is nearest."""
    return round((x - places[0]) / (places[-1] - places[0]) * (len(places) - 1))


def _scale(answer: Field, width: int) -> list[str]:
    """Which sign begins at which level, on as many lines as that takes."""
    told = [f"{sign} {number(level, 4)}" for sign, level in zip(_RAMP[1:], answer.levels, strict=False)]
    lines = ["from" if told else "the same value everywhere"]
    for each in [*told, *([" A to B: the walk"] if answer.walk is not None else [])]:
        if len(lines[-1]) + len(each) + 2 > width:
            lines.append("")
        lines[-1] += f"  {each}"
    return lines
