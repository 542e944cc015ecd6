"""Kinks, jumps and guards at a point: what they do to the whole, along each input that feels them.

An operation may bend or leap where the whole is smooth, as abs(x^3) is at 0; and `if(x == a, limit, f)` does neither where
the limit is the limit. So the one-sided values and slopes of the whole are taken.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..graph.engine import NOTHING
from ..graph.formula import Step
from ..graph.note import Note
from ..notation.numbers import number
from ..notation.spelling import called
from ..notation.text import text
from .beside import EQUALITIES, Beside, Sides, same
from .evaluated import Evaluated
from .indeterminate import too_large
from .notes import MOST, here, note_on

COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
# So many inputs are looked at: each takes some evaluations in high precision.
_MOST_INPUTS = 12
_MOST_WORK = 20_000


@dataclass
class Edge:
    """An operation at its kink, jump or threshold, and the places of the wanted inputs that feel it."""

    step: Step
    kind: str
    places: tuple[int, ...]
    xs: list[float] = field(default_factory=list)


def edges(at: Evaluated) -> list[Edge]:
    """The operations that matter and stand at an edge, in the order of the program."""
    values, adjoints = at.alike()
    there, formula = at.there, at.formula
    steps = [step for step in formula.steps if there.alive[step[0]] and (step[1].kinks or step[1].jumps)]
    if not steps:
        return []
    found = []
    reach: dict[int, set[int]] | None = None
    for step in steps:
        _, row, operands = step
        xs = [values[j] for j in operands]
        if not all(map(math.isfinite, xs)):
            continue
        kind = _kind(step, xs, at, adjoints)
        if kind is None:
            continue
        reach = _reach(at) if reach is None else reach
        through = (
            [operands[row.jumps.along]] if kind != "kink" and row.jumps and row.jumps.along is not None else operands
        )
        places = tuple(sorted({place for j in through for place in reach.get(j, ())}, key=at.places.index))
        if places:
            found.append(Edge(step, kind, places, xs))
    return found


def _kind(step: Step, xs: Sequence[float], at: Evaluated, adjoints: dict[int, list[float]]) -> str | None:
    """kink, jump, threshold or guard, where an operation is at one; quiet for a kink through which the gradient is 0."""
    i, row, operands = step
    # max(x, x) is x, and has no kink; hypot(x, x) is sqrt(2)*abs(x), and has one.
    twins = len(set(operands)) < len(operands)
    if row.kinks and row.kinks.test(*xs) and not (row.variadic and twins):
        matters = any(each[i] is not NOTHING and each[i] != 0 for each in adjoints.values())
        return "kink" if matters else "quiet" if any(each[i] is not NOTHING for each in adjoints.values()) else None
    if row.jumps is None or twins or not row.jumps.test(*xs):
        return None
    if row.name not in COMPARISONS:
        return "jump"
    node = at.formula.nodes[i]
    if all(x.op is not None and x.op.result == "truth" for x in node.operands):
        return None
    return "guard" if row.name in EQUALITIES else "threshold"


def _reach(at: Evaluated) -> dict[int, set[int]]:
    """By node the wanted places that it depends on."""
    found: dict[int, set[int]] = {place: {place} for place in at.places}
    for i, _, operands in at.formula.steps:
        below = [found[j] for j in operands if j in found]
        if below:
            found[i] = below[0] if len(below) == 1 else set().union(*below)
    return found


class Whole:
    """What the edges at a point do to each output along each input.

    `changed` are the partials that become others, by output's index and place: at a guard the common limit of the one-sided
    slopes, or their mean; where kinks cancel, the slope of the whole.
    """

    def __init__(self, at: Evaluated, names: dict[int, str]) -> None:
        self.at = at
        self.names = names
        self.changed: dict[tuple[int, int], float] = {}
        self.notes: list[Note] = []
        # The places along which something may bend, be it only in a derivative, and nothing leaps.
        self.bent: set[int] = set()
        # Those along which an output has two slopes.
        self.kinked: set[int] = set()
        self._sides: dict[int, dict[int, Sides]] = {}
        found = edges(at) if all(map(math.isfinite, at.point.values())) else []
        if not found:
            return
        self.bent = {place for edge in found for place in edge.places}
        found = [edge for edge in found if edge.kind != "quiet"]
        if not found:
            return
        formula = at.formula
        wanted = list(dict.fromkeys(place for edge in found for place in edge.places))
        if too_large(formula) or len(wanted) * len(formula.nodes) > _MOST_WORK:
            self.notes = [note for edge in found for note in self._plain(edge)][:MOST]
            return
        beside = Beside(formula, at.point, holds=False)
        roots = [root for root in at.roots if not math.isnan(at.value(root))]
        for place in wanted[:_MOST_INPUTS]:
            self._sides[place] = beside.slopes(names[place], roots)
        guarded = {place for edge in found if edge.kind == "guard" for place in edge.places}
        told: dict[tuple[str, str], list[Edge]] = {}
        for place, by_root in self._sides.items():
            for root, sides in by_root.items():
                self._settle(root, place, sides, guarded=place in guarded)
                if sides.leaps:
                    self.bent.discard(place)
        for edge in found:
            for kind, message in self._said(edge):
                told.setdefault((kind, message), []).append(edge)
        for (kind, message), some in told.items():
            first = some[0]
            node = formula.nodes[first.step[0]]
            also = [text(formula.nodes[edge.step[0]], depth=4, limit=40) for edge in some[1:3]]
            where = here(first.xs, node) + "".join(f", and {each}" for each in also)
            own = _own_words(first, kind) if not also else ""
            self.notes.append(note_on(formula, kind, f"{where}: {own}{message}", node))
        rest = len(wanted) - _MOST_INPUTS
        if rest > 0:
            self.notes.append(
                Note("kink", f"and {rest:,} more inputs at a kink or a jump, whose derivatives are by convention")
            )
        self.notes = self.notes[:MOST]

    def _settle(self, root: int, place: int, sides: Sides, *, guarded: bool) -> None:
        """Set what the slopes of the whole make of a partial."""
        ours = self.at.partial(root, place)
        slope = sides.slope
        if sides.leaps:
            return
        if math.isnan(slope) and not (math.isnan(sides.left) or math.isnan(sides.right)):
            self.kinked.add(place)
        if math.isnan(sides.left) and math.isnan(sides.right):
            return
        if math.isnan(slope):
            if (guarded or math.isnan(ours)) and math.isfinite(sides.left) and math.isfinite(sides.right):
                self.changed[root, place] = 0.5 * sides.left + 0.5 * sides.right
        elif (guarded or not sides.one_sided or math.isnan(ours)) and not same(slope, ours):
            self.changed[root, place] = slope

    def _said(self, edge: Edge) -> Iterable[tuple[str, str]]:
        """What an edge does to the whole: nothing to say where it is smooth and the rules give its slope."""
        kinks, jumps, smooth = [], [], []
        for place in edge.places:
            for root, sides in self._sides.get(place, {}).items():
                output = next(name for name, at in self.at.formula.output_nodes.items() if at == root)
                what = f"d{output}/d{self.names[place]}"
                used = self.changed.get((root, place), self.at.partial(root, place))
                if sides.leaps:
                    jumps.append(f"{output} jumps along {self.names[place]}")
                elif math.isnan(sides.left) and math.isnan(sides.right):
                    continue
                elif sides.one_sided:
                    if (root, place) in self.changed:
                        side = "right" if math.isnan(sides.left) else "left"
                        smooth.append(
                            f"{what} is {number(sides.slope)} from the {side}, there is none from the other side"
                        )
                elif not same(sides.left, sides.right):
                    told = f"{what} is {number(sides.left)} from the left and {number(sides.right)} from the right"
                    kinks.append(f"{told}, {number(used)} is used")
                elif (root, place) in self.changed:
                    smooth.append(f"{what} is {number(used)} from both sides")
        few = 3
        if jumps:
            some = list(dict.fromkeys(jumps))
            yield "jump", f"{_and(some[:few])}; the derivative is that of the side taken"
        if kinks:
            more = f" (and {len(kinks) - few} more)" if len(kinks) > few else ""
            yield "kink", "; ".join(kinks[:few]) + more
        if smooth:
            why = "the point alone is excepted" if edge.kind == "guard" else "the bends cancel"
            more = f" (and {len(smooth) - few} more)" if len(smooth) > few else ""
            yield "indeterminate", f"{why}, and {_and(smooth[:few])}{more}"

    def _plain(self, edge: Edge) -> Iterable[Note]:
        """The operation's own words, where the program is too large to look at the whole."""
        i, row, _ = edge.step
        node = self.at.formula.nodes[i]
        where = here(edge.xs, node)
        if edge.kind == "kink" and row.kinks is not None:
            slopes = f"one-sided slopes {row.kinks.slopes[0]} and {row.kinks.slopes[1]}"
            message = f"{where}: {called(row)} has a kink at {row.kinks.where}, {slopes}; the derivative used is {row.kinks.used}"
            yield note_on(self.at.formula, "kink", message, node)
        elif row.jumps is not None:
            what = (
                "exactly at its threshold" if row.name in COMPARISONS else f"{called(row)} jumps at {row.jumps.where}"
            )
            message = f"{where}: {what}; the derivative is that of the side taken"
            yield note_on(self.at.formula, "jump", message, node)


def _own_words(edge: Edge, kind: str) -> str:
    """Where an operation bends or leaps, in the words of its row."""
    row = edge.step[1]
    if row.name in COMPARISONS:
        return "exactly at its threshold; " if edge.kind == "threshold" else ""
    if kind == "kink" and row.kinks is not None:
        return f"{called(row)} has a kink at {row.kinks.where}; "
    if kind == "jump" and row.jumps is not None:
        return f"{called(row)} jumps at {row.jumps.where}; "
    return ""


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
