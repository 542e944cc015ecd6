"""What the table's hidden operations mean, in operations that people can write.

They stand in derivatives for the sake of accuracy: x^(y-k)*log(x)^n with its limits, sqrt(1 - x^2) without cancellation. The
meaning has the same value wherever both are defined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from ..graph.adjoint import Symbols
from ..graph.formula import reachable
from ..graph.tidy import constant_of
from ..graph.value import Value


def _less(x: float, y: float) -> float:
    """The difference as it is written: 1.1 less 2 is -0.9."""
    return float(Decimal(repr(x)) - Decimal(repr(y)))


def _power_log(n: Value, k: Value, x: Value, y: Value) -> Value:
    """x^(y-k)*log(x)^n with no more in it than the numbers n and k ask for."""
    times, less, whole = constant_of(n), constant_of(k), constant_of(y)
    exponent = y - k if less is None or whole is None else Value(_less(whole, less), constant=True)
    if less == 0:
        exponent = y
    power = x if constant_of(exponent) == 1 else Symbols.pow(x, exponent)
    if times == 0:
        return power
    log = Symbols.log(x)
    return Symbols.mul(power, log if times == 1 else Symbols.pow(log, n))


def _total(xs: Sequence[Value]) -> Value:
    """The logarithm of the sum of exponentials, its operands in the order in which they were made."""
    return xs[0] if len(xs) == 1 else Symbols.logsumexp(*sorted(xs, key=lambda x: x.serial))


MEANINGS: Mapping[str, Callable[..., Value]] = {
    "powlog": _power_log,
    "muldiv": lambda u, x, y: Symbols.div(Symbols.mul(u, x), y),
    "unit": lambda x, y: Symbols.div(x, Symbols.hypot(x, y)),
    "sqrt1mx2": lambda x: Symbols.sqrt(1.0 - Symbols.pow(x, 2.0)),
    "sqrtx2m1": lambda x: Symbols.sqrt(Symbols.pow(x, 2.0) - 1.0),
    "cothacosh": lambda x: Symbols.div(x, Symbols.sqrt(Symbols.pow(x, 2.0) - 1.0)),
    "gauss": lambda x: Symbols.exp(-Symbols.pow(x, 2.0)),
    "share": lambda *xs: Symbols.exp(Symbols.sub(xs[0], _total(xs))),
    "remainder": lambda *xs: Symbols.exp(Symbols.sub(_total(xs[1:]), _total(xs))),
    "logshare": lambda *xs: Symbols.sub(xs[0], _total(xs)),
    "defined": lambda _, d: d,
    "unless": lambda _, d: d,
}


def meaning(node: Value) -> Value | None:
    """A hidden operation in visible ones, one level deep; None for any other value, and for what has a spelling."""
    found = MEANINGS.get(node.op.name) if node.op is not None else None
    return None if found is None else found(*node.operands)


def marked(node: Value) -> str:
    """A derivative of sinc as the language writes it, sinc''; empty for any other value."""
    if node.op is None or node.op.name != "sincn":
        return ""
    order = constant_of(node.operands[0])
    return "" if order is None else "sinc" + "'" * int(order)


def visible(root: Value) -> Value:
    """The same graph without hidden operations that have a meaning; leaves are kept."""
    new: dict[Value, Value] = {}
    for node in reachable([root]):
        operands = tuple(new[x] for x in node.operands)
        if node.op is not None and node.op.name in MEANINGS:
            new[node] = MEANINGS[node.op.name](*operands)
        elif operands == node.operands:
            new[node] = node
        else:
            made = new[node] = Value.of(node.op, operands)  # type: ignore[arg-type]
            made.origin, made.label = node.origin, node.label
    return new[root]
