"""Vectors: parts counted from 1, combined element by element. They expand to scalars, so the graph never sees one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import AdiffError
from ..graph.value import Value, is_truth
from ..ops import TABLE, Operation

if TYPE_CHECKING:
    from .build import Builder

MAX_PARTS = 100_000
_PART = re.compile(r"(.+)\[([1-9][0-9]*)\]")


class Vector(tuple[Value, ...]):
    """The parts of a vector, in order; never empty."""

    __slots__ = ()


Operand = Value | Vector


class Reduction(NamedTuple):
    """A function of whole vectors: how many it takes, what it is, and an example."""

    arity: int
    written: str
    definition: str
    doc: str
    example: str


REDUCTIONS = {
    "sum": Reduction(1, "sum(v)", "v[1] + v[2] + ...", "The sum of the parts.", "sum([1, 2, 3])"),
    "prod": Reduction(1, "prod(v)", "v[1]*v[2]*...", "The product of the parts.", "prod([1, 2, 3])"),
    "mean": Reduction(1, "mean(v)", "sum(v)/len(v)", "The arithmetic mean of the parts.", "mean([1, 2, 6])"),
    "min": Reduction(1, "min(v)", "the least part", "The minimum; parts that tie share the slope.", "min([3, 1, 2])"),
    "max": Reduction(1, "max(v)", "the greatest part", "The maximum; parts that tie share the slope.", "max([3, 1, 2])"),
    "dot": Reduction(2, "dot(u, v)", "u[1]*v[1] + u[2]*v[2] + ...", "The inner product.", "dot([1, 2], [3, 4])"),
    "norm": Reduction(1, "norm(v)", "sqrt(v[1]^2 + v[2]^2 + ...)", "The Euclidean length, without overflow of the squares.",
                      "norm([2, 3, 6])"),
    "logsumexp": Reduction(1, "logsumexp(v)", "log(exp(v[1]) + exp(v[2]) + ...)",
                           "The logarithm of a sum of exponentials, without overflow.", "logsumexp([1000, 1001])"),
    "len": Reduction(1, "len(v)", "how many parts", "The number of parts, as a constant.", "len([4, 5, 6])"),
}  # fmt: skip


def part_of(name: str) -> tuple[str, int] | None:
    """`w[2]` as its vector's name and index; None for a name that is no part."""
    found = _PART.fullmatch(name) if name.endswith("]") else None
    return (found[1], int(found[2])) if found else None


def part(name: str, k: int) -> str:
    """What the part `k` of a vector is called."""
    return f"{name}[{k}]"


def all_truths(operand: Operand) -> bool:
    """Whether a value, or every part of a vector, is true or false."""
    return all(map(is_truth, operand)) if isinstance(operand, Vector) else is_truth(operand)


def each(build: Builder, fn: Callable[..., Value], operands: Sequence[Operand], origin: Any) -> Vector:
    """`fn` of the operands part by part; a number goes with every part. Raises AdiffError for two lengths."""
    sizes = list(dict.fromkeys(len(x) for x in operands if isinstance(x, Vector)))
    if len(sizes) > 1:
        raise _lengths(build, sizes, origin)
    return Vector(fn(*(x[k] if isinstance(x, Vector) else x for x in operands)) for k in range(sizes[0]))


def _lengths(build: Builder, sizes: Sequence[int], origin: Any) -> AdiffError:
    message = f"a vector of {_counted(sizes[0])} and one of {_counted(sizes[1])} do not go together"
    return AdiffError(
        "vector", message, source=build.source, at=origin[:2],
        hint="give both the same number of parts; a single number goes with a vector of any length",
    )  # fmt: skip


def _counted(n: int) -> str:
    return f"{n} part" if n == 1 else f"{n} parts"


def literal(build: Builder, operands: Sequence[Operand], where: Any) -> Vector:
    """[a, b, c]. Raises AdiffError where it is empty, or a part is a vector itself."""
    if not operands:
        raise build.error("vector", "a vector has at least one part", where, "for example [1, 2, 3]")
    if any(isinstance(x, Vector) for x in operands):
        raise build.error(
            "vector", "a part of a vector must be a number, and one here is a vector", where,
            "vectors do not nest: a row each, w1 = [1, 2]; w2 = [3, 4]",
        )  # fmt: skip
    return Vector(operands)  # type: ignore[arg-type]


def number(build: Builder, operand: Operand, where: Any, what: str) -> Value:
    """The operand, where it is one number. Raises AdiffError for a vector."""
    if isinstance(operand, Vector):
        raise build.error(
            "vector", f"{what} must be one number, not a vector of {_counted(len(operand))}", where,
            "take one part, as in w[1], or sum, mean, norm of it",
        )  # fmt: skip
    return operand


def operand_at(build: Builder, k: int, count: int) -> Any:
    """The instruction that ends operand `k` of `count` of the one that is being run."""
    root = build.now - 1
    for _ in range(count - 1 - k):
        root = build.code[root][5] - 1
    return build.code[root]


def position(build: Builder, name: str, inside: Operand, where: Any) -> int:
    """The index in `name[...]`. Raises AdiffError unless it is a whole number from 1, known beforehand."""
    index = build.code[build.now - 1]
    value = number(build, inside, index, f"an index of {name}")
    if value.data is None or value.data != value.data or value.data != round(value.data):
        raise build.error(
            "vector", f"an index of {name} must be a whole number known beforehand", index,
            "use numbers, const names and the indices of sum and prod",
        )  # fmt: skip
    k = int(value.data)
    if k < 1:
        raise build.error("vector", f"{part(name, k)} is no part: the first is {part(name, 1)}", where, "count from 1")
    if k > MAX_PARTS:
        raise build.error("limit", f"a vector has at most {MAX_PARTS:,} parts", where, "use a smaller index")
    return k


def taken(build: Builder, name: str, whole: Operand, k: int, where: Any) -> Value:
    """Part `k` of a vector. Raises AdiffError for a number, and for an index beyond the end."""
    if not isinstance(whole, Vector):
        raise build.error("vector", f"{name} is one number, it has no parts", where, f"write {name}, without an index")
    if k > len(whole):
        n = len(whole)
        raise build.error(
            "vector", f"{name} has {_counted(n)}, there is no {part(name, k)}", where, f"the last is {part(name, n)}"
        )
    return whole[k - 1]


def is_reduction(name: str, operands: Sequence[Operand]) -> bool:
    """Whether a call is one of a whole vector: min and max of one operand that is none are not."""
    if name not in TABLE:
        return name in REDUCTIONS
    alone = len(operands) == 1
    return name in REDUCTIONS and alone and (name not in ("min", "max") or isinstance(operands[0], Vector))


def reduced(build: Builder, name: str, operands: Sequence[Operand], where: Any, path: Any) -> Operand:
    """A function of whole vectors. Raises AdiffError for a number where a vector belongs."""
    takes = REDUCTIONS[name]
    origin = (where[3], where[4], path)
    for i, operand in enumerate(operands):
        if not isinstance(operand, Vector):
            at = operand_at(build, i, len(operands))
            text = build.source.text[at[3] : at[4]]
            shown = text if len(text) <= 30 else "this operand"
            hint = f"for example {takes.example}"
            if operand is build.leaves.numbers.get(operand.label):
                hint = f"declare {operand.label} = [1, 2, 3] in the program, or bind {operand.label}=1,2,3"
            raise build.error("vector", f"`{name}` needs a vector, and {shown} is one number", at, hint)

    def fold(row: Operation, parts: Sequence[Value]) -> Value:
        return reduce(lambda x, y: build.scalar(row, (x, y), origin), parts)

    v = operands[0]
    assert isinstance(v, Vector)
    if name == "dot":
        return fold(
            TABLE["add"], each(build, lambda x, y: build.scalar(TABLE["mul"], (x, y), origin), operands, origin)
        )
    if name == "len":
        return build.constant(float(len(v)), origin)
    if name == "mean":
        total = fold(TABLE["add"], v)
        return build.scalar(TABLE["div"], (total, build.constant(float(len(v)), origin)), origin)
    if name in ("min", "max", "logsumexp"):
        return v[0] if len(v) == 1 else build.scalar(TABLE[name], tuple(v), origin)
    if name == "norm" and len(v) == 1:
        return build.scalar(TABLE["abs"], (v[0],), origin)
    return fold(TABLE[_FOLDED[name]], v)


_FOLDED = {"sum": "add", "prod": "mul", "norm": "hypot"}
