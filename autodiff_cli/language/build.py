"""Syntax to graph: names resolved, functions inlined, sums unrolled.

Each expression is run by a generator that asks for what it needs built first (a definition further down, the body of a
function, a term of a sum); `_drive` keeps them on a list, so that nothing recurses over the input.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from typing import Any

from ..errors import AdiffError, Source
from ..graph.formula import Formula
from ..graph.note import Note
from ..graph.value import Value, is_truth, tick
from ..ops import CONSTANTS, FUNCTIONS, TABLE, Operation
from . import calls, literals
from .program import Program, cycle
from .syntax import Syntax, exponent_of

MAX_NODES = 1_000_000

Environment = dict[str, Value]
Running = Generator[Any, Any, Value]

_new = object.__new__
_NEG, _MUL, _POW, _AND = (TABLE[name] for name in ("neg", "mul", "pow", "and_"))
_COMPARISONS = {
    "<": "lt", "<=": "le", "≤": "le", ">": "gt", ">=": "ge", "≥": "ge", "==": "eq", "!=": "ne", "≠": "ne",
}  # fmt: skip


def build(syntax: Syntax, source: Source, bound: Collection[str] = ()) -> Formula:
    """The formula of a program. Raises AdiffError for every mistake that is not one of syntax."""
    return Builder(syntax, source, bound).formula()


class Builder:
    """One program on its way to a graph."""

    def __init__(self, syntax: Syntax, source: Source, bound: Collection[str]) -> None:
        self.source = source
        self.code = syntax.code
        self.binders = syntax.binders
        self.program = Program(syntax, source, bound)
        self.made = 0
        self.now = 0  # the instruction that is being run
        self.inputs: dict[str, Value] = {}
        self.defined: dict[str, Value] = {}
        self.building: dict[str, None] = {}  # an ordered set
        self.inlining: dict[str, None] = {}
        self.inlined: dict[tuple[Any, ...], Value] = {}

    def formula(self) -> Formula:
        """Build every definition, then the outputs."""
        program = self.program
        for name in program.definitions:
            if name not in self.defined and name not in self.building:
                self._drive(self._definition(name))
        outputs = {}
        for name, root in program.output_roots():
            outputs[name] = self.defined[name] if root is None else self._drive(self._run(root, {}, None))
        called = {key[0] for key in self.inlined}
        for name in reversed(program.functions):
            if name not in called:
                self._drive(self._unused_function(name))
                called.update(key[0] for key in self.inlined)
        used = program.input_order(self.inputs)
        return Formula(
            outputs,
            {name: self.inputs[name] for name in used},
            defaults={name: self._number(name) for name in used if name in program.defaults},
            named=self.defined,
            constants=[name for name, statement in program.definitions.items() if statement.kind == "const"],
            source=self.source,
            notes=self._notes(list(outputs)),
        )

    def _number(self, name: str) -> float:
        value = self._drive(self._run(self.program.defaults[name], {}, None))
        assert value.data is not None, "a default holds only numbers"
        return float(value.data)

    def _notes(self, outputs: list[str]) -> list[Note]:
        notes = self.program.notes()
        reach = self.program.uses_of(outputs)
        functions = {f"{name}()": statement for name, statement in self.program.functions.items()}
        for key, statement in {**self.program.definitions, **functions}.items():
            if key not in reach and key not in outputs:
                message = f"{statement.name} is defined, but {' and '.join(outputs)} does not use it"
                notes.append(Note("unused", message, statement.name, self.source.span(statement.start, statement.end)))
        return notes

    def error(self, kind: str, message: str, where: Any, hint: str | None = None) -> AdiffError:
        """An error at an instruction."""
        return AdiffError(kind, message, source=self.source, at=(where[3], where[4]), hint=hint)

    @staticmethod
    def _drive(first: Running) -> Value:
        waiting = [first]
        answer: Value | None = None
        while waiting:
            try:
                request = waiting[-1].send(answer)
            except StopIteration as done:
                waiting.pop()
                answer = done.value
            else:
                waiting.append(request)
                answer = None
        assert answer is not None
        return answer

    def node(self, op: Operation, operands: tuple[Value, ...], origin: Any) -> Value:
        """A new node, its operands' kinds checked; with data where they are all constant."""
        self.made += 1
        if self.made > MAX_NODES:
            raise AdiffError(
                "limit", f"the program unfolds to more than {MAX_NODES:,} nodes", source=self.source, at=origin[:2],
                hint="unroll fewer terms, or compute the rest outside",
            )  # fmt: skip
        if "truth" in op.kinds:
            for i, operand in enumerate(operands):
                if op.kind(i) == "truth" and not is_truth(operand):
                    raise calls.not_a_truth(self, op, i, len(operands))
        node: Value = _new(Value)
        node.op = op
        node.operands = operands
        node.origin = origin
        node.serial = tick()
        data = [x.data for x in operands]
        node.data = None if None in data else op.fn(*data)
        return node

    def constant(self, number: float, origin: Any) -> Value:
        """A leaf that is not differentiated."""
        value = Value(number, constant=True)
        value.origin = origin
        return value

    def _run(self, root: int, env: Environment, path: Any) -> Running:
        """Run the instructions that make up the expression ending at `root`."""
        code, binders = self.code, self.binders
        stack: list[Any] = []
        push, pop = stack.append, stack.pop
        at = code[root][5]
        while at <= root:
            if at in binders and binders[at] <= root and code[binders[at]][1][0] not in self.program.functions:
                at = binders[at]
                push((yield calls.unroll(self, code[at], env, path)))
                at += 1
                continue
            kind, payload, count, start, end, _ = code[at]
            self.now = at
            at += 1
            if kind.__class__ is Operation:
                if count == 2:
                    y = pop()
                    push(self.node(kind, (pop(), y), (start, end, path)))
                elif kind is _NEG and stack[-1].op is None and stack[-1].constant and not stack[-1].label:
                    push(self.constant(-pop().data, (start, end, path)))
                else:
                    push(self.node(kind, (pop(),), (start, end, path)))
            elif kind == "number":
                push(self.constant(literals.number(self.source, payload, start), (start, end, path)))
            elif kind == "name":
                found = env.get(payload)
                if found is None and (found := self.defined.get(payload)) is None:
                    if payload in self.program.definitions:
                        found = yield self._definition(payload, (start, end))
                    else:
                        found = self._leaf(payload, (start, end, path))
                push(found)
            elif kind == "juxtapose":
                left = self._factor(payload, start, path)
                push(self.node(_MUL, (left, pop()), (start, end, path)))
            elif kind == "compare":
                operands = stack[-count:]
                del stack[-count:]
                push(self._compare(payload, operands, (start, end, path)))
            elif kind == "superscript":
                exponent = self.constant(float(exponent_of(payload)), (payload.start_pos, end, path))
                push(self.node(_POW, (pop(), exponent), (start, end, path)))
            elif kind in ("call", "binder"):
                operands = stack[len(stack) - count :]
                del stack[len(stack) - count :]
                push((yield from self._call(payload, operands, code[at - 1], env, path)))
            elif kind == "function_power":
                operands = stack[len(stack) - count :]
                del stack[len(stack) - count :]
                push((yield from self._function_power(payload, operands, code[at - 1], env, path)))
            elif kind != "nothing":
                raise calls.unread(self, kind, code[at - 1])
        result: Value = pop()
        return result

    def _factor(self, token: Any, start: int, path: Any) -> Value:
        """The number before a name or bracket. Raises AdiffError where the two are 0x1F or 1_000."""
        if (wrong := literals.foreign_number(self.source, start)) is not None:
            raise wrong
        return self.constant(literals.number(self.source, str(token), start), (start, token.end_pos, path))

    def _compare(self, operators: tuple[str, ...], operands: list[Value], origin: Any) -> Value:
        """a < b < c is (a < b) and (b < c)."""
        result: Value | None = None
        for symbol, x, y in zip(operators, operands, operands[1:], strict=False):
            start = x.origin[0] if x.origin and y.origin else origin[0]
            each = self.node(TABLE[_COMPARISONS[symbol]], (x, y), (start, origin[1], origin[2]))
            result = each if result is None else self.node(_AND, (result, each), origin)
        assert result is not None
        return result

    def _definition(self, name: str, at: tuple[int, int] | None = None) -> Running:
        """The value of a definition, wherever it stands."""
        statement = self.program.definitions[name]
        if name in self.building:
            names = cycle(self.building, name)
            itself = "give the new value another name"
            hint = itself if len(names) == 2 else "one of them must be a number or an input"
            raise AdiffError(
                "name", f"{name} is defined by itself: {' -> '.join(names)}", source=self.source,
                at=at or (statement.start, statement.end), hint=hint,
            )  # fmt: skip
        if name in self.program.defaults:
            self.defined[name] = self._leaf(name, (statement.start, statement.end, None))
            return self.defined[name]
        self.building[name] = None
        value: Value = yield self._run(statement.roots[0], {}, None)
        del self.building[name]
        if statement.kind == "const":
            if value.data is None:
                raise AdiffError(
                    "name", f"const {name} must be made of numbers and other const names", source=self.source,
                    at=(statement.start, statement.end), hint=f"write {name} = ... for a value that depends on inputs",
                )  # fmt: skip
            if not is_truth(value):
                value = self.constant(value.data, (statement.start, statement.end, None))
        if not value.label and (value.op is not None or value.constant):
            value.label = name
        self.defined[name] = value
        return value

    def _leaf(self, name: str, origin: Any) -> Value:
        """A name that nothing defines: a constant of mathematics, or an input."""
        if name in CONSTANTS and name not in self.program.own:
            value = self.constant(CONSTANTS[name], origin)
            value.label = name
            return value
        if name not in self.inputs:
            value = Value(label=name)
            value.origin = origin
            self.inputs[name] = value
        return self.inputs[name]

    def _call(self, payload: Any, operands: list[Value], where: Any, env: Environment, path: Any) -> Any:
        name, primes, _ = payload
        if name in self.program.functions:
            if primes:
                raise calls.unread(self, "prime", where)
            return (yield self._inline(name, tuple(operands), where, path))
        return calls.builtin(self, name, primes, operands, where, env, path)

    def _inline(self, name: str, operands: tuple[Value, ...], where: Any, path: Any) -> Running:
        """The body of a function with values for its parameters; the same values give the same node."""
        parameters = self.program.parameters[name]
        if len(operands) != len(parameters):
            raise calls.wrong_count(self, name, str(len(parameters)), len(operands), where)
        key = (name, *operands)
        if key not in self.inlined:
            if name in self.inlining:
                names = cycle(self.inlining, name)
                raise self.error(
                    "name", f"{name} calls itself: {' -> '.join(names)}", where,
                    "a function may not be recursive: sum(i, 1, n, ...) and prod(i, 1, n, ...) repeat",
                )  # fmt: skip
            self.inlining[name] = None
            env = dict(zip(parameters, operands, strict=True))
            body = self.program.functions[name].roots[0]
            self.inlined[key] = yield self._run(body, env, (where[3], where[4], path))
            del self.inlining[name]
        return self.inlined[key]

    def _unused_function(self, name: str) -> Running:
        """A function that nothing calls, once on operands of its own, so that what is wrong in it is told."""
        env = {parameter: Value(label=parameter) for parameter in self.program.parameters[name]}
        self.inlining[name] = None
        value = yield self._run(self.program.functions[name].roots[0], env, None)
        del self.inlining[name]
        return value  # type: ignore[no-any-return]

    def _function_power(self, payload: Any, operands: list[Value], where: Any, env: Environment, path: Any) -> Any:
        """sin^2(x) is sin(x)^2."""
        name, exponent, _, _ = payload
        variable = name in env or name in self.program.definitions or name in self.program.own
        if name is None or variable or not (name in FUNCTIONS or name in self.program.functions):
            raise calls.two_readings(self, payload, where)
        if exponent.startswith("-"):
            raise calls.inverse_or_reciprocal(self, name, exponent, where)
        inside = yield from self._call((name, 0, ()), operands, where, env, path)
        power = self.constant(float(exponent), (where[3], where[4], path))
        return self.node(_POW, (inside, power), (where[3], where[4], path))

    def known_functions(self) -> list[str]:
        """Every function that may be called here."""
        return [*self.program.functions, *FUNCTIONS, "sum", "prod"]
