"""A step along the gradient: what it promises to first order, and what it gives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..errors import EXIT_MATHEMATICS, AdiffError
from ..graph.formula import Formula
from ..graph.note import Note
from .evaluated import value_at
from .gradient import Answers, Gradient, gradient
from .point import Given, chosen, single
from .promise import largest_step


@dataclass(frozen=True, slots=True)
class Move:
    """One input before and after a step; `grad` is None for one that is held."""

    old: float
    grad: float | None
    change: float
    new: float


@dataclass(frozen=True, slots=True)
class Nudge:
    """One step of size `step` (negative: against the gradient) and the output before, predicted and after.

    Up to `largest_step`, in the same direction, the output does what its gradient promises to a tenth; it is infinite
    where every step does, and None where there is no telling.
    """

    output: str
    before: float
    predicted: float
    after: float
    step: float
    largest_step: float | None
    inputs: dict[str, Move]
    notes: tuple[Note, ...]
    # How many parts each vector among the inputs has.
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """The actual change over the predicted one; 1 where the first order is all there is, NaN for 0/0."""
        return ratio(self.before, self.predicted, self.after)

    @property
    def point(self) -> dict[str, float]:
        """The inputs after the step."""
        return {name: move.new for name, move in self.inputs.items()}


def ratio(before: float, predicted: float, after: float) -> float:
    """The actual change over the predicted one, NaN for 0/0."""
    promised = predicted - before
    actual = after - before
    if promised == 0:
        return math.nan if actual == 0 else math.copysign(math.inf, actual)
    return actual / promised


def nudge(
    formula: Formula,
    at: Given,
    *,
    step: float = 0.01,
    down: bool = False,
    only: Iterable[str] | None = None,
    hold: Iterable[str] | None = None,
) -> Nudge:
    """Move every input by `step` times its partial derivative, or by minus that with `down`.

    With `only` these inputs move, with `hold` all but these; a vector's name stands for its parts.
    Raises AdiffError for a step that is not finite, several outputs, an input without a number, a name that is no input,
    or (exit 1) a gradient that is not finite.
    """
    signed = signed_step(step, down=down)
    answer = start(formula, at, only, hold)
    moves = {name: Move(x, None, 0.0, x) for name, x in answer.inputs.items()}
    for name, g in answer.grad.items():
        old = answer.inputs[name]
        moves[name] = Move(old, g, signed * g, old + signed * g)
    # Inputs that the formula does not reach stay where they are.
    after = value_at(formula, {name: move.new for name, move in moves.items()})
    predicted = answer.value + math.fsum(signed * g * g for g in answer.grad.values())
    return Nudge(
        answer.output,
        answer.value,
        predicted,
        after,
        signed,
        largest_step(formula, answer.inputs, answer.grad, math.copysign(1.0, signed)),
        Answers(moves),
        (*answer.notes, *_outcome(answer.output, answer.value, after, signed, answer.grad)),
        answer.sizes,
    )


def signed_step(step: float, *, down: bool) -> float:
    """The multiple of the gradient to go. Raises AdiffError for one that is not finite."""
    if not math.isfinite(step):
        raise AdiffError("usage", "the step must be a finite number", hint="for example --step 0.01")
    return -float(step) if down else float(step)


def start(formula: Formula, at: Given, only: Iterable[str] | None, hold: Iterable[str] | None) -> Gradient:
    """The gradient by the inputs that move, at the point where they begin. Raises AdiffError where none can begin."""
    single(formula, "a nudge moves", " to move")
    answer = gradient(formula, at, wrt=_moving(formula, only, hold))
    stuck = [name for name, partial in answer.grad.items() if not math.isfinite(partial)]
    if stuck or not math.isfinite(answer.value):
        what = answer.output if not stuck else f"d{answer.output}/d{stuck[0]}"
        reason = "; ".join(note.message for note in answer.notes[:1])
        raise AdiffError(
            "mathematics", f"{what} is not finite here, so there is no direction to go", exit=EXIT_MATHEMATICS,
            hint=reason or "start from another point",
        )  # fmt: skip
    return answer


def _moving(formula: Formula, only: Iterable[str] | None, hold: Iterable[str] | None) -> tuple[str, ...]:
    """The inputs that move. Raises AdiffError for a name that is no input, and where none is left."""
    if only is not None and hold is not None:
        raise AdiffError(
            "usage", "--only and --hold say the same thing in two ways", hint="name those that move, or those that stay"
        )
    if hold is None:
        return chosen(formula, only)
    held = set(chosen(formula, hold))
    moving = tuple(name for name in formula.inputs if name not in held)
    if not moving:
        raise AdiffError("usage", "every input is held, so nothing can move", hint="hold fewer of them")
    return moving


def _outcome(output: str, before: float, after: float, step: float, grad: Mapping[str, float]) -> list[Note]:
    """A word where the step did not do what it is for."""
    if not any(grad.values()):
        return [Note("stationary", f"every partial derivative is 0: {output} does not change to first order", output)]
    if math.isinf(after):
        return [Note("overflow", f"{output} is infinite after the step: try a smaller one", output)]
    if math.isnan(after):
        return [
            Note("undefined", f"{output} is undefined after the step: it leaves the domain, try a smaller one", output)
        ]
    if step > 0 and after < before:
        return [
            Note(
                "overshoot",
                f"{output} fell: the step is too long for the first order to hold, try a smaller one",
                output,
            )
        ]
    if step < 0 and after > before:
        return [
            Note(
                "overshoot",
                f"{output} rose: the step is too long for the first order to hold, try a smaller one",
                output,
            )
        ]
    return []
