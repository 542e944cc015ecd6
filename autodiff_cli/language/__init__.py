"""From text to a formula: the grammar's reader, what people get wrong, and the builder of graphs."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import Source
from ..graph.formula import Formula

__all__ = ["is_name", "normalised", "parse", "read_source"]

# Superscripts end a name: letters, digits and signs, and a slash that is written among them. The grammar's SUPERSCRIPT.
RAISED = "²³¹ʰ-ʸˠ-ˤჼᴬ-ᵡᵸᶛ-ᶿ⁰ⁱ⁴-ⁿⱽⵯ㆒-㆟ꚜꚝꝰꟲ-ꟴꟸꟹꭜ-ꭟꭩ𐞁-𐞺𞀰-𞁐𞁫-𞁭ᐟ"
NOT_IN_NAMES = rf"ªº{RAISED}ʰ-˿¼½¾⅐-↏①-⓿"
# The grammar's NAME: letters, decimal and subscript digits, and _.
NAME = rf"[^\W\d{NOT_IN_NAMES}][^\W{NOT_IN_NAMES}]*"


def parse(
    text: str,
    *,
    bound: Iterable[str] | Mapping[str, Any] = (),
    name: str | None = None,
    order: Iterable[str] | None = None,
) -> Formula:
    """The formula that a program means.

    `bound` are names that will be given numbers, or a mapping of them to those: a constant's name among them (e, pi) is
    then an input, and a name with a list is a vector of that length. Inputs stand in the order in which they are bound, or
    that of `order`, then as declared, then by their first appearance. `name` is what errors call the text. Raises
    AdiffError with the place at fault.
    """
    from .build import build
    from .leaves import shapes
    from .parser import read

    source = read_source(text, name)
    given = (
        {normalised(each): bound[each] for each in bound}
        if isinstance(bound, Mapping)
        else [normalised(each) for each in bound]
    )
    first = None if order is None else [normalised(each) for each in order]
    collecting = gc.isenabled()
    gc.disable()  # neither syntax nor nodes form cycles, and there may be a million of them
    try:
        return build(read(source), source, shapes(given, first))
    finally:
        if collecting:
            gc.enable()


def read_source(text: str, name: str | None = None) -> Source:
    """A text as it is read, with the way back to what was typed where that differs."""
    text = _lines(text)
    if text.isascii():
        return Source(text, name)
    from .lookalikes import as_read

    read, typed = as_read(text)
    return Source(read, name, typed)


def normalised(text: str) -> str:
    """A text in the signs and letters of the language, so that names that look the same are the same."""
    text = _lines(text)
    if text.isascii():
        return text
    from .lookalikes import as_read

    return as_read(text)[0]


def _lines(text: str) -> str:
    """The text with lines that end in a newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def is_name(text: str) -> bool:
    """Whether a text is one name of the language."""
    if text.isascii():
        return text.isidentifier()
    import re

    return re.fullmatch(NAME, text) is not None
