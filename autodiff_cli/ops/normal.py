"""The error function, the normal distribution, and what neural networks make of exponentials."""

from __future__ import annotations

import math
from typing import Any

from .exact import product
from .row import Operation

INV_SQRT_2PI = 0.3989422804014327
TWO_OVER_SQRT_PI = 1.1283791670955126
SQRT_HALF = 0.7071067811865476
SQRT_HALF_REST = -4.833646656726457e-17


def gaussian(x: float) -> float:
    """exp(-x²); the rounding of x² is put back, so that the tails keep their digits."""
    if abs(x) > 30.0:
        return x if x != x else 0.0
    top, rest = product(x, x)
    return math.exp(-top) * (1.0 - rest)


def density(x: float) -> float:
    """The standard normal density."""
    if abs(x) > 40.0:
        return x if x != x else 0.0
    top, rest = product(x, x)
    return INV_SQRT_2PI * math.exp(-0.5 * top) * (1.0 - 0.5 * rest)


def distribution(x: float) -> float:
    """The standard normal distribution function, erfc(-x/sqrt(2))/2, the argument's rounding put back to first order."""
    if abs(x) > 40.0 or x != x:
        return x if x != x else float(x > 0)
    t, rounding = product(-x, SQRT_HALF)
    correction = rounding - x * SQRT_HALF_REST
    return 0.5 * (math.erfc(t) - TWO_OVER_SQRT_PI * gaussian(t) * correction)


def logistic(x: float) -> float:
    """1/(1 + e^-x), without overflow."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def softplus(x: float) -> float:
    """log(1 + e^x), without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x))) if x == x else x


def log_add_exp(x: float, y: float) -> float:
    """log(e^x + e^y), without overflow."""
    if x == y:
        return x + math.log(2.0)
    top = max(x, y)
    return top + math.log1p(math.exp(-abs(x - y))) if x == x and y == y else math.nan


def _faded(F: Any, x: Any, bell: Any) -> Any:
    """x times a bell that is 0 long before: 0 at ±inf, not inf·0."""
    return F.clamp(x, -1e3, 1e3) * bell


OPERATIONS = [
    Operation(
        "erf", 1, math.erf, (lambda F, z, x: TWO_OVER_SQRT_PI * F.gauss(x),),
        definition="2/sqrt(pi) * integral of e^(-t^2) from 0 to x", doc="The error function.", example="erf(1)",
    ),
    Operation(
        "erfc", 1, math.erfc, (lambda F, z, x: -TWO_OVER_SQRT_PI * F.gauss(x),),
        definition="1 - erf(x)", doc="The complementary error function, accurate in its tail.", example="erfc(5)",
    ),
    Operation(
        "gauss", 1, gaussian, (lambda F, z, x: -2.0 * _faded(F, x, z),),
        definition="e^(-x^2)", doc="The bell without its factor.", example="gauss(1)", hidden=True,
    ),
    Operation(
        "normpdf", 1, density, (lambda F, z, x: -_faded(F, x, z),),
        definition="e^(-x^2/2)/sqrt(2*pi)", doc="The standard normal density.", example="normpdf(0)",
    ),
    Operation(
        "normcdf", 1, distribution, (lambda F, z, x: F.normpdf(x),),
        definition="erfc(-x/sqrt(2))/2", doc="The standard normal distribution function, accurate in its tail.",
        example="normcdf(1.96)",
    ),
    Operation(
        "sigmoid", 1, logistic, (lambda F, z, x: (0.5 * F.sech(0.5 * x)) * (0.5 * F.sech(0.5 * x)),),
        pullbacks=(lambda F, u, z, x: F.mul(F.mul(u, 0.5 * F.sech(0.5 * x)), 0.5 * F.sech(0.5 * x)),),
        definition="1/(1 + e^-x)", doc="The logistic function.", example="sigmoid(0)",
    ),
    Operation(
        "softplus", 1, softplus, (lambda F, z, x: F.sigmoid(x),),
        definition="log(1 + e^x)", doc="The smooth relu.", example="softplus(0)",
    ),
    Operation(
        "gelu", 1, lambda x: x * distribution(x) if x != -math.inf else 0.0,
        (lambda F, z, x: F.normcdf(x) + _faded(F, x, F.normpdf(x)),),
        definition="x*normcdf(x)", doc="The Gaussian error linear unit, exact.", example="gelu(1)",
    ),
    Operation(
        "logaddexp", 2, log_add_exp, (lambda F, z, x, y: F.sigmoid(x - y), lambda F, z, x, y: F.sigmoid(y - x)),
        definition="log(e^x + e^y)", doc="The logarithm of a sum of exponentials.", example="logaddexp(1000, 1000)",
    ),
]  # fmt: skip
