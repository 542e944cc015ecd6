"""Sums, products, quotients and powers."""

from __future__ import annotations

import math
import operator
from typing import Any

from .row import Edge, Operation

NAN = math.nan
INF = math.inf
MAX_ORDER = 1000
# The least number of full precision.
LEAST = 2.0**-1022
# Nearer to 0 than this the slopes of x^y are taken for their limits.
NEAR_0 = 1e-300


def divide(x: float, y: float) -> float:
    """x/y by IEEE 754: signed infinities at a zero divisor, NaN for 0/0."""
    try:
        return x / y
    except ZeroDivisionError:
        if x == 0 or x != x:
            return NAN
        return math.copysign(INF, x) * math.copysign(1.0, y)


def multiply_divide(u: float, x: float, y: float) -> float:
    """u*x/y in that order of its two steps in which nothing leaves the range of doubles, unless the result does."""
    w = divide(u, y)
    return w * x if LEAST <= abs(w) < INF else divide(u * x, y)


def power(x: float, y: float) -> float:
    """x^y: NaN for a NaN operand and for a negative base with a fractional exponent; 0^0 is 1."""
    try:
        return math.pow(x, y) if x == x and y == y else NAN
    except OverflowError:
        return -INF if x < 0 and y % 2 == 1 else INF
    except ValueError:
        if x == 0:
            return math.copysign(INF, x) if y % 2 == 1 else INF
        return NAN


def _lost(y: float, k: float, e: float) -> float:
    """What rounding left out of e = y - k (Knuth's two-sum)."""
    back = e + k
    return (y - back) - (k - (back - e))


def power_log(n: float, k: float, x: float, y: float) -> float:
    """x^(y-k)·log(x)^n, with the limits at x = 0: what the derivatives of x^y are made of.

    y-k is rounded; its error, found by Knuth's two-sum, is put back as x^error, so that large |log x| does no harm, nor a
    whole number beyond 2^53 that is not odd or even as it should be.
    """
    e = y - k
    if x != x or e != e or not 0 <= n <= MAX_ORDER or n != int(n):
        return NAN
    if x == 0 and n > 0:
        return 0.0 if e > 0 else (-INF if n % 2 else INF)
    if x < 0 and n > 0:
        return NAN
    value = power(x, e)
    if n == 0:
        error = _lost(y, k, e)
        if not error or x == 0 or math.isinf(x) or not math.isfinite(e):
            return value
        if x < 0 and error % 2 == 1:
            value = -value
        return value * power(abs(x), error) if 0 < abs(value) < INF else value
    log = math.log(x)
    if value == 0 or log == 0:  # the power is stronger than any logarithm
        return 0.0 * log
    error = _lost(y, k, e) if math.isfinite(e) and x < INF else 0.0
    if error and value < INF:
        value *= power(x, error)
    for _ in range(int(n)):
        value *= log
    return value


def square_root(x: float) -> float:
    """The square root; NaN below zero; +0 at -0, so that its slope there is that of the right."""
    try:
        return math.sqrt(x) + 0.0
    except ValueError:
        return NAN


def cube_root(x: float) -> float:
    """The real cube root, exact where x is a cube."""
    y = math.cbrt(x)
    if y * y * y != x and math.isfinite(y):
        for neighbour in (math.nextafter(y, INF), math.nextafter(y, -INF)):
            if neighbour * neighbour * neighbour == x:
                return neighbour
    return y


def hypotenuse(x: float, y: float) -> float:
    """sqrt(x² + y²) without overflow of the squares."""
    return math.hypot(x, y) if x == x and y == y else NAN


def unit(x: float, y: float) -> float:
    """x/hypot(x, y): the first part of the unit vector along (x, y); 0 at the origin by convention."""
    if x == 0 == y:
        return 0.0
    h = hypotenuse(x, y)
    if math.isinf(h):
        if math.isinf(x):
            return math.copysign(1.0, x) if not math.isinf(y) else math.copysign(math.sqrt(0.5), x)
        return 0.0 * x if math.isinf(y) else unit(x / 4, y / 4)
    if h < 1e-290:
        return unit(x * 2.0**100, y * 2.0**100)
    return x / h


def _muldiv_composed(F: Any, u: Any, x: Any, y: Any) -> Any:
    """As multiply_divide: where u/y is out of range u*x is not, if u*x/y is in range."""
    w = F.div(u, y)
    return F.select(F.and_(F.ge(F.abs(w), LEAST), F.lt(F.abs(w), INF)), w * x, F.div(u * x, y))


def _power_pulled(F: Any, u: Any, z: Any, x: Any, y: Any) -> Any:
    """Upstream times the slope of x^y along x. Below y = 0 it is u*y*z/x, for x^(y-1) is further out of range than z = x^y.

    Next to x = 0 it is the general rule, which has the limits.
    """
    general = F.mul(u, _unless_0_0(F, x, y, y * F.powlog(0.0, 1.0, x, y)))
    return F.select(
        F.lt(y, 0.0), F.select(F.lt(F.abs(x), NEAR_0), general, y * F.muldiv(u, z, x)), general
    )  # fmt: skip


def _unless_0_0(F: Any, x: Any, y: Any, slope: Any) -> Any:
    """The slope of x^y along x, but 0 for y = 0 where x^(y-1) is infinite."""
    return F.select(F.and_(F.eq(y, 0.0), F.lt(F.abs(x), NEAR_0)), 0.0, slope)


OPERATIONS = [
    Operation(
        "add", 2, operator.add, (1.0, 1.0),
        definition="x + y", doc="The sum.", example="a + b", notation=("+", 50), cost=1,
    ),
    Operation(
        "sub", 2, operator.sub, (1.0, -1.0),
        definition="x - y", doc="The difference.", example="a - b", notation=("-", 50), cost=1,
    ),
    Operation(
        "mul", 2, operator.mul, (lambda F, z, x, y: y, lambda F, z, x, y: x),
        definition="x*y", doc="The product.", example="a*b", notation=("*", 60), cost=1,
    ),
    Operation(
        "div", 2, divide, (lambda F, z, x, y: F.div(1.0, y), lambda F, z, x, y: -F.div(z, y)),
        pullbacks=(lambda F, u, z, x, y: F.div(u, y), lambda F, u, z, x, y: -F.muldiv(u, z, y)),
        definition="x/y", doc="The quotient; a zero divisor gives a signed infinity, 0/0 is undefined.",
        domain="y != 0", example="a/b", notation=("/", 60), pole=lambda x, y: y == 0, cost=4,
    ),
    Operation(
        "muldiv", 3, multiply_divide,
        (
            lambda F, z, u, x, y: F.div(x, y),
            lambda F, z, u, x, y: F.div(u, y),
            lambda F, z, u, x, y: -F.div(z, y),
        ),
        pullbacks=(
            lambda F, v, z, u, x, y: F.muldiv(v, x, y),
            lambda F, v, z, u, x, y: F.muldiv(v, u, y),
            lambda F, v, z, u, x, y: -F.muldiv(v, z, y),
        ),
        composed=_muldiv_composed,
        definition="u*x/y", doc="A product over a divisor, in the order that stays in range: steps of the chain rule.",
        domain="y != 0", example="muldiv(2, 3, 4)", hidden=True, pole=lambda u, x, y: y == 0, cost=8,
    ),
    Operation(
        "neg", 1, operator.neg, (-1.0,),
        definition="-x", doc="The negative.", example="-a", notation=("-", 70), exact=True, cost=1,
    ),
    Operation(
        "pow", 2, power,
        (
            lambda F, z, x, y: _unless_0_0(F, x, y, y * F.powlog(0.0, 1.0, x, y)),
            lambda F, z, x, y: F.powlog(1.0, 0.0, x, y),
        ),
        pullbacks=(_power_pulled, None),
        definition="x^y", doc="The power; right associative, tighter than unary minus. 0^0 is 1.",
        domain="x >= 0, or y a whole number", example="x^3", notation=("^", 80),
        pole=lambda x, y: x == 0 and y < 0,
        jumps=Edge(lambda x, y: x == 0 == y, "0^0, which is taken as 1", along=1),
        advice="a negative base has a real power only for a whole exponent: cbrt(x) is the real cube root",
    ),
    Operation(
        "powlog", 4, power_log,
        (
            None,
            None,
            lambda F, z, n, k, x, y: (
                _unless_0_0(F, x, y - k, (y - k) * F.powlog(n, k + 1.0, x, y))
                + F.select(F.eq(n, 0.0), 0.0, n * F.powlog(F.max(n - 1.0, 0.0), k + 1.0, x, y))
            ),
            lambda F, z, n, k, x, y: F.powlog(n + 1.0, k, x, y),
        ),
        definition="x^(y-k)*log(x)^n", doc="The derivatives of x^y, with their limits at x = 0.",
        domain="x >= 0; n, k whole numbers", example="powlog(1, 0, 2, 3)", hidden=True, pole=lambda n, k, x, y: x == 0,
        advice="x^y with x < 0 has no derivative along y: leave y out by --wrt, or declare it const",
    ),
    Operation(
        "sqrt", 1, square_root, (lambda F, z, x: F.div(0.5, z),),
        definition="the y >= 0 with y^2 = x", doc="The square root.", domain="x >= 0", example="sqrt(2)", cost=4,
    ),
    Operation(
        "cbrt", 1, cube_root, (lambda F, z, x: F.div(1.0 / 3.0, z * z),),
        definition="the real y with y^3 = x", doc="The real cube root.", example="cbrt(-8)",
    ),
    Operation(
        "hypot", 2, hypotenuse, (lambda F, z, x, y: F.unit(x, y), lambda F, z, x, y: F.unit(y, x)),
        definition="sqrt(x^2 + y^2)", doc="The hypotenuse, without overflow of the squares.", example="hypot(3, 4)",
        kinks=Edge(lambda x, y: x == 0 == y, "the origin", ("-1", "+1")),
    ),
    Operation(
        "unit", 2, unit,
        (
            lambda F, z, x, y: F.div(F.unit(y, x) * F.unit(y, x), F.hypot(x, y)),
            lambda F, z, x, y: -F.div(z * F.unit(y, x), F.hypot(x, y)),
        ),
        pullbacks=(
            lambda F, u, z, x, y: F.muldiv(u, F.unit(y, x) * F.unit(y, x), F.hypot(x, y)),
            lambda F, u, z, x, y: -F.muldiv(u, z * F.unit(y, x), F.hypot(x, y)),
        ),
        definition="x/hypot(x, y)", doc="A part of the unit vector; 0 at the origin.", example="unit(3, 4)", hidden=True,
    ),
]  # fmt: skip
