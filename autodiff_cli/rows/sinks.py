"""Where rows go: a file, a stream, or a table in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from ..errors import AdiffError
from ..places import draft, unwritable
from .formats import Format

# Rows of a group of Parquet: what is written at once is held in memory as a whole.
GROUP = 1 << 18


class Bytes:
    """Text, compressed block by block: what is put together of compressed parts is one compressed file."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, data: Any) -> None:
        """Encoded rows."""
        self._stream.write(data)

    def close(self) -> None:
        """Nothing that is held back."""
        self._stream.flush()


class _Counted:
    """A stream that knows how much has been written to it, as a pipe does not."""

    closed = False

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._written = 0

    def write(self, data: Any) -> int:
        """Write all of it."""
        self._written += len(data)
        return self._stream.write(data)

    def tell(self) -> int:
        """How many bytes have been written."""
        return self._written

    def flush(self) -> None:
        """Hand on what is held back."""
        self._stream.flush()

    def close(self) -> None:
        """The stream stays open: who opened it closes it."""
        self._stream.flush()


class Batches:
    """Parquet, an Arrow file or stream."""

    def __init__(self, stream: IO[bytes], form: Format, schema: Any) -> None:
        self._form = form
        self._stream = pa.PythonFile(_Counted(stream), "w")
        if form.kind == "parquet":
            from pyarrow import parquet

            self._writer = parquet.ParquetWriter(self._stream, schema)
        else:
            opened = pa.ipc.new_file if form.kind == "arrow" else pa.ipc.new_stream
            self._writer = opened(self._stream, schema)

    def write(self, batch: Any) -> None:
        """Some rows. Raises AdiffError where an Arrow file cannot hold them."""
        if self._form.kind == "parquet":
            self._writer.write_batch(batch, row_group_size=GROUP)
            return
        try:
            self._writer.write_batch(batch)
        except pa.ArrowInvalid as wrong:
            if "ictionary" not in str(wrong):
                raise
            message = "an Arrow file has one dictionary for each column, and the rows come with several"
            raise AdiffError("file", message, hint="write an Arrow stream, .arrows, or .parquet") from None

    def close(self) -> None:
        """The end of the file."""
        self._writer.close()


class Held:
    """A table in memory."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._batches: list[Any] = []

    def write(self, batch: Any) -> None:
        """Some rows."""
        self._batches.append(batch)

    def close(self) -> None:
        """Nothing to do."""

    def table(self) -> Any:
        """All that was written."""
        return pa.Table.from_batches(self._batches, schema=self._schema)


def compressed(data: Any, codec: str | None) -> Any:
    """The bytes as one member of a compressed file."""
    if codec is None or not len(data):
        return data
    if codec == "bz2":
        import bz2

        return bz2.compress(data)
    return pa.Codec(codec).compress(data)


@contextmanager
def opened(target: str | IO[bytes]) -> Iterator[IO[bytes]]:
    """A stream to write to: one that is open already, or a file that appears when all of it is there.

    Raises AdiffError where it cannot be written.
    """
    if not isinstance(target, (str, os.PathLike)):
        yield target
        return
    path = Path(os.path.expanduser(target))
    try:
        with draft(path) as place, open(place, "wb", buffering=1 << 20) as stream:
            yield stream
    except OSError as wrong:
        if wrong.filename is None and wrong.errno is None:
            raise
        raise unwritable(path, wrong) from None
