"""Equalities that decide something: `if(x == a, limit, f)` holds at a point, and on no neighbourhood of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from .adjoint import Symbols
from .formula import Formula
from .program import Output, Program
from .routes import both, either
from .value import Value


def equalities(formula: Formula, wrt: Iterable[str]) -> Program | None:
    """A program of the formula's inputs whose one result is 1 where an equality holds that matters there.

    Such a one depends on an input of `wrt`, was written by the user, and stands in no branch that is not taken. None where
    the formula has none.
    """
    depends = formula.depending([formula.index[formula.input_values[name]] for name in wrt])
    # The truths under which a node matters at all, by its index; None for always.
    received: dict[int, list[Value | None]] = {root: [None] for root in formula.output_nodes.values()}
    found: list[Value] = []
    for i, row, operands in reversed(formula.steps):
        truths = received.get(i)
        if truths is None:
            continue
        active = reduce(either, truths)
        node = formula.nodes[i]
        if row.name in ("eq", "ne") and _is_written(formula, node) and any(depends[j] for j in operands):
            found.append(both(active, Symbols.eq(*node.operands)) or node)
        under = [active] * len(operands)
        if row.name == "select":
            p = node.operands[0]
            under[1:] = both(active, p), both(active, Symbols.not_(p))
        for j, truth in zip(operands, under, strict=True):
            received.setdefault(j, []).append(truth)
    if not found:
        return None
    root = reduce(Symbols.or_, found)
    return Program(formula.inputs, [(Output("equal", None), root)], list(formula.input_values.values()))


def _is_written(formula: Formula, node: Value) -> bool:
    """Whether an equality is the user's: what the rules of derivatives ask stands where the derivative does, f'(x)."""
    if formula.source is None:
        return True
    if node.origin is None:
        return False
    text = formula.source.text[node.origin[0] : node.origin[1]]
    return any(sign in text for sign in ("=", "≠"))
