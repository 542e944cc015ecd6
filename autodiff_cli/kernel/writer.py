"""Instructions as lines of LLVM assembly, on vectors of a width or, at width 1, on single numbers."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from .code import Node
from .host import Host

if TYPE_CHECKING:
    from .emit import Layout

_BINARY = frozenset({"fadd", "fsub", "fmul", "fdiv"})
# The least double that a result cannot hold: in single precision, from half a unit beyond the largest on.
_BEYOND = {"d": math.inf, "f": 2.0**128 - 2.0**103}
_INTRINSIC = {"fabs": 1, "sqrt": 1, "floor": 1, "ceil": 1, "rint": 1, "trunc": 1, "copysign": 2, "fma": 3}


def literal(x: float) -> str:
    """A double, bit by bit."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


def real(width: int) -> str:
    """The type of numbers."""
    return f"<{width} x double>" if width > 1 else "double"


def mask(width: int) -> str:
    """The type of yes and no."""
    return f"<{width} x i1>" if width > 1 else "i1"


class Functions:
    """What a module calls: LLVM's intrinsics, the C library, the operations' own functions in Python."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.libraries: dict[str, None] = {}
        self.rows: dict[str, None] = {}
        self._text: dict[str, str] = {}

    @property
    def text(self) -> list[str]:
        """Declarations and helpers."""
        return list(self._text.values())

    def intrinsic(self, name: str, width: int) -> str:
        """LLVM's own function."""
        symbol = f"@llvm.{name}.{f'v{width}' if width > 1 else ''}f64"
        operands = ", ".join([real(width)] * _INTRINSIC[name])
        self._text[symbol] = f"declare {real(width)} {symbol}({operands})"
        return f"{real(width)} {symbol}"

    def population(self, width: int) -> str:
        """How many bits of a mask are set. The count of 8 lanes fits into 4 bits, that of 2 just into 2."""
        symbol = f"@llvm.ctpop.i{width}"
        self._text[symbol] = f"declare i{width} {symbol}(i{width})"
        return f"i{width} {symbol}"

    def library(self, name: str, many: int, width: int) -> str:
        """A function of the C library: its vector form where the host has one, else each lane by itself."""
        vector = self.host.vector(name, many) if width > 1 else None
        if vector is None:
            self._scalar(name, many)
            self.libraries[name] = None
            return f"double @{name}" if width == 1 else self._each(name, many, width)
        self.libraries[vector] = None
        convention = f"{self.host.convention} " if self.host.convention else ""
        self._text[vector] = f"declare {convention}{real(width)} @{vector}({', '.join([real(width)] * many)})"
        return f"{convention}{real(width)} @{vector}"

    def row(self, name: str, many: int, width: int) -> str:
        """An operation's own function, where a mask says so."""
        self.rows[name] = None
        self._scalar(f"adiff_{name}", many)
        return self._each(f"adiff_{name}", many, width)

    def _scalar(self, name: str, many: int) -> None:
        self._text[name] = f"declare double @{name}({', '.join(['double'] * many)})"

    def _each(self, name: str, many: int, width: int) -> str:
        """A helper that calls a function on numbers lane by lane, where the mask is yes; 0 elsewhere."""
        helper = f"each_{name}_{width}"
        value, yes = real(width), mask(width)
        operands = [f"%x{k}" for k in range(many)]
        signature = ", ".join([f"{yes} %mask", *(f"{value} {x}" for x in operands)])
        lanes = [f"double {x}" for x in operands]
        if width == 1:
            body = f"""entry:
  br i1 %mask, label %call, label %none
call:
  %z = call double @{name}({", ".join(lanes)})
  ret double %z
none:
  ret double 0.0"""
        else:
            picks = "\n".join(f"  %l{k} = extractelement {value} {x}, i64 %k" for k, x in enumerate(operands))
            arguments = ", ".join(f"double %l{k}" for k in range(many))
            body = f"""entry:
  %bits = bitcast {yes} %mask to i{width}
  %none = icmp eq i{width} %bits, 0
  br i1 %none, label %nothing, label %loop
nothing:
  ret {value} zeroinitializer
loop:
  %k = phi i64 [0, %entry], [%next, %then]
  %so = phi {value} [zeroinitializer, %entry], [%now, %then]
  %wanted = extractelement {yes} %mask, i64 %k
  br i1 %wanted, label %call, label %then
call:
{picks}
  %z = call double @{name}({arguments})
  %with = insertelement {value} %so, double %z, i64 %k
  br label %then
then:
  %now = phi {value} [%so, %loop], [%with, %call]
  %next = add i64 %k, 1
  %more = icmp slt i64 %next, {width}
  br i1 %more, label %loop, label %done
done:
  ret {value} %now"""
        self._text[helper] = f"define internal {value} @{helper}({signature}) #0 {{\n{body}\n}}"
        return f"{value} @{helper}"


class Writer:
    """The lines of one function."""

    def __init__(self, functions: Functions, width: int) -> None:
        self.functions = functions
        self.width = width
        self.lines: list[str] = []
        self._names: dict[Node, str] = {}
        self._count = 0
        self.block = "entry"
        self._real = real(width)
        self._mask = mask(width)

    def say(self, line: str) -> None:
        """A line."""
        self.lines.append(f"  {line}")

    def label(self, name: str) -> None:
        """The beginning of a basic block."""
        self.block = name
        self.lines.append(f"{name}:")

    def set(self, what: str) -> str:
        """A new name for what an instruction gives."""
        self._count += 1
        self.lines.append(f"  %t{self._count} = {what}")
        return f"%t{self._count}"

    def _name(self, node: Node) -> str:
        if node.op == "number":
            return f"splat (double {literal(node.what)})" if self.width > 1 else literal(node.what)
        if node.op == "yes":
            word = "true" if node.what else "false"
            return f"splat (i1 {word})" if self.width > 1 else word
        return self._names[node]

    def _typed(self, node: Node) -> str:
        return f"{self._mask if node.mask else self._real} {self._name(node)}"

    def instruction(self, node: Node) -> None:
        """The lines of one instruction."""
        self._names[node] = self._mostly(node) if node.op == "mostly" else self.set(self._instruction(node))

    def _mostly(self, node: Node) -> str:
        """A branch around what is rarely needed."""
        p, a, u, x, y = (self._name(each) for each in node.args)
        all_of_it = p
        if self.width > 1:
            bits = self.set(f"bitcast {self._mask} {p} to i{self.width}")
            all_of_it = self.set(f"icmp eq i{self.width} {bits}, -1")
        self._count += 1
        rare, then, before = f"rare{self._count}", f"then{self._count}", self.block
        self.say(f"br i1 {all_of_it}, label %{then}, label %{rare}")
        self.label(rare)
        product = self.set(f"fmul {self._real} {u}, {x}")
        quotient = self.set(f"fdiv {self._real} {product}, {y}")
        better = self.set(f"select {self._mask} {p}, {self._real} {a}, {self._real} {quotient}")
        self.say(f"br label %{then}")
        self.label(then)
        return self.set(f"phi {self._real} [{a}, %{before}], [{better}, %{rare}]")

    def _instruction(self, node: Node) -> str:
        op, args = node.op, node.args
        names = [self._name(x) for x in args]
        typed = [self._typed(x) for x in args]
        if op in _BINARY:
            return f"{op} {self._real} {', '.join(names)}"
        if op in ("and", "or"):
            return f"{op} {self._mask} {', '.join(names)}"
        if op == "fcmp":
            return f"fcmp {node.what} {self._real} {', '.join(names)}"
        if op == "select":
            return f"select {', '.join(typed)}"
        if op == "fneg":
            return f"fneg {self._real} {names[0]}"
        if op in _INTRINSIC:
            return f"call {self.functions.intrinsic(op, self.width)}({', '.join(typed)})"
        if op == "library":
            called = self.functions.library(node.what, len(args), self.width)
            every = [f"{self._mask} splat (i1 true)"] if "@each_" in called else []
            return f"call {called}({', '.join([*every, *typed])})"
        called = self.functions.row(node.what.name, len(args) - 1, self.width)
        return f"call {called}({', '.join(typed)})"

    def load(self, node: Node, base: str, place: str, *, splat: bool = False, whole: bool = False) -> None:
        """A value from a place counted in doubles: one number, spread over the lanes by `splat`, or a `whole` vector."""
        p = self.set(f"getelementptr double, ptr {base}, {place}")
        x = self.set(f"load {self._real if whole else 'double'}, ptr {p}, align 8")
        if splat and self.width > 1:
            x = self._spread(x, "double")
        if node.mask:
            x = self.set(f"fcmp une {self._real} {x}, {'zeroinitializer' if self.width > 1 else '0.0'}")
        self._names[node] = x

    def store(self, node: Node, base: str, place: str, *, whole: bool = False) -> None:
        """A value to a place counted in doubles; yes as 1, no as 0."""
        kind = self._real if whole else "double"
        x = self._name(node)
        if node.mask:
            one = f"splat (double {literal(1.0)})" if self.width > 1 else "1.0"
            x = self.set(
                f"select {self._mask} {x}, {kind} {one}, {kind} {'zeroinitializer' if self.width > 1 else '0.0'}"
            )
        p = self.set(f"getelementptr double, ptr {base}, {place}")
        self.say(f"store {kind} {x}, ptr {p}, align 8")

    def _spread(self, x: str, kind: str) -> str:
        vector = f"<{self.width} x {kind}>"
        first = self.set(f"insertelement {vector} poison, {kind} {x}, i64 0")
        return self.set(f"shufflevector {vector} {first}, {vector} poison, <{self.width} x i32> zeroinitializer")

    def column(self, place: int, kind: str) -> None:
        """Where a column begins, at the first row of this call."""
        p = self.set(f"getelementptr ptr, ptr %columns, i64 {place}")
        c = self.set(f"load ptr, ptr {p}")
        if kind in "DF":
            sp = self.set(f"getelementptr i64, ptr %strides, i64 {place}")
            self.say(f"%s{place} = load i64, ptr {sp}")
            off = self.set(f"mul i64 %start, %s{place}")
        else:
            off = self.set(f"mul i64 %start, {8 if kind == 'd' else 4}")
        self.say(f"%c{place} = getelementptr i8, ptr {c}, i64 {off}")

    def out(self, i: int, size: int) -> None:
        """Where a result goes."""
        p = self.set(f"getelementptr ptr, ptr %outs, i64 {i}")
        o = self.set(f"load ptr, ptr {p}")
        off = self.set(f"mul i64 %start, {size}")
        self.say(f"%o{i} = getelementptr i8, ptr {o}, i64 {off}")

    def within(self) -> None:
        """The lanes that are rows."""
        if self.width == 1:
            self.say("%within = icmp slt i64 0, %valid")
            return
        limit = self._spread("%valid", "i64")
        lanes = ", ".join(f"i64 {lane}" for lane in range(self.width))
        self.say(f"%within = icmp slt <{self.width} x i64> <{lanes}>, {limit}")

    def read(self, node: Node, kind: str) -> None:
        """A vector of a column."""
        place = node.what
        number = "double" if kind in "dD" else "float"
        vector = f"<{self.width} x {number}>" if self.width > 1 else number
        if kind in "df":
            p = self.set(f"getelementptr {number}, ptr %c{place}, i64 %i")
            x = self.set(f"load {vector}, ptr {p}, align {8 if kind == 'd' else 4}")
        else:
            x = "poison"
            for lane in range(self.width):
                at = self.set(f"add i64 %i, {lane}")
                off = self.set(f"mul i64 {at}, %s{place}")
                p = self.set(f"getelementptr i8, ptr %c{place}, i64 {off}")
                each = self.set(f"load {number}, ptr {p}, align 1")
                x = each if self.width == 1 else self.set(f"insertelement {vector} {x}, {number} {each}, i64 {lane}")
        self._names[node] = x if number == "double" else self.set(f"fpext {vector} {x} to {self._real}")

    def result(self, i: int, node: Node, layout: Layout) -> str:
        """Write a result; how many of its numbers are not finite, where that is counted."""
        x = self._name(node)
        count = "0"
        if layout.counted:
            size = self.set(f"call {self.functions.intrinsic('fabs', self.width)}({self._real} {x})")
            most = literal(_BEYOND[layout.out])
            infinite = f"splat (double {most})" if self.width > 1 else most
            odd = self.set(f"fcmp uge {self._real} {size}, {infinite}")
            odd = self.set(f"and {self._mask} {odd}, %within")
            if self.width > 1:
                bits = self.set(f"bitcast {self._mask} {odd} to i{self.width}")
                many = self.functions.population(self.width)
                odd = self.set(f"call {many}(i{self.width} {bits})")
            count = self.set(f"zext i{self.width} {odd} to i64")
        number = "double"
        if layout.out == "f":
            number = "float"
            kind = f"<{self.width} x float>" if self.width > 1 else "float"
            x = self.set(f"fptrunc {self._real} {x} to {kind}")
        else:
            kind = self._real
        p = self.set(f"getelementptr {number}, ptr %o{i}, i64 %i")
        size_of = 8 if number == "double" else 4
        where = f"align {size_of * self.width}, !nontemporal !0" if layout.streaming else f"align {size_of}"
        self.say(f"store {kind} {x}, ptr {p}, {where}")
        return count
