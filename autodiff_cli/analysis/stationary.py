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
# A value that changes by this part of what it is made of does so because the point was given to some six digits.
_MEANT = 1e-6
# Of so many inputs at most a Newton step is taken.
_MOST_SOLVED = 60
# Of so many inputs at most the place where the gradient is 0 is told.
_FEW = 4
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
    size: float,
) -> tuple[str | None, list[Note]]:
    """The verdict on a point, None where the gradient is not 0, and the notes that go with it.

    A partial derivative is 0 where rounding explains it: that of its own terms, or of the inputs to the nearest doubles. So
    the verdict does not change when inputs are shifted or scaled. `terms(k)` is the sum of the sizes of all that went into
    partial number k, `errors` by how much each entry may be wrong; without it every entry has twelve digits. `size` is that of
    what the value is made of: a point from which a Newton step would change the value by no more than a few millionths of
    that is meant to be the one where the gradient is 0, given to some digits. At a kink second derivatives decide nothing.
    """
    notes: list[Note] = []
    part = _TWELVE_DIGITS
    off = [k for k, g in enumerate(grad) if not _is_zero(g, matrix[k], point, partial(terms, k))]
    if off:
        step = solved(matrix, [-g for g in grad]) if len(names) <= _MOST_SOLVED else None
        goal = ""
        if step is not None and len(names) <= _FEW:
            goal = ", ".join(f"{name} = {number(x + d)}" for name, x, d in zip(names, point, step, strict=True))
        change = math.inf if step is None else 0.5 * math.fsum(abs(g * d) for g, d in zip(grad, step, strict=True))
        slope = f"d{output}/d{names[off[0]]} is {number(grad[off[0]], 4)}"
        if not (size and change <= _MEANT * size):
            further = f"; a Newton step would lead to {goal}" if goal else ""
            text = f"no minimum, maximum or saddle, for the gradient is not 0 here: {slope}{further}"
            return None, [Note("slope", text, output)]
        nearby = f"at {goal}" if goal else "nearby"
        text = f"the gradient is 0 to some digits only ({slope}): the verdict is that of the point {nearby}"
        notes.append(Note("stationary", text, output))
        part = max(part, math.sqrt(change / size))
    if kinked:
        notes.append(
            Note("stationary", "there is a kink or a jump at the point: second derivatives do not decide", output)
        )
        return UNDECIDED, notes
    if off or errors is None:
        errors = [[part * abs(x) for x in row] for row in matrix]
    negative, doubtful, positive = signs(matrix, errors)
    if negative and positive:
        return SADDLE, notes
    if doubtful:
        zero = "an eigenvalue is" if doubtful == 1 else f"{doubtful} eigenvalues are"
        text = f"{zero} 0 within rounding: second derivatives do not decide"
        return UNDECIDED, [*notes, Note("stationary", text, output)]
    return MINIMUM if positive else MAXIMUM, notes


def _is_zero(g: float, row: Sequence[float], point: Sequence[float], terms: Callable[[], float]) -> bool:
    """Whether a partial is 0 but for the rounding of its terms and of the inputs."""
    if g == 0:
        return True
    inputs = math.fsum(abs(h) * math.ulp(x) for h, x in zip(row, point, strict=True) if math.isfinite(h * x))
    return abs(g) <= inputs or abs(g) <= _ROUNDINGS * UNIT * terms()


def solved(matrix: Matrix, right: Sequence[float]) -> list[float] | None:
    """The solution of a system of linear equations by elimination with pivots; None where there is no single one."""
    rows = [[*row, x] for row, x in zip(matrix, right, strict=True)]
    n = len(rows)
    largest = [max(map(abs, row[:n])) for row in rows]
    if not all(largest):
        return None
    rows = [[x / top for x in row] for row, top in zip(rows, largest, strict=True)]
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(rows[i][k]))
        if abs(rows[pivot][k]) <= _TWELVE_DIGITS:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    found = [0.0] * n
    for k in range(n - 1, -1, -1):
        found[k] = (rows[k][n] - math.fsum(rows[k][j] * found[j] for j in range(k + 1, n))) / rows[k][k]
    return found if all(map(math.isfinite, found)) else None
