"""A formula with its derivatives as one schedule: equal values computed once, dead code gone, few values alive at a time.

What a schedule leaves to its readers is when an `if` is decided. Vector code runs `steps` and selects; languages with lazy
conditionals read `body`, where what only one branch uses belongs to that branch.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from ..ops import TABLE, Operation
from .adjoint import adjoint
from .formula import Formula, Step, reachable, unknown
from .regions import Region, regions
from .tidy import simpler
from .value import Value

T = TypeVar("T")

_DEFINED, _SELECT, _NOT = TABLE["defined"], TABLE["select"], TABLE["not_"]
_COMMUTE = frozenset({"add", "mul", "hypot", "logaddexp", "eq", "ne", "and_", "or_"})
_IDEMPOTENT = frozenset({"and_", "or_"})
# x > y is y < x; and the contrary of a comparison is undefined where the comparison is.
_TURNED = {"gt": TABLE["lt"], "ge": TABLE["le"]}
_CONTRARY = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}


class Output(NamedTuple):
    """What a program computes: a value (`by` is None), its partial by an input, or by a pair of inputs."""

    of: str
    by: str | tuple[str, str] | None


class Program:
    """Straight code over numbered values: first the inputs, then the constants, then one for each step.

    `inputs` are the names of values 0, 1, ...; `constants` the numbers that follow; each of `steps` is (number, operation,
    numbers of its operands), operands first. `results` are the numbers of the values that `outputs` names.
    """

    def __init__(self, inputs: Sequence[str], roots: Sequence[tuple[Output, Value]], leaves: Sequence[Value]) -> None:
        numbered = _Numbering(leaves)
        found = [numbered(value) for _, value in roots]
        order = _scheduled(found)
        self.inputs: tuple[str, ...] = tuple(inputs)
        self.outputs: tuple[Output, ...] = tuple(output for output, _ in roots)
        constants = [node for node in order if node.op is None and node not in numbered.leaves]
        numbers = {node: i for i, node in enumerate([*leaves, *constants])}
        self.constants: tuple[float, ...] = tuple([_data(node) for node in constants])
        # The constants, by their places among all values, that the range of doubles made wrong when they were folded.
        self.lost: frozenset[int] = frozenset(numbers[node] for node in constants if node in numbered.lost)
        steps: list[Step] = []
        for node in order:
            if node.op is not None:
                i = numbers[node] = len(numbers)
                steps.append((i, node.op, tuple([numbers[x] for x in node.operands])))
        self.steps: tuple[Step, ...] = tuple(steps)
        self.results: tuple[int, ...] = tuple([numbers[node] for node in found])

    @staticmethod
    def of(formula: Formula, wrt: Iterable[str] | None = None, order: int = 1) -> Program:
        """Every output of a formula with its derivatives up to an order (0, 1 or 2) by the named inputs, else by all.

        Where an output is NaN so are its derivatives. Raises KeyError for a name that is no input.
        """
        names = list(formula.inputs if wrt is None else wrt)
        leaves = [formula.input_values[name] for name in names]
        roots: list[tuple[Output, Value]] = []
        for output, i in formula.output_nodes.items():
            root = formula.nodes[i]
            roots.append((Output(output, None), root))
            if order < 1:
                continue
            slopes = adjoint(root, leaves)
            roots += [(Output(output, name), _masked(root, slopes[x])) for name, x in zip(names, leaves, strict=True)]
            if order < 2:
                continue
            for k, name in enumerate(names):
                second = adjoint(slopes[leaves[k]], leaves[k:])
                pairs = zip(names[k:], leaves[k:], strict=True)
                roots += [(Output(output, (name, other)), _masked(root, second[x])) for other, x in pairs]
        return Program(formula.inputs, roots, list(formula.input_values.values()))

    def at(self, inputs: Sequence[float]) -> list[float]:
        """The results at a point, by the operations' own functions."""
        values = [*inputs, *self.constants]
        for _, row, xs in self.steps:
            values.append(row.fn(*[values[x] for x in xs]))
        return [values[i] for i in self.results]

    @property
    def cost(self) -> int:
        """The work of one run in additions, by the costs of the table."""
        return sum(row.cost * max(1, len(xs) - 1 if row.variadic else 1) for _, row, xs in self.steps)

    @property
    def size(self) -> int:
        """How many values there are in all."""
        return len(self.inputs) + len(self.constants) + len(self.steps)

    @property
    def body(self) -> Region:
        """The steps by regions: what only one branch of an `if` uses stands in that branch."""
        return regions(self.steps, self.results)

    def alive(self) -> int:
        """The greatest number of step values that are still wanted at one moment; a result is handed over at once."""
        return most_alive((i, xs) for i, _, xs in self.steps)


def _masked(root: Value, slope: Value) -> Value:
    return Value.of(_DEFINED, (root, slope))


def _data(node: Value) -> float:
    return math.nan if node.data is None else node.data


class _Numbering:
    """One node for all that are equal: same operation, same operands. Constants are told apart by their bits."""

    def __init__(self, leaves: Iterable[Value]) -> None:
        self.leaves = set(leaves)
        self._known: dict[Value, Value] = {}
        self._made: dict[object, Value] = {}
        self.lost: set[Value] = set()

    def __call__(self, root: Value) -> Value:
        known = self._known
        for node in unknown([root], known):
            if node.op is None:
                known[node] = node if node in self.leaves else self._constant(_data(node))
            else:
                known[node] = self._step(node.op, tuple([known[x] for x in node.operands]))
        return known[root]

    def _constant(self, number: float) -> Value:
        made = self._made.setdefault(struct.pack("d", number), Value(number, constant=True))
        self._known[made] = made
        return made

    def _folded(self, row: Operation, xs: tuple[Value, ...]) -> Value:
        """The number that an operation on constants comes to; it is remembered where the range of doubles made it wrong."""
        numbers = [_data(x) for x in xs]
        z = row.fn(*numbers)
        made = self._constant(z)
        ordinary = 1e-290 < abs(z) < math.inf
        wrong = not ordinary and not row.exact and all(x != 0 and math.isfinite(x) for x in numbers)
        wrong = wrong and (row.name not in ("add", "sub") or math.isinf(z))
        if wrong or (any(x in self.lost for x in xs) and not (ordinary and row.name in ("add", "sub"))):
            self.lost.add(made)
        return made

    def _step(self, row: Operation, xs: tuple[Value, ...]) -> Value:
        if all(x.op is None and x not in self.leaves for x in xs):
            return self._folded(row, xs)
        if row is _NOT and xs[0].op is not None and xs[0].op.name in _CONTRARY:
            row, xs = TABLE[_CONTRARY[xs[0].op.name]], xs[0].operands
        if row is _SELECT:
            xs = self._positive(*xs)
        if row.name in _TURNED:
            row, xs = _TURNED[row.name], xs[::-1]
        if row.name in _IDEMPOTENT and xs[0] is xs[1]:
            return xs[0]
        found = simpler(row, xs)
        if found is not None:
            return found if found in self._known else self._again(found)
        if row.name in _COMMUTE:
            xs = tuple(sorted(xs, key=_serial))
        key = (row.name, *xs)
        if key not in self._made:
            made = self._made[key] = Value.of(row, xs)
            self._known[made] = made
        return self._made[key]

    def _positive(self, p: Value, a: Value, b: Value) -> tuple[Value, Value, Value]:
        """A choice by p as one by < or ==, so that contrary conditions are told to be one."""
        if p.op is _NOT:
            return p.operands[0], b, a
        if p.op is not None and p.op.name in ("le", "ne"):
            row, xs = TABLE[_CONTRARY[p.op.name]], p.operands
            return self._step(row, xs), b, a
        return p, a, b

    def _again(self, made: Value) -> Value:
        """What a simplification made of known nodes; it is at most two operations deep."""
        if made.op is None:
            return self._constant(_data(made))
        return self._step(made.op, tuple([x if x in self._known else self._again(x) for x in made.operands]))


def _serial(value: Value) -> int:
    return value.serial


def _scheduled(roots: Sequence[Value]) -> list[Value]:
    """The nodes of the roots, operands first, in that one of two orders which keeps fewer values alive.

    In the order of making, as a gradient is swept; or depth first, the operand with the greater need first (Sethi and
    Ullman, The generation of optimal code for arithmetic expressions, 1970).
    """
    made = reachable(roots)
    deep = _depth_first(roots, made)
    return deep if _needs(deep) < _needs(made) else made


def _needs(order: Sequence[Value]) -> int:
    return most_alive((node, node.operands) for node in order if node.op is not None)


def _depth_first(roots: Sequence[Value], made: Sequence[Value]) -> list[Value]:
    need: dict[Value, int] = {}
    for node in made:
        needs = sorted((need[x] for x in node.operands), reverse=True)
        need[node] = max([n + k for k, n in enumerate(needs)], default=1)
    # A dict for its order: all that has been taken.
    order: dict[Value, None] = {}
    for node in unknown(sorted(roots, key=_serial, reverse=True), order, lambda x: (need[x], x.serial)):
        order[node] = None
    return list(order)


def most_alive(steps: Iterable[tuple[T, Sequence[T]]]) -> int:
    """The greatest number of results of steps that are wanted by later ones at one moment.

    A step is its result and its operands; what no step makes takes no place.
    """
    order = list(steps)
    last = {x: k for k, (_, xs) in enumerate(order) for x in xs}
    made = {z for z, _ in order}
    now = most = 0
    for k, (z, xs) in enumerate(order):
        now += z in last
        most = max(most, now)
        now -= sum(1 for x in set(xs) if x in made and last[x] == k)
    return most
