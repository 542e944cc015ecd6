"""adiff grad"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..analysis.gradient import Gradient, gradient
from ..analysis.point import gathered
from ..errors import EXIT_DONE, EXIT_MATHEMATICS, AdiffError
from ..graph.formula import Formula
from ..graph.note import NUMERIC
from . import options, state
from .main import Command
from .program import given

if TYPE_CHECKING:
    from ..analysis.trust import Trust


@click.command("grad", cls=Command)
@options.words
@click.option("--wrt", metavar="NAMES", help="Differentiate by these inputs only: a,b.")
@click.option("--of", metavar="NAMES", help="Take these values of the program as outputs: L or y1,y2.")
@options.at_file
@click.option(
    "--sort", type=click.Choice(["name", "abs"]), help="Order inputs by name, or by the size of their gradient."
)
@click.option("--relative", is_flag=True, help="Add elasticities: percent of output for a percent of input.")
@click.option("--trust", is_flag=True, help="Add how many digits are right, by computing all again in high precision.")
@click.option("--strict", is_flag=True, help="Exit 1 on any note about the numbers, such as a kink or an infinity.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values instead of the table.")
@options.shared
def command(
    words: tuple[str, ...], wrt: str | None, of: str | None, at: str | None, sort: str | None, relative: bool,
    trust: bool, strict: bool, as_csv: bool, as_json: bool, digits: int | None, quiet: bool,
) -> int:  # fmt: skip
    """The value of an expression and its partial derivative by each input.

    \b
    adiff grad "(a*b+c)*f" a=2 b=-3 c=10 f=-2
    adiff grad "3x^2 - 4x + 5" x=2/3 --json
    """
    if as_csv and as_json:
        raise AdiffError("usage", "--csv and --json are two formats", hint="choose one")
    read = given(words, at, quiet=quiet)
    outputs = options.names(of, "--of")
    answer = gradient(read.formula, read.at, wrt=options.names(wrt, "--wrt"), of=outputs)
    names = _ordered(answer, sort)
    relatives = elasticities(answer) if relative else None
    trusts = _trusted(read.formula, answer) if trust else None
    if as_json:
        from ..views import json

        if sort:
            answer = _sorted(answer, names)
        print(json.dumps(json.gradient(answer, relatives, trusts), digits))
    elif as_csv:
        from ..views import csv

        csv.write_gradient(sys.stdout, answer, names, relatives, digits, trusts)
        options.say(answer.notes, quiet=quiet)
    else:
        from ..views import table

        table.write_gradient(answer, names, digits=digits or 10, elasticities=relatives, trusts=trusts, quiet=quiet)
    failed = not answer.defined or (strict and any(note.kind in NUMERIC for note in answer.notes))
    if not failed:
        state.store(read.text, gathered(answer.inputs, answer.sizes), outputs)
    return EXIT_MATHEMATICS if failed else EXIT_DONE


def _trusted(formula: Formula, answer: Gradient) -> dict[str, Trust]:
    from ..analysis.trust import trusted

    return trusted(formula, answer)


def elasticities(answer: Gradient) -> dict[str, dict[str, float]]:
    """Percent of each output for a percent of each input: x/y·dy/dx."""
    from ..ops import Numbers

    return {
        output: {name: Numbers.div(answer.inputs[name] * g, each.value) for name, g in each.grad.items()}
        for output, each in answer.outputs.items()
    }


def _ordered(answer: Gradient, sort: str | None) -> list[str]:
    names = list(answer.grad)
    if sort == "name":
        names.sort()
    elif sort == "abs":
        names.sort(key=lambda name: -max((abs(each.grad[name]) for each in answer.outputs.values()), default=0.0))
    return names


def _sorted(answer: Gradient, names: list[str]) -> Gradient:
    from dataclasses import replace

    outputs = {
        output: each._replace(grad={name: each.grad[name] for name in names}) for output, each in answer.outputs.items()
    }
    return replace(answer, outputs=outputs)
