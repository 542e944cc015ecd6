"""A plain word beside an answer."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import Span


class Note(NamedTuple):
    """What the reader should know of a number: `kind` is one word, `node` the value spoken of, `span` where it stands.

    Kinds about numbers: kink, jump, infinity, overflow, underflow, undefined, indeterminate, domain, cancellation,
    rounding. About the program and its inputs: shadow, unused, output, values, vector, name, range, diff.
    About a drawing: folded, cut. About a step or a walk: stationary, overshoot, divergence, convergence, interrupted.
    About a point's kind: stationary, slope. About a comparison: differences, eigenvalues.

    Where a number went wrong, `phase` is forward or backward, and `operands` are what the node was made of, by name.
    """

    kind: str
    message: str
    node: str | None = None
    span: Span | None = None
    phase: str | None = None
    operands: tuple[tuple[str, float], ...] = ()


# The kinds that speak of numbers: `--strict` turns these into exit 1.
NUMERIC = frozenset(
    {
        "domain",
        "kink",
        "jump",
        "infinity",
        "overflow",
        "underflow",
        "undefined",
        "indeterminate",
        "cancellation",
        "rounding",
    }
)
