"""The gradient as a graph, by the same rows that give its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..ops import TABLE, Operation
from .formula import reachable
from .value import Value, operation


class _Symbols:
    """The F of derivative rules when a graph is wanted: every operation of the table on values."""

    def __getattr__(self, name: str) -> Callable[..., Value]:
        row = TABLE[name]
        return lambda *xs: symbol(row, *xs)


def symbol(row: Operation, *xs: Any) -> Value:
    """The value of an operation; a constant where all operands are."""
    value = operation(row, *xs)
    if all(x.op is None and x.constant for x in value.operands) and value.data is not None:
        return Value(value.data, constant=True)
    if row.name == "select" and value.operands[0].data is not None and value.operands[0].op is None:
        return value.operands[1 if value.operands[0].data else 2]
    return value


Symbols = _Symbols()


def adjoint(root: Value, wrt: Iterable[Value]) -> dict[Value, Value]:
    """For each value of `wrt`, the graph of the partial derivative of `root` by it; the constant 0 where there is none.

    A value that routing may leave out has a truth beside its adjoint, under which it counts at all; a contribution that
    depends on it is select(truth, upstream·local, 0), so that no 0·inf of a branch not taken gets through.
    """
    wanted = set(wrt)
    nodes = reachable([root])
    depends: set[Value] = set()
    for node in nodes:
        if node in wanted or any(x in depends for x in node.operands):
            depends.add(node)
    upstream: dict[Value, Value] = {root: Value(1.0, constant=True)}
    # The truth under which a node is active; None for always.
    active: dict[Value, Value | None] = {root: None}
    for node in reversed(nodes):
        u = upstream.get(node)
        if u is None or node.op is None or node not in depends:
            continue
        for i, x in enumerate(node.operands):
            if x not in depends:
                continue
            part = _contribution(node, i, u)
            if part is None:
                continue
            route = node.op.route(i)
            truth = route(Symbols, node, *node.operands) if callable(route) else None
            truth = _both(active[node], truth)
            if truth is not None:
                part = Symbols.select(truth, part, 0.0)
            upstream[x] = part if x not in upstream else upstream[x] + part
            active[x] = _either(active[x], truth) if x in active else truth
    return {x: upstream.get(x) or Value(0.0, constant=True) for x in wanted}


def _contribution(node: Value, i: int, u: Value) -> Value | None:
    """Upstream times the local derivative by operand i; None where that is nothing."""
    assert node.op is not None
    rule, fused = node.op.partial(i), node.op.pullback(i)
    if rule is None:
        return None
    if callable(fused):
        return fused(Symbols, u, node, *node.operands)  # type: ignore[no-any-return]
    local = rule(Symbols, node, *node.operands) if callable(rule) else rule
    if _is_one(local):
        return u
    return local if _is_one(u) and isinstance(local, Value) else u * local


def _is_one(x: Any) -> bool:
    return x == 1.0 if isinstance(x, float) else x.op is None and x.constant and x.data == 1.0


def _both(p: Value | None, q: Value | None) -> Value | None:
    return q if p is None else (p if q is None else Symbols.and_(p, q))


def _either(p: Value | None, q: Value | None) -> Value | None:
    return None if p is None or q is None else Symbols.or_(p, q)
