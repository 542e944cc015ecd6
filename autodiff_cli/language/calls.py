"""Calls: built-in functions, sums over an index, and what people get wrong with them."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ..errors import AdiffError, nearest
from ..graph.value import Value
from ..ops import FUNCTIONS, TABLE, Operation
from . import ambiguous
from .vectors import REDUCTIONS, Operand, all_truths, is_reduction, number, operand_at, reduced

if TYPE_CHECKING:
    from .build import Builder, Environment

MAX_TERMS = 1_000_000
# The most operands of a logsumexp that go over into each part of a softmax, whose size is their square.
MOST_FUSED = 200
_COMPARISONS = {
    "<": "lt", "<=": "le", "≤": "le", ">": "gt", ">=": "ge", "≥": "ge", "==": "eq", "!=": "ne", "≠": "ne",
}  # fmt: skip


def builtin(
    build: Builder, name: str, primes: int, operands: list[Operand], where: Any, env: Environment, path: Any
) -> Operand:
    """A call of a function of the table, or of one of whole vectors."""
    origin = (where[3], where[4], path)
    if is_reduction(name, operands) and len(operands) == REDUCTIONS[name].arity and not primes:
        return reduced(build, name, operands, where, path)
    if name == "log" and len(operands) == 2 and not primes:
        return build.node(TABLE["logb"], tuple(operands), origin)
    row = FUNCTIONS.get(name)
    if row is None:
        raise _unknown(build, name, primes, operands, where, env)
    if row is TABLE["select"]:
        return _chain(build, operands, where, path)
    if row.variadic and len(operands) < row.arity:
        raise wrong_count(build, name, f"a vector, or {row.arity} or more", len(operands), where)
    if not row.variadic and len(operands) != row.arity:
        raise wrong_count(build, name, "1 or 2" if name == "log" else str(row.arity), len(operands), where)
    return build.node(row, tuple(operands), origin)


def _chain(build: Builder, operands: list[Operand], where: Any, path: Any) -> Operand:
    """if(c1, a, c2, b, ..., otherwise)."""
    if len(operands) < 3 or len(operands) % 2 == 0:
        raise build.error(
            "syntax", f"`if` takes pairs of condition and value and then the value otherwise, got {len(operands)} operands",
            where, "for example if(x > 0, a, b), or if(x > 0, a, x > -1, b, c)",
        )  # fmt: skip
    origin = (where[3], where[4], path)
    result = operands[-1]
    for i in range(len(operands) - 3, -1, -2):
        if not all_truths(operands[i]):
            raise not_a_truth(build, TABLE["select"], i, len(operands))
        result = build.node(TABLE["select"], (operands[i], operands[i + 1], result), origin)
    return result


def log_share(build: Builder, operands: tuple[Operand, ...], origin: Any) -> Operand | None:
    """x - logsumexp(x, y, ...), or the contrary, as one operation: the difference of the two would lose what it is about.

    None for any other difference, and for one with a sum that has a name, which stays a value of its own.
    """
    x, total = operands
    row = TABLE["logsumexp"]
    contrary = isinstance(x, Value) and x.op is row
    if contrary:
        x, total = total, x
    if not isinstance(x, Value) or not isinstance(total, Value) or total.op is not row or total.label:
        return None
    places = [k for k, each in enumerate(total.operands) if each is x]
    if not places or len(total.operands) > MOST_FUSED:
        return None
    k = places[0]
    found = build.node(TABLE["logshare"], (x, *total.operands[:k], *total.operands[k + 1 :]), origin)
    return build.node(TABLE["neg"], (found,), origin) if contrary else found


def compare(build: Builder, operators: tuple[str, ...], operands: list[Operand], origin: Any) -> Operand:
    """a < b < c is (a < b) and (b < c)."""
    result: Operand | None = None
    for symbol, x, y in zip(operators, operands, operands[1:], strict=False):
        start = x.origin[0] if isinstance(x, Value) and x.origin else origin[0]
        each = build.node(TABLE[_COMPARISONS[symbol]], (x, y), (start, origin[1], origin[2]))
        result = each if result is None else build.node(TABLE["and_"], (result, each), origin)
    assert result is not None
    return result


def function_power(
    build: Builder, payload: Any, operands: list[Operand], where: Any, env: Environment, path: Any
) -> Any:
    """sin^2(x) is sin(x)^2."""
    name, exponent, _, _, raised = payload
    variable = name in env or name in build.program.definitions or name in build.program.own
    if name is None or variable or name not in build.known_functions():
        foreign = _foreign_power(build, payload, where, variable=variable)
        readings = ambiguous.one_reading if raised else ambiguous.two_readings
        raise foreign or readings(build, payload, where)
    if exponent.startswith("-"):
        raise ambiguous.inverse_or_reciprocal(build, name, exponent, where)
    if exponent.startswith("⁽"):
        raise ambiguous.derivative_or_power(build, name, exponent, where)
    inside = yield from build.call((name, 0, ()), operands, where, env, path)
    if not exponent.isascii():
        return inside
    power = build.constant(float(exponent), (where[3], where[4], path))
    return build.node(TABLE["pow"], (inside, power), (where[3], where[4], path))


def _foreign_power(build: Builder, payload: Any, where: Any, *, variable: bool) -> AdiffError | None:
    """tg^2(x) is tan(x)^2."""
    from .foreign import meant
    from .scan import held

    name, exponent, _, end, _ = payload
    inside = build.source.text[end : where[4]].strip()[1:-1].strip()
    found = meant(name, [inside]) if name is not None and not variable else None
    if found is None or not found.write:
        return None
    power = exponent if exponent.isascii() else ambiguous.on_the_line(exponent)
    if power == "-1" and not any(way.startswith(f"{name}*") for way in found.write):
        from .operands import power_of_a_function

        ways = power_of_a_function(name, power, inside) or []
        return build.error("syntax", f"`{name}^-1` can be read in two ways", where, f"write {', or '.join(ways)}")
    # A letter, to some a function: σ²(x).
    ways = [
        f"{name}^{power}{way[len(name) :]}" if way.startswith(f"{name}*") else f"{held(way)}^{power}"
        for way in found.write
    ]
    return build.error("name", f"there is no function `{name}`", where, f"write {', or '.join(ways)}")


def wrong_count(build: Builder, name: str, takes: str, got: int, where: Any) -> AdiffError:
    """`hypot` takes 2, got 3."""
    given = (
        [build.source.text[build.code[root][3] : build.code[root][4]] for root in where[1][2]]
        if where[0] == "call"
        else []
    )
    if name not in build.program.parameters:
        from .foreign import meant

        other = meant(name, given)
        if other is not None and other.write:
            return build.error("name", f"`{name}` takes {takes}, got {got}", where, other.hint)
    row = REDUCTIONS.get(name) if takes.endswith(("vector", "vectors")) else FUNCTIONS.get(name)
    parameters = build.program.parameters.get(name)
    hint = f"it is {name}({', '.join(parameters)})" if parameters else f"for example {row.example}" if row else None
    return build.error("name", f"`{name}` takes {takes}, got {got}", where, hint)


def _unknown(
    build: Builder, name: str, primes: int, operands: list[Operand], where: Any, env: Environment
) -> AdiffError:
    from . import foreign
    from .operands import power_of_a_function, readings, with_power
    from .spellings import DERIVATIVES, GRADIENTS

    text = build.source.text
    inside = text[where[3] : where[4]].partition("(")[2].removesuffix(")")
    variable = name in env or build.program.is_value(name)
    product = f"{name}*({inside})" if len(inside) < 60 else f"{name}*(...)"
    given = (
        [text[build.code[root][3] : build.code[root][4]] for root in where[1][2]]
        if where[0] != "function_power"
        else []
    )
    at = (*where[:3], where[3], where[3] + len(name))
    single = len(operands) == 1 and not primes and (len(name) == 1 or (name[:1].isalpha() and name[1:].isdigit()))
    found = None if primes or variable else foreign.meant(name, given)
    letter = found is not None and any(way.startswith(f"{name}*") for way in found.write)
    if (variable or letter or (single and found is None)) and not primes:
        end = with_power(text, where[4])
        several = readings(text, where[3], f"{name}*({inside}){text[where[4] : end]}")
        if several is not None:
            start, ways = several
            powers = power_of_a_function(text[start : where[3]], name, inside)
            if found is not None:
                calls = [way for way in found.write if not way.startswith(f"{name}*")]
                ways = [*(f"{text[start : where[3]]}{call}{text[where[4] : end]}" for call in calls), *ways]
            ways = powers or ways
            message = f"`{text[start:end]}` can be read in two ways"
            if powers:
                message = f"`{text[start : where[3]]}{name}` is no function"
            return build.error(
                "syntax", message, (*where[:3], start, end),
                f"write {', or '.join(ways)}",
            )  # fmt: skip
    if variable and not primes:
        return build.error("name", f"{name} is a value, not a function", where, f"to multiply write {product}")
    if name in REDUCTIONS and primes:
        return build.error(
            "name", f"`{name}` takes whole vectors, so {name}' is not one function", where, "differentiate by a part"
        )
    if name in ("sum", "prod"):
        hint = f"it is {name}(v) of a vector v, or {name}(i, 1, 3, i^2): an index, two whole bounds, a term"
        return build.error("name", f"`{name}` takes a vector, or an index, two bounds and a term", where, hint)
    if name in REDUCTIONS:
        return wrong_count(build, name, "two vectors" if name == "dot" else "one vector", len(operands), where)
    if name == "diff":
        hint = "for example diff(x^2, x), or diff(x^2, x, 2) for the second"
        return build.error(
            "name", f"`diff` takes an expression, a name, and an order if not 1; got {len(operands)}", where, hint
        )
    if found is not None:
        place = where if found.write else at
        return build.error("name", f"there is no function `{name}`", place, found.hint)
    if name in DERIVATIVES and len(given) in (2, 3) and not primes:
        return build.error("name", f"there is no function `{name}`", where, f"write diff({', '.join(given)})")
    if name in GRADIENTS and given:
        command = "hessian" if name == "hessian" else "grad"
        alone = text.strip() == text[where[3] : where[4]]
        hint = (
            f"write {given[0]}, and adiff {command} differentiates it"
            if alone
            else f"adiff {command} gives it, for the whole"
        )
        return build.error("name", f"there is no function `{name}`", where, hint)
    if primes and len(name) == 1:
        return build.error("name", f"there is no function `{name}`", at, f"define it first: {name}(x) = x^2")
    if single:
        defined = f", or define it first: {name}(x) = ..." if name in "fgh" else ""
        return build.error("name", f"there is no function `{name}`", where, f"to multiply write {product}{defined}")
    close = nearest(name, [*build.known_functions(), "diff"])
    hint = f"did you mean {close}?" if close else "adiff ops lists the functions"
    return build.error("name", f"there is no function `{name}`", at, hint)


def square_brackets(build: Builder, name: str, where: Any) -> AdiffError:
    """Sin[1]: the part of a vector by its form, and by its name a function."""
    inside = build.source.text[where[3] : where[4]].partition("[")[2].removesuffix("]")
    return build.error(
        "syntax", f"`{name}` is a function, and takes round brackets", where, f"write {name.casefold()}({inside})"
    )


def not_a_truth(build: Builder, op: Operation, k: int, count: int) -> AdiffError:
    """A number where a condition is needed: operand `k` of `count` of the instruction that is being run."""
    where = operand_at(build, k, count)
    text = build.source.text[where[3] : where[4]]
    what = "if" if op.name == "select" else op.name.rstrip("_")
    if text.casefold() in ("true", "false"):
        return build.error(
            "kind", f"`{text}` is no word of the language", where, f"write {int(text.casefold() == 'true')} == 1"
        )
    hint = f"write {text} != 0" if len(text) < 40 else "compare it with something: ... != 0"
    return build.error("kind", f"`{what}` needs a condition, and `{' '.join(text.split())}` is a number", where, hint)


def unroll(build: Builder, where: Any, env: Environment, path: Any) -> Generator[Any, Any, Operand]:
    """sum(i, lo, hi, term) and prod(i, lo, hi, term)."""
    name, _, (index, low, high, term) = where[1]
    variable = build.code[index][1]
    bounds = []
    for root in (low, high):
        bound = yield build.run(root, env, path)
        value = number(build, bound, build.code[root], f"a bound of {name}")
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
    total: Operand | None = None
    if bounds[1] < bounds[0]:  # its names are inputs all the same
        yield build.run(term, {**env, variable: build.constant(0.0, origin)}, path)
    for i in range(bounds[0], bounds[1] + 1):
        each = build.constant(float(i), (*build.code[index][3:5], path))
        build.indices.add(each)
        value = yield build.run(term, {**env, variable: each}, path)
        total = value if total is None else build.node(combine, (total, value), origin)
    return total if total is not None else build.constant(0.0 if name == "sum" else 1.0, origin)


def _const_hint(build: Builder, root: int) -> str:
    """An input in a bound can be made const."""
    kind, name, *_ = build.code[root]
    if kind == "name" and name in build.program.defaults:
        return f"write const {name} = ... in place of {name} = ..."
    return "use numbers, const names and enclosing indices"
