"""Algebra for people: sums and products in a normal form that brings together what belongs together.

It preserves the value wherever the original is defined (x/x is 1, but sqrt(x^2) stays), and is never evaluated but by tests.
Equal expressions are one object, so that every comparison is one of identity.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from ..errors import AdiffError
from .expr import MINUS, ONE, ZERO, Expr, Number, is_whole, number_power, place
from .factoring import as_one_quotient, common, expanded, nested, over_one_denominator, primitive
from .identities import EVEN, ODD, is_negative, reciprocals, signs, squares, tangents, through_hypot, without_logarithms

# Above this size a sum is not multiplied out to see whether it gets shorter.
MOST_TRIED = 200
MOST_WORK_TRYING = 300_000
MOST_WORK = 2_000_000
_SYMMETRIC = ("hypot", "logaddexp", "logsumexp")


class Algebra:
    """Makes expressions, each but once."""

    def __init__(self) -> None:
        self._made: dict[Any, Expr] = {}
        self._products: dict[Any, Expr] = {}
        # How many pieces have been put together: beyond some nothing is tried that may or may not be shorter.
        self.work = 0
        # x^2 + y^2 by hypot(x, y).
        self.squares: dict[Expr, Expr] = {}
        # What stands under a root keeps its form, so that its powers go together.
        self.rooted: set[Expr] = set()
        self.one = self.number(ONE)
        self.zero = self.number(ZERO)
        # The base of exp(x), whose powers add up.
        self.exponential = self.name("\0exp")

    def _make(
        self, kind: str, value: Number = ONE, text: str = "", parts: Any = (), factors: Any = (), terms: Any = ()
    ) -> Expr:
        key = (kind, value, text, parts, factors, terms)
        self.work += 1 + len(parts) + len(factors) + len(terms)
        found = self._made.get(key)
        if found is None:
            if self.work > MOST_WORK:
                raise AdiffError(
                    "limit", "the formula would take too long to write", hint="take a lower order, or the value"
                )
            found = self._made[key] = Expr(kind, len(self._made), value, text, parts, factors, terms)
        return found

    def number(self, value: Number | int | Fraction) -> Expr:
        """A number; a whole one is the same with a point and without."""
        number = value if isinstance(value, Number) else Number(Fraction(value))
        return self._make("number", Number(number.value) if number.value.denominator == 1 else number)

    def name(self, text: str) -> Expr:
        """A name."""
        return self._make("name", text=text)

    def call(self, text: str, *parts: Expr) -> Expr:
        """A function of operands, or a relation; exp(u) is a power of its own base."""
        if text == "exp":
            return self.power(self.exponential, parts[0])
        if text == "log" and len(parts) == 1:
            if parts[0] is self.one:
                return self.zero
            if parts[0] is self.exponential:
                return self.one
            (base, exponent), *more = self.factors(parts[0])
            if base is self.exponential and not more and parts[0].value == ONE:
                return exponent
        if text in ODD and is_negative(parts[0]):
            return self.scaled(self.call(text, self.scaled(parts[0], MINUS)), MINUS)
        if text in EVEN and is_negative(parts[0]):
            parts = (self.scaled(parts[0], MINUS),)
        if text == "hypot" and self.zero in parts:
            return self.call("abs", parts[0] if parts[1] is self.zero else parts[1])
        if text in _SYMMETRIC:
            parts = tuple(sorted(parts, key=lambda x: x.serial))
        return self._make("call", text=text, parts=parts)

    def may_try(self, x: Expr) -> bool:
        """Whether to look for a shorter form of an expression."""
        return x.size <= MOST_TRIED and self.work < MOST_WORK_TRYING

    def knows(self, text: str, *parts: Expr) -> bool:
        """Whether a call has been made already."""
        return ("call", ONE, text, parts, (), ()) in self._made

    def scaled(self, x: Expr, by: Number) -> Expr:
        """A multiple of an expression."""
        if by.value == 0:
            return self.zero
        if by.value == 1:
            return x
        if x.kind == "number":
            return self.number(x.value.times(by))
        if x.kind == "sum":
            return self.product(self.number(by), x)
        if x.kind == "product":
            return self.made_product(x.value.times(by), x.factors)
        return self.made_product(by, ((x, self.one),))

    def made_product(self, value: Number, factors: tuple[tuple[Expr, Expr], ...]) -> Expr:
        """A product of powers that are as they should be, in order."""
        if value.value == 0:
            return self.zero
        if not factors:
            return self.number(value)
        if value.value == 1:
            if len(factors) == 1 and factors[0][1] is self.one:
                return factors[0][0]
            value = ONE
        return self._make("product", value, factors=factors)

    def factors(self, x: Expr) -> tuple[tuple[Expr, Expr], ...]:
        """The bases and exponents of a product; of anything else itself."""
        return x.factors if x.kind == "product" else ((x, self.one),)

    def product(self, *xs: Expr) -> Expr:
        """A product: numbers multiplied, powers of one base added, what sums share taken out of them."""
        value = ONE
        exponents: dict[Expr, list[Expr]] = {}
        for x in xs:
            if x.kind == "number":
                value = value.times(x.value)
                continue
            if x.kind == "product":
                value = value.times(x.value)
            for base, exponent in self.factors(x):
                exponents.setdefault(base, []).append(exponent)
        if value.value == 0:
            return self.zero
        summed = {base: each[0] if len(each) == 1 else self.sum(*each) for base, each in exponents.items()}
        again = (
            through_hypot(self, summed) or tangents(self, summed) or reciprocals(self, summed) or signs(self, summed)
        )
        if again is not None:
            return self.product(self.number(value), *again)
        factors = []
        opened: list[Expr] = []
        for base, exponent in summed.items():
            if exponent is self.zero:
                continue
            if base.kind == "number" and exponent.kind == "number":  # sqrt(2)*sqrt(2)
                folded = self.power(base, exponent)
                if folded.kind == "number":
                    value = value.times(folded.value)
                    continue
            if base.kind == "product" and is_whole(exponent):  # sqrt(x*y)*sqrt(x*y)
                inside = self.power(base, exponent)
                if inside.factors != ((base, exponent),):
                    opened.append(inside)
                    continue
            if base.kind == "sum" and is_whole(exponent):
                turned = self._turned(base)
                if turned is not None:  # (a - b)*(b - a)
                    opened += [self.number(-1 if exponent.value.value % 2 else 1), self.power(turned, exponent)]
                    continue
            factors.append((base, exponent))
        if opened:
            return self.product(self.number(value), *opened, *(self.power(b, e) for b, e in factors))
        return self._finished(value, tuple(sorted(factors, key=place)))

    def _finished(self, value: Number, factors: tuple[tuple[Expr, Expr], ...]) -> Expr:
        """A product of powers, its sums looked into; the answer is kept, since it may be asked for again and again."""
        key = (value, factors)
        found = self._products.get(key)
        if found is None and any(base.kind == "sum" for base, _ in factors):
            inside = nested(self, factors)
            found = primitive(self, value, factors) if inside is None else self.product(self.number(value), *inside)
        if found is None:
            found = self.made_product(value, factors)
        self._products[key] = found
        return found

    def _turned(self, x: Expr) -> Expr | None:
        """The negative of a sum, where that was there first, and is not all minus."""
        if not any(c.value < 0 for _, c in x.terms) and x.value.value >= 0:
            return None
        terms = tuple((each, c.times(MINUS)) for each, c in x.terms)
        found = self._made.get(("sum", x.value.times(MINUS), "", (), (), terms))
        return found if found is not None and found.serial < x.serial else None

    def factored(self, x: Expr) -> Expr:
        """A sum with what all its terms share taken out, if that is more than powers of names."""
        if x.kind != "sum" or x.value.value:
            return x
        shared = common(self, dict(x.terms))
        if shared is None:
            return x
        below = self.power(shared, self.number(-1))
        rest = self.gathered([self.scaled(self.product(t, below), c) for t, c in x.terms])
        return self.product(shared, self._expanded_if_shorter(rest, rest))

    def gathered(self, xs: Iterable[Expr]) -> Expr:
        """A sum with like terms collected, and no more."""
        constant, terms = self.collected((x, ONE) for x in xs)
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
            if n.denominator != 1 and base.kind == "product" and base.value.value not in (0, 1):
                root = number_power(base.value, n)
                if root is not None:  # sqrt(4*x)
                    return self.product(self.number(root), self.power(self.made_product(ONE, base.factors), exponent))
            if n.denominator == 1 and base.kind == "product" and (value := number_power(base.value, n)) is not None:
                factors = tuple((b, self.product(e, exponent)) for b, e in base.factors)
                return self.product(*(self._power(b, e) for b, e in factors), self.number(value))
        if base is self.one:
            return self.one
        if base.kind == "product" and base.value == ONE and len(base.factors) == 1:
            inner, over = base.factors[0]
            if inner is self.exponential:
                return self.power(inner, self.product(over, exponent))
        return self._power(base, exponent)

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        if exponent is self.one:
            return base
        if base is self.exponential:
            found = without_logarithms(self, exponent)
            if found is not None:
                return self.product(*found[0], self.power(base, found[1]))
        made = self._make("product", ONE, factors=((base, exponent),))
        if base.kind == "sum" and exponent.kind == "number" and not is_whole(exponent):
            self.rooted.add(base)
        again = through_hypot(self, {base: exponent})
        return made if again is None else self.product(*again)

    def made_power(self, base: Expr, n: Fraction) -> Expr:
        """A power by a number, whatever the base."""
        if n == 0:
            return self.one
        return base if n == 1 else self._make("product", ONE, factors=((base, self.number(n)),))

    def quotient(self, x: Expr, y: Expr) -> Expr:
        """A quotient; division by the number 0 stays as it is."""
        if y is self.zero:
            return self._make("product", x.value if x.kind == "number" else ONE, factors=((y, self.number(-1)),))
        return self.product(x, self.power(y, self.number(-1)))

    def sum(self, *xs: Expr) -> Expr:
        """A sum: like terms collected, what shares a denominator brought over it, what all terms share taken out."""
        made = self.gathered(xs)
        if made.kind != "sum":
            return made
        joined = over_one_denominator(self, dict(made.terms))
        if joined is not None:
            constant = self.number(made.value)
            return self.sum(joined[0], *joined[1], constant) if joined[1] or made.value.value else joined[0]
        factored = self.factored(made)
        if not self.may_try(made):
            return factored
        quotient = as_one_quotient(self, made)
        if quotient is not None and quotient.size < factored.size:
            return quotient
        return self._expanded_if_shorter(made, factored)

    def _expanded_if_shorter(self, x: Expr, factored: Expr) -> Expr:
        """A sum with the sums in its terms multiplied out, where that is shorter; else what there is of it in factors."""
        if not self.may_try(x) or not any(
            b.kind == "sum" and is_whole(e) and 0 < e.value.value <= 4 for t, _ in x.terms for b, e in self.factors(t)
        ):
            return factored
        multiplied = expanded(self, [self.scaled(t, c) for t, c in (*x.terms, (self.one, x.value))])
        # A product is easier to read, so a sum must be much shorter.
        least = 1.0 if factored.kind == "sum" else 1.3
        if multiplied is not None and least * multiplied.size < factored.size:
            return self.factored(multiplied)
        return factored

    def _sum(self, constant: Number, terms: dict[Expr, Number]) -> Expr:
        constant, terms = squares(self, constant, terms)
        if not terms:
            return self.number(constant)
        if len(terms) == 1 and constant.value == 0:
            return self.scaled(*next(iter(terms.items())))
        return self._make("sum", constant, terms=tuple(sorted(terms.items(), key=lambda term: term[0].serial)))

    def collected(self, xs: Iterable[tuple[Expr, Number]]) -> tuple[Number, dict[Expr, Number]]:
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
                stack.append((self.made_product(ONE, x.factors), c.times(x.value)))
            else:
                terms[x] = terms[x].plus(c) if x in terms else c
        return constant, terms
