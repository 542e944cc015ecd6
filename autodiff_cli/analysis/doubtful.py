"""Where doubles left their range on the way: 0, a subnormal or an infinity made of finite numbers other than 0.

Looked for after the fact, in the numbers that the sweeps leave: the sweeps themselves are not slowed by a question.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..graph.engine import LARGEST, NOTHING, SMALLEST_NORMAL, pulled
from ..graph.formula import Formula
from ..ops import Operation

# Operations that have true zeros: 0 is then no underflow, though digits may have cancelled.
_CROSSING = frozenset(
    {
        "add", "sub", "log", "log2", "log10", "logb", "log1p", "acos", "acosh", "lgamma", "xlogy", "mod", "sqrtx2m1",
        "sqrt1mx2", "digamma", "asec", "asech", "logsumexp", "logshare", "logaddexp", "sinc", "sincn", "cos", "sin", "tan",
        "cot", "sec", "csc",
    }
)  # fmt: skip


class Doubt(NamedTuple):
    """The first step that left the range: an operation, or what it passed back to an operand (`slot`) of root's adjoint."""

    node: int
    slot: int | None = None
    root: int | None = None


def ordinary(x: float) -> bool:
    """Neither 0 nor subnormal nor infinite nor NaN."""
    return SMALLEST_NORMAL <= abs(x) <= LARGEST


def doubts_forward(formula: Formula, values: Sequence[float], alive: Sequence[bool]) -> Iterable[int]:
    """The operations that matter and left the range, in the order of the program."""
    for i, row, operands in formula.steps:
        z = values[i]
        if not SMALLEST_NORMAL <= abs(z) <= LARGEST and alive[i] and left(row, [values[j] for j in operands], z):
            yield i


def left(row: Operation, xs: Sequence[float], z: float) -> bool:
    """Whether an operation made 0, a subnormal or an infinity of finite numbers other than 0."""
    if not all(map(math.isfinite, xs)) or row.exact:
        return False
    if math.isinf(z):
        return row.pole is None or not row.pole(*xs)
    if z != z or row.name in _CROSSING:
        return False
    return _no_zero(row, xs) if z == 0 else abs(z) < SMALLEST_NORMAL


def crossing(formula: Formula, values: Sequence[float], alive: Sequence[bool]) -> bool:
    """Whether an operation that has true zeros gave 0 of numbers other than 0: of rounded ones it may be no true one."""
    return any(
        values[i] == 0 and alive[i] and row.name in _CROSSING and any(values[j] for j in operands)
        for i, row, operands in formula.steps
    )


def doubt_backward(
    formula: Formula, values: Sequence[float], adjoints: Mapping[int, float] | Sequence[float], root: int
) -> Doubt | None:
    """The first step back that left the range."""
    pairs = adjoints.items() if isinstance(adjoints, Mapping) else enumerate(adjoints)
    bad = {i for i, u in pairs if u is not NOTHING and not SMALLEST_NORMAL <= abs(u) <= LARGEST}
    if not bad:
        return None
    for i, row, operands in reversed(formula.steps):
        if bad.isdisjoint(operands):
            continue
        u = adjoints.get(i, NOTHING) if isinstance(adjoints, Mapping) else adjoints[i]
        if u is NOTHING or not ordinary(u):
            continue
        z, xs = values[i], [values[j] for j in operands]
        if not all(map(math.isfinite, (*xs, z))):
            continue
        ones = dict(pulled(row, 1.0, z, xs))
        for k, part in pulled(row, u, z, xs):
            if operands[k] in bad and not ordinary(part) and _strayed(row, ones[k], z, xs):
                return Doubt(i, k, root)
    return None


def _strayed(row: Operation, local: float, z: float, xs: Sequence[float]) -> bool:
    """Whether upstream times local left the range: not where a number that is 0 made it so."""
    if local == 0 or not math.isfinite(local):
        return z != 0 and _no_zero(row, xs)
    return True


def _no_zero(row: Operation, xs: Sequence[float]) -> bool:
    """Whether no operand is 0, but for orders and the like, by which an operation has no derivative."""
    if row.variadic:
        return all(xs)
    return all(x for x, rule in zip(xs, row.partials, strict=True) if rule is not None)
