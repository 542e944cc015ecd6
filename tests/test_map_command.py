"""adiff map as a user types it: tables in, tables out, and what it says."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from autodiff_cli.analysis.gradient import grad
from autodiff_cli.cli.completing import FILE, candidates
from autodiff_cli.rows import blocks

AREAS = "w,h,note\n1,2,a\n3,4,b\n"


def write(name: str, text: str | bytes) -> None:
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())


def told(result: Any) -> Any:
    """The summary on stderr."""
    return json.loads(result.err.splitlines()[-1])


def test_value_and_partials_of_every_row(adiff: Any) -> None:
    write("p.csv", AREAS)
    result = adiff("map", "w*h/2", "p.csv")
    assert (result.code, result.out) == (0, "w,h,note,L,dL_dw,dL_dh\n1,2,a,1,1,0.5\n3,4,b,6,2,1.5\n")
    assert result.err.startswith("2 rows in ")


def test_numbers_are_those_of_grad(adiff: Any) -> None:
    write("p.csv", "S,K,r,sigma,T\n101.5,99,0.03,0.2,1.5\n80,100.25,0.01,0.35,0.25\n")
    text = (
        "d1 = (log(S/K) + (r + sigma^2/2)*T)/(sigma*sqrt(T)); S*normcdf(d1) - K*exp(-r*T)*normcdf(d1 - sigma*sqrt(T))"
    )
    rows = list(csv.DictReader(io.StringIO(adiff("map", text, "p.csv", "--math", "exact").out)))
    for row in rows:
        answer = grad(text, {name: float(row[name]) for name in ("S", "K", "r", "sigma", "T")})
        assert float(row["L"]) == pytest.approx(answer.value, rel=1e-14)
        for name, partial in answer.grad.items():
            assert float(row[f"dL_d{name}"]) == pytest.approx(partial, rel=1e-13)


def test_numbers_read_back_exactly(adiff: Any) -> None:
    write("p.csv", "x\n0.1\n1e-300\n123456789.123456789\n")
    rows = csv.DictReader(io.StringIO(adiff("map", "x/3", "p.csv").out))
    assert [float(row["L"]) for row in rows] == [0.1 / 3, 1e-300 / 3, 123456789.123456789 / 3]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id,w,h\n007,1.50,2\n", ["007,1.50,2,3,2,1.5"]),
        ('w,h,n\n1,2,"a, ""b"""\n', ['1,2,"a, ""b""",2,2,1']),
        ('w,h,n\n1,2,"a\nb"\n3,4,c\n', ['1,2,"a', 'b",2,2,1', "3,4,c,12,4,3"]),
        ("w,h\r\n1,2\r\n3,4\r\n", ["1,2,2,2,1", "3,4,12,4,3"]),
        ("\N{ZERO WIDTH NO-BREAK SPACE}w,h\n1,2\n", ["1,2,2,2,1"]),
        ("w,h\n1,2", ["1,2,2,2,1"]),
        ("w,h\n\n1,2\n\n\n3,4\n\n", ["1,2,2,2,1", "3,4,12,4,3"]),
        ("w,h\n", []),
        ("w,h", []),
        ("w,h\n 1 ,\t2\n", [" 1 ,\t2,2,2,1"]),
        ('w,h\n"1.5",+2\n', ['"1.5",+2,3,2,1.5']),
        ("w,h\n,2\nNA,2\nN/A,2\nnull,2\nNULL,2\n", [f"{word},2,,," for word in ("", "NA", "N/A", "null", "NULL")]),
        ("w,h\nnan,2\ninf,2\n-Infinity,1\n", ["nan,2,nan,nan,nan", "inf,2,inf,2,inf", "-Infinity,1,-inf,1,-inf"]),
        ("w,h,x\n1,2,gr\xfc\xdf\n", ["1,2,gr\xfc\xdf,2,2,1"]),
        ('w,h,n\n1,2,5" pipe\n3,4,12" pipe\n', ['1,2,5" pipe,2,2,1', '3,4,12" pipe,12,4,3']),
    ],
)
def test_fields_pass_as_they_stand(adiff: Any, text: str, rows: list[str]) -> None:
    write("p.csv", text)
    result = adiff("map", "w*h", "p.csv")
    assert result.code == 0
    assert result.out.splitlines()[1:] == rows


def test_bytes_that_are_no_utf8_pass(adiff: Any) -> None:
    write("p.csv", b"w,h,n\n1,2,gr\xfc\xdfe\n")
    assert adiff("map", "w*h", "p.csv").data.splitlines()[1] == b"1,2,gr\xfc\xdfe,2,2,1"


def test_the_header_is_quoted_where_needed(adiff: Any) -> None:
    write("p.csv", 'w,"the, height"\n1,2\n')
    result = adiff("map", "w*h", "p.csv", "--bind", "h=the, height", "--prefix", "a,")
    assert result.out.splitlines()[0] == 'w,"the, height","a,L","a,dL_dw","a,dL_dh"'


def test_a_small_block_makes_no_difference(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "w,h,n\n" + "".join(f'{k},{k + 1},"line {k}\nand ""more"""\n' for k in range(50))
    write("p.csv", text)
    whole = adiff("map", "w*h", "p.csv").out
    for size in (7, 40, 64, 1000):
        monkeypatch.setattr(blocks, "BLOCK", size)
        assert adiff("map", "w*h", "p.csv").out == whole


def test_columns_by_other_names(adiff: Any) -> None:
    write("p.csv", "Spot price,q\n2,3\n")
    result = adiff("map", "x*y", "p.csv", "--bind", "x=Spot price", "--bind", "y=q")
    assert result.out == "Spot price,q,L,dL_dx,dL_dy\n2,3,6,3,2\n"
    assert adiff("map", "x*y", "p.csv", "--bind", "x=Spot price,y=q").out == result.out


def test_scalars_for_all_rows(adiff: Any) -> None:
    write("p.csv", AREAS)
    assert adiff("map", "k*w*h", "p.csv", "k=1/2").out.splitlines()[1] == "1,2,a,1,1,0.5"
    result = adiff("map", "w*h", "p.csv", "w=10")
    assert result.out.splitlines()[1] == "1,2,a,20,10"
    assert "the column w is not used" in result.err
    Path("at.toml").write_text("k = 3", encoding="utf-8")
    assert adiff("map", "k*w*h", "p.csv", "--at", "at.toml", "--only", "--grad", "none").out == "L\n6\n36\n"


def test_defaults_of_the_program(adiff: Any) -> None:
    write("p.csv", AREAS)
    Path("area.txt").write_text("L = k*w*h\nk = 2\n", encoding="utf-8")
    assert adiff("map", "area.txt", "p.csv", "--grad", "none", "--only").out == "L\n4\n24\n"
    assert adiff("map", "area.txt", "p.csv", "k=3", "--grad", "none", "--only").out == "L\n6\n36\n"


def test_which_partials(adiff: Any) -> None:
    write("p.csv", AREAS)

    def names(*args: str) -> str:
        return str(adiff("map", "k*w*h", "p.csv", "k=2", "--only", *args).out.splitlines()[0])

    assert names() == "L,dL_dw,dL_dh"
    assert names("--grad", "all") == "L,dL_dk,dL_dw,dL_dh"
    assert names("--grad", "none") == "L"
    assert names("--grad", "h, k") == "L,dL_dh,dL_dk"
    assert names("--prefix", "d_") == "d_L,d_dL_dw,d_dL_dh"


def test_several_outputs(adiff: Any) -> None:
    write("p.csv", "a,b\n2,3\n")
    result = adiff("map", "y = a*b; z = a + b", "p.csv", "--of", "y,z", "--only")
    assert result.out == "y,dy_da,dy_db,z,dz_da,dz_db\n6,3,2,5,1,1\n"


def test_vectors_from_columns_and_lists(adiff: Any) -> None:
    write("p.csv", "w[1],w[2],w[3]\n1,2,3\n")
    assert adiff("map", "dot(w, w)", "p.csv", "--only").out == "L,dL_dw[1],dL_dw[2],dL_dw[3]\n14,2,4,6\n"
    assert adiff("map", "dot(w, v)", "p.csv", "v=1,0,2", "--only", "--grad", "none").out == "L\n7\n"
    table = pa.table({"w": pa.array([[1, 2], None, [3, None]], pa.list_(pa.int32()))})
    parquet.write_table(table, "p.parquet")
    assert adiff("map", "dot(w, w)", "p.parquet", "--only").out == "L,dL_dw[1],dL_dw[2]\n5,2,4\n,,\n,,\n"
    write("p.ndjson", '{"w": [1, 2]}\n{"w": [3, 4]}\n')
    result = adiff("map", "sum(w)", "p.ndjson", "--to", "ndjson")
    assert result.out.splitlines() == [
        '{"w": [1, 2], "L": 3, "dL_dw[1]": 1, "dL_dw[2]": 1}',
        '{"w": [3, 4], "L": 7, "dL_dw[1]": 1, "dL_dw[2]": 1}',
    ]


def test_a_column_named_like_a_constant(adiff: Any) -> None:
    write("p.csv", "e,x\n5,2\n")
    result = adiff("map", "e*x", "p.csv", "--only")
    assert result.out == "L,dL_de,dL_dx\n10,2,5\n"
    assert "e is your own here" in result.err


def test_digits(adiff: Any) -> None:
    write("p.csv", "x,y\n1,3\n,3\n2,0\n")
    assert adiff("map", "x/y", "p.csv", "--digits", "3").out == (
        "x,y,L,dL_dx,dL_dy\n1,3,0.333,0.333,-0.111\n,3,,,\n2,0,inf,inf,-inf\n"
    )
    write("p.ndjson", '{"x": 1, "y": 3}\n')
    assert json.loads(adiff("map", "x/y", "p.ndjson", "--digits", "2", "--to", "ndjson").out)["L"] == 0.33


def test_single_precision(adiff: Any) -> None:
    write("p.csv", "x,y\n1,3\n,3\n2,7\n")
    found = adiff("map", "x/y", "p.csv", "--dtype", "float32", "--only")
    assert found.out == "L,dL_dx,dL_dy\n0.33333334,0.33333334,-0.11111111\n,,\n0.2857143,0.14285715,-0.040816326\n"
    assert adiff("map", "x/y", "p.csv", "--dtype", "float32", "-o", "p.parquet").code == 0
    assert set(parquet.read_schema("p.parquet").types[2:]) == {pa.float32()}


def test_what_is_not_finite_is_counted_and_explained(adiff: Any) -> None:
    write("p.csv", "x\n1\n\n0\n-1\n")
    result = adiff("map", "log(x)", "p.csv", "--summary", "json")
    summary = told(result)
    assert result.code == 0
    assert summary["rows"] == 3
    assert summary["nonfinite"] == 4
    first = summary["first_nonfinite"]
    assert (first["file"], first["row"], first["inputs"], first["node"]) == ("p.csv", 2, {"x": 0.0}, "log(x)")
    assert "pole" in first["message"]
    assert "first in p.csv, row 2, at x = 0" in adiff("map", "log(x)", "p.csv").err
    assert adiff("map", "log(x)", "p.csv", "--strict").code == 1
    assert adiff("map", "x^2", "p.csv", "--strict").code == 0


def test_nulls_and_mistakes_are_counted(adiff: Any) -> None:
    write("p.csv", "w,h,n\n1,2,a\nx,2,b\n3\n4,5,6,7\n,8,d\n5,6,e\n")
    result = adiff("map", "w*h", "p.csv", "--on-error", "null", "--json")
    assert result.out.splitlines()[1:] == ["1,2,a,2,2,1", "x,2,b,,,", "3,,,,,", "4,5,6,,,", ",8,d,,,", "5,6,e,30,6,5"]
    assert {key: told(result)[key] for key in ("rows", "nulls", "bad", "skipped")} == {
        "rows": 6, "nulls": 4, "bad": 3, "skipped": 0,
    }  # fmt: skip
    result = adiff("map", "w*h", "p.csv", "--on-error", "skip", "--json")
    assert result.out.splitlines()[1:] == ["1,2,a,2,2,1", ",8,d,,,", "5,6,e,30,6,5"]
    assert {key: told(result)[key] for key in ("rows", "nulls", "bad", "skipped")} == {
        "rows": 6, "nulls": 1, "bad": 3, "skipped": 3,
    }  # fmt: skip
    assert "3 rows left out" in adiff("map", "w*h", "p.csv", "--on-error", "skip").err
    assert (
        "3 rows without new values: a field that is no number" in adiff("map", "w*h", "p.csv", "--on-error", "null").err
    )


def test_mistakes_in_lines_of_json(adiff: Any) -> None:
    write("p.ndjson", '{"w": 1, "n": "a"}\n{"w": "x", "n": "b"}\n{"w": \n{"w": null}\n{"w": "NaN"}\n{"w": true}\n')
    result = adiff("map", "2w", "p.ndjson", "--on-error", "null", "--to", "ndjson")
    assert result.out.splitlines() == [
        '{"w": 1, "n": "a", "L": 2, "dL_dw": 2}',
        '{"w": "x", "n": "b", "L": null, "dL_dw": null}',
        '{"L": null, "dL_dw": null}',
        '{"w": null, "L": null, "dL_dw": null}',
        '{"w": "NaN", "L": "NaN", "dL_dw": "NaN"}',
        '{"w": true, "L": 2, "dL_dw": 2}',
    ]
    result = adiff("map", "2w", "p.ndjson", "--on-error", "skip")
    assert result.out == "w,n,L,dL_dw\n1,a,2,2\n,,,\nnan,,nan,nan\n1,,2,2\n"


def test_indeterminate_rows(adiff: Any) -> None:
    write("p.csv", "x\n4\n0\n9\n")
    plain = adiff("map", "sqrt(x)*sqrt(x)", "p.csv", "--json")
    assert plain.out.splitlines()[2] == "0,0,nan"
    assert "--exact-edges" in told(plain)["first_nonfinite"]["message"]
    resolved = adiff("map", "sqrt(x)*sqrt(x)", "p.csv", "--exact-edges", "--json")
    assert resolved.out.splitlines()[2] == "0,0,1"
    assert (told(resolved)["resolved"], told(resolved)["nonfinite"]) == (1, 0)
    assert "1 row with an indeterminate partial" in adiff("map", "sqrt(x)*sqrt(x)", "p.csv", "--exact-edges").err


def test_sums_over_indeterminate_rows(adiff: Any) -> None:
    write("p.csv", "x\n4\n0\n9\n")
    args = ("map", "sqrt(x)*sqrt(x)", "p.csv", "--sum", "--json")
    assert (adiff(*args).code, json.loads(adiff(*args).out)["grad"]) == (1, {"x": "NaN"})
    result = adiff(*args, "--exact-edges")
    assert (json.loads(result.out)["grad"], told(result)["resolved"]) == ({"x": 3.0}, 1)
    write("p.csv", "x\n4\n0\ninf\n")
    assert (
        json.loads(adiff("map", "x + sqrt(x)*sqrt(x)", "p.csv", "--sum", "--json", "--exact-edges").out)["value"]
        == "Infinity"
    )


def test_sums_and_means(adiff: Any) -> None:
    write("p.csv", "x,y\n1,2\n3,7\n,5\nz,1\n")
    args = ("map", "(a*x + b - y)^2", "p.csv", "a=2", "b=1", "--grad", "a,b", "--on-error", "skip")
    result = adiff(*args, "--sum")
    assert (
        result.out
        == "L = 1   sum over 2 rows\n\n input   gradient\n ────────────────\n a              2\n b              2\n"
    )
    assert json.loads(adiff(*args, "--mean", "--json").out) == {
        "output": "L", "value": 0.5, "grad": {"a": 1.0, "b": 1.0}, "reduce": "mean", "rows": 2,
    }  # fmt: skip
    adiff(*args, "--sum", "-o", "sum.csv")
    assert Path("sum.csv").read_text(encoding="utf-8") == "L,dL_da,dL_db\n1,2,2\n"
    adiff(*args, "--sum", "-o", "sum.parquet")
    assert parquet.read_table("sum.parquet").to_pylist() == [{"L": 1.0, "dL_da": 2.0, "dL_db": 2.0}]
    adiff(*args, "--sum", "-o", "sum.ndjson")
    assert json.loads(Path("sum.ndjson").read_text(encoding="utf-8")) == {"L": 1, "dL_da": 2, "dL_db": 2}
    several = json.loads(adiff("map", "u = x*y; v = dot([x, y], w)", "p.csv", "w=1,2", "--of", "u,v", "--grad", "w",
                               "--on-error", "skip", "--sum", "--json").out)  # fmt: skip
    assert several["outputs"]["v"] == {"value": 22.0, "grad": {"w": [4.0, 9.0]}}


def test_sums_beyond_the_doubles(adiff: Any) -> None:
    write("p.csv", "x,y\n1e308,1\n1e308,1\n0,1\n")
    args = ("map", "x*y + sqrt(y - 1)*sqrt(y - 1)", "p.csv", "--sum", "--exact-edges", "--json")
    assert json.loads(adiff(*args).out)["value"] == "Infinity"
    assert adiff(*args).code == 0
    assert adiff(*args, "--strict").code == 1
    assert adiff("map", "x", "p.csv", "--sum", "--strict").code == 1
    assert adiff("map", "y", "p.csv", "--sum", "--strict").code == 0


def test_nulls_among_blanks(adiff: Any) -> None:
    """The same whether or not another row has something wrong with it."""
    write("p.csv", "x,y\n1,2\n NA,3\n   ,4\n nan(1) ,5\n")
    rows = ["1,2,2,2,1", " NA,3,,,", "   ,4,,,", " nan(1) ,5,nan,nan,nan"]
    assert adiff("map", "x*y", "p.csv").out.splitlines()[1:] == rows
    adiff("map", "x*y", "p.csv", "-o", "p.parquet")
    assert str(parquet.read_table("p.parquet").column("x").to_pylist()) == "[1.0, None, None, nan]"
    write("p.csv", "x,y\n1,2\n NA,3\n   ,4\n nan(1) ,5\nz,1\n")
    assert adiff("map", "x*y", "p.csv", "--on-error", "null").out.splitlines()[1:] == [*rows, "z,1,,,"]


def test_a_mean_that_is_undefined_fails(adiff: Any) -> None:
    write("p.csv", "x\n1\n-1\n")
    result = adiff("map", "log(x)", "p.csv", "--mean", "--json")
    assert result.code == 1
    assert told(result)["first_nonfinite"]["row"] == 2
    write("q.csv", "x\n")
    assert adiff("map", "x", "q.csv", "--mean").code == 1
    assert adiff("map", "x", "q.csv", "--sum").code == 0


def test_sums_are_the_same_with_any_threads(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1 << 12)
    write("p.csv", "x\n" + "".join(f"{(k * 7919) % 10007 / 3:.17g}\n" for k in range(20_000)))
    args = ("map", "sin(x)*exp(x/1000)", "p.csv", "--sum", "--json")
    assert len({adiff(*args, "--threads", str(n)).out for n in (1, 2, 5)}) == 1


def test_what_the_summary_says(adiff: Any) -> None:
    write("p.csv", AREAS)
    assert adiff("map", "w*h", "p.csv", "--quiet").err == ""
    assert adiff("map", "w*h", "p.csv", "--summary", "none").err == ""
    summary = told(adiff("map", "w*h", "p.csv", "--summary", "json", "-o", "out.csv"))
    assert set(summary) >= {"rows", "seconds", "rows_per_second", "nonfinite", "first_nonfinite", "nulls", "skipped"}
    assert (summary["written"], summary["columns"]) == ("out.csv", ["L", "dL_dw", "dL_dh"])


def test_standard_input(adiff: Any) -> None:
    assert adiff("map", "w*h", "-", "--only", stdin=AREAS.encode()).out == "L,dL_dw,dL_dh\n2,2,1\n12,4,3\n"
    assert adiff("map", "w*h", "-", "--only", stdin=gzip.compress(AREAS.encode())).out.startswith("L,dL_dw")
    stream = io.BytesIO()
    table = pa.table({"w": [1.0], "h": [2.0]})
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    result = adiff("map", "w*h", "-", "--to", "arrows", stdin=stream.getvalue())
    assert pa.ipc.open_stream(result.data).read_all().to_pylist() == [
        {"w": 1.0, "h": 2.0, "L": 2.0, "dL_dw": 2.0, "dL_dh": 1.0}
    ]
    result = adiff("map", "w*h", "-", "--from", "tsv", stdin=b"w\th\n1\t2\n")
    assert result.out == "w,h,L,dL_dw,dL_dh\n1,2,2,2,1\n"


def test_bytes_do_not_go_to_a_terminal(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write("p.csv", AREAS)
    monkeypatch.setattr("conftest.Stream.isatty", lambda _: True)
    result = adiff("map", "w*h", "p.csv", "--to", "parquet")
    assert (result.code, result.out, "parquet is not for a terminal" in result.err) == (2, "", True)
    assert adiff("map", "w*h", "p.csv", "--to", "csv.gz").code == 2
    assert adiff("map", "w*h", "p.csv", "--to", "tsv").code == 0


def test_an_error_leaves_the_old_file_whole(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1 << 8)
    write("p.csv", "x\n" + "1\n" * 5000 + "oops\n")
    write("out.csv", "old")
    for name in ("out.csv", "new.csv", "new.parquet"):
        result = adiff("map", "x^2", "p.csv", "-o", name)
        assert result.code == 2
        assert "row 5,001 (line 5,002), column x: 'oops' is no number" in result.err
    assert Path("out.csv").read_text(encoding="utf-8") == "old"
    assert sorted(os.listdir()) == ["home", "out.csv", "p.csv"]


def test_the_output_may_be_the_input(adiff: Any) -> None:
    write("p.csv", AREAS)
    assert adiff("map", "w*h", "p.csv", "-o", "p.csv").code == 0
    assert Path("p.csv").read_text(encoding="utf-8").splitlines()[1] == "1,2,a,2,2,1"


def test_completion_offers_files_for_the_table_then_inputs() -> None:
    assert [(each.value, each.type) for each in candidates(["map", "w*h"], "p")] == [("p", FILE)]
    assert [each.value for each in candidates(["map", "k*w", "p.csv"], "")] == ["k=", "w="]
    assert [each.value for each in candidates(["map", "k*w", "p.csv", "--grad"], "")] == ["k", "w"]


def process(*args: str, **options: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "autodiff_cli", *args]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["INT", "TERM", "HUP"]
)
def test_ending_it_leaves_nothing_behind(how: signal.Signals, code: int) -> None:
    # What runs these tests may ignore the signal, as nohup does, and then so would the command.
    before = signal.signal(how, signal.SIG_DFL)
    try:
        command = process("map", "x^2", "-", "-o", "out.csv")
    finally:
        signal.signal(how, before)
    with command as running:
        assert running.stdin is not None
        assert running.stderr is not None
        running.stdin.write(b"x\n" + b"1\n" * (1 << 22))
        running.stdin.flush()
        deadline = time.monotonic() + 20
        while not any(name.startswith(".out.csv") for name in os.listdir()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        running.send_signal(how)
        assert running.wait(20) == code
        assert running.stderr.read() == b""
    assert os.listdir() == ["home"]


def test_a_reader_who_leaves() -> None:
    write("p.csv", "x\n" + "1\n" * 1_000_000)
    with process("map", "x^2", "p.csv") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b"x,L,dL_dx\n"
        running.stdout.close()
        assert running.wait(20) == 141
        assert running.stderr.read() == b""
