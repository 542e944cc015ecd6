"""The eigenvalues of a symmetric matrix, and the signs among them that its uncertainty leaves no doubt of.

A matrix is first taken apart into blocks that nothing couples: each is solved for itself, so that a small eigenvalue of one
is not lost beside a large one of another. Small blocks are solved in high precision, larger ones in doubles: by numpy where
that is installed, else by mpmath's algorithm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.util import find_spec

Matrix = Sequence[Sequence[float]]

# Blocks up to this size take a few hundredths of a second in so many digits.
PRECISE, DIGITS = 12, 80
# Up to this size doubles by mpmath's algorithm are quicker than the import of numpy; up to MOST they end in some seconds.
SLIGHT, MOST = 40, 200
_ROUNDING = 2.0**-52


def blocks(matrix: Matrix) -> list[list[int]]:
    """The indices that entries other than 0 couple, in groups."""
    left = set(range(len(matrix)))
    found = []
    while left:
        group = [min(left)]
        left.discard(group[0])
        for i in group:
            near = [j for j in left if matrix[i][j] != 0]
            left.difference_update(near)
            group += near
        found.append(sorted(group))
    return found


def solvable(matrix: Matrix) -> bool:
    """Whether what is installed can tell the eigenvalues in reasonable time."""
    return max(map(len, blocks(matrix)), default=0) <= MOST or find_spec("numpy") is not None


def eigenvalues(matrix: Matrix) -> list[float]:
    """The eigenvalues in ascending order."""
    return sorted(x for block in blocks(matrix) for x in _of_block([[matrix[i][j] for j in block] for i in block]))


def signs(matrix: Matrix, errors: Matrix) -> tuple[int, int, int]:
    """How many eigenvalues are negative, in doubt and positive, where each entry may be wrong by that of `errors`.

    The rows and columns are scaled first so that the largest entry of each is 1. That changes no sign (Sylvester's law of
    inertia), and makes the answer the same in whatever units the inputs are. An eigenvalue of a symmetric matrix moves by no
    more than the largest row sum of what is added to the matrix (Weyl's inequality).
    """
    negative = doubtful = positive = 0
    for block in blocks(matrix):
        part = [[matrix[i][j] for j in block] for i in block]
        d = _scales(part)
        scaled = [[d[i] * x * d[j] for j, x in enumerate(row)] for i, row in enumerate(part)]
        wrong = max(sum(d[i] * errors[k][m] * d[j] for j, m in enumerate(block)) for i, k in enumerate(block))
        wrong += 8 * len(block) * _ROUNDING
        for x in _of_block(scaled):
            negative += x < -wrong
            positive += x > wrong
            doubtful += not abs(x) > wrong
    return negative, doubtful, positive


def _scales(matrix: Matrix) -> list[float]:
    """Powers of two for the rows and columns, such that the largest entry of each comes near 1 (Ruiz's iteration)."""
    d = [1.0] * len(matrix)
    for _ in range(20):
        largest = [max(abs(d[i] * x * d[j]) for j, x in enumerate(row)) for i, row in enumerate(matrix)]
        steps = [2.0 ** -round(math.log2(x) / 2) if x else 1.0 for x in largest]
        if all(step == 1 for step in steps):
            break
        d = [x * step for x, step in zip(d, steps, strict=True)]
    return d


def _of_block(matrix: Matrix) -> list[float]:
    """The eigenvalues of one block."""
    n = len(matrix)
    if n == 1:
        return [matrix[0][0]]
    largest = max(abs(x) for row in matrix for x in row)
    size = 2.0 ** math.frexp(largest)[1] if largest < 2.0**1023 else largest
    scaled = [[x / size for x in row] for row in matrix]
    if n <= PRECISE:
        found = _in_high_precision(scaled)
    elif n > SLIGHT and find_spec("numpy") is not None:
        import numpy as np

        found = np.linalg.eigvalsh(np.array(scaled)).tolist()
    else:
        found = _in_doubles(scaled)
    return [x * size for x in found]


def _in_high_precision(matrix: Matrix) -> list[float]:
    from mpmath import mp

    with mp.workdps(DIGITS):
        # An eigenvalue that is 0 comes out as the rounding of these digits: far below anything doubles could give.
        return [float(x) if abs(x) > 1e-70 else 0.0 for x in mp.eigsy(mp.matrix(matrix), eigvals_only=True)]


def _in_doubles(matrix: Matrix) -> list[float]:
    from mpmath.ctx_fp import FPContext

    class Doubles(FPContext):  # type: ignore[misc]
        """mpmath on Python's floats, with the one function that its eigenvalues need and it lacks."""

        hypot = staticmethod(math.hypot)

    doubles = Doubles()
    return [float(x) for x in doubles.eigsy(doubles.matrix(matrix), eigvals_only=True)]
