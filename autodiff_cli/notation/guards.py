"""When a formula must say that routing leaves something out, and what the condition makes shorter.

A derivative that passes through max, relu or a choice is 0 where the operand is not chosen. Often the formula is 0 there by
itself: the slope of max(x, y)^2 has the factor (x > y) + (x == y)/2. Where another factor may be infinite or undefined, as
in the slope of sqrt(max(x, 0)), that product would be 0·inf, and the formula needs the condition. Rules decide, not samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expr import RELATIONS, Expr, pieces
from .truths import holds, implies, rebuilt

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
            if exponent.kind != "number" or exponent.value.value < 0:
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
    return (x.kind == "call" and x.text in _ABOVE_0) or x.text == "pi"


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
            made[each] = rebuilt(of, [], each, {**{part: part for part in _direct(each)}, **made})
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


def unguarded(of: Algebra, terms: list[Expr]) -> list[Expr]:
    """The terms of a sum: a single point is not left out of one where another is infinite or undefined there."""
    found = []
    for x in terms:
        if x.text == "if" and x.parts[0].text == "!=" and x.parts[2] is of.zero:
            names = _names(x.parts[0])
            if not all(is_finite(each, names) for each in terms if each is not x):
                found.append(x.parts[1])
                continue
        found.append(x)
    return found
