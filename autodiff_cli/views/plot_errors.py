"""The error of a slope over the step h: the V of truncation on the one side and rounding on the other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from ..analysis.check import Check, InputCheck
from ..analysis.differences import Slopes
from .plot import COLOURS, picture, sheet
from .plot_canvas import COLOURS as ON_TERMINAL
from .plot_canvas import Canvas, Style, style
from .wording import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

METHODS = ("forward", "central", "complex")
_LABELS = {"forward": "forward difference", "central": "central difference", "complex": "complex step"}
_DASHES = {"forward": "-", "central": "--", "complex": ":"}
_SIGNS = {"forward": "f", "central": "c", "complex": "i"}
# An error of nothing has no place on a logarithmic axis: it is drawn at the foot, this far below the least that there is.
_BELOW = 10.0
_LEAST, _MOST = 1e-20, 1e20
# More inputs than this are not drawn.
MOST_PANELS = 12
_ACROSS = 4
_HEIGHT = 18

Points = list[tuple[float, float]]


def curves(each: InputCheck) -> dict[str, Points]:
    """The error of each method over h, where there is one."""
    if not math.isfinite(each.gradient):
        return {}
    errors = {name: list(_errors(each, name)) for name in METHODS}
    known = [error for points in errors.values() for _, error in points if error > 0]
    foot = max(_LEAST, min(known) / _BELOW) if known else _LEAST
    return {
        name: [(h, min(_MOST, max(foot, error))) for h, error in points] for name, points in errors.items() if points
    }


def _errors(each: InputCheck, name: str) -> Iterator[tuple[float, float]]:
    for row in each.sweep.rows:
        slope = _slope(row, name)
        if slope is not None and math.isfinite(slope):
            yield abs(row.h), abs(slope - each.gradient)


def _slope(row: Slopes, name: str) -> float | None:
    return {"forward": row.forward, "central": row.central, "complex": row.complex}[name]


def errors(answer: Check, kind: str) -> bytes:
    """A panel for every input, at most a dozen, as svg, png or pdf."""
    names = list(islice(answer.inputs, MOST_PANELS))
    across = min(len(names), _ACROSS)
    down = math.ceil(len(names) / across)
    with sheet(2.0 + 3.4 * across, 3.6 * down) as figure:
        panels = figure.subplots(down, across, squeeze=False).flat
        for name, axes in zip(names, panels, strict=False):
            _panel(axes, answer, name)
        for axes in list(panels)[len(names) :]:
            axes.set_visible(False)
        return picture(figure, kind)


def _panel(axes: Axes, answer: Check, name: str) -> None:
    each = answer.inputs[name]
    for (label, points), colour in zip(curves(each).items(), COLOURS, strict=False):
        xs, ys = zip(*points, strict=True)
        axes.loglog(xs, ys, color=colour, linestyle=_DASHES[label], marker="o", markersize=3, label=_LABELS[label])
    axes.set_title(f"d{plain(answer.output)}/d{plain(name)}: {each.verdict}".replace("$", r"\$"))
    axes.set_xlabel("step h")
    axes.set_ylabel("error of the slope")
    if axes.lines:
        axes.legend(fontsize="small")
    else:
        axes.text(0.5, 0.5, "no finite errors", transform=axes.transAxes, ha="center")


def in_terminal(each: InputCheck, name: str, look: Style | None = None) -> str:
    """The same of one input, in characters; empty where there is no error to draw."""
    found = curves(each)
    places = [point for points in found.values() for point in points]
    if not places:
        return ""
    look = look or style()
    x = min(h for h, _ in places), max(h for h, _ in places)
    y = min(error for _, error in places), max(error for _, error in places)
    if x[0] == x[1]:
        return ""
    canvas = Canvas(
        look, min(look.height, _HEIGHT), x, (y[0] / 2, y[1] * 2), (f"h, the step in {plain(name)}", ""), "xy"
    )
    head = ["error of the slope"]
    for (label, points), colour in reversed(list(zip(found.items(), ON_TERMINAL, strict=False))):
        sign = _SIGNS[label]
        canvas.line(points, "braille" if look.coloured and look.unicode else sign, colour)
        if look.coloured:
            canvas.signs(points, sign, colour)
        shown = f"\x1b[38;5;{colour}m{sign}\x1b[0m" if look.coloured else sign
        head.insert(1, f" {shown} {_LABELS[label]}")
    return canvas.text(head)
