"""A statement read as another notation: what a recogniser finds, and how a text becomes ours piece by piece."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from .foreign import meant
from .scan import closing, parts, pieces

SHOWN = 120

# Pieces nest in pieces: how often a text is tried for one error, however they do, and how often it still may be.
MOST = 30
_left = [MOST]


class Reading(NamedTuple):
    """What is wrong with a piece of a statement, and what to put there: each of `write` by itself."""

    message: str
    start: int
    end: int
    write: tuple[str, ...] = ()
    tail: str = ""
    why: str = ""

    @property
    def hint(self) -> str:
        """What is told."""
        return f"write {', or '.join(self.write)}{self.tail}" if self.write else self.why


Recogniser = Callable[[str], Reading | None]


def reading(text: str, *recognisers: Recogniser, deep: int = 0) -> Reading | None:
    """The first recognised notation; where it is that of the whole text, what is put there is read on until it is ours."""
    from .notations import RECOGNISERS

    if deep == 0:
        _left[0] = MOST
    for recognise in recognisers or RECOGNISERS:
        found = recognise(text)
        if found is None or found.write == (text,):
            continue
        if len(found.write) != 1 or found.tail or deep > 5:
            return found
        if found.start == 0 and found.end == len(text):
            return found._replace(write=(ours(found.write[0], deep),))
        rest = text[: found.start] + found.write[0] + text[found.end :]
        if deep == 0 and len(text) <= SHOWN and not reads(rest) and reads(full := ours(rest, deep)):
            return found._replace(start=0, end=len(text), write=(full,))
        return found
    return None


def ours(text: str, deep: int) -> str:
    """A text with every piece of another notation replaced."""
    for _ in range((8, 8, 4)[deep] if deep < 3 else 0):
        if _left[0] <= 0 or reads(text):
            return text
        found = reading(text, deep=deep + 1) or called_elsewhere(text)
        if found is None or len(found.write) != 1 or found.tail:
            return text
        text = text[: found.start] + found.write[0] + text[found.end :]
    return text


def called_elsewhere(text: str) -> Reading | None:
    """The first call of a function by its name elsewhere."""
    found = pieces(text)
    for k, each in enumerate(found[:-1]):
        end = closing(found, k + 1) if each.kind == "name" and found[k + 1].text == "(" else None
        if end is not None:
            inside = text[found[k + 1].end : found[end].start].strip()
            other = meant(each.text, parts(inside) if inside else [])
            if other is not None and other.write:
                return Reading("", each.start, found[end].end, other.write[:1] if len(other.write) == 1 else ())
    return None


def reads(text: str) -> bool:
    """Whether a text is an expression of the language, as far as its syntax goes and its functions are known."""
    from .parser import reads

    _left[0] -= 1
    if _left[0] < 0:
        return False
    calls = re.findall(r"([^\W\d]\w*)\s*[(\[]", text)
    return reads(text) and not any(name not in ("if", "diff") and meant(name, ["x"]) is not None for name in calls)


def whole_text(text: str, message: str, write: str, tail: str = "") -> Reading:
    """A reading of the whole text in one way."""
    return Reading(message, 0, len(text), (write.strip(),), tail)
