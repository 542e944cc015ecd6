"""Many steps along the gradient, each along that of the point reached."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from operator import mul

from ..errors import AdiffError
from ..graph.flags import clear, may_have_strayed
from ..graph.formula import Formula
from ..graph.note import Note
from ..notation.numbers import number
from .convergence import FAR, Judge
from .divergence import said, to_and_fro
from .gradient import Answers, Gradient
from .joint import Joint
from .nudge import Move, ratio, signed_step, start
from .point import Given
from .promise import largest_step

MOST_STEPS = 10_000_000
# Numbers that a walk may keep: a value and the moving inputs at every step.
MOST_NUMBERS = 100_000_000
# Operations between two looks at the clock and at whether to stop.
_PAUSE = 20_000


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk of `steps` steps of size `step` (negative: against the gradient), out of at most `limit`.

    `values` has the output at the start and after every step, `path` the inputs of `moving` at each of these, row by row.
    `predicted` is the value before plus what the gradient promised at every step. The partials in `inputs` are those at
    the start, and `largest_step` is that of the start. `converged` is None where that was not asked; `ended` is why
    the walk ended early: "interrupted", or "broken" where it left the finite numbers.
    """

    output: str
    step: float
    momentum: float
    limit: int
    predicted: float
    largest_step: float | None
    inputs: dict[str, Move]
    moving: tuple[str, ...]
    values: Sequence[float]
    path: Sequence[float]
    converged: bool | None
    ended: str | None
    notes: tuple[Note, ...]
    # How many parts each vector among the inputs has.
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.values) - 1

    @property
    def before(self) -> float:
        """The output at the start."""
        return self.values[0]

    @property
    def after(self) -> float:
        """The output at the end."""
        return self.values[-1]

    @property
    def ratio(self) -> float:
        """The actual change over the promised one, NaN for 0/0."""
        return ratio(self.before, self.predicted, self.after)

    @property
    def point(self) -> dict[str, float]:
        """The inputs at the end."""
        return self.at(self.steps)

    def at(self, step: int) -> dict[str, float]:
        """All inputs after so many steps."""
        first = step * len(self.moving)
        row = self.path[first : first + len(self.moving)]
        return {**{name: move.old for name, move in self.inputs.items()}, **dict(zip(self.moving, row, strict=True))}

    def along(self, name: str) -> Sequence[float]:
        """A moving input at the start and after every step."""
        return self.path[self.moving.index(name) :: len(self.moving)]

    def trajectory(self) -> Iterator[tuple[int, float, dict[str, float]]]:
        """Step, value and inputs, from step 0 on."""
        return ((k, value, self.at(k)) for k, value in enumerate(self.values))


def walk(
    formula: Formula,
    at: Given,
    *,
    step: float = 0.01,
    down: bool = False,
    steps: int | None = None,
    momentum: float = 0.0,
    tolerance: float | None = None,
    only: Iterable[str] | None = None,
    hold: Iterable[str] | None = None,
    watch: Callable[[int], bool] | None = None,
) -> Walk:
    """Take `steps` steps (one unless given), each along the gradient at the point reached, or against it with `down`.

    A step adds `step` times the velocity to the inputs; the velocity is the gradient, plus `momentum` times the last
    velocity. With a `tolerance` the walk ends when the gradient has become negligible (see Judge), after at most `steps`
    steps, 100,000 unless given. It ends where the output, an input or a wanted partial is no longer finite.
    `watch` is called now and then with the number of steps taken, and ends the walk by returning true.
    Raises AdiffError as nudge does, and for numbers out of range.
    """
    signed = signed_step(step, down=down)
    _check(steps, momentum, tolerance)
    answer = start(formula, at, only, hold)
    most = MOST_NUMBERS // (len(answer.grad) + 1)
    limit = steps if steps is not None else 1 if tolerance is None else min(FAR, most)
    if limit > most:
        raise AdiffError(
            "limit", f"{limit:,} steps of {len(answer.grad):,} inputs are more than {MOST_NUMBERS:,} numbers",
            hint=f"take at most --steps {most}",
        )  # fmt: skip
    trail = _Trail(formula, answer, signed, momentum, tolerance)
    trail.go(limit, watch)
    grad = dict(answer.grad)
    sign = math.copysign(1.0, signed)
    end = {**answer.inputs, **dict(zip(grad, trail.xs, strict=True))}
    return Walk(
        answer.output, signed, momentum, limit, trail.promised, largest_step(formula, answer.inputs, grad, sign),
        Answers({name: Move(x, grad.get(name), end[name] - x, end[name]) for name, x in answer.inputs.items()}),
        tuple(grad), trail.values, trail.path, None if tolerance is None else trail.ended == "converged",
        trail.ended if trail.ended in ("interrupted", "broken") else None,
        (*answer.notes, *trail.notes(limit)), answer.sizes,
    )  # fmt: skip


def _check(steps: int | None, momentum: float, tolerance: float | None) -> None:
    """Raises AdiffError for a number out of its range."""
    if steps is not None and steps < 1:
        raise AdiffError(
            "usage", f"the number of steps must be at least 1, not {steps}", hint="for example --steps 100"
        )
    if steps is not None and steps > MOST_STEPS:
        raise AdiffError(
            "limit", f"{steps:,} steps are more than {MOST_STEPS:,}",
            hint="take fewer, with --save, and go on from there",
        )  # fmt: skip
    if not 0 <= momentum < 1:
        raise AdiffError("usage", "momentum must be at least 0 and less than 1", hint="for example --momentum 0.9")
    if tolerance is not None and not 0 <= tolerance < 1:
        raise AdiffError(
            "usage", "the tolerance must be at least 0 and less than 1", hint="for example --tolerance 1e-6"
        )


class _Trail:
    """A walk on its way: the point reached, and all that it passed."""

    def __init__(
        self, formula: Formula, answer: Gradient, signed: float, momentum: float, tolerance: float | None
    ) -> None:
        self.formula = formula
        self.answer = answer
        self.signed = signed
        self.momentum = momentum
        self.names = list(answer.grad)
        self.joint = Joint(formula, answer.inputs, self.names)
        self.judge = None if tolerance is None else Judge(self.joint.straight, signed, momentum, tolerance)
        self.xs = [answer.inputs[name] for name in self.names]
        self.values = array("d", [answer.value])
        self.path = array("d", self.xs)
        self.promised = answer.value
        self.ended: str | None = None
        # Of the point where a partial was not finite: the partials.
        self.stuck: tuple[float, ...] | None = None
        # The steps whose partials the straight program left open.
        self.resolved: list[int] = []

    def go(self, limit: int, watch: Callable[[int], bool] | None) -> None:
        """Walk on until something ends it."""
        judge, signed, momentum = self.judge, self.signed, self.momentum
        values, path, xs = self.values, self.path, self.xs
        value, slopes = self.answer.value, tuple(self.answer.grad.values())
        velocity: Sequence[float] = [0.0] * len(xs)
        promised = value
        pause = max(1, _PAUSE // (self.joint.straight.work + len(xs) + 1))
        taken = 0
        # Steps are taken in doubles, and the processor is asked now and then whether any left the range of doubles. If so,
        # those since the last question are taken once more, with care.
        run: Callable[[Sequence[float]], tuple[float, ...]] = self.joint.straight
        kept = (taken, xs, velocity, value, slopes, promised, copy(judge))
        clear()
        while True:
            total = value + sum(xs)
            if total - total != 0 and not (math.isfinite(value) and all(map(math.isfinite, xs))):
                self.ended = "broken"
            elif judge is not None and judge.arrived(value, xs, slopes, velocity):
                self.ended = "converged"
            elif taken % pause == 0 and watch is not None and taken and watch(taken):
                self.ended = "interrupted"
            if taken > kept[0] and (self.ended or taken == limit or taken % pause == 0):
                if run == self.joint.straight and may_have_strayed():
                    taken, xs, velocity, value, slopes, promised, judge = kept
                    judge = self.judge = copy(judge)
                    del values[taken + 1 :], path[(taken + 1) * len(xs) :]
                    self.ended, run = None, self.joint.careful
                    continue
                run = self.joint.straight
                kept = (taken, xs, velocity, value, slopes, promised, copy(judge))
                clear()
            if self.ended or taken == limit:
                break
            ahead = [momentum * v + g for v, g in zip(velocity, slopes, strict=True)] if momentum else slopes
            push = sum(map(mul, slopes, ahead))
            if push - push != 0:  # infinite or NaN
                slopes = self._settled(xs, slopes, taken)
                if self.stuck:
                    self.ended = "broken"
                    break
                ahead = [momentum * v + g for v, g in zip(velocity, slopes, strict=True)] if momentum else slopes
                push = sum(map(mul, slopes, ahead))
            velocity = ahead
            promised += signed * push
            xs = [x + signed * v for x, v in zip(xs, velocity, strict=True)]
            found = run(xs)
            value, slopes = found[0], found[1:]
            taken += 1
            values.append(value)
            path.fromlist(xs)
        self.xs, self.promised = xs, promised

    def _settled(self, xs: Sequence[float], slopes: tuple[float, ...], taken: int) -> tuple[float, ...]:
        """The partials where they are not all finite as computed, resolved at the point if that helps."""
        if all(map(math.isfinite, slopes)):
            return slopes
        self.resolved.append(taken)
        found = self.joint.resolved(xs)[1:]
        if not all(map(math.isfinite, found)):
            self.stuck = found
        return found

    def notes(self, limit: int) -> list[Note]:
        """What to know of the walk, in the order of weight."""
        output, taken = self.answer.output, len(self.values) - 1
        notes = []
        if self.ended == "interrupted":
            notes.append(Note("interrupted", f"after {taken:,} of {limit:,} steps", output))
        infinite = [name for name, x in zip(self.names, self.xs, strict=True) if not math.isfinite(x)]
        if infinite and math.isfinite(self.values[-1]):
            text = f"{infinite[0]} is not finite at step {taken:,}, so there is nowhere to go from it"
            notes.append(Note("divergence", text, infinite[0]))
        if self.stuck:
            name, slope = next(
                (name, x) for name, x in zip(self.names, self.stuck, strict=True) if not math.isfinite(x)
            )
            kind = "undefined" if math.isnan(slope) else "infinity"
            text = f"d{output}/d{name} is not finite at step {taken:,}, so there is no direction to go on"
            notes.append(Note(kind, text, output))
        elif not any(self.answer.grad.values()):
            text = f"every partial derivative is 0: {output} does not change to first order"
            notes.append(Note("stationary", text, output))
        shown = [taken for taken in self.resolved if not self.stuck or taken != len(self.values) - 1]
        if shown:
            more = f" and {len(shown) - 1:,} more" if len(shown) > 1 else ""
            text = f"the gradient is 0*inf or inf - inf in doubles at step {shown[0]:,}{more}; one-sided slopes decided"
            notes.append(Note("indeterminate", text, output))
        told: list[Note] = []
        if self.ended != "converged":
            told = said(output, self.values, self.signed, momentum=self.momentum > 0, shorter=self._shorter)
            told = told or to_and_fro(self.path, len(self.names), self.signed, self._shorter)
        notes += told
        if self.judge is not None and self.ended is None:
            notes.append(self._not_converged(self.judge, bool(told)))
        return notes

    def _not_converged(self, judge: Judge, explained: bool) -> Note:
        """How far from its goal a walk stands that has used up its steps."""
        output, taken = self.answer.output, len(self.values) - 1
        left = f"{number(judge.size / judge.largest, 2)} of the largest on the way" if judge.largest else "not finite"
        text = f"{output} has not converged after {taken:,} steps: the gradient is still {left}"
        longest = self._shorter(taken)
        if not explained and longest is not None and longest > 4 * abs(self.signed):
            text += f"; longer steps would hold too, up to {number(longest, 2)}"
        return Note("convergence", text, output)

    def _shorter(self, step: int) -> float | None:
        """The longest step at a point of the path that keeps its promise."""
        size = len(self.names)
        xs = self.path[step * size : (step + 1) * size]
        slopes = self.joint.straight(xs)[1:]
        if not all(map(math.isfinite, slopes)):
            slopes = self.joint.resolved(xs)[1:]
        if not all(map(math.isfinite, slopes)):
            return None
        point = {**self.answer.inputs, **dict(zip(self.names, xs, strict=True))}
        grad = dict(zip(self.names, slopes, strict=True))
        return largest_step(self.formula, point, grad, math.copysign(1.0, self.signed))
