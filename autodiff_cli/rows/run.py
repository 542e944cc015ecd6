"""All pieces of a source through a job, counted and written in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Any

from ..kernel import Sums
from . import pipeline
from .compute import Seen, careful, engine
from .edges import explained
from .piece import Mistake, Piece
from .source import Source
from .summary import FirstNonFinite, FirstRow
from .work import Done, Job, worked

# Called now and then with the rows done, the bytes read, and the bytes there are, where that is known.
Progress = Callable[[int, int, int | None], None]


class Tally:
    """What there is to count, piece after piece in their order."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.rows = self.nonfinite = self.nulls = self.bad = self.skipped = self.resolved = 0
        self.first: FirstNonFinite | None = None
        self.lost = self.equal = 0
        self.first_lost: FirstRow | None = None
        self.first_equal: FirstRow | None = None
        self.sums: Sums | None = None
        self._file: str | None = None
        self._before = 0

    def before(self, file: str) -> int:
        """How many rows of a file have been counted."""
        return self._before if file == self._file else 0

    def add(self, file: str, done: Done) -> None:
        """Count a piece."""
        counts = done.counts
        before = self.before(file)
        if self.first is None and counts.first is not None:
            self.first = _explained(self.job, file, before + counts.first.row + 1, counts.first.inputs)
        self.lost += counts.lost.rows
        self.equal += counts.equal.rows
        self.first_lost = self.first_lost or self._found(file, before, counts.lost)
        self.first_equal = self.first_equal or self._found(file, before, counts.equal)
        self._file, self._before = file, before + counts.rows
        self.rows += counts.rows
        self.nonfinite += counts.nonfinite
        self.nulls += counts.nulls
        self.bad += counts.bad
        self.skipped += counts.skipped
        self.resolved += counts.resolved
        if done.sums is not None:
            self.sums = done.sums if self.sums is None else self.sums + done.sums

    def _found(self, file: str, before: int, seen: Seen) -> FirstRow | None:
        if seen.first is None:
            return None
        formula, _ = engine(self.job.plan)
        point = dict(zip(formula.inputs, seen.first.inputs, strict=True))
        return FirstRow(file, before + seen.first.row + 1, point)


def _explained(job: Job, file: str, row: int, inputs: tuple[float, ...]) -> FirstNonFinite:
    formula, _ = engine(job.plan)
    node, message = explained(formula, job.plan, inputs, resolved=job.exact_edges)
    return FirstNonFinite(file, row, dict(zip(formula.inputs, inputs, strict=True)), node, message)


def run(job: Job, source: Source, write: Callable[[Any], None], threads: int, progress: Progress | None) -> Tally:
    """Do a job on every piece of a source. Raises AdiffError for the first row that cannot be used."""
    tally = Tally(job)
    careful(job.plan)  # compiled once, before several threads want it
    columns = job.plan.columns if job.keep == "nothing" else None
    pieces: Iterator[Piece] = source.pieces(columns)
    with closing(pipeline.in_order(pieces, partial(_placed, job), threads)) as found:
        for piece, done in found:
            if isinstance(done, Mistake):
                raise done.error(piece.file, tally.before(piece.file))
            tally.add(piece.file, done)
            if done.data is not None and len(done.data):
                write(done.data)
            if progress is not None:
                progress(tally.rows, piece.done, source.total)
    return tally


def _placed(job: Job, piece: Piece) -> Done | Mistake:
    """A piece done, or what is wrong with it, whose place is known once those before are counted."""
    try:
        return worked(job, piece)
    except Mistake as wrong:
        return wrong
