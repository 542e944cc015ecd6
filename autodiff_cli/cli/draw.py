"""adiff draw"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..analysis.point import complete, gathered, narrowed
from ..errors import EXIT_DONE, AdiffError
from ..graph.formula import Formula
from . import options, state
from .main import Command
from .program import given


@click.command("draw", cls=Command)
@options.words
@click.option("-o", "--output", metavar="FILE", help="Write .svg, .png, .pdf or .dot; - writes to standard output.")
@click.option(
    "--format", "kind", type=click.Choice(["svg", "png", "pdf", "dot"]), help="The format, whatever the suffix."
)
@click.option("--of", metavar="NAMES", help="Draw only these values of the program and what they depend on.")
@click.option(
    "--layout", type=click.Choice(["embedded", "system"]), help="Graphviz in the process, or the dot program."
)
@click.option(
    "--max-nodes", type=click.IntRange(1), default=2000, show_default=True, metavar="N", help="The most boxes."
)
@click.option("--shared", is_flag=True, help="One box for each input of a large graph, not one beside each use.")
@options.at_file
@options.shared
def command(
    words: tuple[str, ...], output: str | None, kind: str | None, of: str | None, layout: str | None, max_nodes: int,
    shared: bool, at: str | None, as_json: bool, digits: int | None, quiet: bool,
) -> int:  # fmt: skip
    """The computation graph with data and gradient on every node.

    Without -o a tree on a terminal, and SVG in a pipe. Inputs may be left without values.

    \b
    adiff draw "(a*b+c)*f" a=2 b=-3 c=10 f=-2 -o graph.svg
    adiff draw "sqrt(x^2 + y^2)" --format dot -o -
    """
    read = given(words, at, quiet=quiet)
    outputs = options.names(of, "--of")
    formula = narrowed(read.formula, outputs)
    if output is None and kind is None and not as_json and sys.stdout.isatty():
        from ..views.dot import notes_on, shown
        from ..views.tree import write_tree

        what = shown(formula, read.at, max_nodes=max_nodes)
        write_tree(formula, what, digits)
        options.say(notes_on(formula, read.at, what), quiet=quiet)
    else:
        _write(formula, read.at, output, kind, layout, max_nodes, digits, shared=shared, as_json=as_json, quiet=quiet)
    point = complete(formula, read.at, partly=True)
    if len(point) == len(formula.inputs):
        state.store(read.text, gathered(point, formula.sizes), outputs)
    return EXIT_DONE


def _write(
    formula: Formula, at: dict[str, float], output: str | None, kind: str | None, layout: str | None, max_nodes: int,
    digits: int | None, *, shared: bool, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    from ..views import render
    from ..views.dot import drawing

    path = None if output in (None, "-") else Path(str(output))
    if as_json and path is None:
        raise AdiffError("usage", "--json needs a file to write to", hint="add -o graph.svg")
    if path is not None and path.is_dir():
        raise AdiffError("file", f"{path} is a directory", hint=f"give the name of a file in it: -o {path}/graph.svg")
    kind = kind or (render.format_of(path) if path is not None else "svg")
    made = drawing(formula, at, max_nodes=max_nodes, digits=digits, shared=shared)
    data = render.render(made, kind, layout)
    if path is None:
        if kind in ("png", "pdf") and sys.stdout.isatty():
            raise AdiffError("usage", f"{kind} is not for a terminal", hint=f"write it to a file: -o graph.{kind}")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        render.write(path, data)
    if as_json:
        from ..views import json

        used = render.engine(layout) if kind != "dot" else None
        found = {
            "written": str(path),
            "format": kind,
            "nodes": len(made.boxes),
            "engine": used,
            "notes": json.notes(made.notes),
        }
        print(json.dumps(found))
    else:
        options.say(made.notes, quiet=quiet)
