"""What a drawing shows, before it is laid out: boxes, the operations between them, what flows along, what belongs together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..graph.note import Note

MAX_NODES = 2_000


class Look(NamedTuple):
    """What is wanted of a drawing.

    `edges` is None, "local" (the local derivative on each edge) or "flow" (upstream times local). `fold` names functions,
    vectors and statements to fold, or is empty for all of them; None folds nothing. `depth` counts operations down from the
    outputs, or, with `around`, both ways from that value. Long sums and vectors are shortened unless `every` is true.
    """

    digits: int | None = None
    edges: str | None = None
    forward_only: bool = False
    depth: int | None = None
    around: str | None = None
    fold: tuple[str, ...] | None = None
    shared: bool = False
    every: bool = False
    max_nodes: int = MAX_NODES


@dataclass(slots=True)
class Link:
    """An operand of an operation: the item it comes from, its local derivative, and its contribution to that item's grad.

    An idle one is left out by routing: the branch not taken.
    """

    source: str
    local: float | None = None
    flow: float | None = None
    idle: bool = False
    tooltip: str = ""
    state: str = ""


@dataclass(slots=True)
class Operation:
    """What makes an item of its operands, in order. Folded items have no symbol: the edges lead to the box itself."""

    symbol: str
    links: list[Link]
    tooltip: str = ""
    state: str = ""


@dataclass(slots=True)
class Item:
    """A value, or several that are folded into one box.

    `kind` is input, constant, value or output. `data` and `grad` are the numbers, one a part, None where they are not
    shown; `shown` the cells as text. `inside` counts the operations that are folded away, `cut` says that the operation
    behind it is left out. `state` is, of two drawings laid over each other, same, changed, added or removed.
    """

    name: str
    kind: str
    label: str
    data: list[float] | None
    grad: list[float] | None
    cells: list[str]
    operations: list[Operation]
    tooltip: str
    inside: int = 0
    cut: bool = False
    state: str = ""


@dataclass(slots=True)
class Cluster:
    """Items that belong together, and the clusters within."""

    label: str
    kind: str
    items: list[str] = field(default_factory=list)
    inner: list[Cluster] = field(default_factory=list)

    def everything(self) -> Iterator[str]:
        """The items of this cluster and of those within."""
        stack = [self]
        while stack:
            each = stack.pop()
            yield from each.items
            stack += each.inner


@dataclass(slots=True)
class Diagram:
    """A drawing's content: items by name, operands before results; `legend` says what colours and widths mean."""

    items: dict[str, Item]
    outputs: list[str]
    clusters: list[Cluster]
    look: Look
    notes: tuple[Note, ...] = ()
    legend: list[tuple[str, str]] = field(default_factory=list)

    @property
    def operations(self) -> int:
        """How many operations are drawn."""
        return sum(len(item.operations) for item in self.items.values())
