"""Derivatives as formulas: a tree for each input, the parts that they share, the value at a point."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import EXIT_MATHEMATICS, AdiffError
from ..graph.formula import Formula
from ..graph.forward import MAX_ORDER, derivative, replaced
from ..graph.forward import derivatives as derived
from ..graph.note import Note
from ..graph.value import Value
from ..notation.algebra import Algebra
from ..notation.arrange import arranged, parts_of
from ..notation.expr import Expr
from ..notation.faithful import faithful
from ..notation.guards import guarded
from ..notation.numbers import number
from ..notation.pretty import expressions
from ..notation.tree import Tree
from .evaluated import Evaluated
from .gradient import Answers, answered
from .point import Given, chosen, complete, single, suspicions, to_bind

if TYPE_CHECKING:
    from .beside import Beside
    from .trust import Digits

# A shared part is named where it saves this much.
WORTH_A_NAME = 4


@dataclass(frozen=True)
class Derivatives:
    """The derivatives of an output by its inputs, of one order.

    `trees` are their formulas by input, `shared` the parts that several of them use, by the names that stand for them there.
    `values` are numbers, where a point was given; where only some `inputs` have numbers, these stand in the formulas, and
    there are no values. `whole` is the output itself as it was written, `whole_inputs` are the inputs that it depends on.
    """

    output: str
    order: int
    trees: dict[str, Tree]
    shared: dict[str, Tree]
    values: dict[str, float]
    inputs: dict[str, float]
    whole: Tree
    whole_inputs: tuple[str, ...]
    notes: tuple[Note, ...]

    @property
    def defined(self) -> bool:
        """Whether no value is NaN."""
        return all(x == x for x in self.values.values())


def derivatives(
    formula: Formula, at: Given | None = None, *, wrt: Iterable[str] | None = None, order: int = 1, share: bool = False
) -> Derivatives:
    """The derivative of the given order by each input (or those named by `wrt`), as a formula and, at a point, as a number.

    Numbers for some of the inputs only are put into the formulas.

    Raises AdiffError for several outputs, an order beyond 1 to 100, no inputs, a name that is no input, and (exit 1) for
    a second or higher derivative at a kink.
    """
    output = single(formula, "a derivative is of", " to differentiate by")
    if not 1 <= order <= MAX_ORDER:
        raise AdiffError(
            "usage", f"there is no derivative of order {order:,}", hint=f"the order is from 1 to {MAX_ORDER}"
        )
    names = chosen(formula, wrt)
    root = formula.nodes[formula.output_nodes[output]]
    by_leaf = derived(root, [formula.input_values[name] for name in names], order)
    slopes = {name: by_leaf[formula.input_values[name]] for name in names}
    point = complete(formula, at, partly=True) if at else {}
    notes = (*formula.notes, *suspicions(formula, at or ()))
    partly = bool(at) and len(point) < len(formula.inputs)
    if partly:
        numbers = {formula.input_values[name]: Value(x, constant=True) for name, x in point.items()}
        slopes = {name: replaced(slope, numbers) for name, slope in slopes.items()}
    algebra = Algebra()
    made = expressions([root, *slopes.values()], algebra)
    found = {name: guarded(algebra, made[slope]) for name, slope in slopes.items()}
    shared = _shared(found.values(), {*formula.inputs, *formula.named}) if share else {}
    trees = {name: _named(expr, shared) for name, expr in found.items()}
    values: dict[str, float] = {}
    inputs = point
    if partly:
        message = f"{_listed(point)} in the formulas; {to_bind(formula, [x for x in formula.inputs if x not in point])}"
        notes = (*notes, Note("values", f"{message} would give numbers"))
    elif at:
        values, inputs, notes = _values(formula, slopes, output, order, at)
    parts = {name: arranged(expr, shared) for expr, name in shared.items()}
    whole = faithful(root)
    return Derivatives(
        output, order, Answers(trees), Answers(parts), Answers(values), Answers(inputs), whole, formula.inputs, notes
    )


def _listed(point: dict[str, float]) -> str:
    """`x = 3 and y = 2 are`, the first few."""
    shown = [f"{name} = {number(x)}" for name, x in list(point.items())[:6]]
    more = [f"{len(point) - 6} more"] if len(point) > 6 else []
    return f"{' and '.join([*shown, *more])} {'is' if len(point) == 1 else 'are'}"


def _named(expr: Expr, shared: dict[Expr, str]) -> Tree:
    return Tree("name", text=shared[expr]) if expr in shared else arranged(expr, shared)


def _shared(roots: Iterable[Expr], taken: set[str]) -> dict[Expr, str]:
    """The parts that stand in several places and are worth a name, operands before what uses them."""
    uses: Counter[Expr] = Counter()
    order: list[Expr] = []
    seen: set[Expr] = set()
    stack = [(root, False) for root in roots]
    uses.update(root for root, _ in stack)
    while stack:
        x, done = stack.pop()
        if done:
            order.append(x)
            continue
        if x in seen:
            continue
        seen.add(x)
        parts = [part for part in parts_of(x) if part.kind in ("call", "product", "sum")]
        uses.update(parts)
        stack.append((x, True))
        stack += [(part, False) for part in parts]
    found: dict[Expr, str] = {}
    for x in order:
        if uses[x] > 1 and x.size >= WORTH_A_NAME and x.kind in ("call", "product", "sum") and not _is_truth(x):
            k = len(found) + 1
            while f"t{k}" in taken:
                k += 1
            found[x] = f"t{k}"
            taken.add(f"t{k}")
    return found


def _is_truth(x: Expr) -> bool:
    return x.kind == "call" and x.text in ("<", "<=", ">", ">=", "==", "!=", "and", "or", "not_")


def _values(
    formula: Formula, slopes: dict[str, Value], output: str, order: int, at: Given
) -> tuple[dict[str, float], dict[str, float], tuple[Note, ...]]:
    """The derivatives at a point, and what to know of it."""
    point = complete(formula, at)
    wanted = [formula.index[formula.input_values[name]] for name in slopes]
    first = Evaluated(formula, point, wanted)
    answer = answered(first, list(slopes))
    notes = answer.notes
    if order == 1:
        return dict(answer.grad), point, notes
    bent = set() if first.whole is None else first.whole.bent
    two_slopes = set() if first.whole is None else first.whole.kinked
    kinked = next((name for name, place in zip(slopes, wanted, strict=True) if place in two_slopes), None)
    if kinked is not None:
        why = next((f": {note.message}" for note in notes if note.kind == "kink"), "")
        raise AdiffError(
            "mathematics", f"there is no derivative of order {order} by {kinked} here{why}", exit=EXIT_MATHEMATICS,
            hint="take another point, or the first derivative",
        )  # fmt: skip
    higher = Formula(
        {f"d{order}{output}/d{name}{order}": slope for name, slope in slopes.items()}, formula.input_values,
        defaults=formula.defaults, vectors=formula.vectors, source=formula.source,
    )  # fmt: skip
    inside = {name: x for name, x in point.items() if name in higher.input_values}
    found = answered(Evaluated(higher, inside, []), ())
    values = {}
    told = [note for note in found.notes if note.kind != "jump"]
    beside: Beside | None = None
    for name, place, (what, each) in zip(slopes, wanted, found.outputs.items(), strict=True):
        values[name] = each.value
        if (place in bent or math.isnan(each.value)) and not math.isnan(answer.value) and name in inside:
            from .beside import Beside

            beside = beside or Beside(higher, inside, holds=False)
            values[name], note = _beside(beside, what, name, each.value)
            told = [
                *(other for other in told if other.kind not in ("undefined", "infinity", "indeterminate", "kink")),
                *([note] if note else []),
            ]
    if answer.value != answer.value:
        values = dict.fromkeys(values, answer.value)
    return values, point, tuple(dict.fromkeys((*notes, *told)))


def _beside(beside: Beside, what: str, name: str, ours: float) -> tuple[float, Note | None]:
    """A higher derivative at a kink, a guard, or where the rules leave it open: what it tends to from each side.

    Raises AdiffError (exit 1) where that is two numbers.
    """
    from .beside import Sides, same

    root = beside.formula.output_nodes[what]
    left, right = beside.limits([name], [root])[root].values()
    sides = Sides(left, right)
    if not math.isnan(sides.slope):
        if ours == sides.slope or same(ours, sides.slope):
            return ours, None
        where = "from both sides" if not sides.one_sided else f"from the {'left' if math.isnan(right) else 'right'}"
        return sides.slope, Note("indeterminate", f"{what} is {number(sides.slope)} {where}", what)
    if math.isnan(left) and math.isnan(right):
        return ours, Note("undefined", f"{what} has no limit from either side", what) if math.isnan(ours) else None
    raise AdiffError(
        "mathematics", f"{what} does not exist here: it is {number(left)} from the left and {number(right)} from the right",
        exit=EXIT_MATHEMATICS, hint="take another point, or the first derivative",
    )  # fmt: skip


def trusted(formula: Formula, answer: Derivatives) -> dict[str, Digits]:
    """How many digits of each value are right. Raises AdiffError for a program too large for high precision."""
    from .trust import digits

    root = formula.nodes[formula.output_nodes[answer.output]]
    inputs = formula.input_values
    slopes = [(derivative(root, inputs[name], answer.order), x) for name, x in answer.values.items()]
    return dict(zip(answer.values, digits(inputs, answer.inputs, slopes), strict=True))


def definition(formula: Formula, name: str) -> Tree:
    """The difference quotient in h whose limit is the derivative by an input: (f(x + h) - f(x))/h, spelt out."""
    (output,) = formula.outputs
    root, leaf = formula.nodes[formula.output_nodes[output]], formula.input_values[name]
    h = Tree("name", text=step_name(formula))
    moved = faithful(root, {leaf: Tree("sum", (Tree("name", text=name), h))})
    return Tree("quotient", (Tree("sum", (moved, Tree("negative", (faithful(root),)))), h))


def step_name(formula: Formula) -> str:
    """h, or what else the formula does not use."""
    return next(
        each for each in ("h", "eps", "h_", "h__") if each not in formula.input_values and each not in formula.named
    )
