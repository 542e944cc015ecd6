"""Lines of JSON: their keys, and blocks of lines as columns."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import json as arrow_json

from .csv import lines
from .fields import no_number
from .piece import Decoded, Mistake, Piece

# The keys are those of the first lines.
SAMPLED = 1000
_CHANGED = re.compile(r"Column\(/(.+)\) changed from (\w+) to (\w+)")
_KEPT = "--only leaves the other columns out; write .ndjson to keep each line as it stands"
_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def sampled(data: bytes) -> dict[str, Any]:
    """The keys of the first lines in their order, each with a type."""
    found: dict[str, Any] = {}
    for line in data.split(b"\n", SAMPLED)[:SAMPLED]:
        try:
            entries = json.loads(line)
        except ValueError:
            continue
        for key, x in entries.items() if isinstance(entries, dict) else ():
            if found.get(key) in (None, pa.null()):
                found[key] = _type(x)
    return found


def _type(x: Any) -> Any:
    if x is None:
        return pa.null()
    if isinstance(x, bool):
        return pa.bool_()
    if isinstance(x, (int, float)) or (isinstance(x, str) and x in _WORDS):
        return pa.float64()
    if isinstance(x, list):
        kinds = {_type(each) for each in x}
        if not kinds:
            return pa.null()
        return pa.list_(pa.float64(), len(x)) if kinds == {pa.float64()} else pa.list_(pa.string())
    return pa.string() if isinstance(x, str) else pa.struct([])


def clash(piece: Piece, names: Sequence[str]) -> Mistake | None:
    """The first line that has a key by the name of a new one already, where the first lines had none."""
    if not any(json.dumps(name, ensure_ascii=False).encode() in piece.data for name in names):
        return None
    new = set(names)
    for number, line, entries in _objects(piece.data):
        there = next((key for key in entries if key in new), None)
        if there is not None:
            hint = "--prefix d_ puts d_ before each new name"
            return Mistake(number, None, f"it has a key {there} already", piece.line + line + 1, hint=hint)
    return None


def _objects(data: bytes) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Each object with its number and that of its line; an empty one for a line that is none."""
    number = 0
    for k, line in enumerate(data.split(b"\n")):
        if not line.strip():
            continue
        try:
            entries = json.loads(line)
        except ValueError:
            entries = {}
        yield number, k, entries if isinstance(entries, dict) else {}
        number += 1


def decoded(piece: Piece, wanted: Mapping[str, Any], *, keep: str, types: Any, on_error: str) -> Decoded:
    """A block of lines: the columns wanted, by name with their types, and what is kept: "lines", "typed" or "nothing".

    Raises Mistake for the first line that is not right, where `on_error` says so.
    """
    text = lines(piece.data)
    bad, plain = None, True
    asked = pa.schema(list(wanted.items()))
    try:
        batch = _table(piece.data, asked, "ignore")
        if batch.num_rows != len(text):
            raise pa.ArrowInvalid("objects and lines are not the same")
    except pa.ArrowInvalid:
        plain = False
        batch, bad, broken = _one_by_one(piece, asked, on_error)
        if broken:  # no key can be put behind it
            text = pa.array([b"{}" if k in broken else line for k, line in enumerate(text.to_pylist())], pa.binary())
    inputs = {name: batch.column(name) for name in wanted}
    if keep != "typed":
        return Decoded(inputs, text if keep == "lines" else None, len(text), bad)
    return Decoded(inputs, _typed(piece, types, None if plain else batch), len(text), bad)


def _typed(piece: Piece, types: Any, known: Any | None) -> Any:
    """All columns by the types of the first block; those of `known` from there, where they cannot be read as they stand."""
    try:
        if known is None:
            return _table(piece.data, types, "error")
        others = pa.schema([field for field in types if field.name not in known.schema.names])
        rest = _table(_without(piece.data, known.schema.names), others, "error")
        columns = [
            known.column(field.name).cast(field.type) if field.name in known.schema.names else rest.column(field.name)
            for field in types
        ]
    except pa.ArrowInvalid as wrong:
        raise _unexpected(piece, types.names) or _other(piece, wrong) from None
    return pa.RecordBatch.from_arrays(columns, schema=types)


def inferred(piece: Piece, numbers: Mapping[str, Any], text: Sequence[str], on_error: str) -> Any:
    """The schema of a file by its first block: `numbers` has the types of the columns that are read, `text` keeps others.

    Raises Mistake where a column is not of one type, and for a line that is not right, where `on_error` says so.
    """
    given = dict(numbers) | dict.fromkeys(text, pa.string())
    try:
        schema = _table(piece.data, pa.schema(list(given.items())), "infer").schema
    except pa.ArrowInvalid:
        _one_by_one(piece, pa.schema(list(numbers.items())), on_error)
        others = pa.schema([(name, pa.string()) for name in text if name not in numbers])
        try:
            rest = _table(_without(piece.data, numbers), others, "infer").schema
        except pa.ArrowInvalid as wrong:
            raise _other(piece, wrong) from None
        schema = pa.schema([*rest, *given.items()])
    order = [name for name in sampled(piece.data) if name in schema.names]
    order += [name for name in schema.names if name not in order]
    fields = [schema.field(name) for name in order]
    return pa.schema([pa.field(f.name, pa.string()) if pa.types.is_null(f.type) else f for f in fields])


def _without(data: bytes, names: Iterable[str]) -> bytes:
    """The lines as objects without some of their keys; one that is no object becomes an empty one."""
    left = ({key: x for key, x in entries.items() if key not in names} for _, _, entries in _objects(data))
    return b"\n".join([json.dumps(others, ensure_ascii=False).encode() for others in left])


def _unexpected(piece: Piece, names: Sequence[str]) -> Mistake | None:
    """The first line with a key that no line of the first block has."""
    for number, line, entries in _objects(piece.data):
        new = next((key for key in entries if key not in names), None)
        if new is not None:
            return Mistake(number, None, f"a key {new}, which no line before has", piece.line + line + 1, hint=_KEPT)
    return None


def _other(piece: Piece, wrong: Exception) -> Mistake:
    what = str(wrong).splitlines()[0].removeprefix("JSON parse error: ")
    told, _, row = what.rpartition(" in row ")
    number, told = (int(row), told) if row.isdigit() else (0, what)
    changed = _CHANGED.fullmatch(told)
    column = changed[1] if changed else None
    if changed:
        told = f"{changed[3]}, where the lines before have {changed[2]}"
    return Mistake(number, column, told, piece.line + number + 1, hint=_KEPT)


def _table(data: bytes, schema: Any, unexpected: str) -> Any:
    """One record batch of a block."""
    if not data:
        return pa.RecordBatch.from_arrays([pa.array([], kind) for kind in schema.types], schema=schema)
    table = arrow_json.read_json(
        pa.BufferReader(data),
        read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(data) + 1),
        parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior=unexpected),
    )
    batches = table.combine_chunks().to_batches()
    return (
        batches[0]
        if batches
        else pa.RecordBatch.from_arrays([pa.array([], k) for k in table.schema.types], schema=table.schema)
    )


def _one_by_one(piece: Piece, wanted: Any, on_error: str) -> tuple[Any, Any | None, set[int]]:
    """The same line by line, as Python reads it; which lines have something wrong with them, and which are no objects."""
    wanted = pa.schema([(each.name, each.type if pa.types.is_list(each.type) else pa.float64()) for each in wanted])
    columns: dict[str, list[Any]] = {name: [] for name in wanted.names}
    bad: list[bool] = []
    broken = set()
    for number, line in enumerate(piece.data.split(b"\n")):
        if not line.strip():
            continue
        found: dict[str, Any] = {}
        what: tuple[str, str | None] | None = None
        try:
            entries = json.loads(line)
            if not isinstance(entries, dict):
                raise ValueError("it is no object")
        except ValueError as wrong:
            what = f"this line is no JSON object: {wrong}", None
            entries = {}
            broken.add(len(bad))
        for field in wanted:
            try:
                found[field.name] = _value(entries.get(field.name), field.type)
            except ValueError as wrong:
                what = what or (str(wrong), field.name)
        if what is not None and on_error == "raise":
            raise Mistake(len(bad), what[1], what[0], piece.line + number + 1)
        bad.append(what is not None)
        for name, column in columns.items():
            column.append(found.get(name))
    arrays = [pa.array(column, wanted.field(name).type) for name, column in columns.items()]
    return pa.RecordBatch.from_arrays(arrays, schema=wanted), pa.array(bad, pa.bool_()) if any(bad) else None, broken


def _value(x: Any, kind: Any) -> Any:
    """A number, or a list of them. Raises ValueError for anything else."""
    if x is None:
        return None
    if pa.types.is_list(kind):
        if not isinstance(x, list):
            raise ValueError(f"{no_number(json.dumps(x))[: -len('number')]}list")
        return [_value(each, kind.value_type) for each in x]
    if isinstance(x, str) and x in _WORDS:
        return _WORDS[x]
    if not isinstance(x, (int, float)):
        raise ValueError(no_number(x if isinstance(x, str) else json.dumps(x)))
    try:
        return float(x)
    except OverflowError:
        return math.inf if x > 0 else -math.inf
