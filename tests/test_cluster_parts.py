"""What a run on a cluster is made of, without a cluster: partitions of a source, and the directory of parts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from autodiff_cli.errors import AdiffError
from autodiff_cli.rows import blocks, cluster_cut
from autodiff_cli.rows.binding import Wanted, plan
from autodiff_cli.rows.cluster_cut import partitions
from autodiff_cli.rows.cluster_parts import Parts
from autodiff_cli.rows.cluster_work import Setup, Spans
from autodiff_cli.rows.files import files
from autodiff_cli.rows.source import Source
from autodiff_cli.rows.work import job


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def setup(source: Source) -> Setup:
    made, _ = plan(Wanted("x*y"), source.columns, source.shown)
    options: dict[str, Any] = {
        "only": False,
        "text_columns": (),
        "on_error": "raise",
        "exact_edges": False,
        "digits": None,
    }
    return Setup(job(made, source, None, reduce=False, **options), source.shown, None, "", b"")


def both(word: str, threads: int = 2) -> tuple[list[list[Any]], list[Any]]:
    """The pieces of each partition, and those of a run on one machine."""
    source = Source(files(word))
    common = setup(source)
    cut = [list(Spans(common, each.spans, "here").pieces()) for each in partitions(source, threads)]
    return cut, list(Source(files(word)).pieces())


def same(cut: list[list[Any]], whole: list[Any]) -> None:
    flat = [piece for each in cut for piece in each]
    assert [(p.file, p.data, p.names, p.line) for p in flat] == [(p.file, p.data, p.names, p.line) for p in whole]


QUOTED = "x,y,n\n" + "".join(f'{k},{k + 1},"line {k}\nand ""more"""\n' for k in range(400))


@pytest.mark.parametrize(
    "text", [QUOTED, "\ufeff" + QUOTED, "x,y\r\n" + "1,2\r\n" * 900, "x,y\n" + "1,2\n\n" * 900 + "3,4"]
)
@pytest.mark.parametrize("block", [100, 1000])
def test_text_is_cut_where_one_machine_cuts_it(text: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", block)
    write("p.csv", text)
    cut, whole = both("p.csv")
    assert 4 <= len(cut) <= 12
    assert len(whole) > len(cut) or block == 1000
    same(cut, whole)


def test_lines_of_json_are_cut_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 200)
    write("p.ndjson", '{"x": 1, "y": "2"}\n{"x": 3}\n' * 300)
    source = Source(files("p.ndjson"))
    parts = list(partitions(source, 2))
    assert len(parts) > 6
    found = b"".join(
        Path("p.ndjson").read_bytes()[span.blocks.offset : span.blocks.offset + sum(span.blocks.sizes)]
        for part in parts for span in part.spans if span.blocks
    )  # fmt: skip
    assert found == Path("p.ndjson").read_bytes()


def test_small_files_go_together_and_keep_their_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 20)
    Path("in").mkdir()
    for k in range(12):
        write(f"in/p{k}.csv", f"x,y\n{k},1\n" if k % 2 else f"y,x\n1,{k}\n")
    cut, whole = both("in", threads=1)
    assert 2 < len(cut) < 12
    same(cut, whole)


@pytest.mark.parametrize("name", ["p.csv.gz", "p.arrows"])
def test_what_cannot_be_entered_in_the_middle_is_one_partition(name: str) -> None:
    table = pa.table({"x": [1.0] * 1000, "y": [2.0] * 1000})
    if name == "p.arrows":
        with pa.OSFile(name, "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
            stream.write_table(table, max_chunksize=100)
    else:
        with pa.CompressedOutputStream(name, "gzip") as text:
            text.write(b"x,y\n" + b"1,2\n" * 1000)
    cut, whole = both(name)
    assert len(cut) == 1
    same(cut, whole)


@pytest.mark.parametrize("name", ["p.parquet", "p.arrow"])
def test_row_groups_and_batches(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    table = pa.table({"x": [float(k) for k in range(5000)], "y": [2.0] * 5000, "s": [f"row {k}" for k in range(5000)]})
    if name == "p.parquet":
        parquet.write_table(table, name, row_group_size=130)
    else:
        with pa.OSFile(name, "wb") as file, pa.ipc.new_file(file, table.schema) as stream:
            stream.write_table(table, max_chunksize=130)
    cut, _ = both(name)
    assert len(cut) > 4
    assert pa.Table.from_batches([piece.data for each in cut for piece in each]) == table
    source = Source(files(name))
    some = [
        piece.data for each in partitions(source, 2) for piece in Spans(setup(source), each.spans, "here").pieces(["y"])
    ]
    assert pa.Table.from_batches(some) == table.select(["y"])


def test_partitions_know_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_cut, "MOST", 1 << 12)
    monkeypatch.setattr(blocks, "BLOCK", 1 << 10)
    write("p.csv", QUOTED)
    source = Source(files("p.csv"))
    found = list(partitions(source, 1))
    assert source.total is not None
    assert source.total - 10 < sum(each.size for each in found) < source.total
    assert all(each.size <= 1 << 12 for each in found)


def test_no_rows_are_one_part() -> None:
    parquet.write_table(pa.table({"x": pa.array([], pa.float64()), "y": pa.array([], pa.float64())}), "p.parquet")
    write("p.csv", "x,y\n")
    for name in ("p.parquet", "p.csv"):
        cut, _ = both(name)
        assert len(cut) == 1
        assert all(not len(piece.data) for piece in cut[0])


def test_a_file_that_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 100)
    write("p.csv", QUOTED)
    source = Source(files("p.csv"))
    found = list(partitions(source, 2))
    write("p.csv", QUOTED[:50])
    with pytest.raises(AdiffError, match="became shorter"):
        list(Spans(setup(source), found[-1].spans, "here").pieces())


def test_a_file_that_a_worker_does_not_see() -> None:
    write("p.csv", QUOTED)
    source = Source(files("p.csv"))
    found = list(partitions(source, 2))
    os.rename("p.csv", "q.csv")
    with pytest.raises(AdiffError, match=r"worker tcp://there:1 does not see .*p\.csv"):
        list(Spans(setup(source), found[0].spans, "tcp://there:1").pieces())


def made(parts: Parts, *names: str) -> None:
    draft = Path(parts.begin())
    for name in names:
        (draft / name).write_text("new", encoding="utf-8")


def test_parts_appear_together() -> None:
    parts = Parts("out", None)
    assert parts.format.kind == "parquet"
    made(parts, "part-00000.parquet", ".part-00000.parquet.overtaken")
    assert not Path("out").exists()
    parts.finish()
    parts.discard()
    assert os.listdir("out") == ["part-00000.parquet"]
    assert sorted(os.listdir()) == ["home", "out"]


def test_parts_of_an_earlier_run_are_replaced() -> None:
    for names in (["part-00000.csv.gz", "part-00001.csv.gz"], ["part-00000.csv.gz"]):
        parts = Parts("out/", "csv.gz")
        made(parts, *names)
        parts.finish()
        assert sorted(os.listdir("out")) == names
    Path("link").symlink_to("out")
    parts = Parts("link", "csv")
    made(parts, "part-00000.csv")
    parts.finish()
    assert os.listdir("out") == ["part-00000.csv"]
    assert Path("link").is_symlink()


def test_a_failed_run_leaves_the_parts_before() -> None:
    Path("out").mkdir()
    write("out/part-00000.parquet", "old")
    parts = Parts("out", None)
    made(parts, "part-00000.parquet")
    parts.discard()
    parts.discard()
    assert Path("out/part-00000.parquet").read_text(encoding="utf-8") == "old"
    assert sorted(os.listdir()) == ["home", "out"]


def test_what_cannot_be_replaced_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out").mkdir()
    write("out/part-00000.parquet", "old")
    parts = Parts("out", None)
    made(parts, "part-00000.parquet")
    rename = Path.rename

    def fail(path: Path, target: Path) -> Path:
        if "draft" in path.name:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(AdiffError, match="No space left"):
        parts.finish()
    parts.discard()
    assert Path("out/part-00000.parquet").read_text(encoding="utf-8") == "old"
    assert sorted(os.listdir()) == ["home", "out"]


def test_a_place_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    parts = Parts("out", None)
    monkeypatch.setattr(Path, "mkdir", fail)
    with pytest.raises(AdiffError, match="Permission denied"):
        parts.begin()
    parts.discard()
