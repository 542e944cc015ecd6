"""Partials that the rules leave open, a numerical 0·inf: from their one-sided slopes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..graph.formula import Formula
from ..graph.note import Note
from ..notation.numbers import number
from .beside import Beside, Sides, same
from .notes import span_of

# Programs of more values take too long.
MAX_NODES = 20_000


def resolve(formula: Formula, beside: Beside | None, name: str, output: str, root: int) -> tuple[float, Note]:
    """A partial that doubles cannot tell, from its one-sided slopes along `name`, and the note that says so.

    A common limit is the derivative; two finite slopes are a kink, whose mean is used; where the domain ends at the point
    the slope of the one side is used; anything else, and what is too large to look at, is NaN.
    """
    span = span_of(formula, formula.input_values[name])

    def note(kind: str, message: str) -> Note:
        return Note(kind, f"d{output}/d{name} is 0*inf or inf - inf in doubles; {message}", name, span, "backward")

    if beside is None:
        return math.nan, note("undefined", f"the program is too large to resolve it: {len(formula.nodes):,} values")
    sides = beside.slopes(name, [root])[root]
    if math.isnan(sides.left) and math.isnan(sides.right):
        from .exact import Exact  # differences may have a limit where the rules stay open, as for cbrt(x - x)

        sides = Exact(formula, beside.point).sides(name, root)
    return judged(sides, note)


def judged(sides: Sides, note: object) -> tuple[float, Note]:
    """The partial that one-sided slopes make, and the note on it, which `note(kind, message)` makes."""
    assert callable(note)
    below, above = sides.left, sides.right
    if sides.leaps and same(below, above):
        return above, note("jump", f"the value jumps there; the slope beside it is {number(above)}")
    if math.isnan(below) and math.isnan(above):
        return math.nan, note("undefined", "no one-sided slope could be found")
    if sides.one_sided:
        side = "right" if math.isnan(below) else "left"
        return sides.slope, note(
            "indeterminate", f"the slope from the {side} is {number(sides.slope)}, there is none from the other side"
        )
    if same(below, above):
        return above, note("indeterminate", f"both one-sided slopes are {number(above)}")
    if math.isfinite(below) and math.isfinite(above):
        used = 0.5 * below + 0.5 * above
        message = f"a kink with one-sided slopes {number(below)} and {number(above)}; their mean {number(used)} is used"
        return used, note("kink", message)
    return math.nan, note("undefined", f"the one-sided slopes are {number(below)} and {number(above)}")


def left_open(formula: Formula, values: Sequence[float], alive: Sequence[bool]) -> list[str]:
    """The inputs by which a derivative within the program is that of a choice by an equality that holds at the point."""
    open_ = [
        operands[0] for i, row, operands in formula.steps
        if row.name == "unless" and alive[i] and values[operands[0]] == 1
    ]  # fmt: skip
    if not open_:
        return []
    return [
        name for name, node in formula.input_values.items()
        if any(formula.depending([formula.index[node]])[i] for i in open_)
    ]  # fmt: skip


def value_beside(beside: Beside, names: Sequence[str], output: str, root: int) -> tuple[float, Note]:
    """What an output tends to from every side along these inputs, NaN where that is more than one number, and the note."""
    limits = [x for name in names for x in beside.limits([name], [root])[root].values()]
    known = [x for x in limits if not math.isnan(x)]
    span = span_of(beside.formula, beside.formula.nodes[root])
    if not known or not all(same(x, known[0]) for x in known):
        told = f"from the sides it tends to {', '.join(map(number, limits))}" if known else "it has no limit"
        return math.nan, Note("undefined", f"{output} is left open at the point, and {told}", output, span)
    where = "from every side" if len(known) == len(limits) else "from the side where it exists"
    message = f"{output} is left open at the point, and tends to {number(known[0])} {where}"
    return known[0], Note("indeterminate", message, output, span)


def too_large(formula: Formula) -> bool:
    """Whether a program has too many values for slopes to be taken beside a point."""
    return len(formula.nodes) > MAX_NODES
