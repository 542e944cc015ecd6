"""Algebra for people: sums and products in a normal form that brings together what belongs together.

It preserves the value wherever the original is defined (x/x is 1, but sqrt(x^2) stays), and is never evaluated but by tests.
Equal expressions are one object, so that every comparison is one of identity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .expr import ONE, ZERO, Expr, Number, is_below, is_plain, is_square_root, least, number_power, place

MOST_EXPANDED = 40
# Above this size a sum is not multiplied out to see whether it gets shorter.
MOST_TRIED = 200
_SYMMETRIC = ("hypot", "logaddexp")


class Algebra:
    """Makes expressions, each but once."""

    def __init__(self) -> None:
        self._made: dict[Any, Expr] = {}
        self.one = self.number(ONE)
        self.zero = self.number(ZERO)
        # The base of exp(x), whose powers add up.
        self.exponential = self.name("\0exp")

    def _make(
        self, kind: str, value: Number = ONE, text: str = "", parts: Any = (), factors: Any = (), terms: Any = ()
    ) -> Expr:
        key = (kind, value, text, parts, factors, terms)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Expr(kind, len(self._made), value, text, parts, factors, terms)
        return found

    def number(self, value: Number | int | Fraction) -> Expr:
        """A number."""
        return self._make("number", value if isinstance(value, Number) else Number(Fraction(value)))

    def name(self, text: str) -> Expr:
        """A name."""
        return self._make("name", text=text)

    def call(self, text: str, *parts: Expr) -> Expr:
        """A function of operands, or a relation; exp(u) is a power of its own base."""
        if text == "exp":
            return self.power(self.exponential, parts[0])
        if text == "log" and len(parts) == 1:
            base, exponent = (
                self._factors(parts[0])[0]
                if parts[0].value == ONE and parts[0].kind != "number"
                else (self.one, self.one)
            )
            if base is self.exponential and len(self._factors(parts[0])) == 1:
                return exponent
        if text in _SYMMETRIC:
            parts = tuple(sorted(parts, key=lambda x: x.serial))
        return self._make("call", text=text, parts=parts)

    def knows(self, text: str, *parts: Expr) -> bool:
        """Whether a call has been made already."""
        return ("call", ONE, text, parts, (), ()) in self._made

    def scaled(self, x: Expr, by: Number) -> Expr:
        """A multiple of an expression."""
        if by.value == 0:
            return self.zero
        if by.value == 1 and not by.decimal:
            return x
        if x.kind == "number":
            return self.number(x.value.times(by))
        if x.kind == "product":
            return self._product(x.value.times(by), x.factors)
        return self._product(by, ((x, self.one),))

    def _product(self, value: Number, factors: tuple[tuple[Expr, Expr], ...]) -> Expr:
        if value.value == 0:
            return self.zero
        if not factors:
            return self.number(value)
        if value.value == 1 and len(factors) == 1 and factors[0][1] is self.one:
            return factors[0][0]
        return self._make("product", value, factors=factors)

    def product(self, *xs: Expr) -> Expr:
        """A product: numbers multiplied, powers of one base added."""
        value = ONE
        exponents: dict[Expr, list[Expr]] = {}
        for x in xs:
            if x.kind == "number":
                value = value.times(x.value)
            elif x.kind == "product":
                value = value.times(x.value)
                for base, exponent in x.factors:
                    exponents.setdefault(base, []).append(exponent)
            else:
                exponents.setdefault(x, []).append(self.one)
        if value.value == 0:
            return self.zero
        summed = {base: each[0] if len(each) == 1 else self.sum(*each) for base, each in exponents.items()}
        if any(is_square_root(base, exponent) for base, exponent in summed.items()):
            return self.product(self.number(value), *(self.power(base, exponent) for base, exponent in summed.items()))
        factors = []
        for base, exponent in summed.items():
            if base.kind == "number" and exponent.kind == "number":  # sqrt(2)*sqrt(2)
                folded = self.power(base, exponent)
                if folded.kind == "number":
                    value = value.times(folded.value)
                    continue
            if exponent is not self.zero:
                factors.append((base, exponent))
        nested = self._nested(factors)
        if nested is not None:
            return self.product(self.number(value), *nested)
        return self._product(value, tuple(sorted(factors, key=place)))

    def _nested(self, factors: list[tuple[Expr, Expr]]) -> list[Expr] | None:
        """The same factors with a sum of quotients made one quotient, where it has a denominator of theirs; None for others."""
        if not any(base.kind == "sum" for base, _ in factors):
            return None
        below = {b for b, e in factors if is_below(e)}
        for i, (base, exponent) in enumerate(factors):
            if base.kind != "sum" or exponent is not self.one or not below:
                continue
            shared = {b for x, _ in base.terms for b, e in self._factors(x) if is_below(e)} & below
            if shared:
                whole = self._over_these(dict(base.terms), base.value, shared)
                if whole is not None:
                    return [whole, *(self.power(b, e) for k, (b, e) in enumerate(factors) if k != i)]
        return None

    def _over_these(self, terms: dict[Expr, Number], constant: Number, bases: set[Expr]) -> Expr | None:
        """A sum as one quotient over the deepest powers of some bases."""
        deepest: dict[Expr, Fraction] = {}
        for x in terms:
            for base, exponent in self._factors(x):
                if base in bases and exponent.kind == "number":
                    deepest[base] = min(deepest.get(base, Fraction(0)), exponent.value.value)
        below = [self.power(base, self.number(-deep)) for base, deep in deepest.items()]
        above = self.expanded(
            [self.scaled(self.product(x, *below), c) for x, c in (*terms.items(), (self.one, constant))]
        )
        if above is None:
            return None
        return self.product(self._factored(above), *(self.power(each, self.number(-1)) for each in below))

    def _factored(self, x: Expr) -> Expr:
        """A sum with what all its terms share taken out."""
        if x.kind != "sum" or x.value.value:
            return x
        common = self._common(dict(x.terms))
        if common is None:
            return x
        return self.product(
            common,
            self._shorter([self.scaled(self.product(t, self.power(common, self.number(-1))), c) for t, c in x.terms]),
        )

    def _shorter(self, xs: list[Expr]) -> Expr:
        constant, terms = self._collected((x, ONE) for x in xs)
        return self._sum(constant, {x: c for x, c in terms.items() if c.value != 0})

    def power(self, base: Expr, exponent: Expr) -> Expr:
        """A power. Exponents multiply only where the outer one is whole, so that sqrt(x^2) is not x."""
        if exponent.kind == "number":
            n = exponent.value.value
            if n == 0:
                return self.one
            if n == 1:
                return base
            if base.kind == "number" and (known := number_power(base.value, n)) is not None:
                return self.number(known)
            if n.denominator == 1 and base.kind == "product" and (value := number_power(base.value, n)) is not None:
                factors = tuple((b, self.product(e, exponent)) for b, e in base.factors)
                return self._product(value, factors)
        if base is self.one:
            return self.one
        if is_square_root(base, exponent):
            squares = self.sum(*(self.power(x, self.number(2)) for x in base.parts))
            return self.power(squares, self.number(exponent.value.value / 2))
        if (
            base.kind == "product"
            and base.value == ONE
            and len(base.factors) == 1
            and base.factors[0][0] is self.exponential
        ):
            return self.power(self.exponential, self.product(base.factors[0][1], exponent))
        return self._make("product", ONE, factors=((base, exponent),))

    def quotient(self, x: Expr, y: Expr) -> Expr:
        """A quotient; division by the number 0 stays as it is."""
        if y is self.zero:
            return self._make(
                "product", x.value if x.kind == "number" else ONE, factors=((self.zero, self.number(-1)),)
            )
        return self.product(x, self.power(y, self.number(-1)))

    def sum(self, *xs: Expr) -> Expr:
        """A sum: like terms collected, what shares a denominator brought over it, what all terms share taken out."""
        constant, terms = self._collected((x, ONE) for x in xs)
        terms = {x: c for x, c in terms.items() if c.value != 0}
        joined = self._over_one_denominator(terms)
        if joined is not None:
            return self.sum(joined[0], *joined[1], self.number(constant)) if joined[1] or constant.value else joined[0]
        made = self._sum(constant, terms)
        if made.size <= MOST_TRIED and any(
            b.kind == "sum" and e.kind == "number" and 0 < e.value.value <= 4
            for x in terms
            for b, e in self._factors(x)
        ):
            expanded = self.expanded([self.scaled(x, c) for x, c in (*terms.items(), (self.one, constant))])
            # A product is easier to read, so a sum must be much shorter.
            factored = self._factored(made)
            return (
                self._factored(expanded) if expanded is not None and 1.3 * expanded.size < factored.size else factored
            )
        return self._factored(made)

    def _sum(self, constant: Number, terms: dict[Expr, Number]) -> Expr:
        if not terms:
            return self.number(constant)
        if len(terms) == 1 and constant.value == 0:
            return self.scaled(*next(iter(terms.items())))
        return self._make("sum", constant, terms=tuple(sorted(terms.items(), key=lambda term: term[0].serial)))

    def _collected(self, xs: Iterable[tuple[Expr, Number]]) -> tuple[Number, dict[Expr, Number]]:
        """The constant, and the coefficient of each different term."""
        constant, terms = ZERO, dict[Expr, Number]()
        stack = list(xs)[::-1]
        while stack:
            x, c = stack.pop()
            if x.kind == "number":
                constant = constant.plus(x.value.times(c))
            elif x.kind == "sum":
                constant = constant.plus(x.value.times(c))
                stack += [(each, c.times(k)) for each, k in reversed(x.terms)]
            elif x.kind == "product" and x.value != ONE:
                stack.append((self._product(ONE, x.factors), c.times(x.value)))
            else:
                terms[x] = terms[x].plus(c) if x in terms else c
        return constant, terms

    def _factors(self, x: Expr) -> tuple[tuple[Expr, Expr], ...]:
        return x.factors if x.kind == "product" else ((x, self.one),)

    def _over_one_denominator(self, terms: dict[Expr, Number]) -> tuple[Expr, list[Expr]] | None:
        """The terms that share a denominator as one quotient, and the others; None where no two do."""
        deepest: dict[Expr, Fraction] = {}
        shared: Counter[Expr] = Counter()
        for x in terms:
            for base, exponent in self._factors(x):
                if is_below(exponent) and base is not self.zero:
                    deepest[base] = min(deepest.get(base, Fraction(0)), exponent.value.value)
                    shared[base] += 1
        bases = [base for base, times in shared.items() if times > 1]
        if not bases:
            return None
        inside = [x for x in terms if any(base in bases and is_below(e) for base, e in self._factors(x))]
        below = [self.power(base, self.number(-deepest[base])) for base in bases]
        above = self.expanded([self.scaled(self.product(x, *below), terms[x]) for x in inside])
        if above is None:
            return None
        whole = self.product(self._factored(above), *(self.power(each, self.number(-1)) for each in below))
        return whole, [self.scaled(x, c) for x, c in terms.items() if x not in inside]

    def expanded(self, xs: Iterable[Expr]) -> Expr | None:
        """The sum of some products with sums among their factors multiplied out; None where that grows too long."""
        found: list[Expr] = []
        for x in xs:
            sums: list[Expr] = []
            others = [self.number(x.value if x.kind == "product" else ONE)]
            for base, exponent in self._factors(x):
                times = exponent.value.value if exponent.kind == "number" else Fraction(0)
                if base.kind == "sum" and times.denominator == 1 and 0 < times <= 4:
                    sums += [base] * int(times)
                else:
                    others.append(self.power(base, exponent))
            parts = [self.product(*others)]
            for each in sums:
                pieces = [self.number(each.value), *(self.scaled(t, c) for t, c in each.terms)]
                parts = [self.product(p, q) for p in parts for q in pieces if q is not self.zero]
                if len(parts) > MOST_EXPANDED:
                    return None
            found += parts
        constant, terms = self._collected((x, ONE) for x in found)
        return self._sum(constant, {x: c for x, c in terms.items() if c.value != 0})

    def _common(self, terms: dict[Expr, Number]) -> Expr | None:
        """What every term has as a factor, if it is more than powers of names: x*exp(x), sin(x)^2, x^x."""
        if len(terms) < 2:
            return None
        shared: dict[Expr, Expr] | None = None
        for x in terms:
            own = {b: e for b, e in self._factors(x) if not is_below(e)}
            if shared is None:
                shared = own
            else:
                shared = {b: lower for b, e in shared.items() if b in own and (lower := least(e, own[b])) is not None}
            if all(is_plain(b, e) for b, e in shared.items()):
                return None
        assert shared is not None
        return self.product(*(self.power(b, e) for b, e in shared.items()))
