"""adiff explain"""

from __future__ import annotations

import click

from ..analysis.explain import explain
from ..errors import EXIT_DONE, EXIT_MATHEMATICS, AdiffError
from ..language import is_name
from ..language.vectors import part_of
from . import options
from .main import Command
from .program import given


@click.command("explain", cls=Command)
@click.argument("words", nargs=-1, metavar="[EXPR|FILE|-] [NAME] [NAME=VALUE]...")
@click.option("--wrt", metavar="NAMES", help="Explain these alone: a,b; the same as NAME.")
@click.option("--of", metavar="NAME", help="Take this value of the program as the output.")
@options.at_file
@click.option("--steps", is_flag=True, help="Walk the backward pass node by node.")
@click.option(
    "--all", "every", is_flag=True, help="Every step, path and node, where by default some of many are shown."
)
@click.option("--quiz", is_flag=True, help="Ask for the gradients node by node, and name the mistakes.")
@options.shared
def command(
    words: tuple[str, ...], wrt: str | None, of: str | None, at: str | None, steps: bool, every: bool, quiz: bool,
    as_json: bool, digits: int | None, quiet: bool,
) -> int:  # fmt: skip
    """Why a gradient is what it is: the chain rule path by path, for every input or for NAME alone.

    Each step is shown with its place in the program, its rule, and upstream times local. NAME may be any value of the
    program. --quiz reads its answers from standard input, a line each.

    \b
    adiff explain "L = d*f; d = e + c; e = a*b" a=2 b=-3 c=10 f=-2
    adiff explain "x*sin(x)" x x=2 --steps
    """
    if steps and quiz:
        raise AdiffError("usage", "--steps shows the answers that --quiz asks for", hint="choose one of them")
    names, rest = _names(words)
    if quiz and "-" in rest[:1]:
        raise AdiffError("usage", "--quiz reads answers from standard input", hint="put the program into a file")
    read = given(rest, at, quiet=quiet)
    wanted = [*names, *(options.names(wrt, "--wrt") or ())] or None
    answer = explain(read.formula, read.at, wrt=wanted, of=options.names(of, "--of"))
    if quiz:
        from .asking import ask

        return ask(answer, as_json=as_json, digits=digits, quiet=quiet)
    if as_json:
        from ..views.explained import explanation
        from ..views.json import dumps

        print(dumps(explanation(answer, every=every), digits))
    elif steps:
        from ..views.backward import write_pass

        write_pass(answer, digits=digits or 10, every=every, quiet=quiet)
    else:
        from ..views.explain import write_explanation

        write_explanation(answer, digits=digits or 10, every=every, quiet=quiet)
    return EXIT_DONE if answer.defined else EXIT_MATHEMATICS


def _names(words: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The bare names behind the program, which say what to explain, and the other words."""
    found = [word for word in words[1:] if is_name(part[0] if (part := part_of(word)) else word)]
    return found, [*words[:1], *(word for word in words[1:] if word not in found)]
