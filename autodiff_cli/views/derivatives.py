"""Derivatives as formulas, on a terminal and in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from rich.text import Text

from ..analysis.derivatives import Derivatives
from ..notation.latex import latex
from ..notation.mathml import mathml
from ..notation.numbers import number
from ..notation.plain import plain
from ..notation.tree import Tree
from ..notation.unicode import unicode
from .table import console, write_notes

_PLAIN_NAME = str.maketrans({"[": "_", "]": None, "/": "_"})


_PRINTERS: dict[str, Callable[[Tree], str]] = {"text": plain, "latex": latex, "mathml": mathml}


def named(answer: Derivatives, name: str) -> str:
    """What a derivative is called: dL/dx, d²L/dx²."""
    raised = "" if answer.order == 1 else str(answer.order).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"d{raised}{answer.output}/d{name}{raised}"


def write(
    answer: Derivatives, notation: str, *, digits: int, trusts: Mapping[str, float | None] | None = None, quiet: bool
) -> None:
    """The formulas, with values where there is a point, and what to know of those."""
    if answer.shared:
        _program(answer, notation)
    elif notation == "unicode":
        _two_dimensional(answer, digits, trusts)
    else:
        _lines(answer, _PRINTERS[notation], notation, digits, trusts)
    if not quiet:
        write_notes(console(stderr=not sys.stdout.isatty()), answer.notes)


def _lines(
    answer: Derivatives,
    printer: Callable[[Tree], str],
    notation: str,
    digits: int,
    trusts: Mapping[str, float | None] | None,
) -> None:
    """A line each; the formula alone where there is one, so that it can be piped on."""
    out = console()
    alone = len(answer.trees) == 1
    width = max((len(named(answer, name)) for name in answer.trees), default=0)
    for name, tree in answer.trees.items():
        written = printer(tree)
        if alone or notation == "mathml":
            _raw(written)
        else:
            head = f"{named(answer, name):<{width}}"
            out.print(Text.assemble((head, "cyan"), " = ", written), soft_wrap=True)
        if name in answer.values:
            indent = "" if alone else " " * width + " "
            out.print(Text.assemble((f"{indent}= {_value(answer, name, digits, trusts)}", "bold")), soft_wrap=True)


def _value(answer: Derivatives, name: str, digits: int, trusts: Mapping[str, float | None] | None) -> str:
    """The number, with how much of it is right where that was asked for."""
    found = number(answer.values[name], digits)
    if trusts is None:
        return found
    right = trusts[name]
    return f"{found}   {'nobody can tell how many' if right is None else f'{right:.3g}'} digits right"


def _raw(text: str) -> None:
    """A text as it is: nothing wrapped, nothing coloured."""
    sys.stdout.write(f"{text}\n")


def _two_dimensional(answer: Derivatives, digits: int, trusts: Mapping[str, float | None] | None) -> None:
    out = console()
    for name, tree in answer.trees.items():
        whole = Tree("relation", (Tree("name", text=named(answer, name)), tree), "=")
        _raw(unicode(whole, out.width))
        if name in answer.values:
            out.print(
                Text(f"{' ' * (len(named(answer, name)) + 1)}= {_value(answer, name, digits, trusts)}", style="bold")
            )
        _raw("")


def _program(answer: Derivatives, notation: str) -> None:
    """A program that gives every derivative: what they share first, each by a name of its own."""
    printer = _PRINTERS.get(notation, plain)
    lines = {name: printer(tree) for name, tree in answer.shared.items()}
    order = "" if answer.order == 1 else str(answer.order)
    lines |= {
        f"d{order}{answer.output}_d{name}".translate(_PLAIN_NAME): printer(tree) for name, tree in answer.trees.items()
    }
    for name, written in lines.items():
        _raw(f"{name} = {written}")


def definitions(answer: Derivatives, quotients: Mapping[str, Tree], step: str) -> dict[str, str]:
    """The limit that defines each derivative, and what it comes to, as LaTeX."""
    found = {}
    sign = "d" if len(answer.whole_inputs) == 1 else r"\partial"
    for name, quotient in quotients.items():
        output, x = latex(Tree("name", text=answer.output)), latex(Tree("name", text=name))
        moved = ", ".join(
            f"{latex(Tree('name', text=each))}{f' + {step}' if each == name else ''}" for each in answer.whole_inputs
        )
        there = ", ".join(latex(Tree("name", text=each)) for each in answer.whole_inputs)
        limit = rf"\lim_{{{step} \to 0}}"
        found[name] = (
            rf"\frac{{{sign} {output}}}{{{sign} {x}}} = {limit} \frac{{{output}({moved}) - {output}({there})}}{{{step}}}"
            rf" = {limit} {latex(quotient)} = {latex(answer.trees[name])}"
        )
    return found


def write_definition(answer: Derivatives, quotients: Mapping[str, Tree], step: str) -> None:
    """The definitions as Markdown, a displayed formula each."""
    _raw("\n\n".join(f"$$\n{each}\n$$" for each in definitions(answer, quotients, step).values()))
