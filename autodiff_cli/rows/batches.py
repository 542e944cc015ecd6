"""Record batches from Parquet, Arrow files and streams, and from what is in memory already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import pyarrow as pa

from ..errors import AdiffError
from .files import File

# A batch has at most so many rows, and about so many bytes at most.
ROWS = 1 << 16
BYTES = 1 << 24


class Table:
    """A file of record batches: its schema, and the batches of some of its columns (all, where `columns` is None)."""

    def __init__(self, file: File) -> None:
        self.file = file
        opened: Any = {"parquet": _Parquet, "arrow": _ArrowFile, "arrows": _ArrowStream}[file.format.kind]
        try:
            self._inside = opened(file)
        except (pa.ArrowException, OSError) as wrong:
            raise _unreadable(file, wrong) from None
        self.schema: Any = self._inside.schema

    def batches(self, columns: Sequence[str] | None) -> Iterator[tuple[Any, float]]:
        """Batches, and which share of the file has been read with each. Raises AdiffError where the file is damaged."""
        try:
            for batch, share in self._inside.batches(columns):
                for part in pieces(batch):
                    yield part, share
        except (pa.ArrowException, OSError) as wrong:
            raise _unreadable(self.file, wrong) from None

    def first(self, columns: Sequence[str]) -> Any | None:
        """The first batch, which will come again."""
        if isinstance(self._inside, _ArrowStream):
            return self._inside.first()
        return next((batch for batch, _ in Table(self.file).batches(columns)), None)


class _Parquet:
    def __init__(self, file: File) -> None:
        from pyarrow import parquet

        self._file = parquet.ParquetFile(
            file.path if file.path is not None else file.stream, buffer_size=1 << 20, pre_buffer=False
        )
        self.schema = self._file.schema_arrow

    def batches(self, columns: Sequence[str] | None) -> Iterator[tuple[Any, float]]:
        meta = self._file.metadata
        size = sum(meta.row_group(k).total_byte_size for k in range(meta.num_row_groups))
        rows = min(ROWS, max(1024, BYTES * meta.num_rows // max(1, size)))
        done = 0
        for batch in self._file.iter_batches(rows, columns=None if columns is None else list(columns)):
            done += batch.num_rows
            yield batch, done / meta.num_rows


class _ArrowFile:
    def __init__(self, file: File) -> None:
        self._path = file.path if file.path is not None else file.stream
        self.schema = self._open(None).schema

    def _open(self, fields: list[int] | None) -> Any:
        source = pa.OSFile(self._path) if isinstance(self._path, str) else self._path
        return pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=fields))

    def batches(self, columns: Sequence[str] | None) -> Iterator[tuple[Any, float]]:
        fields = None if columns is None else [self.schema.get_field_index(name) for name in columns]
        reader = self._open(fields)
        many = reader.num_record_batches
        for k in range(many):
            yield reader.get_batch(k), (k + 1) / many


class _ArrowStream:
    def __init__(self, file: File) -> None:
        self._source = pa.OSFile(file.path) if file.path is not None else pa.PythonFile(file.stream, "r")
        self._ours = file.ours
        self._size = file.size
        self._reader = pa.ipc.open_stream(self._source)
        self.schema = self._reader.schema
        self._held: list[Any] = []

    def first(self) -> Any | None:
        self._held += islice(self._reader, 1)
        return self._held[0] if self._held else None

    def batches(self, columns: Sequence[str] | None) -> Iterator[tuple[Any, float]]:
        for batch in chain(self._held, self._reader):
            share = self._source.tell() / self._size if self._size else 0.0
            yield (batch if columns is None else batch.select(list(columns))), share
        if self._ours:
            self._source.close()


class Memory:
    """The batches of a pyarrow Table, RecordBatch, RecordBatchReader or Dataset."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._held: list[Any] = []
        self.schema: Any = source.schema

    def first(self, columns: Sequence[str]) -> Any | None:
        """The first batch, which will come again."""
        if isinstance(self._source, pa.RecordBatchReader):
            self._held += islice(self._source, 1)
            return self._held[0] if self._held else None
        return next((batch for batch, _ in self.batches(columns)), None)

    def batches(self, columns: Sequence[str] | None) -> Iterator[tuple[Any, float]]:
        """As those of a file."""
        source = self._source
        if isinstance(source, (pa.Table, pa.RecordBatch)):
            if columns is not None:
                source = source.select(list(columns))
            whole = source.num_rows or 1
            found: Iterable[Any] = source.to_batches() if isinstance(source, pa.Table) else [source]
            done = 0
            for batch in found:
                done += batch.num_rows
                for part in pieces(batch):
                    yield part, done / whole
        elif isinstance(source, pa.RecordBatchReader):
            for batch in chain(self._held, source):
                for part in pieces(batch if columns is None else batch.select(list(columns))):
                    yield part, 0.0
        else:
            names = None if columns is None else list(columns)
            for batch in source.to_batches(columns=names, batch_size=ROWS, batch_readahead=2, fragment_readahead=1):
                yield batch, 0.0


def pieces(batch: Any) -> Iterator[Any]:
    """A batch in parts of a size that many can be held of."""
    rows = min(ROWS, max(1024, BYTES * batch.num_rows // max(1, batch.nbytes)))
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def is_memory(source: Any) -> bool:
    """Whether a source is rows in memory, or a data set of pyarrow's."""
    if isinstance(source, (pa.Table, pa.RecordBatch, pa.RecordBatchReader)):
        return True
    return hasattr(source, "scanner") and hasattr(source, "schema")


def _unreadable(file: File, wrong: Exception) -> AdiffError:
    what = str(wrong).splitlines()[0]
    hint = f"is it {file.format.name}, and whole? --from names another format"
    return AdiffError("file", f"cannot read {file.shown}: {what}", hint=hint)
