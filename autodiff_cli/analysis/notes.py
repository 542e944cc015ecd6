"""What to know of the numbers: kinks, jumps, the first node of an infinity or a NaN, and digits lost to cancellation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..errors import Span
from ..graph.engine import NOTHING, live, pulled
from ..graph.formula import Formula, Step
from ..graph.note import Note
from ..graph.value import Value
from ..notation.numbers import number
from ..notation.text import name_of, text
from ..ops import Operation

UNIT = 2.0**-53
# Fewer than twelve digits are worth a word.
TOLERANCE = 1e-12
MOST = 8
_SYMBOLS = ("lt", "le", "gt", "ge", "eq", "ne")
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


def span_of(formula: Formula, node: Value) -> Span | None:
    """Where the node stands in the program: of a function's body, where that was called."""
    if formula.source is None or node.origin is None:
        return None
    start, end, path = node.origin
    while path is not None:
        start, end, path = path
    return formula.source.span(start, end)


def notes_at(
    formula: Formula, values: Sequence[float], adjoints: Mapping[int, Sequence[float]], wanted: Sequence[int]
) -> list[Note]:
    """The notes on a point, in the order of the program. `adjoints` are by output, `wanted` the inputs asked for."""
    alive = live(formula, values, list(adjoints))
    notes: list[Note] = []
    for step in formula.steps:
        if not alive[step[0]]:
            continue
        if len(notes) > MOST * 4:
            break
        xs = [values[j] for j in step[2]]
        z = values[step[0]]
        if not math.isfinite(z):
            notes += _born(formula, step, xs, z)
        elif step[1].kinks and step[1].kinks.test(*xs) and _matters(adjoints, step[0]):
            notes.append(_kink(formula, step, xs))
        elif step[1].jumps and step[1].jumps.test(*xs):
            notes.append(_jump(formula, step, xs))
    for root, adjoint in adjoints.items():
        if math.isfinite(values[root]):
            notes += _infinite_slopes(formula, values, adjoint, set(wanted))
            notes += _cancellation(formula, values, adjoint, root, alive)
    return list(dict.fromkeys(notes))[:MOST]


def _matters(adjoints: Mapping[int, Sequence[float]], i: int) -> bool:
    return any(adjoint[i] is not NOTHING and adjoint[i] != 0 for adjoint in adjoints.values())


def _here(xs: Sequence[float], node: Value) -> str:
    """`log(x) with x = -1`."""
    named = [(x.label or text(x, depth=3, limit=24), v) for x, v in zip(node.operands, xs, strict=True)]
    shown = ", ".join(f"{name} = {number(v)}" for name, v in dict(named).items() if not _is_number(name))
    return f"{text(node, depth=4, limit=60)}{' at ' + shown if shown else ''}"


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def _note(formula: Formula, kind: str, message: str, node: Value) -> Note:
    return Note(kind, message, name_of(node), span_of(formula, node))


def _kink(formula: Formula, step: Step, xs: Sequence[float]) -> Note:
    node = formula.nodes[step[0]]
    edge = step[1].kinks
    assert edge is not None
    message = (
        f"{_here(xs, node)}: {step[1].name} has a kink at {edge.where}, "
        f"one-sided slopes {edge.slopes[0]} and {edge.slopes[1]}; the derivative used is {edge.used}"
    )
    return _note(formula, "kink", message, node)


def _jump(formula: Formula, step: Step, xs: Sequence[float]) -> Note:
    node = formula.nodes[step[0]]
    edge = step[1].jumps
    assert edge is not None
    if step[1].name in _SYMBOLS:
        message = f"{_here(xs, node)}: exactly at its threshold; the derivative is that of the side taken"
    else:
        message = f"{_here(xs, node)}: {step[1].name} jumps at {edge.where}; the derivative is that of the side taken"
    return _note(formula, "jump", message, node)


def _born(formula: Formula, step: Step, xs: Sequence[float], z: float) -> list[Note]:
    """An infinity or NaN that this operation made of better operands."""
    i, row, _ = step
    node = formula.nodes[i]
    here = _here(xs, node)
    if math.isnan(z):
        if any(math.isnan(x) for x in xs):
            return []
        if any(math.isinf(x) for x in xs):
            return [_note(formula, "undefined", f"{here} is undefined: it has no limit among infinities", node)]
        advice = f"; {row.advice}" if row.advice and row.name == "pow" else ""
        return [
            _note(formula, "undefined", f"{here} is undefined: {row.name} is defined for {row.domain}{advice}", node)
        ]
    if not all(math.isfinite(x) for x in xs):
        return []
    if row.pole is not None and row.pole(*xs):
        return [_note(formula, "infinity", f"{here} is {number(z)}: a pole", node)]
    advice = _stable(formula, i, row)
    return [_note(formula, "overflow", f"{here} overflows: it is beyond 1.8e308{advice}", node)]


def _stable(formula: Formula, i: int, row: Operation) -> str:
    """The function to use instead, from what consumes the overflow within three operations."""
    above = {i}
    for k, consumer, operands in formula.steps:
        if k > i and above.intersection(operands) and len(above) < 4:
            above.add(k)
            if (row.name, consumer.name) in _STABLE:
                return f"; {_STABLE[row.name, consumer.name]}"
    return f"; {_STABLE[row.name, '']}" if (row.name, "") in _STABLE else ""


def _infinite_slopes(
    formula: Formula, values: Sequence[float], adjoint: Sequence[float], wanted: set[int]
) -> list[Note]:
    """The operations that turn a finite upstream into an infinite or undefined contribution to a wanted input."""
    if all(math.isfinite(adjoint[i]) for i in wanted):
        return []
    depends = [False] * len(values)
    for i in wanted:
        depends[i] = True
    for i, _, operands in formula.steps:
        depends[i] = any(depends[j] for j in operands)
    notes = []
    for i, row, operands in reversed(formula.steps):
        u = adjoint[i]
        if u is NOTHING or not math.isfinite(u) or u == 0:
            continue
        xs = [values[j] for j in operands]
        for k, part in pulled(row, u, values[i], xs):
            if math.isfinite(part) or not depends[operands[k]]:
                continue
            node = formula.nodes[i]
            by = name_of(node.operands[k])
            here = _here(xs, node)
            if math.isnan(part):
                advice = _undefined_advice(row, k)
                notes.append(_note(formula, "undefined", f"{here} has no derivative by {by}{advice}", node))
            else:
                notes.append(
                    _note(formula, "infinity", f"the slope of {here} by {by} is infinite: {number(part)}", node)
                )
    return notes


def _undefined_advice(row: Operation, k: int) -> str:
    if row.name == "pow" and k == 1:
        return "; x^y with x < 0 has none by y: leave it out by --wrt, or declare it const"
    return f"; {row.advice}" if row.advice else ""


def _cancellation(
    formula: Formula, values: Sequence[float], adjoint: Sequence[float], root: int, alive: Sequence[bool]
) -> list[Note]:
    """A word where the first-order rounding bound, the sum of |adjoint·value|·2^-53, leaves fewer than twelve digits."""
    shares = [
        (abs(adjoint[i] * values[i]) * UNIT, (i, row, operands))
        for i, row, operands in formula.steps
        if alive[i] and not row.exact and adjoint[i] is not NOTHING and math.isfinite(adjoint[i] * values[i])
    ]
    size = abs(values[root])
    if sum(share for share, _ in shares) <= TOLERANCE * size:
        return []
    shares = [(share, step) for share, step in shares if share > 0 and not _exact(step, values)]
    bound = sum(share for share, _ in shares)
    if bound <= TOLERANCE * size:
        return []
    step = max(
        (step for _, step in _consumers(formula, alive)), key=lambda s: _amplification(s, values, adjoint), default=None
    )
    if step is None:
        return []
    node = formula.nodes[step[0]]
    digits = 0 if size == 0 else max(0, math.floor(-math.log10(bound / size)))
    hold = (
        f"about {digits} digits of {number(values[root], 6)} hold"
        if digits
        else f"no digit of {number(values[root], 6)} is certain"
    )
    message = f"cancellation in {_here([values[j] for j in step[2]], node)}: {hold} (error up to {number(bound, 2)})"
    return [_note(formula, "cancellation", message, node)]


def _consumers(formula: Formula, alive: Sequence[bool]) -> list[tuple[int, Step]]:
    return [(step[0], step) for step in formula.steps if alive[step[0]]]


def _amplification(step: Step, values: Sequence[float], adjoint: Sequence[float]) -> float:
    """How much of the output's error passes here, and grows: |adjoint|·sum of |local·operand| less |adjoint·value|."""
    i, row, operands = step
    u = adjoint[i]
    if u is NOTHING or not math.isfinite(u):
        return 0.0
    xs = [values[j] for j in operands]
    into = sum(abs(part * xs[k]) for k, part in pulled(row, u, values[i], xs) if math.isfinite(part))
    return into - abs(u * values[i])


def _exact(step: Step, values: Sequence[float]) -> bool:
    """Whether an operation of arithmetic was rounded at all."""
    from fractions import Fraction

    i, row, operands = step
    xs = [values[j] for j in operands]
    if not all(math.isfinite(x) for x in (*xs, values[i])):
        return False
    z = Fraction(values[i])
    x, y = Fraction(xs[0]), Fraction(xs[-1])
    if row.name == "add":
        return x + y == z
    if row.name == "sub":
        return x - y == z
    if row.name == "mul":
        return x * y == z
    if row.name == "div":
        return z * y == x
    if row.name == "sqrt":
        return z * z == x
    if row.name == "pow":
        return 0 <= y <= 64 and y.denominator == 1 and x ** int(y) == z
    return False
