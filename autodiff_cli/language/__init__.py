"""From text to a formula: the grammar's reader, what people get wrong, and the builder of graphs."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import Source
from ..graph.formula import Formula

__all__ = ["is_name", "normalised", "parse"]

# The grammar's NAME: letters, decimal and subscript digits, and _.
NAME = r"[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹¼½¾⅐-↏①-⓿][^\W⁰¹²³⁴⁵⁶⁷⁸⁹¼½¾⅐-↏①-⓿]*"


def parse(text: str, *, bound: Iterable[str] | Mapping[str, Any] = (), name: str | None = None) -> Formula:
    """The formula that a program means.

    `bound` are names that will be given numbers, or a mapping of them to those: a constant's name among them (e, pi) is
    then an input, and a name with a list is a vector of that length. `name` is what errors call the text. Raises AdiffError
    with the place at fault.
    """
    from .build import build
    from .leaves import shapes
    from .parser import read

    source = Source(normalised(text), name)
    given = (
        {normalised(each): bound[each] for each in bound}
        if isinstance(bound, Mapping)
        else [normalised(each) for each in bound]
    )
    collecting = gc.isenabled()
    gc.disable()  # neither syntax nor nodes form cycles, and there may be a million of them
    try:
        return build(read(source), source, shapes(given))
    finally:
        if collecting:
            gc.enable()


def normalised(text: str) -> str:
    """NFC, and the micro sign as the letter mu, so that names that look the same are the same; lines end in a newline."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFC", text).replace("\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}")


def is_name(text: str) -> bool:
    """Whether a text is one name of the language."""
    if text.isascii():
        return text.isidentifier()
    import re

    return re.fullmatch(NAME, text) is not None
