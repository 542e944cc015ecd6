"""adiff draw"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ..analysis.point import complete, gathered, narrowed
from ..errors import EXIT_DONE, AdiffError
from ..graph.formula import Formula
from ..language import parse
from ..views.diagram import MAX_NODES, Diagram, Look
from . import options, state
from .main import Command
from .program import bindings, given, is_binding, program_text, rebound

KINDS = ["svg", "png", "pdf", "dot", "json"]


@click.command("draw", cls=Command)
@options.words
@click.option(
    "-o", "--output", metavar="FILE", help="Write .svg, .png, .pdf, .dot or .json; - writes to standard output."
)
@click.option("--format", "kind", type=click.Choice(KINDS), help="The format, whatever the suffix.")
@click.option("--of", metavar="NAMES", help="Draw only these values of the program and what they depend on.")
@click.option(
    "--edges",
    type=click.Choice(["local", "flow"]),
    help="On each edge its local derivative, or upstream times local, as wide as it counts.",
)
@click.option("--forward-only", is_flag=True, help="Values without gradients.")
@click.option("--fold", multiple=True, is_flag=False, flag_value="", metavar="[NAMES]",
              help="Fold functions, vectors and statements into one box each: these, or all of them.")  # fmt: skip
@click.option(
    "--depth", type=click.IntRange(1), metavar="N", help="Only N operations down from the output, or around --around."
)
@click.option("--around", metavar="NAME", help="Only what makes this value and what uses it.")
@click.option(
    "--diff",
    "other",
    metavar="OTHER",
    help='Lay a second point ("a=3 b=1"), expression or file over it; changes stand out.',
)
@click.option("--theme", type=click.Choice(["light", "dark", "auto"]), default="auto", show_default=True,
              help="Colours; auto follows the reader's system in SVG, and is light elsewhere.")  # fmt: skip
@click.option(
    "--rankdir",
    type=click.Choice(["LR", "RL", "TB", "BT"]),
    default="LR",
    show_default=True,
    help="Where the graph grows.",
)
@click.option(
    "--layout", type=click.Choice(["embedded", "system"]), help="Graphviz in the process, or the dot program."
)
@click.option("--max-nodes", type=click.IntRange(1), default=MAX_NODES, show_default=True, metavar="N",
              help="The most operations, and the most inputs and constants.")  # fmt: skip
@click.option("--every", is_flag=True, help="Every term of a long sum and every part of a long vector.")
@click.option("--shared", is_flag=True, help="One box for each input of a large graph, not one beside each use.")
@options.at_file
@options.shared
def command(
    words: tuple[str, ...], output: str | None, kind: str | None, of: str | None, layout: str | None, theme: str, rankdir: str,
    other: str | None, at: str | None, as_json: bool, digits: int | None, quiet: bool, **wanted: Any,
) -> int:  # fmt: skip
    """The computation graph with data and gradient on every node.

    Without -o a tree on a terminal, and SVG in a pipe. Inputs may be left without values.

    \b
    adiff draw "(a*b+c)*f" a=2 b=-3 c=10 f=-2 -o graph.svg
    adiff draw "f(x) = x*exp(-x); f(u) + f(v)" u=1 v=2 --fold --edges flow -o flow.png
    """
    look = _look(digits, **wanted)
    path = _target(output)
    read = given(words, at, quiet=quiet)
    outputs = options.names(of, "--of")
    formula = narrowed(read.formula, outputs)
    on_terminal = output is None and kind is None and not as_json and sys.stdout.isatty()
    from ..views.compose import compose

    diagram = compose(formula, read.at, look)
    if other is not None:
        from ..views.overlay import overlay

        second, point = _other(other, formula, read.at, quiet=quiet)
        diagram = overlay(diagram, compose(narrowed(second, outputs), point, look))
    if on_terminal:
        from ..views.tree import write_tree

        write_tree(diagram)
        options.say(diagram.notes, quiet=quiet)
    else:
        _write(diagram, path, kind, layout, theme, rankdir, as_json=as_json, quiet=quiet)
    whole = complete(formula, read.at, partly=True)
    if len(whole) == len(formula.inputs):
        state.store(read.text, gathered(whole, formula.sizes), outputs)
    return EXIT_DONE


def _look(digits: int | None, *, fold: tuple[str, ...], forward_only: bool, edges: str | None, **more: Any) -> Look:
    """What is to be shown. Raises AdiffError for gradients that are wanted and not wanted."""
    if forward_only and edges is not None:
        raise AdiffError(
            "usage", "--edges shows gradients, and --forward-only leaves them out", hint="choose one of them"
        )
    names = tuple(name.strip() for each in fold for name in each.split(",") if name.strip()) if fold else None
    return Look(digits=digits, fold=names, forward_only=forward_only, edges=edges, **more)


def _target(output: str | None) -> Path | None:
    """The file to write to; None for standard output. Raises AdiffError for a directory."""
    path = None if output in (None, "-") else Path(str(output))
    if path is not None and path.is_dir():
        raise AdiffError("file", f"{path} is a directory", hint=f"give the name of a file in it: -o {path}/graph.svg")
    return path


def _other(text: str, formula: Formula, at: dict[str, float], *, quiet: bool) -> tuple[Formula, dict[str, float]]:
    """What --diff names: the same formula at another point, or another at the same."""
    words = text.split()
    if all(is_binding(word) for word in words):
        try:
            changed = bindings(words)
        except AdiffError:
            changed = {}
        if changed and not changed.keys() & {*formula.outputs}:
            from ..analysis.point import flat

            bound = rebound(gathered(at, formula.sizes), changed)
            return formula, flat(formula, bound)
    program, name = program_text(text, quiet=quiet)
    second = parse(program, bound=gathered(at, formula.sizes), name=name or "the other expression")
    return second, {label: x for label, x in at.items() if label in second.input_values}


def _write(
    diagram: Diagram, path: Path | None, kind: str | None, layout: str | None, theme: str, rankdir: str, *,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    from ..views import render
    from ..views.dot import drawing

    kind = kind or (render.format_of(path) if path is not None else "json" if as_json else "svg")
    made = drawing(diagram, theme=theme, rankdir=rankdir)
    data = render.render(made, kind, layout)
    if path is None:
        if kind in ("png", "pdf") and sys.stdout.isatty():
            raise AdiffError("usage", f"{kind} is not for a terminal", hint=f"write it to a file: -o graph.{kind}")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        render.write(path, data)
    if as_json and path is not None:
        from ..views import json

        used = render.engine(layout) if kind != "dot" else None
        found = {
            "written": str(path), "format": kind, "nodes": len(made.boxes), "operations": diagram.operations, "engine": used,
            "notes": json.notes(diagram.notes),
        }  # fmt: skip
        print(json.dumps(found))
    elif not as_json:
        options.say(diagram.notes, quiet=quiet)
