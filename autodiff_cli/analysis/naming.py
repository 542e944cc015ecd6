"""What to call the curves of a plot: f(x) = 3x^2 - 4x + 5, f'(x), dy/dx."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..graph.formula import Formula
from ..notation.text import text

_LETTERS = "fghpqrsuvw"
_LONGEST = 48


class Title(NamedTuple):
    """The name of a curve, its name with what it is, the output that it shows, and the order of the derivative."""

    name: str
    label: str
    output: str
    order: int


def titles(formula: Formula, name: str, order: int) -> list[Title]:
    """The outputs with their derivatives up to an order, each output followed by its own.

    A value that the program names keeps its name; the others are called f, g, h, as far as the program leaves these free.
    """
    program = formula.source.text if formula.source is not None else ""
    free = iter([c for c in _LETTERS if c != name and not re.search(rf"\b{c}\b", program)])
    found = []
    for output in formula.outputs:
        own = output in formula.named or output in formula.input_values or not program
        called = output if own or output == formula.function else next(free, output)
        meaning = expression(formula, output)
        if own:
            slopes = [f"d{output}/d{name}", f"d²{output}/d{name}²"]
            labels = [output if meaning == output else f"{output} = {meaning}", *slopes]
            names = [output, *slopes]
        else:
            labels = [f"{called}({name}) = {meaning}", f"{called}'({name})", f"{called}''({name})"]
            names = [called, f"{called}'", f"{called}''"]
        found += [Title(names[k], labels[k], output, k) for k in range(order + 1)]
    return found


def expression(formula: Formula, output: str) -> str:
    """An output as the program writes it, where that is one line; else as its graph reads. What is long is cut."""
    node = formula.nodes[formula.output_nodes[output]]
    if formula.source is not None and node.origin is not None:
        start, end, call = node.origin
        while call is not None:
            start, end, call = call.start, call.end, call.outer
        written = formula.source.text[start:end].strip()
        if written and "\n" not in written:
            return written if len(written) <= _LONGEST else written[: _LONGEST - 3] + "..."
    return text(node, depth=12, limit=_LONGEST)
