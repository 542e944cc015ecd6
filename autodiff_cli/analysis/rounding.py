"""How many digits hold: the first-order rounding bound, the sum of |adjoint·value|·2^-53 over the nodes of a program."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..graph.adjoint import adjoint as adjoint_graph
from ..graph.engine import NOTHING, SMALLEST_NORMAL, backward, forward, live, pulled
from ..graph.formula import Formula, Step
from ..graph.note import Note
from ..graph.value import Value
from ..notation.numbers import number
from ..notation.text import text
from .doubtful import left
from .notes import span_of

UNIT = 2.0**-53
LEAST = 2.0**-1074
# Fewer than twelve digits are worth a word.
TOLERANCE = 1e-12
# The bound of a partial takes a sweep over the gradient's own program; above this much work only the value is bounded.
MOST_WORK = 40_000


def lost_digits(
    formula: Formula, values: Sequence[float], adjoint: Sequence[float], root: int, what: str, by: Value | None = None
) -> list[Note]:
    """A word where rounding leaves fewer than twelve digits of the output at `root`, which is called `what`.

    Of a partial derivative `by` is the input, which the note stands at where no node of the program's own is to blame.
    """
    size = abs(values[root])
    if not math.isfinite(size):
        return []
    alive = live(formula, values, [root])
    bound = _bound(formula, values, adjoint, alive, TOLERANCE * size)
    if bound <= TOLERANCE * size:
        return []
    digits = 0 if size == 0 else max(0, math.floor(-math.log10(bound / size)))
    told = number(values[root], 6)
    many = f"{digits} digits of {told} hold" if digits > 1 else f"one digit of {told} holds"
    hold = f"about {many}" if digits else f"no digit of {told} is certain"
    end = f"{hold} (error up to {number(bound, 2)})"
    culprit = _culprit(formula, values, adjoint, alive, bound)
    if culprit is None:
        return [Note("rounding", f"{what}: rounding adds up over the program; {end}", what)]
    node = formula.nodes[culprit]
    if node.origin is None and by is not None:  # a node of the gradient's own program
        return [
            Note("cancellation", f"{what}: its terms cancel against each other; {end}", by.label, span_of(formula, by))
        ]
    shown = text(node, depth=5, limit=60)
    return [
        Note("cancellation", f"{what}: digits cancel in {shown}; {end}", node.label or shown, span_of(formula, node))
    ]


def lost_digits_of_partials(formula: Formula, point: dict[str, float], names: Sequence[str]) -> list[Note]:
    """The same for each partial derivative by `names`, whose program is the adjoint's; nothing where that is too much work."""
    wanted = [formula.input_values[name] for name in names]
    if not wanted or len(wanted) * len(formula.nodes) * len(formula.outputs) > MOST_WORK:
        return []
    notes = []
    for output, root in formula.output_nodes.items():
        slopes = adjoint_graph(formula.nodes[root], wanted)
        leaves = {f"d{output}/d{node.label}": node for node in wanted}
        outputs = {what: slopes[node] for what, node in leaves.items() if slopes[node].op is not None}
        if not outputs:
            continue
        gradient = Formula(outputs, formula.input_values, source=formula.source)
        values = forward(gradient, point)
        for what, i in gradient.output_nodes.items():
            notes += lost_digits(gradient, values, backward(gradient, values, i), i, what, leaves[what])
    return notes


def bound_at(formula: Formula, values: Sequence[float], root: int) -> float:
    """The first-order rounding bound of the output at `root`; not finite where an adjoint is not."""
    adjoint = backward(formula, values, root)
    if any(u is not NOTHING and not math.isfinite(u) for u in adjoint):
        return math.inf
    return _bound(formula, values, adjoint, live(formula, values, [root]), 0.0)


def _bound(
    formula: Formula, values: Sequence[float], adjoint: Sequence[float], alive: Sequence[bool], enough: float
) -> float:
    """The bound, operations left out that were not rounded at all; those are looked for only where it matters."""
    total = 0.0
    shares = []
    for step in formula.steps:
        i = step[0]
        share = abs(adjoint[i] * values[i]) * UNIT
        if abs(values[i]) < SMALLEST_NORMAL and left(step[1], [values[j] for j in step[2]], values[i]):
            share += abs(adjoint[i]) * LEAST  # what underflow took away
        if alive[i] and share > 0 and adjoint[i] is not NOTHING and not step[1].exact and math.isfinite(share):
            total += share
            shares.append((share, step))
    if total <= enough:
        return total
    return math.fsum(share for share, step in shares if not _unrounded(step, values))


def _culprit(
    formula: Formula, values: Sequence[float], adjoint: Sequence[float], alive: Sequence[bool], bound: float
) -> int | None:
    """The node that makes the relative error of its operands grow most, among those that carry much of the bound."""
    carried = [0.0] * len(values)
    worst, most = None, 4.0
    for step in formula.steps:
        i, row, operands = step
        if not alive[i]:
            continue
        xs, z = [values[j] for j in operands], values[i]
        brought = sum(abs(part) * carried[operands[k]] for k, part in pulled(row, 1.0, z, xs) if carried[operands[k]])
        carried[i] = brought + (0.0 if row.exact or _unrounded(step, values) else abs(z) * UNIT)
        u = adjoint[i]
        if u is NOTHING or not brought or not math.isfinite(brought) or abs(u) * brought < 0.2 * bound:
            continue
        before = max((carried[j] / abs(values[j]) for j in operands if carried[j] and values[j]), default=0.0)
        growth = math.inf if z == 0 or before == 0 else brought / abs(z) / before
        if growth > most:
            worst, most = i, growth
    return worst


_ARITHMETIC = frozenset({"add", "sub", "mul", "div", "pow", "sqrt", "cbrt", "hypot", "mod"})
_BASES = {"exp2": 2, "log2": 2, "log10": 10}


def _unrounded(step: Step, values: Sequence[float]) -> bool:
    """Whether an operation gave its exact result: arithmetic without a remainder, and functions at the points known."""
    i, row, operands = step
    xs, z = [values[j] for j in operands], values[i]
    if not all(map(math.isfinite, (*xs, z))):
        return False
    x, y = xs[0], xs[-1]
    if row.name in ("add", "sub"):
        y = y if row.name == "add" else -y
        back = z - x
        return (x - (z - back)) + (y - back) == 0.0
    if row.name in _ARITHMETIC:
        return _ratio(row.name, x, y, z)
    if row.name in _BASES or row.name == "logb":
        whole, power, base = (
            (x, z, 2.0) if row.name == "exp2" else (z, x, y if row.name == "logb" else _BASES[row.name])
        )
        return whole.is_integer() and abs(whole) < 300 and base > 0 and _ratio("pow", base, whole, power)
    # f(0) is 0, 1/2 or 1 for all that have it so: exp, cos, cosh, sigmoid, normcdf, sinc, ...
    return y == 0.0 and z in (0.0, 0.5, 1.0)


def _ratio(name: str, x: float, y: float, z: float) -> bool:
    from fractions import Fraction

    a, b, c = Fraction(x), Fraction(y), Fraction(z)
    if name == "mul":
        return a * b == c
    if name == "div":
        return c * b == a
    if name == "mod":
        return ((a - c) / b).denominator == 1
    if name == "pow":
        return b.denominator == 1 and abs(b) <= 64 and a != 0 and a ** int(b) == c
    return {"sqrt": c**2 == a, "cbrt": c**3 == a, "hypot": c**2 == a**2 + b**2}[name]
