"""Whether a gradient is right: against difference quotients in high precision, and against those that doubles can see."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ..errors import EXIT_MATHEMATICS, AdiffError
from ..graph.adjoint import adjoint
from ..graph.engine import backward, forward
from ..graph.formula import Formula
from ..graph.note import Note
from ..notation.numbers import number
from .beside import Sides
from .claims import Claim, Compared, claims, compare
from .differences import Line, Order, Sweep, order, rounding
from .exact import Exact
from .gradient import Answers, Gradient, gradient
from .point import Given, chosen, narrowed, single
from .rounding import bound_at
from .verdict import RIGHT, VERDICTS, Judgement, judge, kinked

# So many operations in all may be followed in high precision: about a minute.
MOST_WORK = 1_000_000
# A numeric slope that is off by more than this part calls for a word.
_UNSEEN = 1e-2


@dataclass(frozen=True, slots=True)
class InputCheck:
    """One input: where it is, its partial derivative, what numbers say of that, and the verdict.

    `sides` are the true one-sided slopes, `claim` a derivative worked out by hand beside ours, where one was given.
    """

    value: float
    gradient: float
    sweep: Sweep
    order: Order
    sides: Sides
    judgement: Judgement
    claim: Compared | None = None

    @property
    def verdict(self) -> str:
        """right, wrong, kink or ill-conditioned: on the gradient alone; that on the derivative by hand is the claim's own."""
        return self.judgement.verdict

    @property
    def error(self) -> float:
        """How far the numeric slope is from the partial derivative."""
        return abs(self.sweep.numeric - self.gradient) if self.sweep.numeric != self.gradient else 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """The check of every input; `h` is the step where one was given, `after` the output when an input has moved by it."""

    output: str
    value: float
    point: dict[str, float]
    inputs: dict[str, InputCheck]
    notes: tuple[Note, ...]
    h: float | None = None
    after: dict[str, float] = field(default_factory=dict)
    # How many parts each vector among the inputs has.
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def of_gradient(self) -> str:
        """The worst verdict on the gradient."""
        return min((each.verdict for each in self.inputs.values()), key=VERDICTS.index)

    @property
    def by_hand(self) -> str | None:
        """The worst verdict on what was worked out by hand; None where nothing was."""
        claims = [each.claim.verdict for each in self.inputs.values() if each.claim is not None]
        return min(claims, key=VERDICTS.index) if claims else None

    @property
    def verdict(self) -> str:
        """The worst of all, of what was worked out by hand as well."""
        return min((self.of_gradient, self.by_hand or RIGHT), key=VERDICTS.index)


def check(
    formula: Formula,
    at: Given,
    *,
    wrt: Iterable[str] | None = None,
    of: Iterable[str] | None = None,
    h: float | None = None,
    against: Sequence[str] = (),
    seed: int = 0,
    watch: Callable[[int, int], object] | None = None,
) -> Check:
    """Compare every partial derivative (by the inputs of `wrt`) with slopes, and with those worked out by hand in `against`.

    With `h` the slopes have that one step. `seed` chooses the points nearby at which derivatives are compared, and `watch` is
    told how many inputs are done, and of how many. Raises AdiffError for what is no question: several outputs, no input, a
    step of 0, unknown names; and (exit 1) for a point where there is no value or no derivative to check.
    """
    formula = narrowed(formula, of)
    _require(formula, h)
    names = chosen(formula, wrt)
    hand = claims(formula, against, names) if against else {}
    if hand and wrt is None:
        names = tuple(name for name in names if name in hand)
    if len(names) * len(formula.nodes) > MOST_WORK:
        many = max(1, MOST_WORK // len(formula.nodes))
        raise AdiffError(
            "limit", f"{len(names):,} inputs through {len(formula.nodes):,} values are more than can be checked at once",
            hint=f"choose at most {many:,} of them by --wrt, such as --wrt {names[0]}",
        )  # fmt: skip
    answer = gradient(formula, at, wrt=names)
    judges = _Judges(formula, answer)
    inputs: dict[str, InputCheck] = {}
    after: dict[str, float] = {}
    for done, name in enumerate(names):
        inputs[name] = judges.input(name, hand.get(name), h, seed)
        if h is not None:
            after[name] = judges.after(name, h)
        if watch is not None:
            watch(done + 1, len(names))
    notes = (*answer.notes, *(note for name, each in inputs.items() for note in judges.notes(name, each)))
    return Check(answer.output, answer.value, answer.inputs, Answers(inputs), notes, h, Answers(after), answer.sizes)


def _require(formula: Formula, h: float | None) -> None:
    """Raises AdiffError where there is nothing to check, or nothing to check it by."""
    single(formula, "a check looks at", ", so there is no slope to check")
    if h is not None and (h == 0 or not math.isfinite(h)):
        raise AdiffError("usage", "the step h must be a finite number other than 0", hint="for example --h 1e-8")


class _Judges:
    """What is known of a formula at a point, for one input after the other."""

    def __init__(self, formula: Formula, answer: Gradient) -> None:
        self.formula = formula
        self.answer = answer
        self.root = formula.output_nodes[answer.output]
        self.values = forward(formula, answer.inputs)
        self._possible()
        self.exact = Exact(formula, answer.inputs)
        if not math.isfinite(answer.value) and not math.isfinite(self.exact.value(self.root)):
            raise self._nothing(f"{answer.output} is infinite here, so there is no slope to check")
        self.noise = rounding(self.values, backward(formula, self.values, self.root))

    def _possible(self) -> None:
        """Raises AdiffError where there is no derivative that could be right."""
        answer = self.answer
        if math.isnan(answer.value):
            raise self._nothing(f"{answer.output} is undefined here, so there is no slope to check")
        undefined = [name for name, partial in answer.grad.items() if math.isnan(partial)]
        if undefined:
            raise self._nothing(f"d{answer.output}/d{undefined[0]} is undefined here, so there is nothing to check")
        endless = [name for name in answer.grad if math.isinf(answer.inputs[name])]
        if endless:
            raise self._nothing(f"{endless[0]} is infinite, and a slope is taken at a number")

    def _nothing(self, message: str) -> AdiffError:
        told = next(
            (note.message for note in self.answer.notes if note.kind in ("undefined", "infinity", "overflow")), None
        )
        return AdiffError("mathematics", message, hint=told or "choose another point", exit=EXIT_MATHEMATICS)

    def input(self, name: str, hand: Claim | None, h: float | None, seed: int) -> InputCheck:
        """The check of one input."""
        partial, point = self.answer.grad[name], self.answer.inputs
        sides = self.exact.sides(name, self.root)
        line = Line(self.formula, point, name)
        sweep = line.sweep(self.noise) if h is None else line.single(h)
        natural = self.answer.value / max(1.0, abs(point[name])) if math.isfinite(self.answer.value) else 0.0
        judgement = judge(partial, sides, natural, lambda: self._around(name), lambda: self._bound(name))
        claim = None
        if hand is not None:
            here = not kinked(judgement)
            claim = compare(self.formula, point, name, hand, seed=seed, here=here)
        return InputCheck(point[name], partial, sweep, order(sweep.rows, partial, self.noise), sides, judgement, claim)

    def after(self, name: str, h: float) -> float:
        """The output when one input has moved by h."""
        point = self.answer.inputs
        return forward(self.formula, {**point, name: point[name] + h})[self.root]

    def _around(self, name: str) -> list[float]:
        """The true slopes at the ends of what a few roundings of the input may be."""
        x = self.answer.inputs[name]
        return [
            Exact(self.formula, {**self.answer.inputs, name: x + way * 8 * math.ulp(x)}).sides(name, self.root).slope
            for way in (-1, 1)
        ]

    def _bound(self, name: str) -> float:
        """How far rounding may have moved the partial; infinite where there is no telling."""
        leaf = self.formula.input_values[name]
        slope = adjoint(self.formula.nodes[self.root], [leaf])[leaf]
        program = Formula({"": slope}, self.formula.input_values)
        values = forward(program, self.answer.inputs)
        if not all(map(math.isfinite, values)) or not all(map(math.isfinite, self.values)):
            return math.inf
        return bound_at(program, values, program.output_nodes[""])

    def notes(self, name: str, each: InputCheck) -> list[Note]:
        """A word where the partial is right and differences in doubles do not show it."""
        slope, rows = each.sides.slope, each.sweep.rows
        if len(rows) == 1:
            if each.value + each.sweep.h != each.value:
                return []
            return [Note("differences", f"{name} + h is {name} in doubles: h is too small to move it", name)]
        if each.judgement.verdict != RIGHT or not math.isfinite(slope) or slope == 0 or each.sides.one_sided:
            return []
        if each.error <= _UNSEEN * abs(slope):
            return []
        least = rows[-1].h
        far = not abs(self.exact.quotient(name, self.root, least) - slope) <= _UNSEEN * abs(slope)
        why = f"the slope changes within {number(least, 3)} of {name}" if far else "rounding hides it"
        message = f"d{self.answer.output}/d{name} is right, and no difference in doubles shows it: {why}"
        return [Note("differences", message, name)]
