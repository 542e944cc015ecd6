"""map_batches: a formula as a function from one batch of rows to the same with new columns, for engines of tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from ..errors import AdiffError
from ..language import parse
from .binding import Plan, Wanted, plan
from .compute import computed
from .numbers import is_list
from .piece import Decoded, Mistake
from .source import Columns

# The types of columns and the lengths of lists are told by so many rows.
_SAMPLE = 100


class MapBatches:
    """A formula with its gradient as a function of batches: see map_batches. It can be sent to another process."""

    def __init__(self, wanted: Wanted, *, exact_edges: bool) -> None:
        self._wanted = wanted
        self._exact_edges = exact_edges
        self._plans: dict[Any, Plan] = {}

    def __call__(self, batch: Any) -> Any:
        """The batch with the new columns. Raises AdiffError where it lacks a column, or holds what is no number."""
        if isinstance(batch, (pa.Table, pa.RecordBatch)):
            return self._arrow(batch)
        kind = type(batch)
        home = kind.__module__.partition(".")[0]
        if home == "pandas" and kind.__name__ == "DataFrame":
            return self._pandas(batch)
        if home == "polars" and kind.__name__ == "DataFrame":
            return self._polars(batch)
        if isinstance(batch, Mapping):
            return self._arrays(batch)
        raise AdiffError(
            "usage", f"a batch of rows is no {kind.__name__}",
            hint="give a pyarrow RecordBatch or Table, a pandas or polars DataFrame, or a dict of arrays",
        )  # fmt: skip

    def _arrow(self, batch: Any) -> Any:
        new = self._new(batch.schema.names, batch.slice(0, _SAMPLE), batch.column, batch.num_rows)
        old = [] if self._wanted.only else list(zip(batch.schema, batch.columns, strict=True))
        fields = [*(field for field, _ in old), *(pa.field(name, x.type) for name, x in new.items())]
        columns = [*(column for _, column in old), *new.values()]
        return type(batch).from_arrays(columns, schema=pa.schema(fields, metadata=batch.schema.metadata))

    def _pandas(self, frame: Any) -> Any:
        names = [name for name in frame.columns if isinstance(name, str)]
        once = [name for name in names if names.count(name) == 1]  # of several of a name the plan says what is wrong
        sample = {name: x for name in once if (x := _array(frame[name].iloc[:_SAMPLE])) is not None}
        found = self._new(names, pa.table(sample), lambda name: _array(frame[name]), len(frame))
        new = {name: x.to_numpy(zero_copy_only=False) for name, x in found.items()}
        return type(frame)(new, index=frame.index) if self._wanted.only else frame.assign(**new)

    def _polars(self, frame: Any) -> Any:
        polars = sys.modules["polars"]
        new = self._new(
            frame.columns, frame.head(_SAMPLE).to_arrow(), lambda name: frame.get_column(name).to_arrow(), frame.height
        )
        series = [polars.Series(name, x) for name, x in new.items()]
        return polars.DataFrame(series) if self._wanted.only else frame.with_columns(series)

    def _arrays(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        sample = {name: x for name, every in arrays.items() if (x := _array(every[:_SAMPLE])) is not None}
        rows = len(next(iter(arrays.values()), ()))
        other = next((name for name, every in arrays.items() if len(every) != rows), None)
        if other is not None:
            message = f"the batch has {rows:,} rows, and {len(arrays[other]):,} of {other}"
            raise AdiffError("usage", message, hint="give arrays of one length")
        found = self._new(list(arrays), pa.table(sample), lambda name: _array(arrays[name]), rows)
        new = {name: x.to_numpy(zero_copy_only=False) for name, x in found.items()}
        return new if self._wanted.only else {**arrays, **new}

    def _new(self, names: Sequence[str], sample: Any, column: Callable[[str], Any], rows: int) -> dict[str, Any]:
        """The new columns by name, from those that the formula reads."""
        made = self._plan(names, sample)
        inputs = {name: _whole(column(name)) for name in made.columns}
        try:
            found = computed(made, Decoded(inputs, None, rows), exact_edges=self._exact_edges)
        except Mistake as wrong:
            raise wrong.error("the batch", 0) from None
        return dict(zip(made.names, found.columns, strict=True))

    def _plan(self, names: Sequence[str], sample: Any) -> Plan:
        types = {field.name: field.type for field in sample.schema}
        known = tuple(types.get(name, pa.string()) for name in names)
        sizes = {
            name: size for name, kind in types.items() if is_list(kind) and (size := _size(kind, sample.column(name)))
        }
        key = (tuple(names), tuple(map(str, known)), tuple(sizes.items()))
        if key not in self._plans:
            self._plans[key], _ = plan(self._wanted, Columns(tuple(names), known, sizes), "the batch")
        return self._plans[key]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_plans": {}}


def _array(values: Any) -> Any | None:
    """Values as an array of Arrow; None where they are of no type that it has."""
    try:
        return _whole(pa.array(values, from_pandas=False))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return None


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _size(kind: Any, column: Any) -> int | None:
    """How long the lists of a column are: by their type, or by the first."""
    if pa.types.is_fixed_size_list(kind):
        return int(kind.list_size)
    return next((len(x) for x in column.to_pylist() if x), None)


def map_batches(
    formula: Any,
    *,
    bind: Mapping[str, str] | None = None,
    at: Mapping[str, Any] | None = None,
    grad: str | Iterable[str] | None = None,
    of: Iterable[str] | None = None,
    only: bool = False,
    prefix: str = "",
    exact_edges: bool = False,
    math: str = "fast",
    dtype: str = "float64",
) -> MapBatches:
    """A function that takes a batch of rows and returns the same kind with the columns L, dL_da, ... besides.

    It takes a pyarrow RecordBatch or Table, a pandas or polars DataFrame, or a dict of arrays, and is made for
    `polars.LazyFrame.map_batches`, `pandas.DataFrame.pipe`, the batches of a `pyarrow.dataset`, Ray's `map_batches`. Columns
    of float64 and float32 are not copied. The options are those of map_table.

    Raises AdiffError for what can be told of the formula without rows; the rest when it is called.
    """
    wanted = Wanted(
        formula, None, dict(bind or {}), dict(at or {}), _tuple(grad), _tuple(of), only, prefix, math, dtype
    )
    if isinstance(formula, str):
        try:
            parse(formula)
        except AdiffError as wrong:
            if wrong.kind == "syntax":  # the rest may be well once columns are known
                raise
    return MapBatches(wanted, exact_edges=exact_edges)


def _tuple(names: str | Iterable[str] | None) -> Any:
    return names if names is None or isinstance(names, str) else tuple(names)
