"""When a formula must say that routing leaves something out, and what the condition makes shorter.

A derivative that passes through max, relu or a choice is 0 where the operand is not chosen. Often the formula is 0 there by
itself: the slope of max(x, y)^2 has the factor (x > y) + (x == y)/2. Where another factor may be infinite or undefined, as
in the slope of sqrt(max(x, 0)), that product would be 0·inf, and the formula needs the condition. Rules decide, not samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .expr import RELATIONS, Expr

if TYPE_CHECKING:
    from .algebra import Algebra

# Finite wherever their operands are.
_FINITE = frozenset({
    "abs", "sign", "step", "floor", "ceil", "round", "min", "max", "clamp", "relu", "if", "and", "or", "not_", "sin", "cos",
    "sinh", "cosh", "tanh", "asinh", "atan", "exp2", "expm1", "cbrt", "hypot", "logaddexp", "sigmoid", "softplus", "gelu",
    "erf", "erfc", "normcdf", "normpdf", "sinc", *RELATIONS,
})  # fmt: skip
_ROUTING = frozenset({"abs", "sign", "step", "floor", "ceil", "round", "mod", "min", "max", "clamp", "relu", "if"})
# A number over a whole region, 0 among them.
_FLAT = frozenset({"step", "floor", "ceil", "round", "min", "max", "clamp", "relu", "if"})
_AT_LEAST_0 = frozenset(
    {"abs", "relu", "step", "hypot", "softplus", "erfc", "normcdf", "normpdf", "and", "or", *RELATIONS}
)
_ABOVE_0 = frozenset({"cosh", "exp2", "sigmoid"})
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def pieces(x: Expr) -> Iterator[Expr]:
    """Everything that an expression is made of, itself included, each once."""
    seen, stack = {x}, [x]
    while stack:
        each = stack.pop()
        yield each
        inside = [*each.parts, *(y for pair in each.factors for y in pair), *(term for term, _ in each.terms)]
        stack += (new := [part for part in dict.fromkeys(inside) if part not in seen])
        seen.update(new)


def is_routing(x: Expr) -> bool:
    """Whether something in it chooses: it may then be the same number over a whole region, and not at a point alone."""
    return any(each.kind == "call" and each.text in _ROUTING for each in pieces(x))


def _names(x: Expr) -> set[Expr]:
    return {each for each in pieces(x) if each.kind == "name"}


def is_finite(x: Expr, names: set[Expr]) -> bool:
    """Whether no part can be infinite or undefined, overflow aside, that depends on one of the names or on a choice.

    A logarithm need not depend on them: in the slopes of x^y and xlogy(x, y) it may be undefined where the value is not.
    """

    def moves(each: Expr) -> bool:
        return not names.isdisjoint(_names(each)) or is_routing(each)

    for each in pieces(x):
        if each.kind == "name" and each.text in ("inf", "nan"):
            return False
        if each.text == "log" and len(each.parts) == 1:
            if not _is_above_0(each.parts[0]):
                return False
        elif each.kind == "call" and each.text.rstrip("'") not in _FINITE and moves(each):
            return False
        for base, exponent in each.factors if each.kind == "product" else ():
            if base.text == "\0exp" or not (moves(base) or moves(exponent)):
                continue
            if exponent.kind != "number":
                fine = _is_above_0(base)
            elif exponent.value.value < 0:
                fine = _is_above_0(base)
            else:
                fine = exponent.value.value.denominator == 1 or _is_at_least_0(base)
            if not fine:
                return False
    return True


def _is_above_0(x: Expr) -> bool:
    if x.kind == "number":
        return x.value.value > 0
    if x.kind == "sum":  # 1 + x^2
        terms = [(term, c) for term, c in x.terms if c.value > 0 and _is_at_least_0(term)]
        return len(terms) == len(x.terms) and (
            x.value.value > 0 or (x.value.value == 0 and any(_is_above_0(term) for term, _ in terms))
        )
    if x.kind == "product":
        return x.value.value > 0 and all(base.text == "\0exp" or _is_above_0(base) for base, _ in x.factors)
    return x.kind == "call" and x.text in _ABOVE_0 or x.text == "pi"


def _is_at_least_0(x: Expr) -> bool:
    if _is_above_0(x):
        return True
    if x.kind == "number":
        return x.value.value >= 0
    if x.kind == "sum":
        return x.value.value >= 0 and all(c.value > 0 and _is_at_least_0(term) for term, c in x.terms)
    if x.kind == "product":
        return x.value.value >= 0 and all(_is_square(e) or _is_at_least_0(b) for b, e in x.factors)
    if x.text == "max":
        return any(map(_is_at_least_0, x.parts))
    if x.text == "min":
        return all(map(_is_at_least_0, x.parts))
    if x.text == "clamp":
        return _is_at_least_0(x.parts[1])
    return x.kind == "call" and x.text in _AT_LEAST_0


def _is_square(exponent: Expr) -> bool:
    return exponent.kind == "number" and exponent.value.value.numerator % 2 == 0


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
    sign = q.text if q.parts == p.parts else _TURNED[q.text] if q.parts == p.parts[::-1] else ""
    return p.text == sign or p.text in {">": (">=", "!="), "<": ("<=", "!="), "==": (">=", "<=")}.get(sign, ())


def vanishes(of: Algebra, p: Expr, a: Expr) -> bool:
    """Whether a formula is 0 by itself where a condition fails."""
    if a is of.zero:
        return True
    if p.text == "and":
        return all(vanishes(of, each, a) for each in p.parts)
    if p.text == "or":
        return any(vanishes(of, each, a) for each in p.parts)
    if a.kind == "sum":
        return a.value.value == 0 and all(vanishes(of, p, term) for term, _ in a.terms)
    if a.kind == "product":
        whole = [b for b, e in a.factors if e.kind == "number" and e.value.value > 0 and vanishes(of, p, b)]
        return bool(whole) and is_finite(a, _names(p))
    if a.text in RELATIONS:
        return implies(a, p)
    if a.text == "if":
        return a.parts[2] is of.zero and (implies(a.parts[0], p) or vanishes(of, p, a.parts[1]))
    if a.text in ("sign", "abs"):
        return p.text == "!=" and p.parts == (a.parts[0], of.zero)
    return a.text in ("relu", "step") and p.text == ">" and p.parts == (a.parts[0], of.zero)


def guarded(of: Algebra, x: Expr) -> Expr:
    """A formula that says where its factors are 0 over a whole region: step(x)/sqrt(y*step(x)) is 0·inf for x < 0."""
    made: dict[Expr, Expr] = {}
    stack = [x]
    while stack:
        each = stack[-1]
        if each in made:
            stack.pop()
            continue
        inside = _summands(each)
        waiting = [part for part in inside if part not in made]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        if any(made[part] is not part for part in inside):
            made[each] = _rebuilt(of, [], each, {**{part: part for part in _direct(each)}, **made})
            continue
        zero = _zero(each)
        made[each] = each
        if zero is not None:
            p = of.call("!=", zero, of.zero)
            made[each] = of.call("if", p, holds(of, p, each), of.zero)
    return made[x]


def _direct(x: Expr) -> list[Expr]:
    return [*x.parts, *(y for pair in x.factors for y in pair), *(term for term, _ in x.terms)]


def _summands(x: Expr) -> list[Expr]:
    """What a formula is put together of, not what its functions are of."""
    if x.kind == "call":
        return list(x.parts[1:]) if x.text == "if" else []
    return [term for term, _ in x.terms] + [b for b, e in x.factors if b.kind == "sum" and e.kind == "number"]


def _zero(x: Expr) -> Expr | None:
    """A factor that a choice may make 0 where another, that depends on it, is infinite or undefined."""
    for base, exponent in x.factors if x.kind == "product" else ():
        if base.text in _FLAT and base.kind == "call" and exponent.kind == "number" and exponent.value.value > 0:
            for other, power in x.factors:
                if other is base or base not in pieces(other) or _counts(other):
                    continue
                if power.kind != "number" or power.value.value.denominator != 1 or power.value.value < 0:
                    return base
                if not is_finite(other, _names(base)):
                    return base
    return None


def _counts(x: Expr) -> bool:
    """How many tie, which is not 0 where one of them is chosen."""
    return x.kind == "sum" and all(term.text in RELATIONS for term, _ in x.terms)


def holds(of: Algebra, p: Expr, a: Expr) -> Expr:
    """A formula where a condition holds: relu(x) is x where x > 0."""
    if not of.may_try(a):
        return a
    facts = list(p.parts) if p.text == "and" else [p]
    made: dict[Expr, Expr] = {}
    for x in _operands_first(a):
        made[x] = _known(of, facts, x) or _rebuilt(of, facts, x, made)
        if made[x] is not x:
            made[x] = _known(of, facts, made[x]) or made[x]
    return made[a]


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


def narrowed(of: Algebra, p: Expr) -> Expr:
    """A condition, of several parts each as it is where the ones before it hold."""
    if p.text != "and":
        return p
    found = of.one
    for each in p.parts:
        found = conjunction(of, found, holds(of, found, each) if found is not of.one else each)
    return found


def unguarded(of: Algebra, terms: list[Expr]) -> list[Expr]:
    """The terms of a sum: a single point is not left out of one where another is infinite or undefined there."""
    found = []
    for x in terms:
        if x.text == "if" and x.parts[0].text == "!=" and x.parts[2] is of.zero:
            names = _names(x.parts[0])
            if not all(is_finite(each, names) for each in terms if each is not x):
                x = x.parts[1]
        found.append(x)
    return found


def _operands_first(a: Expr) -> list[Expr]:
    return sorted(pieces(a), key=lambda x: x.serial)


def _rebuilt(of: Algebra, facts: list[Expr], x: Expr, made: dict[Expr, Expr]) -> Expr:
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


_TRUTHS: dict[str, Callable[..., Expr]] = {"and": conjunction, "or": disjunction, "not_": negation}


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
        contrary = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}[x.text]
        return of.zero if true(contrary, *x.parts) else None
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


def _tells(fact: Expr, sign: str, parts: tuple[Expr, ...]) -> bool:
    """Whether a comparison that holds makes another hold."""
    known = fact.text if fact.parts == parts else _TURNED[fact.text] if fact.parts == parts[::-1] else ""
    return known == sign or sign in {">": (">=", "!="), "<": ("<=", "!="), "==": (">=", "<=")}.get(known, ())
