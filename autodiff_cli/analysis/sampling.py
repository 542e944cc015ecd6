"""A function along one of its inputs: values and derivatives, as dense as the curve needs, with its breaks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..errors import EXIT_MATHEMATICS, AdiffError
from ..graph.formula import Formula
from ..graph.note import Note
from .breaks import Break
from .lines import Line, secant, tangent
from .naming import titles
from .pieces import Cutter, Piece
from .point import Given, complete, not_an_input
from .sampler import Sampler

# The least and the most evenly spaced points that may be asked for.
FEWEST, MOST = 2, 100_000
# Differences of this part of the values are rounding.
_ROUNDING = 1e-12
# Beyond it the axes of pictures overflow.
_FARTHEST = 1e300


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve: the values at the plot's places, and the lines that show it.

    `order` 0 is the output itself, 1 its derivative, 2 the second. `pieces` are its unbroken lines; unlike the values they
    follow the curve to the ends of its domain and towards its poles.
    """

    name: str
    label: str
    output: str
    order: int
    values: tuple[float, ...]
    pieces: tuple[Piece, ...]
    breaks: tuple[Break, ...]

    @property
    def poles(self) -> tuple[float, ...]:
        """Where it grows without bound."""
        return tuple(each.x for each in self.breaks if each.kind == "pole")

    @property
    def jumps(self) -> tuple[Break, ...]:
        """Where its limits from the left and from the right differ."""
        return tuple(each for each in self.breaks if each.kind == "jump")


@dataclass(frozen=True, slots=True)
class Sampled:
    """Curves over a range of one input, the other inputs being `held`; lines that touch or cut them.

    `limits` is what of the upright axis is worth showing: everything, but for a pole's surroundings.
    """

    input: str
    low: float
    high: float
    held: dict[str, float]
    xs: tuple[float, ...]
    curves: tuple[Curve, ...]
    lines: tuple[Line, ...]
    limits: tuple[float, float]
    log: str
    notes: tuple[Note, ...]


def sampled(
    formula: Formula,
    at: Given,
    name: str,
    low: float,
    high: float,
    *,
    orders: Sequence[int] = (0,),
    points: int | None = None,
    tangents: Iterable[float] = (),
    secants: Iterable[tuple[float, float]] = (),
    log: str = "",
) -> Sampled:
    """The outputs of a formula and their derivatives, of the `orders` wanted up to 2, from `low` to `high` along an input.

    There are as many points as the curves' bends need, or exactly so many evenly spaced `points`. `log` names the axes that
    are logarithmic: "x", "y" or "xy". Tangents are at places of the range, secants from a place over a distance.
    Raises AdiffError for numbers out of range, an input without a number, and (exit 1) where there is nothing to show.
    """
    if not formula.is_input(name):
        raise not_an_input(formula, name)
    if points is not None and not FEWEST <= points <= MOST:
        raise AdiffError(
            "usage", f"the number of points must be from {FEWEST} to {MOST:,}, not {points:,}",
            hint="for example --points 200",
        )  # fmt: skip
    if "x" in log and low <= 0:
        raise AdiffError(
            "usage", f"a logarithmic axis shows only what is above 0, and {name} begins at {low:g}",
            hint=f"for example {name}=0.01:100",
        )  # fmt: skip
    point = complete(formula, {**at, name: low})
    named = [title for title in titles(formula, name, max(orders)) if title.order in orders]
    sampler = Sampler(formula, point, name, orders, log)
    rough = sampler.even(low, high, points or sampler.coarse)
    sampler.bridge(rough)
    windows = [_window(sampler.heights(k, rough), tight=True) for k in range(len(named))]
    known = [window for window in windows if window]
    if not known:
        raise _nothing(named[0].name, name, low, high, log)
    # All curves share the picture's height, and what is rounding beside the values is none of their shape.
    tall = max(max(top - bottom, _ROUNDING * max(abs(top), abs(bottom))) for bottom, top in known) or 1.0
    xs = rough if points else sampler.refined(rough, windows, tall)
    found: list[Curve] = []
    for k, title in enumerate(named):
        pieces, breaks = Cutter(sampler.drawn(k), xs, sampler.height, tall, sampler.patient).cut()
        values = tuple(sampler(x)[k] for x in xs)
        found.append(Curve(*title, values, tuple(pieces), tuple(breaks)))
    notes: list[Note] = [*formula.notes, *(_unseen(curve, log) for curve in found if not curve.pieces)]
    lines: list[Line] = []
    touched = [_inside(x, name, low, high, "tangent") for x in tangents]
    met = [(_inside(x, name, low, high, "secant"), h) for x, h in secants]
    for title in (title for title in named if title.order == 0):
        lines += [tangent(formula, point, name, title, x, notes) for x in touched]
        lines += [secant(formula, point, name, title, x, h) for x, h in met]
    if sampler.straight.skipped:
        many = f"{sampler.straight.skipped:,} places"
        notes.append(
            Note("underflow", f"at {many} doubles left their range on the way, and there was no time to do better")
        )
    limits = _limits(sampler, found, rough, lines)
    others = {label: x for label, x in point.items() if label != name}
    return Sampled(
        name, low, high, others, tuple(xs), tuple(found), tuple(lines), limits, log, tuple(dict.fromkeys(notes))
    )


def _window(heights: Sequence[float], *, tight: bool) -> tuple[float, float] | None:
    """The lowest and the highest that is worth showing; `tight` leaves out what few samples reach far out."""
    known = sorted(y for y in heights if math.isfinite(y))
    if not known:
        return None
    if not tight:
        return known[0], known[-1]
    few = len(known) // 8
    low, high = known[few], known[-1 - few]
    room = 0.8 * (high - low)
    return max(known[0], low - room), min(known[-1], high + room)


def _limits(
    sampler: Sampler, curves: Sequence[Curve], xs: Sequence[float], lines: Sequence[Line]
) -> tuple[float, float]:
    """The limits of the upright axis, with some room."""
    shown: list[float] = []
    of_values: tuple[float, float] | None = None
    for k, curve in enumerate(curves):
        tight = bool(curve.poles) or any(math.isinf(y) for y in curve.values)
        ys = sampler.heights(k, xs) if tight else [sampler.height(y) for piece in curve.pieces for _, y in piece]
        window = _window(ys, tight=tight)
        if window and curve.order == 0:
            of_values = window
        elif window and tight and of_values and of_values[1] > of_values[0]:
            # The pole of a derivative does not flatten the function.
            tall = of_values[1] - of_values[0]
            window = max(window[0], of_values[0] - tall), min(window[1], of_values[1] + tall)
        shown += window or ()
        shown += [sampler.height(y) for each in curve.jumps for y in (each.left, each.value, each.right)]
    shown += [sampler.height(y) for line in lines for y in (line.y, line.y + line.slope * line.h)]
    known = [y for y in shown if math.isfinite(y)]
    low, high = min(known), max(known)
    if "y" in sampler.log:
        room = 0.05 * (high - low) or 0.5
        return 10.0 ** max(low - room, -300.0), 10.0 ** min(high + room, 300.0)
    if 0 < low <= 0.25 * high:
        low = 0.0
    if low <= 0.25 * high < 0:
        high = min(high, 0.0)
    flat = high - low <= _ROUNDING * max(abs(low), abs(high))
    room = max(1.0, 0.5 * abs(high)) if flat else 0.06 * (high - low)
    return max(low - room, -_FARTHEST), min(high + room, _FARTHEST)


def _inside(x: float, name: str, low: float, high: float, what: str) -> float:
    """A place of the range. Raises AdiffError for one outside of it."""
    if not low <= x <= high:
        raise AdiffError(
            "usage", f"the {what} at {name} = {x:g} is outside of the range from {low:g} to {high:g}",
            hint="choose a place inside, or widen the range",
        )  # fmt: skip
    return x


def _unseen(curve: Curve, log: str) -> Note:
    """The note on a curve of which there is nothing to see beside the others."""
    what = "positive value, and a logarithmic axis shows no other" if "y" in log else "finite value over this range"
    return Note("undefined", f"{curve.name} has no {what}", curve.name)


def _nothing(curve: str, name: str, low: float, high: float, log: str) -> AdiffError:
    """Why no curve has a place in the picture."""
    where = f"{name} from {low:g} to {high:g}"
    if "y" in log:
        return AdiffError(
            "mathematics", f"{curve} has no positive value for {where}, and a logarithmic axis shows no other",
            hint="leave out --log y", exit=EXIT_MATHEMATICS,
        )  # fmt: skip
    return AdiffError(
        "mathematics", f"{curve} has no finite value for {where}", exit=EXIT_MATHEMATICS,
        hint=f"adiff grad with {name}={low:g} says why; choose another range",
    )  # fmt: skip
