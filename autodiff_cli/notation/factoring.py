"""What the terms of a sum share taken out of it, and sums of quotients as one quotient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

from .expr import MINUS, ONE, RELATIONS, Expr, Number, is_below, is_whole
from .identities import is_negative

if TYPE_CHECKING:
    from .algebra import Algebra

# More denominators than these make no formula that is easier to read.
MOST_DENOMINATORS = 4
MOST_EXPANDED = 40

Factors = tuple[tuple[Expr, Expr], ...]


def primitive(of: Algebra, value: Number, factors: Factors) -> Expr | None:
    """A product whose sums share nothing that could stand before them; None where that is so already.

    2*(2*x^2 + 4*x) becomes 4*x*(x + 2). Denominators inside a sum go below the product where it does not grow by that.
    """
    whole = of.made_product(value, factors)
    for i, (base, exponent) in enumerate(factors):
        if base.kind != "sum" or not is_whole(exponent) or whole is base or base in of.rooted:
            continue

        def others(at: int = i) -> list[Expr]:
            return [of.number(value), *(of.power(b, e) for k, (b, e) in enumerate(factors) if k != at)]

        if exponent is of.one:
            found = drawn_out(of, base, denominators=False)
            if found is not None:
                return of.product(*others(), *found)
        if not of.may_try(whole):
            continue
        found = drawn_out(of, base, denominators=True) if exponent is of.one or is_below(exponent) else None
        if found is not None and len(found) > 2:
            made = of.product(*others(), *(of.power(each, exponent) for each in found))
            # A fraction in a denominator is worth more than its length.
            if made.size < whole.size + (0 if exponent is of.one else 4):
                return made
    return None


def drawn_out(of: Algebra, x: Expr, *, denominators: bool) -> list[Expr] | None:
    """The number and powers that all terms of a sum share, and at last what stays of it; None where there are none.

    With `denominators` also those that only some terms have.
    """
    numbers = [c for _, c in x.terms] + ([x.value] if x.value.value else [])
    number = Number(Fraction(1)) if any(term.text in RELATIONS for term, _ in x.terms) else _content(numbers)
    lowest = _lowest(of, x, denominators=denominators)
    if number.value == 1 and not lowest:
        return None
    shared = [of.number(number), *(of.power(b, e) for b, e in lowest.items())]
    inverse = [of.power(b, of.scaled(e, Number(Fraction(-1)))) for b, e in lowest.items()]
    back = Number(1 / number.value)
    parts = [of.scaled(of.product(term, *inverse), c.times(back)) for term, c in (*x.terms, (of.one, x.value))]
    return [*shared, of.gathered(parts)]


def _content(numbers: list[Number]) -> Number:
    """The greatest number by which all others are whole ones, with the sign that they share; 1 for decimals."""
    sign = -1 if all(c.value < 0 for c in numbers) else 1
    if any(c.decimal for c in numbers):
        return Number(Fraction(sign))
    above, below = gcd(*(c.value.numerator for c in numbers)), lcm(*(c.value.denominator for c in numbers))
    return Number(Fraction(sign * above, below))


def _lowest(of: Algebra, x: Expr, *, denominators: bool) -> dict[Expr, Expr]:
    """The lowest powers of bases in the terms of a sum: of those in all terms, and of denominators."""
    lowest = dict(of.factors(x.terms[0][0]))
    for term, _ in x.terms[1:]:
        own = dict(of.factors(term))
        for base, exponent in [*lowest.items()]:
            found = least(of, exponent, own[base]) if base in own else exponent if is_below(exponent) else None
            if found is None:
                del lowest[base]
            else:
                lowest[base] = found
        lowest |= {base: exponent for base, exponent in own.items() if base not in lowest and is_below(exponent)}
        if not lowest:
            return lowest
    everywhere = {
        base: exponent
        for base, exponent in lowest.items()
        if not x.value.value and all(base in dict(of.factors(term)) for term, _ in x.terms)
    }
    if denominators:
        below = {base: exponent for base, exponent in lowest.items() if is_below(exponent)}
        if len(below) <= MOST_DENOMINATORS and of.zero not in below:
            return everywhere | below
    return {base: exponent for base, exponent in everywhere.items() if base is not of.zero}


def nested(of: Algebra, factors: Factors) -> list[Expr] | None:
    """The same factors with a sum of quotients made one quotient, where it has a denominator of theirs; None for others."""
    below = {b for b, e in factors if is_below(e)}
    if not below:
        return None
    for i, (base, exponent) in enumerate(factors):
        if base.kind != "sum" or exponent is not of.one:
            continue
        shared = {b for x, _ in base.terms for b, e in of.factors(x) if is_below(e)} & below
        if shared:
            deepest = _deepest(of, (x for x, _ in base.terms))
            terms = {**dict(base.terms), of.one: base.value} if base.value.value else dict(base.terms)
            whole = over(of, terms, {b: deepest[b] for b in deepest if b in shared})
            if whole is not None:
                return [whole, *(of.power(b, e) for k, (b, e) in enumerate(factors) if k != i)]
    return None


def _deepest(of: Algebra, terms: Iterable[Expr]) -> dict[Expr, Fraction]:
    """The lowest negative power of each denominator."""
    found: dict[Expr, Fraction] = {}
    for x in terms:
        for base, exponent in of.factors(x):
            if is_below(exponent) and base is not of.zero:
                found[base] = min(found.get(base, Fraction(0)), exponent.value.value)
    return found


def over_one_denominator(of: Algebra, terms: Mapping[Expr, Number]) -> tuple[Expr, list[Expr]] | None:
    """The terms that share a denominator as one quotient, and the others; None where no two do.

    sqrt(u) shares the denominator of x/sqrt(u).
    """
    deepest = _deepest(of, terms)
    if not deepest:
        return None

    def has(base: Expr, exponent: Expr) -> bool:
        low = deepest.get(base)
        if low is None or exponent.kind != "number":
            return False
        n = exponent.value.value
        return n < 0 or (n.denominator != 1 and (n - low).denominator == 1)

    shared = Counter(base for x in terms for base, exponent in of.factors(x) if has(base, exponent))
    bases = {base: low for base, low in deepest.items() if shared[base] > 1}
    if all(base.text == "pi" for base in bases):
        return None
    inside = {x: c for x, c in terms.items() if any(base in bases and has(base, e) for base, e in of.factors(x))}
    whole = over(of, inside, bases)
    if whole is None:
        return None
    return whole, [of.scaled(x, c) for x, c in terms.items() if x not in inside]


def over(of: Algebra, terms: Mapping[Expr, Number], bases: Mapping[Expr, Fraction]) -> Expr | None:
    """A sum as one quotient over the deepest powers of some bases; None where multiplying out grows too long."""
    below = [of.power(base, of.number(-low)) for base, low in bases.items()]
    raw = of.gathered([of.scaled(of.product(x, *below), c) for x, c in terms.items()])
    shared: list[Expr] = []
    if raw.kind == "sum":
        *shared, raw = drawn_out(of, raw, denominators=False) or [raw]
    if raw.kind == "sum":
        found = multiplied_out(of, raw, {each for each in below if each.kind == "sum"})
        if found is None:
            return None
        raw = found
    return of.product(*shared, raw, *(of.power(each, of.number(-1)) for each in below))


def multiplied_out(of: Algebra, x: Expr, only: set[Expr]) -> Expr | None:
    """The shortest form of a sum: as it is, with some sums multiplied out, or with all; None where those are too long."""
    terms = [of.scaled(term, c) for term, c in (*x.terms, (of.one, x.value))]
    some = expanded(of, terms, only)
    if not of.may_try(x):
        return None if some is None else of.factored(some)
    then = (
        [of.scaled(term, c) for term, c in (*some.terms, (of.one, some.value))] if some and some.kind == "sum" else []
    )
    tried = [expanded(of, terms), expanded(of, then) if then else None, some]
    found = [of.factored(each) for each in tried if each is not None]
    return min([*found, of.factored(x)], key=lambda each: each.size) if found else None


def as_one_quotient(of: Algebra, x: Expr) -> Expr | None:
    """A short sum over the denominators that only some of its terms have; None where there are none."""
    if x.kind != "sum" or len(x.terms) > 3:
        return None
    deepest = _deepest(of, (term for term, _ in x.terms))
    if len(deepest) > MOST_DENOMINATORS or all(base.text == "pi" for base in deepest):
        return None
    terms = {**dict(x.terms), of.one: x.value} if x.value.value else dict(x.terms)
    return over(of, terms, deepest)


def common(of: Algebra, terms: Mapping[Expr, Number]) -> Expr | None:
    """What every term has as a factor, if it is more than powers of names: x*exp(x), sin(x)^2, x^x."""
    if len(terms) < 2:
        return None
    shared: dict[Expr, Expr] | None = None
    for x in terms:
        own = {b: e for b, e in of.factors(x) if not is_below(e)}
        if shared is None:
            shared = own
        else:
            shared = {b: low for b, e in shared.items() if b in own and (low := least(of, e, own[b])) is not None}
        if all(b.kind == "name" and e.kind == "number" for b, e in shared.items()):
            return None
    assert shared is not None
    return of.product(*(of.power(b, e) for b, e in shared.items()))


def expanded(of: Algebra, xs: Iterable[Expr], only: set[Expr] | None = None) -> Expr | None:
    """The sum of some products with sums among their factors (or only some of those) multiplied out.

    None where that grows too long.
    """
    found: list[Expr] = []
    for x in xs:
        sums: list[Expr] = []
        others = [of.number(x.value if x.kind == "product" else ONE)]
        for base, exponent in of.factors(x):
            times = exponent.value.value if is_whole(exponent) else Fraction(0)
            if base.kind == "sum" and 0 < times <= 4 and (only is None or base in only):
                sums += [base] * int(times)
            else:
                others.append(of.power(base, exponent))
        parts = [of.product(*others)]
        for each in sums:
            pieces = [of.number(each.value), *(of.scaled(t, c) for t, c in each.terms)]
            parts = [of.product(p, q) for p in parts for q in pieces if q is not of.zero]
            if len(parts) > MOST_EXPANDED:
                return None
        found += parts
    return of.gathered(found)


def least(of: Algebra, a: Expr, b: Expr) -> Expr | None:
    """The lower of two exponents; None where that cannot be told."""
    if a is b:
        return a
    if a.kind == b.kind == "number":
        return a if a.value.value < b.value.value else b
    apart = of.gathered([a, of.scaled(b, MINUS)])
    if apart.kind == "number":  # n - 1 and n
        return a if apart.value.value < 0 else b
    one, other = (x.value.value if x.kind == "product" else Fraction(1) for x in (a, b))
    if of.factors(a) == of.factors(b):  # 2*x and x, but not x and -x
        return None if one * other < 0 else a if abs(one) < abs(other) else b
    if apart.kind == "sum":
        return None
    return a if is_negative(apart) else b  # n - 1 and 2*n - 1
