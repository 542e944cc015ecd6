"""High precision: the operations of the table on mpmath's numbers, whose exponents have no bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
from mpmath import mp, mpf

from ..ops.elementary import INV_LN2, INV_LN10, LN2
from ..ops.gamma import MAX_ORDER, cotangent_polynomial
from ..ops.normal import TWO_OVER_SQRT_PI

NAN = mpf("nan")
# Beyond these an exponential is 0 or infinite to any purpose, and a sine has no digits: mpmath would compute them for hours.
LARGE = mpmath.ldexp(mpf(1), 4000)
HUGE = mpf("1e1000")
# Exponents of more bits are worked off by a logarithm, not bit by bit.
_WHOLE_BITS = 64
# What leaps: at a jump the slope is that of the side taken, so these keep their values while an input moves.
DISCRETE = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "sign", "step", "floor", "ceil", "round"})


def working(digits: int) -> Any:
    """The context in which numbers of high precision are computed to so many digits."""
    return mp.workdps(digits)


# What the rules of derivatives write as doubles, and mean as real numbers.
_MEANT: dict[float, Callable[[], Any]] = {
    LN2: lambda: mpmath.log(2),
    INV_LN2: lambda: 1 / mpmath.log(2),
    INV_LN10: lambda: 1 / mpmath.log(10),
    TWO_OVER_SQRT_PI: lambda: 2 / mpmath.sqrt(mpmath.pi),
    1 / 3: lambda: mpf(1) / 3,
}


def exact(x: float) -> Any:
    """The number that a rule means by a double."""
    meant = _MEANT.get(x)
    return mpf(x) if meant is None else meant()


def _real(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn` as a real function: NaN where mpmath leaves the real line or finds a pole."""

    def real(*xs: Any) -> Any:
        xs = tuple([x if x.__class__ is mpf else exact(x) for x in xs])
        if any(x != x for x in xs):
            return NAN
        try:
            y = fn(*xs)
        except (ZeroDivisionError, ValueError, OverflowError, mpmath.libmp.NoConvergence):
            return NAN
        return y if isinstance(y, mpf) else (y.real if isinstance(y, mpmath.mpc) and y.imag == 0 else NAN)

    return real


def _truth(test: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    return _real(lambda x, y: mpf(1 if test(x, y) else 0))


def _bounded(fn: Callable[..., Any], low: Any, high: Any) -> Callable[..., Any]:
    """`fn` with its limits beyond ±LARGE."""
    return lambda x: fn(x) if abs(x) < LARGE else (high if x > 0 else low)


def _wave(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: fn(x) if abs(x) < HUGE else NAN


def _pole_at_zero(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: fn(x) if x != 0 else mpmath.inf


def _weights(xs: Sequence[Any]) -> tuple[list[Any], Any]:
    """The exponentials of operands less the greatest, and the sum of all but one of the greatest."""
    top = max(xs)
    below = [mpf(0) if x == top else x - top for x in xs]
    each = [mpmath.exp(x) if x > -LARGE else mpf(0) for x in below]
    return each, mpmath.fsum(w for w, x in zip(each, below, strict=True) if x) + below.count(0) - 1


def _gamma(x: Any) -> Any:
    if abs(x) > LARGE:
        return mpmath.inf if x > 0 else NAN
    return mpmath.gamma(x) if x != 0 else mpmath.inf


def _log_gamma(x: Any) -> Any:
    if x <= 0 and x == mpmath.floor(x):
        return mpmath.inf
    return mpmath.log(abs(mpmath.gamma(x))) if x < 1e6 else mpmath.loggamma(x)


def _polygamma(n: Any, x: Any) -> Any:
    """By reflection below 0, where mpmath would add up a term for every pole (DLMF 5.15.6)."""
    if not 0 <= n <= MAX_ORDER or n != int(n):
        return NAN
    order = int(n)
    if x > 0:
        return mpmath.polygamma(order, x)
    if x == mpmath.floor(x):
        return mpmath.inf if order % 2 else NAN
    with mp.workprec(mp.prec + max(0, mpmath.mag(x)) + 20):
        cotangent = mpmath.cospi(x) / mpmath.sinpi(x)
        rest = mpmath.polyval(list(reversed(cotangent_polynomial(order))), cotangent)
        found = (-1) ** order * (mpmath.polygamma(order, 1 - x) - mpmath.pi ** (order + 1) * rest)
    return +found


def _power_log(n: Any, k: Any, x: Any, y: Any) -> Any:
    if n == 0:
        if (
            x < 0 and y == mpmath.floor(y) and k == mpmath.floor(k)
        ):  # y - k may round to a number that is not odd or even as it is
            return _power(-x, y - k) * (-1 if _is_odd(y) != _is_odd(k) else 1)
        return _power(x, y - k)
    if x == 0:
        return mpf(0) if y > k else mpmath.inf * (-1) ** int(n)
    return _power(x, y - k) * mpmath.log(x) ** n if x > 0 else NAN


def _divide(x: Any, y: Any) -> Any:
    return x / y if y != 0 else (NAN if x == 0 else mpmath.inf * mpmath.sign(x))


def _is_odd(y: Any) -> bool:
    return bool(mpmath.floor(y / 2) * 2 != y)


def _power(x: Any, y: Any) -> Any:
    if x == 0:
        return mpf(1) if y == 0 else (mpf(0) if y > 0 else mpmath.inf)
    whole = y == mpmath.floor(y)
    if x < 0 and not whole:
        return NAN
    if not (mpmath.isfinite(x) and mpmath.isfinite(y)) or (whole and abs(y) < 1 << _WHOLE_BITS):
        return x**y
    size = y * mpmath.log(abs(x))
    if abs(size) >= LARGE:
        power = mpf(0) if size < 0 else mpmath.inf
    else:  # the digits of the exponent before its point are lost to the power
        with mp.workprec(mp.prec + max(0, mpmath.mag(size)) + 20 if size else mp.prec):
            power = mpmath.exp(y * mpmath.log(abs(x)))
        power = +power
    return -power if x < 0 and _is_odd(y) else power


def _log(x: Any) -> Any:
    return mpmath.log(x) if x > 0 else (-mpmath.inf if x == 0 else NAN)


def _round(x: Any) -> Any:
    return mpmath.nint(x) if mpmath.isfinite(x) else x


FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: _real(fn)
    for name, fn in {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": _divide,
        "muldiv": lambda u, x, y: _divide(u * x, y),
        "neg": lambda x: -x,
        "pow": _power,
        "powlog": _power_log,
        "sqrt": lambda x: mpmath.sqrt(x) if x >= 0 else NAN,
        "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
        "hypot": mpmath.hypot,
        "unit": lambda x, y: x / mpmath.hypot(x, y) if x or y else mpf(0),
        "exp": _bounded(mpmath.exp, mpf(0), mpmath.inf),
        "exp2": _bounded(lambda x: mpf(2) ** x, mpf(0), mpmath.inf),
        "expm1": _bounded(mpmath.expm1, mpf(-1), mpmath.inf),
        "log": _log,
        "log2": lambda x: _log(x) / mpmath.log(2),
        "log10": lambda x: _log(x) / mpmath.log(10),
        "log1p": lambda x: mpmath.log1p(x) if x > -1 else (-mpmath.inf if x == -1 else NAN),
        "logb": lambda x, b: _divide(_log(x), _log(b)),
        "xlogy": lambda x, y: mpf(0) if x == 0 else x * _log(y),
        "sin": _wave(mpmath.sin),
        "cos": _wave(mpmath.cos),
        "tan": _wave(mpmath.tan),
        "sec": _wave(mpmath.sec),
        "csc": _pole_at_zero(_wave(mpmath.csc)),
        "cot": _pole_at_zero(_wave(mpmath.cot)),
        "asin": mpmath.asin,
        "acos": mpmath.acos,
        "sqrt1mx2": lambda x: mpmath.sqrt((1 - x) * (1 + x)),
        "atan": mpmath.atan,
        "atan2": mpmath.atan2,
        "asec": mpmath.asec,
        "acsc": mpmath.acsc,
        "acot": lambda x: mpmath.atan2(1, x),
        "sinc": _wave(mpmath.sinc),
        "sincn": lambda n, x: mpmath.diff(mpmath.sinc, x, int(n)),
        "sinh": _bounded(mpmath.sinh, -mpmath.inf, mpmath.inf),
        "cosh": _bounded(mpmath.cosh, mpmath.inf, mpmath.inf),
        "tanh": _bounded(mpmath.tanh, mpf(-1), mpf(1)),
        "sech": _bounded(mpmath.sech, mpf(0), mpf(0)),
        "csch": _pole_at_zero(_bounded(mpmath.csch, mpf(0), mpf(0))),
        "coth": _pole_at_zero(_bounded(mpmath.coth, mpf(-1), mpf(1))),
        "asinh": mpmath.asinh,
        "acosh": mpmath.acosh,
        "cothacosh": lambda x: x / mpmath.sqrt((x - 1) * (x + 1)) if abs(x) > 1 else NAN,
        "sqrtx2m1": lambda x: mpmath.sqrt((x - 1) * (x + 1)) if abs(x) >= 1 else NAN,
        "atanh": mpmath.atanh,
        "asech": lambda x: mpmath.asech(x) if x > 0 else (mpmath.inf if x == 0 else NAN),
        "acsch": _pole_at_zero(mpmath.acsch),
        "acoth": lambda x: mpmath.acoth(x) if abs(x) > 1 else (mpmath.inf * x if abs(x) == 1 else NAN),
        "erf": _bounded(mpmath.erf, mpf(-1), mpf(1)),
        "erfc": _bounded(mpmath.erfc, mpf(2), mpf(0)),
        "gauss": _bounded(lambda x: mpmath.exp(-x * x), mpf(0), mpf(0)),
        "normpdf": _bounded(mpmath.npdf, mpf(0), mpf(0)),
        "normcdf": _bounded(mpmath.ncdf, mpf(0), mpf(1)),
        "sigmoid": _bounded(lambda x: 1 / (1 + mpmath.exp(-x)), mpf(0), mpf(1)),
        "softplus": lambda x: mpmath.log1p(mpmath.exp(x)) if abs(x) < LARGE else max(x, mpf(0)),
        "gelu": lambda x: x * mpmath.ncdf(x) if abs(x) < LARGE else max(x, mpf(0)),
        "logaddexp": lambda x, y: max(x, y) + mpmath.log1p(mpmath.exp(-min(abs(x - y), LARGE))),
        "logsumexp": lambda *xs: max(xs) + mpmath.log1p(_weights(xs)[1]),
        "share": lambda *xs: _weights(xs)[0][0] / (1 + _weights(xs)[1]),
        "remainder": lambda *xs: mpmath.fsum(_weights(xs)[0][1:]) / (1 + _weights(xs)[1]),
        "logshare": lambda *xs: xs[0] - max(xs) - mpmath.log1p(_weights(xs)[1]),
        "gamma": _gamma,
        "lgamma": _log_gamma,
        "digamma": mpmath.digamma,
        "polygamma": _polygamma,
        "abs": abs,
        "sign": mpmath.sign,
        "step": lambda x: mpf(1 if x > 0 else 0),
        "floor": mpmath.floor,
        "ceil": mpmath.ceil,
        "round": _round,
        "mod": lambda x, y: x - y * mpmath.floor(x / y),
        "min": min,
        "max": max,
        "clamp": lambda x, lo, hi: min(max(x, lo), hi),
        "relu": lambda x: max(x, mpf(0)),
    }.items()
}
FUNCTIONS |= {
    "lt": _truth(lambda x, y: x < y),
    "le": _truth(lambda x, y: x <= y),
    "gt": _truth(lambda x, y: x > y),
    "ge": _truth(lambda x, y: x >= y),
    "eq": _truth(lambda x, y: x == y),
    "ne": _truth(lambda x, y: x != y),
    "and_": lambda p, q: mpf(0) if p == 0 or q == 0 else p * q,
    "or_": lambda p, q: mpf(1) if p == 1 or q == 1 else p + q,
    "not_": lambda p: 1 - p,
    "select": lambda p, a, b: a if p == 1 else (b if p == 0 else NAN),
    "unless": lambda p, d: d if p == 0 else NAN,
    "defined": lambda z, d: NAN if mpmath.isnan(z) else d,
}
