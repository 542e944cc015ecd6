"""Where the range of doubles cost a program its results: a bound of the error that overflow and underflow make, as a graph.

An operation that makes 0, a subnormal or an infinity from finite numbers that are not 0 is off by what it lost: half the least
double, or without bound. Such errors go through the program by the local derivatives of the table, to first order. A result
is right where its error is below a rounding's: exp(-800) + 1 is, log(exp(-800)) is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce

from ..ops import Operation
from .adjoint import Symbols
from .program import Output, Program
from .value import Value

# Errors are kept multiplied by this, for there is no double far below the least one, which is half of what is lost.
_SCALE = 2.0**1000
_LEAST = 2.0**-74
_NORMAL = 2.0**-1022
# A result may be off by so much of itself, and by a few of the least doubles.
_TOLERANCE = 1e-12 * _SCALE
_FEW = 4 * _LEAST
# Rows that are 0 at points that are not, and rows that are infinite there.
_ZERO = frozenset({
    "log", "log2", "log10", "log1p", "logb", "xlogy", "lgamma", "digamma", "acos", "acosh", "sqrt1mx2", "sqrtx2m1", "mod",
    "powlog", "logaddexp", "cos", "tan", "sin",
})  # fmt: skip
_POLE = frozenset({"log1p", "logb", "atanh", "tan", "cothacosh"})
_SUMS = frozenset({"add", "sub"})
_COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})


def lost(program: Program) -> Program | None:
    """A program of the same inputs that tells of each result whether the range of doubles cost it digits.

    A row is right where the first of its two results is 0, and where the second, whether anything left the range at all, is
    not 1: NaN stands for what an undefined number makes of such a question. None where no operation can leave the range.
    """
    leaves = [Value(label=name) for name in program.inputs]
    values: list[Value] = [*leaves, *(Value(x, constant=True) for x in program.constants)]
    # The error that each value has from its operands, and with its own; None where there is none.
    carried: list[Value | None] = [None] * len(values)
    errors: list[Value | None] = [
        Value(math.inf, constant=True) if i in program.lost else None for i in range(len(values))
    ]
    unmasked = list(range(len(values)))
    left = [Value(1.0, constant=True) for _ in program.lost]
    for i, row, operands in program.steps:
        xs = [values[j] for j in operands]
        z = Value.of(row, tuple(xs))
        values.append(z)
        brought = _brought(row, z, xs, [errors[j] for j in operands])
        carried.append(brought)
        own = _own(row, z, xs)
        for truth, error in own:
            left.append(truth)
            brought = _sum(brought, Symbols.select(truth, error, 0.0))
        errors.append(brought)
        unmasked.append(unmasked[operands[1]] if row.name == "defined" else i)
    total: Value | None = None
    for i in dict.fromkeys(unmasked[j] for j in program.results):
        found = carried[i]
        if found is None:
            continue
        right = Symbols.lt(found, _TOLERANCE * abs(values[i]) + _FEW)
        total = _sum(total, Symbols.select(Symbols.eq(found, 0.0), 0.0, Symbols.select(right, 0.0, 1.0)))
    if total is None or not left:
        return None
    roots = [(Output("lost", None), total), (Output("left", None), reduce(Symbols.or_, left))]
    return Program(program.inputs, roots, leaves)


def _sum(x: Value | None, y: Value | None) -> Value | None:
    return y if x is None else x if y is None else x + y


def _through(local: Value | float, error: Value) -> Value:
    """An error times a local derivative; nothing of nothing, also where that is infinite."""
    if not isinstance(local, Value):
        return error if abs(local) == 1 else abs(local) * error
    return Symbols.select(Symbols.eq(error, 0.0), 0.0, abs(local) * error)


def _brought(row: Operation, z: Value, xs: Sequence[Value], errors: Sequence[Value | None]) -> Value | None:
    """What the errors of the operands make of an operation's result."""
    if not any(errors):
        return None
    total: Value | None = None
    if row.name in _COMPARISONS or row.name in ("sign", "step"):
        x, y = (*xs, Value(0.0, constant=True))[:2]
        for error in errors:
            total = _sum(total, error)
        assert total is not None
        return _unless(Symbols.le(total, _SCALE * abs(x - y)))
    if row.spread is not None:
        for (local, truth), error in zip(row.spread(Symbols, z, xs), errors, strict=True):
            if error is not None:
                total = _sum(total, Symbols.select(truth, _through(local, error), 0.0))
        return total
    for k, (rule, route, error) in enumerate(zip(row.partials, row.routes, errors, strict=True)):
        if error is None:
            continue
        if rule is None:
            # A truth that may be the other one; what rounds to whole numbers swallows an error that is not infinite.
            if row.kind(k) == "truth":
                total = _sum(total, error)
            elif row.name in ("floor", "ceil", "round"):
                total = _sum(total, _unless(Symbols.lt(error, math.inf)))
            continue
        part = _through(rule(Symbols, z, *xs) if callable(rule) else rule, error)
        total = _sum(total, Symbols.select(route(Symbols, z, *xs), part, 0.0) if callable(route) else part)
    return total


def _unless(right: Value) -> Value:
    return Symbols.select(right, 0.0, math.inf)


def _own(row: Operation, z: Value, xs: Sequence[Value]) -> list[tuple[Value, float]]:
    """Where an operation itself leaves the range of doubles, and what it loses there."""
    if row.exact or row.result == "truth":
        return []
    size = abs(z)
    found = []
    if row.name not in _POLE:
        found.append((Symbols.ge(size, math.inf), math.inf))
    if row.name not in _SUMS:
        tiny = Symbols.lt(size, _NORMAL)
        found.append((Symbols.and_(tiny, Symbols.ne(z, 0.0)) if row.name in _ZERO else tiny, _LEAST))
    # Of an operand that is 0 or infinite itself it is the right result.
    for x in dict.fromkeys(xs):
        if x.op is None and x.constant:
            if x.data == 0 or not math.isfinite(x.data or 0.0):
                return []
        else:
            ordinary = Symbols.lt(abs(x), math.inf)
            if row.name not in _SUMS:
                ordinary = Symbols.and_(ordinary, Symbols.ne(x, 0.0))
            found = [(Symbols.and_(ordinary, truth), error) for truth, error in found]
    return found
