"""A step along the gradient: what it promises to first order, and what it gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import EXIT_MATHEMATICS, AdiffError
from ..graph.engine import forward
from ..graph.formula import Formula
from ..graph.note import Note
from .gradient import gradient


@dataclass(frozen=True, slots=True)
class Move:
    """One input before and after a step."""

    old: float
    grad: float
    change: float
    new: float


@dataclass(frozen=True, slots=True)
class Nudge:
    """One step of size `step` (negative: against the gradient) and the output before, predicted and after."""

    output: str
    before: float
    predicted: float
    after: float
    step: float
    inputs: dict[str, Move]
    notes: tuple[Note, ...]

    @property
    def ratio(self) -> float:
        """The actual change over the predicted one; 1 where the first order is all there is, NaN for 0/0."""
        promised = self.predicted - self.before
        actual = self.after - self.before
        if promised == 0:
            return math.nan if actual == 0 else math.copysign(math.inf, actual)
        return actual / promised

    @property
    def point(self) -> dict[str, float]:
        """The inputs after the step."""
        return {name: move.new for name, move in self.inputs.items()}


def nudge(formula: Formula, at: Mapping[str, float], *, step: float = 0.01, down: bool = False) -> Nudge:
    """Move every input by `step` times its partial derivative, or by minus that with `down`.

    Raises AdiffError for a step that is not finite, several outputs, an input without a number, or (exit 1) a gradient
    that is not finite.
    """
    if not math.isfinite(step):
        raise AdiffError("usage", "the step must be a finite number", hint="for example --step 0.01")
    if len(formula.outputs) > 1:
        raise AdiffError(
            "usage", f"a nudge moves one output, the expression has {len(formula.outputs)}",
            hint=f"choose one: --of {formula.outputs[0]}",
        )  # fmt: skip
    if not formula.inputs:
        raise AdiffError(
            "usage", "the expression has no inputs to move", hint="use a name in it, and give it a value: x=3"
        )
    answer = gradient(formula, at)
    stuck = [name for name, partial in answer.grad.items() if not math.isfinite(partial)]
    if stuck or not math.isfinite(answer.value):
        what = answer.output if not stuck else f"d{answer.output}/d{stuck[0]}"
        reason = "; ".join(note.message for note in answer.notes[:1])
        raise AdiffError(
            "mathematics", f"{what} is not finite here, so there is no direction to go", exit=EXIT_MATHEMATICS,
            hint=reason or "start from another point",
        )  # fmt: skip
    signed = -step if down else step
    moves = {
        name: Move(answer.inputs[name], g, signed * g, answer.inputs[name] + signed * g)
        for name, g in answer.grad.items()
    }
    # Inputs that the formula does not reach stay where they are.
    after = forward(formula, {name: move.new for name, move in moves.items()})[formula.output_nodes[answer.output]]
    predicted = answer.value + math.fsum(signed * g * g for g in answer.grad.values())
    return Nudge(
        answer.output,
        answer.value,
        predicted,
        after,
        signed,
        moves,
        (*answer.notes, *_outcome(answer.output, answer.value, after, signed, moves)),
    )


def _outcome(output: str, before: float, after: float, step: float, moves: Mapping[str, Move]) -> list[Note]:
    """A word where the step did not do what it is for."""
    if all(move.grad == 0 for move in moves.values()):
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
