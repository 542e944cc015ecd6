"""Level lines of a function of two inputs on paper, with its gradient field and a walk along it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..analysis.field import Field
from ..notation.numbers import number
from .plot import COLOURS, DARK_COLOURS, picture, sheet
from .plot_curves import DIGITS, listed, literally, readable
from .theme import palette
from .wording import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (7.2, 5.6)
# Both axes have one scale where their ranges are so alike.
_ALIKE = 2.5
_MOST_DOTS = 60


def contours(
    answer: Field, kind: str, *, theme: str = "light", title: str | None = None,
    size: tuple[float, float] | None = None, digits: int | None = None,
) -> bytes:  # fmt: skip
    """The plot as svg, png or pdf; its size in inches."""
    with sheet(*(size or SIZE), theme) as figure:
        axes = figure.add_subplot()
        axes.grid(visible=False)
        _levels(axes, answer, theme)
        _arrows(axes, answer)
        if answer.walk is not None:
            _path(axes, answer, (DARK_COLOURS if theme == "dark" else COLOURS)[1], palette(theme)["ground"])
        axes.set_xlim(answer.xs[0], answer.xs[-1])
        axes.set_ylim(answer.ys[0], answer.ys[-1])
        axes.set_xlabel(literally(plain(answer.inputs[0])))
        axes.set_ylabel(literally(plain(answer.inputs[1])))
        if 1 / _ALIKE <= _span(answer.xs) / _span(answer.ys) <= _ALIKE:
            axes.set_aspect("equal", adjustable="box")
        axes.set_title(literally(plain(title) if title is not None else heading(answer, digits or DIGITS, pretty=True)))
        return picture(figure, kind)


def heading(answer: Field, digits: int, *, pretty: bool = False) -> str:
    """What is shown, where the other inputs are held, and how the walk went."""
    lines = [readable(answer.label) if pretty else plain(answer.label)]
    held = listed(answer.held)
    if held:
        lines.append(held)
    if answer.walk is not None:
        walk = answer.walk
        way = "down" if walk.step < 0 else "up"
        told = f"{walk.steps:,} step{'s' * (walk.steps != 1)} of {number(abs(walk.step))} {way} the gradient"
        lines.append(f"{told}: {number(walk.before, digits)} to {number(walk.after, digits)}")
    return "\n".join(lines)


def _span(xs: tuple[float, ...]) -> float:
    return xs[-1] - xs[0]


def _levels(axes: Axes, answer: Field, theme: str) -> None:
    """Bands of colour between the levels, and a line with its number at each."""
    known = [z for row in answer.values for z in row if math.isfinite(z)]
    low, high = min(known), max(known)
    shown = [[z if math.isfinite(z) else math.nan for z in row] for row in answer.values]
    if not answer.levels:
        return
    from matplotlib.colors import BoundaryNorm

    edges = [low, *answer.levels, high]
    axes.contourf(
        answer.xs, answer.ys, shown, levels=edges, cmap="cividis", norm=BoundaryNorm(edges, 256), zorder=1,
        alpha=0.85 if theme == "dark" else 0.6,
    )  # fmt: skip
    ink = palette(theme)["ink"]
    lines = axes.contour(
        answer.xs,
        answer.ys,
        shown,
        levels=list(answer.levels),
        colors=ink,
        linewidths=0.7,
        linestyles="solid",
        zorder=2,
    )
    axes.clabel(lines, fontsize=7.5, fmt=lambda z: number(z, 4).replace("-", "\N{MINUS SIGN}"), inline=True)


def _arrows(axes: Axes, answer: Field) -> None:
    """The gradient: its direction as it is, its length within a cell of the grid, longer where it is steeper."""
    wide = _span(answer.arrow_xs) / (len(answer.arrow_xs) - 1)
    tall = _span(answer.arrow_ys) / (len(answer.arrow_ys) - 1)
    sizes = [math.hypot(u, v) for row in answer.gradient for u, v in row]
    largest = max((size for size in sizes if math.isfinite(size)), default=0.0)
    places, ways = [], []
    for y, row in zip(answer.arrow_ys, answer.gradient, strict=True):
        for x, (u, v) in zip(answer.arrow_xs, row, strict=True):
            size = math.hypot(u, v)
            if 0 < size < math.inf:
                fits = 0.85 / max(abs(u) / size / wide, abs(v) / size / tall)
                length = fits * (0.3 + 0.7 * (size / largest) ** 0.35)
                places.append((x, y))
                ways.append((u / size * length, v / size * length))
    if places:
        axes.quiver(
            *zip(*places, strict=True), *zip(*ways, strict=True), angles="xy", scale_units="xy", scale=1, pivot="mid",
            width=0.0028, headwidth=4.2, headlength=4.5, headaxislength=4.0, color=axes.xaxis.label.get_color(), alpha=0.75,
            zorder=3,
        )  # fmt: skip


def _path(axes: Axes, answer: Field, colour: str, ground: str) -> None:
    """The walk, from a ring to a dot."""
    xs, ys = zip(*answer.trail, strict=True)
    axes.plot(xs, ys, color=ground, linewidth=4.0, zorder=4, solid_capstyle="round")
    marker = "o" if len(xs) <= _MOST_DOTS else ""
    axes.plot(xs, ys, color=colour, linewidth=1.8, marker=marker, markersize=3, zorder=5)
    axes.plot(xs[:1], ys[:1], "o", color=colour, markerfacecolor=ground, markersize=8, markeredgewidth=1.6, zorder=6)
    axes.plot(xs[-1:], ys[-1:], "o", color=colour, markeredgecolor=ground, markersize=8, zorder=6)
