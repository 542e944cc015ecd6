"""adiff nudge"""

from __future__ import annotations

import sys

import click

from ..analysis.nudge import nudge
from ..analysis.point import complete, gathered, narrowed
from ..errors import EXIT_DONE, EXIT_MATHEMATICS, AdiffError
from ..graph.formula import Formula
from ..language import parse
from ..notation.numbers import number
from . import options, state
from .main import Command
from .program import binding_name, bindings, constant, from_file, given, is_binding, rebound


@click.command("nudge", cls=Command)
@options.words
@click.option("--step", default="0.01", metavar="H", show_default=True, help="The multiple of the gradient to go.")
@click.option("--down", is_flag=True, help="Go against the gradient: the output falls.")
@click.option("--of", metavar="NAME", help="The value of the program to raise.")
@click.option("--save", is_flag=True, help="Make the new point the one that the next nudge starts from.")
@options.at_file
@options.shared
def command(
    words: tuple[str, ...], step: str, down: bool, of: str | None, save: bool, at: str | None, as_json: bool,
    digits: int | None, quiet: bool,
) -> int:  # fmt: skip
    """Move every input a step along its partial derivative, and see the output rise as promised.

    Without an expression it goes on from the last one that grad or draw was given.

    \b
    adiff nudge "(a*b+c)*f" a=2 b=-3 c=10 f=-2 --step 0.01
    adiff nudge --step 0.1 --down --save
    """
    formula, text, point, outputs = _start(words, of, at, quiet=quiet)
    answer = nudge(formula, point, step=constant("--step", step), down=down)
    if as_json:
        from ..views import json

        print(json.dumps(json.nudge(answer), digits))
    else:
        from ..views import table

        table.write_nudge(answer, digits=digits or 10, quiet=quiet)
    if answer.after != answer.after:
        return EXIT_MATHEMATICS
    if save:
        state.store(text, gathered(answer.point, formula.sizes), outputs)
    return EXIT_DONE


def _start(
    words: tuple[str, ...], of: str | None, at: str | None, *, quiet: bool
) -> tuple[Formula, str, dict[str, float], list[str] | None]:
    """The formula, its text, the point, and the output chosen: as given, or as stored."""
    outputs = options.names(of, "--of")
    stored = state.last() if all(is_binding(word) for word in words) else None
    alone = len(words) == 1 and is_binding(words[0])
    goes_on = not words or alone or (stored is not None and binding_name(words[0]).partition("[")[0] in stored.at)
    if not goes_on:
        read = given(words, at, quiet=quiet)
        formula = narrowed(read.formula, outputs)
        return formula, read.text, complete(formula, read.at), outputs
    if stored is None:
        raise AdiffError(
            "usage", "there is no last expression to go on from",
            hint='give one: adiff nudge "(a*b+c)*f" a=2 b=-3 c=10 f=-2 --step 0.01',
        )  # fmt: skip
    changed = {**(from_file(at) if at is not None else {}), **bindings(words)}
    outputs = outputs or stored.of
    start = rebound(stored.at, changed)
    formula = narrowed(parse(stored.text, bound=start, name="the last expression"), outputs)
    point = complete(formula, start)
    if not quiet:
        shown = " ".join(stored.text.split())
        shown = shown if len(shown) <= 100 else shown[:97] + "..."
        print(f"from {shown} at {' '.join(f'{name}={number(x)}' for name, x in point.items())}", file=sys.stderr)
    return formula, stored.text, point, outputs
