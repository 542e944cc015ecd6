"""The work on one piece of a table: taken apart, computed, and made ready to be written. It can be done in any process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from ..errors import AdiffError
from ..kernel import Sums
from . import csv, ndjson, text
from .binding import Plan
from .compute import Computed, computed, summed
from .formats import Format
from .numbers import is_list
from .piece import Decoded, Piece
from .sinks import compressed
from .source import Columns, Source

ON_ERROR = ("raise", "null", "skip")


@dataclass(frozen=True)
class Job:
    """What is done with every piece. It can be sent to another process.

    `read` is the format of the pieces (None: record batches), `columns` what is in them; `keep` what of them goes on to the
    output: "lines", "text", "typed" or "nothing"; `write` is the output's format (None: record batches). `schema` is that of
    the output's record batches, `types` those of the columns kept of a text.
    """

    plan: Plan
    read: Format | None
    columns: Columns
    keep: str
    write: Format | None
    types: Any
    schema: Any
    on_error: str = "raise"
    exact_edges: bool = False
    digits: int | None = None
    reduce: bool = False


class Done(NamedTuple):
    """A piece as it is to be written, what there is to say of it, and the sums where these are wanted."""

    data: Any
    counts: Computed
    sums: Sums | None = None


def job(
    plan: Plan, source: Source, write: Format | None, *, only: bool, text_columns: Sequence[str], on_error: str,
    exact_edges: bool, digits: int | None, reduce: bool,
) -> Job:  # fmt: skip
    """What is to be done with every piece of a source.

    Raises AdiffError for what does not go together, and for first rows that cannot be read.
    """
    if on_error not in ON_ERROR:
        raise AdiffError("usage", f"there is no on_error {on_error!r}", hint=f"it is {', '.join(ON_ERROR)}")
    for name in text_columns:
        if name not in source.columns.names:
            known = ", ".join(source.columns.names[:12])
            raise AdiffError("usage", f"{source.shown} has no column {name!r} to keep as text", hint=f"it has {known}")
    keep = _kept(source.format, write, only=only or reduce)
    types = None
    schema = source.schema if keep == "typed" else None
    if keep == "typed" and source.format is not None and source.format.is_text:
        types = _types(plan, source, text_columns, on_error)
        schema = types
    new = [pa.field(name, pa.type_for_alias(plan.dtype)) for name in plan.names]
    schema = pa.schema([*(schema or ()), *new], metadata=schema.metadata if schema is not None else None)
    return Job(
        plan, source.format, source.columns, keep, write, types, schema, on_error, exact_edges, digits, reduce
    )  # fmt: skip


def _kept(read: Format | None, write: Format | None, *, only: bool) -> str:
    if only:
        return "nothing"
    if read is not None and write is not None and write.is_text and write.kind == read.kind:
        return "lines" if write.delimiter == read.delimiter else "text"
    return "typed"


def _types(plan: Plan, source: Source, text_columns: Sequence[str], on_error: str) -> Any:
    """The types of a text's columns, told by its first block."""
    from .piece import Mistake

    assert source.format is not None
    assert source.first is not None
    try:
        if source.format.kind == "csv":
            columns = source.columns.names
            if len(set(columns)) < len(columns):
                twice = next(name for name in columns if columns.count(name) > 1)
                hint = "give each a name of its own, or leave the old columns out by --only"
                raise AdiffError("file", f"{source.shown} has {columns.count(twice)} columns {twice}", hint=hint)
            found = csv.inferred(source.first, source.format.delimiter, plan.columns, text_columns)
            return pa.schema([(name, found[name]) for name in columns])
        wanted = _wanted(plan, source.columns)
        return ndjson.inferred(source.first, wanted, text_columns, on_error)
    except Mistake as wrong:
        raise wrong.error(source.shown, 0) from None


def _wanted(plan: Plan, columns: Columns) -> dict[str, Any]:
    """The columns that are read of lines of JSON, and as what."""
    found = {name: columns.types[columns.names.index(name)] for name in plan.columns}
    return {
        name: pa.list_(pa.float64()) if is_list(kind) else kind if pa.types.is_boolean(kind) else pa.float64()
        for name, kind in found.items()
    }


def worked(job: Job, piece: Piece) -> Done:
    """A piece done. Raises Mistake for a row that cannot be used."""
    found = _decoded(job, piece)
    if job.reduce:
        sums, counts = summed(job.plan, found, on_error=job.on_error, exact_edges=job.exact_edges)
        return Done(None, counts, sums)
    counts = computed(job.plan, found, on_error=job.on_error, exact_edges=job.exact_edges)
    kept = found.kept if counts.kept is None or found.kept is None else found.kept.filter(counts.kept)
    return Done(_encoded(job, kept, counts.columns), counts._replace(columns=[], kept=None))


def _decoded(job: Job, piece: Piece) -> Decoded:
    if job.read is None or not job.read.is_text:
        batch = piece.data
        inputs = {name: batch.column(name) for name in job.plan.columns}
        return Decoded(inputs, batch if job.keep == "typed" else None, batch.num_rows)
    if job.read.kind == "csv":
        types = {} if job.types is None else {field.name: field.type for field in job.types}
        return csv.decoded(
            piece, job.plan.columns, delimiter=job.read.delimiter, keep=job.keep, types=types, order=job.columns.names,
            on_error=job.on_error,
        )  # fmt: skip
    if job.keep == "lines" and (wrong := ndjson.clash(piece, job.plan.names)) is not None:
        raise wrong
    wanted = _wanted(job.plan, job.columns)
    return ndjson.decoded(piece, wanted, keep=job.keep, types=job.types, on_error=job.on_error)


def _encoded(job: Job, kept: Any, new: Sequence[Any]) -> Any:
    if job.write is not None and job.write.is_text:
        return as_text(job.write, kept, job.plan.names, new, job.digits)
    return pa.RecordBatch.from_arrays([*(kept.columns if kept is not None else ()), *new], schema=job.schema)


def as_text(write: Format, kept: Any, names: Sequence[str], new: Sequence[Any], digits: int | None) -> Any:
    """Rows as bytes of a text format: what is kept of the old ones, and the new columns."""
    if write.kind == "csv":
        data = text.csv_rows(kept, new, write.delimiter, digits)
    else:
        data = text.json_rows(kept, names, new, digits)
    return compressed(data, write.codec)


def head(job: Job, source: Source) -> bytes:
    """What a text begins with: the first row of CSV."""
    if job.write is None or job.write.kind != "csv":
        return b""
    old = source.header
    if job.keep == "nothing":
        old = b""
    elif job.keep != "lines":
        old = text.names_row(source.columns.names, job.write.delimiter)
    return first_row(job.write, old, job.plan.names)


def first_row(write: Format, old: bytes, names: Sequence[str]) -> bytes:
    """The first row of CSV, behind what it was; nothing of any other format."""
    if write.kind != "csv":
        return b""
    return bytes(compressed(text.csv_header(old, names, write.delimiter), write.codec))
