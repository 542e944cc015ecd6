"""Second derivatives in doubt: those settled beside the point, the causes of what is not finite, and the digits that hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..graph.engine import NOTHING, backward, forward
from ..graph.formula import Formula
from ..graph.note import Note
from ..notation.numbers import number
from ..notation.text import text
from .local import Local
from .notes import MOST, Point, notes_at, span_of
from .rounding import UNIT, lost_digits

if TYPE_CHECKING:
    from .curvature import Curvatures

# Entries times values of the program that are looked at in high precision: some seconds.
MOST_BESIDE = 8_000
# Entries times values of the gradient's program whose rounding is bounded: some tenths of a second.
MOST_BOUNDED = 30_000
# The contract: a value lies within so many times the first-order bound.
_ROUNDINGS = 16
# Doubles that are off by no more than this are right to all that is promised of them.
_TWELVE_DIGITS = 1e-12


def name_of_second(output: str, a: str, b: str) -> str:
    """`d2L/dx2`, `d2L/dx dy`."""
    return f"d2{output}/d{a}2" if a == b else f"d2{output}/d{a} d{b}"


class Around:
    """Second derivatives as limits from each side, as many as time allows."""

    def __init__(self, local: Local, output: str) -> None:
        self._local = local
        self._output = output
        self._left = MOST_BESIDE // len(local.formula.nodes)
        self._curvatures: Curvatures | None = None
        self._skipped = 0
        # The pairs for which something else was found than doubles give.
        self.found: set[tuple[str, str]] = set()
        self.notes: list[Note] = []

    def settled(self, a: str, b: str, ours: float) -> float:
        """The derivative by two inputs, which is `ours` in doubles."""
        if self._left <= 0:
            self._skipped += 1
            return ours
        from .curvature import Curvatures, resolve

        self._left -= 1
        if self._curvatures is None:
            self._curvatures = Curvatures(self._local)
        found, notes = resolve(self._curvatures, a, b, name_of_second(self._output, a, b), ours)
        self.notes += notes
        if found != ours and not math.isnan(found):
            self.found.add((a, b))
        return found

    def listed(self) -> list[Note]:
        """The notes, the first few of many."""
        notes = self.notes
        if len(notes) > MOST:
            more = f"and {len(notes) - MOST + 1} more second derivatives of the same kind"
            notes = [*notes[: MOST - 1], Note(notes[MOST].kind, more)]
        if self._skipped:
            text = f"{self._skipped:,} second derivatives at kinks or 0*inf were not looked at in high precision"
            notes = [*notes, Note("kink", f"{text}: they are too many", self._output)]
        return notes


def strayed(local: Local, output: str, rows: Sequence[Sequence[float]]) -> list[Note]:
    """What to know where the gradient's program, or a sweep back over it, left the range of doubles."""
    if local.doubt is None:
        return []
    names = local.names
    what = text(local.formula.nodes[local.doubt.node], depth=4, limit=60)
    if local.truth is None:
        message = (
            f"second derivatives are those of plain doubles: {what} leaves their range, and the program is too large"
        )
        return [Note("underflow", message, output)]
    failing, far = [], []
    for k, row in enumerate(rows):
        for m, x in enumerate(row):
            name, ours = name_of_second(output, names[m], names[k]), local.plain[k][m]
            if not (ours == x or abs(ours - x) <= _TWELVE_DIGITS * abs(x)):
                failing.append(f"{number(ours)} for {name}")
            true = local.truth.partials.get((local.partials[k], local.places[m]))
            if math.isinf(x) or x == 0:
                from .unbounded import is_finite, rounded

                if is_finite(true) and true and abs(near := rounded(true)) in (0.0, math.inf):
                    far.append(f"{name} is {number(near, 3)}")
    notes = []
    if failing:
        more = f" and {len(failing) - 3} more" if len(failing) > 3 else ""
        message = f"{what} leaves the range of doubles on the way: plain doubles give {', '.join(failing[:3])}{more}"
        notes.append(Note("underflow", message, output))
    if far:
        more = f" and {len(far) - 3} more" if len(far) > 3 else ""
        notes.append(Note("overflow", f"{', '.join(far[:3])}{more}: no double is as large or as small", output))
    return notes


def causes(formula: Formula, local: Local, output: str, rows: Sequence[Sequence[float]], *, told: bool) -> list[Note]:
    """The notes on second derivatives that are not finite: the first of them, and what in the gradient made it so.

    With `told` what is undefined has been named already.
    """
    names = local.names
    places = {(k, m): x for k, row in enumerate(rows) for m, x in enumerate(row) if not math.isfinite(x)}
    if local.truth is not None:
        from .unbounded import is_finite

        true = local.truth.partials
        places = {
            (k, m): x for (k, m), x in places.items() if not is_finite(true.get((local.partials[k], local.places[m])))
        }
    notes: list[Note] = []
    for kind, bad in (
        ("undefined", [where for where, x in places.items() if math.isnan(x)]),
        ("infinity", [where for where, x in places.items() if math.isinf(x)]),
    ):
        if not bad or (kind == "undefined" and told):
            continue
        k, m = bad[0]
        adjoints = {local.partials[k]: backward(local.formula, local.values, local.partials[k])}
        there = Point(local.formula, local.values, list(adjoints), local.places)
        found = notes_at(there, adjoints, {local.partials[k]: {local.places[m]: places[k, m]}})
        reason = next((f": {note.message}" for note in found if note.kind == kind), "")
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        told_as = "undefined" if kind == "undefined" else number(places[k, m])
        span = span_of(formula, formula.input_values[names[k]])
        text = f"{name_of_second(output, names[m], names[k])} is {told_as}{more}{reason}"
        notes.append(Note(kind, text, names[k], span))
    return notes


def rounding(local: Local, point: Mapping[str, float], output: str) -> tuple[list[Note], list[list[float]] | None]:
    """Where digits of second derivatives are lost, and by how much each may be wrong; None where that is too much work."""
    names, n = local.names, len(local.names)
    if n * (n + 1) // 2 * len(local.formula.nodes) > MOST_BOUNDED:
        return [], None
    graphs = {pair: graph for pair, graph in local.graphs().items() if graph.op is not None}
    outputs = {name_of_second(output, *pair): graph for pair, graph in graphs.items()}
    by = dict(zip(outputs, graphs, strict=True))
    places = {name: k for k, name in enumerate(names)}
    errors = [[0.0] * n for _ in names]
    if not outputs:
        return [], errors
    formula = Formula(outputs, local.formula.input_values, source=local.formula.source)
    values = forward(formula, point)
    notes = []
    for what, i in formula.output_nodes.items():
        m, k = (places[name] for name in by[what])
        adjoints = backward(formula, values, i)
        notes += lost_digits(formula, values, adjoints, i, what, local.wanted[k])
        shares = (
            abs(adjoints[j] * values[j]) for j, row, _ in formula.steps
            if adjoints[j] is not NOTHING and adjoints[j] != 0 and not row.exact
        )  # fmt: skip
        errors[k][m] = errors[m][k] = _ROUNDINGS * UNIT * math.fsum(x for x in shares if math.isfinite(x))
    return notes, errors
