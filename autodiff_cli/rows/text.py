"""Rows as text: CSV and lines of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from ..errors import AdiffError
from .numbers import is_list

_BYTES = pa.binary()
_CONTROL = r"[\x00-\x1f]"


def csv_header(old: bytes, new: Sequence[str], delimiter: str) -> bytes:
    """The first row: the old one as it stands, with the names of the new columns."""
    names = [_quoted_name(name, delimiter).encode() for name in new]
    return delimiter.encode().join([*([old] if old else []), *names]) + b"\n"


def names_row(names: Sequence[str], delimiter: str) -> bytes:
    """Names as fields of CSV."""
    return delimiter.join(_quoted_name(name, delimiter) for name in names).encode()


def _quoted_name(name: str, delimiter: str) -> str:
    special = any(c in name for c in (delimiter, '"', "\n", "\r")) or not name
    return '"' + name.replace('"', '""') + '"' if special else name


def csv_rows(kept: Any, new: Sequence[Any], delimiter: str, digits: int | None) -> Any:
    """Rows of CSV as one buffer: lines as they stand, or the columns of a record batch, then the new columns."""
    old = (
        [kept]
        if isinstance(kept, pa.Array)
        else []
        if kept is None
        else [csv_field(x, delimiter) for x in kept.columns]
    )
    fields = [*old, *(number_text(x, digits) for x in new)]
    if not fields or not len(fields[0]):
        return b""
    empty = b'""' if len(fields) == 1 else b""  # a blank line would be no row
    between = pa.scalar(delimiter.encode(), _BYTES)
    parts = [fields[0]]
    for field in fields[1:]:
        parts += [between, field]
    return _joined([*parts, pa.scalar(b"\n", _BYTES)], empty)


def _joined(parts: Sequence[Any], null: bytes) -> Any:
    """The parts of each row one after the other, and the rows too: the bytes of an array's values."""
    made = pc.binary_join_element_wise(*parts, pa.scalar(b"", _BYTES), null_handling="replace", null_replacement=null)
    return values(made)


def values(array: Any) -> Any:
    """The bytes of all values of an array of bytes, without copying."""
    _, offsets, data = array.buffers()
    if data is None:
        return b""
    spots = memoryview(offsets).cast("i")
    start, end = spots[array.offset], spots[array.offset + len(array)]
    return data.slice(start, end - start)


def number_text(x: Any, digits: int | None) -> Any:
    """Doubles as text: the shortest that reads back, or so many significant digits."""
    if digits is None or not types.is_floating(x.type):
        return pc.cast(pc.cast(x, pa.string()), _BYTES)
    if not len(x):
        return pa.array([], _BYTES)
    form = f"%.{digits}g\n"
    text = (form * len(x)) % tuple([math.nan if y is None else y for y in x.to_pylist()])
    made = pa.array(text.split("\n")[:-1], pa.string())
    return pc.cast(pc.if_else(pc.is_valid(x), made, None) if x.null_count else made, _BYTES)


def csv_field(x: Any, delimiter: str) -> Any:
    """A column as fields of CSV, in quotes where these are needed. Raises AdiffError for a column that no field can hold."""
    if types.is_dictionary(x.type):
        x = x.dictionary_decode()
    text = _plain_text(x)
    if types.is_floating(x.type) or types.is_integer(x.type) or types.is_boolean(x.type):
        return text
    special = pc.match_substring_regex(text, f'[{chr(92) + "t" if delimiter == chr(9) else delimiter}"\r\n]')
    if not pc.any(special).as_py():
        return text
    inside = pc.replace_substring(text, pattern='"', replacement='""')
    mark = pa.scalar(b'"', _BYTES)
    quoted = pc.binary_join_element_wise(mark, inside, mark, pa.scalar(b"", _BYTES))
    return pc.if_else(special, quoted, text)


def _plain_text(x: Any) -> Any:
    if x.type == _BYTES:
        return x
    try:
        return pc.cast(pc.cast(x, pa.string()), _BYTES)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise _no_text(x.type) from None


def _no_text(kind: Any) -> AdiffError:
    hint = "--only leaves the old columns out; .parquet, .arrow and .ndjson hold them"
    return AdiffError("usage", f"CSV has no place for a column of type {kind}", hint=hint)


def json_rows(kept: Any, names: Sequence[str], new: Sequence[Any], digits: int | None) -> Any:
    """Lines of JSON as one buffer: lines with new keys at their end, or objects of a record batch's columns and the new ones."""
    parts: list[Any] = []
    if isinstance(kept, pa.Array):
        if not len(kept):
            return b""
        opened = pc.replace_substring_regex(kept, r"\s*\}\s*$", "")
        bare = pc.match_substring_regex(opened, r"^\s*\{\s*$")
        whole = pc.match_substring_regex(kept, r"^\s*\{")
        opened = pc.if_else(whole, opened, pa.scalar(b"{", _BYTES))
        bare = pc.or_(bare, pc.invert(whole))
        parts = [opened]
        first = pc.if_else(bare, pa.scalar(b"", _BYTES), pa.scalar(b", ", _BYTES))
    else:
        parts = [pa.scalar(b"{", _BYTES)]
        first = pa.scalar(b"", _BYTES)
    columns = (
        [] if kept is None or isinstance(kept, pa.Array) else list(zip(kept.schema.names, kept.columns, strict=True))
    )
    for name, x in [*columns, *zip(names, new, strict=True)]:
        parts += [
            first,
            pa.scalar(json.dumps(name, ensure_ascii=False).encode() + b": ", _BYTES),
            _json_value(x, digits),
        ]
        first = pa.scalar(b", ", _BYTES)
    if not any(isinstance(each, pa.Array) and len(each) for each in parts):
        return b""
    return _joined([*parts, pa.scalar(b"}\n", _BYTES)], b"null")


def _json_value(x: Any, digits: int | None) -> Any:
    """A column as JSON values. NaN and the infinities are strings, as in every JSON that adiff writes."""
    if types.is_dictionary(x.type):
        x = x.dictionary_decode()
    if types.is_floating(x.type):
        text = number_text(x, digits)
        finite = pc.fill_null(pc.is_finite(x), fill_value=True)
        if pc.all(finite, min_count=0).as_py():
            return text
        word = pc.if_else(pc.is_nan(x), b'"NaN"', pc.if_else(pc.greater(x, 0), b'"Infinity"', b'"-Infinity"'))
        return pc.if_else(finite, text, pc.cast(word, _BYTES))
    if types.is_integer(x.type) or types.is_boolean(x.type):
        return number_text(x, None)
    if types.is_null(x.type):
        return pa.nulls(len(x), _BYTES)
    if is_list(x.type) or types.is_nested(x.type):
        return pa.array([_dumped(each) for each in x.to_pylist()], _BYTES)
    if types.is_binary(x.type):
        try:
            x = pc.cast(x, pa.string())
        except pa.ArrowInvalid:
            raise _no_json() from None
    text = _plain_text(x)
    if pc.any(pc.match_substring_regex(text, _CONTROL)).as_py():
        return pa.array([_dumped(each) for each in x.to_pylist()], _BYTES)
    inside = pc.replace_substring(text, pattern="\\", replacement="\\\\")
    inside = pc.replace_substring(inside, pattern='"', replacement='\\"')
    mark = pa.scalar(b'"', _BYTES)
    return pc.binary_join_element_wise(mark, inside, mark, pa.scalar(b"", _BYTES))


def _dumped(x: Any) -> bytes | None:
    return None if x is None else json.dumps(_jsonable(x), ensure_ascii=False, allow_nan=False).encode()


def _no_json() -> AdiffError:
    hint = "--only leaves the old columns out; .parquet and .arrow hold them"
    return AdiffError("usage", "JSON has no place for a column of bytes that are no text", hint=hint)


def _jsonable(x: Any) -> Any:
    """What JSON knows. Raises AdiffError for bytes, which it does not."""
    if isinstance(x, dict):
        return {str(key): _jsonable(each) for key, each in x.items()}
    if isinstance(x, (list, tuple)):
        return [_jsonable(each) for each in x]
    if isinstance(x, float) and not math.isfinite(x):
        return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"
    if isinstance(x, bytes):
        raise _no_json()
    return x if isinstance(x, (int, float, str)) or x is None else str(x)
