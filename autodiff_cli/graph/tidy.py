"""A graph made smaller without changing a number: identities that are exact in IEEE arithmetic, constants folded exactly.

Two departures are taken: x - x and 0·x stay as they are (x may be infinite), and the sign of a zero may be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..ops import TABLE, Operation
from .formula import reachable
from .value import Value

_NEG, _POW, _MUL, _DIV = TABLE["neg"], TABLE["pow"], TABLE["mul"], TABLE["div"]
_WHOLE = 2.0**53


def constant_of(node: Value) -> float | None:
    """The number of an unnamed constant; None for anything else."""
    return node.data if node.op is None and node.constant and not node.label else None


def tidied(roots: Iterable[Value]) -> dict[Value, Value]:
    """For each root a value equal to it, made of as few operations as the identities give."""
    kept = list(roots)
    new: dict[Value, Value] = {}
    for node in reachable(kept):
        if node.op is None:
            new[node] = node
            continue
        operands = tuple(new[x] for x in node.operands)
        found = simpler(node.op, operands)
        if found is None:
            found = node if operands == node.operands else Value.of(node.op, operands)
            if found is not node:
                found.origin = node.origin
                if node.label:
                    found.label = node.label
        new[node] = found
    return {root: new[root] for root in kept}


def simpler(row: Operation, xs: tuple[Value, ...]) -> Value | None:
    """What an operation on these operands comes to without it; None where nothing is simpler."""
    constants = [constant_of(x) for x in xs]
    if None not in constants:
        z = row.fn(*constants)
        # Whole numbers from whole numbers: no rounding.
        if row.result == "truth" or all(abs(c) < _WHOLE and float(c).is_integer() for c in (*constants, z)):  # type: ignore[arg-type]
            return Value(z, constant=True)
    rule = _IDENTITIES.get(row.name)
    return rule(xs, constants) if rule else None


def _add(xs: tuple[Value, ...], c: list[float | None]) -> Value | None:
    return xs[1] if c[0] == 0 else xs[0] if c[1] == 0 else None


def _sub(xs: tuple[Value, ...], c: list[float | None]) -> Value | None:
    return xs[0] if c[1] == 0 else Value.of(_NEG, (xs[1],)) if c[0] == 0 else None


def _mul(xs: tuple[Value, ...], c: list[float | None]) -> Value | None:
    for one, other in ((0, 1), (1, 0)):
        if c[one] == 1:
            return xs[other]
        if c[one] == -1:
            return _neg((xs[other],), [None]) or Value.of(_NEG, (xs[other],))
    return None


def _div(xs: tuple[Value, ...], c: list[float | None]) -> Value | None:
    return xs[0] if c[1] == 1 else None


def _muldiv(xs: tuple[Value, ...], c: list[float | None]) -> Value | None:
    u, x, y = xs
    if c[2] == 1:
        return _mul((u, x), c[:2]) or Value.of(_MUL, (u, x))
    for one, other in ((c[0], x), (c[1], u)):
        if one in (1, -1):
            quotient = _div((other, y), [None, c[2]]) or Value.of(_DIV, (other, y))
            return quotient if one == 1 else Value.of(_NEG, (quotient,))
    return None


def _neg(xs: tuple[Value, ...], _: list[float | None]) -> Value | None:
    return xs[0].operands[0] if xs[0].op is _NEG else None


def _pow(xs: tuple[Value, ...], c: list[float | None]) -> Value | None:
    return xs[0] if c[1] == 1 else None


def _powlog(xs: tuple[Value, ...], c: list[float | None]) -> Value | None:
    """x^(y-k) for a whole y-k is an ordinary power."""
    n, k, _, y = c
    if n != 0 or k is None or y is None or not (y.is_integer() and abs(y - k) < _WHOLE):
        return None
    return xs[2] if y - k == 1 else Value.of(_POW, (xs[2], Value(y - k, constant=True)))


def _select(xs: tuple[Value, ...], c: list[float | None]) -> Value | None:
    return xs[1] if c[0] == 1 else xs[2] if c[0] == 0 else None


def _and(xs: tuple[Value, ...], c: list[float | None]) -> Value | None:
    return xs[0] if c[0] == 0 or c[1] == 1 else xs[1] if c[1] == 0 or c[0] == 1 else None


def _or(xs: tuple[Value, ...], c: list[float | None]) -> Value | None:
    return xs[0] if c[0] == 1 or c[1] == 0 else xs[1] if c[1] == 1 or c[0] == 0 else None


_IDENTITIES: dict[str, Callable[[tuple[Value, ...], list[float | None]], Value | None]] = {
    "add": _add, "sub": _sub, "mul": _mul, "div": _div, "muldiv": _muldiv, "neg": _neg, "pow": _pow, "powlog": _powlog,
    "select": _select, "and_": _and, "or_": _or,
}  # fmt: skip
