"""Comparisons and truth: 1 is true, 0 is false, NaN is undefined; no derivative passes."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from .row import Edge, Operation


def _compare(test: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    def compare(x: float, y: float) -> float:
        return math.nan if x != x or y != y else float(test(x, y))

    return compare


def conjunction(p: float, q: float) -> float:
    """Both: false if either is, whatever the other; else undefined if either is."""
    return 0.0 if p == 0 or q == 0 else p * q


def disjunction(p: float, q: float) -> float:
    """Either: true if one is, whatever the other; else undefined if either is."""
    return 1.0 if p == 1 or q == 1 else p + q


def choose(p: float, a: float, b: float) -> float:
    """a where p is true, b where it is false, NaN where it is undefined."""
    return a if p == 1 else (b if p == 0 else math.nan)


_AT_EQUALITY = Edge(operator.eq, "its threshold")


def _comparison(name: str, test: Callable[[float, float], bool], symbol: str, doc: str) -> Operation:
    return Operation(
        name, 2, _compare(test), (None, None), definition=f"1 if x {symbol} y, else 0", doc=doc,
        example=f"a {symbol} b", notation=(symbol, 40), result="truth", jumps=_AT_EQUALITY, exact=True, cost=1,
    )  # fmt: skip


OPERATIONS = [
    _comparison("lt", operator.lt, "<", "Less than."),
    _comparison("le", operator.le, "<=", "At most."),
    _comparison("gt", operator.gt, ">", "More than."),
    _comparison("ge", operator.ge, ">=", "At least."),
    _comparison("eq", operator.eq, "==", "Equal."),
    _comparison("ne", operator.ne, "!=", "Unequal."),
    Operation(
        "and_", 2, conjunction, (None, None), kinds=("truth", "truth"), result="truth",
        definition="1 if both are true, else 0", doc="Both; false if either is false, even if the other is undefined.",
        example="a < b and b < c", notation=("and", 20), exact=True, cost=1,
    ),
    Operation(
        "or_", 2, disjunction, (None, None), kinds=("truth", "truth"), result="truth",
        definition="1 if either is true, else 0", doc="Either; true if one is true, even if the other is undefined.",
        example="a < b or b < c", notation=("or", 10), exact=True, cost=1,
    ),
    Operation(
        "not_", 1, lambda p: 1.0 - p, (None,), kinds=("truth",), result="truth",
        definition="1 - p", doc="The contrary.", example="not a < b", notation=("not", 30), exact=True, cost=1,
    ),
    Operation(
        "select", 3, choose, (None, 1.0, 1.0),
        routes=(None, lambda F, z, p, a, b: p, lambda F, z, p, a, b: F.not_(p)),
        kinds=("truth", "real", "real"),
        definition="a where p is true, else b",
        doc="The choice; also if(p1, a1, p2, a2, ..., otherwise). The branch not taken counts for nothing.",
        jumps=Edge(lambda p, a, b: False, "the threshold of its condition"),
        example="if(x > 0, sqrt(x), 0)", exact=True, cost=1,
    ),
    Operation(
        "defined", 2, lambda z, d: d if z == z else math.nan, (None, 1.0),
        definition="d where z is a number, else undefined", doc="A derivative d of z, undefined where z is.",
        example="defined(2, 3)", hidden=True, exact=True, cost=1,
    ),
    Operation(
        "unless", 2, lambda p, d: math.nan if p != 0 else d, (None, 1.0), kinds=("truth", "real"),
        composed=lambda F, p, d: F.select(p, math.nan, d),
        definition="d where p is false, else undefined",
        doc="A derivative d of a choice by an equality p: at the point itself it is what d tends to.",
        example="unless(a == b, 3)", hidden=True, exact=True, cost=1,
    ),
]  # fmt: skip
