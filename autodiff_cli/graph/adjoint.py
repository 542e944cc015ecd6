"""The gradient as a graph, by the same rows that give its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..ops import TABLE, Operation
from .formula import reachable
from .routes import both, either, routed
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
    # What each node receives: upstream times local, and the truth under which it counts, None for always.
    received: dict[Value, list[tuple[Value, Value | None]]] = {root: [(Value(1.0, constant=True), None)]}
    found: dict[Value, Value] = {}
    joined: dict[tuple[Value | None, Value | None], Value | None] = {}
    for node in reversed(nodes):
        parts = received.pop(node, None)
        if parts is None or node not in depends:
            continue
        u, active, done = _summed(parts)
        if node in wanted:
            found[node] = u if done else routed(u, active)
        if node.op is None:
            continue
        for x, part, truth in _contributions(node, node.op, u):
            if x in depends:
                if (active, truth) not in joined:
                    joined[active, truth] = both(active, truth)
                received.setdefault(x, []).append((part, joined[active, truth]))
    tidy = tidied(found.values())
    return {x: tidy[found[x]] if x in found else Value(0.0, constant=True) for x in wanted}


def _summed(parts: list[tuple[Value, Value | None]]) -> tuple[Value, Value | None, bool]:
    """The adjoint that the parts make, the truth under which it counts, and whether it is 0 already where that fails."""
    total, active = parts[0]
    if all(truth is active for _, truth in parts):
        for part, _ in parts[1:]:
            total = total + part
        return total, active, False
    total = routed(*parts[0])
    for part, truth in parts[1:]:
        total = total + routed(part, truth)
        active = either(active, truth)
    return total, active, True


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
