"""Straight lines at a curve: the tangent at a place, and the secant through two."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import EXIT_MATHEMATICS, AdiffError
from ..graph.formula import Formula
from ..graph.note import Note
from .evaluated import value_at
from .gradient import gradient
from .naming import Title
from .point import Given


@dataclass(frozen=True, slots=True)
class Line:
    """The line y + slope·(t - x) at the point (x, y) of a curve; a secant meets the curve again at x + h, a tangent has h 0."""

    kind: str
    curve: str
    x: float
    y: float
    slope: float
    h: float = 0.0

    @property
    def intercept(self) -> float:
        """The height at which the line crosses the place 0."""
        return self.y - self.slope * self.x


def tangent(formula: Formula, point: Given, name: str, title: Title, x: float, notes: list[Note]) -> Line:
    """The tangent of an output at a place along an input; what is to know of it goes to the notes.

    Raises AdiffError (exit 1) where there is none.
    """
    wrt = [name] if name in formula.input_values else []
    answer = gradient(formula.of(title.output), {**point, name: x}, wrt=wrt)
    slope = answer.grad.get(name, 0.0)
    if not (math.isfinite(answer.value) and math.isfinite(slope)):
        what = f"{title.name} has no finite value" if not math.isfinite(answer.value) else "the slope is not finite"
        reason = next((note.message for note in answer.notes), "choose another place")
        raise AdiffError(
            "mathematics", f"there is no tangent at {name} = {x:g}: {what} there", hint=reason, exit=EXIT_MATHEMATICS
        )
    notes += answer.notes
    return Line("tangent", title.name, x, answer.value, slope)


def secant(formula: Formula, point: Given, name: str, title: Title, x: float, h: float) -> Line:
    """The line through the points of an output at x and at x + h.

    Raises AdiffError for a distance of 0, and (exit 1) where one of the points does not exist.
    """
    if h == 0 or not math.isfinite(h) or x + h == x:
        what = "0" if h == 0 else "not finite" if not math.isfinite(h) else f"lost beside {x:g}"
        raise AdiffError(
            "usage", f"a secant goes through two places, and the distance between these is {what}",
            hint=f"for example --secant {x:g},0.5; at one place there is --tangent {x:g}",
        )  # fmt: skip
    one = formula.of(title.output)
    first, second = (value_at(one, {**point, name: each}) for each in (x, x + h))
    for each, y in ((x, first), (x + h, second)):
        if not math.isfinite(y):
            raise AdiffError(
                "mathematics", f"there is no secant: {title.name} has no finite value at {name} = {each:g}",
                hint="choose two places where it has one", exit=EXIT_MATHEMATICS,
            )  # fmt: skip
    # By the distance that the doubles really have.
    return Line("secant", title.name, x, first, (second - first) / ((x + h) - x), h)
