"""The second look at rows: which left the range of doubles on the way, and which stand at the point of an equality."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..graph.formula import Formula
from ..graph.guards import equalities
from ..graph.program import Program
from ..graph.range import lost
from .kernel import Kernel

Rows = NDArray[np.int64]
NONE: Rows = np.empty(0, np.int64)
# A program that bounds errors is some fifteen times as long as the one that it judges. One of more operations is not compiled;
# up to so many operations in all, rows times length, none is: that takes longer than to do them in Python.
MOST = 20_000
FEW = 500_000


class Careful:
    """What tells of the rows of one formula; compiled when it is first wanted. Several threads may ask at once.

    `inputs` are those of the kernel: a number or an array each.
    """

    def __init__(self, formula: Formula, program: Program, wrt: Sequence[str], math: str) -> None:
        self._program = program
        self._math = math
        self._lock = threading.Lock()
        self._looked = False
        self._lost: Program | None = None
        self._compiled: Kernel | None = None
        guards = equalities(formula, wrt)
        self._equal = None if guards is None else Kernel(guards, math)

    def seen(self, inputs: Sequence[Any], suspect: Sequence[tuple[int, int]]) -> tuple[Rows, Rows]:
        """The rows that have other results than with unbounded exponents, and the others at the point of an equality.

        Only the suspect ones may be among the first: ranges by first row and length.
        """
        lost = self.lost(inputs, suspect)
        return lost, np.setdiff1d(self.equal(inputs), lost, assume_unique=True)

    def lost(self, inputs: Sequence[Any], suspect: Sequence[tuple[int, int]]) -> Rows:
        """The first of these."""
        program = self._ranges() if suspect or self._program.lost else None
        if program is None:
            return NONE
        if self._program.lost:
            suspect = [(0, next((len(x) for x in inputs if not isinstance(x, float)), 1))]
        found = []
        for start, n in suspect:
            columns = [x if isinstance(x, float) else x[start : start + n] for x in inputs]
            error, left = self._judged(program, columns, n)
            found.append(np.flatnonzero((error != 0) & (left == 1)) + start)
        return np.concatenate(found)

    def _judged(self, program: Program, columns: Sequence[Any], rows: int) -> Any:
        """The two results of the program that bounds errors, for every row; of a program too long for that, zeros."""
        if rows * len(program.steps) <= FEW:
            points = zip(*[np.broadcast_to(x, rows).tolist() for x in columns], strict=True)
            return np.array([program.at(point) for point in points]).T
        with self._lock:
            if self._compiled is None and len(program.steps) <= MOST:
                self._compiled = Kernel(program, self._math)
        return np.zeros((2, rows)) if self._compiled is None else self._compiled.run(columns).columns

    def equal(self, inputs: Sequence[Any]) -> Rows:
        """All rows at the point of an equality."""
        if self._equal is None:
            return NONE
        (held,) = self._equal.run(list(inputs)).columns
        return np.flatnonzero(held == 1)

    def _ranges(self) -> Program | None:
        """What bounds the errors; None where nothing can be lost."""
        with self._lock:
            if not self._looked:
                self._looked = True
                self._lost = lost(self._program)
        return self._lost
