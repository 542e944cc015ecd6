"""Sines, tangents, their inverses, and sin(x)/x."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .guard import guarded
from .hyperbolic import root_of_square_minus_one
from .row import Edge, Operation

MAX_ORDER = 1000


def root_of_one_minus_square(x: float) -> float:
    """sqrt(1 - x²), by factors so that nothing cancels near ±1."""
    return math.sqrt((1.0 - x) * (1.0 + x)) if -1.0 <= x <= 1.0 else math.nan


def secant(x: float) -> float:
    """1/cos(x); no double is a zero of the cosine."""
    return 1.0 / math.cos(x)


def reciprocal(fn: Callable[[float], float]) -> Callable[[float], float]:
    """1/fn for an odd function that is 0 at 0, where it has a pole of the operand's sign."""

    def over(x: float) -> float:
        y = fn(x)
        return 1.0 / y if y != 0 else math.copysign(math.inf, x)

    return over


def inverse_secant(x: float) -> float:
    """The angle whose tangent is sqrt(x² - 1), so that no digit is lost near ±1."""
    angle = math.atan(root_of_square_minus_one(x))
    return angle if x > 0 or x != x else math.pi - angle


def inverse_cosecant(x: float) -> float:
    """The angle whose cotangent is sqrt(x² - 1), of the sign of x."""
    return math.copysign(math.atan2(1.0, root_of_square_minus_one(x)), x)


def sinc_derivative(n: float, x: float) -> float:
    """The n-th derivative of sin(x)/x.

    From x·f_n + n·f_(n-1) = sin^(n)(x): upwards in n where |x| > n, where that is stable; else downwards from an
    order at which |f_m| <= 1/(m+1) no longer matters (Miller's algorithm), where each step divides the error.
    """
    if x != x or not 0 <= n <= MAX_ORDER or n != int(n):
        return math.nan
    order = int(n)
    if math.isinf(x):
        return 0.0
    s, c = math.sin(x), math.cos(x)
    waves = (s, c, -s, -c)
    if abs(x) > order + 1:
        f = s / x
        for m in range(1, order + 1):
            f = (waves[m % 4] - m * f) / x
        return f
    f = 0.0
    for m in range(order + 40 + int(abs(x)), order, -1):
        f = (waves[m % 4] - x * f) / m
    return f


def _one_over_square(F: Any, x: Any) -> Any:
    """1/(1 + x²), without overflow."""
    return F.div(1.0, F.hypot(1.0, x)) * F.div(1.0, F.hypot(1.0, x))


def _over_root(F: Any, x: Any) -> Any:
    """1/(|x|·sqrt(x² - 1)), without overflow."""
    return F.div(F.div(1.0, F.abs(x)), F.sqrtx2m1(x))


OPERATIONS = [
    Operation(
        "sin", 1, guarded(math.sin), (lambda F, z, x: F.cos(x),),
        definition="sin x, x in radians", doc="The sine.", example="sin(pi/6)",
    ),
    Operation(
        "cos", 1, guarded(math.cos), (lambda F, z, x: -F.sin(x),),
        definition="cos x, x in radians", doc="The cosine.", example="cos(pi/3)",
    ),
    Operation(
        "tan", 1, guarded(math.tan), (lambda F, z, x: F.div(1.0, F.cos(x)) * F.div(1.0, F.cos(x)),),
        definition="sin(x)/cos(x)", doc="The tangent.", domain="x != pi/2 + k*pi", example="tan(pi/4)",
    ),
    Operation(
        "sec", 1, guarded(secant), (lambda F, z, x: z * F.tan(x),),
        definition="1/cos(x)", doc="The secant.", domain="x != pi/2 + k*pi", example="sec(pi/3)",
    ),
    Operation(
        "csc", 1, guarded(reciprocal(math.sin)), (lambda F, z, x: -(z * F.cot(x)),),
        definition="1/sin(x)", doc="The cosecant.", domain="x != k*pi", example="csc(pi/6)", pole=lambda x: x == 0,
    ),
    Operation(
        "cot", 1, guarded(reciprocal(math.tan)), (lambda F, z, x: -(F.csc(x) * F.csc(x)),),
        definition="cos(x)/sin(x)", doc="The cotangent.", domain="x != k*pi", example="cot(pi/4)",
        pole=lambda x: x == 0,
    ),
    Operation(
        "asin", 1, guarded(math.asin), (lambda F, z, x: F.div(1.0, F.sqrt1mx2(x)),),
        definition="the y in [-pi/2, pi/2] with sin y = x", doc="The inverse sine.", domain="-1 <= x <= 1",
        example="asin(1/2)",
    ),
    Operation(
        "acos", 1, guarded(math.acos), (lambda F, z, x: -F.div(1.0, F.sqrt1mx2(x)),),
        definition="the y in [0, pi] with cos y = x", doc="The inverse cosine.", domain="-1 <= x <= 1",
        example="acos(1/2)",
    ),
    Operation(
        "sqrt1mx2", 1, root_of_one_minus_square, (lambda F, z, x: -F.div(x, z),),
        definition="sqrt(1 - x^2)", doc="The cosine of asin x.", domain="-1 <= x <= 1", example="sqrt1mx2(3/5)",
        hidden=True, cost=4,
    ),
    Operation(
        "atan", 1, math.atan, (lambda F, z, x: _one_over_square(F, x),),
        pullbacks=(lambda F, u, z, x: F.div(F.div(u, F.hypot(1.0, x)), F.hypot(1.0, x)),),
        definition="the y in (-pi/2, pi/2) with tan y = x", doc="The inverse tangent.", example="atan(1)",
    ),
    Operation(
        "asec", 1, inverse_secant, (lambda F, z, x: _over_root(F, x),),
        definition="the y in [0, pi] with sec y = x: acos(1/x)", doc="The inverse secant.", domain="x <= -1 or x >= 1",
        example="asec(2)",
    ),
    Operation(
        "acsc", 1, inverse_cosecant, (lambda F, z, x: -_over_root(F, x),),
        definition="the y in [-pi/2, pi/2] with csc y = x: asin(1/x)", doc="The inverse cosecant.",
        domain="x <= -1 or x >= 1", example="acsc(2)",
    ),
    Operation(
        "acot", 1, lambda x: math.atan2(1.0, x), (lambda F, z, x: -_one_over_square(F, x),),
        definition="the y in (0, pi) with cot y = x: pi/2 - atan(x)",
        doc="The inverse cotangent, continuous at 0; atan(1/x) is the one that leaps there, less by pi where x < 0.",
        example="acot(1)",
    ),
    Operation(
        "atan2", 2, math.atan2,
        (
            lambda F, z, y, x: F.div(F.unit(x, y), F.hypot(x, y)),
            lambda F, z, y, x: -F.div(F.unit(y, x), F.hypot(x, y)),
        ),
        pullbacks=(
            lambda F, u, z, y, x: F.muldiv(u, F.unit(x, y), F.hypot(x, y)),
            lambda F, u, z, y, x: -F.muldiv(u, F.unit(y, x), F.hypot(x, y)),
        ),
        definition="the angle of the point (x, y), in (-pi, pi]", doc="The angle of a point, y first.",
        domain="(x, y) != (0, 0)", example="atan2(1, -1)",
        jumps=Edge(lambda y, x: y == 0 and x <= 0, "the negative x axis and the origin"),
    ),
    Operation(
        "sinc", 1, lambda x: sinc_derivative(0.0, x), (lambda F, z, x: F.sincn(1.0, x),),
        definition="sin(x)/x, 1 at 0", doc="The cardinal sine, without pi.", example="sinc(0)",
    ),
    Operation(
        "sincn", 2, sinc_derivative, (None, lambda F, z, n, x: F.sincn(n + 1.0, x)),
        definition="the n-th derivative of sin(x)/x", doc="The derivatives of sinc.",
        domain="n a whole number from 0", example="sincn(1, 2)", hidden=True,
    ),
]  # fmt: skip
