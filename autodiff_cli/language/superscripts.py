"""Exponents in superscript: xⁿ⁺¹, e⁻ˣ, x⁽²⁾, x¹ᐟ². They hold letters, digits, + - / and brackets."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..ops import TABLE
from .lookalikes import exponent_text

_TOKEN = re.compile(r"(?P<number>[0-9]+)|(?P<name>[^\W\d_]+)|(?P<sign>.)")
_ROWS = {sign: TABLE[name] for sign, name in (("+", "add"), ("-", "sub"), ("/", "div"), ("*", "mul"), ("neg", "neg"))}
# How tightly each binds; * stands for a number before a name or bracket.
_BINDS = {"+": 1, "-": 1, "neg": 2, "/": 3, "*": 4}


class _MalformedError(Exception):
    """What is raised is no expression."""


class _Operand(NamedTuple):
    """The instruction that ends an operand, and whether it is a number as written."""

    root: int
    number: bool = False


class Exponent:
    """One superscript on its way to instructions: a stack of operands and one of operators (Dijkstra's shunting yard)."""

    def __init__(self, code: list[Any], start: int) -> None:
        self.code = code
        self.start = start
        self.operands: list[_Operand] = []
        self.operators: list[str] = []
        self.open = 0  # brackets

    def read(self, text: str) -> None:
        """Append the instructions of the text, operands first. Raises _MalformedError."""
        wanted = True  # an operand, or an operator between two
        for found in _TOKEN.finditer(text):
            kind, sign = found.lastgroup, found[0]
            if not wanted and kind == "number":
                raise _MalformedError  # of ˣ² nobody can tell whether it is x2 or x^2
            if not wanted and (kind == "name" or sign == "("):
                if not self.operands[-1].number or self.operators[-1:] == ["/"]:
                    raise _MalformedError
                self._operator("*")
                wanted = True
            if kind != "sign" and wanted:
                self._leaf(str(kind), found)
                wanted = False
            elif sign == "(":
                self.operators.append("(")
                self.open += 1
            elif sign == ")" and not wanted and self.open:
                self._close()
            elif sign in "+-/" and not wanted:
                self._operator(sign)
                wanted = True
            elif sign == "-" and self.operators[-1:] in ([], ["("]):
                self.operators.append("neg")
            else:
                raise _MalformedError
        if wanted or self.open:
            raise _MalformedError
        while self.operators:
            self._apply()

    def _leaf(self, kind: str, found: re.Match[str]) -> None:
        at = len(self.code)
        self.code.append((kind, found[0], 0, self.start + found.start(), self.start + found.end(), at))
        self.operands.append(_Operand(at, kind == "number"))

    def _operator(self, sign: str) -> None:
        while self.operators and self.operators[-1] != "(" and _BINDS[self.operators[-1]] >= _BINDS[sign]:
            self._apply()
        self.operators.append(sign)

    def _close(self) -> None:
        while self.operators[-1] != "(":
            self._apply()
        self.operators.pop()
        self.open -= 1
        self.operands[-1] = _Operand(self.operands[-1].root)

    def _apply(self) -> None:
        sign = self.operators.pop()
        count = 1 if sign == "neg" else 2
        taken = [self.code[each.root] for each in self.operands[-count:]]
        del self.operands[-count:]
        self.code.append((_ROWS[sign], None, count, taken[0][3] - (sign == "neg"), taken[-1][4], taken[0][5]))
        self.operands.append(_Operand(len(self.code) - 1))


def append(code: list[Any], superscript: str, start: int, base: int) -> None:
    """Append the instructions of an exponent that begins at `start`; of one that is no expression one that says so.

    `base` is where what it raises begins.
    """
    before = len(code)
    try:
        Exponent(code, start).read(exponent_text(superscript))
    except _MalformedError:
        del code[before:]
        code.append(("no_exponent", superscript, 0, base, start + len(superscript), before))
