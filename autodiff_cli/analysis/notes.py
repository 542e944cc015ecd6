"""What to know of the numbers: the first node of an infinity or a NaN, and where a slope is infinite."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from ..errors import Span
from ..graph.engine import NOTHING, live, pulled
from ..graph.formula import Formula, Step
from ..graph.note import Note
from ..graph.value import Value
from ..notation.numbers import literal, number
from ..notation.spelling import called
from ..notation.text import name_of, text
from ..ops import Operation

MOST = 8
# What to use instead where an intermediate overflows: operations further up, by the operation that overflowed.
_STABLE = {
    ("exp", "log"): "softplus(x) is log(1 + exp(x)), logaddexp(a, b) is log(exp(a) + exp(b)), without overflow",
    ("exp", "log1p"): "softplus(x) is log(1 + exp(x)) without overflow",
    ("exp", "div"): "sigmoid(x) is 1/(1 + exp(-x)), tanh(x) is (exp(x) - exp(-x))/(exp(x) + exp(-x)), without overflow",
    ("pow", "sqrt"): "hypot(x, y) is sqrt(x^2 + y^2) without overflow",
    ("mul", "sqrt"): "hypot(x, y) is sqrt(x^2 + y^2) without overflow",
    ("gamma", ""): "lgamma(x) is the logarithm of gamma(x)",
    ("exp", ""): "work with logarithms, or scale the exponent",
}


class Point:
    """A formula at a point: the values of its nodes, which of them matter, and which depend on the wanted inputs."""

    def __init__(self, formula: Formula, values: Sequence[float], roots: Sequence[int], wanted: Iterable[int]) -> None:
        self.formula = formula
        self.values = values
        self.alive = live(formula, values, roots)
        self.depends = formula.depending(wanted)

    def steps(self) -> Iterable[tuple[Step, list[float], float]]:
        """The operations that matter, with their operands' values and their own."""
        for step in self.formula.steps:
            if self.alive[step[0]]:
                yield step, [self.values[j] for j in step[2]], self.values[step[0]]


def span_of(formula: Formula, node: Value) -> Span | None:
    """Where the node stands in the program: of a function's body, where that was called."""
    if formula.source is None or node.origin is None:
        return None
    start, end, call = node.origin
    while call is not None:
        start, end, call = call.start, call.end, call.outer
    return formula.source.span(start, end)


def notes_at(
    point: Point, adjoints: Mapping[int, Sequence[float]], unresolved: Mapping[int, Mapping[int, float]]
) -> list[Note]:
    """The notes on a point, in the order of the program.

    `adjoints` are by output; `unresolved` has, by output, the wanted inputs whose partial is not finite in the end, with it.
    """
    formula = point.formula
    notes: list[Note] = []
    for step, xs, z in point.steps():
        if len(notes) >= MOST:
            break
        if not math.isfinite(z):
            notes += _born(formula, step, xs, z)
        elif step[1].outside is not None and step[1].outside(*xs):
            node = formula.nodes[step[0]]
            meant = f"{called(step[1])} is meant for {step[1].domain}; as {step[1].definition} it is {number(z)}"
            message = f"{here(xs, node)}: {meant}"
            notes.append(note_on(formula, "domain", message, node))
    for root, adjoint in adjoints.items():
        if unresolved[root] and not math.isnan(point.values[root]):
            notes += _infinite_slopes(point, adjoint, unresolved[root])
    if not any(note.kind == "undefined" for note in notes):
        notes += _given_undefined(point, adjoints)
    return list({(note.kind, note.message): note for note in reversed(notes)}.values())[::-1][:MOST]


def _given_undefined(point: Point, roots: Iterable[int]) -> list[Note]:
    """The leaf that is NaN to begin with, where an output is."""
    if not any(math.isnan(point.values[root]) for root in roots):
        return []
    leaves = [(node, i) for i, node in enumerate(point.formula.nodes) if node.op is None and point.alive[i]]
    return [
        note_on(point.formula, "undefined", f"{node.label or 'nan'} is not a number", node, ())
        for node, i in leaves
        if math.isnan(point.values[i])
    ][:1]


def here(xs: Sequence[float], node: Value) -> str:
    """`log(x) at x = -1`: the expression and the values of its operands."""
    named = {x.label or text(x, depth=3, limit=24): v for x, v in zip(node.operands, xs, strict=True)}
    known = [f"{name} = {_told(v)}" for name, v in named.items() if not _is_number(name)]
    return f"{text(node, depth=4, limit=60)}{' at ' + ', '.join(known[:4]) if known else ''}"


def _told(x: float) -> str:
    """Ten digits, or all where ten would show a whole number that it is not."""
    short = number(x)
    whole = math.isfinite(x) and abs(x) < 1e16 and float(short) != x and float(short).is_integer()
    return literal(x) if whole else short


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def note_on(
    formula: Formula, kind: str, message: str, node: Value, xs: Sequence[float] | None = None, phase: str = "forward"
) -> Note:
    """A note on a node; with its operands' values, xs, where they made a number that is none, or is infinite."""
    if xs is None:
        return Note(kind, message, name_of(node), span_of(formula, node))
    operands = tuple({name_of(x): v for x, v in zip(node.operands, xs, strict=True)}.items())
    return Note(kind, message, name_of(node), span_of(formula, node), phase, operands)


def _overflows(row: Operation, xs: Sequence[float], z: float) -> bool:
    return math.isinf(z) and all(math.isfinite(x) for x in xs) and not (row.pole is not None and row.pole(*xs))


def _born(formula: Formula, step: Step, xs: Sequence[float], z: float) -> list[Note]:
    """An infinity or NaN that this operation made of better operands."""
    row = step[1]
    node = formula.nodes[step[0]]
    told = here(xs, node)
    if math.isnan(z):
        if any(math.isnan(x) for x in xs):
            return []
        if any(math.isinf(x) for x in xs):
            log = any(x.op is not None and x.op.name == "log" for x in node.operands)
            advice = "; xlogy(x, y) is x*log(y), and 0 at x = 0" if row.name == "mul" and log and 0 in xs else ""
            return [
                note_on(
                    formula, "undefined", f"{told} is undefined: it has no limit among infinities{advice}", node, xs
                )
            ]
        advice = f"; {row.advice}" if row.advice and row.name == "pow" else ""
        return [
            note_on(
                formula,
                "undefined",
                f"{told} is undefined: {called(row)} is defined for {row.domain}{advice}",
                node,
                xs,
            )
        ]
    if _overflows(row, xs, z):
        return [
            note_on(formula, "overflow", f"{told} overflows: it is beyond 1.8e308{stable(formula, step)}", node, xs)
        ]
    if all(math.isfinite(x) for x in xs):
        return [note_on(formula, "infinity", f"{told} is {number(z)}: a pole", node, xs)]
    return []


def stable(formula: Formula, step: Step) -> str:
    """The function to use instead, from what consumes the result further up: the first of _STABLE that fits."""
    i, row, _ = step
    above, names = {i}, set()
    for k, consumer, operands in formula.steps:
        if k > i and not above.isdisjoint(operands) and len(above) < 8:
            above.add(k)
            names.add(consumer.name)
    found = next(
        (advice for (made, used), advice in _STABLE.items() if made == row.name and used in {*names, ""}), None
    )
    return f"; {found}" if found else ""


def _infinite_slopes(point: Point, adjoint: Sequence[float], wanted: Mapping[int, float]) -> list[Note]:
    """The operations that turn a finite upstream into an infinite or undefined contribution to these inputs."""
    formula, values = point.formula, point.values
    reaches = formula.depending(wanted)
    notes: list[Note] = []
    for i, row, operands in reversed(formula.steps):
        u = adjoint[i]
        if u is NOTHING or not math.isfinite(u) or u == 0 or math.isinf(values[i]):
            continue
        xs = [values[j] for j in operands]
        for k, part in pulled(row, u, values[i], xs):
            if math.isfinite(part) or not reaches[operands[k]] or len(notes) >= MOST:
                continue
            node = formula.nodes[i]
            by = name_of(node.operands[k])
            if math.isnan(part):
                if not any(math.isnan(partial) for partial in wanted.values()):
                    continue
                message = f"{here(xs, node)} has no derivative by {by}{_undefined_advice(row, k, xs)}"
                notes.append(note_on(formula, "undefined", message, node, xs, "backward"))
            else:
                message = f"the slope of {here(xs, node)} by {by} is infinite: {number(part)}"
                notes.append(note_on(formula, "infinity", message, node, xs, "backward"))
    return notes


def _undefined_advice(row: Operation, k: int, xs: Sequence[float]) -> str:
    if row.name == "pow":
        negative = k == 1 and xs[0] < 0
        return "; x^y with x < 0 has none by y: leave it out by --wrt, or declare it const" if negative else ""
    return f"; {row.advice}" if row.advice else ""
