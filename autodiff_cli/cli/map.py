"""adiff map"""

from __future__ import annotations

import math
import sys
from typing import Any

import click

from ..errors import EXIT_DONE, EXIT_MATHEMATICS, AdiffError
from ..rows.formats import of_path
from ..rows.summary import MapSummary
from . import options
from .main import Command
from .program import bindings, from_file, is_binding, program_text


@click.command("map", cls=Command)
@click.argument("words", nargs=-1, metavar="EXPR DATA [NAME=VALUE]...")
@click.option("-o", "--output", metavar="FILE", help="Write .csv, .tsv, .parquet, .arrow, .arrows, .ndjson or .csv.gz.")
@click.option("--bind", multiple=True, metavar="NAME=COLUMN", help='The column of an input: --bind x="Spot price".')
@options.at_file
@click.option("--grad", metavar="NAMES", help="Differentiate by these inputs: a,b, all or none; else by the columns.")
@click.option("--of", metavar="NAMES", help="Take these values of the program as outputs: L or y1,y2.")
@click.option("--only", is_flag=True, help="Write the new columns alone.")
@click.option("--prefix", default="", metavar="P", help="Put P before the name of each new column.")
@click.option("--sum", "summed", is_flag=True, help="The sum of the value and of each partial over all rows instead.")
@click.option("--mean", "averaged", is_flag=True, help="The mean of them instead.")
@click.option(
    "--on-error", type=click.Choice(["raise", "null", "skip"]), default="raise", show_default=True,
    help="What becomes of a row with a text that is no number, or with too few or too many fields.",
)  # fmt: skip
@click.option("--exact-edges", is_flag=True, help="Compute as grad does the rows that doubles get wrong.")
@click.option("--strict", is_flag=True, help="Exit 1 if any number is NaN, infinite or wrong.")
@click.option(
    "--math", "precision", type=click.Choice(["fast", "exact"]), default="fast", show_default=True,
    help="Vector functions, or the C library's own.",
)  # fmt: skip
@click.option(
    "--dtype", type=click.Choice(["float64", "float32"]), default="float64", show_default=True,
    help="What the new columns hold; they are computed in double.",
)  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 1024), metavar="N", help="So many threads; else one a processor.")
@click.option("--text", metavar="NAMES", help="Keep these columns of a CSV as text in Parquet and Arrow: a,b.")
@click.option("--from", "read", metavar="FORMAT", help="What DATA is, where its name does not tell.")
@click.option("--to", "write", metavar="FORMAT", help="What to write, where the name does not tell.")
@click.option("--delimiter", metavar="C", help='What lies between the fields of DATA: ";".')
@click.option(
    "--engine",
    type=click.Choice(["local", "dask"]),
    help="Where: here (local), or on the workers of a Dask cluster, which read DATA and write a directory -o of parts.",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="The cluster's, tcp://HOST:PORT; else --engine dask starts one here."
)
@click.option("--summary", type=click.Choice(["text", "json", "none"]), help="What to say on stderr at the end (text).")
@options.shared
def command(
    words: tuple[str, ...], output: str | None, at: str | None, of: str | None, grad: str | None, text: str | None,
    summed: bool, averaged: bool, strict: bool, summary: str | None, as_json: bool, digits: int | None, quiet: bool,
    bind: tuple[str, ...], precision: str, **wanted: Any,
) -> int:  # fmt: skip
    """Value and gradient of an expression for every row of a table.

    DATA is a CSV, TSV, NDJSON, Parquet or Arrow file, a directory or quoted pattern of them, or - for standard input.
    Inputs take the columns of their names, or a value for all rows. The output has the columns L, dL_da, ... besides.

    \b
    adiff map "w*h/2" parts.csv -o areas.csv
    adiff map "(a*x + b - y)^2" points.csv a=2 b=1 --grad all --mean
    """
    if summed and averaged:
        raise AdiffError("usage", "--sum and --mean are two answers", hint="choose one")
    program, data = _two(words)
    reduce = "sum" if summed else "mean" if averaged else None
    wanted["engine"] = wanted["engine"] or ("dask" if wanted["scheduler"] else "local")
    expression, name = program_text(program, quiet=quiet)
    point = {**(from_file(at) if at is not None else {}), **bindings(words[2:])}
    answer = _mapped(
        expression, data, output, reduce, as_json=as_json, quiet=quiet, name=name, at=point,
        bind=_bound(bind), grad=grad, of=options.names(of, "--of"), text=options.names(text, "--text") or (),
        math=precision, digits=digits, **wanted,
    )  # fmt: skip
    _show(answer, output, reduce, as_json=as_json, digits=digits)
    _tell(answer, summary or ("json" if as_json else "text"), as_json=as_json, quiet=quiet)
    reduced = [x for each in (answer.reduced or {}).values() for x in (each.value, *each.grad.values())]
    infinite = answer.nonfinite > 0 or not all(map(math.isfinite, reduced))
    wrong = not wanted["exact_edges"] and answer.out_of_range + answer.at_equality > 0
    failed = any(map(math.isnan, reduced)) or (strict and (infinite or wrong))
    return EXIT_MATHEMATICS if failed else EXIT_DONE


def _two(words: tuple[str, ...]) -> tuple[str, str]:
    """Expression and data. Raises AdiffError where one of them is missing, or they stand the wrong way round."""
    example = 'for example adiff map "w*h/2" parts.csv -o areas.csv'
    if not words:
        raise AdiffError("usage", "there is no expression and no table", hint=example)
    if len(words) < 2 or (is_binding(words[1]) and of_path(words[1]) is None):
        raise AdiffError("usage", "there is no table", hint=f"it stands behind the expression: {example[12:]}")
    if of_path(words[0]) is not None and of_path(words[1]) is None and words[1] != "-":
        raise AdiffError(
            "usage",
            f"{words[0]} is a table, and the expression stands before it",
            hint=f'write "{words[1]}" {words[0]}',
        )
    if words[0] == words[1] == "-":
        raise AdiffError("usage", "standard input is either the program or the table", hint="put one into a file")
    return words[0], words[1]


def _bound(words: tuple[str, ...]) -> dict[str, str]:
    """The columns of --bind: x=Spot, also several by commas where each has its name. Raises AdiffError for anything else."""
    found: dict[str, str] = {}
    for word in words:
        parts = word.split(",")
        each = parts if len(parts) > 1 and all("=" in part for part in parts) else [word]
        for part in each:
            name, equals, column = part.partition("=")
            if not equals or not name.strip() or not column:
                raise AdiffError("usage", f"--bind {word!r} names no column", hint='for example --bind x="Spot price"')
            if name.strip() in found:
                raise AdiffError("binding", f"{name.strip()} is given two columns", hint="leave one of them out")
            found[name.strip()] = column
    return found


class _StandardOutput:
    """Standard output for bytes, looked up when there are some."""

    def write(self, data: Any) -> int:
        """Write all of it: with PYTHONUNBUFFERED one call may write a part."""
        left = memoryview(data)
        while left:
            left = left[sys.stdout.buffer.write(left) :]
        return len(data)

    def flush(self) -> None:
        """Hand on what is held back."""
        sys.stdout.flush()


def _mapped(
    expression: str, data: str, output: str | None, reduce: str | None, *, as_json: bool, quiet: bool, write: str | None,
    **wanted: Any,
) -> MapSummary:  # fmt: skip
    """Map the table to the file, or to standard output. Raises AdiffError for bytes that would go to a terminal."""
    from ..rows import map_table
    from ..rows.formats import named
    from ..views.progress import Rows

    sink: Any = output
    if output is None and reduce is None and wanted["engine"] == "local":
        write = write or "csv"
        form = named(write, "--to")
        if sys.stdout.isatty() and not (form.is_text and form.codec is None):
            raise AdiffError("usage", f"{form.name} is not for a terminal", hint=f"write a file: -o out.{form.name}")
        sink = _StandardOutput()
    shown = output is None and reduce is None and sys.stdout.isatty()  # rows on the terminal are progress enough
    bar = Rows("rows", silent=quiet or as_json or shown)
    try:
        return map_table(
            expression,
            data,
            sink,
            write=write,
            reduce=reduce,
            progress=bar.tell_rows,
            watch=bar.tell_partitions,
            **wanted,
        )
    finally:
        bar.close()


def _show(answer: MapSummary, output: str | None, reduce: str | None, *, as_json: bool, digits: int | None) -> None:
    """Sums and means on standard output, where no file has them."""
    if answer.reduced is None or output is not None:
        return
    from ..views import summary as view

    assert reduce is not None
    if as_json:
        from ..views import json

        print(json.dumps(view.reduced(answer, reduce), digits))
    else:
        view.write_reduced(answer, reduce, digits or 10)


def _tell(answer: MapSummary, how: str, *, as_json: bool, quiet: bool) -> None:
    """What there is to say of it on stderr."""
    if not as_json:
        options.say(answer.notes, quiet=quiet)
    if how == "none" or (quiet and how == "text"):
        return
    from ..views import summary as view

    if how == "json":
        from ..views import json

        print(json.dumps(view.summary(answer)), file=sys.stderr)
    else:
        view.write_summary(answer)
