"""Files for files.py: `files_worker.py make FILE ROWS` writes one, `files_worker.py judge FILE ROWS TOLERANCE` judges one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from files_contenders import COLUMNS, NAME, OUTPUTS
from rows_workloads import data, exact

PIECE = 1_000_000  # rows made at a time
JUDGED = 40


def make(path: Path, rows: int) -> None:
    """Write the input's columns, a piece at a time, the same every time."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    schema = pa.schema([(name, pa.float64()) for name in COLUMNS])
    writer = (csv.CSVWriter if path.suffix == ".csv" else parquet.ParquetWriter)(str(path), schema)
    with writer:
        for k, start in enumerate(range(0, rows, PIECE)):
            piece = data(NAME, min(PIECE, rows - start), seed=k)
            writer.write_table(pa.table(piece, schema=schema))


def batches(path: Path) -> Iterator[Any]:
    """The record batches of a file."""
    from pyarrow import csv, parquet

    return iter(csv.open_csv(path)) if path.suffix == ".csv" else parquet.ParquetFile(path).iter_batches()


def judge(path: Path, rows: int, tolerance: float | None) -> None:
    """Count the rows; compare the first and last ones with mpmath's and with the input, unless they mean nothing.

    Raises AssertionError where the file is not what it should be.
    """
    found, first, last = 0, None, None
    for batch in batches(path):
        found += len(batch)
        first, last = (first or batch), (batch if len(batch) else last)
    assert first is not None
    assert last is not None
    assert found == rows, f"{path}: {found} rows, not {rows}"
    assert first.schema.names == [*COLUMNS, *OUTPUTS], first.schema.names
    if tolerance is None:
        return
    shown = [*first.slice(0, JUDGED).to_pylist(), *last.slice(max(0, len(last) - JUDGED)).to_pylist()]
    given = data(NAME, min(PIECE, rows), seed=0)
    for i, row in enumerate(shown[:JUDGED]):
        assert all(row[name] == given[name][i] for name in COLUMNS), f"row {i} is not the input's"
    inputs = [[row[name] for name in COLUMNS] for row in shown]
    for row, right in zip(shown, exact(NAME, inputs, 30), strict=True):
        size = max(abs(float(each)) for each in [*right, row["S"], row["K"]])
        for name, truth in zip(OUTPUTS, right, strict=True):
            assert abs(row[name] - float(truth)) <= tolerance * size, (name, row, float(truth))


def main() -> None:
    what, path, rows, *rest = sys.argv[1:]
    if what == "make":
        make(Path(path), int(rows))
    else:
        judge(Path(path), int(rows), None if rest == ["None"] else float(rest[0]))


if __name__ == "__main__":
    main()
