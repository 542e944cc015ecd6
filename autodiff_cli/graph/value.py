"""A node of the graph: the notebook's Value."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from ..ops import TABLE, Operation

_new = object.__new__
_ADD, _SUB, _MUL, _DIV, _NEG, _POW, _ABS, _SELECT = (
    TABLE[name] for name in ("add", "sub", "mul", "div", "neg", "pow", "abs", "select")
)
# An operand is made before its result, so the order of making is a topological order.
tick = count().__next__
# What an attribute is until it is set. Nodes are made by the million, so only what differs is stored.
_UNSET: dict[str, Any] = {"grad": 0.0, "label": "", "constant": False, "origin": None, "data": None}


class Call:
    """A call of one of the program's functions that nodes were inlined through: its place, and the call around it.

    Two calls at one place, as in a sum over an index, are two.
    """

    __slots__ = ("end", "name", "outer", "start")

    def __init__(self, start: int, end: int, outer: Call | None, name: str) -> None:
        self.start = start
        self.end = end
        self.outer = outer
        self.name = name


class Value:
    """A number that remembers how it came about: `op` and its ordered `operands`, or a leaf, whose op is None.

    `data` is the number (None in a graph without values), `grad` the partial derivative by this value of the one whose
    `backward()` ran last. A leaf with `constant` is not differentiated. `origin` is where the parser read the node:
    start and end offset, and the innermost call that it was inlined through. `serial` grows from operands to
    results.
    """

    __slots__ = ("constant", "data", "grad", "label", "op", "operands", "origin", "serial")

    if TYPE_CHECKING:
        op: Operation | None
        operands: tuple[Value, ...]
        data: float | None
        grad: float
        label: str
        constant: bool
        origin: tuple[int, int, Call | None] | None
        serial: int

    def __init__(self, data: float | None = None, label: str = "", *, constant: bool = False) -> None:
        self.op = None
        self.operands = ()
        self.data = None if data is None else float(data)
        self.constant = constant
        self.serial = tick()
        if label:
            self.label = label

    @staticmethod
    def of(op: Operation, operands: tuple[Value, ...]) -> Value:
        """The value of an operation; with data where every operand has some."""
        node: Value = _new(Value)
        node.op = op
        node.operands = operands
        node.serial = tick()
        data = [operand.data for operand in operands]
        if None not in data:
            node.data = op.fn(*data)
        return node

    def backward(self) -> None:
        """Set `grad` of every value this one depends on to the partial derivative of this one by it.

        Running it again gives the same: gradients are set, not added to. Raises ValueError where there is no data.
        """
        from .engine import backward_in_place

        backward_in_place(self)

    # The three commonest operations are spelt out: graphs are built by the million.
    def __add__(self, other: Any) -> Value:
        if other.__class__ is not Value and (other := _lift(other)) is None:
            return NotImplemented
        node: Value = _new(Value)
        node.op = _ADD
        node.operands = (self, other)
        node.serial = tick()
        try:
            node.data = self.data + other.data  # type: ignore[operator]
        except TypeError:
            pass
        return node

    def __sub__(self, other: Any) -> Value:
        if other.__class__ is not Value and (other := _lift(other)) is None:
            return NotImplemented
        node: Value = _new(Value)
        node.op = _SUB
        node.operands = (self, other)
        node.serial = tick()
        try:
            node.data = self.data - other.data  # type: ignore[operator]
        except TypeError:
            pass
        return node

    def __mul__(self, other: Any) -> Value:
        if other.__class__ is not Value and (other := _lift(other)) is None:
            return NotImplemented
        node: Value = _new(Value)
        node.op = _MUL
        node.operands = (self, other)
        node.serial = tick()
        try:
            node.data = self.data * other.data  # type: ignore[operator]
        except TypeError:
            pass
        return node

    def __truediv__(self, other: Any) -> Value:
        return _binary(_DIV, self, other)

    def __pow__(self, other: Any) -> Value:
        return _binary(_POW, self, other)

    def __radd__(self, other: Any) -> Value:
        return _binary(_ADD, other, self)

    def __rsub__(self, other: Any) -> Value:
        return _binary(_SUB, other, self)

    def __rmul__(self, other: Any) -> Value:
        return _binary(_MUL, other, self)

    def __rtruediv__(self, other: Any) -> Value:
        return _binary(_DIV, other, self)

    def __rpow__(self, other: Any) -> Value:
        return _binary(_POW, other, self)

    def __pos__(self) -> Value:
        return self

    def __neg__(self) -> Value:
        return Value.of(_NEG, (self,))

    def __abs__(self) -> Value:
        return Value.of(_ABS, (self,))

    def __getattr__(self, name: str) -> Any:
        """An attribute not set yet; else an operation of the table as a method: `x.tanh()`, `x.clamp(0, 1)`."""
        if name in _UNSET:
            return _UNSET[name]
        row = TABLE.get(name)
        if row is None:
            raise AttributeError(f"a Value has no attribute or operation {name!r}")
        return _method(row, self)

    def __repr__(self) -> str:
        name = f", label={self.label!r}" if self.label else ""
        return f"Value({self.data!r}{name})"


def _method(row: Operation, first: Value) -> Callable[..., Value]:
    def method(*others: Any) -> Value:
        return operation(row, first, *others)

    return method


def _lift(number: Any) -> Value | None:
    """A plain number as a constant; None for anything else."""
    if isinstance(number, str):
        return None
    try:
        return Value(float(number), constant=True)
    except (TypeError, ValueError):
        return None


def _binary(op: Operation, x: Any, y: Any) -> Value:
    left = x if isinstance(x, Value) else _lift(x)
    right = y if isinstance(y, Value) else _lift(y)
    return NotImplemented if left is None or right is None else Value.of(op, (left, right))


def operation(row: Operation, *operands: Any) -> Value:
    """The value of a row of the table on values and plain numbers.

    Raises TypeError for a wrong number of operands, or one that is neither a Value nor a number.
    """
    lifted = tuple(x if x.__class__ is Value else _lift(x) for x in operands)
    if len(lifted) != row.arity and not (row.variadic and len(lifted) >= row.arity):
        raise TypeError(f"{row.name} takes {row.arity}{' or more' if row.variadic else ''}, got {len(lifted)}")
    if None in lifted:
        raise TypeError(f"{row.name} takes values and numbers")
    return Value.of(row, lifted)  # type: ignore[arg-type]


def is_truth(value: Value) -> bool:
    """Whether a value is true or false: a comparison, or a choice among such."""
    stack = [value]
    while stack:
        each = stack.pop()
        if each.op is _SELECT:
            stack += each.operands[1:]
        elif each.op is None or each.op.result != "truth":
            return False
    return True
