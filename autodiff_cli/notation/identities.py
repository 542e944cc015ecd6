"""Identities that hold where their left side is defined: sin(x)^2 + cos(x)^2 is 1, sin(-x) is -sin(x), exp(2*log(x)) is x^2."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from .expr import ONE, ZERO, Expr, Number, is_whole

if TYPE_CHECKING:
    from .algebra import Algebra

ODD = frozenset({
    "sin", "tan", "csc", "cot", "asin", "atan", "acsc", "sinh", "tanh", "csch", "coth", "asinh", "atanh", "acsch", "acoth",
    "erf", "cbrt", "sign",
})  # fmt: skip
EVEN = frozenset({"cos", "sec", "cosh", "sech", "abs", "sinc", "normpdf"})
# The square of a function is another to the power n times the first number, plus the second.
_SQUARES = {
    "sin": ("cos", 2, -1, 1), "cos": ("sin", 2, -1, 1), "tan": ("cos", -2, 1, -1),
    "sinh": ("cosh", 2, 1, -1), "cosh": ("sinh", 2, 1, 1), "tanh": ("cosh", -2, -1, 1),
}  # fmt: skip
# A term of more factors than these is not looked through for squares.
_MOST_FACTORS = 12


def is_negative(x: Expr) -> bool:
    """Whether an expression is written with a minus in front, whatever its names."""
    if x.kind == "sum":
        return all(c.value < 0 for _, c in x.terms) and x.value.value <= 0
    return x.kind in ("number", "product") and x.value.value < 0


def squares(of: Algebra, constant: Number, terms: dict[Expr, Number]) -> tuple[Number, dict[Expr, Number]]:
    """A sum in which squares of a sine and a cosine, of both kinds, that belong together are one term."""
    waiting = list(terms)
    while waiting:
        x = waiting.pop()
        if x not in terms or len(x.factors) > _MOST_FACTORS:
            continue
        for base, exponent in of.factors(x):
            if base.text not in _SQUARES or base.kind != "call" or not _is_square(exponent):
                continue
            other, n, turn, one = _SQUARES[base.text]
            rest = of.product(x, of.power(base, of.number(-2)))
            c = terms[x]
            beside = of.product(rest, of.power(of.call(other, *base.parts), of.number(n)))
            # c·a² - c·turn·bⁿ is c·one; c·a² - c·one is c·turn·bⁿ.
            if terms.get(beside, ZERO).value == -c.value * turn:
                gone, left, times = beside, rest, c.times(Number(Fraction(one)))
            elif _of(of, constant, terms, rest).value == -c.value * one:
                gone, left, times = rest, beside, c.times(Number(Fraction(turn)))
            else:
                continue
            del terms[x]
            if gone is of.one:
                constant = ZERO
            else:
                del terms[gone]
            added, more = of.collected([(left, times)])
            constant = constant.plus(added)
            for each, d in more.items():
                total = terms[each].plus(d) if each in terms else d
                terms.pop(each, None)
                if total.value:
                    terms[each] = total
                    waiting.append(each)
            break
    return constant, terms


def _is_square(exponent: Expr) -> bool:
    n = exponent.value.value if exponent.kind == "number" else Fraction(0)
    return n >= 2 and n.denominator == 1


def _of(of: Algebra, constant: Number, terms: dict[Expr, Number], x: Expr) -> Number:
    """The coefficient of an expression in a sum."""
    return constant if x is of.one else terms.get(x, ZERO)


def without_logarithms(of: Algebra, exponent: Expr) -> tuple[list[Expr], Expr] | None:
    """Of exp(2*log(x) + y) the power x^2 and what stays in the exponent; None where there is no logarithm."""
    if exponent.kind == "number":
        return None
    terms = (
        exponent.terms if exponent.kind == "sum" else ((of.made_product(ONE, of.factors(exponent)), _value(exponent)),)
    )
    powers, kept = list[Expr](), list[Expr]()
    for x, c in terms:
        if x.kind == "call" and x.text == "log" and len(x.parts) == 1:
            powers.append(of.power(x.parts[0], of.number(c)))
        else:
            kept.append(of.scaled(x, c))
    if not powers:
        return None
    return powers, of.sum(*kept, of.number(exponent.value if exponent.kind == "sum" else ZERO))


def _value(x: Expr) -> Number:
    return x.value if x.kind == "product" else ONE


# By the sine: its cosine and its tangent.
_TANGENTS = {"sin": ("cos", "tan"), "sinh": ("cosh", "tanh")}


def tangents(of: Algebra, exponents: dict[Expr, Expr]) -> list[Expr] | None:
    """The factors with sin(x)/cos(x) as tan(x) and tan(x)*cos(x) as sin(x); None where there is neither."""
    for base, exponent in exponents.items():
        for sine, (cosine, tangent) in _TANGENTS.items():
            if base.kind != "call" or base.text not in (sine, tangent) or not is_whole(exponent):
                continue
            beside = of.call(cosine, *base.parts)
            other = exponents.get(beside, of.zero)
            n, m = exponent.value.value, other.value.value if is_whole(other) else Fraction(0)
            up = n if base.text == sine else -n
            # Of sine and cosine as many as have opposite signs, of tangent and cosine as many as have the same.
            if n <= 0 or up * m >= 0:
                continue
            k = min(n, abs(m))
            made = of.call(tangent if base.text == sine else sine, *base.parts)
            rest = [of.power(b, e) for b, e in exponents.items() if b is not base and b is not beside]
            left = m + k if base.text == sine else m - k
            return [
                *rest, of.power(made, of.number(k)), of.power(base, of.number(n - k)), of.power(beside, of.number(left))
            ]  # fmt: skip
    return None


# What each of these is one over.
_RECIPROCALS = {"sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh", "coth": "tanh"}


def reciprocals(of: Algebra, exponents: dict[Expr, Expr]) -> list[Expr] | None:
    """The factors with sec(x)/cos(x)^2 as sec(x)^3 and sec(x)*cos(x) as 1; None where there are none of these."""
    for base, exponent in exponents.items():
        if base.kind != "call" or base.text not in _RECIPROCALS or not is_whole(exponent):
            continue
        beside = of.call(_RECIPROCALS[base.text], *base.parts)
        other = exponents.get(beside, of.zero)
        if other is of.zero or not is_whole(other):
            continue
        n = exponent.value.value - other.value.value
        rest = [of.power(b, e) for b, e in exponents.items() if b is not base and b is not beside]
        return [*rest, of.power(base, of.number(n)) if n > 0 else of.power(beside, of.number(-n))]
    return None


def signs(of: Algebra, exponents: dict[Expr, Expr]) -> list[Expr] | None:
    """The factors with sign(x)*abs(x) as x, x*sign(x) as abs(x), abs(x)^2 as x^2 and sign(x)^2/x as 1/x; None without."""
    for base, exponent in exponents.items():
        if base.kind != "call" or base.text not in ("sign", "abs") or not is_whole(exponent):
            continue
        (x,), n = base.parts, exponent.value.value
        rest = [of.power(b, e) for b, e in exponents.items() if b is not base]
        if base.text == "abs":
            if n % 2 == 0 and n:
                return [*rest, of.power(x, exponent)]
            continue
        size = of.call("abs", x)
        beside, plain = (exponents.get(each, of.zero) for each in (size, x))
        if n == 1 and is_whole(beside) and beside.value.value % 2:
            return [*(of.power(b, e) for b, e in exponents.items() if b not in (base, size)), of.power(x, beside)]
        if n > 1 and any(is_whole(each) and each.value.value < 0 for each in (beside, plain)):  # x is not 0
            return [*rest, of.power(base, of.number(n - 2))]
        if n == 1 and is_whole(plain) and plain.value.value > 0:
            return [*rest, of.power(x, of.number(-1)), size]
    return None


def _sum_of_squares(of: Algebra, hypot: Expr) -> Expr:
    """x^2 + y^2 of hypot(x, y), through what it is nested in."""
    if hypot in of.squares:
        return of.squares[hypot]
    found: list[Expr] = []
    stack = list(hypot.parts)[::-1]
    while stack:
        x = stack.pop()
        if x.text == "hypot":
            stack += x.parts[::-1]
        else:
            found.append(of.power(x, of.number(2)))
    made = of.squares[hypot] = of.sum(*found)
    return made


def through_hypot(of: Algebra, exponents: dict[Expr, Expr]) -> list[Expr] | None:
    """The factors with powers of hypot(x, y) and of x^2 + y^2 brought together; None where there is nothing to do."""
    for base, exponent in exponents.items():
        if base.text != "hypot" or exponent.kind != "number":
            continue
        n = exponent.value.value
        if n % 2 and not any(each.kind == "sum" for each in exponents):
            continue
        squares = _sum_of_squares(of, base)
        beside = exponents.get(squares, of.zero)
        if beside.kind != "number" or beside.value.value.denominator != 1 or n.denominator != 1:
            continue
        total = n + 2 * beside.value.value
        if n % 2 and beside is of.zero:
            continue
        made = of.made_power(squares, total / 2) if total % 2 == 0 else of.made_power(base, total)
        return [*(of.power(b, e) for b, e in exponents.items() if b is not base and b is not squares), made]
    return None
