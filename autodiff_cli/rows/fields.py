"""CSV row by row: slower than pyarrow, and it knows each row's line, its text as it stands, and what is wrong with it."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .piece import Mistake, Piece

NULLS = ("", "NA", "N/A", "null", "NULL")
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*([eE][+-]?[0-9]+)?|\.[0-9]+([eE][+-]?[0-9]+)?|(?i:nan(\([a-z0-9_]*\))?|inf|infinity))$"
_NUMBER = re.compile(NUMBER)
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?")
_SHOWN = 40


class Row(NamedTuple):
    """A row: the number of the line it begins on, from 0, its bytes without the end of line, and its fields."""

    line: int
    raw: bytes
    fields: list[str]


def rows(data: bytes, delimiter: str) -> Iterator[Row]:
    """The rows of a text but for blank lines. Fields are decoded byte by byte, as Latin-1."""
    csv.field_size_limit(sys.maxsize)
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(data.decode("latin-1"), newline=""):
            taken.append(line)
            yield line

    before = 0
    reader = csv.reader(lines(), delimiter=delimiter)
    for fields in reader:
        raw = "".join(taken).rstrip("\r\n")
        if raw:
            yield Row(before, raw.encode("latin-1"), fields)
        before += len(taken)
        taken.clear()


def text(field: str) -> str:
    """A field's text, from UTF-8 where it is that."""
    return field.encode("latin-1").decode("utf-8", "replace")


def is_null(field: str) -> bool:
    """Whether a field stands for no value."""
    return field.strip(" \t") in NULLS


def is_number(field: str) -> bool:
    """Whether a field is a number, a NaN or an infinity."""
    return _NUMBER.match(field.strip(" \t")) is not None


def count_wrong(many: int, columns: int) -> str:
    """What to say of a row with too few or too many fields."""
    fields = "1 field" if many == 1 else f"{many:,} fields"
    return f"{fields}, and the header has {columns:,}"


def first_mistake(piece: Piece, delimiter: str, wanted: Sequence[str]) -> Mistake | None:
    """The first row with too few or too many fields, or with a field that is no number in one of the columns wanted."""
    places = [(name, piece.names.index(name)) for name in wanted]
    for number, row in enumerate(rows(piece.data, delimiter)):
        line = piece.line + row.line + 1
        if len(row.fields) != len(piece.names):
            return Mistake(number, None, count_wrong(len(row.fields), len(piece.names)), line)
        for name, k in places:
            if not is_null(row.fields[k]) and not is_number(row.fields[k]):
                return Mistake(number, name, no_number(text(row.fields[k])), line, _pointed(row.fields[k]))
    return None


def no_number(found: str) -> str:
    """What to say of a text where a number belongs."""
    return f"{found if len(found) <= _SHOWN else found[:_SHOWN] + '...'!r} is no number"


def _pointed(field: str) -> str:
    """What to do about a number with a decimal comma; nothing of any other text."""
    plain = field.strip(" \t")
    return f"numbers have a point: {plain.replace(',', '.')}" if _COMMA.fullmatch(plain) else ""


def evened(piece: Piece, delimiter: str) -> tuple[bytes, list[bool]]:
    """The text with every row as long as the header, cut or filled with empty fields; and which rows were not."""
    wanted = len(piece.names)
    lines, wrong = [], []
    for row in rows(piece.data, delimiter):
        short = wanted - len(row.fields)
        wrong.append(short != 0)
        if short > 0:
            lines.append(row.raw + delimiter.encode() * short)
        elif short < 0:
            lines.append(_joined(row.fields[:wanted], delimiter))
        else:
            lines.append(row.raw)
    return b"\n".join([*lines, b""]), wrong


def _joined(fields: Sequence[str], delimiter: str) -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, lineterminator="").writerow(fields)
    return made.getvalue().encode("latin-1")
