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
from .expr import Expr, Number, is_whole, pieces
from .guards import is_finite, is_routing, unguarded, vanishes
from .truths import conjunction, disjunction, holds, narrowed, negation

_RELATIONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
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
        return self.of.sum(*unguarded(self.of, parts)) if family == "sum" else self.of.product(*parts)

    def operation(self, node: Value, xs: list[Expr]) -> Expr:
        """What an operation of the table comes to."""
        of, row = self.of, node.op
        assert row is not None
        if _asks(node, math.inf, "ge"):  # lest inf times 0 be undefined
            return of.zero
        if _is_near_0(node):
            return of.zero
        if _is_question(node):
            return self._question(node)
        if row.name in ("add", "sub"):
            xs = unguarded(of, xs)
        special = _SPECIAL.get(row.name)
        if row.name == "sech" and node.origin is not None:
            return of.call("sech", *xs)
        if node.origin is None:
            special = _IN_RULES.get(row.name, special)
        if special is not None:
            found = special(of, xs)
            if found is not None:
                return found
        if row.name == "select":
            return self._choice(node, xs)
        if row.name in _RELATIONS:
            if node.origin is None and any(map(_is_bound, xs)):  # x is taken to lie between
                return of.zero if row.name == "eq" else of.one
            if row.name in ("eq", "ne") and xs[0].kind == "number" and xs[1].kind != "number":
                xs = xs[::-1]
            return of.call(_RELATIONS[row.name], *xs)
        return of.call({"logb": "log"}.get(row.name, row.name), *xs)

    def _choice(self, node: Value, xs: list[Expr]) -> Expr:
        """A choice, and of routing as much of it as the formula needs."""
        of = self.of
        p, a, b = xs
        if p.text == "not_":
            p, a, b = p.parts[0], b, a
        if p is of.one or a is b:
            return a
        if p is of.zero:
            return b
        if _is_entropy(node) and is_finite(b, set(pieces(p))):
            return b
        if b is of.zero and vanishes(of, p, a):
            return a
        p = narrowed(of, p)
        if p is of.zero:  # x > 1 and x < 1
            return b
        held = holds(of, p, a)
        if p is of.one:
            return held
        ours = node.operands[0].op
        bent = ours is not None and ours.name == "ne" and node.operands[0].origin is None  # by abs
        if b is of.zero and bent and not is_routing(held):
            return held
        return of.call("if", p, held, b)

    def _question(self, node: Value) -> Expr:
        """What a rule of the table asks near x^0 at 0: never so, but where the exponent is 0 over a whole region."""
        eq = next((x for x in node.operands if x.op is not None and x.op.name == "eq"), None)
        if eq is None:
            return self.of.zero
        y = next((self.made[x] for x in eq.operands if constant_of(x) != 0), self.of.zero)
        return self.of.call("==", y, self.of.zero) if is_routing(y) else self.of.zero


def _is_question(node: Value) -> bool:
    """The question that a rule of the table asks near x^0 at 0, which nobody would write."""
    return (
        node.origin is None and node.op is not None and node.op.name == "and_" and any(map(_is_near_0, node.operands))
    )


def _is_near_0(node: Value) -> bool:
    """Whether a rule of the table asks if a number is next to 0."""
    return _asks(node, NEAR_0)


def _asks(node: Value, limit: float, relation: str = "lt") -> bool:
    """Whether a rule of the table asks how a number compares with a limit."""
    asked = node.op is not None and node.op.name == relation and node.origin is None
    return asked and constant_of(node.operands[1]) == limit


def _is_entropy(node: Value) -> bool:
    """The question that the rule of xlogy asks at 0*log(0)."""
    p = node.operands[0]
    return p.origin is None and p.op is not None and p.op.name == "and_" and all(
        x.op is not None and x.op.name == "eq" and constant_of(x.operands[1]) == 0 for x in p.operands
    )  # fmt: skip


def _clamped(_: Algebra, xs: list[Expr]) -> Expr | None:
    return xs[0] if _is_bound(xs[1]) and _is_bound(xs[2]) else None


def _is_bound(x: Expr) -> bool:
    """One of the bounds at ±1000 by which rules of the table keep x·0 from being undefined."""
    return x.kind == "number" and abs(x.value.value) == _BOUND


def _sech(of: Algebra, xs: list[Expr]) -> Expr:
    """1/cosh(x), but what somebody wrote as sech(x) stays; of half the operand of a sigmoid its own terms.

    1/cosh(x/2)^2 is 4·s(x)·(1 - s(x)).
    """
    if of.knows("sech", xs[0]):
        return of.call("sech", xs[0])
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


def _length(of: Algebra, xs: list[Expr]) -> Expr:
    """sqrt(1 + x^2), which a rule computes as hypot(1, x); hypot where somebody wrote it, of two operands that move, and of
    a quotient, whose square may yet be brought over one denominator.
    """
    written = of.knows("hypot", *xs) or of.knows("hypot", *xs[::-1])
    whole = all(is_whole(n) and n.value.value > 0 for x in xs if x.kind != "number" for _, n in of.factors(x))
    if written or not whole or all(x.kind != "number" for x in xs):
        return of.call("hypot", *xs)
    return of.power(of.sum(*(of.power(x, of.number(2)) for x in xs)), _half(of))


def _floor(of: Algebra, xs: list[Expr]) -> Expr | None:
    """floor(x/y), which the rule of mod(x, y) computes as round((x - mod(x, y))/y)."""
    for made in (each for base, _ in of.factors(xs[0]) for each, _ in base.terms):
        if made.kind == "call" and made.text == "mod":
            return of.call("floor", of.quotient(*made.parts))
    return None


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
    exponent = of.sum(y, of.scaled(k, Number(Fraction(-1))))
    raised = of.power(x, exponent)
    if is_routing(x) and n is of.one:  # x may be 0 over a whole region
        return of.call("xlogy", raised, x)
    found = of.product(raised, of.power(of.call("log", x), n))
    if n is of.zero or not is_routing(x):
        return found
    at_0 = conjunction(of, of.call("==", x, of.zero), of.call(">", exponent, of.zero))
    return of.call("if", at_0, of.zero, found)


def _log_share(of: Algebra, xs: list[Expr]) -> Expr:
    return of.sum(xs[0], _minus(of, of.call("logsumexp", *xs)))


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
    "unit": lambda of, xs: of.call("sign", xs[0]) if xs[1] is of.zero else of.quotient(xs[0], _length(of, xs)),
    "sech": _sech,
    "tanh": _tanh,
    "clamp": _clamped,
    "sqrt1mx2": lambda of, xs: of.power(of.sum(of.one, _minus(of, of.power(xs[0], of.number(2)))), _half(of)),
    "gauss": lambda of, xs: of.call("exp", _minus(of, of.power(xs[0], of.number(2)))),
    "sincn": _sine_quotient,
    "share": lambda of, xs: of.call("exp", _log_share(of, xs)),
    "remainder": lambda of, xs: of.sum(of.one, _minus(of, of.call("exp", _log_share(of, xs)))),
    "logshare": _log_share,
    "defined": lambda _, xs: xs[1],
    "unless": lambda _, xs: xs[1],
    "not_": lambda of, xs: negation(of, *xs),
    "and_": lambda of, xs: conjunction(of, *xs),
    "or_": lambda of, xs: disjunction(of, *xs),
    "sqrtx2m1": lambda of, xs: of.power(_square_less_one(of, xs[0]), _half(of)),
    "cothacosh": lambda of, xs: of.quotient(xs[0], of.power(_square_less_one(of, xs[0]), _half(of))),
}  # fmt: skip

# What rules compute in another form than people write, where nobody wrote it.
_IN_RULES: Mapping[str, Callable[[Algebra, list[Expr]], Expr | None]] = {"hypot": _length, "round": _floor}

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
