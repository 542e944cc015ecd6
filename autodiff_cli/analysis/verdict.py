"""The verdict on a derivative, from the true slopes beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from ..notation.numbers import number
from .beside import Sides

RIGHT, ILL, KINK, WRONG = "right", "ill-conditioned", "kink", "wrong"
# The worst first.
VERDICTS = (WRONG, KINK, ILL, RIGHT)
# A derivative is right to this part of the slope, or to this part of the value per input: its own rounding.
_TOLERANCE, _NATURAL = 1e-6, 1e-13
# Rounding is to blame for an error of at most so many of its first-order bounds.
_BOUNDS = 64.0
# Results below this have few digits or none, by their nature.
_SMALLEST = 1e-300


class Judgement(NamedTuple):
    """The verdict, and a sentence that says why.

    `edge` is `kink` or `jump` where the function has no derivative, whichever of the two it is.
    """

    verdict: str
    reason: str
    edge: str | None = None


def kinked(judgement: Judgement) -> bool:
    """Whether the function has no derivative there, so that the one used is a convention."""
    return judgement.edge is not None


def judge(
    partial: float, sides: Sides, natural: float, around: Callable[[], list[float]], bound: Callable[[], float]
) -> Judgement:
    """The verdict on a partial derivative.

    `natural` is the value per input, `around` gives the true slopes at the input a few roundings off, and `bound` the
    first-order rounding bound of the partial; both are asked for only where they matter.
    """
    left, right = number(sides.left), number(sides.right)
    if sides.leaps:
        return Judgement(
            KINK, f"the value jumps here; the gradient {number(partial)} is that of the side taken", "jump"
        )
    slope = sides.slope
    if math.isnan(slope):
        if math.isnan(sides.left):
            return Judgement(ILL, "no one-sided slope could be found here, so there is no telling")
        message = f"the slope is {left} from the left and {right} from the right"
        return Judgement(KINK, f"{message}; the gradient {number(partial)} is a convention", "kink")
    only = f", from the {'right' if math.isnan(sides.left) else 'left'} alone" if sides.one_sided else ""
    if partial == slope:
        infinite = (
            "it is infinite in doubles, and so is the true slope"
            if math.isinf(slope)
            else "it is the true slope to all digits"
        )
        return Judgement(RIGHT, infinite + only)
    off = abs(partial - slope)
    if off <= max(_TOLERANCE * abs(slope), _NATURAL * abs(natural), _SMALLEST):
        return Judgement(RIGHT, _digits(off, slope) + only)
    if _between(partial, slope, around()):
        return Judgement(RIGHT, f"it is the true slope within rounding of the input{only}")
    told = f"the gradient is {number(partial)}, the true slope {number(slope)}{only}"
    doubt = bound()
    if off <= _BOUNDS * doubt:
        extent = f"rounding may move it by {number(doubt, 2)}" if math.isfinite(doubt) else "numbers run out of range"
        return Judgement(ILL, f"too much is lost to rounding to tell: {told}; {extent}")
    return Judgement(WRONG, f"{told}, off by {number(partial - slope, 6)}")


def _digits(off: float, slope: float) -> str:
    if slope == 0 or off >= abs(slope):
        return "it is the true slope within rounding"
    return f"it is the true slope to {min(15, math.floor(-math.log10(off / abs(slope))))} digits"


def _between(partial: float, slope: float, around: list[float]) -> bool:
    """Whether the partial is one of the slopes near by."""
    return all(map(math.isfinite, around)) and min(slope, *around) <= partial <= max(slope, *around)
