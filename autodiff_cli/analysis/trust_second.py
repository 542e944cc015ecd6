"""How many digits of second derivatives are right: the same question as for the gradient, of its program's derivatives."""

from __future__ import annotations

from dataclasses import dataclass

from ..graph.formula import Formula
from .hessian import Hessian
from .local import Local
from .trust import Digits, Trust, digits, trust


@dataclass(frozen=True, slots=True)
class SecondTrust:
    """The digits of the output, of its partial derivatives, and of its second derivatives by two inputs each."""

    first: Trust
    second: dict[str, dict[str, Digits]]


def trusted_second(formula: Formula, answer: Hessian) -> SecondTrust:
    """The digits of an answer on a formula's only output.

    Nobody can tell those of what was found beside the point, for the rules give another number there.
    Raises AdiffError for a program too large to be computed in high precision.
    """
    names = list(answer.grad)
    graphs = Local(formula, answer.inputs, names).graphs()
    inputs = {**formula.spare, **formula.input_values}
    found = digits(inputs, answer.inputs, [(graph, answer.hessian[a][b]) for (a, b), graph in graphs.items()])
    second: dict[str, dict[str, Digits]] = {name: dict.fromkeys(names, Digits(None, None)) for name in names}
    for (a, b), each in zip(graphs, found, strict=True):
        if (a, b) not in answer.beside:
            second[a][b] = second[b][a] = each
    return SecondTrust(trust(formula, answer.inputs, answer.value, answer.grad), second)
