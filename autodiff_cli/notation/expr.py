"""The pieces of algebra: exact numbers, expressions, and the order in which factors are written."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

MOST_DIGITS = 400
RELATIONS = ("<", "<=", ">", ">=", "==", "!=")


class Number(NamedTuple):
    """An exact number; `decimal` where people wrote it with a point."""

    value: Fraction
    decimal: bool = False

    def times(self, other: Number) -> Number:
        """The product."""
        return Number(self.value * other.value, self.decimal or other.decimal)

    def plus(self, other: Number) -> Number:
        """The sum."""
        return Number(self.value + other.value, self.decimal or other.decimal)


ONE, ZERO, MINUS = Number(Fraction(1)), Number(Fraction(0)), Number(Fraction(-1))


class Expr:
    """A node of the algebra.

    kind and content: number (value), name (text), call (text, parts), power product (value times factors: base and exponent
    each), sum (terms: expression and coefficient each, and the constant value).
    """

    __slots__ = ("factors", "kind", "parts", "serial", "size", "terms", "text", "value")

    def __init__(
        self,
        kind: str,
        serial: int,
        value: Number = ONE,
        text: str = "",
        parts: Any = (),
        factors: Any = (),
        terms: Any = (),
    ) -> None:
        self.kind = kind
        self.serial = serial
        self.value = value
        self.text = text
        self.parts: tuple[Expr, ...] = parts
        self.factors: tuple[tuple[Expr, Expr], ...] = factors
        self.terms: tuple[tuple[Expr, Number], ...] = terms
        # How much there is to write, shared parts each time.
        self.size: int = (
            1 + sum(x.size for x in parts) + sum(b.size + e.size for b, e in factors) + sum(x.size for x, _ in terms)
        )


def pieces(x: Expr) -> Iterator[Expr]:
    """Everything that an expression is made of, itself included, each once."""
    seen, stack = {x}, [x]
    while stack:
        each = stack.pop()
        yield each
        inside = [*each.parts, *(y for pair in each.factors for y in pair), *(term for term, _ in each.terms)]
        stack += (new := [part for part in dict.fromkeys(inside) if part not in seen])
        seen.update(new)


def is_below(exponent: Expr) -> bool:
    """A negative number: the base belongs in a denominator."""
    return exponent.kind == "number" and exponent.value.value.numerator < 0


def is_whole(exponent: Expr) -> bool:
    """A whole number, of either sign."""
    return exponent.kind == "number" and exponent.value.value.denominator == 1


def number_power(base: Number, n: Fraction) -> Number | None:
    """The exact power of a number; None where there is none, or it is too long to be written."""
    value = base.value
    if n.denominator != 1:
        root = exact_root(value, n.denominator)
        if root is None:
            return None
        value, n = root, Fraction(n.numerator)
    if value == 0 and n < 0:
        return None
    size = max(value.numerator.bit_length(), value.denominator.bit_length()) * abs(int(n))
    return Number(value ** int(n), base.decimal) if size < 3 * MOST_DIGITS else None


def exact_root(value: Fraction, degree: int) -> Fraction | None:
    """The root of a fraction, where it is one itself."""
    if value < 0 or degree > 8:
        return None
    parts = []
    for whole in (value.numerator, value.denominator):
        if whole.bit_length() > 1000:
            return None
        root = round(whole ** (1 / degree))
        if root**degree != whole:
            return None
        parts.append(root)
    return Fraction(*parts)


def place(factor: tuple[Expr, Expr]) -> tuple[int, tuple[str, int], int]:
    """pi first, then names by the alphabet and number, then powers with names above, functions, and sums."""
    base, exponent = factor
    order = _ORDER[base.kind]
    if exponent.kind != "number" and order < _POWERS:
        order = _POWERS
    if base.kind != "name":
        return order, ("", 0), base.serial
    if base.text == "\0exp":
        order = _POWERS
    if base.text == "pi":
        order = 0
    digits = base.text.strip("]").lstrip(_LETTERS)
    return (
        order,
        (base.text[: len(base.text) - len(digits)], int(digits)) if digits.isdecimal() else (base.text, 0),
        base.serial,
    )


_POWERS = 2
_ORDER = {"number": 0, "name": 1, "call": 3, "product": 4, "sum": 5}
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_["
