"""Derivatives of any order by one value, as a graph: forward through the operations, equal nodes made once.

Differentiating a derivative again and again makes graphs explode. Here the n-th derivative of every operation is made of
those of its operands and of its local derivatives by Leibniz's rule: z' = f'(x)·x', so z⁽ⁿ⁾ is the sum over k of
binomial(n-1, k)·f'(x)⁽ᵏ⁾·x⁽ⁿ⁻ᵏ⁾. That takes about n²/2 products for each operation (compare Griewank and Walther,
Evaluating Derivatives, 2008, chapter 13; binomials in place of Taylor coefficients leave no divisions to round).

A derivative goes on together with the truth under which it counts, as in the adjoint: it is asked once, around the whole
product, so that no 0·inf of an operand that was not chosen gets through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import comb
from typing import NamedTuple

from ..ops import TABLE, Operation
from .adjoint import Symbols
from .formula import reachable, unknown
from .routes import both, either, routed
from .tidy import constant_of, simpler
from .value import Value

MAX_ORDER = 100


_ADD, _MUL, _DIV, _NEG, _SUB, _SELECT, _DEFINED, _UNLESS = (
    TABLE[name] for name in ("add", "mul", "div", "neg", "sub", "select", "defined", "unless")
)
_LINEAR = frozenset({_ADD, _SUB, _NEG, _SELECT, _UNLESS})
# These hold at a point, and on no neighbourhood of it.
_EQUAL, _UNEQUAL = TABLE["eq"], TABLE["ne"]
_COMMUTE = frozenset({"add", "mul", "min", "max", "hypot", "logaddexp", "eq", "ne", "and_", "or_"})
_WHOLE = 2.0**53

# Of these the slope is a number where the value is not.
_OPEN = frozenset(
    {
        "log",
        "log2",
        "log10",
        "log1p",
        "logb",
        "xlogy",
        "acosh",
        "atanh",
        "asech",
        "acoth",
        "lgamma",
        "digamma",
        "polygamma",
    }
)


class Slope(NamedTuple):
    """A derivative, the truth under which it counts (None: always), and whether it is 0 already where that fails."""

    value: Value
    truth: Value | None = None
    routed: bool = False


class Jets:
    """The derivatives of values by `x`, of which everything else is independent unless it is made of it."""

    def __init__(self, x: Value) -> None:
        self.x = x
        self.made: dict[object, Value] = {}
        self.known: dict[Value, Value] = {x: x}
        # By value and order; None for 0.
        self.jets: dict[tuple[Value, int], Slope | None] = {}
        self.moves: dict[Value, bool] = {x: True}
        self.locals: dict[Value, list[tuple[int, Value, Value | None]]] = {}

    def by(self, x: Value) -> Jets:
        """The same by another leaf, with all nodes made so far."""
        other = Jets(x)
        other.made, other.known = self.made, self.known
        return other

    def derivative(self, value: Value, order: int = 1) -> Value:
        """The derivative of that order; the constant 0 where there is none."""
        wanted = (self.interned(value), order)
        jets, stack = self.jets, [wanted]
        while stack:
            node, n = stack[-1]
            if (node, n) in jets:
                stack.pop()
                continue
            waiting = [each for each in self._needed(node, n) if each not in jets]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            made = self._jet(node, n)
            if made is not None:
                slope = self.interned(made.value)
                made = None if constant_of(slope) == 0 else made._replace(value=slope)
            jets[node, n] = made
        found = jets[wanted]
        return Value(0.0, constant=True) if found is None else self.interned(_ended(found))

    def interned(self, value: Value) -> Value:
        """The one node that stands for all that equal it."""
        known = self.known
        for node in unknown([value], known):
            known[node] = (
                self._leaf(node) if node.op is None else self._node(node, tuple(known[x] for x in node.operands))
            )
        return known[value]

    def _leaf(self, node: Value) -> Value:
        c = constant_of(node)
        return node if c is None else self.made.setdefault((c, str(c)), node)

    def _node(self, node: Value, operands: tuple[Value, ...]) -> Value:
        row = node.op
        assert row is not None
        found = simpler(row, operands) or self._collected(row, operands)
        if found is not None:
            return found if found in self.known else self._again(found)
        if row.name in _COMMUTE:
            operands = tuple(sorted(operands, key=_serial))
        key = (row.name, *operands)
        if key not in self.made:
            made = node if operands == node.operands else Value.of(row, operands)
            if made is not node:
                made.origin, made.label = node.origin, node.label
            self.made[key] = made
            self.known[made] = made
        return self.made[key]

    def _again(self, made: Value) -> Value:
        """A node that a simplification made of known ones; it is at most two operations deep."""
        return self._leaf(made) if made.op is None else self._node(made, tuple(map(self.interned, made.operands)))

    def _collected(self, row: Operation, xs: tuple[Value, ...]) -> Value | None:
        """Whole factors brought together: 2*(3*x) is 6*x, 2*x + 3*x is 5*x."""
        if row is _MUL:
            (c, x), (d, y) = map(_factor, xs)
            if x is None or y is None:
                rest = x or y
                if rest is None or 1.0 in (c, d) or abs(c * d) >= _WHOLE:
                    return None
            elif c == d == 1 or abs(c * d) >= _WHOLE:
                return None
            else:
                rest = Value.of(_MUL, (x, y))
            return rest if c * d == 1 else Value.of(_MUL, (Value(c * d, constant=True), rest))
        if row is _NEG:
            c, x = _factor(xs[0])
            if c != 1 and x is not None:
                return x if c == -1 else Value.of(_MUL, (Value(-c, constant=True), x))
        elif row in (_ADD, _SUB):
            (c, x), (d, y) = map(_factor, xs)
            d = d if row is _ADD else -d
            if x is y and x is not None and abs(c + d) < _WHOLE and c + d != 0:
                return x if c + d == 1 else Value.of(_MUL, (Value(c + d, constant=True), x))
        return None

    def _moving(self, root: Value) -> bool:
        """Whether a value depends on x."""
        moves = self.moves
        for node in unknown([root], moves):
            moves[node] = any(moves[each] for each in node.operands)
        return moves[root]

    def _needed(self, node: Value, n: int) -> list[tuple[Value, int]]:
        """The derivatives that one is made of."""
        if n == 0 or node.op is None or node is self.x or not self._moving(node):
            return []
        xs = [x for x in node.operands if self._moving(x)]
        if node.op in _LINEAR:
            return [(x, n) for x in xs]
        if node.op is _MUL and len(xs) == 2:
            return [(x, k) for x in dict.fromkeys(xs) for k in range(1, n + 1)]
        found: list[tuple[Value, int]] = []
        if node.op is _DIV and n > 1:
            return [*((node, k) for k in range(1, n)), *((x, k) for x in xs for k in range(1, n + 1))]
        for k, local, _ in self._locals(node):
            x = node.operands[k]
            found += [(x, i) for i in range(1, n + 1)]
            found += [(local, i) for i in range(1, n) if self._moving(local)]
        return found

    def _jet(self, node: Value, n: int) -> Slope | None:
        """The n-th derivative of one value, from those that `_needed` names."""
        if n == 0:
            return Slope(node)
        if not self._moving(node):
            return None
        row = node.op
        if row is None or node is self.x:
            return Slope(Value(1.0, constant=True)) if n == 1 else None
        xs = node.operands
        if row in _LINEAR:
            return self._linear(row, xs, [self._at(x, n) for x in xs])
        if row is _DIV and n > 1:
            return self._quotient(node, n)
        if row is _MUL and all(map(self._moving, xs)):
            return self._summed(
                self._leibniz(
                    [self._at(xs[0], n - k) for k in range(n + 1)], [self._at(xs[1], k) for k in range(n + 1)]
                )
            )
        parts: list[Slope] = []
        for k, local, truth in self._locals(node):
            moved = [self._at(xs[k], n - i) for i in range(n)]
            found = self._leibniz(moved, [self._at(local, i) for i in range(n)])
            parts += [part._replace(truth=self._both(part.truth, truth)) for part in found]
        return self._summed(parts)

    def _quotient(self, node: Value, n: int) -> Slope | None:
        """From z·y = x: y·z⁽ⁿ⁾ is x⁽ⁿ⁾ less the sum of binomial(n, k)·z⁽ᵏ⁾·y⁽ⁿ⁻ᵏ⁾, k from 0 to n - 1."""
        x, y = node.operands
        rest = self._summed(
            self._leibniz([*(self._at(node, k) for k in range(n)), None], [self._at(y, n - k) for k in range(n + 1)])
        )
        above = self._at(x, n)
        found = self._summed([each for each in (above, _turned(rest)) if each is not None])
        return None if found is None else Slope(found.value / y, found.truth)

    def _at(self, x: Value, n: int) -> Slope | None:
        return Slope(x) if n == 0 else self.jets[x, n] if self._moving(x) else None

    def _linear(self, row: Operation, xs: tuple[Value, ...], slopes: list[Slope | None]) -> Slope | None:
        """The derivative of what passes derivatives on as they are."""
        if row is _SELECT:
            return self._chosen(xs[0], slopes[1], slopes[2])
        if row is _UNLESS:
            return None if slopes[1] is None else self._left_open(xs[0], slopes[1])
        last = slopes[-1] if row is _ADD else _turned(slopes[-1])
        return self._summed([each for each in (*slopes[:-1], last) if each is not None])

    def _chosen(self, p: Value, a: Slope | None, b: Slope | None) -> Slope | None:
        """The derivative of a choice: of one branch where that is taken, or of both.

        By an equality of what moves, it is that of the other branch, and left open at the point itself.
        """
        equal = self._equalities(p)
        if equal is not None:
            if p.op is _EQUAL or p.op is _UNEQUAL:
                taken = b if p.op is _EQUAL else a
                return self._left_open(equal, taken or Slope(Value(0.0, constant=True), None))
            both_ways = self._by_truth(p, a, b)
            return None if both_ways is None else self._left_open(equal, both_ways)
        return self._by_truth(p, a, b)

    def _left_open(self, equal: Value, slope: Slope) -> Slope:
        return Slope(Symbols.unless(equal, _ended(slope)), None, True)

    def _equalities(self, p: Value) -> Value | None:
        """Where any equality of what moves holds that a condition is made of; None where there is none."""
        found: Value | None = None
        stack = [p]
        while stack:
            each = stack.pop()
            if each.op in (_EQUAL, _UNEQUAL):
                if self._moving(each):
                    equal = Symbols.eq(*each.operands)
                    found = equal if found is None else Symbols.or_(found, equal)
            elif each.op is not None and each.op.result == "truth":
                stack += each.operands
        return None if found is None else self.interned(found)

    def _by_truth(self, p: Value, a: Slope | None, b: Slope | None) -> Slope | None:
        """That of one branch where it is taken, or of both."""
        other = self.interned(Symbols.not_(p)) if b is not None else None
        if a is None or b is None:
            taken, truth = (a, p) if a is not None else (b, other)
            return None if taken is None else Slope(taken.value, self._both(taken.truth, truth))
        truth = self._either(self._both(a.truth, p), self._both(b.truth, other))
        return Slope(Symbols.select(p, _ended(a), _ended(b)), truth, True)

    def _summed(self, parts: Sequence[Slope]) -> Slope | None:
        """The sum, with the truth under which any part counts: asked of each where they differ."""
        if not parts:
            return None
        total, truth, _ = parts[0]
        if all(part.truth is truth for part in parts):
            for part in parts[1:]:
                total = total + part.value
            return Slope(total, truth, all(part.routed for part in parts))
        total = _ended(parts[0])
        for part in parts[1:]:
            total = total + _ended(part)
            truth = self._either(truth, part.truth)
        return Slope(total, truth, True)

    def _leibniz(self, left: list[Slope | None], right: list[Slope | None]) -> list[Slope]:
        """The products binomial(n, k)·left[k]·right[k], k from 0 to n."""
        found: list[Slope] = []
        for k, (a, b) in enumerate(zip(left, right, strict=True)):
            if a is not None and b is not None:
                times = comb(len(left) - 1, k)
                part = a.value * b.value if times == 1 else float(times) * (a.value * b.value)
                found.append(Slope(part, self._both(a.truth, b.truth)))
        return found

    def _both(self, p: Value | None, q: Value | None) -> Value | None:
        return self._truth(both(p, q))

    def _truth(self, p: Value | None) -> Value | None:
        """A truth as the one node that stands for it; None where it always holds."""
        found = None if p is None else self.interned(p)
        return None if found is None or constant_of(found) == 1 else found

    def _either(self, p: Value | None, q: Value | None) -> Value | None:
        return self._truth(either(p, q))

    def _locals(self, node: Value) -> list[tuple[int, Value, Value | None]]:
        """The local derivative of an operation by each operand that depends on x, and the truth under which it counts."""
        if node not in self.locals:
            row, xs, found = node.op, node.operands, []
            assert row is not None
            spread = row.spread(Symbols, node, xs) if row.spread is not None else None
            for k, x in enumerate(xs):
                if not self._moving(x):
                    continue
                if spread is not None:
                    local, truth = spread[k]
                else:
                    rule, route = row.partials[k], row.routes[k]
                    if rule is None:
                        continue
                    local = rule(Symbols, node, *xs) if callable(rule) else Value(rule, constant=True)
                    truth = route(Symbols, node, *xs) if callable(route) else None
                local = local if isinstance(local, Value) else Value(local, constant=True)
                found.append((k, self.interned(local), self._truth(truth)))
            self.locals[node] = found
        return self.locals[node]


def derivative(value: Value, x: Value, order: int = 1) -> Value:
    """The derivative of a value by another, of an order up to MAX_ORDER, undefined where the value itself is."""
    if order == 0:
        return value
    return _defined(value, Jets(x).derivative(value, order))


def derivatives(value: Value, xs: Iterable[Value], order: int = 1) -> dict[Value, Value]:
    """The derivatives of that order by several values; equal nodes are made once for all of them."""
    found: dict[Value, Value] = {}
    jets: Jets | None = None
    for x in xs:
        jets = Jets(x) if jets is None else jets.by(x)
        found[x] = _defined(value, jets.derivative(value, order))
    return found


def _defined(value: Value, found: Value) -> Value:
    """A derivative that is undefined where the value is, as every derivative should be."""
    if constant_of(found) is None and any(node.op is not None and node.op.name in _OPEN for node in reachable([value])):
        return Value.of(_DEFINED, (value, found))
    return found


def replaced(root: Value, by: dict[Value, Value]) -> Value:
    """The graph with other values in place of some of its leaves; what does not depend on them is kept."""
    new: dict[Value, Value] = {}
    for node in reachable([root]):
        operands = tuple(new[x] for x in node.operands)
        if node in by:
            new[node] = by[node]
        elif node.op is None or operands == node.operands:
            new[node] = node
        else:
            made = new[node] = Value.of(node.op, operands)
            made.origin, made.label = node.origin, node.label
    return new[root]


def _ended(slope: Slope) -> Value:
    """A derivative that is 0 where it does not count."""
    return slope.value if slope.routed else routed(slope.value, slope.truth)


def _turned(slope: Slope | None) -> Slope | None:
    """The negative."""
    return None if slope is None else slope._replace(value=-slope.value)


def _factor(node: Value) -> tuple[float, Value | None]:
    """A whole number and what it multiplies; of a plain whole number there is no rest."""
    c = constant_of(node)
    if c is not None and c.is_integer():
        return c, None
    if node.op is _NEG:
        return -1.0, node.operands[0]
    if node.op is _MUL:
        for one, other in ((0, 1), (1, 0)):
            c = constant_of(node.operands[one])
            if c is not None and c.is_integer():
                return c, node.operands[other]
    return 1.0, node


def _serial(value: Value) -> int:
    return value.serial
