"""Second derivatives where doubles cannot tell, or where the function has a kink: from each side, in high precision."""

from __future__ import annotations

import math

from ..graph.note import Note
from ..notation.numbers import number
from .beside import Beside
from .indeterminate import too_large
from .local import Local
from .notes import span_of

# Beside a kink a second derivative that doubles give as a number is right to this part of it, or another one is meant.
_SAME = 1e-9
_LARGEST = 1e307


class Curvatures:
    """The program of a gradient around a point: what second derivatives tend to from each side."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self._beside = Beside(local.formula, local.point, holds=False)

    def beside(self, a: str, b: str) -> list[float]:
        """The second derivatives by two inputs from the left and the right, or, by two different ones, in the quadrants.

        NaN where there is none, an infinity where it grows without bound.
        """
        local = self.local
        k, m = (local.names.index(name) for name in (a, b))
        found = self._beside.partials(dict.fromkeys((a, b)), local.partials[k], local.places[m])
        return list(found.values())


def resolve(curvatures: Curvatures, a: str, b: str, what: str, ours: float) -> tuple[float, list[Note]]:
    """A second derivative, which is called `what` and is `ours` in doubles, from those beside the point, and what to know of it.

    A common limit is the second derivative. Where the sides differ it stays as it is by convention, or, where doubles give
    none, becomes their mean. Where the domain ends at the point that of the one side counts.
    """
    formula = curvatures.local.formula
    span = span_of(formula, formula.input_values[a])
    unknown = math.isnan(ours)

    def note(kind: str, message: str) -> list[Note]:
        return [Note(kind, f"{what} {message}", a, span)]

    if too_large(formula):
        large = f"is undefined in doubles, and the program is too large to look closer: {len(formula.nodes):,} values"
        return ours, note("undefined", large) if unknown else []
    sides = curvatures.beside(a, b)
    known = [x for x in sides if not math.isnan(x)]
    if not known:
        return ours, note("undefined", "is undefined: it has no limit from any side") if unknown else []
    low, high = min(known), max(known)
    side = "side" if a == b else "quadrant"
    if low == high or high - low <= 1e-15 * min(max(abs(low), abs(high)), _LARGEST):
        if not unknown and (
            ours == high or abs(high - ours) <= _SAME * min(abs(high), _LARGEST) or len(known) < len(sides)
        ):
            return ours, []
        where = f"from every {side}" if len(known) == len(sides) else f"from the {side} where it exists"
        if unknown:
            return high, note("indeterminate", f"is 0*inf or inf - inf in doubles: it is {number(high)} {where}")
        return high, note(
            "indeterminate", f"is {number(high)} {where}, and {number(ours)} by the rules at the point alone"
        )
    told = ", ".join(number(x) for x in sides)
    if unknown and not (math.isfinite(low) and math.isfinite(high)):
        return math.nan, note("undefined", f"is undefined: from the {side}s it is {told}")
    used = 0.5 * (low + high) if unknown else ours
    return used, note(
        "kink", f"has no one value, for the slope has a kink: from the {side}s it is {told}; {number(used)} is used"
    )
