"""map_table and map_batches: from Python, on tables in memory."""

from __future__ import annotations

import io
import math
import os
import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import dataset, parquet

import autodiff_cli
from autodiff_cli import AdiffError, Value, map_batches, map_table, parse
from autodiff_cli.analysis.gradient import grad
from autodiff_cli.rows import binding, numbers, work
from autodiff_cli.rows.piece import Piece
from autodiff_cli.rows.source import Columns, Source

TABLE = pa.table({"w": [1.0, 2.5, None], "h": [2, 3, 4], "note": ["a", "b", "c"]})
NEW = {"L": [2.0, 7.5, None], "dL_dw": [2.0, 3.0, None], "dL_dh": [1.0, 2.5, None]}


def test_a_table_to_a_table() -> None:
    summary = map_table("w*h", TABLE)
    assert summary.table.select(list(NEW)).to_pydict() == NEW
    assert summary.table.select(TABLE.column_names).equals(TABLE)
    assert (summary.rows, summary.nulls, summary.nonfinite, summary.first_nonfinite) == (3, 1, 0, None)
    assert summary.columns == ("L", "dL_dw", "dL_dh")
    with pytest.raises(AttributeError):
        summary.rows = 4  # type: ignore[misc]


def test_every_source_and_sink(tmp_path: Path) -> None:
    parquet.write_table(TABLE, "in.parquet")
    sources: list[Any] = [
        TABLE, TABLE.to_batches()[0], TABLE.to_reader(), dataset.dataset("in.parquet"), "in.parquet", tmp_path / "in.parquet",
    ]  # fmt: skip
    for source in sources:
        assert map_table("w*h", source, only=True).table.to_pydict() == NEW
    for sink in ("out.parquet", tmp_path / "out.parquet"):
        summary = map_table("w*h", TABLE, sink)
        assert (summary.table, summary.written) == (None, str(sink))
        assert parquet.read_table("out.parquet").select(list(NEW)).to_pydict() == NEW
    stream = io.BytesIO()
    map_table("w*h", TABLE, stream, write="csv", only=True, grad="none")
    assert stream.getvalue() == b'L\n2\n7.5\n""\n'


def test_lists_of_any_source() -> None:
    table = pa.table({"v": [[1, 2], None, [3, 4]]})
    for source in (table, table.to_reader(), dataset.dataset(table)):
        found = map_table("dot(v, v)", source, only=True).table
        assert found.to_pydict() == {"L": [5.0, None, 25.0], "dL_dv[1]": [2.0, None, 6.0], "dL_dv[2]": [4.0, None, 8.0]}


def test_formulas_and_graphs_built_by_hand() -> None:
    assert map_table(parse("w*h"), TABLE, only=True).table.to_pydict() == NEW
    graph = Value(label="w") * Value(label="h")
    graph.label = "L"
    assert map_table(graph, TABLE, only=True).table.to_pydict() == NEW


def test_an_empty_table() -> None:
    summary = map_table("w*h", TABLE.slice(0, 0))
    assert (summary.rows, summary.table.num_rows, summary.table.column_names[-1]) == (0, 0, "dL_dh")
    map_table("w*h", TABLE.slice(0, 0), "out.parquet")
    assert parquet.read_table("out.parquet").column_names == ["w", "h", "note", "L", "dL_dw", "dL_dh"]


def test_sums_in_memory() -> None:
    summary = map_table("w*h", TABLE, reduce="sum")
    assert summary.reduced is not None
    assert (summary.reduced["L"].value, summary.reduced["L"].grad) == (9.5, {"w": 5.0, "h": 3.5})
    assert summary.table.to_pydict() == {"L": [9.5], "dL_dw": [5.0], "dL_dh": [3.5]}


def test_random_rows_are_those_of_the_engine() -> None:
    rng = random.Random(1)
    text = "if(x > 0, sqrt(x)*log(y), abs(x)) + max(x, y, 0) + relu(x*y) + x^2/y"
    rows = [
        (rng.choice([0.0, -1.0, 1.0, rng.gauss(0, 2)]), rng.choice([0.0, 1.0, rng.gauss(0, 2)])) for _ in range(400)
    ]
    table = pa.table({"x": [x for x, _ in rows], "y": [y for _, y in rows]})
    found = map_table(text, table, exact_edges=True).table.to_pylist()
    for (x, y), row in zip(rows, found, strict=True):
        answer = grad(text, x=x, y=y)
        for mine, theirs in (
            (row["L"], answer.value),
            (row["dL_dx"], answer.grad["x"]),
            (row["dL_dy"], answer.grad["y"]),
        ):
            assert mine == pytest.approx(theirs, rel=1e-12, nan_ok=True), (x, y)


def test_nulls_and_the_first_row_that_is_not_finite() -> None:
    table = pa.table({"x": [None, 1.0, None, 0.0, 0.0], "n": [1, 2, 3, 4, 5]})
    summary = map_table("1/x", table)
    assert summary.nulls == 2
    first = summary.first_nonfinite
    assert first is not None
    assert (first.row, first.inputs, first.node) == (4, {"x": 0.0}, "1/x")
    assert str(summary.table.column("L").to_pylist()) == "[None, 1.0, None, inf, inf]"


def test_nan_is_no_null() -> None:
    summary = map_table("x + y", pa.table({"x": [math.nan, None], "y": [1.0, 2.0]}))
    assert str(summary.table.column("L").to_pylist()) == "[nan, None]"
    assert (summary.nulls, summary.nonfinite) == (1, 3)
    assert summary.first_nonfinite is not None
    assert "x is" in summary.first_nonfinite.message


def test_single_precision() -> None:
    """Columns of single precision are read in place; results are rounded once, and counted as they are written."""
    table = pa.table({"x": pa.array([0.1, 60.0, None, 0.0], pa.float32()), "y": [3.0, 2.0, 1.0, 0.0]})
    known = numbers.reals(table.column("x").chunk(0))
    assert known.type == pa.float32()
    double, single = (map_table("exp(x^2)/y", table, dtype=dtype).table for dtype in ("float64", "float32"))
    assert double.column("L").type == pa.float64()
    for name in ("L", "dL_dx", "dL_dy"):
        assert single.column(name).type == pa.float32()
        with np.errstate(over="ignore"):
            want = [None if x is None else float(np.float32(x)) for x in double.column(name).to_pylist()]
        assert repr(single.column(name).to_pylist()) == repr(want)
    large = pa.table({"x": [1.0, 20.0]})
    summary = map_table("exp(x^2)", large, dtype="float32")
    first = summary.first_nonfinite
    assert summary.nonfinite == 2
    assert first is not None
    assert (first.row, first.message) == (2, "the number is beyond the range of float32")
    assert map_table("exp(x^2)", large).nonfinite == 0
    summed = map_table("exp(x^2)", large, dtype="float32", reduce="sum").reduced
    assert summed is not None
    assert summed["L"].value == pytest.approx(math.exp(400), rel=1e-15)
    edge = map_table("sqrt(x^2)/3", pa.table({"x": [0.0, 1.0]}), dtype="float32", exact_edges=True).table
    assert edge.column("dL_dx").type == pa.float32()
    assert edge.column("dL_dx").to_pylist() == [0.0, float(np.float32(1 / 3))]


def test_lists_of_a_wrong_length() -> None:
    table = pa.table({"v": [[1, 2], [3], [4, 5, 6], [7, 8]]})
    with pytest.raises(AdiffError, match="the table, row 2, column v: a list of 1, and 2 are wanted"):
        map_table("sum(v)", table)
    assert map_table("sum(v)", table, on_error="null").table.column("L").to_pylist() == [3.0, None, None, 15.0]
    summary = map_table("sum(v)", table, on_error="skip")
    assert summary.table.column("L").to_pylist() == [3.0, 15.0]
    assert (summary.skipped, summary.bad, summary.nulls) == (2, 2, 0)


def test_progress_is_told() -> None:
    Path("in.csv").write_text("x\n1\n2\n", encoding="utf-8")
    seen = []
    map_table("x", "in.csv", progress=lambda *now: seen.append(now))
    assert seen == [(2, 6, 6)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"on_error": "ignore"}, "there is no on_error 'ignore'"),
        ({"math": "best"}, "there is no math 'best'"),
        ({"dtype": "float16"}, "there is no dtype 'float16'"),
        ({"reduce": "max"}, "there is no reduction 'max'"),
        ({"source": [1, 2]}, "a table is no list"),
        ({"sink": io.BytesIO()}, "a stream tells no format"),
        ({"sink": "."}, ". is a directory"),
    ],
)
def test_what_cannot_be_asked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(AdiffError, match=message):
        map_table("w*h", **{"source": TABLE, **options})


def test_the_work_on_a_piece_can_be_sent_away() -> None:
    source = Source([], autodiff_cli.rows.batches.Memory(TABLE))
    plan, _ = binding.plan(binding.Wanted("k*w*h", at={"k": 2.0}), source.columns, "it")
    job = work.job(
        plan, source, None, only=False, text_columns=(), on_error="raise", exact_edges=False, digits=None, reduce=False
    )
    job, piece = pickle.loads(pickle.dumps((job, Piece(TABLE.to_batches()[0], "it"))))
    done = pickle.loads(pickle.dumps(work.worked(job, piece)))
    assert done.data.column(3).to_pylist() == [4.0, 15.0, None]
    assert done.counts.nulls == 1


def test_inputs_without_columns_are_listed_as_far_as_one_reads() -> None:
    names = [f"x{k}" for k in range(16)]
    with pytest.raises(AdiffError, match=r"x0, .*, x11 and 4 more have neither a column nor a value"):
        binding.plan(binding.Wanted("+".join([*names, "z"])), Columns(("z",), (None,), {}), "it")


def test_batches_of_arrow() -> None:
    fn = pickle.loads(pickle.dumps(map_batches("w*h*k", at={"k": 0.5})))
    for batch in (TABLE, TABLE.to_batches()[0]):
        found = fn(batch)
        assert type(found) is type(batch)
        assert found.column("L").to_pylist() == [1.0, 3.75, None]
        assert found.schema.names == ["w", "h", "note", "L", "dL_dw", "dL_dh"]
    assert map_batches("w*h", only=True)(TABLE).to_pydict() == NEW
    assert fn(TABLE.slice(0, 0)).num_rows == 0


def test_batches_of_a_dataset() -> None:
    parquet.write_table(TABLE, "in.parquet")
    fn = map_batches("w*h", only=True)
    found = [fn(batch).to_pydict() for batch in dataset.dataset("in.parquet").to_batches()]
    assert found == [NEW]


def test_batches_of_arrays() -> None:
    arrays = {"w": np.array([1.0, 2.0]), "h": np.array([3, 4]), "note": [object(), None]}
    found = map_batches("w*h")(arrays)
    assert (list(found), found["dL_dw"].tolist()) == (["w", "h", "note", "L", "dL_dw", "dL_dh"], [3.0, 4.0])
    assert list(map_batches("w*h", only=True, prefix="_")(arrays)) == ["_L", "_dL_dw", "_dL_dh"]


def test_batches_that_do_not_fit() -> None:
    fn = map_batches("w*h")
    for batch, message in (
        ([1, 2], "a batch of rows is no list"),
        ({"w": np.ones(2), "h": np.ones(3)}, "the batch has 2 rows, and 3 of h"),
        (pa.table({"w": [1.0]}), "h has neither a column nor a value"),
        (pa.table({"w": [1.0], "h": ["x"]}), "column h of the batch is of type string"),
        (pa.table({"w": [1.0], "h": [1.0], "L": [1.0]}), "the batch has a column L already"),
    ):
        with pytest.raises(AdiffError, match=message):
            fn(batch)
    with pytest.raises(AdiffError, match="the batch, row 2, column v"):
        map_batches("sum(v)")(pa.table({"v": [[1, 2], [3]]}))
    with pytest.raises(AdiffError, match="syntax error"):
        map_batches("w*(h")


def test_nothing_is_left_where_a_table_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        autodiff_cli.rows.sinks.Parquet, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    with pytest.raises(AdiffError, match=r"cannot write out.parquet: No space left"):
        map_table("w*h", TABLE, "out.parquet")
    assert "out.parquet" not in os.listdir()
