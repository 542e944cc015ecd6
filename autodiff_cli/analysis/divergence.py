"""What to say of a walk that goes the wrong way: where that began, and a step that would not."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from operator import ge, le

from ..graph.note import Note
from ..notation.numbers import number

# So many steps the wrong way in a row, or turns each worse than the one before, are no accident.
_ROW = 3
# A change this small a part of the whole range of the output is none.
_SLIGHT = 1e-9


def wrong_way(values: Sequence[float], sign: float, *, momentum: bool) -> int | None:
    """The step at which the output began to go the wrong way for good; None where it does not.

    That is the first of at least three steps in a row to the end against `sign`, or of at least three turning points to
    the end each worse than the one before and than all others. With momentum, which swings past its goal and
    comes back, a row of steps counts only where it ends worse than everything before.
    """
    last = len(values) - 1 - (not math.isfinite(values[-1]))  # a walk goes on from finite values only
    if last < _ROW:
        return None
    y = array("d", (sign * values[k] for k in range(last + 1)))
    least, slight = min(y), _SLIGHT * min(max(y) - min(y), 1e300)
    first = last
    while first > 0 and y[first] < y[first - 1]:
        first -= 1
    if last - first >= _ROW and y[first] - y[last] > slight and (not momentum or y[last] <= least):
        return first + 1
    row: list[int] = []
    for k in _turns(y, last):
        if row and y[k] <= y[row[-1]]:
            break
        row.append(k)
    worse = len(row) >= _ROW and y[row[0]] <= least and y[row[-1]] - y[row[0]] > slight
    return row[-1] if worse else None


def _turns(y: Sequence[float], last: int) -> Iterator[int]:
    """Where y stops falling, from the end back; the end too, if it falls there."""
    if y[last] < y[last - 1]:
        yield last
    yield from (k for k in range(last - 1, 0, -1) if y[k - 1] > y[k] <= y[k + 1])


def said(
    output: str, values: Sequence[float], step: float, *, momentum: bool, shorter: Callable[[int], float | None]
) -> list[Note]:
    """The notes on values that diverge, leave the numbers, or go the wrong way now and then.

    `step` is signed; `shorter(k)` is the longest step that keeps its promise at step k, where there is one.
    """
    sign = math.copysign(1.0, step)
    if math.isfinite(values[-1]) and all(map(ge if sign > 0 else le, values[1:], values)):
        return []
    last = len(values) - 1
    began = wrong_way(values, sign, momentum=momentum)
    fell = "falls" if sign > 0 else "rises"
    end = values[last]
    if math.isnan(end):
        text = f"{output} is undefined at step {last:,}: the walk leaves the domain; {_try(step, shorter(last - 1))}"
    elif began is not None:
        there = f" until it is {number(end)} at step {last:,}" if math.isinf(end) else ""
        text = f"{output} {fell} from step {began:,} on{there}: the step is too long; {_try(step, shorter(began - 1))}"
    elif math.isinf(end) and end * sign > 0:
        text = (
            f"{output} is {number(end)} at step {last:,}: it goes on without bound along its gradient; "
            f"{_stop(last)}hold the inputs that drive it"
        )
    elif math.isinf(end):
        text = f"{output} is {number(end)} at step {last:,}: the step is too long; {_try(step, shorter(last - 1))}"
    else:
        return [] if momentum else _overshoots(output, values, step, shorter)
    return [Note("divergence", text, output)]


def _overshoots(
    output: str, values: Sequence[float], step: float, shorter: Callable[[int], float | None]
) -> list[Note]:
    """How often the output went the wrong way, and where first."""
    slight = _SLIGHT * min(max(values) - min(values), 1e300)
    backward = [k for k in range(1, len(values)) if (values[k - 1] - values[k]) * step > slight * abs(step)]
    if not backward:
        return []
    fell = "fell" if step > 0 else "rose"
    many, first = len(backward), backward[0]
    when = f"at step {first:,}" if many == 1 else f"at {many:,} of {len(values) - 1:,} steps, first at step {first:,}"
    text = f"{output} {fell} {when}: the step is too long there for the first order to hold; {_try(step, shorter(first - 1))}"
    return [Note("overshoot", text, output)]


def to_and_fro(path: Sequence[float], size: int, step: float, shorter: Callable[[int], float | None]) -> list[Note]:
    """The note on a walk that ends in going back and forth between two points; `size` numbers of the path are a point."""
    last = len(path) // size - 1
    if last < _ROW:
        return []
    here, there, again = (list(path[k * size : (k + 1) * size]) for k in (last, last - 1, last - 2))
    apart = math.dist(here, there)
    if not (apart > _SLIGHT * math.hypot(*here) and math.dist(here, again) <= _SLIGHT * apart):
        return []
    text = f"the walk goes to and fro between two points: the step is too long; {_try(step, shorter(last))}"
    return [Note("overshoot", text)]


def _try(step: float, shorter: float | None) -> str:
    """A shorter step: the one that keeps its promise, to two digits, where it is shorter at all."""
    found = shorter if shorter is not None and 0 < shorter < abs(step) else abs(step) / 10
    return f"try --step {number(found, 2)}"


def _stop(last: int) -> str:
    return f"stop earlier, with --steps {last - 1}, or " if last > 1 else ""
