"""Numbers on a graph: values forward, adjoints backward from one output. Nothing here recurses, nothing raises.

An operand that routing leaves out, and one whose rule is None, contributes exactly nothing: its adjoint stays NOTHING,
and no 0·inf can arise below it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

from ..ops import Numbers, Operation
from .formula import Formula
from .value import Value

# An adjoint that no active path has reached: told apart from a computed zero by identity.
NOTHING = float("0")


def pulled(row: Operation, u: float, z: float, xs: Sequence[float]) -> Iterator[tuple[int, float]]:
    """What each chosen operand of one operation receives: its index and upstream times local."""
    for i in range(len(xs)):
        rule = row.partial(i)
        if rule is None:
            continue
        route = row.route(i)
        if callable(route) and route(Numbers, z, *xs) == 0.0:
            continue
        fused = row.pullback(i)
        if callable(fused):
            yield i, fused(Numbers, u, z, *xs)
        else:
            yield i, u * (rule(Numbers, z, *xs) if callable(rule) else rule)


def forward(formula: Formula, point: Mapping[str, float]) -> list[float]:
    """The value of every node at a point; NaN for what an input without a number leaves open."""
    values = [0.0 if node.data is None else node.data for node in formula.nodes]
    index = formula.index
    for name, node in formula.input_values.items():
        if node in index:
            values[index[node]] = point.get(name, math.nan)
    for i, row, operands in formula.steps:
        if len(operands) == 2:
            j, k = operands
            values[i] = row.fn(values[j], values[k])
        elif len(operands) == 1:
            values[i] = row.fn(values[operands[0]])
        else:
            values[i] = row.fn(*[values[j] for j in operands])
    return values


def backward(formula: Formula, values: Sequence[float], root: int, *, masked: bool = True) -> list[float]:
    """The adjoint of every node for the output at index `root`; NOTHING for a node that no active path reaches.

    Constants are left out. Where the output is NaN so is every adjoint, unless `masked` is false: then NaN stands only for
    what an input without a number leaves open.
    """
    wanted = [node.op is not None or not node.constant for node in formula.nodes]
    adjoints = [NOTHING] * len(values)
    adjoints[root] = 1.0
    for i, row, operands in reversed(formula.steps):
        u = adjoints[i]
        if u is NOTHING:
            continue
        if row.plain and len(operands) <= 2:
            xs = [values[j] for j in operands]
            for j, rule in zip(operands, row.partials, strict=True):
                if wanted[j]:
                    local = rule(Numbers, values[i], *xs) if callable(rule) else rule
                    adjoints[j] += u * local  # type: ignore[operator]
        else:
            xs = [values[j] for j in operands]
            for k, part in pulled(row, u, values[i], xs):
                if wanted[operands[k]]:
                    adjoints[operands[k]] += part
    if masked and math.isnan(values[root]):
        return [math.nan if wanted[i] else NOTHING for i in range(len(values))]
    return adjoints


def live(formula: Formula, values: Sequence[float], roots: Sequence[int]) -> list[bool]:
    """Which nodes matter to the roots at this point: what routing leaves out, and what does not decide, does not."""
    alive = [False] * len(values)
    for root in roots:
        alive[root] = True
    for i, row, operands in reversed(formula.steps):
        if not alive[i]:
            continue
        z = values[i]
        xs = [values[j] for j in operands]
        if row.routed and not math.isnan(z):
            for k, j in enumerate(operands):
                route = row.route(k)
                alive[j] = alive[j] or not callable(route) or route(Numbers, z, *xs) != 0.0
        elif (row.name, z) in (("and_", 0.0), ("or_", 1.0)):
            alive[operands[xs.index(z)]] = True
        else:
            for j in operands:
                alive[j] = True
    return alive


def backward_in_place(root: Value) -> None:
    """Set `grad` on every value that `root` depends on."""
    if root.data is None:
        raise ValueError("backward needs data: give every leaf a number")
    order: list[Value] = []
    leaves: list[Value] = []
    seen = {root}
    stack = [root]
    while stack:
        node = stack.pop()
        node.grad = NOTHING
        if node.op is None:
            leaves.append(node)
            continue
        order.append(node)
        for x in node.operands:
            if x not in seen:
                seen.add(x)
                stack.append(x)
    order.sort(key=attrgetter("serial"), reverse=True)
    root.grad = 1.0
    for node in order:
        u = node.grad
        if u is NOTHING:
            continue
        row = node.op
        operands = node.operands
        if row.plain and len(operands) == 2:  # type: ignore[union-attr]
            x, y = operands
            p, q = row.partials  # type: ignore[union-attr]
            # The common case, spelt out for speed.
            x.grad += u * (p if p.__class__ is float else p(Numbers, node.data, x.data, y.data))  # type: ignore
            y.grad += u * (q if q.__class__ is float else q(Numbers, node.data, x.data, y.data))  # type: ignore
        else:
            data = [x.data for x in operands]
            for k, part in pulled(row, u, node.data, data):  # type: ignore[arg-type]
                operands[k].grad += part
    if math.isnan(root.data):
        for node in order + leaves:
            node.grad = math.nan
