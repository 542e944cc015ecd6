"""adiff diff"""

from __future__ import annotations

from dataclasses import replace

import click

from ..analysis.derivatives import Derivatives, derivatives
from ..analysis.point import complete, narrowed
from ..errors import EXIT_DONE, EXIT_MATHEMATICS, AdiffError
from ..graph.note import Note
from . import options
from .main import Command
from .program import given

NOTATIONS = ("latex", "unicode", "mathml")


@click.command("diff", cls=Command)
@options.words
@click.option("--wrt", metavar="NAMES", help="Differentiate by these inputs only: a,b.")
@click.option("--of", metavar="NAME", help="The value of the program to differentiate.")
@click.option("--order", type=int, default=1, metavar="N", show_default=True, help="The order of the derivative.")
@click.option("--latex", is_flag=True, help="As LaTeX.")
@click.option(
    "--unicode", "as_unicode", is_flag=True, help="In two dimensions, with fraction bars and raised exponents."
)
@click.option("--mathml", is_flag=True, help="As MathML, for a web page.")
@click.option("--share", is_flag=True, help="Name what several formulas have in common, and write a program.")
@click.option("--definition", is_flag=True, help="The limit that defines the derivative, as LaTeX in Markdown.")
@click.option(
    "--trust",
    is_flag=True,
    help="Say how many digits of the values are right, by computing them again in high precision.",
)
@options.at_file
@options.shared
def command(
    words: tuple[str, ...], wrt: str | None, of: str | None, order: int, latex: bool, as_unicode: bool, mathml: bool,
    share: bool, definition: bool, trust: bool, at: str | None, as_json: bool, digits: int | None, quiet: bool,
) -> int:  # fmt: skip
    """The derivative as a formula, by each input, and its value where inputs are bound.

    \b
    adiff diff "3x^2 - 4x + 5"
    adiff diff "x^y" x=2 y=3 --order 2 --unicode
    """
    asked = [name for name, is_asked in zip(NOTATIONS, (latex, as_unicode, mathml), strict=True) if is_asked]
    if len(asked) + definition > 1:
        raise AdiffError(
            "usage", "two notations are asked for", hint="choose one of --latex, --unicode, --mathml, --definition"
        )
    if definition and order != 1:
        raise AdiffError("usage", "the definition is that of the first derivative", hint="leave --order out")
    read = given(words, at, quiet=quiet)
    formula = narrowed(read.formula, options.names(of, "--of"))
    names = options.names(wrt, "--wrt")
    # The definition is of the formula itself: numbers for some of its inputs are not put into it.
    part = definition and len(complete(formula, read.at, partly=True)) < len(formula.inputs)
    answer = derivatives(formula, {} if part else read.at, wrt=names, order=order, share=share)
    if read.text.lstrip().startswith("diff"):
        answer = _noted(answer, read.text)
    if trust and not answer.values:
        raise AdiffError("usage", "--trust is about values, and there are none", hint="bind the inputs: x=3")
    trusts = None
    if trust:
        from ..analysis.derivatives import trusted

        trusts = {name: each.right for name, each in trusted(formula, answer).items()}
    if definition:
        from ..analysis.derivatives import definition as quotient
        from ..analysis.derivatives import step_name
        from ..views import derivatives as view

        quotients = {name: quotient(formula, name) for name in answer.trees}
        if as_json:
            _print_json(answer, digits, {"definition": view.definitions(answer, quotients, step_name(formula))})
        else:
            view.write_definition(answer, quotients, step_name(formula))
    elif as_json:
        _print_json(answer, digits, {"trust": trusts} if trusts is not None else {})
    else:
        from ..views import derivatives as view

        view.write(answer, asked[0] if asked else "text", digits=digits or 10, trusts=trusts, quiet=quiet)
    return EXIT_DONE if answer.defined else EXIT_MATHEMATICS


def _noted(answer: Derivatives, text: str) -> Derivatives:
    """The answer with a note where the whole expression is diff(...): this command differentiates it once more."""
    from ..language.surroundings import inside_diff

    inside = inside_diff(text)
    if inside is None:
        return answer
    order = f", with --order {inside[2]}" if len(inside) > 2 else ""
    message = (
        f"this is the derivative of diff(...), which is one already; for that of {inside[0]} write it alone{order}"
    )
    return replace(answer, notes=(*answer.notes, Note("diff", message)))


def _print_json(answer: Derivatives, digits: int | None, more: dict[str, object]) -> None:
    from ..notation.latex import latex
    from ..notation.mathml import mathml
    from ..notation.plain import plain
    from ..views import json

    found: dict[str, object] = {
        "output": answer.output, "order": answer.order,
        "derivatives": {name: plain(tree) for name, tree in answer.trees.items()},
        "latex": {name: latex(tree) for name, tree in answer.trees.items()},
        "mathml": {name: mathml(tree) for name, tree in answer.trees.items()},
        "shared": {name: plain(tree) for name, tree in answer.shared.items()},
        "values": answer.values, "inputs": answer.inputs, "notes": json.notes(answer.notes),
    }  # fmt: skip
    print(json.dumps(found | more, digits))
