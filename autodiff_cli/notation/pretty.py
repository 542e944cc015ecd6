"""A graph as a formula that a person would write: hidden operations spelt out, then algebra, then arranged for printing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from ..graph.formula import reachable
from ..graph.tidy import constant_of
from ..graph.value import Value
from ..ops.arithmetic import NEAR_0
from .algebra import Algebra
from .expr import Expr, Number

_RELATIONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MOST_DENOMINATOR = 1000
_BOUND = 1000


def expressions(roots: Iterable[Value], algebra: Algebra | None = None) -> dict[Value, Expr]:
    """Each value as an expression of the algebra; named values that are not inputs are spelt out.

    Sums and products of many operands are made at once, so that the time grows with their length and not its square.
    """
    kept = list(roots)
    reader = _Reader(algebra or Algebra())
    nodes = reachable(kept)
    uses = Counter(x for node in nodes for x in node.operands)
    inner = {
        x
        for node in nodes
        for x in node.operands
        if uses[x] == 1
        and x.op is not None
        and node.op is not None
        and _family(node.op.name) == _family(x.op.name) != ""
    } - set(kept)
    for node in nodes:
        if node.op is None:
            reader.made[node] = reader.leaf(node)
        elif node not in inner:
            reader.made[node] = reader.long(node, inner)
    return {root: reader.made[root] for root in kept}


def _family(name: str) -> str:
    return "sum" if name in ("add", "sub", "neg") else "product" if name == "mul" else ""


class _Reader:
    """Reads one graph."""

    def __init__(self, algebra: Algebra) -> None:
        self.of = algebra
        self.made: dict[Value, Expr] = {}

    def leaf(self, node: Value) -> Expr:
        if node.label == "e" and node.constant and node.data == math.e:
            return self.of.exponential
        if node.label:
            return self.of.name(node.label)
        data = math.nan if node.data is None else node.data
        if math.isnan(data):
            return self.of.name("nan")
        if math.isinf(data):
            return self.of.scaled(self.of.name("inf"), Number(Fraction(1 if data > 0 else -1)))
        return self._constant(data, written=node.origin is not None)

    def _constant(self, data: float, *, written: bool) -> Expr:
        """As it was written, or, of a rule of the table, the fraction or the number of mathematics that it stands for."""
        if data.is_integer():
            return self.of.number(Fraction(data))
        if not written:
            near = Fraction(data).limit_denominator(_MOST_DENOMINATOR)
            if float(near) == data:
                return self.of.number(near)
            for known, made in _KNOWN.items():
                times = round(data / known)  # a factor that was folded into it: 3*log(2)
                if times and times * known == data:
                    return self.of.scaled(made(self.of), Number(Fraction(times)))
        return self.of.number(Number(Fraction(repr(data)), decimal=True))

    def long(self, node: Value, inner: set[Value]) -> Expr:
        """An operation; of a sum or product with all that it alone is made of, at once."""
        assert node.op is not None
        family = _family(node.op.name)
        if not family or not any(x in inner for x in node.operands):
            return self.operation(node, [self.made[x] for x in node.operands])
        parts: list[Expr] = []
        stack = [(node, 1)]
        while stack:
            each, sign = stack.pop()
            if each is not node and each not in inner:
                parts.append(self.made[each] if sign > 0 else _minus(self.of, self.made[each]))
                continue
            assert each.op is not None
            last = -sign if each.op.name in ("sub", "neg") else sign
            stack += [(x, last if k == len(each.operands) - 1 else sign) for k, x in enumerate(each.operands)][::-1]
        return self.of.sum(*parts) if family == "sum" else self.of.product(*parts)

    def operation(self, node: Value, xs: list[Expr]) -> Expr:
        """What an operation of the table comes to."""
        of, row = self.of, node.op
        assert row is not None
        special = _SPECIAL.get(row.name)
        if special is not None:
            found = special(of, xs)
            if found is not None:
                return found
        if row.name == "select":
            return self._choice(node, xs)
        if row.name in _RELATIONS:
            if node.origin is None and any(map(_is_bound, xs)):  # x is taken to lie between
                return of.zero if row.name == "eq" else of.one
            return of.call(_RELATIONS[row.name], *xs)
        return of.call({"logb": "log", "and_": "and", "or_": "or"}.get(row.name, row.name), *xs)

    def _choice(self, node: Value, xs: list[Expr]) -> Expr:
        p, a, b = xs
        if p is self.of.one:
            return a
        if a is b or _is_guard(node):
            return b
        if b is self.of.zero and self._vanishes(p, a):
            return a
        return self.of.call("if", p, a, b)

    def _vanishes(self, p: Expr, a: Expr) -> bool:
        """Whether a choice of routing may be left out: the slope is 0 by itself where the operand is not chosen."""
        factors = [base for base, _ in a.factors] if a.kind == "product" else [a]
        if p.text == "and":
            return all(self._vanishes(each, a) for each in p.parts)
        if p.text == "!=" and p.parts[1] is self.of.zero:
            return self.of.call("sign", p.parts[0]) in factors
        return p.text in ("<=", ">=") and any(each.kind == "sum" and _shares(each, p) for each in factors)


def _shares(x: Expr, p: Expr) -> bool:
    """(a > b) + (a == b)/2, which is 0 where a >= b is not."""
    texts = {term.text: set(term.parts) for term, _ in x.terms}
    return texts.keys() == {p.text.removesuffix("="), "=="} and all(parts == set(p.parts) for parts in texts.values())


def _is_guard(node: Value) -> bool:
    """The question that rules of the table ask about x^y near x = 0, which nobody would write."""
    p = node.operands[0]
    asked = p.operands if p.op is not None and p.op.name == "and_" else (p,)
    return p.origin is None and any(
        x.op is not None and x.op.name == "lt" and constant_of(x.operands[1]) == NEAR_0 for x in asked
    )


def _clamped(_: Algebra, xs: list[Expr]) -> Expr | None:
    return xs[0] if _is_bound(xs[1]) and _is_bound(xs[2]) else None


def _is_bound(x: Expr) -> bool:
    """One of the bounds at ±1000 by which rules of the table keep x·0 from being undefined."""
    return x.kind == "number" and abs(x.value.value) == _BOUND


def _sech(of: Algebra, xs: list[Expr]) -> Expr:
    """1/cosh(x); of half the operand of a sigmoid its own terms: 1/cosh(x/2)^2 is 4·s(x)·(1 - s(x))."""
    whole = of.scaled(xs[0], Number(Fraction(2)))
    if of.knows("sigmoid", whole) or of.knows("softplus", whole):
        s = of.call("sigmoid", whole)
        return of.scaled(of.power(of.product(s, of.sum(of.one, _minus(of, s))), _half(of)), Number(Fraction(2)))
    return of.power(of.call("cosh", xs[0]), of.number(-1))


def _tanh(of: Algebra, xs: list[Expr]) -> Expr | None:
    """Of half the operand of a sigmoid its own terms: tanh(x/2) is 2·s(x) - 1."""
    whole = of.scaled(xs[0], Number(Fraction(2)))
    if not of.knows("sigmoid", whole):
        return None
    return of.sum(of.scaled(of.call("sigmoid", whole), Number(Fraction(2))), of.number(-1))


def _square_less_one(of: Algebra, x: Expr) -> Expr:
    return of.sum(of.power(x, of.number(2)), of.number(-1))


def _half(of: Algebra) -> Expr:
    return of.number(Fraction(1, 2))


def _sine_quotient(of: Algebra, xs: list[Expr]) -> Expr:
    """The n-th derivative of sinc, which the language writes with marks."""
    n, x = xs
    assert n.kind == "number"
    return of.call("sinc" + "'" * int(n.value.value), x)


def _power_log(of: Algebra, xs: list[Expr]) -> Expr:
    n, k, x, y = xs
    if x is of.zero:  # 0^y is 0, and its slope
        return of.zero
    return of.product(of.power(x, of.sum(y, of.scaled(k, Number(Fraction(-1))))), of.power(of.call("log", x), n))


def _not(of: Algebra, xs: list[Expr]) -> Expr | None:
    (p,) = xs
    return of.call(_NEGATED[p.text], *p.parts) if p.text in ("==", "!=") else None


def _minus(of: Algebra, x: Expr) -> Expr:
    return of.scaled(x, Number(Fraction(-1)))


# The rows that algebra has its own word for, and the hidden ones that nobody else should see.
_SPECIAL: Mapping[str, Callable[[Algebra, list[Expr]], Expr | None]] = {
    "add": lambda of, xs: of.sum(*xs),
    "sub": lambda of, xs: of.sum(xs[0], _minus(of, xs[1])),
    "mul": lambda of, xs: of.product(*xs),
    "div": lambda of, xs: of.quotient(*xs),
    "muldiv": lambda of, xs: of.quotient(of.product(xs[0], xs[1]), xs[2]),
    "neg": lambda of, xs: _minus(of, xs[0]),
    "pow": lambda of, xs: of.power(*xs),
    "sqrt": lambda of, xs: of.power(xs[0], _half(of)),
    "exp": lambda of, xs: of.call("exp", xs[0]),
    "powlog": _power_log,
    "unit": lambda of, xs: of.quotient(xs[0], of.call("hypot", *xs)),
    "sech": _sech,
    "tanh": _tanh,
    "clamp": _clamped,
    "sqrt1mx2": lambda of, xs: of.power(of.sum(of.one, _minus(of, of.power(xs[0], of.number(2)))), _half(of)),
    "gauss": lambda of, xs: of.call("exp", _minus(of, of.power(xs[0], of.number(2)))),
    "sincn": _sine_quotient,
    "defined": lambda _, xs: xs[1],
    "not_": _not,
    "and_": lambda of, xs: xs[1] if xs[0] is of.one else xs[0] if xs[1] is of.one else None,
    "sqrtx2m1": lambda of, xs: of.power(_square_less_one(of, xs[0]), _half(of)),
    "cothacosh": lambda of, xs: of.quotient(xs[0], of.power(_square_less_one(of, xs[0]), _half(of))),
}  # fmt: skip

# The constants of the table's rules.
_KNOWN: Mapping[float, Callable[[Algebra], Expr]] = {
    math.log(2): lambda of: of.call("log", of.number(2)),
    1 / math.log(2): lambda of: of.quotient(of.one, of.call("log", of.number(2))),
    math.log10(math.e): lambda of: of.quotient(of.one, of.call("log", of.number(10))),
    2 / math.sqrt(math.pi): lambda of: of.quotient(of.number(2), of.power(of.name("pi"), _half(of))),
    1 / math.sqrt(2 * math.pi): lambda of: of.power(
        of.scaled(of.name("pi"), Number(Fraction(2))), of.number(Fraction(-1, 2))
    ),
    math.sqrt(0.5): lambda of: of.power(of.number(2), of.number(Fraction(-1, 2))),
}
