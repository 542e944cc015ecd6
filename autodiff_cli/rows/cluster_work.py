"""What a worker does: one partition, read, computed and written as one part."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from uuid import uuid4

import pyarrow as pa

from ..errors import AdiffError
from ..places import unwritable
from . import pipeline, sinks
from .batches import BYTES, ROWS, Table
from .cluster_cut import Blocks, Partition, Span
from .compute import careful
from .files import File
from .piece import Mistake, Piece
from .source import Source, _closed
from .work import Done, Job, worked

_compiling = Lock()


class Setup(NamedTuple):
    """What all partitions have in common.

    `first` is the first file as messages call it, `directory` where parts are written (None: nowhere, sums are wanted),
    `shown` what messages call that, and `head` what each text among them begins with.
    """

    job: Job
    first: str
    directory: str | None
    shown: str
    head: bytes


class Failed(NamedTuple):
    """An AdiffError, which cannot be sent as it is."""

    kind: str
    message: str
    hint: str | None
    exit: int

    @classmethod
    def of(cls, wrong: AdiffError) -> Failed:
        """What there is to say of an error."""
        return cls(wrong.kind, wrong.message, wrong.hint, wrong.exit)

    def error(self) -> AdiffError:
        """The error itself again."""
        return AdiffError(self.kind, self.message, hint=self.hint, exit=self.exit)


class Outcome(NamedTuple):
    """What became of a partition.

    `done` has for each piece its file and what there is to count, and `wrong` what is wrong with the piece behind these: a
    mistake in a file, whose row is known once the partitions before are counted, or anything else.
    """

    worker: str
    done: list[tuple[str, Done]]
    wrong: tuple[str, Mistake] | Failed | None = None

    @property
    def rows(self) -> int:
        """Rows read."""
        return sum(each.counts.rows for _, each in self.done)


@lru_cache(maxsize=8)
def _setup(pickled: bytes) -> Setup:
    """One object for all partitions, so that the formula is compiled once."""
    found = pickle.loads(pickled)  # noqa: S301 - whoever may send tasks to a worker may run anything there
    assert isinstance(found, Setup)
    return found


def partition_done(pickled: bytes, partition: Partition) -> Outcome:
    """Do a partition: what goes wrong with the table is in the answer, so that it is not tried again."""
    from distributed import get_worker

    worker = str(get_worker().address)
    done: list[tuple[str, Done]] = []
    file = ""
    try:
        setup = _setup(pickled)
        with _compiling:
            careful(setup.job.plan)
        columns = setup.job.plan.columns if setup.job.keep == "nothing" else None
        spans = Spans(setup, partition.spans, worker)
        # What lies on a file system far away is read while the rows before are worked on.
        ahead = closing(pipeline.read_ahead(spans.pieces(columns)))
        with _part(setup, partition.number, worker) as write, ahead as pieces:
            for piece in pieces:
                file = piece.file
                found = worked(setup.job, piece)
                if found.data is not None and len(found.data):
                    write(found.data)
                done.append((file, found._replace(data=None)))
    except Mistake as wrong:
        return Outcome(worker, done, (file, wrong))
    except AdiffError as wrong:
        return Outcome(worker, done, Failed.of(wrong))
    return Outcome(worker, done)


@contextmanager
def _part(setup: Setup, number: int, worker: str) -> Iterator[Callable[[Any], None]]:
    """What writes a part, under a name of this attempt's own until it is whole; a second attempt puts the same in its place.

    Raises AdiffError where the worker does not see the directory, which is also how it learns that the run has ended.
    """
    if setup.directory is None:
        yield lambda _: None
        return
    form = setup.job.write
    assert form is not None
    directory = Path(setup.directory)
    name = f"part-{number:05d}.{form.name}"
    draft = directory / f".{name}.{uuid4().hex}"
    try:
        with (
            open(draft, "wb", buffering=1 << 20) as stream,
            sinks.sink(stream, form, setup.job.schema, setup.head) as sink,
        ):

            def write(data: Any) -> None:
                if not directory.exists():
                    raise _unseen(setup, worker)
                sink.write(data)

            yield write
        draft.replace(directory / name)
    except OSError as wrong:
        raise (unwritable(Path(setup.shown), wrong) if directory.exists() else _unseen(setup, worker)) from None
    finally:
        draft.unlink(missing_ok=True)


def _unseen(setup: Setup, worker: str) -> AdiffError:
    hint = "write to a directory that this machine and all workers share, by the same path"
    return AdiffError("cluster", f"the worker {worker} does not see the directory of {setup.shown}", hint=hint)


class Spans(Source):
    """Some spans of a source, which a worker reads without looking at the source's first file."""

    def __init__(self, setup: Setup, spans: tuple[Span, ...], worker: str) -> None:
        job = setup.job
        self.files = [span.file for span in spans]
        self.shown = setup.first
        self.format = job.read
        self.columns = job.columns
        self.header = b"\n"  # the first file's has been seen
        self.schema = None
        if job.read is not None and not job.read.is_text:
            self.schema = pa.schema(list(zip(job.columns.names, job.columns.types, strict=True)))
        self._spans = spans
        self._worker = worker
        self._table = None
        self._before = 0

    def pieces(self, columns: Any = None) -> Iterator[Piece]:
        """The rows. Raises AdiffError for a file that the worker does not see, or that does not fit the first."""
        for span in self._spans:
            file = span.file
            assert file.path is not None
            if not os.path.exists(file.path):
                hint = "give a path that all workers can read, on a file system that they share"
                raise AdiffError("cluster", f"the worker {self._worker} does not see {file.path}", hint=hint)
            if span.blocks is not None:
                yield from self._of_blocks(file, span.blocks)
            elif file.format.is_text:
                yield from self._of_text(file)
            else:
                table = Table(file) if span.groups is None else Groups(file, span.groups)
                self._alike(file.shown, tuple(table.schema.names))
                yield from self._of_table(table, file.shown, columns)

    def _of_blocks(self, file: File, found: Blocks) -> Iterator[Piece]:
        """Blocks of a text as they were cut. Raises AdiffError where the file is shorter by now."""
        is_csv = file.format.kind == "csv"
        if is_csv:
            self._alike(file.shown, found.names)
        line = found.line
        with file.open() as raw:
            raw.seek(found.offset)
            for size in found.sizes:
                data = raw.read(size)
                if len(data) < size:
                    hint = "map a file that is not written to meanwhile"
                    raise AdiffError("file", f"{file.shown} became shorter while it was read", hint=hint)
                if is_csv:
                    _closed(data, file, line)
                yield Piece(data, file.shown, found.names, line)
                line += data.count(b"\n")


class Groups(Table):
    """Some row groups of a Parquet file, or batches of an Arrow file: from the first number up to the second."""

    def __init__(self, file: File, groups: tuple[int, int]) -> None:
        super().__init__(file)
        self._inside = (_RowGroups if file.format.kind == "parquet" else _Batches)(file, range(*groups))


class _RowGroups:
    def __init__(self, file: File, groups: range) -> None:
        self._file = file
        self._groups = groups

    def batches(self, columns: Any) -> Iterator[tuple[Any, float]]:
        from pyarrow import parquet

        opened = parquet.ParquetFile(self._file.path, buffer_size=1 << 20, pre_buffer=False)
        groups = [opened.metadata.row_group(k) for k in self._groups]
        size = sum(group.total_byte_size for group in groups)
        rows = min(ROWS, max(1024, BYTES * sum(group.num_rows for group in groups) // max(1, size)))
        names = None if columns is None else list(columns)
        for batch in opened.iter_batches(rows, row_groups=list(self._groups), columns=names):
            yield batch, 0.0


class _Batches:
    def __init__(self, file: File, groups: range) -> None:
        self._file = file
        self._groups = groups

    def batches(self, columns: Any) -> Iterator[tuple[Any, float]]:
        with pa.OSFile(self._file.path) as stream:
            schema = pa.ipc.open_file(stream).schema
            fields = None if columns is None else [schema.get_field_index(name) for name in columns]
            reader = pa.ipc.open_file(stream, options=pa.ipc.IpcReadOptions(included_fields=fields))
            for k in self._groups:
                yield reader.get_batch(k), 0.0
