"""A function of two of its inputs: values on a grid, level lines, the gradient field, and a walk along it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import EXIT_MATHEMATICS, AdiffError
from ..graph.formula import Formula
from ..graph.note import Note
from ..notation.ticks import ticks
from .joint import Joint, Straight
from .naming import titles
from .point import Given, complete, not_an_input, single
from .walk import Walk, walk

Ends = tuple[float, float]

# Values along each side of the grid: the fewest, as many as there are by default, the most that may be asked for.
_FEWEST, _USUAL, _MOST = 2, 121, 500
_MOST_WORK = 8_000_000
# Arrows along each side.
_ARROWS = 15
_LEVELS = 9
# Places of a walk that a picture can show.
_MOST_PLACES = 4000


@dataclass(frozen=True, slots=True)
class Path:
    """Where a walk starts, how many steps it takes, and the multiple of the gradient that each goes."""

    start: tuple[float, float]
    steps: int = 100
    step: float = 0.01
    down: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """The output over a grid: `values[j][i]` at (xs[i], ys[j]), and `gradient[j][i]` at (arrow_xs[i], arrow_ys[j]).

    `levels` are values worth a line; the other inputs are at `held`.
    """

    name: str
    label: str
    inputs: tuple[str, str]
    held: dict[str, float]
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]
    levels: tuple[float, ...]
    arrow_xs: tuple[float, ...]
    arrow_ys: tuple[float, ...]
    gradient: tuple[tuple[tuple[float, float], ...], ...]
    walk: Walk | None
    notes: tuple[Note, ...]

    @property
    def trail(self) -> list[tuple[float, float]]:
        """The places of the walk, as far as they are finite; some thousands of a longer one."""
        if self.walk is None:
            return []
        every = range(0, self.walk.steps + 1, self.walk.steps // _MOST_PLACES + 1)
        xs, ys = (self.walk.along(name) for name in self.inputs)
        places = [(xs[k], ys[k]) for k in dict.fromkeys((*every, self.walk.steps))]
        return [place for place in places if all(map(math.isfinite, place))]


def field(
    formula: Formula, at: Given, first: tuple[str, Ends], second: tuple[str, Ends], *, points: int | None = None,
    path: Path | None = None,
) -> Field:  # fmt: skip
    """The only output of a formula over ranges of two inputs, with `points` values along each, and the walk of a path.

    Raises AdiffError for several outputs, numbers out of range, an input without a number, whatever `walk` refuses, and
    (exit 1) an output that is nowhere finite.
    """
    names = first[0], second[0]
    for name in names:
        if not formula.is_input(name):
            raise not_an_input(formula, name)
    single(formula, "a plot over two inputs shows")
    if points is not None and not _FEWEST <= points <= _MOST:
        raise AdiffError(
            "usage", f"the number of points along a side must be from {_FEWEST} to {_MOST}, not {points:,}",
            hint="for example --points 100",
        )  # fmt: skip
    point = complete(formula, {**at, names[0]: first[1][0], names[1]: second[1][0]})
    straight = Straight.of(formula, point, names)
    size = points or max(24, min(_USUAL, int(math.sqrt(_MOST_WORK / (straight.work + 1)))))
    xs, ys = even(*first[1], size), even(*second[1], size)
    values = tuple(tuple(straight((x, y))[0] for x in xs) for y in ys)
    title = titles(formula, f"{names[0]}, {names[1]}", 0)[0]
    known = sorted(z for row in values for z in row if math.isfinite(z))
    if not known:
        raise AdiffError(
            "mathematics", f"{title.name} has no finite value over these ranges", exit=EXIT_MATHEMATICS,
            hint=f"adiff grad with {names[0]}={first[1][0]:g} {names[1]}={second[1][0]:g} says why; choose other ranges",
        )  # fmt: skip
    arrow_xs, arrow_ys = between(*first[1], _ARROWS), between(*second[1], _ARROWS)
    wanted = [name for name in names if name in formula.input_values]
    joint = Joint(formula, point, wanted).straight
    walked = None if path is None else _walked(formula, point, names, path)
    held = {name: x for name, x in point.items() if name not in names}
    return Field(
        title.name, title.label, names, held, xs, ys, values, levels(known), arrow_xs, arrow_ys,
        tuple(tuple(_slopes(joint, wanted, dict(zip(names, (x, y), strict=True))) for x in arrow_xs) for y in arrow_ys),
        walked, tuple(dict.fromkeys((*formula.notes, *(walked.notes if walked else ())))),
    )  # fmt: skip


def _slopes(joint: Straight, wanted: Sequence[str], place: dict[str, float]) -> tuple[float, float]:
    """Both partial derivatives; 0 by an input that the output does not depend on."""
    value, *found = joint([place[name] for name in wanted])
    slopes = dict(zip(wanted, found, strict=True))
    first, second = (math.nan if math.isnan(value) else slopes.get(name, 0.0) for name in place)
    return first, second


def _walked(formula: Formula, point: Given, names: tuple[str, str], path: Path) -> Walk:
    start = {**point, **dict(zip(names, path.start, strict=True))}
    return walk(formula, start, step=path.step, down=path.down, steps=path.steps, only=names)


def even(low: float, high: float, size: int) -> tuple[float, ...]:
    """Evenly spaced places with both ends."""
    return (low, *(low + (high - low) * k / (size - 1) for k in range(1, size - 1)), high)


def between(low: float, high: float, size: int) -> tuple[float, ...]:
    """The middles of so many equal parts."""
    return tuple(low + (high - low) * (k + 0.5) / size for k in range(size))


def levels(known: Sequence[float]) -> tuple[float, ...]:
    """Values, of those known in order, that level lines are worth drawing at.

    Round and evenly spaced where the values are; else such that as many lie between any two, for a steep rim or a pole
    would take all the lines.
    """
    low, high = known[0], known[-1]
    few = len(known) // 10
    if low == high:
        return ()
    if known[-1 - few] - known[few] > 0.35 * (high - low):
        return tuple(level for level in ticks(low, high, _LEVELS) if low < level < high)
    ranks = (known[(len(known) - 1) * k // (_LEVELS + 1)] for k in range(1, _LEVELS + 1))
    rounded = sorted({float(f"{z:.2g}") for z in ranks})
    return tuple(level for level in rounded if low < level < high)
