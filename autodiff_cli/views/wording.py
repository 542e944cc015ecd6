"""Numbers and names as drawings show them."""

from __future__ import annotations

import math

from ..notation.numbers import fixed, number, unsigned

LONGEST = 40


def figure(x: float, undetermined: bool, digits: int | None) -> str:
    """A number as drawings show it; nothing where it is not determined."""
    if undetermined and math.isnan(x):
        return ""
    return fixed(unsigned(x)) if digits is None else number(x, digits)


def short(name: str) -> str:
    """A label on one line, not longer than a box can hold."""
    line = plain(name.replace("\n", " "))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def plain(string: str) -> str:
    """The text with a sign in place of what neither XML nor a reader can take: control characters, lone surrogates."""
    return "".join(c if c.isprintable() or c in "\n " else "\N{REPLACEMENT CHARACTER}" for c in string)
