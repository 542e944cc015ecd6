"""A text in pieces, whether or not the grammar reads it: for hints, which quote what stands around a mistake."""

from __future__ import annotations

import re
from typing import NamedTuple

_PIECE = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹][^\W⁰¹²³⁴⁵⁶⁷⁸⁹]*)|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<mark>['′’]+)|(?P<sign>\*\*|//|[-+*/^×·⋅÷−%])"
    r"|(?P<compare><=|>=|==|!=|<>|[<>≤≥≠])|(?P<end>[;\n])|(?P<comma>,)|(?P<other>\S)"
)
PAIRS = {"(": ")", "[": "]", "{": "}"}
_LOOSE = ("+", "-", "−")


class Piece(NamedTuple):
    """One sign, name or number."""

    kind: str
    text: str
    start: int
    end: int


def pieces(text: str) -> list[Piece]:
    """All that stands in a text, without its blanks."""
    found = _PIECE.finditer(text)
    return [Piece(each.lastgroup or "other", each[0], each.start(), each.end()) for each in found]


def closing(found: list[Piece], k: int) -> int | None:
    """The piece that closes the bracket at piece `k`."""
    depth = 0
    for i in range(k, len(found)):
        depth += (found[i].kind == "open") - (found[i].kind == "close")
        if depth == 0:
            return i if PAIRS[found[k].text] == found[i].text else None
    return None


def opening(found: list[Piece], k: int) -> int | None:
    """The piece that opens the bracket closed at piece `k`."""
    depth = 0
    for i in range(k, -1, -1):
        depth += (found[i].kind == "close") - (found[i].kind == "open")
        if depth == 0:
            return i if PAIRS[found[i].text] == found[k].text else None
    return None


def operand_before(found: list[Piece], k: int) -> int | None:
    """Where the operand that ends before piece `k` begins: a number, a name, a bracket or call, with a raised power."""
    i = k - 1
    while i >= 0 and found[i].kind in ("raised", "mark"):
        i -= 1
    if i >= 0 and found[i].kind == "close":
        begin = opening(found, i)
        if begin is None:
            return None
        called = begin > 0 and found[begin - 1].kind == "name" and found[begin - 1].end == found[begin].start
        return begin - 1 if called and found[begin].text != "{" else begin
    return i if i >= 0 and found[i].kind in ("name", "number") else None


def operand_after(found: list[Piece], k: int) -> int | None:
    """One past the operand that begins at piece `k`: signs, a number, a name, a bracket or call, and its powers."""
    i = k
    while i < len(found) and found[i].text in _LOOSE:
        i += 1
    if i >= len(found):
        return None
    if found[i].kind == "open":
        end = closing(found, i)
        if end is None:
            return None
        i = end + 1
    elif found[i].kind in ("name", "number"):
        called = found[i].kind == "name"
        i += 1
        if called and i < len(found) and found[i].text in "([" and found[i].start == found[i - 1].end:
            end = closing(found, i)
            if end is None:
                return None
            i = end + 1
    else:
        return None
    while i < len(found) and found[i].kind == "raised":
        i += 1
    if i < len(found) and found[i].text in ("^", "**"):
        return operand_after(found, i + 1)
    return i


def term_before(found: list[Piece], k: int) -> int | None:
    """Where the product that ends before piece `k` begins."""
    begin = operand_before(found, k)
    while begin is not None and begin > 0 and found[begin - 1].kind == "sign" and found[begin - 1].text not in _LOOSE:
        earlier = operand_before(found, begin - 1)
        if earlier is None:
            return None
        begin = earlier
    if begin is not None and begin > 0 and found[begin - 1].kind == "number":  # 2x
        return term_before(found, begin) if found[begin].kind in ("name", "open") else begin
    return begin


def level(found: list[Piece], k: int) -> tuple[int, int]:
    """The pieces from and up to which the text around piece `k` lies between the same brackets, commas and ends."""
    first = last = k
    depth = 0
    while first > 0:
        each = found[first - 1]
        depth += (each.kind == "close") - (each.kind == "open")
        if depth < 0 or (depth == 0 and each.kind in ("comma", "end")):
            break
        first -= 1
    depth = 0
    while last < len(found):
        each = found[last]
        depth += (each.kind == "open") - (each.kind == "close")
        if depth < 0 or (depth == 0 and each.kind in ("comma", "end") and last > k):
            break
        last += 1
    return first, last


def parts(text: str, sign: str = ",") -> list[str]:
    """A text cut at the commas that lie in none of its brackets."""
    found, depth, begin = [], 0, 0
    for each in pieces(text):
        depth += (each.kind == "open") - (each.kind == "close")
        if each.text == sign and depth == 0:
            found.append(text[begin : each.start].strip())
            begin = each.end
    return [*found, text[begin:].strip()]


def statement(text: str, at: int) -> tuple[int, int]:
    """Where the statement around an offset begins and ends, without blanks."""
    begin, end, depth = 0, len(text), 0
    for each in pieces(text):
        depth = max(0, depth + (each.kind == "open") - (each.kind == "close"))
        if each.kind == "end" and depth == 0:
            if each.start < at:
                begin = each.end
            else:
                end = each.start
                break
    while begin < end and text[begin].isspace():
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    return begin, end


def whole(text: str) -> bool:
    """Whether a text is one operand, which needs no brackets within a formula."""
    found = pieces(text)
    return bool(found) and operand_after(found, 0) == len(found) and found[0].kind != "sign" and not _powered(found)


def _powered(found: list[Piece]) -> bool:
    begin = operand_before(found, len(found))
    return begin != 0 or any(each.kind == "raised" for each in found[-1:])


def held(text: str) -> str:
    """A text as one operand: as it is, or in brackets."""
    return text if whole(text) else f"({text})"


def bare(text: str) -> str:
    """A text without the brackets around the whole of it."""
    found = pieces(text)
    if len(found) > 1 and found[0].text == "(" and closing(found, 0) == len(found) - 1:
        return text[found[0].end : found[-1].start].strip()
    return text
