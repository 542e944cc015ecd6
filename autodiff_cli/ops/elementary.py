"""Exponentials and logarithms."""

from __future__ import annotations

import math
from typing import Any

from .guard import guarded, guarded_pole
from .row import Operation

LN2 = math.log(2.0)
INV_LN2 = 1.4426950408889634
INV_LN10 = 0.4342944819032518


logarithm = guarded_pole(math.log, {0.0: -math.inf})
logarithm2 = guarded_pole(math.log2, {0.0: -math.inf})
logarithm10 = guarded_pole(math.log10, {0.0: -math.inf})


def log_base(x: float, b: float) -> float:
    """log(x)/log(b), exact where x is a whole power of b."""
    if b == 10.0:
        return logarithm10(x)
    if b == 2.0:
        return logarithm2(x)
    top, bottom = logarithm(x), logarithm(b)
    if bottom == 0 or math.isnan(top) or math.isnan(bottom):
        return math.nan if bottom != 0 or top == 0 or top != top else math.copysign(math.inf, top)
    if math.isinf(bottom):
        return math.nan if math.isinf(top) else top / bottom
    q = top / bottom
    whole = round(q) if abs(q) < 1024 else 0
    if whole and abs(q - whole) < 1e-13 * abs(q):
        try:
            return float(whole) if b**whole == x else q
        except OverflowError:
            return q
    return q


def xlogy(x: float, y: float) -> float:
    """x·log(y), 0 at x = 0."""
    if y != y or x != x:
        return math.nan
    return 0.0 if x == 0 else x * logarithm(y)


def _right(F: Any, x: Any) -> Any:
    """-0 as +0: the domain of a logarithm ends at 0 from the right, whatever the sign of the zero."""
    return F.add(0.0, x)


OPERATIONS = [
    Operation(
        "exp", 1, guarded(math.exp), (lambda F, z, x: z,),
        definition="e^x", doc="The exponential.", example="exp(1)",
    ),
    Operation(
        "exp2", 1, guarded(math.exp2), (lambda F, z, x: F.mul(z, LN2),),
        definition="2^x", doc="The power of two.", example="exp2(10)",
    ),
    Operation(
        "expm1", 1, guarded(math.expm1), (lambda F, z, x: F.exp(x),),
        definition="e^x - 1", doc="The exponential less one, accurate near 0.", example="expm1(1e-10)",
    ),
    Operation(
        "log", 1, logarithm, (lambda F, z, x: F.div(1.0, _right(F, x)),),
        pullbacks=(lambda F, u, z, x: F.div(u, _right(F, x)),),
        definition="the y with e^y = x", doc="The natural logarithm.", domain="x > 0",
        example="log(10)", pole=lambda x: x == 0,
    ),
    Operation(
        "log2", 1, logarithm2, (lambda F, z, x: F.div(INV_LN2, _right(F, x)),),
        pullbacks=(lambda F, u, z, x: F.div(F.mul(u, INV_LN2), _right(F, x)),),
        definition="log(x)/log(2)", doc="The logarithm to base 2.", domain="x > 0", example="log2(8)",
        pole=lambda x: x == 0,
    ),
    Operation(
        "log10", 1, logarithm10, (lambda F, z, x: F.div(INV_LN10, _right(F, x)),),
        pullbacks=(lambda F, u, z, x: F.div(F.mul(u, INV_LN10), _right(F, x)),),
        definition="log(x)/log(10)", doc="The logarithm to base 10.", domain="x > 0", example="log10(1000)",
        pole=lambda x: x == 0,
    ),
    Operation(
        "log1p", 1, guarded_pole(math.log1p, {-1.0: -math.inf}), (lambda F, z, x: F.div(1.0, 1.0 + x),),
        pullbacks=(lambda F, u, z, x: F.div(u, 1.0 + x),),
        definition="log(1 + x)", doc="The logarithm of one more, accurate near 0.", domain="x > -1",
        example="log1p(1e-10)", pole=lambda x: x == -1,
    ),
    Operation(
        "logb", 2, log_base,
        (
            lambda F, z, x, b: F.div(F.div(1.0, F.log(b)), x),
            lambda F, z, x, b: -F.div(F.div(z, F.log(b)), b),
        ),
        pullbacks=(
            lambda F, u, z, x, b: F.div(F.div(u, F.log(b)), x),
            lambda F, u, z, x, b: -F.muldiv(u, F.div(z, F.log(b)), b),
        ),
        composed=lambda F, x, b: F.div(F.log(x), F.log(b)),
        definition="log(x)/log(b)", doc="The logarithm to base b.",
        domain="x > 0, b > 0, b != 1", example="log(125, 5)", pole=lambda x, b: x == 0 or b == 1,
    ),
    Operation(
        "xlogy", 2, xlogy,
        (
            lambda F, z, x, y: F.log(y),
            lambda F, z, x, y: F.select(F.and_(F.eq(x, 0.0), F.eq(y, 0.0)), 0.0, F.div(x, y)),
        ),
        pullbacks=(
            None,
            lambda F, u, z, x, y: F.select(F.and_(F.eq(x, 0.0), F.eq(y, 0.0)), 0.0, F.muldiv(u, x, y)),
        ),
        definition="x*log(y), 0 at x = 0", doc="A term of an entropy: x·log(y), 0 at x = 0.",
        domain="y > 0, or x = 0", example="xlogy(0, 0)", pole=lambda x, y: y == 0,
    ),
]  # fmt: skip
