"""Whole notations of other tools, recognised when a text could not be read: each says what to type instead.

A recogniser is given a statement. What it finds is one piece of that, and what to put there.
"""

from __future__ import annotations

from ..errors import AdiffError, Source
from . import signs, surroundings, tools
from .reading import Recogniser, reading
from .scan import statement

LONGEST, FARTHEST = 300, 100_000

# In the order in which they are asked.
RECOGNISERS: tuple[Recogniser, ...] = (
    surroundings.wrapped, surroundings.derivative, surroundings.bound_beside, surroundings.asked, surroundings.said,
    tools.of_latex, tools.of_sympy, tools.of_wolfram, tools.dotted, tools.element_by_element, signs.choice, tools.semicolons,
    signs.mathematical, tools.cells, signs.thousands, tools.constants, signs.postfix, signs.bars, signs.between,
    signs.arrow_compares, tools.equal_in_a_call, surroundings.equation, tools.braces,
)  # fmt: skip

# Those of texts that the grammar reads, but in which a name is none.
READABLE: tuple[Recogniser, ...] = (surroundings.derivative, tools.of_wolfram, tools.constants)


def reread(source: Source, at: int, *recognisers: Recogniser) -> AdiffError | None:
    """The error for a statement in another notation around an offset; None where it is in none that is known."""
    if len(source.text) > FARTHEST:
        return None
    begin, end = (0, len(source.text.rstrip())) if source.text.count("\n") <= 1 else statement(source.text, at)
    for first, last in dict.fromkeys(((begin, end), statement(source.text, at))):
        text = source.text[first:last]
        found = reading(text, *recognisers) if len(text) <= LONGEST else None
        if found is not None:
            place = (first + found.start, first + found.end)
            return AdiffError("syntax", found.message, source=source, at=place, hint=found.hint)
    return None
