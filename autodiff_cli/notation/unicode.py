"""A formula in two dimensions for a terminal: fractions over a bar, raised exponents, roots, tall brackets.

A formula wider than the terminal is broken before + and −, within a long product before ·, and what is wider even so is
written on one line and broken where it can be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..errors import AdiffError
from . import box
from .box import Box, cells, line
from .names import Name, parted
from .plain import Plain
from .tree import Tree
from .typeset import RELATIONS, Meeting, Typesetter
from .walk import LIMIT, PRODUCT, Place, Rope, factor, terms, too_long

_INDENT = 4
_RAISED = dict(zip("0123456789−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ", strict=True))
_LOWERED = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True))
# One name or number, over which a root needs no bar.
_ATOM = re.compile("[0-9.]+|[^\\W0-9⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ][^\\W⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ]*′*")
# Where a text on one line may be broken, and where it may be if it must.
_BREAKS = re.compile(r"(?<= )(?=[+−<>≤≥=≠]|and |or )|(?=[·/])|(?<=, )")
_LAST_BREAKS = re.compile(r"(?<=\()(?!\))|(?<=\))(?=\))|(?=\^)")


def unicode(tree: Tree, width: int = 80, *, before: str = "", limit: int = LIMIT) -> str:
    """The formula in lines of at most `width` cells; `before`, as in `f' = `, stands before its baseline.

    A name wider than that is not cut. Raises AdiffError where the formula on one line is longer than the limit.
    """
    printer = _Unicode()
    first = cells(before)
    indent = min(first or _INDENT, width // 4)
    rows = _filled(_pieces(printer, tree, max(8, width - max(first, indent)), limit), width, line(before), indent)
    if sum(each.width * each.height for each in rows) > limit:
        raise too_long(limit)
    tall = any(each.height > 1 for each in rows)
    lines: list[str] = []
    for each in rows:
        lines += [""] if tall and lines else []
        lines += each.lines()
    return "\n".join(lines)


def _filled(pieces: Iterable[Box], width: int, before: Box, indent: int) -> list[Box]:
    """The pieces in rows, as many in each as there is room for."""
    blank = line(" " * indent)
    rows = [[before]]
    used = before.width
    for piece in pieces:
        if used + piece.width > width and len(rows[-1]) > 1:
            rows.append([blank])
            used = indent
        rows[-1].append(piece)
        used += piece.width
    return [box.row(each) for each in rows]


def _pieces(printer: _Unicode, tree: Tree, width: int, limit: int) -> list[Box]:
    """The formula in pieces between which it may be broken, none wider than the width if that can be."""
    tree = printer.meaning(tree)
    if tree.kind == "negative":
        sign, inside = printer.prefix("−"), tree.parts[0]
        found = _parts(printer, Place(inside, PRODUCT), width - sign.width, limit)
        return [printer.row((sign, found[0])), *found[1:]]
    if tree.kind != "sum":
        return _parts(printer, Place(tree), width, limit)
    pieces = []
    for i, (negative, term, least) in enumerate(terms(tree)):
        sign = printer.prefix("−") if negative and not i else line("− " if negative else "+ " if i else "")
        found = _parts(printer, Place(term, least), width - sign.width, limit)
        # The blank before the next sign is at the end of this term, where it is not seen if the line is broken there.
        pieces += [printer.row((sign, found[0])), *found[1:]]
        if i < len(tree.parts) - 1:
            pieces[-1] = box.row((pieces[-1], line(" ")))
    return pieces


def _parts(printer: _Unicode, place: Place, width: int, limit: int) -> list[Box]:
    """One term whole if there is room, else its factors, else as text on one line."""
    try:
        whole = printer.place(place)
        if whole.width <= width:
            return [whole]
    except AdiffError:  # too large in two dimensions
        return _text(place, width, limit)
    tree = printer.meaning(place.tree)
    if tree.kind != "product" or tree.tightness < place.least:
        return _text(place, width, limit)
    pieces: list[Box] = []
    for i, part in enumerate(tree.parts):
        signs = printer.times(printer.meeting(tree.parts[i - 1], part)) if i else []
        each = Place(part, factor(i, part))
        written = printer.place(each)
        sign_width = sum(sign.width for sign in signs)
        found = [written] if written.width + sign_width <= width else _text(each, width, limit)
        if i and not signs:  # 2x is not broken
            pieces[-1] = box.row((pieces[-1], found[0]))
            pieces += found[1:]
        else:
            pieces += [box.row((*signs, found[0])), *found[1:]]
    return pieces


class _Line(Plain):
    """One line with the signs of the other notation."""

    minus, times = "−", "·"

    def name(self, text: str) -> str:
        return _name(parted(text))

    def relation(self, sign: str) -> str:
        return RELATIONS.get(sign, sign)

    def raised(self, base: Rope, exponent: Rope) -> Rope:
        digits = exponent.parts[0] if len(exponent.parts) == 1 else None
        signs = _signs(digits, _RAISED) if isinstance(digits, str) else ""
        return Rope(base, signs) if signs else super().raised(base, exponent)


def _text(place: Place, width: int, limit: int) -> list[Box]:
    pieces: list[str] = []
    for piece in _BREAKS.split(_Line().place(place).text(limit)):
        pieces += _LAST_BREAKS.split(piece) if len(piece) > width else [piece]
    return [line(piece) for piece in pieces if piece]


class _Unicode(Typesetter[Box]):
    """What each part of a formula looks like in cells."""

    def row(self, parts: Sequence[Box]) -> Box:
        return parts[0] if len(parts) == 1 else box.row(self._apart(parts))

    @staticmethod
    def _apart(parts: Sequence[Box]) -> list[Box]:
        """With a blank between a minus and the bar of a fraction, which would become one."""
        found: list[Box] = []
        for part in parts:
            if found and found[-1].text == "−" and part.height > 1:
                found.append(line(" "))
            found.append(part)
        return found

    def number(self, digits: str) -> Box:
        return line(digits)

    def name(self, name: Name) -> Box:
        return line(_name(name))

    def function(self, name: str, marks: int) -> Box:
        return line(name + "′" * marks)

    def applied(self, function: Box, operands: Sequence[Box]) -> Box:
        inside: list[Box] = []
        for operand in operands:
            inside += [line(", ")] if inside else []
            inside.append(operand)
        return box.row((function, self.bracketed(self.row(inside))))

    def sign(self, sign: str) -> Box:
        return line(sign if sign == "/" else f" {sign} ")

    def prefix(self, sign: str) -> Box:
        return line(sign)

    def times(self, meeting: Meeting) -> list[Box]:
        return [] if meeting.number and not meeting.digits else [line("·")]

    def dot(self) -> Box:
        return line("·")

    def fraction(self, above: Box, below: Box) -> Box:
        return box.stacked(above, below)

    def raised(self, base: Box, exponent: Box) -> Box:
        signs = _signs(exponent.text or "", _RAISED)
        return box.at_top(base, signs) if signs else box.raised(base, exponent)

    def lowered(self, base: Box, below: Box) -> Box:
        signs = _signs(below.text or "", _LOWERED)
        return line(f"{base.text}{signs}") if signs and base.text else box.lowered(base, below)

    def root(self, inside: Box, degree: int) -> Box:
        sign = "√" if degree == 2 else "∛"
        bare = inside.text is not None and _ATOM.fullmatch(inside.text)
        return box.row((line(sign), inside)) if bare else box.root(sign, inside)

    def fenced(self, opening: str, inside: Box, closing: str) -> Box:
        return box.fenced(opening, inside, closing)

    def cases(self, values: Sequence[Box], conditions: Sequence[Box]) -> Box:
        labels = [box.row((line("if "), condition)) for condition in conditions]
        return box.braced([*zip(values, [*labels, line("otherwise")], strict=True)])

    def words(self, text: str) -> Box:
        return line(text)


def _name(name: Name) -> str:
    """Greek letters by their signs, and a number below the line."""
    stem = (name.letter or name.stem) + "′" * name.marks
    if not name.subscripts:
        return stem
    if len(name.subscripts) == 1 and name.subscripts[0].isdigit():
        return stem + _signs(name.subscripts[0], _LOWERED)
    return (name.letter or name.stem) + name.text[len(name.stem) :]


def _signs(text: str, table: dict[str, str]) -> str:
    """The text in raised or lowered signs; empty where there are none for it."""
    return "".join([table[char] for char in text]) if text and all(char in table for char in text) else ""
