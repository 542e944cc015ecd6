"""The gradient at a point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..graph.engine import backward, forward
from ..graph.formula import Formula
from ..graph.note import Note
from ..graph.value import Value
from ..language import parse
from .notes import notes_at
from .point import chosen, complete, narrowed


class Partials(NamedTuple):
    """One output: its value, and its partial derivative by each input."""

    value: float
    grad: dict[str, float]


@dataclass(frozen=True)
class Gradient:
    """Value and partial derivatives of every output at a point, and what to know of them.

    `output`, `value` and `grad` are those of the first output, which is the only one as a rule.
    """

    outputs: dict[str, Partials]
    inputs: dict[str, float]
    notes: tuple[Note, ...]

    @property
    def output(self) -> str:
        """The name of the output."""
        return next(iter(self.outputs))

    @property
    def value(self) -> float:
        """The value of the output."""
        return self.outputs[self.output].value

    @property
    def grad(self) -> dict[str, float]:
        """The partial derivative by each input."""
        return self.outputs[self.output].grad

    @property
    def defined(self) -> bool:
        """Whether no value and no partial is NaN."""
        return not any(math.isnan(x) for each in self.outputs.values() for x in (each.value, *each.grad.values()))


def as_formula(formula: Formula | Value | str, at: Mapping[str, float] | None = None) -> Formula:
    """A formula from whatever a caller may hold: program text, a value of a graph built by hand, or a formula."""
    if isinstance(formula, str):
        return parse(formula, bound=at or ())
    if isinstance(formula, Value):
        return Formula({formula.label or "L": formula})
    return formula


def grad(formula: Formula | Value | str, at: Mapping[str, float] | None = None, /, **inputs: float) -> Gradient:
    """Value and gradient: `grad("(a*b+c)*f", a=2, b=-3, c=10, f=-2)`, or `grad(text, {"a": 2, ...})`.

    Raises AdiffError where the text is wrong, an input has no number, or a name is no input.
    """
    point = {**(at or {}), **inputs}
    return gradient(as_formula(formula, point), point)


def gradient(
    formula: Formula,
    at: Mapping[str, float],
    *,
    wrt: Iterable[str] | None = None,
    of: Iterable[str] | None = None,
) -> Gradient:
    """Value and partials of every output (or of the values named by `of`) by every input (or those named by `wrt`).

    An indeterminate partial (a numerical 0·inf) is resolved by its one-sided slopes at 60 digits, with a note.
    Raises AdiffError where an input has no number, or a name is not the program's.
    """
    formula = narrowed(formula, of)
    point = complete(formula, at)
    names = chosen(formula, wrt)
    values = forward(formula, point)
    outputs = {}
    adjoints = {}
    resolved: list[Note] = []
    for name, root in formula.output_nodes.items():
        adjoints[root] = backward(formula, values, root)
        outputs[name] = Partials(
            values[root], _partials(formula, point, names, root, adjoints[root], resolved, values[root])
        )
    notes = notes_at(
        formula, values, adjoints, [formula.index[formula.input_values[n]] for n in names if _used(formula, n)]
    )
    return Gradient(outputs, point, (*formula.notes, *notes, *resolved))


def _used(formula: Formula, name: str) -> bool:
    return formula.input_values[name] in formula.index


def _partials(
    formula: Formula, point: Mapping[str, float], names: Iterable[str], root: int, adjoint: list[float],
    resolved: list[Note], value: float,
) -> dict[str, float]:  # fmt: skip
    grad = {}
    for name in names:
        partial = adjoint[formula.index[formula.input_values[name]]] if _used(formula, name) else 0.0
        if math.isnan(value):
            partial = math.nan
        elif math.isnan(partial):
            from .precise import resolve

            partial, note = resolve(formula, point, name, root)
            resolved.append(note)
        grad[name] = partial + 0.0
    return grad
