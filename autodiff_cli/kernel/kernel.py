"""A program on whole columns: value and partials for every row, on all cores."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..graph.program import Program
from .emit import Assembly, Layout, assembly
from .flags import RAISED
from .host import Host, host
from .objects import Loaded, limit
from .sums import Sums, condensed, piece

MOST = 20_000
# Rows handed to a thread at a time; below that, and where there is less work than this, one thread does all.
CHUNK = 1 << 16
ALONE = 1 << 15
# Sums are taken over pieces of so many rows, whatever the threads, so that they come out the same.
PIECE = 1 << 13
# Results of more bytes than this pass by the caches, if they are written into memory that is there already.
STREAM = 1 << 23

Column = float | NDArray[Any]


@dataclass(frozen=True)
class Result:
    """One column per output of the program, and how many of their numbers are NaN or infinite, where that was counted.

    `suspect` are the rows, by their first and their number, among which something overflowed or underflowed, where that was
    watched for: what no row takes in the end counts too.
    """

    columns: list[NDArray[Any]]
    nonfinite: int = 0
    suspect: tuple[tuple[int, int], ...] = ()


class Kernel:
    """A compiled program. It is compiled for each way that its inputs lie in memory, when that way is first met.

    `math` is "fast", with the vector functions of the C library where there are any, or "exact", with its functions on
    single numbers. Raises AdiffError for a program of more than 20,000 operations.
    """

    def __init__(self, program: Program, math: str = "fast") -> None:
        limit(len(program.steps), MOST)
        self.program = program
        self.math = math
        self.host: Host = host() if math == "fast" else host()._replace(letter="")
        self._made: dict[Layout, tuple[Loaded, Assembly]] = {}
        self._lock = threading.Lock()

    def numbers(self, inputs: Sequence[float]) -> list[float]:
        """Every output at one point."""
        loaded, made = self._loaded(Layout("s" * len(inputs)))
        scalars = np.array(inputs, dtype=np.float64)
        u = np.empty(max(1, made.u))
        loaded.uniform(scalars.ctypes.data, u.ctypes.data)
        found = u.tolist()
        return [found[slot] if isinstance(slot, int) else slot for slot in made.slots]

    def run(
        self,
        inputs: Sequence[Column],
        *,
        threads: int = 1,
        counted: bool = False,
        watched: bool = False,
        out: Sequence[NDArray[Any] | None] | None = None,
        dtype: str = "float64",
    ) -> Result:
        """Every output for every row.

        `inputs` has per input one number, the same for all rows, or a one-dimensional array of float64 or float32; arrays
        have one length, or ValueError is raised. `out` has per output an array of that length to write into, or None. Where
        there is no array there is one row.
        """
        if not any(isinstance(x, np.ndarray) for x in inputs):
            return self._same(inputs, out, dtype)
        rows = _rows(inputs)
        outs, borrowed = _outs(inputs, out, rows, len(self.program.outputs), np.dtype(dtype))
        head = _head(outs, rows, self.host.width) if out is not None else None
        call = self._call(inputs, outs, counted=counted, streaming=head is not None, watched=watched)
        found = [call.part(0, head)] if head else []
        found += _spread(call, head or 0, rows, threads)
        for target, made in borrowed:
            with np.errstate(over="ignore"):
                np.copyto(target, made)
        if out is not None:
            outs = [given if given is not None else made for given, made in zip(out, outs, strict=True)]
        suspect = [(each.start, each.rows) for each in found if each.raised]
        return Result(outs, sum(each.nonfinite for each in found), tuple(sorted(suspect)))

    def _same(self, inputs: Sequence[Column], out: Sequence[NDArray[Any] | None] | None, dtype: str) -> Result:
        """The one row that there is where all inputs are numbers; `out` may have any number of such."""
        with np.errstate(over="ignore"):
            found = np.array(self.numbers([float(x) for x in inputs])).astype(dtype)
            outs = [np.empty(1, dtype) if each is None else each for each in (out or [None] * len(found))]
            for each, x in zip(outs, found, strict=True):
                each[...] = x
        return Result(outs, int(np.count_nonzero(~np.isfinite(found))), ((0, 1),))

    def sums(self, inputs: Sequence[Column], *, threads: int = 1) -> Sums:
        """The sum of every output over the rows: compensated, and the same for any number of threads."""
        if not any(isinstance(x, np.ndarray) for x in inputs):
            return Sums(1, tuple([(x,) for x in self.numbers([float(x) for x in inputs])]), suspect=True)
        rows = _rows(inputs)
        many = len(self.program.outputs)
        pieces: list[list[tuple[float, ...]]] = [[] for _ in range(-(-rows // PIECE))]
        suspect: list[bool] = [False] * len(pieces)

        def work(numbers: Iterator[int]) -> None:
            outs = np.empty((many, PIECE))
            call = self._call(inputs, list(outs), watched=True)
            for k in numbers:
                if k >= len(pieces):
                    return
                n = min(PIECE, rows - k * PIECE)
                suspect[k] = call.shifted(k * PIECE, n).raised
                pieces[k] = piece(outs[:, :n])

        _on_threads(work, threads if rows > 2 * PIECE else 1)
        totals = tuple([condensed([x for piece in pieces for x in piece[i]]) for i in range(many)])
        return Sums(rows, totals, suspect=any(suspect))

    def _call(
        self, inputs: Sequence[Column], outs: Sequence[NDArray[Any]], *, counted: bool = False, streaming: bool = False,
        watched: bool = False,
    ) -> _Call:  # fmt: skip
        kinds = "".join([_kind(x) for x in inputs])
        loaded, made = self._loaded(Layout(kinds, "d" if outs[0].itemsize == 8 else "f", streaming, counted, watched))
        return _Call(loaded, made, inputs, outs)

    def _loaded(self, layout: Layout) -> tuple[Loaded, Assembly]:
        found = self._made.get(layout)
        if found is None:
            with self._lock:
                found = self._made.get(layout)
                if found is None:
                    made = assembly(self.program, layout, self.host)
                    columns = len(layout.columns) > layout.columns.count("s")
                    found = Loaded(made.text, made.functions, self.host, rows=columns), made
                    self._made[layout] = found
        return found


class _Part(NamedTuple):
    """Rows that are done: how many of their numbers are not finite, and whether a flag was raised, where that is wanted."""

    start: int
    rows: int
    nonfinite: int
    raised: bool


class _Call:
    """Compiled code with the places of its columns."""

    def __init__(self, loaded: Loaded, made: Assembly, inputs: Sequence[Column], outs: Sequence[NDArray[Any]]) -> None:
        assert loaded.rows is not None
        self._rows = loaded.rows
        arrays = [x if isinstance(x, np.ndarray) else None for x in inputs]
        self._kept = (loaded, arrays, outs)
        self._columns = np.array([0 if x is None else x.ctypes.data for x in arrays], dtype=np.uintp)
        self._strides = np.array([0 if x is None else x.strides[0] for x in arrays], dtype=np.int64)
        self._outs = np.array([x.ctypes.data for x in outs], dtype=np.uintp)
        self._u = np.empty(max(1, made.u))
        self._work = made.work
        scalars = np.array([math.nan if isinstance(x, np.ndarray) else x for x in inputs], dtype=np.float64)
        self._raised = loaded.uniform(scalars.ctypes.data, self._u.ctypes.data)
        self._scratch = threading.local()

    def part(self, start: int, n: int) -> _Part:
        """Rows start to start + n."""
        return self._at(self._columns, start, n)

    def shifted(self, start: int, n: int) -> _Part:
        """The same, written to the beginning of the results."""
        return self._at(self._columns + (self._strides * start).astype(np.uintp), 0, n)

    def _at(self, columns: NDArray[Any], start: int, n: int) -> _Part:
        work = getattr(self._scratch, "work", None)
        if work is None:
            work = self._scratch.work = np.empty(max(1, self._work))
        places = (columns, self._strides, self._outs, self._u, work)
        found = self._rows(*[each.ctypes.data for each in places], start, n)
        return _Part(start, n, found & (RAISED - 1), bool((found | self._raised) & RAISED))


def _rows(inputs: Sequence[Column]) -> int:
    lengths = {len(x) for x in inputs if isinstance(x, np.ndarray)}
    if len(lengths) > 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    return lengths.pop()


def _kind(x: Column) -> str:
    if not isinstance(x, np.ndarray):
        return "s"
    letter = x.dtype.char
    if letter not in "df" or not x.dtype.isnative:
        raise TypeError(f"a column must be float64 or float32, not {x.dtype}")
    return letter if x.strides[0] == x.itemsize or len(x) < 2 else letter.upper()


def _outs(
    inputs: Sequence[Column], out: Sequence[NDArray[Any] | None] | None, rows: int, many: int, dtype: Any
) -> tuple[list[NDArray[Any]], list[tuple[NDArray[Any], NDArray[Any]]]]:
    """Where results are written, and which of them are copied to an array of the caller's afterwards."""
    if out is None:
        return [np.empty(rows, dtype) for _ in range(many)], []
    arrays = [x for x in inputs if isinstance(x, np.ndarray)]
    outs, borrowed = [], []
    for target in out:
        if (
            target is not None
            and target.dtype == dtype
            and target.flags.c_contiguous
            and not any(np.may_share_memory(target, x) for x in arrays)
        ):
            outs.append(target)
        else:
            outs.append(np.empty(rows, dtype))
            if target is not None:
                borrowed.append((target, outs[-1]))
    return outs, borrowed


def _head(outs: Sequence[NDArray[Any]], rows: int, width: int) -> int | None:
    """How many rows come before all results lie at whole vectors; None where they do not together, or are too few."""
    size = outs[0].itemsize
    if rows * size * len(outs) < STREAM:
        return None
    offsets = {-x.ctypes.data % (size * width) for x in outs}
    first = offsets.pop()
    return None if offsets or first % size else first // size


def _spread(call: _Call, start: int, rows: int, threads: int) -> list[_Part]:
    """All rows, chunk by chunk, on several threads."""
    if threads < 2 or rows - start < ALONE:
        return [call.part(start, rows - start)] if rows > start else []
    chunk = min(CHUNK, max(ALONE // 2, -(-(rows - start) // (4 * threads)) // 64 * 64))
    parts: list[_Part] = []

    def work(numbers: Iterator[int]) -> None:
        for k in numbers:
            at = start + k * chunk
            if at >= rows:
                return
            parts.append(call.part(at, min(chunk, rows - at)))

    _on_threads(work, threads)
    return parts


_pools: dict[tuple[int, int], ThreadPoolExecutor] = {}


def _on_threads(work: Callable[[Iterator[int]], None], threads: int) -> None:
    """Run the same work on several threads, which take numbers 0, 1, ... from one counter."""
    numbers = count()
    if threads < 2:
        work(numbers)
        return
    key = (os.getpid(), threads)
    pool = _pools.get(key)
    if pool is None:
        pool = _pools.setdefault(key, ThreadPoolExecutor(threads - 1, thread_name_prefix="adiff"))
    others = [pool.submit(work, numbers) for _ in range(threads - 1)]
    work(numbers)
    for each in others:
        each.result()
