"""Calls: built-in functions, sums over an index, and what people get wrong with them."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ..errors import AdiffError, nearest
from ..graph.value import Value, is_truth
from ..ops import FUNCTIONS, TABLE, Operation

if TYPE_CHECKING:
    from .build import Builder, Environment

MAX_TERMS = 1_000_000
_VECTOR_FUNCTIONS = ("sum", "prod", "mean", "dot", "norm", "logsumexp")


def builtin(
    build: Builder, name: str, primes: int, operands: list[Value], where: Any, env: Environment, path: Any
) -> Value:
    """A call of a function of the table."""
    origin = (where[3], where[4], path)
    if name == "log" and len(operands) == 2 and not primes:
        return build.node(TABLE["logb"], tuple(operands), origin)
    row = FUNCTIONS.get(name)
    if row is None:
        raise _unknown(build, name, primes, operands, where, env)
    if primes:
        raise unread(build, "prime", where)
    if row is TABLE["select"]:
        return _chain(build, operands, where, path)
    if row.variadic and len(operands) < row.arity:
        raise wrong_count(build, name, f"{row.arity} or more", len(operands), where)
    if not row.variadic and len(operands) != row.arity:
        raise wrong_count(build, name, "1 or 2" if name == "log" else str(row.arity), len(operands), where)
    return build.node(row, tuple(operands), origin)


def _chain(build: Builder, operands: list[Value], where: Any, path: Any) -> Value:
    """if(c1, a, c2, b, ..., otherwise)."""
    if len(operands) < 3 or len(operands) % 2 == 0:
        raise build.error(
            "syntax", f"`if` takes pairs of condition and value and then the value otherwise, got {len(operands)} operands",
            where, "write if(x > 0, a, b), or if(x > 0, a, x > -1, b, c)",
        )  # fmt: skip
    origin = (where[3], where[4], path)
    result = operands[-1]
    for i in range(len(operands) - 3, -1, -2):
        if not is_truth(operands[i]):
            raise not_a_truth(build, TABLE["select"], i, len(operands))
        result = build.node(TABLE["select"], (operands[i], operands[i + 1], result), origin)
    return result


def wrong_count(build: Builder, name: str, takes: str, got: int, where: Any) -> AdiffError:
    """`hypot` takes 2, got 3."""
    row = FUNCTIONS.get(name)
    parameters = build.program.parameters.get(name)
    hint = f"it is {name}({', '.join(parameters)})" if parameters else f"for example {row.example}" if row else None
    return build.error("name", f"`{name}` takes {takes}, got {got}", where, hint)


def _unknown(build: Builder, name: str, primes: int, operands: list[Value], where: Any, env: Environment) -> AdiffError:
    text = build.source.text
    inside = text[where[3] : where[4]].partition("(")[2].removesuffix(")")
    variable = name in env or build.program.is_value(name)
    product = f"{name}*({inside})" if len(inside) < 60 else f"{name}*(...)"
    if variable and not primes:
        return build.error("name", f"{name} is a value, not a function", where, f"to multiply write {product}")
    if name in ("sum", "prod") and (len(operands) > 1 or primes):
        hint = f"write {name}(i, 1, 3, i^2): an index, two whole bounds, a term"
        return build.error("name", f"`{name}` takes an index, two bounds and a term", where, hint)
    if name in (*_VECTOR_FUNCTIONS, "diff"):
        return unread(build, "diff" if name == "diff" else "vector", where)
    close = nearest(name, build.known_functions())
    at = (*where[:3], where[3], where[3] + len(name))
    hint = f"did you mean {close}?" if close else "adiff ops lists the functions"
    if len(operands) == 1 and not primes and (len(name) == 1 or (name[:1].isalpha() and name[1:].isdigit())):
        hint = f"to multiply write {product}"
    return build.error("name", f"there is no function `{name}`", at, hint)


def unread(build: Builder, kind: str, where: Any) -> AdiffError:
    """Syntax that has its place in the grammar, but is refused here."""
    if kind == "ambiguous":
        text = build.source.text[where[3] : where[4]]
        left, right = str(where[1]), build.source.text[where[1].end_pos : where[4]].strip()
        head = build.source.text[where[3] : where[1].start_pos]
        return build.error(
            "syntax",
            f"`{text}` can be read in two ways",
            where,
            f"write {head}({left}*{right}), or {head}{left}*{right}",
        )
    if kind in ("prime", "diff"):
        hint = "adiff grad gives the derivative of the whole expression"
        return build.error("syntax", "derivatives inside an expression are not supported yet", where, hint)
    hint = "name the parts one by one: w1, w2, w3"
    return build.error("syntax", "vectors are not supported yet", where, hint)


def two_readings(build: Builder, payload: Any, where: Any) -> AdiffError:
    """x^2(y) is neither x^2*(y) nor x^(2(y))."""
    _, exponent, (start, stop), exponent_end = payload
    text = build.source.text
    base, rest = text[start:stop], text[exponent_end : where[4]].strip()
    return build.error(
        "syntax", f"`{text[where[3] : where[4]]}` can be read in two ways", where,
        f"write {base}^{exponent}*{rest}, or {base}^({exponent}*{rest})",
    )  # fmt: skip


def inverse_or_reciprocal(build: Builder, name: str, exponent: str, where: Any) -> AdiffError:
    """sin^-1(x) is asin to some and 1/sin to others."""
    inverse = {"log": "exp", "ln": "exp", "exp": "log", "sqrt": "the square"}.get(name, f"a{name}")
    inside = build.source.text[where[3] : where[4]].partition("(")[2].removesuffix(")")
    options = [f"{inverse}({inside})"] if inverse in FUNCTIONS and exponent == "-1" else []
    options.append(f"{name}({inside})^{exponent}")
    return build.error(
        "syntax", f"`{name}^{exponent}` can be read in two ways", where, f"write {', or '.join(options)}"
    )


def not_a_truth(build: Builder, op: Operation, k: int, count: int) -> AdiffError:
    """A number where a condition is needed: operand `k` of `count` of the instruction that is being run."""
    root = build.now - 1
    if op.name == "select":
        root = build.code[build.now][1][2][k]
    else:
        for _ in range(count - 1 - k):
            root = build.code[root][5] - 1
    where = build.code[root]
    text = build.source.text[where[3] : where[4]]
    what = "if" if op.name == "select" else op.name.rstrip("_")
    hint = f"write {text} != 0" if len(text) < 40 else "compare it with something: ... != 0"
    return build.error("kind", f"`{what}` needs a condition, and `{' '.join(text.split())}` is a number", where, hint)


def unroll(build: Builder, where: Any, env: Environment, path: Any) -> Generator[Any, Any, Value]:
    """sum(i, lo, hi, term) and prod(i, lo, hi, term)."""
    name, _, (index, low, high, term) = where[1]
    variable = build.code[index][1]
    bounds = []
    for root in (low, high):
        value = yield build._run(root, env, path)
        if value.data is None or not math.isfinite(value.data) or value.data != int(value.data):
            raise build.error(
                "name", f"a bound of {name} must be a whole number known beforehand", build.code[root],
                _const_hint(build, root),
            )  # fmt: skip
        bounds.append(int(value.data))
    if bounds[1] - bounds[0] >= MAX_TERMS:
        raise build.error(
            "limit", f"{name} over {bounds[1] - bounds[0] + 1:,} terms is too long", where, "at most 1,000,000"
        )
    combine = TABLE["add" if name == "sum" else "mul"]
    origin = (where[3], where[4], path)
    total: Value | None = None
    if bounds[1] < bounds[0]:  # its names are inputs all the same
        yield build._run(term, {**env, variable: build.constant(0.0, origin)}, path)
    for i in range(bounds[0], bounds[1] + 1):
        each = build.constant(float(i), (*build.code[index][3:5], path))
        value = yield build._run(term, {**env, variable: each}, path)
        total = value if total is None else build.node(combine, (total, value), origin)
    return total if total is not None else build.constant(0.0 if name == "sum" else 1.0, origin)


def _const_hint(build: Builder, root: int) -> str:
    """An input in a bound can be made const."""
    kind, name, *_ = build.code[root]
    if kind == "name" and name in build.program.defaults:
        return f"write const {name} = ... in place of {name} = ..."
    return "use numbers, const names and enclosing indices"
