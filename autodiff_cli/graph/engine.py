"""Numbers on a graph: values forward, adjoints backward from one output. Nothing here recurses, nothing raises.

An operand that routing leaves out, and one whose rule is None, contributes exactly nothing: its adjoint stays NOTHING,
and no 0·inf can arise below it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from ..ops import TABLE, Numbers, Operation
from .flags import may_have_strayed
from .formula import Formula
from .value import Value

ADD, MUL = TABLE["add"], TABLE["mul"]

# The ends of the doubles of full precision.
SMALLEST_NORMAL, LARGEST = 2.0**-1022, 1.7976931348623157e308

# Sets the true numbers on a graph built by hand whose doubles left their range: what stands above gives it, for the
# graph knows nothing of high precision.
mend: Callable[[Value, list[Value]], None] | None = None

# An adjoint that no active path has reached: told apart from a computed zero by identity.
NOTHING = float("0")


def pulled(row: Operation, u: Any, z: Any, xs: Sequence[Any], F: Any = Numbers) -> Iterator[tuple[int, Any]]:
    """What each chosen operand of one operation receives: its index and upstream times local, by the operations of F."""
    if row.spread is not None:
        for i, (local, truth) in enumerate(row.spread(F, z, xs)):
            if truth != 0.0:
                yield i, u * local
        return
    for i, (rule, fused, route) in enumerate(zip(row.partials, row.pullbacks, row.routes, strict=True)):
        if rule is None or (callable(route) and route(F, z, *xs) == 0.0):
            continue
        if callable(fused):
            yield i, fused(F, u, z, *xs)
        else:
            yield i, u * (rule(F, z, *xs) if callable(rule) else rule)


def chosen(row: Operation, z: float, xs: Sequence[float]) -> list[bool]:
    """Which operands routing does not leave out."""
    if row.spread is not None:
        return [truth != 0.0 for _, truth in row.spread(Numbers, z, xs)]
    return [not callable(route) or route(Numbers, z, *xs) != 0.0 for route in row.routes]


def forward(formula: Formula, point: Mapping[str, float]) -> list[float]:
    """The value of every node at a point; NaN for what an input without a number leaves open."""
    values = [0.0 if node.data is None else node.data for node in formula.nodes]
    index = formula.index
    for name, node in formula.input_values.items():
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
        xs = [values[j] for j in operands]
        if row.plain:
            for j, rule in zip(operands, row.partials, strict=True):
                if wanted[j]:
                    local = rule(Numbers, values[i], *xs) if callable(rule) else rule
                    adjoints[j] += u * local  # type: ignore[operator]
        else:
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
            for j, counts in zip(operands, chosen(row, z, xs), strict=True):
                alive[j] = alive[j] or counts
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
    order = [root]
    seen = {root}
    for node in order:
        node.grad = NOTHING
        for x in node.operands:
            if x not in seen:
                seen.add(x)
                order.append(x)
    order.sort(key=attrgetter("serial"), reverse=True)
    root.grad = 1.0
    for node in order:
        u = node.grad
        row = node.op
        if row is None or u is NOTHING:
            continue
        operands = node.operands
        # The commonest operations are spelt out: graphs are built by the million.
        if row is MUL:
            x, y = operands
            x.grad += u * y.data  # type: ignore[operator]
            y.grad += u * x.data  # type: ignore[operator]
        elif row is ADD:
            x, y = operands
            x.grad += u
            y.grad += u
        else:
            for k, part in pulled(row, u, node.data, [x.data for x in operands]):
                operands[k].grad += part
    if math.isnan(root.data):
        for node in order:
            node.grad = math.nan
    if may_have_strayed() and mend is not None and any(map(_strayed, order)):
        mend(root, order)


def _strayed(node: Value) -> bool:
    """Whether a number may have left the range of doubles on the way."""
    data, u = node.data, node.grad
    return node.op is not None and not (
        (SMALLEST_NORMAL <= abs(data) <= LARGEST) and (u is NOTHING or SMALLEST_NORMAL <= abs(u) <= LARGEST)  # type: ignore[arg-type]
    )
