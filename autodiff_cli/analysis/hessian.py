"""The matrix of second derivatives at a point, its eigenvalues, and what they say of the point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..errors import AdiffError
from ..graph.formula import Formula
from ..graph.note import Note
from ..graph.value import Value
from .eigen import MOST, eigenvalues, solvable
from .evaluated import Evaluated
from .gradient import Answers, Gradient, answered, as_formula
from .local import Local
from .notes import MOST as FEW
from .point import Given, chosen, complete, narrowed, single
from .second import Around, causes, name_of_second, rounding, strayed
from .stationary import verdict

# A matrix of so many inputs has a million entries.
MOST_INPUTS = 1_000
# Of so many inputs at most an entry that cancelled to 0 is looked for in high precision.
_FEW = 12


@dataclass(frozen=True)
class Hessian:
    """Value, gradient and second derivatives of one output at a point.

    `hessian["x"]["y"]` is the derivative by x and y; `matrix` has the same as lists in the order of `grad`. The eigenvalues
    are in ascending order, and None where an entry is not finite. `verdict` is "minimum", "maximum", "saddle" or "undecided"
    at a point where the gradient is 0, and None elsewhere.
    """

    output: str
    value: float
    inputs: dict[str, float]
    grad: dict[str, float]
    hessian: dict[str, dict[str, float]]
    eigenvalues: tuple[float, ...] | None
    verdict: str | None
    notes: tuple[Note, ...]
    # The pairs of inputs whose derivative was found from beside the point, each in the order of `grad`.
    beside: frozenset[tuple[str, str]] = frozenset()
    # How many parts each vector among the inputs has; its parts are inputs of their own, w[1], w[2], ...
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def matrix(self) -> list[list[float]]:
        """The second derivatives row by row."""
        return [list(row.values()) for row in self.hessian.values()]

    @property
    def defined(self) -> bool:
        """Whether no value, partial or second derivative is NaN."""
        return not any(map(math.isnan, [self.value, *self.grad.values(), *(x for row in self.matrix for x in row)]))


def hessian(formula: Formula | Value | str, at: Given | None = None, /, **inputs: float | Sequence[float]) -> Hessian:
    """The second derivatives: `hessian("x^2*y", x=3, y=2).matrix`.

    A vector is given as a list, and its parts are called `w[1]`, `w[2]` in the answer.
    Raises AdiffError as `grad` does, and for several outputs, no inputs, or more than 1,000.
    """
    point = {**(at or {}), **inputs}
    return second_derivatives(as_formula(formula, point), point)


def second_derivatives(
    formula: Formula, at: Given, *, wrt: Iterable[str] | None = None, of: Iterable[str] | None = None
) -> Hessian:
    """The second derivatives of one output by every pair of inputs, or of those named by `wrt`.

    Each pair is computed once, by a backward sweep over the program of the gradient; an entry that doubles cannot tell is
    found as a limit from beside the point, with a note. Raises AdiffError as `hessian` does.
    """
    formula = narrowed(formula, of)
    names = wanted(formula, wrt)
    if len(names) > MOST_INPUTS:
        raise AdiffError(
            "limit", f"a Hessian by {len(names):,} inputs has {len(names) ** 2:,} entries, at most {MOST_INPUTS**2:,} can be",
            hint="name fewer inputs by --wrt, or ask for its product with one vector: --vector",
        )  # fmt: skip
    evaluated = Evaluated(formula, complete(formula, at), [formula.index[formula.input_values[name]] for name in names])
    answer = answered(evaluated, names)
    local = Local(formula, answer.inputs, names)
    rows = [[math.nan] * (k + 1) for k in range(len(names))] if math.isnan(answer.value) else local.rows()
    bent = set() if evaluated.whole is None else evaluated.whole.bent
    settled = _Settled(
        formula, answer, local, {name for name, i in zip(names, evaluated.places, strict=True) if i in bent}
    )
    settled.settle(rows)
    matrix = [row + [rows[m][k] for m in range(k + 1, len(names))] for k, row in enumerate(rows)]
    finite = all(math.isfinite(x) for row in rows for x in row)
    lost, errors = rounding(local, answer.inputs, answer.output) if finite and local.truth is None else ([], None)
    if lost and len(names) <= _FEW:
        lost = _found_again(local, answer.output, matrix, lost)
    notes = [*answer.notes, *settled.notes, *lost[:FEW]]
    roots: tuple[float, ...] | None = None
    said = None
    if finite and solvable(matrix):
        roots = tuple(x + 0.0 for x in eigenvalues(matrix))
        point = [answer.inputs[name] for name in names]
        slopes = list(answer.grad.values())
        said, more = verdict(
            answer.output, names, point, slopes, matrix, errors, local.terms, settled.kinked, evaluated.size()
        )  # fmt: skip
        notes += more
    elif finite:
        text = f"the eigenvalues of more than {MOST} inputs need numpy: pip install 'autodiff-cli[data]'"
        notes.append(Note("eigenvalues", text, answer.output))
    table = {a: Answers(dict(zip(names, row, strict=True))) for a, row in zip(names, matrix, strict=True)}
    return Hessian(
        answer.output, answer.value, answer.inputs, answer.grad, Answers(table), roots, said, tuple(notes),
        frozenset(settled.found), answer.sizes
    )  # fmt: skip


def _found_again(local: Local, output: str, matrix: list[list[float]], lost: list[Note]) -> list[Note]:
    """Replace entries that are 0 though no digit of it is certain by the true numbers; the notes that remain, and theirs."""
    names = local.names
    by_name = {name_of_second(output, a, b): (k, m) for k, a in enumerate(names) for m, b in enumerate(names)}
    notes = []
    for note in lost:
        k, m = by_name.get(note.message.partition(":")[0], (0, 0))
        if "; no digit of 0 " in note.message:
            matrix[k][m] = matrix[m][k] = local.found_again(max(k, m), min(k, m))
            if matrix[k][m]:
                what = note.message.partition("; no digit")[0]
                note = note._replace(message=f"{what}; plain doubles (generated code, map) give 0")  # noqa: PLW2901
        notes.append(note)
    return notes


def wanted(formula: Formula, wrt: Iterable[str] | None) -> tuple[str, ...]:
    """The inputs to differentiate by twice. Raises AdiffError for several outputs, no inputs, or a name that is none."""
    single(formula, "a Hessian is that of", " to differentiate by")
    return chosen(formula, wrt)


class _Settled:
    """The entries that doubles leave open, or at which the function has a kink that its gradient does not show."""

    def __init__(self, formula: Formula, answer: Gradient, local: Local, bent: set[str]) -> None:
        self.formula = formula
        self.bent = bent
        self.answer = answer
        self.local = local
        self.kinked = any(note.kind in ("kink", "jump") for note in answer.notes)
        self.notes: list[Note] = []
        self.found: set[tuple[str, str]] = set()

    def settle(self, rows: list[list[float]]) -> None:
        """Set what can be found better, and note what is not finite."""
        if math.isnan(self.answer.value):
            return
        names = self.local.names
        beside = Around(self.local, self.answer.output)
        notes = strayed(self.local, self.answer.output, rows)
        for k, row in enumerate(rows):
            between: set[int] | None = None
            for m, x in enumerate(row):
                look = math.isnan(x)
                if not look and (names[k] in self.bent or names[m] in self.bent):
                    between = set(self.local.between(k)) if between is None else between
                    look = self.local.places[m] in between
                if look:
                    row[m] = beside.settled(names[m], names[k], x)
        self.kinked = self.kinked or any(note.kind == "kink" for note in beside.notes)
        self.found = beside.found
        self.notes = [*notes, *beside.listed()]
        self.notes += causes(self.formula, self.local, self.answer.output, rows, told=bool(beside.notes))
