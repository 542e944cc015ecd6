"""The gradient as a graph, by the same rows that give its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..ops import TABLE, Operation
from .formula import reachable
from .tidy import tidied
from .value import Value, operation


class _Symbols:
    """The F of derivative rules when a graph is wanted: every operation of the table on values."""

    def __getattr__(self, name: str) -> Callable[..., Value]:
        row = TABLE[name]
        return lambda *xs: operation(row, *xs)


Symbols = _Symbols()


def adjoint(root: Value, wrt: Iterable[Value]) -> dict[Value, Value]:
    """For each value of `wrt`, the graph of the partial derivative of `root` by it; the constant 0 where there is none.

    It is not masked: where `root` is NaN its reader must see to it that the partials are.

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
        for x, part, truth in _contributions(node, node.op, u):
            if x not in depends:
                continue
            counts = _both(active[node], truth)
            routed = part if counts is None else Symbols.select(counts, part, 0.0)
            upstream[x] = routed if x not in upstream else upstream[x] + routed
            active[x] = _either(active[x], counts) if x in active else counts
    found = {x: upstream.get(x) or Value(0.0, constant=True) for x in wanted}
    tidy = tidied(found.values())
    return {x: tidy[slope] for x, slope in found.items()}


def _contributions(node: Value, row: Operation, u: Value) -> Iterator[tuple[Value, Value, Value | None]]:
    """Each operand that receives anything, upstream times local, and the truth under which it counts (None: always)."""
    xs = node.operands
    if row.spread is not None:
        for x, (local, truth) in zip(xs, row.spread(Symbols, node, xs), strict=True):
            yield x, u * local, truth
        return
    for x, rule, fused, route in zip(xs, row.partials, row.pullbacks, row.routes, strict=True):
        if rule is None:
            continue
        if callable(fused):
            part = fused(Symbols, u, node, *xs)
        else:
            part = u * (rule(Symbols, node, *xs) if callable(rule) else rule)
        yield x, part, route(Symbols, node, *xs) if callable(route) else None


def _both(p: Value | None, q: Value | None) -> Value | None:
    return q if p is None else (p if q is None else Symbols.and_(p, q))


def _either(p: Value | None, q: Value | None) -> Value | None:
    return None if p is None or q is None else Symbols.or_(p, q)
