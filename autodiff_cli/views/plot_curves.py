"""Curves of a function and its derivatives on paper, with tangents, secants, poles and jumps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any, TypeVar

from ..analysis.breaks import Break
from ..analysis.lines import Line
from ..analysis.pieces import within
from ..analysis.sampling import Curve, Sampled
from ..notation.numbers import number
from .plot import COLOURS, DARK_COLOURS, picture, sheet
from .theme import palette
from .wording import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Hue = TypeVar("Hue")

SIZE = (7.2, 4.6)
# Of the numbers in the legend.
DIGITS = 5
# Derivatives are drawn in their own colour and their own dashes.
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.8)), (0, (1.2, 1.6)))
# More poles than this are no lines that anybody could tell apart.
MOST_POLES = 60
_MOST_JUMPS = 80
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def curves(
    answer: Sampled, kind: str, *, theme: str = "light", title: str | None = None,
    size: tuple[float, float] | None = None, digits: int | None = None,
) -> bytes:  # fmt: skip
    """The plot as svg, png or pdf; its size in inches."""
    with sheet(*(size or SIZE), theme) as figure:
        axes = figure.add_subplot()
        of = palette(theme)
        colours = hues(answer, DARK_COLOURS if theme == "dark" else COLOURS)
        _frame(axes, answer, of)
        for curve in answer.curves:
            _curve(axes, curve, next(colours), answer.limits, of["ground"])
        for line in answer.lines:
            _line(axes, answer, line, next(colours), digits or DIGITS, of["ground"])
        heading = plain(title) if title is not None else listed(answer.held)
        if heading:
            figure.suptitle(literally(heading), fontsize="medium")
        columns = 1 if len(answer.curves) + len(answer.lines) < 4 else 2
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, borderaxespad=0.2)
        return picture(figure, kind)


def hues(answer: Sampled, colours: Sequence[Hue]) -> Iterator[Hue]:
    """A colour for every curve and then every line; of several outputs each shares its own with its derivatives."""
    many = sum(curve.order == 0 for curve in answer.curves) > 1
    fresh = cycle(colours)
    last = colours[0]
    for curve in answer.curves:
        last = last if many and curve.order else next(fresh)
        yield last
    yield from fresh


def listed(inputs: Mapping[str, float]) -> str:
    """Where inputs are held: a = 2, b = -3."""
    held = [f"{plain(name)} = {number(x, 6)}" for name, x in inputs.items()]
    return ", ".join(held[:6]) + (f" and {len(held) - 6} more" if len(held) > 6 else "")


def readable(label: str) -> str:
    """A label with raised digits, proper minus signs and multiplication dots, where these are plain to see."""
    label = re.sub(r"(?:\^|\*\*)(-?\d+)(?![\w.(])", lambda found: found[1].translate(_SUPERSCRIPTS), plain(label))
    return label.replace("-", "\N{MINUS SIGN}").replace("*", "·").replace("'", "\N{PRIME}")


def literally(label: str) -> str:
    """Text in which matplotlib takes no sign for mathematics."""
    return label.replace("$", r"\$")


def equation(line: Line, name: str, digits: int) -> str:
    """y = 14x - 22."""
    slope, rest = number(line.slope, digits), number(abs(line.intercept), digits)
    if slope == "0":
        return f"y = {number(line.intercept, digits)}"
    times = {"1": "", "-1": "-"}.get(slope, slope + ("*" if "e" in slope or len(name) > 1 else ""))
    sign = "-" if line.intercept < 0 else "+"
    return f"y = {times}{name}" + (f" {sign} {rest}" if rest != "0" else "")


def legend(line: Line, answer: Sampled, digits: int) -> str:
    """What a line is, with its slope."""
    of = f" of {line.curve}" if sum(curve.order == 0 for curve in answer.curves) > 1 else ""
    where = (
        f"tangent{of} at {number(line.x, digits)}"
        if line.kind == "tangent"
        else f"secant{of} from {number(line.x, digits)} to {number(line.x + line.h, digits)}"
    )
    return f"{where}: {equation(line, answer.input, digits)}, slope {number(line.slope, digits)}"


def _frame(axes: Axes, answer: Sampled, of: dict[str, str]) -> None:
    """Axes through the origin, limits, scales, and a dashed line at every pole."""
    if "x" in answer.log:
        axes.set_xscale("log")
    if "y" in answer.log:
        axes.set_yscale("log")
    axes.set_xlim(answer.low, answer.high)
    axes.set_ylim(*answer.limits)
    axes.set_xlabel(literally(plain(answer.input)))
    axes.margins(0)
    if "y" not in answer.log and answer.limits[0] < 0 < answer.limits[1]:
        axes.axhline(0, color=of["line"], linewidth=0.9, zorder=1)
    if "x" not in answer.log and answer.low < 0 < answer.high:
        axes.axvline(0, color=of["line"], linewidth=0.9, zorder=1)
    for x in poles(answer):
        axes.axvline(x, color=of["muted"], linewidth=0.9, linestyle=(0, (4, 4)), zorder=1.5)


def poles(answer: Sampled) -> list[float]:
    """The places of all poles, each once; none where they are too many to tell apart."""
    found = sorted({x for curve in answer.curves for x in curve.poles})
    return found if len(found) <= MOST_POLES else []


def _curve(axes: Axes, curve: Curve, colour: str, limits: tuple[float, float], ground: str) -> None:
    """The pieces of a curve, and a dot and rings at each jump."""
    low, high = margins(limits)
    label: str | None = literally(readable(curve.label))
    for piece in curve.pieces:
        for part in within(piece, low, high):
            xs, ys = zip(*part, strict=True)
            marker = "o" if len(part) == 1 else ""
            axes.plot(
                xs, ys, color=colour, linestyle=_DASHES[curve.order], linewidth=2.0 - 0.3 * curve.order, label=label,
                marker=marker, markersize=4, zorder=3, solid_capstyle="round",
            )  # fmt: skip
            label = None
    if label is not None:  # nothing of it is in the picture, and the legend says what is missing
        axes.plot([], [], color=colour, linestyle=_DASHES[curve.order], label=label)
    if len(curve.jumps) <= _MOST_JUMPS:
        for jump in curve.jumps:
            _jump(axes, jump, curve.order, colour, ground)


def margins(limits: tuple[float, float]) -> tuple[float, float]:
    """Beyond the limits of the picture, where the cut ends of a curve are out of sight."""
    low, high = limits
    if low > 0:
        ratio = min((high / low) ** 0.05, 1e3)
        return low / ratio, high * ratio
    room = 0.05 * (high - low)
    return max(low - room, -1.7e308), min(high + room, 1.7e308)


def _jump(axes: Axes, jump: Break, order: int, colour: str, ground: str) -> None:
    """Rings at the limits that are not the value, and a dot at the value; a derivative has none there."""
    for y in {jump.left, jump.right} - ({jump.value} if order == 0 else set()):
        axes.plot(
            jump.x,
            y,
            "o",
            color=colour,
            markerfacecolor=ground,
            markersize=5,
            markeredgewidth=1.3,
            zorder=4,
            clip_on=False,
        )
    if order == 0 and jump.value == jump.value:
        axes.plot(jump.x, jump.value, "o", color=colour, markersize=5, zorder=5, clip_on=False)


def _line(axes: Axes, answer: Sampled, line: Line, colour: str, digits: int, ground: str) -> None:
    """A tangent or secant across the picture, with the points where it meets the curve."""
    label = literally(readable(legend(line, answer, digits)))
    low, high = margins(answer.limits)
    xs = [answer.low + (answer.high - answer.low) * k / 200 for k in range(201)]
    straight = tuple((x, line.y + line.slope * (x - line.x)) for x in xs)
    for part in within(straight, low, high):
        axes.plot(*zip(*part, strict=True), color=colour, linewidth=1.3, label=label, zorder=2.5)
        label = ""
    met = [line.x] if line.kind == "tangent" else [line.x, line.x + line.h]
    axes.plot(
        met, [line.y + line.slope * (x - line.x) for x in met], "o", color=colour, markersize=6, zorder=6,
        markeredgecolor=ground, markeredgewidth=1.0,
    )  # fmt: skip
