"""A plot of every operation and its derivative, drawn from its row of the table."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure

from autodiff_cli.graph.engine import backward, forward
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.value import Value
from autodiff_cli.ops import Operation
from autodiff_cli.views.operations import everything, parameters, spelling


class Scheme(NamedTuple):
    """Colours on a light or dark page: Okabe and Ito's, which colour-blind readers can tell apart."""

    name: str
    ink: str
    faint: str
    paper: str
    curves: tuple[str, str, str, str]


LIGHT = Scheme("light", "#1b2733", "#d5dbe1", "#ffffff", ("#0072b2", "#d55e00", "#009e73", "#9a4f80"))
DARK = Scheme("dark", "#dfe6ee", "#3a4452", "#12161c", ("#56b4e9", "#f0a04b", "#2fc79a", "#e39bc8"))

SAMPLES = 640
TALL = 4.5
WIDTH, HEIGHT = 460, 300

# How far to look on either side of 0, by family; the domain, where it ends earlier, is found by looking.
WINDOW = {"trigonometric": 2 * math.pi, "gamma": 4.5, "normal": 4.0}
# What stands still while one operand moves: the values of the others, one curve each.
USUAL = ((0.5,), (1.0,), (2.0,))
OTHERS: dict[str, tuple[tuple[float, ...], ...]] = {
    "add": ((-1.0,), (1.0,), (2.0,)),
    "sub": ((-1.0,), (1.0,), (2.0,)),
    "mul": ((-1.0,), (0.5,), (2.0,)),
    "div": ((-1.0,), (0.5,), (2.0,)),
    "pow": ((-1.0,), (0.5,), (2.0,), (3.0,)),
    "atan2": ((-1.0,), (0.5,), (2.0,)),
    "hypot": ((0.0,), (1.0,), (2.0,)),
    "logb": ((0.5,), (2.0,), (10.0,)),
    "polygamma": ((1.0,), (2.0,), (3.0,)),
    "mod": ((1.0,), (2.0,), (-3.0,)),
    "clamp": ((-1.0, 2.0),),
    **dict.fromkeys(("min", "max", "lt", "le", "gt", "ge", "eq", "ne"), ((1.0,),)),
}
# Where the other operand is the one to move.
MOVES = {"polygamma": 1}


class Plot(NamedTuple):
    """A finished plot: SVG with the light scheme's colours, and the words that go with it."""

    text: str
    alt: str
    caption: str
    width: int = WIDTH
    height: int = HEIGHT

    def svg(self, scheme: Scheme) -> str:
        """The plot in the colours of a scheme."""
        swaps = dict(zip(_colours(LIGHT), _colours(scheme), strict=True))
        return re.sub("|".join(swaps), lambda found: swaps[found[0]], self.text)


def _colours(scheme: Scheme) -> tuple[str, ...]:
    return (scheme.ink, scheme.faint, scheme.paper, *scheme.curves)


class Curve(NamedTuple):
    """An operation along one operand: places, values, slopes there, and where it bends or leaps."""

    others: dict[str, float]
    xs: list[float]
    ys: list[float]
    slopes: list[float]
    kinks: list[tuple[float, float]]
    jumps: list[tuple[float, float]]


def figures() -> dict[str, Plot]:
    """A plot of every operation on numbers; those on truths have none."""
    return {row.name: plotted(row) for row in everything() if "truth" not in row.kinds}


def plotted(row: Operation) -> Plot:
    """Function and derivative along one operand, for a few values of the others."""
    names = parameters(row)
    moves = MOVES.get(row.name, 0)
    settings = OTHERS.get(row.name, USUAL) if row.arity > 1 else ((),)
    curves = [_curve(row, names, moves, others) for others in settings]
    return Plot(
        _drawn(curves, names[moves]), f"{spelling(row)} and its derivative", _caption(row, curves, names[moves])
    )


def _curve(row: Operation, names: Sequence[str], moves: int, others: Sequence[float]) -> Curve:
    leaves = [Value(label=name) for name in names]
    formula = Formula({"z": Value.of(row, tuple(leaves))}, dict(zip(names, leaves, strict=True)))
    still = dict(zip([name for i, name in enumerate(names) if i != moves], others, strict=True))
    out = formula.output_nodes["z"]

    @cache
    def at(x: float) -> tuple[float, float]:
        values = forward(formula, {**still, names[moves]: x})
        return values[out], backward(formula, values, out)[formula.index[leaves[moves]]]

    low, high = _ends(row, lambda x: at(x)[0])
    # Between the whole and half numbers, where functions leap; at an end of the domain itself.
    xs = [low + (high - low) * (k + 0.5) / SAMPLES for k in range(SAMPLES)]
    xs = [low] * (low > -_reach(row)) + xs + [high] * (high < _reach(row))
    ys, slopes = _torn(lambda x: at(x)[0], xs), _torn(lambda x: at(x)[1], xs)
    kinks, jumps = (
        [
            (x, at(x)[0])
            for x in _halves(low, high)
            if edge is not None and edge.test(*_operands(names, moves, x, still))
        ]
        for edge in (row.kinks, row.jumps)
    )
    return Curve(still, xs, ys, slopes, kinks, jumps)


def _operands(names: Sequence[str], moves: int, x: float, still: dict[str, float]) -> list[float]:
    return [x if i == moves else still[name] for i, name in enumerate(names)]


def _reach(row: Operation) -> float:
    return WINDOW.get(row.family, 4.0)


def _ends(row: Operation, fn: Callable[[float], float]) -> tuple[float, float]:
    """The part of the window in which the operation has values."""
    reach = _reach(row)
    places = [reach * k / 400 for k in range(-400, 401)]
    defined = [x for x in places if not math.isnan(fn(x))] or places
    return defined[0], defined[-1]


def _halves(low: float, high: float) -> list[float]:
    """The whole and half numbers of an interval: what the table's edges are on."""
    return [k / 2 for k in range(math.ceil(2 * low), math.floor(2 * high) + 1)]


def _limits(curves: Sequence[Curve]) -> tuple[float, float]:
    """What of the vertical axis to show: all values, and the slopes but for a few that are far out, as far as TALL."""
    values = [y for curve in curves for y in (*curve.ys, *(y for _, y in curve.jumps)) if math.isfinite(y)]
    slopes = sorted(y for curve in curves for y in curve.slopes if math.isfinite(y))
    few = len(slopes) // 25
    low, high = min(*values, slopes[few], 0.0), max(*values, slopes[-1 - few], 0.0)
    low, high = max(low, -TALL), min(high, TALL)
    room = 0.08 * ((high - low) or 2.0)
    return low - room, high + room


def _torn(fn: Callable[[float], float], xs: Sequence[float]) -> list[float]:
    """The function's values, NaN before each leap: a pole or a jump is no line."""
    ys = [fn(x) for x in xs]
    steps = [abs(after - before) for before, after in pairwise(ys)]
    torn = list(ys)
    for k in range(1, len(steps) - 1):
        if steps[k] > 4 * max(steps[k - 1], steps[k + 1]) and _leaps(fn, xs[k], xs[k + 1]):
            torn[k] = math.nan
    return torn


def _leaps(fn: Callable[[float], float], low: float, high: float) -> bool:
    """Whether the difference stays, however near the two places are: steep is not broken."""
    ends = fn(low), fn(high)
    whole = abs(ends[1] - ends[0])
    for _ in range(40):
        middle = (low + high) / 2
        y = fn(middle)
        if abs(y - ends[0]) > abs(ends[1] - y):
            high, ends = middle, (ends[0], y)
        else:
            low, ends = middle, (y, ends[1])
    return not abs(ends[1] - ends[0]) < 0.4 * whole


def _within(ys: Sequence[float], limits: tuple[float, float]) -> list[float]:
    """The values with a gap where they are far outside of the picture."""
    low, high = limits
    room = high - low
    return [y if low - room <= y <= high + room else math.nan for y in ys]


def _drawn(curves: Sequence[Curve], name: str) -> str:
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "adiff", "font.size": 11.5}):
        figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), layout="constrained")
        axes = figure.add_subplot()
        limits = _limits(curves)
        for colour, curve in zip(LIGHT.curves, curves, strict=False):
            alone = len(curves) == 1
            slope = LIGHT.curves[1] if alone else colour
            where = ", ".join(f"{other} = {value:g}" for other, value in curve.others.items())
            label = where or "function"
            ys, slopes = (_within(each, limits) for each in (curve.ys, curve.slopes))
            axes.plot(curve.xs, ys, color=colour, linewidth=2.2, zorder=3, label=label)
            axes.plot(
                curve.xs, slopes, color=slope, linewidth=1.6, dashes=(5, 2.2), label=f"d/d{name}" if alone else None
            )
            axes.plot(
                *_places(curve.kinks),
                "o",
                color=colour,
                markerfacecolor=LIGHT.paper,
                markersize=7,
                markeredgewidth=1.6,
                zorder=4,
            )
            axes.plot(*_places(curve.jumps), "o", color=colour, markersize=5.5, zorder=4)
        axes.set_ylim(*limits)
        axes.set_xlabel(name, color=LIGHT.ink)
        axes.axhline(0, color=LIGHT.faint, linewidth=1.2, zorder=0)
        axes.axvline(0, color=LIGHT.faint, linewidth=1.2, zorder=0)
        axes.grid(color=LIGHT.faint, linewidth=0.5, zorder=0)
        axes.set_axisbelow(True)
        axes.tick_params(color=LIGHT.faint, labelcolor=LIGHT.ink)
        for spine in axes.spines.values():
            spine.set_color(LIGHT.faint)
        axes.patch.set_visible(False)
        axes.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False, labelcolor=LIGHT.ink,
            handlelength=1.8, columnspacing=1.2,
        )  # fmt: skip
        stream = io.StringIO()
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    text = stream.getvalue()
    return text[text.index("<svg") :]


def _places(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _caption(row: Operation, curves: Sequence[Curve], name: str) -> str:
    parts = [f"Solid {spelling(row)}, dashed its derivative by {name}."]
    if any(curve.kinks for curve in curves):
        parts.append("A ring marks a kink.")
    if any(curve.jumps for curve in curves):
        parts.append("A dot marks the value at a jump.")
    return " ".join(parts)
