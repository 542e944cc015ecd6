"""What the second derivatives say of a point where the gradient is 0: minimum, maximum, saddle, or nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

from ..graph.note import Note
from ..notation.numbers import number
from .eigen import Matrix, signs

MINIMUM, MAXIMUM, SADDLE, UNDECIDED = "minimum", "maximum", "saddle", "undecided"

UNIT = 2.0**-53
# The part of itself by which an entry without a note of its own may be wrong.
_TWELVE_DIGITS = 1e-12
# A point given to six digits is close enough to be meant: half a unit in the sixth, of a number that begins with a 1.
_SIX_DIGITS = 5e-6
_ROUNDINGS = 16


def verdict(
    output: str,
    names: Sequence[str],
    point: Sequence[float],
    grad: Sequence[float],
    matrix: Matrix,
    errors: Matrix | None,
    terms: Callable[[int], float],
    kinked: bool,
) -> tuple[str | None, list[Note]]:
    """The verdict on a point, None where the gradient is not 0, and the notes that go with it.

    A partial derivative is 0 where rounding explains it, or where a change of the inputs in their sixth digit would make it
    so. `terms(k)` is the sum of the sizes of all that went into partial number k, `errors` by how much each entry
    may be wrong; without it every entry has twelve digits. At a kink second derivatives decide nothing.
    """
    farthest, where = 0.0, 0
    for k, g in enumerate(grad):
        found = _distance(g, [h * x for h, x in zip(matrix[k], point, strict=True)], partial(terms, k))
        if found > farthest:
            farthest, where = found, k
        if not found <= _SIX_DIGITS:
            text = f"no minimum, maximum or saddle, for the gradient is not 0 here: d{output}/d{names[k]} is {number(g, 4)}"
            return None, [Note("slope", text, output)]
    notes = []
    if farthest:
        text = (
            f"the gradient is 0 to some digits only (d{output}/d{names[where]} is {number(grad[where], 2)}): "
            f"the verdict is that of a point some {number(farthest, 1)} of the inputs away"
        )
        notes.append(Note("stationary", text, output))
    if kinked:
        notes.append(
            Note("stationary", "there is a kink or a jump at the point: second derivatives do not decide", output)
        )
        return UNDECIDED, notes
    if farthest or errors is None:
        part = max(_TWELVE_DIGITS, farthest)
        errors = [[part * abs(x) for x in row] for row in matrix]
    negative, doubtful, positive = signs(matrix, errors)
    if negative and positive:
        return SADDLE, notes
    if doubtful:
        zero = "an eigenvalue is" if doubtful == 1 else f"{doubtful} eigenvalues are"
        text = f"{zero} 0 within rounding: second derivatives do not decide"
        return UNDECIDED, [*notes, Note("stationary", text, output)]
    return MINIMUM if positive else MAXIMUM, notes


def _distance(g: float, pulls: Sequence[float], terms: Callable[[], float]) -> float:
    """The part of themselves by which the inputs would have to change to make a partial 0; 0 where rounding explains it."""
    if g == 0:
        return 0.0
    size = math.fsum(map(abs, pulls)) if all(map(math.isfinite, pulls)) else 0.0
    if abs(g) <= _ROUNDINGS * UNIT * size or abs(g) <= _ROUNDINGS * UNIT * terms():
        return 0.0
    return abs(g) / size if size else math.inf
