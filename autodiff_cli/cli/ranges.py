"""Ranges on the command line: x=-5:5."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import AdiffError
from .program import constant

# Beyond it the axes of pictures overflow.
FARTHEST = 1e300
# Where an input goes that nobody gave a range.
USUAL = (-5.0, 5.0)


class Range(NamedTuple):
    """Where an input goes from and to."""

    low: float
    high: float


def range_of(name: str, text: str) -> Range:
    """The two ends of LOW:HIGH, each a constant expression. Raises AdiffError where there is no way from one to the other."""
    if ":" not in text:
        from .slips import range_meant

        raise AdiffError(
            "binding", f"a range is written with `:`, not as {text}", hint=f"write {name}={range_meant(text)}"
        )
    ends = [each.strip() for each in text.split(":")]
    if len(ends) > 2:
        from .slips import stepped

        hint = (
            stepped(name, ends, [constant(name, each) for each in ends])
            if len(ends) == 3
            else f"for example {name}=-5:5"
        )
        raise AdiffError("binding", f"a range has two ends, {name}={text} has {len(ends)}", hint=hint)
    low, high = ends
    if not (low and high):
        whole = (
            f"{low}:{constant(name, low) + 5:g}" if low else f"{constant(name, high) - 5:g}:{high}" if high else "-5:5"
        )
        raise AdiffError("binding", f"the range {name}={text} needs two ends", hint=f"for example {name}={whole}")
    found = Range(constant(name, low), constant(name, high))
    if not max(map(abs, found)) <= FARTHEST:
        raise AdiffError(
            "binding", f"the ends of {name}={text} must be numbers up to {FARTHEST:g}", hint=f"for example {name}=-5:5"
        )
    if found.low >= found.high:
        what = "is empty" if found.low == found.high else "runs backwards"
        hint = f"write {name}={high}:{low}" if found.low > found.high else f"for example {name}=-5:5"
        raise AdiffError("binding", f"the range {name}={text} {what}", hint=hint)
    return found
