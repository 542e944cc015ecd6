"""How many digits of an answer are right: everything once more in high precision, until two precisions agree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import AdiffError
from ..graph.adjoint import adjoint
from ..graph.engine import forward
from ..graph.formula import Formula
from ..graph.value import Value
from .exact import Exact
from .gradient import Gradient
from .rounding import bound_at

# All digits of a double; of one that is not the nearest to the truth there are always fewer.
ALL = 16.0
_NEARLY = 15.95
_DIGITS = (50, 100, 200, 400, 800)
# Two precisions agree to so many digits; what shrinks with every precision is 0.
_AGREE = 1e-30
# Programs of more values take too long.
MOST_NODES = 500_000


@dataclass(frozen=True, slots=True)
class Digits:
    """Of one number: how many digits are right, and how many the bound of rounding promises; None where nobody can tell."""

    right: float | None
    promised: float | None


@dataclass(frozen=True, slots=True)
class Trust:
    """The digits of an output and of its partial derivatives by each input."""

    value: Digits
    grad: dict[str, Digits]


def trust(formula: Formula, point: Mapping[str, float], value: float, grad: Mapping[str, float]) -> Trust:
    """The digits of the value and the partials of a formula's only output, as an answer has them.

    Raises AdiffError for a program too large to be computed in high precision.
    """
    root = formula.nodes[next(iter(formula.output_nodes.values()))]
    inputs = {**formula.spare, **formula.input_values}
    leaves = {name: inputs[name] for name in grad}
    slopes = adjoint(root, leaves.values())
    found = digits(inputs, point, [(root, value), *((slopes[leaf], grad[name]) for name, leaf in leaves.items())])
    partials = dict(zip(grad, found[1:], strict=True))
    for name, each in partials.items():
        # What is 0*inf by the rules, or holds at the point alone, was found by slopes, and so it is judged.
        if (each.right is None or each.right < 1) and math.isfinite(grad[name]) and not math.isnan(value):
            slope = Exact(formula, point).sides(name, formula.index[root]).slope
            beside = None if math.isnan(slope) else agreeing(grad[name], slope, slope)
            if each.right is None or (beside or 0.0) > each.right:
                partials[name] = Digits(beside, None)
    return Trust(found[0], partials)


def digits(
    inputs: Mapping[str, Value], point: Mapping[str, float], answers: Iterable[tuple[Value, float]]
) -> list[Digits]:
    """The digits of numbers, each with the value in a graph that it is to be: an output, a partial, a second derivative.

    Raises AdiffError for a program too large to be computed in high precision.
    """
    wanted = list(answers)
    program = Formula({str(k): value for k, (value, _) in enumerate(wanted)}, inputs)
    if len(program.nodes) > MOST_NODES:
        raise AdiffError(
            "limit",
            f"value and gradient take {len(program.nodes):,} values, more than can be computed again in high precision",
            hint="leave --trust out: a note says where digits are lost",
        )
    if not all(math.isfinite(point[name]) for name in program.inputs):
        return [Digits(None, None) for _ in wanted]
    values = forward(program, point)
    truth = _agreed(program, point)
    found = []
    for k, (_, x) in enumerate(wanted):
        place = program.output_nodes[str(k)]
        true, nearest = truth[str(k)]
        bound = bound_at(program, values, place) if math.isfinite(values[place]) else math.inf
        promised = None if math.isinf(bound) or math.isnan(x) else promise(x, bound)
        found.append(Digits(None if nearest is None else agreeing(x, true, nearest), promised))
    return found


def agreeing(x: float, true: Any, nearest: float) -> float | None:
    """How many digits of x are those of a true number, whose nearest double is given; None where there is no number."""
    if math.isnan(x) or math.isnan(nearest):
        return None
    if x == nearest:
        return ALL
    if not (math.isfinite(x) and math.isfinite(nearest)) or nearest == 0:
        return 0.0
    off = float(abs((true - x) / true))
    return _NEARLY if off == 0 else min(_NEARLY, max(0.0, -math.log10(off)))


def promise(x: float, bound: float) -> float:
    """The digits that hold if x is off by no more than a bound."""
    if bound == 0:
        return ALL
    return 0.0 if x == 0 else min(ALL, max(0.0, -math.log10(bound / abs(x))))


def _agreed(program: Formula, point: Mapping[str, float]) -> dict[str, tuple[Any, float | None]]:
    """Each output in as many digits as it takes until two precisions agree, with the nearest double; None where none does."""
    exact = Exact(program, point)
    roots = dict(program.output_nodes)
    found: dict[str, tuple[Any, float | None]] = {}
    spare = exact.span(roots)
    before = exact.numbers(roots, _DIGITS[0] + spare)
    for many in (digits + spare for digits in _DIGITS[1:]):
        after = exact.numbers(roots, many)
        for name in list(roots):
            rough, fine = before[name], after[name]
            if rough == fine or abs(rough - fine) <= _AGREE * abs(fine):
                found[name] = fine, float(fine)
                del roots[name]
            elif math.isnan(float(rough)) and math.isnan(float(fine)):
                found[name] = fine, math.nan
                del roots[name]
            elif many == _DIGITS[-1] + spare:
                # A difference that is 0 is only ever as small as its rounding.
                vanishes = abs(fine) <= abs(rough) * 10.0 ** -(many // 4)
                found[name] = fine, 0.0 if vanishes else None
        if not roots:
            break
        before = after
    return found


def trusted(formula: Formula, answer: Gradient) -> dict[str, Trust]:
    """The digits of every output of an answer, and of its partials."""
    return {
        output: trust(formula.of(output), answer.inputs, each.value, each.grad)
        for output, each in answer.outputs.items()
    }


def shown(digits: float | None) -> float | None:
    """So many digits as people read them: rounded down to tenths."""
    return None if digits is None else math.floor(digits * 10.0) / 10.0
