"""Every operation of the table in instructions: `lowered` is the one entry.

An operation without an entry here is taken by its `composed` meaning, else its own function is called back row by row: a new
operation works at once, and may be made fast later.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

from ..ops import TABLE, Operation
from ..ops.arithmetic import LEAST
from ..ops.elementary import LN2
from ..ops.hyperbolic import SMALL
from ..ops.normal import INV_SQRT_2PI, SQRT_HALF, SQRT_HALF_REST, TWO_OVER_SQRT_PI
from .code import Code, Lowered, Lowering, Node, Real, Truth, whole_power
from .special import SPECIAL

# The C library's functions that mean what the table's do, NaN and infinities included.
_SAME = (
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "atan2",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "cbrt",
)  # fmt: skip
MOST_FACTORS = 16


class _Rules:
    """Every operation by its name, for what is composed of others."""

    def __init__(self, k: Code) -> None:
        self._k = k

    def __getattr__(self, name: str) -> Any:
        return lambda *xs: lowered(self._k, TABLE[name], xs)


def lowered(k: Code, row: Operation, xs: tuple[Real | Truth, ...]) -> Lowered:
    """An operation on operands that are instructions already."""
    rule = LOWERINGS.get(row.name)
    if rule is not None:
        if row.result == "truth" or row.name == "select":
            return rule(k, *xs)
        return rule(k, *[k.real(x) for x in xs])
    reals = [k.real(x) for x in xs]
    if row.composed is not None and callable(row.composed):
        return k.real(row.composed(_Rules(k), *reals))
    return k.row(row, reals)


def _same(name: str) -> Lowering:
    return lambda k, *xs: k.library(name, *xs)


def _made(op: str) -> Lowering:
    return lambda k, *xs: k.make(op, *xs)


def _comparison(true: str, false: str) -> Lowering:
    def rule(k: Code, x: Any, y: Any) -> Truth:
        a, b = k.real(x), k.real(y)
        return Truth(k.compare(true, a, b), k.compare(false, a, b))

    return rule


def _and(k: Code, p: Any, q: Any) -> Truth:
    one, other = k.truth(p), k.truth(q)
    return Truth(one.true & other.true, one.false | other.false)


def _or(k: Code, p: Any, q: Any) -> Truth:
    one, other = k.truth(p), k.truth(q)
    return Truth(one.true | other.true, one.false & other.false)


def _select(k: Code, p: Any, a: Any, b: Any) -> Lowered:
    chosen = k.truth(p)
    if isinstance(a, Truth) and isinstance(b, Truth):
        return Truth(
            (chosen.true & a.true) | (chosen.false & b.true), (chosen.true & a.false) | (chosen.false & b.false)
        )
    return k.where(chosen.true, k.real(a), k.where(chosen.false, k.real(b), k.nan))


def _defined(k: Code, z: Node, d: Node) -> Node:
    return d if z is d else k.where(z.undefined, k.nan, d)


def _power(k: Code, x: Node, y: Node) -> Node:
    """A whole or half constant exponent is a few products: each squaring doubles a relative error, within y times it in all."""
    if y.op == "number":
        n = y.what
        if n == 0:
            return k.where(x.undefined, x, 1.0)
        if n == int(n) and abs(n) <= MOST_FACTORS if math.isfinite(n) else False:
            return whole_power(x if n > 0 else 1.0 / x, int(abs(n)))
        if n in (0.5, 1.5):
            root = k.sqrt(x) + 0.0
            return k.where(x.equals(-math.inf), math.inf, root if n == 0.5 else x * root)
    return k.where(k.unordered(x, y), k.nan, k.library("pow", x, y))


def _power_log(k: Code, n: Node, m: Node, x: Node, y: Node) -> Node:
    """x^(y-k)*log(x)^n as ops.arithmetic.power_log; the rounding of y - k is put back to first order."""
    row = TABLE["powlog"]
    if n.op != "number" or m.op != "number" or not (n.what == int(n.what) and 0 <= n.what <= MOST_FACTORS):
        return k.row(row, (n, m, x, y))
    e = y - m if m.what else y
    value = _power(k, x, e)
    log = k.library("log", abs(x))  # below 0 there are only whole exponents, and no logarithms
    odd = k.nan if n.what == 0 else x
    if m.what:
        back = e + m
        error = (y - back) - (m - (back - e))
        mended = value * (1.0 + error * log)
        finite = x.differs(0.0) & (abs(x) < math.inf) & (abs(e) < math.inf)
        value = k.where(finite & (abs(value) < math.inf), mended, value)
        half = 0.5 * error
        turned = (half - k.make("floor", half)).equals(0.5)
        value = k.where(finite & (x < 0.0) & turned, -value, value)
    if n.what == 0:
        return value
    found = reduce(lambda p, q: p * q, [log] * int(n.what), value)
    found = k.where(value.equals(0.0) | log.equals(0.0), 0.0 * log, found)
    limit = k.where(e > 0.0, 0.0, -math.inf if int(n.what) % 2 else math.inf)
    found = k.where(x.equals(0.0), limit, k.where(x < 0.0, k.nan, found))
    return k.where(k.unordered(e, odd), k.nan, found)


def _hypot(k: Code, x: Node, y: Node) -> Node:
    return k.where(k.unordered(x, y), k.nan, k.library("hypot", x, y))


def _multiply_divide(k: Code, u: Node, x: Node, y: Node) -> Node:
    w = u / y
    return k.mostly((abs(w) >= LEAST) & (abs(w) < math.inf), w * x, u, x, y)


def _unit(k: Code, x: Node, y: Node) -> Node:
    h = _hypot(k, x, y)
    origin = x.equals(0.0) & y.equals(0.0)
    # Where the hypotenuse leaves the range of full precision.
    edge = ((h < 1e-290) & h.differs(0.0)) | h.equals(math.inf)
    return k.where(origin, 0.0, k.rare(TABLE["unit"], (x, y), edge, x / h))


def _root_of_one_minus_square(k: Code, x: Node) -> Node:
    return k.sqrt((1.0 - x) * (1.0 + x))


def _root_of_square_minus_one(k: Code, x: Node) -> Node:
    return k.sqrt(abs(x) - 1.0) * k.sqrt(abs(x) + 1.0)


def _cotangent_of_inverse(k: Code, x: Node) -> Node:
    root = _root_of_square_minus_one(k, x)
    return k.where(abs(x).equals(math.inf), k.make("copysign", 1.0, x), x / root)


def _reciprocal(name: str) -> Lowering:
    return lambda k, x: 1.0 / k.library(name, x)


def _inverse_secant(k: Code, x: Node) -> Node:
    angle = k.library("atan", _root_of_square_minus_one(k, x))
    return k.where(x < 0.0, math.pi - angle, angle)


def _inverse_cosecant(k: Code, x: Node) -> Node:
    return k.make("copysign", k.library("atan", 1.0 / _root_of_square_minus_one(k, x)), x)


def _sech(k: Code, x: Node) -> Node:
    e = k.library("exp", -abs(x))
    return (2.0 * e) / (1.0 + e * e)


def _csch(k: Code, x: Node) -> Node:
    size = (2.0 * k.library("exp", -abs(x))) / -k.library("expm1", -2.0 * abs(x))
    return k.make("copysign", size, x)


def _asech(k: Code, x: Node) -> Node:
    inside = k.library("asinh", _root_of_one_minus_square(k, x) / x)
    return k.where(abs(x) < SMALL, LN2 - k.library("log", x), k.where(x < 0.0, k.nan, inside))


def _acsch(k: Code, x: Node) -> Node:
    near = k.make("copysign", LN2 - k.library("log", abs(x)), x)
    return k.where(abs(x) < SMALL, near, k.library("asinh", 1.0 / x))


def _acoth(k: Code, x: Node) -> Node:
    return k.make("copysign", 0.5 * k.library("log1p", 2.0 / (abs(x) - 1.0)), x)


def _bell(k: Code, x: Node) -> tuple[Node, Node]:
    """exp(-x²/2) and the rounding of x²."""
    top = x * x
    return k.library("exp", -0.5 * top), k.fma(x, x, -top)


def _gauss(k: Code, x: Node) -> Node:
    top = x * x
    rest = k.fma(x, x, -top)
    return k.where(abs(x) > 30.0, 0.0, k.library("exp", -top) * (1.0 - rest))


def _normpdf(k: Code, x: Node) -> Node:
    bell, rest = _bell(k, x)
    return k.where(abs(x) > 40.0, 0.0, (INV_SQRT_2PI * bell) * (1.0 - 0.5 * rest))


def _normcdf(k: Code, x: Node) -> Node:
    """erfc(-x/sqrt(2))/2, the argument's rounding put back to first order; its bell is that of the density."""
    t = -SQRT_HALF * x
    off = k.fma(-SQRT_HALF, x, -t) - SQRT_HALF_REST * x
    bell, _ = _bell(k, x)
    inside = 0.5 * (k.library("erfc", t) - (TWO_OVER_SQRT_PI * bell) * off)
    return k.where(x > 40.0, 1.0, k.where(x < -40.0, 0.0, inside))


def _gelu(k: Code, x: Node) -> Node:
    return k.where(x.equals(-math.inf), 0.0, x * _normcdf(k, x))


def _sigmoid(k: Code, x: Node) -> Node:
    e = k.library("exp", -abs(x))
    return k.where(x < 0.0, e, 1.0) / (1.0 + e)


def _softplus(k: Code, x: Node) -> Node:
    return k.where(x > 0.0, x, 0.0) + k.library("log1p", k.library("exp", -abs(x)))


def _logaddexp(k: Code, x: Node, y: Node) -> Node:
    top = k.where(x > y, x, y)
    apart = top + k.library("log1p", k.library("exp", -abs(x - y)))
    return k.where(x.equals(y), x + LN2, k.where(k.unordered(x, y), k.nan, apart))


class _Weights:
    """ops.normal.Weights; whatever the order of the operands, so that all shares in one sum have their work in common."""

    def __init__(self, k: Code, xs: Sequence[Node]) -> None:
        ordered = sorted(xs, key=lambda x: x.number)
        self.top = reduce(lambda x, y: _greater(k, x, y), ordered)
        self.below = {x: k.where(x.equals(self.top), 0.0, x - self.top) for x in ordered}
        self.each = {x: k.library("exp", below) for x, below in self.below.items()}
        small = [k.where(x.equals(self.top), 0.0, self.each[x]) for x in ordered]
        ties = [k.where(x.equals(self.top), 1.0, 0.0) for x in ordered]
        self.rest = reduce(lambda a, b: a + b, small) + (reduce(lambda a, b: a + b, ties) - 1.0)
        self.log = k.library("log1p", self.rest)


def _logsumexp(k: Code, *xs: Node) -> Node:
    w = _Weights(k, xs)
    return w.top + w.log


def _share(k: Code, *xs: Node) -> Node:
    w = _Weights(k, xs)
    return w.each[xs[0]] / (1.0 + w.rest)


def _remainder(k: Code, *xs: Node) -> Node:
    w = _Weights(k, xs)
    return reduce(lambda a, b: a + b, [w.each[x] for x in xs[1:]]) / (1.0 + w.rest)


def _logshare(k: Code, *xs: Node) -> Node:
    w = _Weights(k, xs)
    return w.below[xs[0]] - w.log


def _log_base(k: Code, x: Node, b: Node) -> Node:
    if b.op == "number" and b.what in (2.0, 10.0):
        return k.library("log2" if b.what == 2.0 else "log10", x)
    return k.library("log", x) / k.library("log", b)


def _xlogy(k: Code, x: Node, y: Node) -> Node:
    return k.where(x.equals(0.0), k.where(y.undefined, y, 0.0), x * k.library("log", y))


def _sign(k: Code, x: Node) -> Node:
    return k.where(x > 0.0, 1.0, k.where(x < 0.0, -1.0, k.where(x.undefined, x, 0.0)))


def _step(k: Code, x: Node) -> Node:
    return k.where(x > 0.0, 1.0, k.where(x.undefined, x, 0.0))


def _relu(k: Code, x: Node) -> Node:
    return k.where(x <= 0.0, 0.0, x)


def _greater(k: Code, x: Node, y: Node) -> Node:
    return k.where(k.unordered(x, y), k.nan, k.where(y > x, y, x))


def _less(k: Code, x: Node, y: Node) -> Node:
    return k.where(k.unordered(x, y), k.nan, k.where(y < x, y, x))


def _opposite(x: Node, y: Node) -> Node:
    return ((x < 0.0) & (y > 0.0)) | ((x > 0.0) & (y < 0.0))


def _modulo(k: Code, x: Node, y: Node) -> Node:
    """x - y*floor(x/y), exact by one fused product wherever the quotient has less than 53 bits."""
    q = k.make("trunc", x / y)
    r = k.fma(-q, y, x)
    # A quotient rounded up to a whole number leaves a rest of the other sign.
    r = k.where(_opposite(r, x), r + k.make("copysign", y, x), r)
    r = k.where(_opposite(r, y), r + y, r)
    r = k.where(r.equals(0.0), k.make("copysign", 0.0, y), r)
    odd = y.equals(0.0) | abs(x).equals(math.inf) | k.unordered(x, y)
    hard = (abs(q) >= 2.0**52) | abs(y).equals(math.inf) | (abs(y) < 1e-290) | (abs(y) > 1e290)
    return k.where(odd, k.nan, k.rare(TABLE["mod"], (x, y), hard & (abs(x) < math.inf) & y.differs(0.0), r))


LOWERINGS: dict[str, Lowering] = {
    **{name: _same(name) for name in _SAME},
    "add": _made("fadd"), "sub": _made("fsub"), "mul": _made("fmul"), "div": _made("fdiv"), "neg": _made("fneg"),
    "muldiv": _multiply_divide,
    "abs": _made("fabs"), "floor": _made("floor"), "ceil": _made("ceil"), "round": _made("rint"),
    "sqrt": lambda k, x: k.sqrt(x) + 0.0,
    "pow": _power, "powlog": _power_log, "hypot": _hypot, "unit": _unit, "mod": _modulo,
    "sqrt1mx2": _root_of_one_minus_square, "sqrtx2m1": _root_of_square_minus_one, "cothacosh": _cotangent_of_inverse,
    "sec": _reciprocal("cos"), "csc": _reciprocal("sin"), "cot": _reciprocal("tan"), "coth": _reciprocal("tanh"),
    "asec": _inverse_secant, "acsc": _inverse_cosecant, "acot": lambda k, x: k.library("atan2", 1.0, x),
    "sech": _sech, "csch": _csch, "asech": _asech, "acsch": _acsch, "acoth": _acoth,
    "gauss": _gauss, "normpdf": _normpdf, "normcdf": _normcdf, "gelu": _gelu,
    "sigmoid": _sigmoid, "softplus": _softplus, "logaddexp": _logaddexp,
    "logsumexp": _logsumexp, "share": _share, "remainder": _remainder, "logshare": _logshare, "logb": _log_base, "xlogy": _xlogy,
    "sign": _sign, "step": _step, "relu": _relu,
    "max": lambda k, *xs: reduce(lambda p, q: _greater(k, p, q), xs),
    "min": lambda k, *xs: reduce(lambda p, q: _less(k, p, q), xs),
    "clamp": lambda k, x, lo, hi: _less(k, _greater(k, x, lo), hi),
    "lt": _comparison("olt", "oge"), "le": _comparison("ole", "ogt"),
    "gt": _comparison("ogt", "ole"), "ge": _comparison("oge", "olt"),
    "eq": _comparison("oeq", "one"), "ne": _comparison("one", "oeq"),
    "and_": _and, "or_": _or, "not_": lambda k, p: Truth(*k.truth(p)[::-1]),
    "select": _select, "defined": _defined,
    **SPECIAL,
}  # fmt: skip
