"""CSV and its like: the header, and blocks of rows as columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ..errors import AdiffError
from . import fields
from .files import STDIN
from .piece import Decoded, Mistake, Piece

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_NO_DELIMITER = "\x01"
_TROUBLE = re.compile(r"In CSV column #(\d+): (?:Row #(\d+): )?(.*)", re.DOTALL)


class Header(NamedTuple):
    """The first row: the names, its text, and how many bytes and lines it takes."""

    names: tuple[str, ...]
    raw: bytes
    size: int
    lines: int


def header(data: bytes, shown: str, delimiter: str) -> Header:
    """The header that a file begins with. Raises AdiffError where there is none, or it is not UTF-8."""
    if data.startswith(_UTF16) or b"\0" in data[:200]:
        what = "UTF-16" if data.startswith(_UTF16) or data[:200].count(b"\0") > 40 else "no text"
        raise AdiffError(
            "file", f"{shown} is {what}, and CSV is read as UTF-8",
            hint=_converted("UTF-16", shown) if what == "UTF-16" else "--from names the format",
        )  # fmt: skip
    start = len(_BOM) if data.startswith(_BOM) else 0
    first = next(fields.rows(data[start:], delimiter), None)
    if first is None:
        raise AdiffError("file", f"{shown} is empty", hint="a table begins with the names of its columns")
    try:
        names = [each.encode("latin-1").decode("utf-8").strip() for each in first.fields]
    except UnicodeDecodeError:
        message = f"the header of {shown} is not UTF-8"
        raise AdiffError("file", message, hint=_converted("LATIN1", shown)) from None
    end = data.index(first.raw, start) + len(first.raw)
    end += 2 if data[end : end + 2] == b"\r\n" else 1
    return Header(tuple(names), first.raw, min(end, len(data)), first.line + first.raw.count(b"\n") + 1)


def lines(data: bytes) -> Any:
    """The lines of a text that are not blank, as bytes."""
    if not data:
        return pa.array([], pa.binary())
    try:
        table = csv.read_csv(
            pa.BufferReader(data),
            read_options=csv.ReadOptions(use_threads=False, block_size=_block(data), column_names=["line"]),
            parse_options=csv.ParseOptions(delimiter=_NO_DELIMITER, quote_char=False),
            convert_options=csv.ConvertOptions(column_types={"line": pa.binary()}),
        )
    except pa.ArrowInvalid:  # that very character is in it
        return pa.array([line for line in data.splitlines() if line], pa.binary())
    return _one(table.column(0))


def decoded(
    piece: Piece, wanted: Sequence[str], *, delimiter: str, keep: str, types: Mapping[str, Any], order: Sequence[str],
    on_error: str,
) -> Decoded:  # fmt: skip
    """A block of rows: the columns wanted as float64, and what is kept of all: "lines", "text", "typed" or "nothing".

    `types` are those of the columns that are kept typed, `order` their order. Raises Mistake for the first row that is not
    right, where `on_error` says so.
    """
    if keep == "lines" and piece.names != tuple(order):
        keep = "text"
    if not piece.data:
        return _read(piece, wanted, delimiter, keep, types, order, text=())
    try:
        found = _read(piece, wanted, delimiter, keep, types, order, text=())
    except pa.ArrowInvalid:
        mistake = fields.first_mistake(piece, delimiter, wanted) if on_error == "raise" else None
        if mistake is not None:
            raise mistake from None
        found = _repaired(piece, wanted, delimiter, keep, types, order)
    return found


def _repaired(
    piece: Piece, wanted: Sequence[str], delimiter: str, keep: str, types: Mapping[str, Any], order: Sequence[str]
) -> Decoded:
    """The same where a row has too few or too many fields, or a field is no number: with those rows marked."""
    uneven = None
    try:
        found = _read(piece, wanted, delimiter, keep, types, order, text=wanted)
    except pa.ArrowInvalid:
        even, wrong = fields.evened(piece, delimiter)
        piece = piece._replace(data=even)
        uneven = pa.array(wrong, pa.bool_())
        try:
            found = _read(piece, wanted, delimiter, keep, types, order, text=wanted)
        except pa.ArrowInvalid as other:
            raise _other(piece, other, delimiter) from None
    inputs, bad = {}, uneven
    for name, column in found.inputs.items():
        inputs[name], wrong_here = _doubles(column)
        bad = wrong_here if bad is None else pc.or_(bad, wrong_here)
    kept = found.kept
    if keep == "typed":
        for name, column in inputs.items():
            if types[name] == column.type:
                kept = kept.set_column(kept.schema.get_field_index(name), name, column)
    return found._replace(inputs=inputs, bad=bad, kept=kept)


def _doubles(column: Any) -> tuple[Any, Any]:
    """Fields of text as float64, null where they are no number; and which are neither null nor a number."""
    trimmed = pc.ascii_trim(column, " \t")
    null = pc.is_in(trimmed, pa.array(fields.NULLS))
    number = pc.match_substring_regex(trimmed, fields.NUMBER)
    plain = pc.if_else(number, trimmed, pa.scalar(None, pa.string()))
    return pc.cast(plain, pa.float64()), pc.invert(pc.or_(null, number))


def _read(
    piece: Piece, wanted: Sequence[str], delimiter: str, keep: str, types: Mapping[str, Any], order: Sequence[str],
    text: Sequence[str],
) -> Decoded:  # fmt: skip
    """Read by pyarrow; the columns named by `text` are left as they stand. Columns are known by their number."""
    every = [str(k) for k in range(len(piece.names))]
    number = {name: str(k) for k, name in reversed(list(enumerate(piece.names)))}
    inputs = {name: number[name] for name in wanted}
    plain = pa.string() if text else pa.float64()
    shown = {}
    if keep == "typed":
        shown = {number[name]: plain if name in text and types[name] == pa.float64() else types[name] for name in order}
    elif keep == "text":
        shown = {number[name]: pa.binary() for name in order}
    kinds = shown | {number[name]: plain for name in wanted}
    rows = None
    if keep == "lines":
        kept = lines(piece.data)
        rows = len(kept)
    columns = dict(zip(kinds, _columns(piece.data, delimiter, every, kinds), strict=True))
    found = {name: columns[k] for name, k in inputs.items()}
    if rows is None or (found and len(next(iter(found.values()))) != rows):
        rows = len(next(iter(columns.values()))) if columns else len(lines(piece.data))
    if keep == "lines":
        if len(kept) != rows:  # a newline in quotes
            kept = pa.array([row.raw for row in fields.rows(piece.data, delimiter)], pa.binary())
        return Decoded(found, kept, rows)
    if keep == "nothing":
        return Decoded(found, None, rows)
    again = {k: kind for k, kind in shown.items() if kind != kinds[k]}
    if again:  # read as numbers, kept as something else
        columns |= dict(zip(again, _columns(piece.data, delimiter, every, again), strict=True))
    arrays = [columns[number[name]] for name in order]
    return Decoded(found, pa.RecordBatch.from_arrays(arrays, names=list(order)), rows)


def _columns(data: bytes, delimiter: str, every: Sequence[str], kinds: Mapping[str, Any]) -> list[Any]:
    if not data:
        return [pa.array([], kind) for kind in kinds.values()]
    if not kinds:
        return []
    table = csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(use_threads=False, block_size=_block(data), column_names=every),
        parse_options=csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=kinds, include_columns=list(kinds), null_values=fields.NULLS, check_utf8=True
        ),
    )
    return [_one(table.column(k)) for k in kinds]


def inferred(piece: Piece, delimiter: str, numbers: Sequence[str], text: Sequence[str]) -> dict[str, Any]:
    """The types of the columns by the first block. Raises Mistake for a row that cannot be read."""
    given = dict.fromkeys(numbers, pa.float64()) | dict.fromkeys(text, pa.string())
    if not piece.data:
        return dict.fromkeys(piece.names, pa.string()) | given
    every = [str(k) for k in range(len(piece.names))]
    try:
        table = csv.read_csv(
            pa.BufferReader(piece.data),
            read_options=csv.ReadOptions(use_threads=False, block_size=_block(piece.data), column_names=every),
            parse_options=csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=lambda _: "skip"
            ),
            convert_options=csv.ConvertOptions(null_values=fields.NULLS),
        )
    except pa.ArrowInvalid as wrong:
        raise _other(piece, wrong, delimiter) from None
    found = dict(zip(piece.names, table.schema.types, strict=True))
    other = next((name for name, kind in found.items() if pa.types.is_binary(kind)), None)
    if other is not None:
        raise _not_utf8(piece, delimiter, other)
    return {name: pa.string() if pa.types.is_null(kind) else kind for name, kind in found.items()} | given


def _other(piece: Piece, wrong: Exception, delimiter: str) -> Mistake:
    """What pyarrow says of a column whose type the first rows told, or of a text that is none."""
    told = _TROUBLE.search(str(wrong))
    if told is None:
        return Mistake(0, None, str(wrong).splitlines()[0], piece.line + 1, hint="is a quotation mark left open?")
    column = piece.names[int(told[1])]
    if "UTF8" in told[3]:
        return _not_utf8(piece, delimiter, column)
    number = int(told[2]) - 1 if told[2] else 0
    line = next((row.line for k, row in enumerate(fields.rows(piece.data, delimiter)) if k == number), 0)
    what = told[3].replace("CSV conversion error to", "not of the type of the rows before,").strip()
    return Mistake(number, column, what, piece.line + line + 1, hint=f"--text {column} keeps the column as text")


def _not_utf8(piece: Piece, delimiter: str, column: str) -> Mistake:
    """The first field of a column that is no UTF-8."""
    place = piece.names.index(column)
    hint = _converted("LATIN1", piece.file)
    for number, row in enumerate(fields.rows(piece.data, delimiter)):
        shown = fields.text(row.fields[place]) if place < len(row.fields) else ""
        if "\N{REPLACEMENT CHARACTER}" in shown:
            return Mistake(number, column, f"{shown!r} is no UTF-8", piece.line + row.line + 1, hint=hint)
    return Mistake(0, column, "not all of it is UTF-8", piece.line + 1, hint=hint)


def _converted(encoding: str, shown: str) -> str:
    """How to make UTF-8 of a file, or of what comes through a pipe."""
    command = f"iconv -f {encoding} -t UTF-8"
    return f"put {command} before it in the pipe" if shown == STDIN else f"convert it: {command} {shown} > utf8.csv"


def _one(column: Any) -> Any:
    """A column in one array."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _block(data: bytes) -> int:
    return len(data) + 1
