"""Conditions: what follows from them, how they are put together, and what a formula comes to where they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .expr import RELATIONS, Expr, pieces

if TYPE_CHECKING:
    from .algebra import Algebra

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
# What a comparison that holds tells of the others of the same operands.
_WEAKER = {">": (">=", "!="), "<": ("<=", "!="), "==": (">=", "<=")}
_CONTRARY = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}


def implies(q: Expr, p: Expr) -> bool:
    """Whether p holds wherever q does, as far as the looks of them tell."""
    if q is p:
        return True
    if q.text == "and":
        return any(implies(each, p) for each in q.parts) or (
            p.text == "and" and all(implies(q, each) for each in p.parts)
        )
    if p.text == "or":
        return any(implies(q, each) for each in p.parts)
    if p.text == "and":
        return all(implies(q, each) for each in p.parts)
    if q.text not in RELATIONS or p.text not in RELATIONS:
        return False
    return _tells(q, p.text, p.parts)


def _tells(fact: Expr, sign: str, parts: tuple[Expr, ...]) -> bool:
    """Whether a comparison that holds makes another hold."""
    known = fact.text if fact.parts == parts else _TURNED[fact.text] if fact.parts == parts[::-1] else ""
    return known == sign or sign in _WEAKER.get(known, ())


def conjunction(of: Algebra, *xs: Expr) -> Expr:
    """All of some truths, each but once."""
    found: list[Expr] = []
    stack = list(xs)[::-1]
    while stack:
        x = stack.pop()
        if x.text == "and":
            stack += x.parts[::-1]
        elif x is of.zero:
            return of.zero
        elif x is not of.one and not any(implies(each, x) for each in found):
            found = [each for each in found if not implies(x, each)] + [x]
    return of.one if not found else found[0] if len(found) == 1 else of.call("and", *found)


def disjunction(of: Algebra, *xs: Expr) -> Expr:
    """Any of some truths, each but once."""
    found: list[Expr] = []
    for x in [part for each in xs for part in (each.parts if each.text == "or" else (each,))]:
        if x is of.one:
            return of.one
        if x is not of.zero and not any(implies(x, each) for each in found):
            found = [each for each in found if not implies(each, x)] + [x]
    return of.zero if not found else found[0] if len(found) == 1 else of.call("or", *found)


def negation(of: Algebra, p: Expr) -> Expr:
    """The contrary; of a comparison that is another only for == and !=, as NaN is neither more nor less."""
    if p in (of.zero, of.one):
        return of.one if p is of.zero else of.zero
    if p.text == "not_":
        return p.parts[0]
    return of.call({"==": "!=", "!=": "=="}[p.text], *p.parts) if p.text in ("==", "!=") else of.call("not_", p)


_TRUTHS: dict[str, Callable[..., Expr]] = {"and": conjunction, "or": disjunction, "not_": negation}


def narrowed(of: Algebra, p: Expr) -> Expr:
    """A condition, of several parts each as it is where the ones before it hold."""
    if p.text != "and":
        return p
    found = of.one
    for each in p.parts:
        found = conjunction(of, found, holds(of, found, each) if found is not of.one else each)
    return found


def holds(of: Algebra, p: Expr, a: Expr) -> Expr:
    """A formula where a condition holds: relu(x) is x where x > 0."""
    if not of.may_try(a):
        return a
    facts = list(p.parts) if p.text == "and" else [p]
    made: dict[Expr, Expr] = {}
    for x in _operands_first(a):
        made[x] = _known(of, facts, x) or rebuilt(of, facts, x, made)
        if made[x] is not x:
            made[x] = _known(of, facts, made[x]) or made[x]
    return made[a]


def _operands_first(a: Expr) -> list[Expr]:
    return sorted(pieces(a), key=lambda x: x.serial)


def rebuilt(of: Algebra, facts: list[Expr], x: Expr, made: dict[Expr, Expr]) -> Expr:
    """The same of other parts."""
    if x.kind == "call":
        parts = tuple(made[each] for each in x.parts)
        if parts == x.parts:
            return x
        made_of = _TRUTHS.get(x.text)
        return made_of(of, *parts) if made_of is not None else of.call(x.text, *parts)
    if x.kind == "product":
        factors = [(made[b], _parity(of, facts, b, made[e])) for b, e in x.factors]
        if factors == list(x.factors):
            return x
        return of.product(of.number(x.value), *(of.power(b, e) for b, e in factors))
    if x.kind == "sum":
        terms = [(made[term], c) for term, c in x.terms]
        if terms == list(x.terms):
            return x
        return of.sum(*(of.scaled(term, c) for term, c in terms), of.number(x.value))
    return x


def _parity(of: Algebra, facts: list[Expr], base: Expr, exponent: Expr) -> Expr:
    """The exponent of a factor; of a sign that is not 0 its square is 1."""
    if base.text == "sign" and exponent.kind == "number" and of.call("!=", base.parts[0], of.zero) in facts:
        return of.number(exponent.value.value % 2)
    return exponent


def _known(of: Algebra, facts: list[Expr], x: Expr) -> Expr | None:
    """What a call comes to where the facts hold; None where they do not tell."""

    def true(sign: str, *parts: Expr) -> bool:
        return any(each.text in RELATIONS and _tells(each, sign, parts) for each in facts)

    if x.kind != "call":
        return None
    if x.text in RELATIONS:
        if x.text != "==" and true(x.text, *x.parts):  # who ties is written of all alike
            return of.one
        return of.zero if true(_CONTRARY[x.text], *x.parts) else None
    if x.text == "if":
        return (
            x.parts[1] if x.parts[0] in facts or x.parts[0] is of.one else x.parts[2] if x.parts[0] is of.zero else None
        )
    if x.text in ("relu", "abs"):
        return x.parts[0] if true(">=", x.parts[0], of.zero) else None
    if x.text in ("sign", "step"):
        return of.one if true(">", x.parts[0], of.zero) else None
    if x.text in ("max", "min") and len(x.parts) == 2:
        sign = ">=" if x.text == "max" else "<="
        for one, other in (x.parts, x.parts[::-1]):
            if true(sign, one, other):
                return one
    if x.text == "clamp" and true(">=", x.parts[0], x.parts[1]) and true("<=", x.parts[0], x.parts[2]):
        return x.parts[0]
    return None
