"""What may have gone wrong in a derivative worked out by hand: the slips of textbooks, tried one by one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from ..graph.adjoint import adjoint
from ..graph.engine import backward, forward, pulled
from ..graph.formula import Formula
from ..notation.numbers import number
from ..notation.text import name_of
from ..ops import Operation

_SAME = 1e-7
# Fewer points than this prove nothing; larger programs are not searched for what is missing.
_FEWEST, _MOST_NODES, _MOST_INPUTS = 4, 400, 20
# Through these the derivative passes as it is, or is a product: there is no inner one to forget.
_LINEAR = frozenset({"add", "sub", "neg", "mul"})
_CONSTANTS = {
    "pi": math.pi,
    "2*pi": math.tau,
    "e": math.e,
    "log(2)": math.log(2),
    "log(10)": math.log(10),
    "sqrt(2)": math.sqrt(2),
    "sqrt(pi)": math.sqrt(math.pi),
    "pi/180": math.pi / 180,
}


class Sample(NamedTuple):
    """A point, the derivative there, and what was claimed of it."""

    point: dict[str, float]
    ours: float
    claimed: float


class _Place(NamedTuple):
    """All there is to compare with at a sample: values, their derivatives by the input, adjoints."""

    ours: float
    claimed: float
    values: list[float]
    moved: list[float]
    upstream: list[float]


def suspect(formula: Formula, name: str, samples: Sequence[Sample]) -> str | None:
    """The slip that explains all samples; None where none does."""
    usable = [each for each in samples if math.isfinite(each.claimed)]
    if len(usable) < _FEWEST:
        return None
    small = len(formula.nodes) <= _MOST_NODES
    places = [_place(formula, name, each) for each in usable] if small else []
    slips = (
        _of_a_constant(formula, places), _of_size(usable), _of_powers(formula, places),
        _of_another(formula, name, usable), _of_a_part(formula, name, usable, places),
    )  # fmt: skip
    return next((told for pairs, told in chain(*slips) if _same(pairs)), None)


def _same(pairs: Iterable[tuple[float, float]]) -> bool:
    """Whether the two numbers of every pair are the same, and not all of them zero."""
    some = False
    for a, b in pairs:
        if not abs(a - b) <= _SAME * max(abs(a), abs(b)):
            return False
        some = some or a != 0
    return some


Slips = Iterator[tuple[Iterable[tuple[float, float]], str]]


def _of_size(samples: Sequence[Sample]) -> Slips:
    """The sign, a factor, a constant."""
    yield ((s.claimed, -s.ours) for s in samples), "its sign is reversed"
    largest = max(samples, key=lambda s: abs(s.ours))
    factor = largest.claimed / largest.ours if largest.ours else math.inf
    if math.isfinite(factor) and factor != 0:
        yield ((s.claimed, factor * s.ours) for s in samples), f"it is off by a factor {_known(factor)}"
    constant = samples[0].claimed - samples[0].ours
    told = f"it is {number(abs(constant), 6)} {'more' if constant > 0 else 'less'} than it should be everywhere"
    yield ((s.claimed - s.ours, constant) for s in samples), told


def _of_another(formula: Formula, name: str, samples: Sequence[Sample]) -> Slips:
    """The value in place of the derivative, or the derivative by another input, or one too many."""
    root = formula.nodes[next(iter(formula.output_nodes.values()))]
    leaves = formula.input_values
    slopes = adjoint(root, leaves.values())
    instead = {"that is the value itself, not its derivative": root}
    if len(leaves) <= _MOST_INPUTS:
        instead |= {f"that is the derivative by {each}": slopes[leaf] for each, leaf in leaves.items() if each != name}
    x = leaves[name]
    instead["that is the second derivative"] = adjoint(slopes[x], [x])[x]
    for told, value in instead.items():
        program = Formula({"": value}, leaves)
        place = program.output_nodes[""]
        yield ((s.claimed, forward(program, s.point)[place]) for s in samples), told


def _of_a_constant(formula: Formula, places: Sequence[_Place]) -> Slips:
    """The derivative of what stands inside a function, where that is a number: cos(2*x) for sin(2*x)."""
    for i, row, operands in formula.steps if places else ():
        for j in operands:
            node = formula.nodes[j]
            if node.op is None or row.name in _LINEAR or (row.name == "div" and j == operands[0]):
                continue
            slope = places[0].moved[j]
            if slope not in (0.0, 1.0) and all(abs(p.moved[j] - slope) <= _SAME * abs(slope) for p in places):
                told = f"the derivative of {name_of(node)}, which is {_known(slope)}, is missing as a factor (the chain rule)"
                parts = [(p, _through(p, i, row, operands, operands.index(j))) for p in places]
                yield [(p.claimed, p.ours - part + part / slope) for p, part in parts], told


def _of_powers(formula: Formula, places: Sequence[_Place]) -> Slips:
    """The rule of a power for an exponential, and the other way round; with the inner derivative and without."""
    for i, row, operands in formula.steps if places else ():
        if row.name not in ("pow", "exp", "exp2"):
            continue
        nodes, k = [formula.nodes[j] for j in operands], len(operands) - 1
        written, below, above = name_of(formula.nodes[i]), nodes[0], nodes[-1]
        moves = [any(p.moved[j] for p in places) for j in operands]
        if moves[k] and not any(moves[:k]):
            natural = row.name == "exp" or (k == 1 and below.constant and below.data == math.e)
            base = name_of(below) if k == 1 else "2"
            slope, inside = written if natural else f"{written}*log({base})", above
            told = f"{written} is an exponential, not a power of {name_of(above)}: its derivative is {slope}"
        elif k == 1 and moves[0] and not moves[1]:
            inside = below
            told = f"{written} is a power, not an exponential: its derivative is n*x^(n - 1) with n = {name_of(above)}"
        else:
            continue
        if inside.op is not None:
            told += ", times that of what stands inside"
        number_of = {"exp": math.e, "exp2": 2.0}.get(row.name)
        for inner in (True, False):
            yield [_otherwise(p, i, row, operands, number_of, inner=inner) for p in places], told


def _otherwise(
    place: _Place, i: int, row: Operation, operands: Sequence[int], base: float | None, *, inner: bool
) -> tuple[float, float]:
    """What was claimed, and our derivative with the other rule for one power or exponential."""
    y, x = place.values[operands[-1]], place.values[operands[0]] if base is None else base
    moved = [place.moved[j] for j in operands]
    k = len(operands) - 1 if moved[-1] else 0
    exponential = base is not None or k == 1
    try:
        slope = y * math.pow(x, y - 1.0) if exponential else place.values[i] * math.log(x)
    except (OverflowError, ValueError):
        return place.claimed, math.nan
    slope *= place.upstream[i] * (moved[k] if inner else 1.0)
    return place.claimed, place.ours - _through(place, i, row, operands, k) + slope


def _of_a_part(formula: Formula, name: str, samples: Sequence[Sample], places: Sequence[_Place]) -> Slips:
    """A factor that is missing or too much, and what comes in by one way of several."""
    if not places:
        return
    root = next(iter(formula.output_nodes.values()))
    for i, node in enumerate(formula.nodes):
        if node.op is None and node.constant:
            continue
        inner = name_of(node)
        if node.op is not None and i != root:
            told = f"the derivative of {inner} is missing as a factor (the chain rule)"
            yield ((p.claimed * p.moved[i], p.ours) for p in places), told
        yield ((p.claimed * p.values[i], p.ours) for p in places), f"the factor {inner} is missing"
        yield ((p.claimed, p.ours * p.values[i]) for p in places), f"the factor {inner} is too much"
    product = formula.nodes[root].op
    if product is not None and product.name in ("mul", "div"):
        told = "the derivative of a product u*v is u'*v + u*v', not u'*v'"
        if product.name == "div":
            told = "the derivative of a quotient u/v is (u'*v - u*v')/v^2, not u'/v'"
        j, k = (formula.index[x] for x in formula.nodes[root].operands)
        yield ((p.claimed, product.fn(p.moved[j], p.moved[k])) for p in places), told
    yield from _of_a_term(formula, name, samples)
    for i, row, operands in formula.steps:
        for k, j in enumerate(operands):
            if not any(p.moved[j] for p in places):
                continue
            parts = [_through(p, i, row, operands, k) for p in places]
            way = f"what comes through {name_of(formula.nodes[j])} in {name_of(formula.nodes[i])}"
            yield [(p.ours - p.claimed, part) for p, part in zip(places, parts, strict=True)], f"{way} is missing"
            yield (
                [(p.claimed - p.ours, part) for p, part in zip(places, parts, strict=True)],
                f"{way} is counted once too often",
            )
            yield (
                [(p.ours - p.claimed, 2.0 * part) for p, part in zip(places, parts, strict=True)],
                f"{way} has the wrong sign",
            )


def _of_a_term(formula: Formula, name: str, samples: Sequence[Sample]) -> Slips:
    """A term of the derivative itself that is missing, or has the wrong sign."""
    leaf = formula.input_values[name]
    slope = adjoint(formula.nodes[next(iter(formula.output_nodes.values()))], [leaf])[leaf]
    program = Formula({"": slope}, formula.input_values)
    if len(program.nodes) > _MOST_NODES:
        return
    root = program.output_nodes[""]
    terms = {j for _, row, operands in program.steps if row.name in ("add", "sub", "neg") for j in operands}
    places = []
    for s in samples:
        values = forward(program, s.point)
        places.append((s, values, backward(program, values, root)))
    for j in sorted(terms):
        for times, told in ((2.0, "has the wrong sign"), (1.0, "is missing")):
            pairs = [(s.ours - s.claimed, times * upstream[j] * values[j]) for s, values, upstream in places]
            yield pairs, f"the term {name_of(program.nodes[j])} {told}"


def _place(formula: Formula, name: str, sample: Sample) -> _Place:
    values = forward(formula, sample.point)
    moved = [0.0] * len(values)
    moved[formula.index[formula.input_values[name]]] = 1.0
    for i, row, operands in formula.steps:
        if any(moved[j] for j in operands):
            parts = pulled(row, 1.0, values[i], [values[j] for j in operands])
            moved[i] = math.fsum(part * moved[operands[k]] for k, part in parts if moved[operands[k]])
    upstream = backward(formula, values, next(iter(formula.output_nodes.values())))
    return _Place(sample.ours, sample.claimed, values, moved, upstream)


def _through(place: _Place, i: int, row: Operation, operands: Sequence[int], k: int) -> float:
    """What the derivative receives through operand k of the operation i."""
    xs = [place.values[j] for j in operands]
    part = dict(pulled(row, place.upstream[i], place.values[i], xs)).get(k, 0.0)
    return float(part * place.moved[operands[k]])


def _known(factor: float) -> str:
    """A factor as people write it: 2, 1/3, log(10), -pi."""
    ratio = Fraction(factor).limit_denominator(100)
    if ratio and abs(float(ratio) - factor) <= _SAME * abs(factor):
        return str(ratio)
    sign = "-" if factor < 0 else ""
    for name, x in _CONSTANTS.items():
        if abs(abs(factor) - x) <= _SAME * x:
            return sign + name
        if abs(abs(factor) * x - 1) <= _SAME:
            return f"{sign}1/{name}" if name.isalpha() or name.endswith(")") else f"{sign}1/({name})"
    return number(factor, 6)
