"""The gamma function, its logarithm and the polygamma functions in instructions, without branches.

Recurrences bring what is near 0 to an interval or to a half-line, where a polynomial or the asymptotic series takes over
(DLMF 5.5.1, 5.5.2, 5.11.1, 5.15.5, 5.15.8). The polynomials interpolate at Chebyshev's points, in 60 digits, what their
comments say. All is vector code from LEAST on; numbers below are called back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from ..ops import TABLE
from ..ops.gamma import BERNOULLI, DIGAMMA_ZERO, DIGAMMA_ZERO_REST, HALF_LOG_2PI
from .code import Code, Node, whole_power

# The least number for which there is vector code; STIRLING is where the asymptotic series of log Γ begins.
LEAST = -4.75
STIRLING = 6.25
# Γ at whole numbers up to here is exact once it is rounded.
WHOLE = 18.0
# log Γ(2+e)/e and 1/Γ(2+e) for e from -3/4 to 1/4.
LOG_GAMMA = (
    0.42278433509846713, 0.322467033424113, -0.06735230105319545, 0.02058080842785459, -0.007385551028992811,
    0.0028905103236680067, -0.0011927539052699776, 0.0005096698363569456, -0.00022315432015126017,
    9.945133566265946e-05, -4.494714412866333e-05, 2.0543270775287198e-05, -9.14431907947439e-06,
    4.756832151956973e-06, -2.962851659214937e-06, -2.9319487133682415e-06, -6.334682357678563e-06,
    -4.26061546309226e-06, -1.6044377570086032e-06,
)  # fmt: skip
ONE_OVER_GAMMA = (
    1.0, -0.42278433509846713, -0.23309373642178652, 0.19109110138769667, -0.024552490005415477, -0.01764524455051309,
    0.008023273022189468, -0.000804329764945126, -0.0003608377915281896, 0.00014559603352839675,
    -1.7546387381293216e-05, -2.5892870964776543e-06, 1.341148915138163e-06, -1.9788940465897537e-07,
    9.177113635866962e-09, 1.1909724244833783e-08,
)  # fmt: skip
# (log Γ(x) - (x-1/2)·log x + x - log(2π)/2)·x of 1/x², x from STIRLING on.
STIRLING_REST = (
    0.08333333333333269, -0.0027777777759766566, 0.0007936499664926998, -0.0005950980164580963, 0.0008308681187231924,
    -0.001513782788315227,
)  # fmt: skip
# Γ(x)·e^x/x^(x-1/2) of 1/x, x from STIRLING on.
GAMMA_REST = (
    2.5066282746310007, 0.20888568955252418, 0.008703570410209019, -0.006721091445022244, -0.0005751620526159717,
    0.0019643907045886256, 0.00018737748921473255, -0.0015910196860910507, 0.0003921777323620659, 0.000908535581977561,
)  # fmt: skip
# (log x - 1/(2x) - digamma(x))·x² of 1/x², x from 8 on.
DIGAMMA_REST = (
    0.08333333333333287, -0.008333333331168558, 0.003968252342841619, -0.004166217650696842, 0.007519088230747095,
    -0.017711160415846534,
)  # fmt: skip
# digamma(zero + e)/e for e from -1/4 to 1/4.
DIGAMMA_AT_ZERO = (
    0.9676722454476212, -0.4427631689835921, 0.2584997609556687, -0.16394270544241862, 0.10782405068533324,
    -0.07219956125239833, 0.048804288921354876, -0.03316112699288993, 0.02259760081602993, -0.015424733465408253,
    0.010540399993098224, -0.007205634748695976, 0.004896701614056688, -0.003349222735254419, 0.0025946296942270975,
    -0.0017749988418890284,
)  # fmt: skip
# Digamma and polygamma are taken at x + 8 where x is less than this, and at x + 5 first where it is negative.
NEAR = 16.0
# The inverses of what is smaller are infinite, or may be on the way; so are the functions.
TINY, TINY_CUBED = 5e-309, 1e-160
# Higher orders of polygamma are called back; so are those beyond BELOW of negative numbers, as their odd ones have minima
# between the poles, where the roundings of high powers are more than the few ulp allowed.
MOST_ORDER, BELOW = 16, 2


def _horner(coefficients: Sequence[float], x: Node) -> Node:
    """A polynomial, constant coefficient first."""
    return reduce(lambda total, c: total * x + c, coefficients[-2::-1], x.code.number(coefficients[-1]))


def polynomial(coefficients: Sequence[float], x: Node) -> Node:
    """The same by its even and odd halves, which the processor works at side by side."""
    square = x * x
    return _horner(coefficients[::2], square) + x * _horner(coefficients[1::2], square)


def _sum(xs: Sequence[Node]) -> Node:
    return reduce(lambda a, b: a + b, xs)


def _product(xs: Sequence[Node]) -> Node:
    return reduce(lambda a, b: a * b, xs)


class _Reduced(NamedTuple):
    """Γ(x) = Γ(2+e)·up/down, e from -3/4 to 1/4; one of up and down is 1. For x from LEAST to STIRLING."""

    e: Node
    up: Node
    down: Node


def _reduced(k: Code, x: Node) -> _Reduced:
    e = x - (k.make("floor", x - 0.25) + 1.0)
    up = _product([k.where(x >= j + 1.25, x - float(j), 1.0) for j in range(1, 5)])
    # x itself, not x + 0: 1/Γ(-0) is -0.
    f = [k.where(x < 1.25 - j, x + float(j) if j else x, 1.0) for j in range(6)]
    # Paired so that rounding is least near -2.6, where |Γ| is close to 1 and its logarithm to 0.
    return _Reduced(e, up, ((f[0] * f[3]) * (f[1] * f[2])) * (f[4] * f[5]))


def gamma(k: Code, x: Node) -> Node:
    """Γ(x)."""
    far = x >= STIRLING
    e, up, down = _reduced(k, x)
    near = up / (polynomial(ONE_OVER_GAMMA, e) * down)
    # From 172 on Γ is infinite, in this way too.
    a = k.where(far, k.where(x < 172.0, x, 172.0), STIRLING)
    root = k.library("pow", a, 0.5 * a - 0.25)
    value = k.where(far, root * (k.library("exp", -a) * polynomial(GAMMA_REST, 1.0 / a)) * root, near)
    value = k.where((x <= WHOLE) & x.equals(k.make("rint", x)), k.make("rint", value), value)
    value = k.where(down.equals(0.0) & x.differs(0.0), k.nan, value)
    return k.rare(TABLE["gamma"], (x,), x < LEAST, value)


def lgamma(k: Code, x: Node) -> Node:
    """log |Γ(x)|."""
    far = x >= STIRLING
    e, up, down = _reduced(k, x)
    below = x < 1.25
    log = k.library("log", k.where(far, x, k.where(below, abs(down), up)))
    near = e * polynomial(LOG_GAMMA, e) + k.where(below, -log, log)
    inverse = 1.0 / x
    rest = inverse * _horner(STIRLING_REST, inverse * inverse)
    stirling = (x - 0.5) * (log - 1.0) + (rest + (HALF_LOG_2PI - 0.5))
    return k.rare(TABLE["lgamma"], (x,), x < LEAST, k.where(far, stirling, near))


class _Shifted(NamedTuple):
    """What digamma and the polygamma functions share, by one division.

    z is x or, where that is negative (`below`), x + 5; y is z or, where that is small (`near`), z + 8; `inverse` is 1/y.
    `pairs` are 1/((z+j)·(z+7-j)), j from 0 to 3; `earlier` are 1/(x·(x+4)), 1/((x+1)·(x+3)), 1/(x+2). `pole` is where x is
    one of the numbers -1, ..., -4.
    """

    z: Node
    y: Node
    inverse: Node
    near: Node
    below: Node
    pole: Node
    pairs: tuple[Node, ...]
    earlier: tuple[Node, ...]


def _shifted(k: Code, x: Node) -> _Shifted:
    below = x < 0.0
    z = k.where(below, x + 5.0, x)
    near = z < NEAR
    y = k.where(near, z + 8.0, z)
    first = z * (z + 7.0)
    w = (first, first + 6.0, first + 10.0, first + 12.0)
    left, right = w[0] * w[1], w[2] * w[3]
    outer, inner, middle = x * (x + 4.0), (x + 1.0) * (x + 3.0), x + 2.0
    p, q = k.where(near, left * right, 1.0), k.where(below, outer * inner * middle, 1.0)
    all_but_y = p * q
    inverse = 1.0 / (all_but_y * y)
    rest = y * inverse
    one_over_p, one_over_q = q * rest, p * rest
    a, b = right * one_over_p, left * one_over_p
    return _Shifted(
        z, y, all_but_y * inverse, near, below, q.equals(0.0), (w[1] * a, w[0] * a, w[3] * b, w[2] * b),
        (inner * middle * one_over_q, outer * middle * one_over_q, outer * inner * one_over_q),
    )  # fmt: skip


def digamma(k: Code, x: Node) -> Node:
    """The logarithmic derivative of Γ."""
    at = _shifted(k, x)
    square = at.inverse * at.inverse
    far = k.library("log", at.y) - (0.5 * at.inverse + square * _horner(DIGAMMA_REST, square))
    # 1/(z+j) + 1/(z+7-j) = (2z+7)/((z+j)·(z+7-j))
    before = k.where(at.near, (2.0 * at.z + 7.0) * _sum(at.pairs), 0.0)
    outer, inner, middle = at.earlier
    earlier = k.where(at.below, (2.0 * x + 4.0) * (outer + inner) + middle, 0.0)
    value = k.where(at.pole, k.nan, far - before - earlier)
    # Around its positive zero these terms cancel.
    e = (x - DIGAMMA_ZERO) - DIGAMMA_ZERO_REST
    value = k.where(abs(e) <= 0.25, e * polynomial(DIGAMMA_AT_ZERO, e), value)
    value = k.where(abs(x) < TINY, k.make("copysign", math.inf, -x), value)
    return k.rare(TABLE["digamma"], (x,), x < LEAST, value)


def polygamma(k: Code, n: Node, x: Node) -> Node:
    """The n-th derivative of digamma; called back unless n is a constant up to MOST_ORDER."""
    if n.op != "number" or not (0 <= n.what <= MOST_ORDER and n.what == int(n.what)):
        return k.row(TABLE["polygamma"], (n, x))
    order = int(n.what)
    if order == 0:
        return digamma(k, x)
    at = _shifted(k, x)
    inverses = [each * (at.z + float(7 - j)) for j, each in enumerate(at.pairs)]
    inverses += [each * (at.z + float(j)) for j, each in enumerate(at.pairs)]
    before = k.where(at.near, _sum([whole_power(each, order + 1) for each in inverses]), 0.0)
    outer, inner, middle = at.earlier
    inverses = [outer * (x + 4.0), outer * x, inner * (x + 3.0), inner * (x + 1.0), middle]
    if order <= BELOW:
        before = before + k.where(at.below, _sum([whole_power(each, order + 1) for each in inverses]), 0.0)
    # The asymptotic series is this times `inverse`^n, one factor of which comes first: nothing may underflow early.
    square = at.inverse * at.inverse
    factors = [math.factorial(2 * j + order - 1) / math.factorial(2 * j) for j in range(1, max(7, order // 2 + 5) + 1)]
    series = _horner([b * each for b, each in zip(BERNOULLI, factors, strict=False)], square)
    far = at.inverse * (math.factorial(order - 1) + at.inverse * (0.5 * math.factorial(order) + at.inverse * series))
    if order > 1:
        far = far * whole_power(at.inverse, order - 1)
    value = float(math.factorial(order)) * before + far
    if order % 2:
        value = k.where(at.pole | (abs(x) < TINY_CUBED), math.inf, value)
    else:
        value = -k.where(at.pole, k.nan, k.where(abs(x) < TINY_CUBED, k.make("copysign", math.inf, x), value))
    return k.rare(TABLE["polygamma"], (n, x), x < (LEAST if order <= BELOW else 0.0), value)
