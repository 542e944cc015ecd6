"""The error function, the normal distribution, and what neural networks make of exponentials."""

from __future__ import annotations

import math
from collections.abc import Sequence
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


class Weights:
    """The exponentials of operands less the greatest of them, so that none overflows and the greatest is 1.

    `below` are the operands less the greatest, `each` their exponentials, `rest` the sum of these but for one 1.
    """

    def __init__(self, xs: Sequence[float]) -> None:
        top = math.nan if any(map(math.isnan, xs)) else max(xs)
        self.top = top
        self.below = [0.0 if x == top else x - top for x in xs]
        self.each = list(map(math.exp, self.below))
        small = [w for w, x in zip(self.each, xs, strict=True) if x != top]
        self.rest = math.fsum(small) + (len(xs) - len(small) - 1)

    def shares(self) -> list[float]:
        """Each exponential over the sum of all."""
        return [w / (1.0 + self.rest) for w in self.each]


def log_sum_exp(*xs: float) -> float:
    """log(e^x + e^y + ...), without overflow."""
    w = Weights(xs)
    return w.top + math.log1p(w.rest)


def share(*xs: float) -> float:
    """The first exponential over the sum of all."""
    w = Weights(xs)
    return w.each[0] / (1.0 + w.rest)


def remainder(*xs: float) -> float:
    """The sum of the other exponentials over the sum of all: one less the share, without the subtraction."""
    w = Weights(xs)
    return math.fsum(w.each[1:]) / (1.0 + w.rest)


def log_share(*xs: float) -> float:
    """The logarithm of the share: the first operand less the logarithm of the sum, without the subtraction of the two."""
    w = Weights(xs)
    return w.below[0] - math.log1p(w.rest)


def _turned(xs: Sequence[Any], k: int) -> tuple[Any, ...]:
    """The operands with number k first, as a share takes them."""
    return (xs[k], *xs[:k], *xs[k + 1 :])


def _shares(F: Any, z: Any, xs: Sequence[Any]) -> list[tuple[Any, Any]]:
    """The slopes of a logarithm of a sum of exponentials: their shares in it."""
    if len(xs) == 2:
        x, y = xs
        return [(F.sigmoid(x - y), None), (F.sigmoid(y - x), None)]
    if isinstance(xs[0], float):
        return [(part, None) for part in Weights(xs).shares()]
    return [(F.share(*_turned(xs, k)), None) for k in range(len(xs))]


def _share_slopes(F: Any, z: Any, xs: Sequence[Any]) -> list[tuple[Any, Any]]:
    """By the first operand z(1 - z), by another minus z times its share."""
    others = [-(z * part) for part, _ in _shares(F, z, xs)[1:]]
    return [(z * F.remainder(*xs), None), *((part, None) for part in others)]


def _remainder_slopes(F: Any, z: Any, xs: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Those of the share, with the other sign."""
    first, *others = (part for part, _ in _shares(F, z, xs))
    return [(-(first * z), None), *((first * part, None) for part in others)]


def _log_share_slopes(F: Any, z: Any, xs: Sequence[Any]) -> list[tuple[Any, Any]]:
    """By the first operand what is left of 1 beside its share, by another minus its share."""
    if isinstance(xs[0], float):
        w = Weights(xs)
        total = 1.0 + w.rest
        return [(math.fsum(w.each[1:]) / total, None), *((-part / total, None) for part in w.each[1:])]
    return [(F.remainder(*xs), None), *((-part, None) for part, _ in _shares(F, z, xs)[1:])]


def _faded(F: Any, x: Any, bell: Any) -> Any:
    """x times a bell: 0 at ±inf, not inf·0."""
    return F.select(F.ge(F.abs(x), math.inf), 0.0, x * bell)


OPERATIONS = [
    Operation(
        "erf", 1, math.erf, (lambda F, z, x: F.mul(F.gauss(x), TWO_OVER_SQRT_PI),),
        definition="2/sqrt(pi) * integral of e^(-t^2) from 0 to x", doc="The error function.", example="erf(1)",
    ),
    Operation(
        "erfc", 1, math.erfc, (lambda F, z, x: -F.mul(F.gauss(x), TWO_OVER_SQRT_PI),),
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
    Operation(
        "logsumexp", 2, log_sum_exp, (None, None), spread=_shares,
        definition="log(e^x + e^y + ...)", doc="The logarithm of a sum of two or more exponentials, without overflow.",
        example="logsumexp(1000, 1001, 999)",
    ),
    Operation(
        "share", 2, share, (None, None), spread=_share_slopes,
        definition="exp(x - logsumexp(x, y, ...))", doc="A part of a softmax.", example="share(1, 2, 3)", hidden=True,
    ),
    Operation(
        "remainder", 2, remainder, (None, None), spread=_remainder_slopes,
        definition="1 - exp(x - logsumexp(x, y, ...))", doc="What is left of 1 beside a part of a softmax.",
        example="remainder(1, 2, 3)", hidden=True,
    ),
    Operation(
        "logshare", 2, log_share, (None, None), spread=_log_share_slopes,
        definition="x - logsumexp(x, y, ...)", doc="The logarithm of a part of a softmax.",
        example="logshare(1, 2, 3)", hidden=True,
    ),
]  # fmt: skip
