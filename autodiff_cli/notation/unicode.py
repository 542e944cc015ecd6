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
from .typeset import RELATIONS, Meeting, Typesetter, right_side
from .walk import LIMIT, PRODUCT, SUM, Part, Rope, factor, terms, too_long

_INDENT = 4
_BLANK = line(" ")
_RAISED = dict(zip("0123456789−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ", strict=True))
_LOWERED = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True))
# One name or number, over which a root needs no bar.
_ATOM = re.compile("[0-9.]+|[^\\W0-9⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ][^\\W⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ]*′*")
# Where a text on one line may be broken, and where it may be if it must.
_BREAKS = re.compile(r"(?<= )(?=[+−<>≤≥=≠]|and |or )|(?=[·/])|(?<=, )")
_LAST_BREAKS = re.compile(r"(?<=\()(?!\))|(?<=\))(?=\))|(?=\^)")


def unicode(tree: Tree, width: int = 80, *, before: str = "", limit: int = LIMIT) -> str:
    """The formula in lines of at most `width` cells; `before`, as in `f' = `, stands before its baseline.

    A name wider than that is not cut. Raises AdiffError where the formula is longer than the limit.
    """
    first = cells(before)
    indent = min(first or _INDENT, width // 4)
    pieces = _Pieces(max(8, width - max(first, indent)), limit).of(tree)
    rows = _filled(pieces, width, line(before), indent)
    if sum(each.width * each.height for each in rows) > limit:
        raise too_long(limit)
    tall = any(each.height > 1 for each in rows)
    lines: list[str] = []
    for each in rows:
        lines += [""] if tall and lines else []
        lines += each.lines()
    return "\n".join(lines)


def _filled(pieces: Iterable[Box], width: int, before: Box, indent: int) -> list[Box]:
    """The pieces in rows, as many in each as there is room for; a blank falls away where a row ends."""
    rows = [[before]]
    used, gap = before.width, 0
    for piece in pieces:
        if piece is _BLANK:
            gap = 1
            continue
        if used + gap + piece.width > width and len(rows[-1]) > 1:
            rows.append([line(" " * indent)])
            used, gap = indent, 0
        rows[-1] += [_BLANK, piece] if gap else [piece]
        used, gap = used + gap + piece.width, 0
    return [box.row(each) for each in rows]


class _Pieces:
    """Cuts a formula into pieces between which it may be broken, none wider than `width` if that can be."""

    def __init__(self, width: int, limit: int) -> None:
        self.printer = _Unicode()
        self.width = width
        self.limit = limit

    def of(self, tree: Tree) -> list[Box]:
        """The pieces of a whole formula, or of an equation."""
        if tree.kind != "relation":
            return self._side(tree, 0)
        left, right = self._side(tree.parts[0], SUM), self._side(tree.parts[1], right_side(tree))
        sign = line(f" {RELATIONS.get(tree.text, tree.text)} ")
        return [*left[:-1], box.row((left[-1], sign)), *right]

    def _side(self, tree: Tree, least: int) -> list[Box]:
        """The terms of a sum."""
        tree = self.printer.meaning(tree)
        if tree.kind == "negative":
            return self._signed(self.printer.prefix("−"), Part(tree.parts[0], PRODUCT))
        if tree.kind != "sum":
            return self._signed(line(""), Part(tree, least))
        pieces: list[Box] = []
        for i, (negative, term, tightness) in enumerate(terms(tree)):
            pieces += [_BLANK] if i else []
            sign = line("− " if negative else "+ ") if i else self.printer.prefix("−") if negative else line("")
            pieces += self._signed(sign, Part(term, tightness))
        return pieces

    def _signed(self, sign: Box, part: Part) -> list[Box]:
        """A term, its sign before it: whole if there is room, else its factors."""
        tree = self.printer.meaning(part.tree)
        found = self._whole(part, self.width - sign.width)
        if not found and tree.kind == "product" and tree.tightness >= part.least:
            found = self._factors(tree, self.width - sign.width)
        found = found or self._text(part, self.width - sign.width)
        return [self.printer.row((sign, found[0])), *found[1:]]

    def _factors(self, tree: Tree, width: int) -> list[Box]:
        pieces: list[Box] = []
        for i, each in enumerate(tree.parts):
            before = self.printer.times(self.printer.meeting(tree.parts[i - 1], each)) if i else []
            if i and not before:  # 2x is not broken
                before = [pieces.pop()]
            part = Part(each, factor(i, each))
            room = width - sum(piece.width for piece in before)
            found = self._whole(part, room) or self._text(part, room)
            pieces += [box.row((*before, found[0])), *found[1:]]
        return pieces

    def _whole(self, part: Part, width: int) -> list[Box]:
        """The piece in two dimensions; nothing where it is too wide or too tall."""
        try:
            written = self.printer.printed(part)
        except AdiffError:
            return []
        return [written] if written.width <= width else []

    def _text(self, part: Part, width: int) -> list[Box]:
        pieces: list[Box] = []
        for piece in _BREAKS.split(_Line().printed(part).text(self.limit)):
            some = _LAST_BREAKS.split(piece) if len(piece) > width else [piece]
            pieces += [line(each.rstrip()) for each in some if each]
            pieces += [_BLANK] if piece.endswith(" ") else []
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
