"""How many digits hold: the first-order rounding bound, the sum of |adjoint·value|·2^-53 over the nodes of a program."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..graph.adjoint import adjoint as adjoint_graph
from ..graph.engine import NOTHING, backward, forward, live, pulled
from ..graph.formula import Formula, Step
from ..graph.note import Note
from ..notation.numbers import number
from ..notation.text import text
from .notes import span_of

UNIT = 2.0**-53
# Fewer than twelve digits are worth a word.
TOLERANCE = 1e-12
# The bound of a partial takes a sweep over the gradient's own program; above this much work only the value is bounded.
MOST_WORK = 40_000


def lost_digits(
    formula: Formula, values: Sequence[float], adjoint: Sequence[float], root: int, what: str
) -> list[Note]:
    """A word where rounding leaves fewer than twelve digits of the output at `root`, which is called `what`."""
    size = abs(values[root])
    if not math.isfinite(size):
        return []
    alive = live(formula, values, [root])
    bound = _bound(formula, values, adjoint, alive, TOLERANCE * size)
    if bound <= TOLERANCE * size:
        return []
    digits = 0 if size == 0 else max(0, math.floor(-math.log10(bound / size)))
    told = number(values[root], 6)
    hold = f"about {digits} digits of {told} hold" if digits else f"no digit of {told} is certain"
    culprit = _culprit(formula, values, adjoint, alive)
    if culprit is None:
        message = f"{what}: rounding adds up over the program; {hold} (error up to {number(bound, 2)})"
        return [Note("rounding", message, what)]
    node = formula.nodes[culprit[0]]
    shown = text(node, depth=5, limit=60)
    message = f"{what}: digits cancel in {shown}; {hold} (error up to {number(bound, 2)})"
    return [Note("cancellation", message, node.label or shown, span_of(formula, node))]


def lost_digits_of_partials(formula: Formula, point: dict[str, float], names: Sequence[str]) -> list[Note]:
    """The same for each partial derivative by `names`, whose program is the adjoint's; nothing where that is too much work."""
    wanted = [formula.input_values[name] for name in names]
    if not wanted or len(wanted) * len(formula.nodes) * len(formula.outputs) > MOST_WORK:
        return []
    notes = []
    for output, root in formula.output_nodes.items():
        slopes = adjoint_graph(formula.nodes[root], wanted)
        outputs = {f"d{output}/d{node.label}": slope for node, slope in slopes.items() if slope.op is not None}
        if not outputs:
            continue
        gradient = Formula(outputs, formula.input_values, source=formula.source)
        values = forward(gradient, point)
        for what, i in gradient.output_nodes.items():
            notes += lost_digits(gradient, values, backward(gradient, values, i), i, what)
    return notes


def _bound(
    formula: Formula, values: Sequence[float], adjoint: Sequence[float], alive: Sequence[bool], enough: float
) -> float:
    """The bound, operations left out that were not rounded at all; those are looked for only where it matters."""
    total = 0.0
    shares = []
    for step in formula.steps:
        i = step[0]
        share = abs(adjoint[i] * values[i]) * UNIT
        if alive[i] and share > 0 and adjoint[i] is not NOTHING and not step[1].exact and math.isfinite(share):
            total += share
            shares.append((share, step))
    if total <= enough:
        return total
    return math.fsum(share for share, step in shares if not _unrounded(step, values))


def _culprit(formula: Formula, values: Sequence[float], adjoint: Sequence[float], alive: Sequence[bool]) -> Step | None:
    """Where the errors of operands grow most against the result: a difference of near numbers, or an ill-conditioned function."""
    worst, most = None, 0.0
    for step in formula.steps:
        i, row, operands = step
        u = adjoint[i]
        if (
            not alive[i]
            or u is NOTHING
            or not math.isfinite(u)
            or row.name in ("mul", "div", "pow", "powlog", "sqrt", "neg")
        ):
            continue
        xs = [values[j] for j in operands]
        into = sum(abs(part * xs[k]) for k, part in pulled(row, u, values[i], xs) if math.isfinite(part))
        grows = into - (2.0 if row.name not in ("add", "sub") else 1.0) * abs(u * values[i])
        if grows > most * (1 + 1e-9):
            worst, most = step, grows
    return worst


def _unrounded(step: Step, values: Sequence[float]) -> bool:
    """Whether an operation gave its exact result: whole numbers from whole numbers, and arithmetic without a remainder."""
    i, row, operands = step
    xs, z = [values[j] for j in operands], values[i]
    if abs(z) < 2.0**53 and z.is_integer() and all(abs(x) < 2.0**53 and x.is_integer() for x in xs):
        return True
    x, y = xs[0], xs[-1]
    if row.name in ("add", "sub"):
        y = y if row.name == "add" else -y
        back = z - x
        return (x - (z - back)) + (y - back) == 0.0
    if row.name in ("mul", "div", "sqrt") or (row.name == "pow" and y == 2.0):
        return _ratio(row.name, x, y, z)
    return False


def _ratio(name: str, x: float, y: float, z: float) -> bool:
    from fractions import Fraction

    if not all(math.isfinite(each) for each in (x, y, z)):
        return False
    if name == "div":
        return Fraction(z) * Fraction(y) == Fraction(x)
    if name == "sqrt":
        return Fraction(z) ** 2 == Fraction(x)
    return Fraction(x) * Fraction(x if name == "pow" else y) == Fraction(z)
