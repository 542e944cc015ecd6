"""Where rows go: a file, a stream, or a table in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import AdiffError
from ..places import draft, unwritable
from .formats import Format

# Rows of a group of Parquet: what is written at once is held in memory as a whole.
GROUP = 1 << 18
# On columns of numbers level 4 of gzip is three times as fast as its usual 6, for 2% more bytes.
LEVELS = {"gzip": 4, "zstd": 3}
# Fewer rows do not tell how a column goes on.
LEAST = 1000


class Bytes:
    """Text behind a head, compressed block by block: what is put together of compressed parts is one compressed file."""

    def __init__(self, stream: IO[bytes], head: bytes) -> None:
        self._stream = stream
        self._head = head  # kept back until the first rows have turned out well

    def write(self, data: Any) -> None:
        """Encoded rows."""
        if self._head:
            self._stream.write(self._head)
            self._head = b""
        self._stream.write(data)

    def close(self) -> None:
        """The head at least."""
        self.write(b"")
        self._stream.flush()


class _Counted:
    """A stream that knows how much has been written to it, as a pipe does not."""

    closed = False

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._written = 0
        # Set once the rows are not wanted: a Parquet writer that is taken down still writes an end.
        self.dropped = False

    def write(self, data: Any) -> int:
        """Write all of it."""
        self._written += len(data)
        return len(data) if self.dropped else self._stream.write(data)

    def tell(self) -> int:
        """How many bytes have been written."""
        return self._written

    def flush(self) -> None:
        """Hand on what is held back."""
        if not self.dropped:
            self._stream.flush()

    def close(self) -> None:
        """The stream stays open: who opened it closes it."""
        self.flush()


class Arrow:
    """An Arrow file or stream."""

    def __init__(self, stream: _Counted, form: Format, schema: Any) -> None:
        opened = pa.ipc.new_file if form.kind == "arrow" else pa.ipc.new_stream
        self._writer = opened(pa.PythonFile(stream, "w"), schema)

    def write(self, batch: Any) -> None:
        """Some rows. Raises AdiffError where an Arrow file cannot hold them."""
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


class Parquet:
    """A Parquet file. Columns are written with a dictionary where the first rows repeat themselves enough for one."""

    def __init__(self, stream: _Counted, schema: Any) -> None:
        self._stream = pa.PythonFile(stream, "w")
        self._schema = schema
        self._writer: Any = None

    def write(self, batch: Any) -> None:
        """Some rows."""
        if self._writer is None:
            self._writer = self._begun(
                [name for name, x in zip(batch.schema.names, batch.columns, strict=True) if _varied(x)]
            )
        self._writer.write_batch(batch, row_group_size=GROUP)

    def close(self) -> None:
        """The end of the file."""
        if self._writer is None:
            self._writer = self._begun([])
        self._writer.close()

    def _begun(self, varied: list[str]) -> Any:
        from pyarrow import parquet

        # Columns are told by the paths to their leaves, which pyarrow gives for a file only.
        empty = pa.BufferOutputStream()
        parquet.write_table(self._schema.empty_table(), empty)
        leaves = parquet.ParquetFile(pa.BufferReader(empty.getvalue())).metadata.schema
        paths = [leaves.column(k).path for k in range(len(leaves))]
        return parquet.ParquetWriter(
            self._stream, self._schema, use_dictionary=[path for path in paths if path.partition(".")[0] not in varied]
        )


def _varied(x: Any) -> bool:
    """Whether more than half of the values of a column differ: a dictionary of them would cost time and save nothing."""
    try:
        return len(x) > LEAST and 2 * int(pc.count_distinct(x).as_py()) > len(x)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return False


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
    return pa.Codec(codec, LEVELS[codec]).compress(data)


@contextmanager
def sink(stream: IO[bytes], form: Format, schema: Any, head: bytes = b"") -> Iterator[Any]:
    """What writes rows to a stream in a format: encoded text behind a head, or record batches of a schema."""
    if form.is_text:
        text = Bytes(stream, head)
        yield text
        text.close()
        return
    counted = _Counted(stream)
    made = Parquet(counted, schema) if form.kind == "parquet" else Arrow(counted, form, schema)
    try:
        yield made
        made.close()
    except BaseException:
        counted.dropped = True
        raise


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
