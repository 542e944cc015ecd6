"""The rule of one operation as a person writes it: d(d*f)/dd is f, d(sqrt(x))/dx is 1/(2*sqrt(x)).

The text comes from the row's own rule on symbols. What the table computes with for the sake of accuracy (1/cosh without
overflow, x^(y-k)*log(x)^n with its limits) is spelt out, and factors are collected over one denominator.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..graph.adjoint import Symbols
from ..graph.value import Value
from ..ops import Operation
from .numbers import literal

ATOM = 100
_SUM = 50
# A product or a number with a minus before it, which goes over into the sign of a sum.
_NEGATIVE = 55
_PRODUCT, _SIGN, _POWER = 60, 70, 80
_SPELLING = {"logb": "log", "select": "if"}
_NAMED = {0.6931471805599453: ("log(2)", 1), 1.4426950408889634: ("log(2)", -1), 0.4342944819032518: ("log(10)", -1)}
_TWO_OVER_SQRT_PI = 1.1283791670955126

Written = tuple[str, int]


class Leaf(NamedTuple):
    """An operand as the rule is to call it: its text with the precedence of that, and its number where that is the text."""

    text: str
    precedence: int = ATOM
    number: float | None = None


# What hidden operations mean, in visible ones.
_MEANING: dict[str, Callable[..., Value]] = {
    "powlog": lambda n, k, x, y: Symbols.mul(Symbols.pow(x, y - k), Symbols.pow(Symbols.log(x), n)),
    "muldiv": lambda u, x, y: Symbols.div(u * x, y),
    "sech": lambda x: Symbols.div(1.0, Symbols.cosh(x)),
    "unit": lambda x, y: Symbols.div(x, Symbols.hypot(x, y)),
    "sqrt1mx2": lambda x: Symbols.sqrt(1.0 - x * x),
    "sqrtx2m1": lambda x: Symbols.sqrt(x * x - 1.0),
    "cothacosh": lambda x: Symbols.div(x, Symbols.sqrt(x * x - 1.0)),
    "gauss": lambda x: Symbols.exp(-(x * x)),
    "defined": lambda _, d: d,
    # In rules these two only guard a limit or an overflow.
    "select": lambda _p, _limit, general: general,
    "clamp": lambda x, _low, _high: x,
}
# Where the books' form is another than that of the table.
_BOOKS: dict[str, tuple[Callable[..., Value], ...]] = {
    "tanh": (lambda x: 1.0 - Symbols.pow(Symbols.tanh(x), 2.0),),
    "sigmoid": (lambda x: Symbols.sigmoid(x) * (1.0 - Symbols.sigmoid(x)),),
    "mod": (lambda _x, _y: Value(1.0, constant=True), lambda x, y: -Symbols.floor(Symbols.div(x, y))),
    "sinc": (lambda x: Symbols.div(Symbols.cos(x) - Symbols.sinc(x), x),),
}


def operation(row: Operation, leaves: Sequence[Leaf]) -> Written:
    """The operation on operands called by their names, and the precedence of that text."""
    writer = _Writer(leaves)
    if row.name == "sincn" and leaves[0].number is not None:
        return _primed(leaves, 0), ATOM
    if row.hidden:
        return writer.write(Value.of(row, writer.operands))
    return writer.plain(row, [(leaf.text, leaf.precedence) for leaf in leaves])


def rule(row: Operation, k: int, leaves: Sequence[Leaf], local: float) -> str:
    """The derivative by operand `k`; in words for an operation that chooses, whose derivative at the point is `local`."""
    words = _choice(row, k, leaves, local)
    if words:
        return words
    if row.name == "sincn" and leaves[0].number is not None:
        return _primed(leaves, 1)
    writer = _Writer(leaves)
    if row.name in _BOOKS:
        return writer.write(_BOOKS[row.name][k](*writer.operands))[0]
    partial = row.partials[k]
    if not callable(partial):
        return "0" if partial is None else literal(partial)
    found = partial(Symbols, Value.of(row, writer.operands), *writer.operands)
    return writer.write(found if isinstance(found, Value) else Value(found, constant=True))[0]


def _primed(leaves: Sequence[Leaf], more: int) -> str:
    """A derivative of sinc, which has no spelling in other operations: sinc''(x)."""
    return f"sinc{chr(39) * (int(leaves[0].number or 0) + more)}({leaves[1].text})"


def _choice(row: Operation, k: int, leaves: Sequence[Leaf], local: float) -> str:
    name = row.name
    if row.variadic:
        what = "least" if name == "min" else "greatest"
        return f"1 for the {what}" if local == 1 else f"1/{round(1 / local)}, a share of the tie" if local > 0 else "0"
    if name == "select":
        return "1 for the branch taken"
    if name == "relu":
        return f"1 where {leaves[0].text} > 0"
    if name == "clamp":
        x, low, high = (leaf.text for leaf in leaves)
        where = (f"{x} lies between {low} and {high}", f"{x} is held at {low}", f"{x} is held at {high}")[k]
        return f"1 where {where}" if local == 1 else f"{literal(local)}, a share at the end"
    return ""


class _Writer:
    """Writes a rule's graph, whose depth is that of the rule: the recursion is not over the user's input."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.operands = tuple(Value(x.number, constant=True) if x.number is not None else Value() for x in leaves)
        self._leaves = dict(zip(self.operands, leaves, strict=True))

    def write(self, node: Value) -> Written:
        """The text and its precedence."""
        leaf = self._leaves.get(node)
        if leaf is not None and leaf.number is None:
            return leaf.text, leaf.precedence
        row = node.op
        if row is None:
            assert node.data is not None, "the leaves of a rule are operands and numbers"
            return _Product(self).times(node, 1.0).written()
        folded = self._number(node)
        if folded is not None:
            return literal(folded), ATOM if folded >= 0 else _NEGATIVE
        if row.name in ("add", "sub"):
            return self._sum(node)
        if row.name in _MEANING or row.name in ("mul", "div", "neg", "sqrt", "hypot", "pow"):
            return _Product(self).times(node, 1.0).written()
        return self.plain(row, [self.write(x) for x in node.operands])

    def plain(self, row: Operation, parts: Sequence[Written]) -> Written:
        """An operation by its own sign or name."""
        if row.notation is None:
            return f"{_SPELLING.get(row.name, row.name)}({', '.join(part for part, _ in parts)})", ATOM
        symbol, precedence = row.notation
        if len(parts) == 1:
            inside = bracketed(parts[0], precedence)
            return f"{symbol} {inside}" if symbol.isalpha() else f"{symbol}{inside}", precedence
        right = symbol == "^"
        chains = row.result == "truth" and not symbol.isalpha()  # (a < b) < c is not a < b < c
        blank = "" if symbol in "*/^" else " "
        first, second = (
            bracketed(parts[0], precedence + (right or chains)),
            bracketed(parts[1], precedence + (not right)),
        )
        return f"{first}{blank}{symbol}{blank}{second}", precedence

    def meaning(self, node: Value) -> Value | None:
        """A hidden operation in visible ones."""
        found = _MEANING.get(node.op.name) if node.op else None
        return found(*node.operands) if found else None

    def _number(self, node: Value) -> float | None:
        """The number of a sum, difference or product of numbers alone."""
        if node.op is None:
            return node.data if node.constant else None
        if node.op.name not in ("add", "sub", "mul", "neg"):
            return None
        numbers = [self._number(x) for x in node.operands]
        return None if None in numbers else node.op.fn(*numbers)

    def _sum(self, node: Value) -> Written:
        assert node.op is not None, "a sum is an operation"
        minus = node.op.name == "sub"
        first, second = (self.write(x) for x in node.operands)
        if first[0] == "0" and not minus:
            return second
        if second[0] == "0":
            return first
        negative = second[0].startswith("-") and second[1] == _NEGATIVE
        after = bracketed((second[0][1:], _PRODUCT) if negative else second, _SUM + 1)
        return f"{first[0]} {'-' if minus != negative else '+'} {after}", _SUM


class _Product:
    """A number times factors to powers, collected."""

    def __init__(self, writer: _Writer) -> None:
        self._writer = writer
        self._number = 1.0
        self._factors: dict[str, tuple[int, float]] = {}

    def times(self, node: Value, power: float) -> _Product:
        """Multiply by a power of a node."""
        number = self._writer._number(node)
        if number is not None:
            return self._times_number(number, power)
        row = node.op
        if row is not None and node not in self._writer._leaves:
            meaning = self._writer.meaning(node)
            if meaning is not None:
                return self.times(meaning, power)
            x, y = (*node.operands, *node.operands)[:2]
            exponent = self._writer._number(y)
            if row.name == "mul":
                return self.times(x, power).times(y, power)
            if row.name == "div":
                return self.times(x, power).times(y, -power)
            if row.name == "neg" and power.is_integer():
                return self._times_number(-1.0, power).times(x, power)
            if row.name == "sqrt":
                return self._times(self._writer.write(x), power / 2)
            if row.name == "hypot":
                return self._times(_squares(self._writer.write(x * x), self._writer.write(y * y)), power / 2)
            if row.name == "pow":
                base = self._writer.write(x)
                if exponent is not None:
                    return self._times(base, power * exponent)
                over = self._writer.write(y)
                above = f"({over[0]})" if over[0].startswith("-") else bracketed(over, _POWER)
                return self._times((f"{bracketed(base, _POWER + 1)}^{above}", _POWER), power)
        return self._times(self._writer.write(node), power)

    def _times_number(self, number: float, power: float) -> _Product:
        if abs(number) in _NAMED:
            name, way = _NAMED[abs(number)]
            self._number *= math.copysign(1.0, number)
            return self._times((name, ATOM), way * power)
        if abs(number) == _TWO_OVER_SQRT_PI:
            self._number *= math.copysign(2.0, number)
            return self._times(("pi", ATOM), -0.5)
        self._number *= number**power if number or power > 0 else math.nan
        return self

    def _times(self, factor: Written, power: float) -> _Product:
        text, precedence = factor
        if text == "log(e)":
            return self
        if text.startswith("-") and precedence == _SIGN and power.is_integer():
            text = text[1:]
            precedence = ATOM if re.fullmatch(r"[\w\[\]]+", text) else _SIGN
            self._number *= (-1.0) ** power
        self._factors[text] = (precedence, self._factors.get(text, (0, 0.0))[1] + power)
        return self

    def written(self) -> Written:
        """The text and its precedence."""
        size = abs(self._number)
        if size == 0:
            return "0", ATOM
        inverse = round(1 / size) if 1e-6 < size < 1 else 0
        below = inverse > 1 and 1.0 / inverse == size
        top = [] if size == 1 or below else [(literal(size), ATOM)]
        bottom = [(str(inverse), ATOM)] if below else []
        for text, (precedence, power) in sorted(self._factors.items(), key=lambda factor: factor[0].startswith("log(")):
            if power:
                (top if power > 0 else bottom).append(_raised((text, precedence), abs(power)))
        sign = "-" if self._number < 0 else ""
        if not bottom and len(top) == 1 and not sign:
            return top[0]
        first = "*".join(bracketed(part, _PRODUCT + 1) for part in top) or "1"
        if not bottom:
            return sign + first, _NEGATIVE if sign else _PRODUCT if len(top) > 1 else ATOM
        second = "*".join(bracketed(part, _PRODUCT + 1) for part in bottom)
        second = f"({second})" if len(bottom) > 1 else second
        return f"{sign}{first}/{second}", _NEGATIVE if sign else _PRODUCT


def _squares(*squares: Written) -> Written:
    """Their sum in one order, so that x^2 + y^2 and y^2 + x^2 are collected."""
    return " + ".join(sorted(text for text, _ in squares)), _SUM


def _raised(base: Written, power: float) -> Written:
    if power == 1:
        return base
    if power == 0.5:
        return f"sqrt({base[0]})", ATOM
    return f"{bracketed(base, _POWER + 1)}^{literal(power)}", _POWER


def bracketed(part: Written, least: int) -> str:
    """The text, in brackets where its precedence is below the least that its place takes."""
    return f"({part[0]})" if part[1] < least else part[0]
