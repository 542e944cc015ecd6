"""What the operations of the table come to on a machine: a few kinds of nodes, equal ones made once.

A node is a real number or, with `mask`, a yes or no. What depends on nothing but numbers that are the same for all rows is
`uniform`: it is computed once, before the rows.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..ops import Operation


class Node:
    """One instruction: `op` on `args`; `what` tells a constant, an input, a predicate, a function or a row from others."""

    __slots__ = ("args", "code", "mask", "number", "op", "uniform", "what")

    def __init__(
        self, code: Code, op: str, args: tuple[Node, ...], what: Any, *, mask: bool, uniform: bool, number: int
    ) -> None:
        self.code = code
        self.number = number
        self.op = op
        self.args = args
        self.what = what
        self.mask = mask
        self.uniform = uniform

    def __add__(self, other: Real) -> Node:
        return self.code.make("fadd", self, other)

    def __radd__(self, other: Real) -> Node:
        return self.code.make("fadd", self, other)

    def __sub__(self, other: Real) -> Node:
        return self.code.make("fsub", self, other)

    def __rsub__(self, other: Real) -> Node:
        return self.code.make("fsub", other, self)

    def __mul__(self, other: Real) -> Node:
        return self.code.make("fmul", self, other)

    def __rmul__(self, other: Real) -> Node:
        return self.code.make("fmul", self, other)

    def __truediv__(self, other: Real) -> Node:
        return self.code.make("fdiv", self, other)

    def __rtruediv__(self, other: Real) -> Node:
        return self.code.make("fdiv", other, self)

    def __neg__(self) -> Node:
        return self.code.make("fneg", self)

    def __abs__(self) -> Node:
        return self.code.make("fabs", self)

    # Comparisons hold only between numbers: with a NaN all are no.
    def __lt__(self, other: Real) -> Node:
        return self.code.compare("olt", self, other)

    def __le__(self, other: Real) -> Node:
        return self.code.compare("ole", self, other)

    def __gt__(self, other: Real) -> Node:
        return self.code.compare("ogt", self, other)

    def __ge__(self, other: Real) -> Node:
        return self.code.compare("oge", self, other)

    def equals(self, other: Real) -> Node:
        """Whether two numbers are equal."""
        return self.code.compare("oeq", self, other)

    def differs(self, other: Real) -> Node:
        """Whether two numbers are unequal, and none is NaN."""
        return self.code.compare("one", self, other)

    @property
    def undefined(self) -> Node:
        """Whether a number is NaN."""
        return self.code.compare("uno", self, self)

    def __and__(self, other: Node) -> Node:
        return self.code.both(self, other)

    def __or__(self, other: Node) -> Node:
        return self.code.either(self, other)


Real = Node | float


class Truth(NamedTuple):
    """What the table calls a truth: true, false, or, where neither holds, undefined."""

    true: Node
    false: Node


class Code:
    """The instructions made so far, operands first."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._made: dict[object, Node] = {}
        self.yes = self._node("yes", (), True, None, mask=True)
        self.no = self._node("yes", (), False, None, mask=True)
        self.nan = self.number(math.nan)

    def _node(
        self, op: str, args: tuple[Node, ...], what: Any, key: object, *, mask: bool, uniform: bool = True
    ) -> Node:
        found = self._made.get((op, key, *args)) if key is not None else None
        if found is None:
            everywhere = uniform and all(x.uniform for x in args)
            found = Node(self, op, args, what, mask=mask, uniform=everywhere, number=len(self.nodes))
            self.nodes.append(found)
            if key is not None:
                self._made[(op, key, *args)] = found
        return found

    def number(self, x: Real) -> Node:
        """A constant; a node as it is."""
        if isinstance(x, Node):
            return x
        return self._node("number", (), float(x), struct.pack("d", x), mask=False)

    def input(self, place: int, *, uniform: bool) -> Node:
        """Input number `place`, the same for all rows or a column."""
        return self._node("input", (), place, place, mask=False, uniform=uniform)

    def make(self, op: str, *xs: Real) -> Node:
        """An arithmetic instruction of LLVM, by its name there."""
        args = tuple([self.number(x) for x in xs])
        if op == "fneg" and args[0].op == "number":
            return self.number(-args[0].what)
        if op in ("fadd", "fmul") and args[0].number > args[1].number:
            args = args[::-1]
        return self._node(op, args, None, "", mask=False)

    def fma(self, x: Real, y: Real, z: Real) -> Node:
        """x*y + z, rounded once."""
        return self.make("fma", x, y, z)

    def sqrt(self, x: Real) -> Node:
        """The square root."""
        return self.make("sqrt", x)

    def library(self, name: str, *xs: Real) -> Node:
        """A function of the C library, by its name there."""
        return self._node("library", tuple([self.number(x) for x in xs]), name, name, mask=False)

    def row(self, row: Operation, xs: Iterable[Real], where: Node | None = None) -> Node:
        """A row's own function on floats, called back in Python where the mask is yes; 0 elsewhere. Slow, and always right."""
        args = (where or self.yes, *[self.number(x) for x in xs])
        return self._node("row", args, row, row.name, mask=False)

    def compare(self, predicate: str, x: Real, y: Real) -> Node:
        """A comparison, by LLVM's name of it."""
        return self._node("fcmp", (self.number(x), self.number(y)), predicate, predicate, mask=True)

    def unordered(self, x: Real, y: Real) -> Node:
        """Whether one of two numbers is NaN."""
        return self.compare("uno", x, y)

    def both(self, p: Node, q: Node) -> Node:
        """And."""
        if p is self.no or q is self.yes or p is q:
            return p
        return q if q is self.no or p is self.yes else self._node("and", (p, q), None, "", mask=True)

    def either(self, p: Node, q: Node) -> Node:
        """Or."""
        if p is self.yes or q is self.no or p is q:
            return p
        return q if q is self.yes or p is self.no else self._node("or", (p, q), None, "", mask=True)

    def where(self, p: Node, a: Real, b: Real) -> Node:
        """The number a where p is yes, else b."""
        x, y = self.number(a), self.number(b)
        return (
            x
            if p is self.yes or x is y
            else y
            if p is self.no
            else self._node("select", (p, x, y), None, "", mask=False)
        )

    def mostly(self, p: Node, a: Node, u: Node, x: Node, y: Node) -> Node:
        """The number a where p is yes, else u*x/y, which is only computed where some row of a vector needs it."""
        return self._node("mostly", (p, a, u, x, y), None, "", mask=False)

    def rare(self, row: Operation, xs: Iterable[Real], where: Node, otherwise: Real) -> Node:
        """A number that is right nearly everywhere; in the few rows where it is not, that of the row's own function."""
        return self.where(where, self.row(row, xs, where), otherwise)

    def real(self, x: Real | Truth) -> Node:
        """A truth as 1, 0 or NaN."""
        if isinstance(x, Truth):
            return self.where(x.true, 1.0, self.where(x.false, 0.0, self.nan))
        return self.number(x)

    def truth(self, x: Real | Truth) -> Truth:
        """1 and 0 as a truth."""
        if isinstance(x, Truth):
            return x
        number = self.number(x)
        return Truth(number.equals(1.0), number.equals(0.0))


def whole_power(x: Node, n: int) -> Node:
    """x^n by squaring, n from 1."""
    if n == 1:
        return x
    half = whole_power(x, n // 2)
    return half * half * x if n % 2 else half * half


Lowered = Node | Truth
Lowering = Callable[..., Lowered]
