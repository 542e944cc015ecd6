"""Tables of every kind in and out, and many files at once."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import os
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, feather, ipc, parquet
from pyarrow import json as arrow_json

from autodiff_cli.errors import AdiffError
from autodiff_cli.rows import batches, blocks, fields, sinks

TABLE = pa.table({"w": [1.0, 2.5], "h": [2, 3], "note": ["a, b", 'the "c"'], "ok": [True, None]})
NEW = {"L": [2.0, 7.5], "dL_dw": [2.0, 3.0], "dL_dh": [1.0, 2.5]}
ENDINGS = ["csv", "tsv", "csv.gz", "tsv.bz2", "csv.zst", "ndjson", "jsonl.gz", "parquet", "arrow", "feather", "arrows"]


def stored(table: Any, name: str) -> None:
    """Write a table by pyarrow, or by hand where it writes no such thing."""
    ending = name.partition(".")[2]
    if ending.startswith(("csv", "tsv")):
        stream = pa.BufferOutputStream()
        delimiter = "\t" if ending.startswith("tsv") else ","
        csv.write_csv(table, stream, csv.WriteOptions(delimiter=delimiter))
        packed(name, stream.getvalue().to_pybytes())
    elif ending.startswith(("ndjson", "jsonl")):
        packed(name, "".join(json.dumps(row) + "\n" for row in table.to_pylist()).encode())
    elif ending == "parquet":
        parquet.write_table(table, name)
    elif ending == "arrows":
        with ipc.new_stream(name, table.schema) as writer:
            writer.write_table(table)
    else:
        feather.write_feather(table, name, compression="lz4" if ending == "feather" else "uncompressed")


def packed(name: str, data: bytes) -> None:
    """Write bytes, compressed by the ending of the name."""
    how = name.rpartition(".")[2]
    squeezed: dict[str, Any] = {
        "gz": gzip.compress,
        "bz2": bz2.compress,
        "zst": lambda x: pa.Codec("zstd").compress(x, asbytes=True),
    }
    Path(name).write_bytes(squeezed[how](data) if how in squeezed else data)


def read(name: str) -> Any:
    """Read a table by pyarrow."""
    ending = name.partition(".")[2]
    if ending == "parquet":
        return parquet.read_table(name)
    if ending == "arrows":
        return ipc.open_stream(pa.OSFile(name)).read_all()
    if ending in ("arrow", "feather"):
        return feather.read_table(name)
    with pa.input_stream(name, compression="detect") as stream:
        if ending.startswith(("ndjson", "jsonl")):
            return arrow_json.read_json(pa.BufferReader(stream.read()))
        options = csv.ParseOptions(delimiter="\t" if ending.startswith("tsv") else ",")
        return csv.read_csv(pa.BufferReader(stream.read()), parse_options=options)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_to_every_format(adiff: Any, ending: str) -> None:
    stored(TABLE, f"in.{ending}")
    for other in ENDINGS:
        result = adiff("map", "w*h", f"in.{ending}", "-o", f"out.{other}")
        assert result.code == 0, result.err
        table = read(f"out.{other}")
        assert table.column_names == ["w", "h", "note", "ok", "L", "dL_dw", "dL_dh"]
        assert table.select(list(NEW)).cast(pa.schema([(name, pa.float64()) for name in NEW])).to_pydict() == NEW
        assert table.column("note").to_pylist() == ["a, b", 'the "c"']
        assert table.column("w").cast(pa.float64()).to_pylist() == [1.0, 2.5]
        assert str(table.column("ok").to_pylist()[0]).lower() == "true"


def test_types_metadata_and_dictionaries_are_kept(adiff: Any) -> None:
    schema = pa.schema(
        [
            pa.field("x", pa.int16(), metadata={"unit": "m"}), ("when", pa.timestamp("us", "UTC")),
            ("kind", pa.dictionary(pa.int8(), pa.string())), ("tags", pa.list_(pa.string())), ("price", pa.decimal128(9, 2)),
        ],
        metadata={"made": "by hand"},
    )  # fmt: skip
    columns = [[1, 2], [0, 10**15], ["a", "b"], [["p"], []], [Decimal("1.50"), Decimal("2.25")]]
    table = pa.Table.from_arrays([pa.array(x, f.type) for x, f in zip(columns, schema, strict=True)], schema=schema)
    for ending in ("parquet", "arrow", "arrows"):
        stored(table, f"in.{ending}")
        assert adiff("map", "x*price", f"in.{ending}", "-o", f"out.{ending}").code == 0
        found = read(f"out.{ending}")
        assert found.select(schema.names).equals(table)
        assert found.schema.metadata[b"made"] == b"by hand"
        assert found.schema.field("x").metadata[b"unit"] == b"m"
        assert found.column("L").to_pylist() == [1.5, 4.5]


@pytest.mark.parametrize(
    ("kind", "values", "doubles"),
    [
        (pa.int8(), [1, None], [1.0, None]),
        (pa.int64(), [2**53 + 1, -7], [2.0**53, -7.0]),
        (pa.uint64(), [2**64 - 1, 0], [2.0**64, 0.0]),
        (pa.float16(), [0.5, 2.0], [0.5, 2.0]),
        (pa.float32(), [0.5, None], [0.5, None]),
        (pa.bool_(), [True, False], [1.0, 0.0]),
        (
            pa.decimal128(30, 3),
            [Decimal("0.3"), Decimal("-12345678901234567890.125")],
            [0.3, -12345678901234567890.125],
        ),
        (pa.null(), [None, None], [None, None]),
        (pa.dictionary(pa.int32(), pa.float64()), [1.5, None], [1.5, None]),
    ],
)
def test_numbers_of_every_type(adiff: Any, kind: Any, values: list[Any], doubles: list[Any]) -> None:
    if kind == pa.float16():
        column = pa.array(values, pa.float32()).cast(kind)
    elif pa.types.is_dictionary(kind):
        column = pa.array(values, kind.value_type).dictionary_encode()
    else:
        column = pa.array(values, kind)
    for ending in ("arrow", "arrows", "parquet"):
        stored(pa.table({"x": column}), f"in.{ending}")
        assert adiff("map", "1*x", f"in.{ending}", "-o", "out.parquet").code == 0
        assert read("out.parquet").column("L").to_pylist() == doubles


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pa.array(["1", "2"]), "type string"),
        (pa.array([0, 1], pa.timestamp("s")), "type timestamp[s]"),
        (pa.array([{"a": 1}]), "type struct<a: int64>"),
        (pa.array([b"1"]), "type binary"),
        (pa.array(["1"]).dictionary_encode(), "type dictionary<"),
        (pa.array([["a"], ["b"]]), "is a list"),
        (pa.array([0], pa.duration("s")), "type duration[s]"),
    ],
)
def test_what_is_no_number_is_refused_by_its_type(adiff: Any, column: Any, told: str) -> None:
    stored(pa.table({"x": column}), "in.arrow")
    result = adiff("map", "x^2" if told == "is a list" else "1*x", "in.arrow", "-o", "out.parquet")
    assert (result.code, "column x of in.arrow" in result.err, told in result.err) == (2, True, True)


def test_values_of_many_types_as_text(adiff: Any) -> None:
    table = pa.table(
        {
            "x": [1], "when": pa.array([86400], pa.timestamp("s")), "day": pa.array([1], pa.date32()),
            "price": pa.array([Decimal("1.50")]), "kind": pa.array(["q,r"]).dictionary_encode(), "ok": [True], "no": pa.nulls(1),
        }
    )  # fmt: skip
    stored(table, "in.arrow")
    out = adiff("map", "x", "in.arrow", "--grad", "none").out
    assert out.splitlines()[1] == '1,1970-01-02 00:00:00,1970-01-02,1.50,"q,r",true,,1'
    line = json.loads(adiff("map", "x", "in.arrow", "--to", "ndjson").out)
    assert line == {
        "x": 1, "when": "1970-01-02 00:00:00", "day": "1970-01-02", "price": "1.50", "kind": "q,r", "ok": True, "no": None,
        "L": 1, "dL_dx": 1,
    }  # fmt: skip


def test_nested_values_as_json(adiff: Any) -> None:
    table = pa.table({"x": [1.0], "s": [{"a": [1.5, float("nan")]}], "t": ['tab\t "q" \\ é']})
    stored(table, "in.arrow")
    out = adiff("map", "x", "in.arrow", "--to", "ndjson", "--grad", "none").out
    assert json.loads(out) == {"x": 1, "s": {"a": [1.5, "NaN"]}, "t": 'tab\t "q" \\ é', "L": 1}


@pytest.mark.parametrize(("to", "column"), [("csv", [[1]]), ("ndjson", [b"\xff"]), ("ndjson", [[b"\xff"]])])
def test_what_a_text_cannot_hold(adiff: Any, to: str, column: Any) -> None:
    stored(pa.table({"x": [1.0], "other": column}), "in.parquet")
    result = adiff("map", "x", "in.parquet", "--to", to)
    assert (result.code, "has no place for a column of" in result.err) == (2, True)
    assert adiff("map", "x", "in.parquet", "--to", to, "--only").code == 0


def test_only_what_is_wanted_is_read(adiff: Any) -> None:
    stored(TABLE, "in.parquet")
    assert adiff("map", "w*h", "in.parquet", "--only").out == "L,dL_dw,dL_dh\n2,2,1\n7.5,3,2.5\n"


def test_lines_of_json_keep_their_text(adiff: Any) -> None:
    lines = ['{"w": 1.50, "h": 2e0, "x": "\\u00e9"}', '  {"w":1,"h":3 }  ', '{"h": 1}', "{}", '{"w": true, "h": 2}']
    Path("in.ndjson").write_text("\n\n".join(lines), encoding="utf-8")
    adiff("map", "w*h", "in.ndjson", "-o", "out.ndjson", "--grad", "none")
    assert Path("out.ndjson").read_text(encoding="utf-8").splitlines() == [
        '{"w": 1.50, "h": 2e0, "x": "\\u00e9", "L": 3}', '  {"w":1,"h":3, "L": 3}', '{"h": 1, "L": null}', '{"L": null}',
        '{"w": true, "h": 2, "L": 2}',
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ":", "^", "\t"])
def test_rows_end_where_no_field_is_open(delimiter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks of any size the rows are those of the whole, also where quotation marks stand within fields."""
    rng = random.Random(delimiter)
    bits = ['"', '"', '""', delimiter, "\n", "\r\n", "a", " "]
    for _ in range(2000):
        data = "".join(rng.choices(bits, k=rng.randint(1, 40))).encode()
        monkeypatch.setattr(blocks, "BLOCK", rng.randint(1, 12))
        parts = list(blocks.blocks(io.BytesIO(data).read, "it", delimiter))
        assert b"".join(parts) == data
        found = [row.fields for part in parts for row in fields.rows(part, delimiter)]
        assert found == [row.fields for row in fields.rows(data, delimiter)], data
        assert all(blocks.left_open(part, delimiter) is None for part in parts[:-1])
    assert blocks.left_open(b'a"b\n"c\n', ",") == 4
    assert blocks.left_open(b'a"b\n5" c\n', ",") is None


def test_a_delimiter_in_any_file(adiff: Any) -> None:
    text = "w;h\n2;3\n"
    Path("in.csv.gz").write_bytes(gzip.compress(text.encode()))
    Path("in.dat").write_text(text, encoding="utf-8")
    for name in ("in.csv.gz", "in.dat"):
        assert adiff("map", "w*h", name, "--delimiter", ";", "--only").out == "L,dL_dw,dL_dh\n6,3,2\n"
    piped = adiff("map", "w*h", "-", "--delimiter", ";", "--only", stdin=gzip.compress(text.encode()))
    assert piped.out == "L,dL_dw,dL_dh\n6,3,2\n"


def test_keys_of_any_kind(adiff: Any) -> None:
    """What the formula does not read may be anything; what it reads must be numbers."""
    lines = '{"x": 1, "y": 2, "t": %s}\n{"x": 2, "y": 3, "t": 4}\n'
    for x in ('{"a": 1}', "[]", '["a"]', '[1, "a"]', "null", '"z"'):
        Path("in.ndjson").write_text(lines % x, encoding="utf-8")
        assert adiff("map", "x*y", "in.ndjson", "--only").out == "L,dL_dx,dL_dy\n2,2,1\n6,3,2\n", x
        code = adiff("map", "x*t", "in.ndjson").code
        assert code == (0 if x == "null" else 2), x
    for x, what in (('{"a": 1}', "of type struct<>"), ('["a"]', "a list")):
        Path("in.ndjson").write_text(lines % x, encoding="utf-8")
        assert f"column t of in.ndjson is {what}, and no numbers" in adiff("map", "x*t", "in.ndjson").err


def test_keys_that_come_late(adiff: Any) -> None:
    rows = [f'{{"x": {k}}}' for k in range(1500)]
    Path("in.ndjson").write_text("\n".join([*rows, '{"x": 1, "L": 7}']), encoding="utf-8")
    result = adiff("map", "2x", "in.ndjson", "-o", "out.ndjson")
    assert "in.ndjson, row 1,501 (line 1,501): it has a key L already" in result.err
    assert not Path("out.ndjson").exists()
    Path("in.ndjson").write_text("\n".join([*rows, '{"x": 1, "note": "L"}']), encoding="utf-8")
    assert adiff("map", "2x", "in.ndjson", "-o", "out.ndjson").code == 0


def test_types_told_by_the_first_block(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 64)
    rows = "".join(f"{k},2020-01-{k % 28 + 1:02},{k}.5,00{k}\n" for k in range(30))
    Path("in.csv").write_text("id,day,x,code\n" + rows, encoding="utf-8")
    assert adiff("map", "x^2", "in.csv", "-o", "out.parquet", "--text", "code").code == 0
    table = read("out.parquet")
    assert [str(kind) for kind in table.schema.types] == [
        "int64",
        "date32[day]",
        "double",
        "string",
        "double",
        "double",
    ]
    assert table.column("code")[7].as_py() == "007"
    Path("in.csv").write_text("id,day,x,code\n" + rows + "A7,2020-01-01,1,0\n", encoding="utf-8")
    result = adiff("map", "x^2", "in.csv", "-o", "out.parquet")
    assert "in.csv, row 31 (line 32), column id" in result.err
    assert "--text id keeps the column as text" in result.err
    assert adiff("map", "x^2", "in.csv", "-o", "out.parquet", "--text", "id").code == 0


def test_columns_that_are_bound_are_doubles_from_the_start(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 16)
    Path("in.csv").write_text("x,n\n" + "1,\n" * 10 + "2.5,a\nz,b\n", encoding="utf-8")
    adiff("map", "2x", "in.csv", "-o", "out.parquet", "--on-error", "null")
    table = read("out.parquet")
    assert table.column("x").to_pylist()[-3:] == [1.0, 2.5, None]
    assert table.column("L").to_pylist()[-3:] == [2.0, 5.0, None]
    assert table.column("n").to_pylist()[-2:] == ["a", "b"]


def test_lines_of_json_that_change_their_type(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 64)
    lines = ['{"x": 1, "n": 1}'] * 9 + ['{"x": "NaN", "n": 2}', '{"x": true, "n": 3}']
    Path("in.ndjson").write_text("\n".join(lines), encoding="utf-8")
    assert adiff("map", "2x", "in.ndjson", "-o", "out.parquet").code == 0
    table = read("out.parquet")
    assert table.column("n").to_pylist()[-2:] == [2, 3]
    assert str(table.column("L").to_pylist()[-2:]) == "[nan, 2.0]"
    for last in ('{"x": 2, "n": "a"}', '{"x": 2, "n": 1, "more": 2}', '{"x": "NaN", "n": "a"}'):
        Path("in.ndjson").write_text("\n".join([*lines, last]), encoding="utf-8")
        result = adiff("map", "2x", "in.ndjson", "-o", "out.parquet")
        assert (result.code, result.err.startswith("data error: in.ndjson, row 12 (line 12)")) == (2, True), result.err
    Path("in.ndjson").write_text("\n".join([*lines, *lines[:5], '{"x": 2, "n": 1, "more": 2}']), encoding="utf-8")
    assert (
        "row 17 (line 17): a key more, which no line before has" in adiff("map", "2x", "in.ndjson", "--to", "csv").err
    )


def test_text_that_is_no_utf8_has_no_place_in_parquet(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in.csv").write_bytes(b"x,n\n1,a\n2,gr\xfc\xdfe\n")
    for size in (1 << 20, 9):
        monkeypatch.setattr(blocks, "BLOCK", size)
        result = adiff("map", "x^2", "in.csv", "-o", "out.parquet")
        assert "in.csv, row 2 (line 3), column n: 'gr\N{REPLACEMENT CHARACTER}" in result.err
        assert "iconv -f LATIN1" in result.err
    assert "in the pipe" in adiff("map", "x^2", "-", "-o", "out.parquet", stdin=Path("in.csv").read_bytes()).err


def test_many_files(adiff: Any) -> None:
    os.mkdir("data")
    for k in (10, 2, 1):
        Path(f"data/part{k}.csv").write_text(f"w,h\n{k},2\n", encoding="utf-8")
    Path("data/turned.csv").write_text("h,w\n3,4\n", encoding="utf-8")
    Path("data/_SUCCESS").write_text("", encoding="utf-8")
    wanted = "w,h,L,dL_dw,dL_dh\n1,2,2,2,1\n2,2,4,2,2\n10,2,20,2,10\n4,3,12,3,4\n"
    assert adiff("map", "w*h", "data").out == wanted
    assert adiff("map", "w*h", "data/*.csv").out == wanted
    assert adiff("map", "w*h", "**/*[d0-9].csv").out == wanted
    Path("data/turned.csv").write_text("h,w\n3,4\n5,x\n", encoding="utf-8")
    assert "data/turned.csv, row 2 (line 3), column w" in adiff("map", "w*h", "data").err


def test_many_files_of_record_batches(adiff: Any) -> None:
    os.mkdir("data")
    stored(pa.table({"w": [1.0], "h": [2]}), "data/a.parquet")
    stored(pa.table({"h": [3], "w": [4.0]}), "data/b.parquet")
    assert adiff("map", "w*h", "data", "-o", "out.arrow").code == 0
    assert read("out.arrow").to_pydict() == {
        "w": [1.0, 4.0], "h": [2, 3], "L": [2.0, 12.0], "dL_dw": [2.0, 3.0], "dL_dh": [1.0, 4.0],
    }  # fmt: skip
    stored(pa.table({"h": [3.5], "w": [4.0]}), "data/b.parquet")
    result = adiff("map", "w*h", "data", "-o", "new.arrow")
    assert "data/b.parquet: column h is double, and int64 in the first file" in result.err
    assert not os.path.exists("new.arrow")


def test_a_file_for_each(adiff: Any) -> None:
    os.mkdir("data")
    os.mkdir("out")
    for k in (1, 2):
        Path(f"data/part{k}.csv").write_text(f"x\n{k}\n0\n", encoding="utf-8")
    summary = json.loads(adiff("map", "1/x", "data", "-o", "out", "--json").err)
    assert Path("out/part2.csv").read_text(encoding="utf-8") == "x,L,dL_dx\n2,0.5,-0.25\n0,inf,-inf\n"
    assert (summary["rows"], summary["nonfinite"], summary["written"]) == (4, 4, "out")
    assert summary["first_nonfinite"]["file"] == "data/part1.csv"
    adiff("map", "1/x", "data", "-o", "out/", "--to", "parquet")
    assert read("out/part1.parquet").column("L").to_pylist()[0] == 1.0
    os.mkdir("other")
    Path("other/part1.csv").write_text("x\n1\n", encoding="utf-8")
    assert "two files are called part1.csv" in adiff("map", "1/x", "*/part1.csv", "-o", "out").err


def test_a_pipe_with_a_name(adiff: Any) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"w,h\n1,2\n")
    os.close(writing)
    assert adiff("map", "w*h", f"/dev/fd/{reading}", "--only", "--grad", "none").out == "L\n2\n"
    os.close(reading)


def test_damaged_files(adiff: Any) -> None:
    stored(pa.table({"x": [float(k) for k in range(100_000)]}), "in.arrow")
    Path("cut.csv.gz").write_bytes(gzip.compress(b"x\n" + b"1.25\n" * 100_000)[:-40])
    Path("cut.arrows").write_bytes(b"\xff\xff\xff\xff\x10")
    data = Path("in.arrow").read_bytes()
    Path("cut.arrow").write_bytes(data[: len(data) // 2])
    for name in ("cut.csv.gz", "cut.arrows", "cut.arrow"):
        result = adiff("map", "x^2", name, "-o", "out.csv")
        assert (result.code, result.err.startswith(f"file error: cannot read {name}")) == (2, True), result.err
        assert not os.path.exists("out.csv")


def test_a_row_that_never_ends(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1 << 10)
    monkeypatch.setattr(blocks, "LONGEST", 1 << 12)
    Path("in.csv").write_text('x,y\n1,"' + "a\n" * 10_000, encoding="utf-8")
    assert "in.csv: a row is longer than" in adiff("map", "x^2", "in.csv", "-o", "out.csv").err


def test_dictionaries_that_differ(adiff: Any) -> None:
    parts = [pa.table({"x": [1.0], "k": pa.array([word]).dictionary_encode()}) for word in ("a", "b")]
    with ipc.new_stream("in.arrows", parts[0].schema) as writer:
        for part in parts:
            writer.write_table(part)
    assert "one dictionary for each column" in adiff("map", "x", "in.arrows", "-o", "out.arrow").err
    assert adiff("map", "x", "in.arrows", "-o", "out.arrows").code == 0
    assert read("out.arrows").column("k").to_pylist() == ["a", "b"]
    assert adiff("map", "x", "in.arrows", "-o", "out.parquet").code == 0
    assert read("out.parquet").column("k").to_pylist() == ["a", "b"]


def test_groups_and_dictionaries_of_parquet(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "GROUP", 3000)
    monkeypatch.setattr(batches, "ROWS", 1024)
    table = pa.table({"x": [float(k) for k in range(10_000)], "r": [0.5] * 10_000, "s": [{"a": "b"}] * 10_000})
    stored(table, "in.parquet")
    assert adiff("map", "x*r", "in.parquet", "-o", "out.parquet").code == 0
    meta = parquet.ParquetFile("out.parquet").metadata
    assert max(meta.row_group(k).num_rows for k in range(meta.num_row_groups)) <= 3000
    group = meta.row_group(0)
    kept = {group.column(k).path_in_schema: group.column(k).has_dictionary_page for k in range(group.num_columns)}
    assert kept == {"x": False, "r": True, "s.a": True, "L": False, "dL_dx": True, "dL_dr": False}
    assert read("out.parquet").select(["x", "r", "s"]).equals(table)


def test_a_file_that_may_not_be_read(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in.csv").write_text("x\n1\n", encoding="utf-8")
    monkeypatch.setattr(
        "builtins.open", lambda *_, **__: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
    )
    result = adiff("map", "x", "in.csv")
    assert (result.code, "cannot read in.csv: Permission denied" in result.err) == (2, True)


def test_no_pyarrow(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from autodiff_cli import rows

    def missing(name: str, package: str) -> Any:
        raise ImportError("No module named 'pyarrow'", name="pyarrow")

    monkeypatch.setattr(rows, "import_module", missing)
    with pytest.raises(AdiffError, match="tables need pyarrow, which is not installed") as caught:
        _ = rows.map_table
    assert caught.value.hint == 'install it: pip install "autodiff-cli[data]"'
