"""adiff hessian"""

from __future__ import annotations

import sys
from typing import Any

import click

from ..analysis.hessian import second_derivatives
from ..analysis.hvp import hessian_product
from ..analysis.point import narrowed
from ..errors import EXIT_DONE, EXIT_MATHEMATICS, AdiffError
from ..graph.note import NUMERIC
from . import options
from .main import Command
from .program import bindings, from_file, given, is_binding, value_of


@click.command("hessian", cls=Command)
@options.words
@click.option("--wrt", metavar="NAMES", help="Differentiate by these inputs only: a,b.")
@click.option("--of", metavar="NAME", help="The value of the program to differentiate.")
@click.option("--vector", metavar="V", help='The product with this vector instead: 1,0 or "x=1 y=0" or a file.')
@click.option("--trust", is_flag=True, help="Add how many digits are right, by computing all again in high precision.")
@options.at_file
@click.option("--strict", is_flag=True, help="Exit 1 on any note about the numbers, such as a kink or an infinity.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values instead of the table.")
@options.shared
def command(
    words: tuple[str, ...], wrt: str | None, of: str | None, vector: str | None, trust: bool, at: str | None,
    strict: bool, as_csv: bool, as_json: bool, digits: int | None, quiet: bool,
) -> int:  # fmt: skip
    """The second derivatives of an expression by every pair of its inputs.

    At a point where the gradient is 0 the eigenvalues tell whether it is a minimum, a maximum or a saddle.

    \b
    adiff hessian "x^3 - 3x*y^2" x=1 y=2
    adiff hessian "100(y - x^2)^2 + (1 - x)^2" x=1 y=1 --vector "x=1 y=2"
    """
    if as_csv and as_json:
        raise AdiffError("usage", "--csv and --json are two formats", hint="choose one")
    if trust and (as_csv or vector is not None):
        other = "--vector" if vector is not None else "--csv"
        raise AdiffError("usage", f"--trust is for the matrix, not for {other}", hint=f"leave {other} out")
    read = given(words, at, quiet=quiet)
    names = options.names(wrt, "--wrt")
    output = options.names(of, "--of")
    # Two kinds of answer with one treatment: the views tell them apart.
    answer: Any
    trusted = None
    if vector is None:
        answer = second_derivatives(read.formula, read.at, wrt=names, of=output)
        if trust:
            from ..analysis.trust_second import trusted_second

            trusted = trusted_second(narrowed(read.formula, output), answer)
    else:
        answer = hessian_product(read.formula, read.at, _vector(vector), wrt=names, of=output)
    if as_json:
        from ..views import json

        print(json.dumps(json.product(answer) if vector is not None else json.hessian(answer, trusted), digits))
    elif as_csv:
        from ..views import csv

        (csv.write_product if vector is not None else csv.write_hessian)(sys.stdout, answer, digits)
        options.say(answer.notes, quiet=quiet)
    else:
        from ..views import hessian as view

        if vector is not None:
            view.write_product(answer, digits=digits or 10, quiet=quiet)
        else:
            view.write_hessian(answer, digits=digits or 10, trust=trusted, quiet=quiet)
    failed = not answer.defined or (strict and any(note.kind in NUMERIC for note in answer.notes))
    return EXIT_MATHEMATICS if failed else EXIT_DONE


def _vector(text: str) -> Any:
    """Numbers in the order of the inputs, or by name. Raises AdiffError for anything else."""
    if text.endswith((".toml", ".json")):
        return from_file(text)
    words = [word for each in text.split() if (word := each.rstrip(","))]
    if not words:
        raise AdiffError("usage", "--vector needs numbers", hint='for example --vector 1,0 or --vector "x=1 y=0"')
    if is_binding(words[0]):
        return bindings(words)
    found = value_of("--vector", text.strip())
    return found if isinstance(found, list) else [found]
