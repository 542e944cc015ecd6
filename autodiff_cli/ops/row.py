"""What an operation is: one row of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

# A derivative rule; a plain number where the local derivative is constant.
Rule = Callable[..., Any] | float


class Edge:
    """Where an operation bends (a kink) or leaps (a jump): a test on the operands, and how people name the place.

    `slopes` are the one-sided slopes at a kink, `used` the derivative adiff takes there by convention. `along` is the
    operand that must move for the edge to be felt, where it is not any.
    """

    __slots__ = ("along", "slopes", "test", "used", "where")

    def __init__(
        self,
        test: Callable[..., bool],
        where: str,
        slopes: tuple[str, str] = ("", ""),
        used: str = "0",
        along: int | None = None,
    ) -> None:
        self.along = along
        self.test = test
        self.where = where
        self.slopes = slopes
        self.used = used


class Operation:
    """One operation: its number on floats, its derivative rule, and what people must know of it.

    `partials` has one rule per operand, `rule(F, z, *operands)`, or the number itself where the local derivative is
    constant, or None for an operand that contributes exactly nothing. F offers every operation of the table and z is the
    result, so that the same rule yields numbers and graphs. `pullbacks`, where given, are fused:
    `rule(F, u, z, *operands)` is upstream times local without an intermediate overflow. `routes` has, per operand, the
    truth under which it is chosen at all; None means always. A row without None, routes and pullbacks is `plain`. An
    operation of any number of operands has a `spread` instead: `spread(F, z, operands)` gives each operand's local
    derivative and truth at once, for what they share is computed once.
    """

    __slots__ = (
        "advice",
        "arity",
        "composed",
        "cost",
        "definition",
        "doc",
        "domain",
        "exact",
        "example",
        "family",
        "fn",
        "hidden",
        "jumps",
        "kinds",
        "kinks",
        "name",
        "notation",
        "outside",
        "partials",
        "plain",
        "pole",
        "pullbacks",
        "result",
        "routed",
        "routes",
        "spread",
        "variadic",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        arity: int,
        fn: Callable[..., float],
        partials: Sequence[Rule | None],
        *,
        definition: str,
        doc: str,
        example: str,
        domain: str = "all real numbers",
        pullbacks: Sequence[Rule | None] | None = None,
        routes: Sequence[Rule | None] | None = None,
        composed: Rule | None = None,
        notation: tuple[str, int] | None = None,
        kinds: Sequence[str] | None = None,
        result: str = "real",
        spread: Callable[..., list[tuple[Any, Any]]] | None = None,
        exact: bool = False,
        hidden: bool = False,
        kinks: Edge | None = None,
        jumps: Edge | None = None,
        pole: Callable[..., bool] | None = None,
        outside: Callable[..., bool] | None = None,
        advice: str | None = None,
        cost: int = 20,
    ) -> None:
        self.name = name
        self.arity = arity
        self.fn = fn
        self.partials = tuple(partials)
        self.pullbacks = tuple(pullbacks) if pullbacks is not None else (None,) * len(self.partials)
        self.routes = tuple(routes) if routes is not None else (None,) * len(self.partials)
        self.definition = definition
        self.doc = doc
        self.example = example
        self.domain = domain
        self.composed = composed
        self.notation = notation
        self.kinds = tuple(kinds) if kinds is not None else ("real",) * len(self.partials)
        self.result = result
        self.spread = spread
        self.variadic = spread is not None
        self.exact = exact
        self.hidden = hidden
        self.kinks = kinks
        self.jumps = jumps
        self.pole = pole
        # Where it has a number, but not the one that it is for.
        self.outside = outside
        self.advice = advice
        self.cost = cost
        self.family = ""
        # An operation of any number of operands chooses among them where it has a kink, at their ties.
        self.routed = (self.variadic and kinks is not None) or any(route is not None for route in self.routes)
        self.plain = not (self.routed or None in self.partials or any(self.pullbacks))

    def kind(self, index: int) -> str:
        """`real` or `truth`: what operand `index` must be."""
        return self.kinds[0 if self.variadic else index]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled by name: a row is one and the same in every process."""
        from . import row_named

        return row_named, (self.name,)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"
