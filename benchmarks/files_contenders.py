"""What files.py runs: the commands that make value and all partials of a call's price out of a file.

The scripts are for `python -c`; what SymPy makes is made beforehand. All write the input's columns and six more, in order,
Parquet compressed by snappy, with two threads.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from rows_contenders import THREADS, indented
from rows_workloads import WORKLOADS, printed, shared, symbolic

NAME = "Black-Scholes"
COLUMNS = list(WORKLOADS[NAME].columns)
OUTPUTS = ["L", *(f"dL_d{each}" for each in COLUMNS)]

# Abramowitz and Stegun 7.1.26, off by up to 1.5e-7: less work than a true erf, and all that can be written in SQL.
ERF = """\
CREATE MACRO erf(x) AS sign(x)*(1 - exp(-x*x)*horner(1/(1 + 0.3275911*abs(x))));
"""
HORNER = """\
CREATE MACRO horner(t) AS
  t*(0.254829592 + t*(-0.284496736 + t*(1.421413741 + t*(-1.453152027 + t*1.061405429))));
"""


def levels() -> list[list[tuple[str, str]]]:
    """Columns to compute, each from those of the levels before; the last level is the outputs. Powers as pow(x, y)."""
    definitions, results = shared(symbolic(NAME)[1])
    depth: dict[str, int] = {}
    found: list[list[tuple[str, str]]] = []
    for name, meaning in definitions:
        here = max((depth[str(each)] + 1 for each in meaning.free_symbols if str(each) in depth), default=0)
        depth[str(name)] = here
        found += [[] for _ in range(here + 1 - len(found))]
        found[here].append((str(name), printed(meaning, power="pow")))
    return [*found, [(name, printed(each, power="pow")) for name, each in zip(OUTPUTS, results, strict=True)]]


def by_adiff(source: Path, target: Path) -> list[str]:
    """The installed command."""
    return [str(Path(sys.executable).with_name("adiff")), "map", WORKLOADS[NAME].text, str(source), "-o", str(target)]


def by_pyarrow(source: Path, target: Path) -> list[str]:
    """No arithmetic at all: the table read, and one of the output's shape written, columns of the input standing for more."""
    kind, read, write = (
        ("csv", "read_csv", "write_csv") if source.suffix == ".csv" else ("parquet", "read_table", "write_table")
    )
    code = f"""\
import pyarrow
from pyarrow import {kind}
pyarrow.set_cpu_count({THREADS})
table = {kind}.{read}({str(source)!r})
for i, name in enumerate({OUTPUTS!r}):
    table = table.append_column(name, table.column(i % {len(COLUMNS)}))
{kind}.{write}(table, {str(target)!r})
"""
    return [sys.executable, "-c", code]


def by_duckdb(source: Path, target: Path) -> list[str]:
    """SQL, common sub-expressions as names in one subquery: DuckDB is faster so than with one for each level."""
    options = "FORMAT csv, HEADER" if target.suffix == ".csv" else "FORMAT parquet, COMPRESSION snappy"
    *inner, outputs = levels()
    named = ", ".join(f"{each} AS {name}" for level in inner for name, each in level)
    told = ", ".join([*COLUMNS, *(f"{each} AS {name}" for name, each in outputs)])
    # In SQL log is to base 10.
    sql = f"COPY (SELECT {told} FROM (SELECT *, {named} FROM '{source}')) TO '{target}' ({options})".replace(
        "log(", "ln("
    )
    code = f"""\
import duckdb
base = duckdb.connect()
base.execute("SET threads={THREADS}; SET enable_progress_bar=false")
base.execute({HORNER!r})
base.execute({ERF!r})
base.execute({sql!r})
"""
    return [sys.executable, "-c", code]


def by_polars(source: Path, target: Path) -> list[str]:
    """A lazy query, columns of one level after another, streamed from file to file."""
    kind = source.suffix[1:]
    option = "" if kind == "csv" else ', compression="snappy"'
    *inner, outputs = levels()
    lines = []
    for level in inner:
        lines += [f"{name} = {each}" for name, each in level]
        names = ", ".join(f"{name}={name}" for name, _ in level)
        lines.append(f"table = table.with_columns({names})")
        lines += [f"{name} = col({name!r})" for name, _ in level]
    told = ", ".join(f"({each}).alias({name!r})" for name, each in outputs)
    code = f"""\
import os
os.environ["POLARS_MAX_THREADS"] = "{THREADS}"
import polars
from polars import col

def erf(x): return x.erf()
def exp(x): return x.exp()
def log(x): return x.log()
def pow(x, y): return x.pow(y)
def sqrt(x): return x.sqrt()

{", ".join(COLUMNS)} = map(col, {COLUMNS!r})
table = polars.scan_{kind}({str(source)!r})
{indented(lines, 0)}
table = table.select([{", ".join(COLUMNS)}, {told}])
table.sink_{kind}({str(target)!r}{option})
"""
    return [sys.executable, "-c", code]


# The module that must be there, the command, and how far from the truth its numbers may be (None: they mean nothing).
CONTENDERS: dict[str, tuple[str, Callable[[Path, Path], list[str]], float | None]] = {
    "adiff map": ("llvmlite", by_adiff, 1e-12),
    "pyarrow, no arithmetic": ("pyarrow", by_pyarrow, None),
    "DuckDB, erf to 1.5e-7": ("duckdb", by_duckdb, 1e-6),
    "Polars": ("polars", by_polars, 1e-12),
}
