"""Syntax to graph: names resolved, functions inlined, sums unrolled.

Each expression is run by a generator that asks for what it needs built first (a definition further down, the body of a
function, a term of a sum); `_drive` keeps them on a list, so that nothing recurses over the input.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from ..errors import AdiffError, Source
from ..graph.formula import Formula
from ..graph.note import Note
from ..graph.value import Call, Value, is_truth, tick
from ..ops import FUNCTIONS, TABLE, Operation
from . import ambiguous, calls, derivatives, literals, vectors
from .leaves import Leaves, Shapes
from .program import Program, cycle
from .syntax import Syntax, exponent_of
from .vectors import REDUCTIONS, Operand, Vector

MAX_NODES = 1_000_000

Environment = dict[str, Operand]
Running = Generator[Any, Any, Operand]

_new = object.__new__
_NEG, _MUL, _POW, _SUB = (TABLE[name] for name in ("neg", "mul", "pow", "sub"))


def build(syntax: Syntax, source: Source, bound: Shapes) -> Formula:
    """The formula of a program. Raises AdiffError for every mistake that is not one of syntax."""
    try:
        return Builder(syntax, source, bound).formula()
    except AdiffError as wrong:
        if wrong.at is None or wrong.kind not in ("name", "syntax", "vector"):
            raise
        from .notations import READABLE, reread

        raise reread(source, wrong.at[0], *READABLE) or wrong from None


class Builder:
    """One program on its way to a graph."""

    def __init__(self, syntax: Syntax, source: Source, bound: Shapes) -> None:
        self.source = source
        self.code = syntax.code
        self.binders = syntax.binders
        self.program = Program(syntax, source, bound.names)
        self.made = 0
        self.now = 0  # the instruction that is being run
        self.leaves = Leaves(self, bound)
        self.defined: dict[str, Operand] = {}
        self.building: dict[str, None] = {}  # an ordered set
        self.inlining: dict[str, None] = {}
        self.inlined: dict[tuple[Any, ...], Operand] = {}
        # Derivatives of functions, by name and order: the variable and the slope.
        self.derived: dict[tuple[str, int], tuple[Value, Value]] = {}
        # The constants that stand for indices of sums and products.
        self.indices: set[Operand] = set()

    def formula(self) -> Formula:
        """Build every definition, then the outputs."""
        program = self.program
        for name in program.definitions:
            if name not in self.defined and name not in self.building:
                self.drive(self._definition(name))
        outputs: dict[str, Operand] = {}
        for name, root in program.output_roots():
            outputs[name] = self.defined[name] if root is None else self.drive(self.run(root, {}, None))
        called = {key[0] for key in self.inlined}
        for name in reversed(program.functions):
            if name not in called and name != program.called:
                self._try_unused(name)
                called.update(key[0] for key in self.inlined)
        if program.called is not None:
            self.leaves.add(program.parameters[program.called])
        inputs = self.leaves.in_order()
        return Formula(
            flat(outputs),
            flat(inputs),
            defaults=self.leaves.defaults(),
            named=flat(self.defined),
            vectors={name: x for name, x in {**self.defined, **inputs}.items() if isinstance(x, Vector)},
            constants=[name for name, statement in program.definitions.items() if statement.kind == "const"],
            source=self.source,
            notes=[*self._notes(list(outputs)), *self.leaves.notes()],
            function=None if program.called is None else next(iter(outputs)),
        )

    def _notes(self, outputs: list[str]) -> list[Note]:
        notes = self.program.notes()
        if self.source.typed is not None:
            from .lookalikes import two_shapes

            for one, other in two_shapes(self.source.typed.text):
                notes.append(Note("name", f"{one} and {other} are read as one letter, {other}", other))
        # What might have been the output has been told of already.
        reach = {*self.program.uses_of(outputs), *self.program.ends()}
        functions = {f"{name}()": statement for name, statement in self.program.functions.items()}
        for key, statement in {**self.program.definitions, **functions}.items():
            if key not in reach and key not in outputs and key != f"{self.program.called}()":
                message = f"{statement.name} is defined, but {' and '.join(outputs)} does not use it"
                notes.append(Note("unused", message, statement.name, self.source.span(statement.start, statement.end)))
        return notes

    def error(self, kind: str, message: str, where: Any, hint: str | None = None) -> AdiffError:
        """An error at an instruction."""
        return AdiffError(kind, message, source=self.source, at=(where[3], where[4]), hint=hint)

    @staticmethod
    def drive(first: Running) -> Operand:
        """Run a generator and whatever it asks for, without recursion."""
        waiting = [first]
        answer: Operand | None = None
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

    def node(self, op: Operation, operands: tuple[Operand, ...], origin: Any) -> Operand:
        """A new node, its operands' kinds checked; with data where they are all constant. Of vectors, a node a part."""
        try:
            data = [x.data for x in operands]  # type: ignore[union-attr]
        except AttributeError:  # the commonest case, numbers alone, is not slowed by a question
            return vectors.each(self, lambda *xs: self.scalar(op, xs, origin), operands, origin)
        self.made += 1
        if self.made > MAX_NODES:
            self.count(origin)
        if op is _SUB and (fused := calls.log_share(self, operands, origin)) is not None:
            return fused
        if "truth" in op.kinds:
            for i, operand in enumerate(operands):
                if op.kind(i) == "truth" and not is_truth(operand):  # type: ignore[arg-type]
                    raise calls.not_a_truth(self, op, i, len(operands))
        node: Value = _new(Value)
        node.op = op
        node.operands = operands  # type: ignore[assignment]
        node.origin = origin
        node.serial = tick()
        node.data = None if None in data else op.fn(*data)
        return node

    def count(self, origin: Any) -> None:
        """One node more. Raises AdiffError where they are too many."""
        self.made += 1
        if self.made > MAX_NODES:
            raise AdiffError(
                "limit", f"the program unfolds to more than {MAX_NODES:,} nodes", source=self.source, at=origin[:2],
                hint="unroll fewer terms, or compute the rest outside",
            )  # fmt: skip

    def scalar(self, op: Operation, operands: tuple[Value, ...], origin: Any) -> Value:
        """A new node of numbers."""
        return self.node(op, operands, origin)  # type: ignore[return-value]

    def constant(self, number: float, origin: Any) -> Value:
        """A leaf that is not differentiated."""
        value = Value(number, constant=True)
        value.origin = origin
        return value

    def run(self, root: int, env: Environment, path: Any) -> Running:
        """Run the instructions that make up the expression ending at `root`."""
        code, binders = self.code, self.binders
        stack: list[Any] = []
        push, pop = stack.append, stack.pop
        at = code[root][5]
        while at <= root:
            if at in binders and (binder := self._binder(at, root)) is not None:
                at = binder
                build = derivatives.diff if code[at][1][0] == "diff" else calls.unroll
                push((yield build(self, code[at], env, path)))
                at += 1
                continue
            kind, payload, count, start, end, _ = code[at]
            self.now = at
            at += 1
            if kind.__class__ is Operation:
                if count == 2:
                    y = pop()
                    push(self.node(kind, (pop(), y), (start, end, path)))
                elif kind is _NEG and _is_literal(stack[-1]):
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
                        found = self.leaves.whole(payload, (start, end, path), code[at - 1])
                push(found)
            elif kind == "juxtapose":
                left = self._factor(payload, start, path)
                push(self.node(_MUL, (left, pop()), (start, end, path)))
            elif kind == "compare":
                operands = stack[-count:]
                del stack[-count:]
                push(calls.compare(self, payload, operands, (start, end, path)))
            elif kind == "index":
                push((yield from self._part(payload, pop(), code[at - 1], env, path)))
            elif kind == "vector":
                operands = stack[len(stack) - count :]
                del stack[len(stack) - count :]
                push(vectors.literal(self, operands, code[at - 1]))
            elif kind == "superscript":
                exponent = self.constant(float(exponent_of(payload)), (payload.start_pos, end, path))
                push(self.node(_POW, (pop(), exponent), (start, end, path)))
            elif kind in ("call", "binder"):
                operands = stack[len(stack) - count :]
                del stack[len(stack) - count :]
                push((yield from self.call(payload, operands, code[at - 1], env, path)))
            elif kind == "function_power":
                operands = stack[len(stack) - count :]
                del stack[len(stack) - count :]
                push((yield from calls.function_power(self, payload, operands, code[at - 1], env, path)))
            elif kind == "times_pi":
                pi = pop()
                if payload is not None:
                    pi = self.node(_MUL, (self._factor(payload, start, path), pi), (start, end, path))
                push(self.node(_MUL, (pi, pop()), (start, end, path)))
            elif kind != "nothing":
                raise ambiguous.MISREADABLE[kind](self, code[at - 1])
        result: Operand = pop()
        return result

    def _binder(self, at: int, root: int) -> int | None:
        """The outermost call within `root` whose operands begin at an instruction and are not to be run before it."""
        ends = [end for end in self.binders[at] if end <= root and self.code[end][1][0] not in self.program.functions]
        return ends[-1] if ends else None

    def _part(self, name: str, inside: Operand, where: Any, env: Environment, path: Any) -> Any:
        """name[index]. Raises AdiffError for a function with square brackets, which is no vector."""
        if (
            name.casefold() in FUNCTIONS
            and name not in ("gamma", "step")
            and name not in self.program.own
            and name not in env
        ):
            raise calls.square_brackets(self, name, where)
        k = vectors.position(self, name, inside, where)
        found = env.get(name)
        if found is None and (found := self.defined.get(name)) is None:
            if name not in self.program.definitions:
                return self.leaves.part(name, k, (where[3], where[4], path), where)
            found = yield self._definition(name, (where[3], where[4]))
        return vectors.taken(self, name, found, k, where)

    def _factor(self, token: Any, start: int, path: Any) -> Value:
        """The number before a name or bracket. Raises AdiffError where the two are 0x1F or 1_000."""
        if (wrong := literals.foreign_number(self.source, start)) is not None:
            raise wrong
        return self.constant(literals.number(self.source, str(token), start), (start, token.end_pos, path))

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
            self.defined[name] = self.leaves.declared(name, (statement.start, statement.end, None))
            return self.defined[name]
        self.building[name] = None
        value: Operand = yield self.run(statement.roots[0], {}, None)
        del self.building[name]
        if isinstance(value, Vector):
            value = Vector(self._named(vectors.part(name, k), x, statement) for k, x in enumerate(value, 1))
        else:
            value = self._named(name, value, statement)
        self.defined[name] = value
        return value

    def _named(self, name: str, value: Value, statement: Any) -> Value:
        """A value that a statement defines, under its name."""
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
        return value

    def call(self, payload: Any, operands: list[Operand], where: Any, env: Environment, path: Any) -> Any:
        """A call of a function of the program, or of one that is built in."""
        name, primes, _ = payload
        if name in self.program.functions:
            if primes:
                return (yield derivatives.prime(self, name, primes, operands, where, path))
            return (yield self.inline(name, tuple(operands), where, path))
        if primes and name in FUNCTIONS:
            return (yield derivatives.prime(self, name, primes, operands, where, path))
        return calls.builtin(self, name, primes, operands, where, env, path)

    def inline(self, name: str, operands: tuple[Operand, ...], where: Any, path: Any) -> Running:
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
            env: Environment = dict(zip(parameters, operands, strict=True))
            body = self.program.functions[name].roots[0]
            self.inlined[key] = yield self.run(body, env, Call(where[3], where[4], path, name))
            del self.inlining[name]
        return self.inlined[key]

    def _try_unused(self, name: str) -> None:
        """Build a function that nothing calls, once, on operands of its own, so that what is wrong in it is told.

        Whether they are to be vectors is not known, so a complaint about that says nothing.
        """
        env: Environment = {parameter: Value(label=parameter) for parameter in self.program.parameters[name]}
        self.inlining[name] = None
        try:
            self.drive(self.run(self.program.functions[name].roots[0], env, None))
        except AdiffError as wrong:
            if wrong.kind != "vector":
                raise
        self.inlining.clear()

    def known_functions(self) -> list[str]:
        """Every function that may be called here."""
        return [*self.program.functions, *FUNCTIONS, *REDUCTIONS]


def _is_literal(operand: Operand) -> bool:
    return isinstance(operand, Value) and operand.op is None and operand.constant and not operand.label


def flat(operands: dict[str, Operand]) -> dict[str, Value]:
    """The same with a name for each part of a vector."""
    found: dict[str, Value] = {}
    for name, x in operands.items():
        if isinstance(x, Vector):
            found |= {vectors.part(name, k): each for k, each in enumerate(x, 1)}
        else:
            found[name] = x
    return found
