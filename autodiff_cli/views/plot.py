"""Curves on paper: what every plot shares, and the plot of a walk."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import cycle, islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..analysis.joint import Straight
from ..analysis.walk import Walk
from ..errors import AdiffError
from ..notation.numbers import number
from .theme import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = {".svg": "svg", ".png": "png", ".pdf": "pdf"}
INSTALL = 'pip install "autodiff-cli[plot]"'
# Okabe and Ito's colours, which colour-blind eyes tell apart, without the yellow, which is lost on white; on a dark ground
# their light ones, and the others lightened.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DARK_COLOURS = ("#56B4E9", "#FF9A4D", "#3CC79B", "#E79AD0", "#F0E442", "#9FB6FF", "#FFFFFF")
_DASHES = ("-", "--", ":", "-.")
_FAINT = "#999999"
_STYLE: Any = {
    "svg.hashsalt": "adiff",  # the same picture is the same file
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": "medium",
    "axes.unicode_minus": True,
    "grid.color": "#E5E5E5",
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "font.size": 10.0,
}
_NO_DATE = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
# More points than a page has dots are thinned out.
_MOST_POINTS = 2000
_ENDLESS = 1e30
_MOST_LABELS = 12
# Level lines come from a grid of so many numbers a side, as far as so many operations allow.
_COARSEST, _FINEST, _MOST_WORK, _LEVELS = 12, 80, 20_000_000, 12


def target(path: str) -> Path:
    """Where a plot is to go, once that is certain to work: before anything is computed.

    Raises AdiffError for a suffix that is no picture's, a directory, one that is not there, and a missing matplotlib.
    """
    found = Path(path)
    if found.is_dir():
        raise AdiffError("file", f"{found} is a directory", hint=f"give the name of a file in it: -o {found}/plot.svg")
    if found.suffix.lower() not in FORMATS:
        what = f"there are no plots in {found.suffix}" if found.suffix else "there is no suffix to tell the format by"
        raise AdiffError("usage", f"{found}: {what}", hint=f"end the name in {', '.join(FORMATS)}")
    if not found.absolute().parent.is_dir():
        raise AdiffError("file", f"there is no directory {found.parent}", hint="make it first, or name another")
    _require()
    return found


def _require() -> None:
    """Raises AdiffError where matplotlib is not installed."""
    if find_spec("matplotlib") is None:
        raise AdiffError("usage", "plots need matplotlib, which is not installed", hint=f"install it: {INSTALL}")


def _dark() -> Any:
    """What of the style differs on a dark ground."""
    of = palette("dark")
    inked = ("axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor", "text.color", "axes.titlecolor")
    lined = ("axes.edgecolor", "xtick.color", "ytick.color")
    grounds = dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), of["ground"])
    return {**dict.fromkeys(inked, of["ink"]), **dict.fromkeys(lined, of["line"]), **grounds, "grid.color": "#2A323A"}


@contextmanager
def sheet(width: float, height: float, theme: str = "light") -> Iterator[Figure]:
    """An empty figure of so many inches, in our style; `picture` must be called inside."""
    with warnings.catch_warnings():
        # A letter that the font does not have is drawn as a box, and needs no word on stderr.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        # The margin beyond 1e300 may be infinite.
        warnings.filterwarnings("ignore", message="overflow encountered", category=RuntimeWarning)
        from matplotlib import rc_context
        from matplotlib.figure import Figure

        with rc_context({**_STYLE, **_dark()} if theme == "dark" else _STYLE):
            yield Figure(figsize=(width, height), layout="constrained")


def picture(figure: Figure, kind: str) -> bytes:
    """The figure as svg, png or pdf: the same bytes for the same figure."""
    data = io.BytesIO()
    figure.savefig(data, format=kind, dpi=160, metadata=_NO_DATE[kind])
    return data.getvalue()


def lines() -> Iterator[tuple[str, str]]:
    """Colour and dashes of one line after the other: all colours solid, then dashed, and so on."""
    return cycle((colour, dashes) for dashes, colour in product(_DASHES, COLOURS))


def scale(xs: Sequence[float]) -> str:
    """The scale of an axis: linear, log where all are positive over more than two decades, symlog for an explosion."""
    sizes = sorted(abs(x) for x in xs if x != 0 and math.isfinite(x))
    if not sizes:
        return "linear"
    if min(xs) > 0:
        return "log" if sizes[-1] / 100 > sizes[0] else "linear"
    return "symlog" if sizes[-1] / 1e6 > sizes[len(sizes) // 2] else "linear"


def _scaled(axes: Axes, xs: Sequence[float]) -> None:
    """Give the upright axis the scale of these numbers."""
    found = scale(xs)
    if found == "symlog":
        from matplotlib.ticker import SymmetricalLogLocator

        sizes = sorted(abs(x) for x in xs if x != 0)
        usual = math.ceil(math.log10(sizes[len(sizes) // 2]))
        decades = math.log10(sizes[-1]) - usual
        axes.set_yscale("symlog", linthresh=10.0**usual, linscale=decades / 4)
        ticks = SymmetricalLogLocator(base=10.0, linthresh=10.0**usual)
        ticks.set_params(numticks=8)
        axes.yaxis.set_major_locator(ticks)
    elif found == "log":
        axes.set_yscale("log")


def walked(answer: Walk, kind: str, ground: Straight | None = None) -> bytes:
    """A walk as a picture: the output against the step, the inputs against the step, the path of two inputs in their plane.

    `ground` is the output as a function of the two, whose level lines are drawn under the path.
    """
    picked = _thinned(answer)
    plane = len(answer.moving) == 2
    with sheet(12.5 if plane else 9.0, 3.8) as figure:
        panels = figure.subplots(1, 3 if plane else 2)
        _output(panels[0], answer, picked)
        _inputs(panels[1], answer, picked)
        if plane:
            _plane(panels[2], answer, picked, ground)
        return picture(figure, kind)


def _thinned(answer: Walk) -> list[int]:
    """The steps to draw: at most so many, the first and the last among them, of those before numbers grow endless."""
    last = answer.steps
    while last > 0 and not all(abs(x) < _ENDLESS for x in (answer.values[last], *answer.at(last).values())):
        last -= 1
    if last < _MOST_POINTS:
        return list(range(last + 1))
    return sorted({round(k * last / (_MOST_POINTS - 1)) for k in range(_MOST_POINTS)})


def _output(axes: Axes, answer: Walk, picked: Sequence[int]) -> None:
    values = [answer.values[k] for k in picked]
    axes.plot(picked, values, color=COLOURS[0], marker=_marker(picked), markersize=3)
    _scaled(axes, values)
    momentum = f", momentum {number(answer.momentum)}" if answer.momentum else ""
    axes.set_title(f"{answer.steps:,} step{'s' * (answer.steps != 1)} of {number(answer.step)}{momentum}")
    _against_steps(axes)
    axes.set_ylabel(answer.output)


def _against_steps(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("step")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


def _inputs(axes: Axes, answer: Walk, picked: Sequence[int]) -> None:
    """The inputs that move; beyond a dozen only those that move furthest have a colour and a name."""
    far = sorted(answer.moving, key=lambda name: -abs(answer.inputs[name].change))[:_MOST_LABELS]
    named, drawn = [name for name in answer.moving if name in far], []
    everything: list[float] = []
    for name in answer.moving:
        if name not in far:
            axes.plot(picked, _numbers(answer.along(name), picked), color=_FAINT, linewidth=0.6)
    for name, (colour, dashes) in zip(named, islice(lines(), len(named)), strict=True):
        xs = _numbers(answer.along(name), picked)
        everything += xs
        drawn += axes.plot(picked, xs, color=colour, linestyle=dashes, marker=_marker(picked), markersize=3)
    if scale(everything) == "symlog":
        _scaled(axes, everything)
    where: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)} if len(named) > 4 else {"loc": "best"}
    axes.legend(drawn, named, fontsize="small", **where)
    more = len(answer.moving) - len(named)
    axes.set_title("inputs" + (f", {more:,} more in grey" if more else ""))
    _against_steps(axes)


def _plane(axes: Axes, answer: Walk, picked: Sequence[int], ground: Straight | None) -> None:
    """The path of two inputs, from a ring to a dot."""
    first, second = answer.moving
    xs, ys = (_numbers(answer.along(name), picked) for name in (first, second))
    axes.grid(visible=False)
    axes.plot(xs, ys, color=COLOURS[1], marker=_marker(picked), markersize=3)
    axes.plot(xs[:1], ys[:1], "o", color=COLOURS[1], markerfacecolor="white", markersize=8)
    axes.plot(xs[-1:], ys[-1:], "o", color=COLOURS[1], markersize=8)
    if ground is not None:
        _levels(axes, answer, ground)
    axes.set_title("path, from the ring to the dot")
    axes.set_xlabel(first)
    axes.set_ylabel(second)


def _levels(axes: Axes, answer: Walk, ground: Straight) -> None:
    """Level lines of the output over what the axes show, even in its logarithm where the walk's values are."""
    size = max(_COARSEST, min(_FINEST, int(math.sqrt(_MOST_WORK / (ground.work + 1)))))
    xs, ys = (_even(*limits, size) for limits in (axes.get_xlim(), axes.get_ylim()))
    levels = [[ground((x, y))[0] for x in xs] for y in ys]
    if scale([answer.before, answer.after]) == "log":
        levels = [[math.log(z) if z > 0 else math.nan for z in row] for row in levels]
    known = sorted(z for row in levels for z in row if math.isfinite(z))
    if not known or known[0] == known[-1]:
        return
    # By rank, so that a steep rim does not take all the lines.
    ranks = sorted({known[(len(known) - 1) * k // (_LEVELS + 1)] for k in range(1, _LEVELS + 1)})
    axes.contour(xs, ys, levels, levels=ranks, colors=_FAINT, linewidths=0.7, linestyles="solid", zorder=0.5)


def _even(low: float, high: float, size: int) -> list[float]:
    return [low + (high - low) * k / (size - 1) for k in range(size)]


def _numbers(xs: Sequence[float], picked: Sequence[int]) -> list[float]:
    return [xs[k] for k in picked]


def _marker(picked: Sequence[int]) -> str:
    """A dot for each step where these can be told apart."""
    return "o" if len(picked) <= 40 else ""
