"""The gradient at a point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..errors import AdiffError
from ..graph.engine import backward, forward
from ..graph.formula import Formula
from ..graph.note import Note
from ..graph.value import Value
from ..language import parse
from .notes import MOST, Point, notes_at
from .point import Given, chosen, complete, narrowed
from .rounding import lost_digits, lost_digits_of_partials


class Answers(dict[str, Any]):
    """A dict that cannot be changed: an answer stays what it was."""

    def _refuse(self, *_: object, **__: object) -> Any:
        raise TypeError("an answer cannot be changed: make a dict of it first")

    __setitem__ = __delitem__ = update = clear = pop = popitem = setdefault = __ior__ = _refuse


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
    # How many parts each vector among the inputs has; its parts are inputs of their own, w[1], w[2], ...
    sizes: dict[str, int] = field(default_factory=dict)

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


def as_formula(formula: object, at: Given | None = None) -> Formula:
    """A formula from whatever a caller may hold: program text, a value of a graph built by hand, or a formula."""
    if isinstance(formula, str):
        return parse(formula, bound=at or ())
    if isinstance(formula, Value):
        return Formula({formula.label or "L": formula})
    if not isinstance(formula, Formula):
        message = f"an expression is text, a Formula or a Value, not {type(formula).__name__}"
        raise AdiffError("usage", message, hint='for example grad("x^2", x=3)')
    return formula


def grad(formula: Formula | Value | str, at: Given | None = None, /, **inputs: float | Sequence[float]) -> Gradient:
    """Value and gradient: `grad("(a*b+c)*f", a=2, b=-3, c=10, f=-2)`, or `grad(text, {"a": 2, ...})`.

    A vector is given as a list, `grad("dot(w, x)", w=[1, 2], x=[3, 4])`; its parts are called `w[1]`, `w[2]` in the answer.
    Raises AdiffError where the text is wrong, an input has no number, or a name is no input.
    """
    point = {**(at or {}), **inputs}
    return gradient(as_formula(formula, point), point)


def gradient(
    formula: Formula,
    at: Given,
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
    places = {name: formula.index[formula.input_values[name]] for name in names}
    there = Point(formula, values, list(formula.output_nodes.values()), places.values())
    doubtful = there.out_of_range()
    outputs: dict[str, Partials] = {}
    adjoints: dict[int, list[float]] = {}
    unresolved: dict[int, dict[int, float]] = {}
    resolved: list[Note] = []
    slopes: Any = None
    for output, root in formula.output_nodes.items():
        adjoints[root] = backward(formula, values, root)
        grad = {name: adjoints[root][i] + 0.0 for name, i in places.items()}
        value = values[root]
        for name, partial in grad.items():
            if math.isnan(value):
                grad[name] = math.nan
            elif math.isnan(partial) or (doubtful and not (math.isfinite(value) and math.isfinite(partial))):
                from .precise import Slopes, resolve

                slopes = slopes or Slopes(formula, point)
                better, note = resolve(slopes, name, output, root)
                if math.isnan(partial) or (not math.isnan(better) and better != partial):
                    grad[name] = better
                    resolved.append(note)
        outputs[output] = Partials(value + 0.0, Answers(grad))
        unresolved[root] = {i: grad[name] for name, i in places.items() if not math.isfinite(grad[name])}
    notes = notes_at(there, adjoints, unresolved)
    if any(note.kind == "undefined" for note in notes):
        resolved = [note for note in resolved if note.kind != "undefined"]
    notes += _few(resolved)
    for output, root in formula.output_nodes.items():
        notes += lost_digits(formula, values, adjoints[root], root, output)
    if all(math.isfinite(g) for each in outputs.values() for g in each.grad.values()):
        notes += lost_digits_of_partials(formula, point, names)
    return Gradient(Answers(outputs), Answers(point), (*formula.notes, *notes[: 2 * MOST]), Answers(formula.sizes))


def _few(notes: list[Note]) -> list[Note]:
    """The first few of many alike."""
    if len(notes) <= MOST:
        return notes
    return [*notes[: MOST - 1], Note(notes[MOST].kind, f"and {len(notes) - MOST + 1} more partials of the same kind")]
