"""f'(x) and diff(expr, x, n): derivatives inside a program, made as graphs while it is built."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ..errors import AdiffError
from ..graph.formula import reachable
from ..graph.forward import MAX_ORDER, derivative, replaced
from ..graph.value import Call, Value
from ..ops import FUNCTIONS
from .vectors import Operand, Vector, number

if TYPE_CHECKING:
    from .build import Builder, Environment

Running = Generator[Any, Any, Operand]


def prime(build: Builder, name: str, primes: int, operands: list[Operand], where: Any, path: Any) -> Running:
    """f'(x): the derivative of a function of one operand, at x; of a vector, part by part."""
    parameters = build.program.parameters.get(name)
    count = len(parameters) if parameters is not None else _arity(name)
    marks = "'" * primes
    if count != 1:
        names = parameters or (("x > 0", "x^2", "x") if name == "if" else ("x", "y", "z")[:count])
        by = parameters[0] if parameters else "x"
        raise build.error(
            "name", f"`{name}` has several operands, so {name}{marks} could be by any of them", where,
            f"for example diff({name}({', '.join(names)}), {by})",
        )  # fmt: skip
    if len(operands) != 1:
        raise build.error(
            "name", f"`{name}{marks}` takes 1, got {len(operands)}", where, f"for example {name}{marks}(x)"
        )
    if primes > MAX_ORDER:
        raise _too_high(build, primes, where)
    key = (name, primes)
    if key not in build.derived:
        t = Value(label=parameters[0] if parameters is not None else "x")
        if parameters is not None:
            body: Operand = yield build.inline(name, (t,), where, path)
        else:
            body = build.node(FUNCTIONS[name], (t,), (where[3], where[4], path))
        build.derived[key] = t, derivative(number(build, body, where, f"the value of {name}"), t, primes)
    t, slope = build.derived[key]
    parts = [_placed(build, slope, {t: x}, where, path) for x in _parts(operands[0])]
    return Vector(parts) if isinstance(operands[0], Vector) else parts[0]


def _arity(name: str) -> int:
    row = FUNCTIONS[name]
    return 2 if row.variadic else row.arity


def diff(build: Builder, where: Any, env: Environment, path: Any) -> Running:
    """The derivative of an expression by a name, of the order that a third operand gives.

    Parameters of a function stand for themselves while one is differentiated by, whatever the call gives them.
    """
    expression, by, *orders = where[1][2]
    order = 1
    if orders:
        given: Operand = yield build.run(orders[0], env, path)
        order = _order(build, number(build, given, build.code[orders[0]], "the order of a derivative"), orders[0])
    fresh = {
        name: _fresh(name, x) for name, x in env.items() if name in _parameters(build, path) and x not in build.indices
    }
    x: Value = yield from _variable(build, by, {**env, **fresh}, path)
    body: Operand = yield build.run(expression, {**env, **fresh}, path)
    stands = {
        leaf: part for name, each in fresh.items() for leaf, part in zip(_parts(each), _parts(env[name]), strict=True)
    }
    parts = [_placed(build, derivative(each, x, order), stands, where, path) for each in _parts(body)]
    return Vector(parts) if isinstance(body, Vector) else parts[0]


def _order(build: Builder, given: Value, root: int) -> int:
    if given.data is None or given.data != given.data or given.data != round(given.data) or given.data < 0:
        raise build.error(
            "name", "the order of a derivative must be a whole number known beforehand", build.code[root],
            "use numbers, const names and enclosing indices",
        )  # fmt: skip
    if given.data > MAX_ORDER:
        raise _too_high(build, int(given.data), build.code[root])
    return int(given.data)


def _too_high(build: Builder, order: int, where: Any) -> AdiffError:
    return build.error("limit", f"a derivative of order {order:,} is too high", where, f"the highest is {MAX_ORDER}")


def _parameters(build: Builder, path: Call | None) -> tuple[str, ...]:
    """The parameters of the function whose body is being built."""
    return build.program.parameters.get(path.name, ()) if path is not None else ()


def _fresh(name: str, x: Operand) -> Operand:
    """A variable of its own for a parameter."""
    if isinstance(x, Vector):
        return Vector(Value(label=f"{name}[{k}]") for k in range(1, len(x) + 1))
    return Value(label=name)


def _variable(build: Builder, root: int, env: Environment, path: Any) -> Generator[Any, Any, Value]:
    """What to differentiate by. Raises AdiffError for what is no name, a constant, an index, a whole vector."""
    instruction = build.code[root]
    kind, name, *_ = instruction
    text = build.source.text[instruction[3] : instruction[4]]
    if kind not in ("name", "index"):
        raise build.error(
            "syntax", "`diff` needs a name to differentiate by", instruction,
            f"name it: u = {text}; diff(..., u)" if len(text) < 30 else "give it a name: u = ...; diff(..., u)",
        )  # fmt: skip
    found: Operand = yield build.run(root, env, path)
    if isinstance(found, Vector):
        raise build.error("vector", f"{name} is a vector, and `diff` is by one number", instruction, f"write {name}[1]")
    if found.op is None and found.constant:
        what = "the index of a sum" if found in build.indices else "constant"
        raise build.error(
            "name",
            f"{text} is {what}, there is nothing to differentiate by",
            instruction,
            "use an input or a parameter",
        )
    return found


def _placed(build: Builder, slope: Value, stands: dict[Value, Value], where: Any, path: Any) -> Value:
    """A derivative at the operands of its call, counted and marked as standing there."""
    found = replaced(slope, stands)
    kept = set(stands.values())
    for node in reachable([found]):
        if node.origin is None and node not in kept:
            node.origin = (where[3], where[4], path)
            build.count(node.origin)
    return found


def _parts(operand: Operand) -> tuple[Value, ...]:
    return operand if isinstance(operand, Vector) else (operand,)
