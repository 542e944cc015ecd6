"""The gamma function, its logarithm, and the polygamma functions.

Series and recurrences: DLMF chapter 5 (5.7.3, 5.11.1, 5.15.5, 5.15.6, 5.15.8); Abramowitz and Stegun 6.4.
"""

from __future__ import annotations

import math
from functools import lru_cache

from .exact import product
from .row import Operation

ONE_MINUS_EULER = 0.42278433509846713
HALF_LOG_2PI = 0.9189385332046728
# zeta(k) - 1 for k = 2, 3, ...
ZETA_LESS_ONE = (
    0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
    0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
    0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-05, 3.058823630702049e-05,
    1.528225940865187e-05, 7.637197637899763e-06, 3.81729326499984e-06, 1.908212716553939e-06,
    9.539620338727962e-07, 4.769329867878064e-07, 2.38450502727733e-07, 1.1921992596531106e-07,
    5.960818905125948e-08, 2.980350351465228e-08, 1.4901554828365043e-08, 7.45071178983543e-09,
    3.725334024788457e-09, 1.862659723513049e-09,
)  # fmt: skip
# The Bernoulli numbers B(2), B(4), ...
BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330, 854513 / 138,
    -236364091 / 2730, 8553103 / 6, -23749461029 / 870, 8615841276005 / 14322,
)  # fmt: skip
MAX_ORDER = 150
# The positive zero of digamma as a sum of two doubles, and polygamma(k)/k! there for k = 1, 2, ...
DIGAMMA_ZERO = 1.4616321449683622
DIGAMMA_ZERO_REST = 9.549995429965697e-17
DIGAMMA_TAYLOR = (
    0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652, 0.10782405069126237,
    -0.07219956125645471, 0.04880428816414311, -0.03316112647484736, 0.022597648232218104, -0.01542476590494896,
    0.010538791616612175, -0.007204534386356869, 0.004926781395729853, -0.003369801655439328,
)  # fmt: skip


def _pole(x: float) -> bool:
    return -math.inf < x <= 0 and x == math.floor(x)


def gamma(x: float) -> float:
    """Γ(x); infinities of the sign of zero at ±0, NaN at the negative whole numbers."""
    try:
        return math.gamma(x)
    except OverflowError:
        return math.copysign(math.inf, x) if abs(x) < 1 else math.inf
    except ValueError:
        return math.copysign(math.inf, x) if x == 0 else math.nan


def _log_gamma_near_two(e: float) -> float:
    """log Γ(2+e) for |e| <= 1/2: the series of zeta values, whose every digit holds at the zero."""
    total = 0.0
    for k in range(len(ZETA_LESS_ONE) + 1, 1, -1):
        total = total * -e + ZETA_LESS_ONE[k - 2] / k
    return e * (ONE_MINUS_EULER + e * total)


def _log_gamma_above_minus_five(x: float) -> float:
    """log |Γ(x)| for -5 < x < 0 by Γ(x) = Γ(x+n)/(x·(x+1)···): |Γ| comes close to 1, so the product's rounding is put back."""
    down, rest = x, 0.0
    x += 1.0
    while x < 1.5:
        down, error = product(down, x)
        rest += error / down
        x += 1.0
    return _log_gamma_near_two(x - 2.0) - (math.log(abs(down)) + rest)


def log_gamma(x: float) -> float:
    """log |Γ(x)|, accurate at its zeros 1 and 2; +inf at the poles."""
    if x != x or math.isinf(x):
        return abs(x)
    if _pole(x):
        return math.inf
    if abs(x) < 1e-280:
        return -math.log(abs(x))
    if -5.0 < x < 0:
        return _log_gamma_above_minus_five(x)
    if x < 0:
        r = x - round(x)
        return math.log(math.pi) - math.log(abs(math.sin(math.pi * r))) - log_gamma(1.0 - x)
    if x < 0.5:
        return log_gamma(1.0 + x) - math.log(x)
    if x < 1.5:
        return _log_gamma_near_two(x - 1.0) - math.log1p(x - 1.0)
    if x < 10.0:
        product = 1.0
        while x > 2.5:
            x -= 1.0
            product *= x
        return _log_gamma_near_two(x - 2.0) + math.log(product)
    if x > 1e17:
        return x * (math.log(x) - 1.0)
    inverse = 1.0 / (x * x)
    series = 0.0
    for k in range(8, 0, -1):
        series = series * inverse + BERNOULLI[k - 1] / (2 * k * (2 * k - 1))
    return math.fsum(((x - 0.5) * math.log(x), -x, HALF_LOG_2PI, series / x))


def _cotangent(x: float) -> float:
    """cot(pi*x) for x no whole number."""
    r = x - round(x)
    if abs(r) > 0.25:
        return -math.copysign(1.0, r) * math.tan(math.pi * (abs(r) - 0.5))
    return 1.0 / math.tan(math.pi * r)


@lru_cache
def cotangent_polynomial(n: int) -> tuple[int, ...]:
    """Q with d^n/dx^n cot(pi*x) = (-pi)^n Q(cot(pi*x)): Q_0 = c, Q_(n+1) = (1 + c²)·Q_n'. All coefficients >= 0."""
    q = [0, 1]
    for _ in range(n):
        slope = [k * a for k, a in enumerate(q)][1:]
        q = [a + b for a, b in zip([*slope, 0, 0], [0, 0, *slope], strict=True)]
    return tuple(q)


def _digamma_near_zero(e: float) -> float:
    """Digamma at its positive zero plus e, |e| <= 0.05: the Taylor series, whose every digit holds."""
    total = 0.0
    for coefficient in reversed(DIGAMMA_TAYLOR):
        total = (total + coefficient) * e
    return total


def digamma(x: float) -> float:
    """The logarithmic derivative of Γ; infinities of the sign of -x at ±0, NaN at the negative whole numbers."""
    if x != x or x == math.inf:
        return x
    if x == 0:
        return math.copysign(math.inf, -x)
    if x < 0:
        return math.nan if _pole(x) or math.isinf(x) else digamma(1.0 - x) - math.pi * _cotangent(x)
    if abs(x - DIGAMMA_ZERO) < 0.05:
        return _digamma_near_zero((x - DIGAMMA_ZERO) - DIGAMMA_ZERO_REST)
    parts = []
    while x < 12.0:
        parts.append(-1.0 / x)
        x += 1.0
    inverse = 1.0 / (x * x)
    series = 0.0
    for k in range(9, 0, -1):
        series = (series + BERNOULLI[k - 1] / (2 * k)) * inverse
    return math.fsum((*parts, math.log(x), -0.5 / x, -series))


def polygamma(n: float, x: float) -> float:
    """The n-th derivative of digamma, n a whole number from 0 to 150."""
    if x != x or not 0 <= n <= MAX_ORDER or n != int(n):
        return math.nan
    order = int(n)
    if order == 0:
        return digamma(x)
    if x == math.inf:
        return 0.0 if order % 2 else -0.0
    if _pole(x):
        return math.inf if order % 2 else (math.copysign(math.inf, -x) if x == 0 else math.nan)
    if math.isinf(x):
        return math.nan
    try:
        return _reflected(order, x) if x < 0 else (1.0 if order % 2 else -1.0) * _positive(order, x)
    except OverflowError:
        return math.inf if order % 2 else (-math.inf if x > 0 else math.nan)


def _reflected(n: int, x: float) -> float:
    q = cotangent_polynomial(n)
    c = _cotangent(x)
    if abs(c) > 1e150:  # next to a pole, whose term is all there is
        return -((-1.0) ** n) * math.copysign(math.inf, c) ** (n + 1)
    total = 0.0
    for a in reversed(q):
        total = total * c + float(a)
    part = (1.0 if n % 2 else -1.0) * _positive(n, 1.0 - x)
    return (-1.0) ** n * (part - math.pi ** (n + 1) * total)


def _falling(n: int, x: float) -> float:
    """n!/x^(n+1); as a product for the high orders, where the factorial and the power leave the range of doubles."""
    if n <= 20 and (power := x ** -(n + 1)) > 1e-290:
        return float(math.factorial(n)) * power
    value = 1.0 / x
    for j in range(1, n + 1):
        value *= j / x
    return value


def _positive(n: int, x: float) -> float:
    """n!·sum over k of (x+k)^-(n+1): directly up to x >= n + 12, then by the asymptotic series."""
    parts = []
    while x < n + 12.0:
        parts.append(_falling(n, x))
        x += 1.0
    term = _falling(n, x)
    parts += [_falling(n - 1, x), 0.5 * term]
    term *= 0.5 * (n + 1) / x
    for k, b in enumerate(BERNOULLI, start=1):
        parts.append(b * term)
        term *= (2 * k + n) * (2 * k + n + 1) / ((2 * k + 1) * (2 * k + 2)) / x / x
    return math.fsum(parts)


OPERATIONS = [
    Operation(
        "gamma", 1, gamma, (lambda F, z, x: z * F.digamma(x),),
        definition="integral of t^(x-1)*e^-t from 0 to infinity", doc="The gamma function; x! is gamma(x + 1).",
        domain="x not 0, -1, -2, ...", example="gamma(5)", pole=_pole,
    ),
    Operation(
        "lgamma", 1, log_gamma, (lambda F, z, x: F.digamma(x),),
        definition="log|gamma(x)|", doc="The logarithm of the gamma function.", domain="x not 0, -1, -2, ...",
        example="lgamma(100)", pole=_pole,
    ),
    Operation(
        "digamma", 1, digamma, (lambda F, z, x: F.polygamma(1.0, x),),
        definition="gamma'(x)/gamma(x)", doc="The logarithmic derivative of the gamma function.",
        domain="x not 0, -1, -2, ...", example="digamma(1)", pole=_pole,
    ),
    Operation(
        "polygamma", 2, polygamma, (math.nan, lambda F, z, n, x: F.polygamma(n + 1.0, x)),
        definition="the n-th derivative of digamma", doc="The polygamma function, order first.",
        domain="n a whole number from 0 to 150; x not 0, -1, -2, ...", example="polygamma(1, 1)",
        pole=lambda n, x: _pole(x),
        advice="the order is a whole number and has no derivative: declare it const, or leave it out by --wrt",
    ),
]  # fmt: skip
