"""A formula arranged for people: what every notation prints, whatever its signs."""

from __future__ import annotations

from dataclasses import dataclass

# How tightly each kind binds; what is at least as tight as its place needs no brackets.
TIGHTNESS = {
    "piecewise": 5, "or": 10, "and": 20, "not": 30, "relation": 40, "sum": 50, "negative": 55, "product": 60, "quotient": 60,
    "power": 80, "call": 100, "name": 100, "number": 100,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """One piece of a formula.

    kind, with `text` and `parts`:

    - number: its digits (never negative); name: a name of the program, `w[1]` for a part of a vector
    - call: the function's name, with marks where it is a derivative (`sinc'`); its operands
    - sum: two or more terms, those that are taken away as negative
    - negative: what it is the negative of
    - product: two or more factors, numbers first
    - quotient: numerator and denominator
    - power: base and exponent
    - relation: the sign (< <= > >= == !=) as `text`; two sides
    - and, or, not: truths
    - piecewise: condition, value, condition, value, ..., value otherwise
    - more: what was left out, as `text`

    The same piece may stand in many places; it is then one object.
    """

    kind: str
    parts: tuple[Tree, ...] = ()
    text: str = ""

    @property
    def tightness(self) -> int:
        """How tightly it binds."""
        return TIGHTNESS.get(self.kind, 100)
