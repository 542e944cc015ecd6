"""Hyperbolic functions and their inverses."""

from __future__ import annotations

import math

from .guard import guarded
from .row import Operation


def secant(x: float) -> float:
    """1/cosh(x), without overflow."""
    e = math.exp(-abs(x))
    return 2.0 * e / (1.0 + e * e)


def root_of_square_minus_one(x: float) -> float:
    """sqrt(x² - 1) for x >= 1, by factors so that nothing cancels near 1 or overflows."""
    return math.sqrt(x - 1.0) * math.sqrt(x + 1.0) if x >= 1.0 else math.nan


def cotangent_of_inverse(x: float) -> float:
    """coth(arcosh x) = x/sqrt(x² - 1)."""
    if x in (1.0, math.inf):
        return math.inf if x == 1.0 else 1.0
    return x / root_of_square_minus_one(x) if x > 1.0 else math.nan


def inverse_tangent(x: float) -> float:
    """artanh(x), with infinities at ±1."""
    try:
        return math.atanh(x)
    except ValueError:
        return math.copysign(math.inf, x) if abs(x) == 1 else math.nan


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
        example="sech(0.5)", hidden=True,
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
        definition="sqrt(x^2 - 1)", doc="The hyperbolic sine of acosh x.", domain="x >= 1", example="sqrtx2m1(2)",
        hidden=True, cost=4,
    ),
    Operation(
        "cothacosh", 1, cotangent_of_inverse,
        (lambda F, z, x: -F.div(F.div(F.div(1.0, F.sqrtx2m1(x)), F.sqrtx2m1(x)), F.sqrtx2m1(x)),),
        definition="x/sqrt(x^2 - 1)", doc="The hyperbolic cotangent of acosh x.", domain="x > 1", example="cothacosh(2)",
        hidden=True, cost=8, pole=lambda x: x == 1,
    ),
    Operation(
        "atanh", 1, inverse_tangent, (lambda F, z, x: F.div(1.0, F.sqrt1mx2(x)) * F.div(1.0, F.sqrt1mx2(x)),),
        definition="log((1 + x)/(1 - x))/2", doc="The inverse hyperbolic tangent.", domain="-1 < x < 1",
        example="atanh(1/2)", pole=lambda x: abs(x) == 1,
    ),
]  # fmt: skip
