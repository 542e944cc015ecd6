"""A job on the workers of a Dask cluster: partitions out, and what became of them counted in their order."""

from __future__ import annotations

import asyncio
import pickle
import queue
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import suppress
from time import monotonic
from typing import Any
from uuid import uuid4

from ..errors import AdiffError
from .batches import Memory
from .cluster_client import compare, connected, distributed
from .cluster_cut import Partition, partitions
from .cluster_parts import Parts
from .cluster_work import Failed, Outcome, Setup, partition_done
from .files import File
from .run import Progress, Tally
from .source import Source
from .work import Job

# Partitions sent out before they are wanted: so many, and so many for each thread.
AHEAD = 16
# Seconds without any worker before a run is given up, and between looks at that.
PATIENCE = 60.0
TICK = 0.5

# What Dask raises where a connection breaks off, or a wait takes too long.
_GONE = (OSError, RuntimeError, asyncio.CancelledError, futures.CancelledError)

# Called now and then with the partitions done, how many there are once that is known, and how many workers did them.
Watch = Callable[[int, "int | None", int], None]


class Cluster:
    """Where and how a job is run: the workers of a scheduler, or processes on this machine."""

    def __init__(
        self, scheduler: Any, threads: int | None, progress: Progress | None = None, watch: Watch | None = None
    ) -> None:
        if scheduler is not None and threads is not None:
            message = "--threads is for this machine, and the workers of a scheduler have threads of their own"
            raise AdiffError("usage", message, hint="leave it out, and start them so: dask worker --nthreads 4 ...")
        self.scheduler = scheduler
        self.threads = threads
        self.progress = progress
        self.watch = watch
        self.partitions = self.workers = 0

    @staticmethod
    def files(given: list[File] | Memory) -> list[File]:
        """The files of a source. Raises AdiffError for rows that workers cannot read for themselves."""
        if isinstance(given, list) and all(file.path is not None for file in given):
            return given
        what = given[0].shown if isinstance(given, list) else "a table in memory"
        raise AdiffError(
            "usage", f"{what} cannot be read by the workers of a cluster",
            hint="write it to a file that all of them can read, or leave out --engine dask",
        )  # fmt: skip

    @staticmethod
    def parts(target: Any, write: str | None) -> Parts:
        """Where the parts go. Raises AdiffError for what is no directory."""
        if not isinstance(target, str):
            hint = "name one, as in -o greeks/"
            raise AdiffError("usage", "a run on a cluster writes a directory of parts", hint=hint)
        return Parts(target, write)

    def run(self, job: Job, source: Source, parts: Parts | None = None, head: bytes = b"") -> Tally:
        """Do a job on every partition of a source, into `parts` where rows are wanted; sums are in the tally.

        Afterwards `partitions` and `workers` tell how many there were.

        Raises AdiffError for the first row that cannot be used, and where the cluster fails; then nothing is written.
        """
        with connected(self.scheduler, self.threads) as client:
            try:
                directory = None if parts is None else parts.begin()
                shown = "" if parts is None else parts.shown
                setup = Setup(job, source.shown, directory, shown, head)
                run = _Run(client, setup, source, self.progress, self.watch)
                tally = run.go()
                if parts is not None:
                    parts.finish()
            finally:
                if parts is not None:
                    parts.discard()
        self.partitions, self.workers = run.settled, len(run.workers)
        return tally


def _left() -> AdiffError:
    message = "the scheduler has left off, or has dropped the run"
    return AdiffError("cluster", message, hint="look into its log, and start again")


class _Run:
    """One run: `_waiting` are the partitions that are with the cluster, `_outcomes` those done before their turn."""

    def __init__(
        self, client: Any, setup: Setup, source: Source, progress: Progress | None, watch: Watch | None
    ) -> None:
        self._client = client
        self._pickled = pickle.dumps(setup)
        self._source = source
        self._progress = progress
        self._watch = watch
        self._tally = Tally(setup.job)
        self._name = f"adiff-{uuid4().hex[:12]}"
        self._landed: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._waiting: dict[int, tuple[Any, int]] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._sent = self._done = self._rows = self._bytes = 0
        self._many: int | None = None  # partitions, once all are known
        self.settled = 0
        self.workers: set[str] = set()
        self._alive = self._looked = monotonic()

    def go(self) -> Tally:
        """Send out, take back and count until all is done."""
        threads = self._threads()
        left = partitions(self._source, threads)
        try:
            while self._many is None or self.settled < self._many:
                self._send(left, AHEAD + 4 * threads)
                self._take()
                self._settle()
                if monotonic() - self._looked > 2 * TICK:
                    threads = self._threads()  # there may be more by now
        finally:
            with suppress(*_GONE):
                self._client.cancel([future for future, _ in self._waiting.values()])
        return self._tally

    def _threads(self) -> int:
        """The threads of all workers. Raises AdiffError where there have been none for a while, or the scheduler is gone."""
        self._looked = monotonic()
        try:
            threads = int(sum(self._client.nthreads().values()))
        except _GONE:
            raise _left() from None
        if threads:
            self._alive = self._looked
        elif self._looked - self._alive > PATIENCE:
            message = f"the cluster has had no workers for {PATIENCE:.0f} s"
            raise AdiffError("cluster", message, hint="look into their logs: is there memory enough?")
        return max(1, threads)

    def _send(self, left: Iterator[Partition], most: int) -> None:
        """Hand partitions to the cluster, as many as it has use for."""
        while self._many is None and len(self._waiting) < most:
            number = self._sent
            try:
                partition = next(left, None)
            except AdiffError as wrong:
                self._outcomes[number] = Outcome("", [], Failed.of(wrong))
                self._many = number + 1
                return
            if partition is None:
                self._many = number
                return
            future = self._client.submit(
                partition_done, self._pickled, partition, key=f"{self._name}-{number:05d}", pure=False
            )
            self._waiting[number] = future, partition.size
            self._sent += 1
            future.add_done_callback(lambda _, number=number: self._landed.put(number))

    def _take(self) -> None:
        """What has been done by now, after waiting a moment for something to be."""
        numbers = []
        if self._waiting:
            try:
                numbers.append(self._landed.get(timeout=TICK))
                while True:
                    numbers.append(self._landed.get_nowait())
            except queue.Empty:
                pass
        for number in numbers:
            if number in self._waiting:
                self._taken(number, self._result(number))
        if numbers:
            self._tell()

    def _taken(self, number: int, outcome: Outcome | None) -> None:
        if outcome is None:
            return
        _, size = self._waiting.pop(number)
        self._outcomes[number] = outcome
        self.workers.add(outcome.worker)
        self._done += 1
        self._rows += outcome.rows
        self._bytes += size
        if outcome.wrong is not None:
            # Only what comes before can still be the first mistake.
            self._many = number + 1 if self._many is None else min(self._many, number + 1)
            late = [each for each in self._waiting if each > number]
            self._client.cancel([self._waiting.pop(each)[0] for each in late])

    def _result(self, number: int) -> Outcome | None:
        """What a worker answered; None where the answer is lost with it, and comes again.

        Raises AdiffError where a partition has brought down several workers, or the scheduler is gone.
        """
        future, _ = self._waiting[number]
        if future.status == "error":
            wrong = future.exception()
            if isinstance(wrong, distributed().KilledWorker):
                message = f"partition {number} ended every worker that took it, one after the other"
                hint = "look into their logs: is there memory enough for a row group of the table?"
                raise AdiffError("cluster", message, hint=hint)
            compare(self._client)  # a worker that came later
            raise wrong
        if future.cancelled():
            raise _left()
        try:
            answer = future.result(timeout=10 * TICK)
        except _GONE:  # too long, or cut off
            self._threads()
            future.add_done_callback(lambda _: self._landed.put(number))
            return None
        assert isinstance(answer, Outcome)
        return answer

    def _settle(self) -> None:
        """Count what is done, in the order of the partitions. Raises AdiffError for the first thing that is wrong."""
        while self.settled in self._outcomes:
            outcome = self._outcomes.pop(self.settled)
            self.settled += 1
            for file, done in outcome.done:
                self._tally.add(file, done)
            if isinstance(outcome.wrong, Failed):
                raise outcome.wrong.error()
            if outcome.wrong is not None:
                file, mistake = outcome.wrong
                raise mistake.error(file, self._tally.before(file))

    def _tell(self) -> None:
        if self._watch is not None:
            self._watch(self._done, self._many, len(self.workers))
        if self._progress is not None:
            self._progress(self._rows, self._bytes, self._source.total)
