"""The truths under which derivatives count: what routing leaves out contributes exactly nothing."""

from __future__ import annotations

from ..ops import TABLE
from .value import Value

_AND, _OR, _NOT, _SELECT = (TABLE[name] for name in ("and_", "or_", "not_", "select"))
# Of two comparisons of the same operands the other way round, one at least is true.
_TURNED = {TABLE[one]: TABLE[other] for one, other in (("le", "ge"), ("ge", "le"))}


def routed(part: Value, truth: Value | None) -> Value:
    """The part where the truth holds (None: everywhere), 0 elsewhere."""
    return part if truth is None else Value.of(_SELECT, (truth, part, Value(0.0, constant=True)))


def both(p: Value | None, q: Value | None) -> Value | None:
    """Where both count."""
    if p is None or q is None or p is q:
        return q if p is None else p
    if p.op is _AND and q in p.operands:
        return p
    if q.op is _AND and p in q.operands:
        return q
    return Value.of(_AND, (p, q))


def either(p: Value | None, q: Value | None) -> Value | None:
    """Where one counts. Both ways of one condition are its own condition: where it is undefined, so is the output."""
    if p is None or q is None or p is q or _cover(p, q):
        return p if p is q else None
    for one, other in ((p, q), (q, p)):
        if one.op is _AND and other in one.operands:
            return other
        if one.op is _OR and other in one.operands:
            return one
    if p.op is q.op is _AND:
        for i in (0, 1):
            for j in (0, 1):
                if p.operands[i] is q.operands[j] and _cover(p.operands[1 - i], q.operands[1 - j]):
                    return p.operands[i]
    return Value.of(_OR, (p, q))


def _cover(p: Value, q: Value) -> bool:
    """Whether one of two truths holds wherever they are defined."""
    if (p.op is _NOT and p.operands[0] is q) or (q.op is _NOT and q.operands[0] is p):
        return True
    if p.op is None or q.op is None or p.op not in _TURNED:
        return False
    one, other = p.operands, q.operands
    return (p.op is q.op and one == other[::-1]) or (_TURNED[p.op] is q.op and one == other)
