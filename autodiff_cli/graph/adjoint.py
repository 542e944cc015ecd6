"""The gradient as a graph, by the same rows that give its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..ops import TABLE, Operation
from ..ops.arithmetic import NEAR_0
from .formula import reachable, unknown
from .routes import both, either, routed
from .tidy import constant_of, simpler, tidied
from .value import Value, operation

_MUL, _DIV, _NEG, _MULDIV, _SELECT, _LT = (TABLE[name] for name in ("mul", "div", "neg", "muldiv", "select", "lt"))
# Operations whose results may be of any size, and those that hand on what their operands are.
_WILD = frozenset({"exp", "exp2", "expm1", "sinh", "cosh", "sech", "gamma", "normpdf", "gauss", "pow", "powlog"})
# Behind so many signs and constant factors a quotient is still looked for.
_DEEP = 4
_POWERS = frozenset({"pow", "powlog"})
_PASSING = frozenset({"add", "sub", "neg", "mul", "div", "muldiv", "select"})


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
    rules = _Upstream()
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
        for x, part, truth in _contributions(node, node.op, u, rules):
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


def _is_limit(node: Value) -> bool:
    """Whether a value is one of a rule's own, with a limit that it takes next to 0 and a quotient elsewhere."""
    p = node.operands[0] if node.op is _SELECT else node
    return p is not node and p.op is _LT and constant_of(p.operands[1]) == NEAR_0


class _Upstream(_Symbols):
    """The F of the rules of one sweep: products with what comes from upstream, in an order that keeps them within doubles.

    Where upstream is a quotient and the other factor may be of any size, the quotient alone may be out of range: the slope of
    1/(1 + exp(t)) is -(z/y)*exp(t), and z/y underflows for t = 400. Then the product is one step.
    """

    def __init__(self) -> None:
        self._wild: dict[Value, bool] = {}

    def mul(self, u: Value, local: Any) -> Value:
        """Upstream times local."""
        if local in (1.0, -1.0):
            return u if local == 1.0 else -u
        if not isinstance(local, Value):
            return operation(_MUL, u, local)
        outer: list[Value] = []
        inner = u
        while len(outer) < _DEEP and (
            inner.op is _NEG or (inner.op is _MUL and constant_of(inner.operands[0]) is not None) or _is_limit(inner)
        ):
            outer.append(inner)
            inner = inner.operands[-1]
        if inner.op not in (_DIV, _MULDIV) or not self._is_wild(local):
            return u * local
        above, below = inner.operands[0], inner.operands[-1]
        if constant_of(below) is not None:
            return u * local
        made = Value.of(_MULDIV, (above, local, below))
        if inner.op is _MULDIV:
            made = inner.operands[1] * made
        for each in reversed(outer):
            if each.op is _SELECT:
                made = Value.of(_SELECT, (each.operands[0], each.operands[1] * local, made))
            else:
                made = Value.of(each.op, (*each.operands[:-1], made))  # type: ignore[arg-type]
        return made

    def muldiv(self, u: Value, x: Value, y: Value) -> Value:
        """u*x/y; by u/y, which the other slope of a quotient shares, where the divisor is nothing out of the ordinary."""
        return operation(_MULDIV, u, x, y) if self._is_wild(y) or constant_of(u) is not None else u / y * x

    def select(self, p: Value, a: Any, b: Any) -> Any:
        """The choice, made at once where it is between constants."""
        known = constant_of(p) if p.op is None else constant_of(simpler(p.op, p.operands) or p)
        return operation(_SELECT, p, a, b) if known is None else a if known == 1 else b

    def _is_wild(self, node: Value) -> bool:
        """Whether a value is made of exponentials, powers and the like, whose sizes have no bounds."""
        wild = self._wild
        for each in unknown([node], wild):
            row, xs = each.op, each.operands
            fixed = row is not None and row.name in _POWERS and constant_of(xs[-1]) is not None
            wild[each] = row is not None and (
                (row.name in _WILD and not fixed) or ((row.name in _PASSING or fixed) and any(wild[x] for x in xs))
            )
        return wild[node]


def _contributions(node: Value, row: Operation, u: Value, F: _Upstream) -> Iterator[tuple[Value, Value, Value | None]]:
    """Each operand that receives anything, upstream times local, and the truth under which it counts (None: always)."""
    xs = node.operands
    if row.spread is not None:
        for x, (local, truth) in zip(xs, row.spread(F, node, xs), strict=True):
            yield x, F.mul(u, local), truth
        return
    for x, rule, fused, route in zip(xs, row.partials, row.pullbacks, row.routes, strict=True):
        if rule is None:
            continue
        if callable(fused):
            part = fused(F, u, node, *xs)
        else:
            part = F.mul(u, rule(F, node, *xs) if callable(rule) else rule)
        yield x, part, route(F, node, *xs) if callable(route) else None
