"""Hyperbolic functions and their inverses."""

from __future__ import annotations

import math
from typing import Any

from .guard import guarded
from .row import Operation

# Below, 1/x is no double, or may be none.
SMALL = 1e-300


def secant(x: float) -> float:
    """1/cosh(x), without overflow."""
    e = math.exp(-abs(x))
    return 2.0 * e / (1.0 + e * e)


def cosecant(x: float) -> float:
    """1/sinh(x) = 2e^-|x|/(1 - e^-2|x|) of the sign of x, without overflow; an infinity of that sign at 0."""
    size = -math.expm1(-2.0 * abs(x))
    return math.copysign(2.0 * math.exp(-abs(x)) / size if size else math.inf, x)


def cotangent(x: float) -> float:
    """1/tanh(x); an infinity of the sign of x at 0."""
    return 1.0 / math.tanh(x) if x else math.copysign(math.inf, x)


def root_of_square_minus_one(x: float) -> float:
    """sqrt(x² - 1) for |x| >= 1, by factors so that nothing cancels near ±1 or overflows."""
    x = abs(x)
    return math.sqrt(x - 1.0) * math.sqrt(x + 1.0) if x >= 1.0 else math.nan


def cotangent_of_inverse(x: float) -> float:
    """coth(arcosh x) = x/sqrt(x² - 1), odd."""
    size = abs(x)
    if size in (1.0, math.inf):
        return math.copysign(math.inf if size == 1.0 else 1.0, x)
    return x / root_of_square_minus_one(x) if size > 1.0 else math.nan


def inverse_tangent(x: float) -> float:
    """artanh(x), with infinities at ±1."""
    try:
        return math.atanh(x)
    except ValueError:
        return math.copysign(math.inf, x) if abs(x) == 1 else math.nan


def inverse_secant(x: float) -> float:
    """arsinh(sqrt(1 - x²)/x), so that no digit is lost near 1; +inf at 0."""
    if not 0.0 <= x <= 1.0:
        return math.nan
    if x < SMALL:
        return math.log(2.0) - math.log(x) if x else math.inf
    return math.asinh(math.sqrt((1.0 - x) * (1.0 + x)) / x)


def inverse_cosecant(x: float) -> float:
    """arsinh(1/x); an infinity of the sign of x at 0."""
    if abs(x) < SMALL:
        return math.copysign(math.log(2.0) - math.log(abs(x)) if x else math.inf, x)
    return math.asinh(1.0 / x)


def inverse_cotangent(x: float) -> float:
    """log1p(2/(|x| - 1))/2 of the sign of x, so that no digit is lost near ±1, where it is infinite."""
    beyond = abs(x) - 1.0
    if not beyond > 0.0:
        return math.copysign(math.inf, x) if beyond == 0.0 else math.nan
    return math.copysign(0.5 * math.log1p(2.0 / beyond), x)


def _right(F: Any, x: Any) -> Any:
    """-0 as +0: the domain of arsech ends at 0 from the right, whatever the sign of the zero."""
    return F.add(0.0, x)


OPERATIONS = [
    Operation(
        "sinh", 1, guarded(math.sinh, odd=True), (lambda F, z, x: F.cosh(x),),
        definition="(e^x - e^-x)/2", doc="The hyperbolic sine.", example="sinh(1)",
    ),
    Operation(
        "cosh", 1, guarded(math.cosh), (lambda F, z, x: F.sinh(x),),
        definition="(e^x + e^-x)/2", doc="The hyperbolic cosine.", example="cosh(1)",
    ),
    Operation(
        "tanh", 1, math.tanh, (lambda F, z, x: F.sech(x) * F.sech(x),),
        pullbacks=(lambda F, u, z, x: F.mul(F.mul(u, F.sech(x)), F.sech(x)),),
        definition="sinh(x)/cosh(x)", doc="The hyperbolic tangent.", example="tanh(0.5)",
    ),
    Operation(
        "sech", 1, secant, (lambda F, z, x: -(z * F.tanh(x)),),
        definition="1/cosh(x)", doc="The hyperbolic secant: the derivative of tanh is its square.",
        example="sech(0.5)",
    ),
    Operation(
        "csch", 1, cosecant, (lambda F, z, x: -(z * F.coth(x)),),
        definition="1/sinh(x)", doc="The hyperbolic cosecant.", domain="x != 0", example="csch(0.5)",
        pole=lambda x: x == 0,
    ),
    Operation(
        "coth", 1, cotangent, (lambda F, z, x: -(F.csch(x) * F.csch(x)),),
        definition="cosh(x)/sinh(x)", doc="The hyperbolic cotangent.", domain="x != 0", example="coth(0.5)",
        pole=lambda x: x == 0,
    ),
    Operation(
        "asinh", 1, math.asinh, (lambda F, z, x: F.div(1.0, F.hypot(1.0, x)),),
        pullbacks=(lambda F, u, z, x: F.div(u, F.hypot(1.0, x)),),
        definition="log(x + sqrt(x^2 + 1))", doc="The inverse hyperbolic sine.", example="asinh(1)",
    ),
    Operation(
        "acosh", 1, guarded(math.acosh), (lambda F, z, x: F.div(1.0, F.sqrtx2m1(x)),),
        pullbacks=(lambda F, u, z, x: F.div(u, F.sqrtx2m1(x)),),
        definition="log(x + sqrt(x^2 - 1))", doc="The inverse hyperbolic cosine.", domain="x >= 1", example="acosh(2)",
    ),
    Operation(
        "sqrtx2m1", 1, root_of_square_minus_one, (lambda F, z, x: F.cothacosh(x),),
        definition="sqrt(x^2 - 1)", doc="The hyperbolic sine of acosh x.", domain="x <= -1 or x >= 1", example="sqrtx2m1(2)",
        hidden=True, cost=4,
    ),
    Operation(
        "cothacosh", 1, cotangent_of_inverse,
        (lambda F, z, x: -F.div(F.div(F.div(1.0, F.sqrtx2m1(x)), F.sqrtx2m1(x)), F.sqrtx2m1(x)),),
        definition="x/sqrt(x^2 - 1)", doc="The hyperbolic cotangent of acosh x.", domain="x < -1 or x > 1",
        example="cothacosh(2)", hidden=True, cost=8, pole=lambda x: abs(x) == 1,
    ),
    Operation(
        "atanh", 1, inverse_tangent, (lambda F, z, x: F.div(1.0, F.sqrt1mx2(x)) * F.div(1.0, F.sqrt1mx2(x)),),
        definition="log((1 + x)/(1 - x))/2", doc="The inverse hyperbolic tangent.", domain="-1 < x < 1",
        example="atanh(1/2)", pole=lambda x: abs(x) == 1,
    ),
    Operation(
        "asech", 1, inverse_secant, (lambda F, z, x: -F.div(F.div(1.0, _right(F, x)), F.sqrt1mx2(x)),),
        definition="acosh(1/x)", doc="The inverse hyperbolic secant.", domain="0 < x <= 1", example="asech(1/2)",
        pole=lambda x: x == 0,
    ),
    Operation(
        "acsch", 1, inverse_cosecant, (lambda F, z, x: -F.div(F.div(1.0, F.abs(x)), F.hypot(1.0, x)),),
        definition="asinh(1/x)", doc="The inverse hyperbolic cosecant.", domain="x != 0", example="acsch(1)",
        pole=lambda x: x == 0,
    ),
    Operation(
        "acoth", 1, inverse_cotangent, (lambda F, z, x: F.div(F.div(1.0, 1.0 - x), 1.0 + x),),
        definition="atanh(1/x)", doc="The inverse hyperbolic cotangent.", domain="x < -1 or x > 1", example="acoth(2)",
        pole=lambda x: abs(x) == 1,
    ),
]  # fmt: skip
