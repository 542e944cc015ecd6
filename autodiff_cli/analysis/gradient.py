"""The gradient at a point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..errors import AdiffError
from ..graph.formula import Formula
from ..graph.note import Note
from ..graph.value import Value
from ..language import parse
from .evaluated import Evaluated
from .notes import MOST, Point, notes_at
from .point import Given, chosen, complete, narrowed
from .rounding import lost_digits, lost_digits_of_partials

# Of so many inputs at most it is seen how much of a number their own rounding is.
_FEW_PLACES = 12


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
    places = {name: formula.index[formula.input_values[name]] for name in names}
    return answered(Evaluated(formula, point, list(places.values())), names)


def answered(at: Evaluated, names: Sequence[str]) -> Gradient:
    """The answer that an evaluation comes to, whose places are those of the inputs `names`."""
    formula = at.formula
    places = dict(zip(names, at.places, strict=True))
    by_place = {place: name for name, place in places.items()}
    found, notes = _settled(at, by_place)
    if at.truth is None and not at.too_large:
        lost = _lost(at, names)
        empty = [note for note in lost if _is_zero(note, at, found, by_place)]
        if empty and len(at.places) <= _FEW_PLACES:
            # A 0 of which no digit is certain is no answer, while there is a better one.
            at.settle()
            at.forget_noise()
            found, notes = _settled(at, by_place)
            lost = [_mended(note, _is_zero(note, at, found, by_place)) for note in lost if note in empty]
        notes += lost
    outputs = {
        output: Partials(found[root, None] + 0.0, Answers({name: found[root, i] + 0.0 for name, i in places.items()}))
        for output, root in formula.output_nodes.items()
    }
    return Gradient(
        Answers(outputs), Answers(dict(at.point)), (*formula.notes, *notes[: 2 * MOST]), Answers(formula.sizes)
    )


def _mended(note: Note, zero: bool) -> Note:
    """A note on a 0 of which no digit is certain: as it was, or, where the true number has been found, what doubles give."""
    if zero:
        return note
    what = note.message.partition("; no digit")[0]
    return note._replace(message=f"{what}; plain doubles (generated code, map) give 0")


def _settled(at: Evaluated, names: dict[int, str]) -> tuple[dict[tuple[int, int | None], float], list[Note]]:
    """The value (by None) and the partials (by place) of every output, by its index, and the notes on them."""
    formula = at.formula
    found: dict[tuple[int, int | None], float] = {}
    for root in at.roots:
        found[root, None] = at.value(root)
        for place in at.places:
            found[root, place] = at.partial(root, place)
    bent: list[Note] = []
    if at.edged:
        from .edges import Whole

        at.whole = Whole(at, names)
        found.update({(root, place): slope for (root, place), slope in at.whole.changed.items()})
        bent = at.whole.notes
    resolved: list[Note] = []
    beside: Any = None
    for output, root in formula.output_nodes.items():
        for place, name in names.items():
            if math.isnan(found[root, place]) and not math.isnan(found[root, None]):
                from .indeterminate import resolve, too_large

                if beside is None and not too_large(formula):
                    from .beside import Beside

                    beside = Beside(formula, at.point, holds=True)
                found[root, place], note = resolve(formula, beside, name, output, root)
                if note.kind != "jump" or not any(other.kind == "jump" for other in bent):
                    resolved.append(note)
    opened: set[int] = set()
    for output, root in formula.output_nodes.items():
        names_open = _left_open(at) if math.isnan(found[root, None]) else []
        if names_open:
            opened.add(root)
            resolved += _opened(at, found, output, root, names_open, names)
    unresolved = {
        root: {place: found[root, place] for place in at.places if not math.isfinite(found[root, place])}
        for root in at.roots
    }
    values, adjoints = at.alike()
    there = at.there if at.truth is None else Point(formula, values, at.roots, at.places)
    notes = notes_at(there, adjoints, _true_infinities(at, unresolved))
    if opened:
        notes = [note for note in notes if note.kind not in ("undefined", "infinity")]
    if any(note.kind == "undefined" for note in notes):
        resolved = [note for note in resolved if note.kind != "undefined"]
    if at.doubt is not None:
        from .beyond import beyond

        notes += beyond(at, names)
    return found, [*notes, *bent, *_few(resolved)]


def _left_open(at: Evaluated) -> list[str]:
    """The inputs along which a value is left open at the point: derivatives of choices by an equality."""
    if not any(row.name == "unless" for _, row, _ in at.formula.steps):
        return []
    from .indeterminate import left_open, too_large

    return [] if too_large(at.formula) else left_open(at.formula, at.alike()[0], at.there.alive)


def _opened(
    at: Evaluated, found: dict[tuple[int, int | None], float], output: str, root: int, along: Sequence[str],
    names: dict[int, str],
) -> list[Note]:  # fmt: skip
    """Set a value that is left open at the point, and its partials, from beside the point; the notes on that."""
    from .beside import Beside
    from .indeterminate import value_beside

    beside = Beside(at.formula, at.point, holds=False)
    found[root, None], note = value_beside(beside, along, output, root)
    if not math.isnan(found[root, None]):
        for place, name in names.items():
            found[root, place] = beside.slopes(name, [root])[root].slope
    return [note]


def _true_infinities(at: Evaluated, unresolved: dict[int, dict[int, float]]) -> dict[int, dict[int, float]]:
    """Those that are not finite, but for numbers too large for a double."""
    if at.truth is None:
        return unresolved
    from .unbounded import is_finite

    partials = at.truth.partials
    return {
        root: {i: x for i, x in some.items() if (true := partials.get((root, i))) is not None and not is_finite(true)}
        for root, some in unresolved.items()
    }


def _is_zero(note: Note, at: Evaluated, found: dict[tuple[int, int | None], float], names: dict[int, str]) -> bool:
    """Whether a note on lost digits speaks of a number that is 0."""
    what = note.message.partition(":")[0]
    for output, root in at.formula.output_nodes.items():
        if what == output:
            return found[root, None] == 0
        for place, name in names.items():
            if what == f"d{output}/d{name}":
                return found[root, place] == 0
    return False


def _lost(at: Evaluated, names: Sequence[str]) -> list[Note]:
    """Where digits of values and partials are lost to rounding."""
    formula = at.formula
    notes = []
    for output, root in formula.output_nodes.items():
        notes += lost_digits(formula, at.values, at.adjoints[root], root, output)
    if all(math.isfinite(at.adjoints[root][place]) for root in at.roots for place in at.places):
        notes += lost_digits_of_partials(formula, dict(at.point), names)
    return notes


def _few(notes: list[Note]) -> list[Note]:
    """The first few of many alike."""
    if len(notes) <= MOST:
        return notes
    return [*notes[: MOST - 1], Note(notes[MOST].kind, f"and {len(notes) - MOST + 1} more partials of the same kind")]
