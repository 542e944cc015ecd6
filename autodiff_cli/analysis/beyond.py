"""What to know where numbers left the range of doubles: what plain doubles give there, and numbers that no double can hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import mpmath

from ..graph.engine import pulled
from ..graph.note import Note
from ..notation.numbers import literal, number
from ..notation.text import name_of, text
from .doubtful import Doubt, doubts_forward
from .evaluated import Evaluated
from .notes import here, note_on, span_of, stable
from .unbounded import rounded

# Doubles that are off by no more than this are right to all that is promised of them.
_RIGHT = 1e-12
_FEW = 4


def beyond(at: Evaluated, names: dict[int, str]) -> list[Note]:
    """The notes on an evaluation in doubt; `names` are those of the inputs by place."""
    if at.doubt is None:
        return []
    if at.truth is None:
        if not at.too_large:
            return []
        long = f"the program, of {len(at.formula.nodes):,} values, is too long to run again with unbounded exponents"
        return [_told(at, at.doubt, f"the numbers are those of plain doubles, for {long}")]
    plain = _in_doubles(at, names)
    failing: list[tuple[str, str]] = []
    far: list[tuple[str, float]] = []
    for output, root in at.formula.output_nodes.items():
        truths: list[tuple[str, float, Any]] = [(output, at.values[root], at.truth.values.get(root))]
        if not math.isnan(at.value(root)):
            truths += [
                (f"d{output}/d{names[place]}", at.adjoints[root][place], at.truth.partials.get((root, place)))
                for place in at.places
            ]
        for label, ours, true in truths:
            if true is None or not mpmath.isfinite(true):
                continue
            compiled = plain.get(label, ours)
            if not _right(compiled, true):
                short = number(compiled)
                failing.append((label, short if short != number(float(true)) else literal(compiled)))
            if (near := float(true)) - near != 0 or (near == 0 and true):
                far.append((label, rounded(true)))
    if not failing and not far:
        return []
    culprit = _culprit(at)
    if not failing and culprit.slot is None and culprit.node == at.roots[0] and far[0][0] == at.formula.outputs[0]:
        far = far[1:]  # the answer itself: its own node says how large it is
    said = []
    if failing:
        said.append(f"plain doubles (generated code, map) give {_listed([f'{x} for {label}' for label, x in failing])}")
    for end, limit in ((math.inf, "beyond 1.8e308"), (0.0, "below 4.9e-324")):
        some = [f"{label} is {number(x, 3)}" for label, x in far if abs(x) == end]
        if some:
            said.append(f"{_listed(some)}, {limit}: no double is as {'large' if end else 'small'}")
    return [_told(at, culprit, "; ".join(said))]


def _in_doubles(at: Evaluated, names: dict[int, str]) -> dict[str, float]:
    """What generated code and `map` give: the same program in plain doubles, in the order of its schedule."""
    from ..graph.program import Program
    from .joint import Straight

    program = Program.of(at.formula, [names[place] for place in at.places])
    numbers = Straight(program, at.point, ())(())
    return {
        output.of if output.by is None else f"d{output.of}/d{output.by}": x
        for output, x in zip(program.outputs, numbers, strict=True)
    }


def _right(ours: float, true: Any) -> bool:
    """Whether a double is the true number, or the end of the range on its side."""
    near = float(true)
    if ours == near:
        return True
    return math.isfinite(ours) and math.isfinite(near) and bool(abs(ours - near) <= _RIGHT * abs(near))


def _culprit(at: Evaluated) -> Doubt:
    """The step to name: the first operation that left the range with a number that is finite and not 0."""
    assert at.truth is not None
    assert at.doubt is not None
    run = at.truth.run
    for i in doubts_forward(at.formula, at.values, at.there.alive):
        true = run.values.get(i)
        if true is not None and mpmath.isfinite(true) and true:
            return Doubt(i)
    return at.doubt


def _told(at: Evaluated, doubt: Doubt, what: str) -> Note:
    """The note on a step that left the range, and what that does."""
    formula = at.formula
    node = formula.nodes[doubt.node]
    row, operands = node.op, [formula.index[x] for x in node.operands]
    assert row is not None, "a leaf leaves no range"
    run = None if at.truth is None else at.truth.run
    if doubt.slot is None or doubt.root is None:
        values = at.alike()[0]
        xs = [values[j] for j in operands]
        true = None if run is None else run.values.get(doubt.node)
        large = at.values[doubt.node] != 0 and not math.isfinite(at.values[doubt.node])
        told = f"{here(xs, node)} {_size(true, large=large)}"
        advice = stable(formula, (doubt.node, row, tuple(operands)))
    else:
        by = node.operands[doubt.slot]
        u = at.adjoints[doubt.root][doubt.node]
        xs = [at.values[j] for j in operands]
        part = dict(pulled(row, u, at.values[doubt.node], xs))[doubt.slot]
        true = None
        if run is not None and at.truth is not None:
            upstream = at.truth.swept.get(doubt.root, {}).get(doubt.node)
            local = next((each[2] for each in run.locals.get(doubt.node, ()) if each[0] == doubt.slot), None)
            true = None if upstream is None or local is None else upstream * local
        large = math.isinf(part)
        output = next(name for name, root in formula.output_nodes.items() if root == doubt.root)
        whole, part_of = text(node, depth=4, limit=40), name_of(by)[:40]
        told = f"on the way back {whole} passes to {part_of} a slope of {output} that {_size(true, large=large)}"
        advice = ""
    message = f"{told}{'; ' if what else ''}{what}{advice}"
    kind = "overflow" if large else "underflow"
    if doubt.slot is None:
        return note_on(formula, kind, message, node, xs)
    return Note(kind, message, name_of(node), span_of(formula, node), "backward")


def _size(true: Any, *, large: bool) -> str:
    """How large a number is that doubles do not have."""
    if true is None or not mpmath.isfinite(true) or not true:
        return "overflows: it is beyond 1.8e308" if large else "underflows: it is below 2.2e-308"
    limit = "beyond 1.8e308" if large else "below 2.2e-308"
    return f"is {number(rounded(true), 3)}, {limit}"


def _listed(parts: Sequence[str]) -> str:
    """The first few, and how many more."""
    if len(parts) > _FEW:
        parts = [*parts[: _FEW - 1], f"{len(parts) - _FEW + 1} more"]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
