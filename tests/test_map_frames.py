"""map_batches on the frames of pandas and polars."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest

from autodiff_cli import AdiffError, map_batches

COLUMNS = {"w": [1, 2, 3], "h": [1.5, None, 2.0], "note": ["a", "b", "c"]}
NEW = {"L": [1.5, None, 6.0], "dL_dw": [1.5, None, 2.0], "dL_dh": [1.0, None, 3.0]}


def test_pandas() -> None:
    frame = pd.DataFrame(COLUMNS, index=[5, 6, 7])
    found = frame.pipe(map_batches("w*h"))
    assert list(found.columns) == [*COLUMNS, *NEW]
    assert list(found.index) == [5, 6, 7]
    pd.testing.assert_frame_equal(found[list(NEW)], pd.DataFrame(NEW, index=[5, 6, 7]))
    twice = pd.concat([frame, frame[["w"]]], axis=1)
    with pytest.raises(AdiffError, match="has 2 columns w"):
        map_batches("w*h", only=True)(twice)
    assert map_batches("h^2", only=True)(twice)["L"].tolist()[2] == 4.0
    frame["odd"] = [object(), 1, "x"]
    assert list(frame.pipe(map_batches("w*h", only=True)).columns) == list(NEW)


def test_single_precision() -> None:
    fn = map_batches("w*h/3", dtype="float32")
    assert set(map(str, fn(pd.DataFrame(COLUMNS))[list(NEW)].dtypes)) == {"float32"}
    assert set(fn(pl.DataFrame(COLUMNS)).select(list(NEW)).dtypes) == {pl.Float32()}


def test_pandas_lists() -> None:
    found = map_batches("dot(v, v)", only=True)(pd.DataFrame({"v": [[1, 2], [3, 4]]}))
    assert found.to_dict("list") == {"L": [5.0, 25.0], "dL_dv[1]": [2.0, 6.0], "dL_dv[2]": [4.0, 8.0]}


def test_polars() -> None:
    frame = pl.DataFrame(COLUMNS)
    fn = map_batches("w*h")
    assert fn(frame).select(list(NEW)).to_dict(as_series=False) == NEW
    schema: dict[str, pl.DataType] = {**frame.schema, **{name: pl.Float64() for name in NEW}}
    assert frame.lazy().map_batches(fn, schema=schema).collect().equals(fn(frame))
    assert map_batches("w*h", only=True)(frame).columns == list(NEW)
