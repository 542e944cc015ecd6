"""map_table: a formula and its gradient for every row of a table."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import IO, TYPE_CHECKING, Any

from ..analysis.compiled import cores
from ..errors import AdiffError
from . import sinks
from .batches import Memory, is_memory
from .binding import Wanted, plan
from .compute import engine
from .files import STDIN, File, files, streamed
from .formats import Format, for_writing, named
from .reduce import reduced, table_of
from .run import Progress, run
from .source import Source
from .summary import MapSummary
from .work import Job, as_text, first_row, head, job

if TYPE_CHECKING:
    from .cluster import Cluster, Watch


def map_table(
    formula: Any,
    source: Any,
    sink: str | os.PathLike[str] | IO[bytes] | None = None,
    *,
    bind: Mapping[str, str] | None = None,
    at: Mapping[str, Any] | None = None,
    grad: str | Iterable[str] | None = None,
    of: Iterable[str] | None = None,
    only: bool = False,
    prefix: str = "",
    text: Sequence[str] = (),
    on_error: str = "raise",
    exact_edges: bool = False,
    math: str = "fast",
    dtype: str = "float64",
    threads: int | None = None,
    reduce: str | None = None,
    digits: int | None = None,
    read: str | None = None,
    write: str | None = None,
    delimiter: str | None = None,
    progress: Progress | None = None,
    name: str | None = None,
    engine: str = "local",
    scheduler: Any = None,
    watch: Watch | None = None,
) -> MapSummary:
    """The value of a formula, and its partial by each input that is a column, for every row of a table.

    `source` is the path of a file (CSV, TSV, NDJSON, also compressed; Parquet, Arrow), of a directory of them, a pattern, "-"
    for standard input, or a pyarrow Table, RecordBatchReader or Dataset. `sink` is a path, whose ending tells the format, a
    directory (a file for each of the source's), a binary stream with a format in `write`, or None: then the table is in the
    answer. `read` and `write` name formats where no ending tells them.

    `bind` names columns for inputs, `at` has numbers for all rows, `grad` the inputs to differentiate by ("all", "none" or
    names), `of` the values of the program to take. `only` writes the new columns alone, `prefix` begins their names, `text`
    are columns that Parquet and Arrow keep as text. `on_error` is "raise", "null" or "skip", for rows with a text that is no
    number or of another length than the header. `exact_edges` has the scalar engine compute the rows that are right
    there alone: partials that are a numerical 0·inf, rows that leave the range of doubles on the way, and those at the point
    of an equality. `dtype` is that of the new columns, float64 or float32; the arithmetic is double in either case. `reduce` is
    "sum" or "mean": the answer has these over all rows, in doubles, and the sink one row.

    `engine` "dask" does the same on the workers of a cluster, which read the files themselves: `scheduler` is an address, a
    scheduler file or a distributed.Client, or None for processes on this machine. `sink` is then a directory of parts (see
    Parts), and `watch` hears of the partitions done.

    Raises AdiffError for whatever is wrong with formula, source or sink; then no file is left behind, and an old one is whole.
    """
    wanted = Wanted(formula, name, bind, at, grad, of, only, prefix, math, dtype)
    begun = perf_counter()
    given, target = _source(source, read, delimiter), sink
    if isinstance(target, os.PathLike):
        target = os.fspath(target)
    if reduce not in (None, "sum", "mean"):
        raise AdiffError("usage", f"there is no reduction {reduce!r}", hint="it is sum or mean")
    cluster = _cluster(engine, scheduler, threads, progress, watch)
    if cluster is not None:
        given = cluster.files(given)
    options = {
        "on_error": on_error, "exact_edges": exact_edges, "digits": digits, "only": only, "text": text,
        "threads": cores(threads), "reduce": reduce, "write": write, "progress": progress,
        "cluster": cluster,
    }  # fmt: skip
    if cluster is None and isinstance(target, str) and _is_directory(target):
        found = _each(wanted, given, target, options)
    else:
        found = _mapped(wanted, Source(given) if isinstance(given, list) else Source([], given), target, options)
    if cluster is not None:
        found = replace(found, partitions=cluster.partitions, workers=cluster.workers)
    return replace(found, seconds=perf_counter() - begun)


def _cluster(
    engine: str, scheduler: Any, threads: int | None, progress: Progress | None, watch: Watch | None
) -> Cluster | None:
    """Where rows are worked on, if not here. Raises AdiffError for an engine that is none, and a scheduler without Dask."""
    if engine not in ("local", "dask"):
        raise AdiffError("usage", f"there is no engine {engine!r}", hint="it is local or dask")
    if engine == "dask":
        from .cluster import Cluster

        return Cluster(scheduler, threads, progress, watch)
    if scheduler is not None:
        raise AdiffError(
            "usage", "a scheduler is of Dask, and the engine is local", hint="--scheduler goes with --engine dask"
        )
    return None


def _source(source: Any, read: str | None, delimiter: str | None) -> list[File] | Memory:
    """The files, or the table. Raises AdiffError for what is neither, and for options that do not go with it."""
    form = None if read is None else named(read, "--from")
    if delimiter is not None and (len(delimiter) != 1 or ord(delimiter) > 127 or delimiter in '"\r\n'):
        raise AdiffError("usage", f"{delimiter!r} cannot lie between fields", hint='for example --delimiter ";"')
    if isinstance(source, os.PathLike):
        source = os.fspath(source)
    if isinstance(source, str):
        if source == "-":
            return [streamed(sys.stdin.buffer, STDIN, form, delimiter)]
        return files(source, form, delimiter)
    if not is_memory(source):
        hint = "give a path, or a pyarrow Table, RecordBatchReader or Dataset"
        raise AdiffError("usage", f"a table is no {type(source).__name__}", hint=hint)
    return Memory(source)


def _is_directory(target: str) -> bool:
    return target.endswith(("/", os.sep)) or os.path.isdir(os.path.expanduser(target))


def _each(wanted: Wanted, given: list[File] | Memory, target: str, options: dict[str, Any]) -> MapSummary:
    """Each file of a source to one of the same name in a directory. Raises AdiffError where there are no names."""
    if not isinstance(given, list) or given[0].path is None or options["reduce"]:
        hint = f"give the name of a file in it: -o {os.path.join(target, 'out.csv')}"
        raise AdiffError("file", f"{target} is a directory", hint=hint)
    folder = os.path.expanduser(target)
    if not os.path.isdir(folder):
        raise AdiffError("file", f"there is no directory {target}", hint=f"make it first: mkdir {target}")
    names = [os.path.basename(file.shown) for file in given]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        hint = "map each directory apart"
        raise AdiffError("file", f"two files are called {twice}, and {target} has place for one", hint=hint)
    before: MapSummary | None = None
    for file, name in zip(given, names, strict=True):
        found = _mapped(wanted, Source([file]), os.path.join(folder, _renamed(name, options["write"])), options)
        before = found if before is None else _both(before, found)
    assert before is not None
    return replace(before, written=target)


def _renamed(name: str, write: str | None) -> str:
    """A file's name with the ending of the output's format."""
    if write is None:
        return name
    form = named(write, "--to")
    return f"{name.partition('.')[0]}.{form.name}"


def _both(one: MapSummary, other: MapSummary) -> MapSummary:
    counted = ("rows", "nonfinite", "nulls", "bad", "skipped", "resolved", "out_of_range", "at_equality")
    first = ("first_nonfinite", "first_out_of_range", "first_at_equality")
    sums = {each: getattr(one, each) + getattr(other, each) for each in counted}
    return replace(one, **sums, **{each: getattr(one, each) or getattr(other, each) for each in first})


def _mapped(wanted: Wanted, source: Source, target: str | IO[bytes] | None, options: dict[str, Any]) -> MapSummary:
    """One source into one sink."""
    reduce = options["reduce"]
    made, notes = plan(wanted, source.columns, source.shown, clashes=not reduce)
    cluster: Cluster | None = options["cluster"]
    parts = cluster.parts(target, options["write"]) if cluster is not None and not reduce else None
    write = parts.format if parts is not None else _written(target, options["write"])
    if options["digits"] is not None and target is not None and (write is None or not write.is_text):
        name = "Arrow" if write is None else write.name
        raise AdiffError("usage", f"{name} keeps numbers as they are, without digits", hint="leave out --digits")
    todo = job(
        made, source, None if reduce else write, only=wanted.only, text_columns=options["text"],
        on_error=options["on_error"], exact_edges=options["exact_edges"], digits=options["digits"],
        reduce=reduce is not None,
    )  # fmt: skip
    path = target if isinstance(target, str) else None
    table = answer = None
    if reduce:
        if cluster is not None:
            tally = cluster.run(todo, source)
        else:
            tally = run(todo, source, lambda _: None, options["threads"], options["progress"])
        answer = reduced(made, tally.sums, reduce)
        table = table_of(answer, wanted.prefix)
        if target is not None:
            assert write is not None
            _write_table(table, target, write, options["digits"])
            table = None
    elif cluster is not None:
        tally = cluster.run(todo, source, parts, head(todo, source))
    elif target is None:
        held = sinks.Held(todo.schema)
        tally = run(todo, source, held.write, options["threads"], options["progress"])
        table = held.table()
    else:
        assert write is not None
        with sinks.opened(target) as stream:
            tally = _through(todo, source, stream, write, options)
    return MapSummary(
        tally.rows, 0.0, tally.nonfinite, tally.first, tally.nulls, tally.bad, tally.skipped, tally.resolved, made.names,
        path, table, answer, notes, engine(made)[0].sizes, out_of_range=tally.lost, first_out_of_range=tally.first_lost,
        at_equality=tally.equal, first_at_equality=tally.first_equal,
    )  # fmt: skip


def _through(todo: Job, source: Source, stream: IO[bytes], write: Format, options: dict[str, Any]) -> Any:
    """All rows to a stream."""
    with sinks.sink(stream, write, todo.schema, head(todo, source)) as sink:
        return run(todo, source, sink.write, options["threads"], options["progress"])


def _written(target: str | IO[bytes] | None, write: str | None) -> Format | None:
    if target is None:
        return None
    if write is not None:
        return named(write, "--to")
    if isinstance(target, str):
        return for_writing(target)
    raise AdiffError("usage", "a stream tells no format", hint='say which: write="csv"')


def _write_table(table: Any, target: str | IO[bytes], write: Format, digits: int | None) -> None:
    """A table of a single row."""
    names = table.column_names
    with sinks.opened(target) as stream, sinks.sink(stream, write, table.schema, first_row(write, b"", names)) as sink:
        for batch in table.to_batches():
            sink.write(as_text(write, None, names, batch.columns, digits) if write.is_text else batch)
