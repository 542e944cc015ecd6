"""What rows come from: files of one format, one after the other, or a table in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from ..errors import AdiffError
from . import csv, ndjson
from .batches import Memory, Table
from .blocks import blocks, left_open
from .files import File, decompressed
from .piece import Piece


class Columns(NamedTuple):
    """The columns of a source: names, and their types where these are known (None is text that may hold numbers).

    `sizes` are the lengths of lists.
    """

    names: tuple[str, ...]
    types: tuple[Any, ...]
    sizes: dict[str, int]


class Source:
    """Files of one format, or a table in memory.

    `columns` are those of the first file; every other must have the same, in any order. `schema` is that of record batches,
    `header` the text of a CSV's first row.
    """

    def __init__(self, files: Sequence[File], memory: Memory | None = None) -> None:
        self.files = files
        self.memory = memory
        self.shown = files[0].shown if files else "the table"
        self.format = files[0].format if files else None
        self.header = b""
        self.schema: Any = None
        sizes = [file.size for file in files]
        self.total: int | None = sum(size or 0 for size in sizes) if sizes and None not in sizes else None
        self._before = 0
        if self.format is not None and self.format.is_text:
            self._text: Iterator[Piece] = self._of_text(files[0])
            self.first: Piece | None = next(self._text, None)
            self.columns = self._text_columns()
        else:
            self._table: Any = memory if memory is not None else Table(files[0])
            self.schema = self._table.schema
            self.first = None
            self.columns = Columns(tuple(self.schema.names), tuple(self.schema.types), self._sizes())

    def _text_columns(self) -> Columns:
        assert self.format is not None
        if self.format.kind == "csv":
            assert self.first is not None, "a header is there or an error raised"
            names = self.first.names
            return Columns(names, (None,) * len(names), {})
        if self.first is None:
            raise AdiffError("file", f"{self.shown} is empty", hint="give lines of JSON objects")
        types = ndjson.sampled(self.first.data)
        if not types:
            raise AdiffError(
                "file", f"{self.shown} holds no lines of JSON objects", hint='a line is {"x": 1.5, "y": 2}'
            )
        sizes = {name: kind.list_size for name, kind in types.items() if pa.types.is_fixed_size_list(kind)}
        return Columns(tuple(types), tuple(types.values()), sizes)

    def _sizes(self) -> dict[str, int]:
        """How long lists are: by their type, or by the first that is there."""
        from .numbers import is_list

        found = {field.name: field.type.list_size for field in self.schema if pa.types.is_fixed_size_list(field.type)}
        unknown = [field.name for field in self.schema if is_list(field.type) and field.name not in found]
        batch = self._table.first(unknown) if unknown else None
        for name in unknown:
            if batch is None:
                break
            size = next((len(x) for x in batch.column(name).to_pylist() if x), None)
            if size is not None:
                found[name] = size
        return found

    def pieces(self, columns: Sequence[str] | None = None) -> Iterator[Piece]:
        """The rows, of some columns only where these lie apart. Raises AdiffError for a file that does not fit the first."""
        if self.format is None or not self.format.is_text:
            yield from self._of_table(self._table, self.shown, columns)
        else:
            if self.first is not None:
                yield self.first
            yield from self._text
        for k, file in enumerate(self.files[1:]):
            self._before += self.files[k].size or 0
            if file.format.is_text:
                yield from self._of_text(file)
            else:
                table = Table(file)
                self._alike(file.shown, tuple(table.schema.names))
                yield from self._of_table(table, file.shown, columns)

    def _of_table(self, table: Any, shown: str, columns: Sequence[str] | None) -> Iterator[Piece]:
        size = next((file.size or 0 for file in self.files if file.shown == shown), 0)
        wanted = self.schema if columns is None else pa.schema([self.schema.field(name) for name in columns])
        for batch, share in table.batches(columns):
            fits = table is self._table or batch.schema == wanted
            yield Piece(batch if fits else _fitted(batch, wanted, shown), shown, done=self._before + int(share * size))

    def _of_text(self, file: File) -> Iterator[Piece]:
        """The blocks of a text; of CSV at least one, for its header."""
        is_csv = file.format.kind == "csv"
        raw = file.open()
        line = 0
        names: tuple[str, ...] | None = None if is_csv else ()
        try:
            stream = decompressed(raw, file.format.codec)
            for block in blocks(stream.read, file.shown, file.format.delimiter if is_csv else None):
                data = block
                if names is None:
                    names, data, line = self._after_header(block, file)
                if is_csv:
                    _closed(data, file, line)
                yield Piece(data, file.shown, names, line, self._before + self._read(raw, file))
                line += data.count(b"\n")
        except (OSError, EOFError) as wrong:
            what = str(wrong).splitlines()[0] or "it ends too early"
            raise AdiffError("file", f"cannot read {file.shown}: {what}", hint="is it whole?") from None
        finally:
            if file.ours:
                raw.close()
        if names is None:
            csv.header(b"", file.shown, file.format.delimiter)

    def _after_header(self, block: bytes, file: File) -> tuple[tuple[str, ...], bytes, int]:
        head = csv.header(block, file.shown, file.format.delimiter)
        if not self.header:
            self.header = head.raw
        else:
            self._alike(file.shown, head.names)
        return head.names, block[head.size :], head.lines

    def _alike(self, shown: str, names: tuple[str, ...]) -> None:
        """Raises AdiffError where a file has other columns than the first."""
        first = self.columns.names
        if sorted(names) == sorted(first):
            return
        lacking = [name for name in first if name not in names]
        more = [name for name in names if name not in first]
        what = f"has no column {lacking[0]}" if lacking else f"has a column {more[0]}" if more else "repeats a column"
        raise AdiffError(
            "file", f"{shown} {what}, and {self.shown} {'has' if lacking else 'does not'}",
            hint="map files of the same columns together, the others apart",
        )  # fmt: skip

    @staticmethod
    def _read(raw: Any, file: File) -> int:
        return int(raw.tell()) if file.size is not None else 0


def _closed(data: bytes, file: File, line: int) -> None:
    """Raises AdiffError for a quotation mark that is opened and never closed."""
    place = left_open(data, file.format.delimiter)
    if place is not None:
        number = line + data.count(b"\n", 0, place) + 1
        message = f"{file.shown}, line {number:,}: a quotation mark is left open"
        raise AdiffError("data", message, hint="close it, or double a quotation mark that stands inside quotes")


def _fitted(batch: Any, wanted: Any, shown: str) -> Any:
    """A batch of a later file with its columns in the order of the first. Raises AdiffError where their types differ."""
    batch = batch.select(wanted.names)
    for have, want in zip(batch.schema, wanted, strict=True):
        if have.type != want.type:
            raise AdiffError(
                "file", f"{shown}: column {have.name} is {have.type}, and {want.type} in the first file",
                hint="map files of the same columns together, the others apart",
            )  # fmt: skip
    return pa.RecordBatch.from_arrays(batch.columns, schema=wanted)
