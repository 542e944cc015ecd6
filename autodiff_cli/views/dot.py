"""A diagram as a Graphviz graph: the lecture's boxes of label, data and grad, and round operations between."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from graphviz import Digraph

from ..errors import AdiffError
from ..notation.numbers import number
from . import fonts
from .diagram import Cluster, Diagram, Item, Link, Operation
from .theme import palette

SIZE = 13.0
SMALL = 10.5
HEIGHT = 26
PADDING = 9.0
# Above this many operations the network simplex is given limits, and operands may leave their order.
LARGE = 50
VERY_LARGE = 300
THIN, THICK = 0.9, 6.0

# By direction: where edges leave a box and enter one, and where two or three operands enter an operation.
PORTS = {
    "LR": ("e", "w", ("nw", "sw"), ("nw", "w", "sw")),
    "RL": ("w", "e", ("ne", "se"), ("ne", "e", "se")),
    "TB": ("s", "n", ("nw", "ne"), ("nw", "n", "ne")),
    "BT": ("n", "s", ("sw", "se"), ("sw", "s", "se")),
}


class Cell(NamedTuple):
    """A part of a box: its text, whether that is bold, and its width in points."""

    text: str
    bold: bool
    width: float


class Edge(NamedTuple):
    """An edge by the names of its ends; `link` where it leads from an operand. `way` is plus, minus, zero or nothing."""

    tail: str
    head: str
    link: Link | None
    label: str
    way: str
    width: float
    state: str
    arrow: bool


@dataclass
class Drawing:
    """A diagram ready for layout: DOT source, and what stands behind each of its names."""

    diagram: Diagram
    rankdir: str
    theme: str
    source: str = ""
    boxes: dict[str, tuple[Item, list[Cell]]] = field(default_factory=dict)
    rounds: dict[str, Operation] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)


def drawing(diagram: Diagram, *, rankdir: str = "LR", theme: str = "auto") -> Drawing:
    """The DOT source of a diagram.

    In a large graph an input or constant stands beside each of its uses, unless it is to be `shared`: long edges from one
    box to everywhere can neither be read nor laid out in time. Raises AdiffError for another direction or theme.
    """
    if rankdir not in PORTS:
        raise AdiffError("usage", f"there is no direction {rankdir!r}", hint=f"directions are {', '.join(PORTS)}")
    return _Draft(diagram, rankdir, theme).finished()


class _Draft:
    """A drawing in the making."""

    def __init__(self, diagram: Diagram, rankdir: str, theme: str) -> None:
        self.diagram = diagram
        self.drawn = Drawing(diagram, rankdir, theme)
        self.colours = palette(theme)
        self.out, self.into, *several = PORTS[rankdir]
        self.several = {len(ports): ports for ports in several}
        self.large = diagram.operations > LARGE
        uses = Counter(link.source for item in diagram.items.values() for op in item.operations for link in op.links)
        # Leaves drawn beside each use, with the number of their copies so far.
        self.copies = {
            name: 0
            for name, item in diagram.items.items()
            if self.large
            and not diagram.look.shared
            and item.kind in ("input", "constant")
            and uses[name] > 1
            and not item.inside
        }
        self.single = {name for name, item in diagram.items.items() if item.kind == "constant" and uses[name] == 1}
        flows = [
            abs(link.flow or 0.0) for item in diagram.items.values() for op in item.operations for link in op.links
        ]
        self.most = max((x for x in flows if math.isfinite(x)), default=0.0)
        # Every name that is drawn for an item: its box, the round nodes before it, constants of its own.
        self.names: dict[str, list[str]] = {name: [] for name in diagram.items}
        self.boxed = {name for name, item in diagram.items.items() if item.cells}
        self.graph = Digraph("adiff")
        self._attributes()

    def _attributes(self) -> None:
        of, spread = self.colours, "0.7" if self.diagram.look.edges else "0.32"
        self.graph.attr("graph", rankdir=self.drawn.rankdir, bgcolor=of["ground"], fontname=fonts.FAMILY, fontcolor=of["muted"],
                        fontsize=f"{SMALL:g}", nodesep="0.22", ranksep=spread)  # fmt: skip
        self.graph.attr(
            "node", fontname=fonts.FAMILY, fontsize=f"{SIZE:g}", fontcolor=of["ink"], color=of["line"], style="filled"
        )
        self.graph.attr("edge", color=of["line"], arrowsize="0.6", penwidth=f"{THIN:g}", fontname=fonts.FAMILY,
                        fontsize=f"{SMALL:g}", fontcolor=of["muted"])  # fmt: skip
        if self.large:
            limit = "1" if self.diagram.operations <= VERY_LARGE else "0.1"
            self.graph.attr("graph", nslimit=limit, nslimit1=limit, mclimit="0.1", splines="line")

    def finished(self) -> Drawing:
        # Each box before what it is made of and into: the layout's first guess follows this order.
        for name, item in self.diagram.items.items():
            if name not in self.copies:
                self._box(name, item)
            for k, operation in enumerate(item.operations):
                self._operation(name, item, k, operation)
        for cluster in self.diagram.clusters:
            self._cluster(self.graph, cluster)
        self.drawn.source = self.graph.source
        return self.drawn

    def _box(self, name: str, item: Item) -> None:
        """The box of a value, if there is anything to say in it."""
        cells = [
            Cell(part, bold, math.ceil(fonts.width(part, SIZE, bold=bold) + 2 * PADDING))
            for k, part in enumerate(item.cells)
            for bold in [k == 0 and bool(item.label) and item.kind != "constant"]
        ]
        if not cells:
            return
        self.drawn.boxes[name] = item, cells
        self.names.setdefault(name, []).append(name)
        fields = " | ".join(_field(cell.text) for cell in cells)
        more = {
            "fillcolor": self.colours[item.kind],
            "label": f"{{ {fields} }}" if self.drawn.rankdir in ("LR", "RL") else fields,
        }
        if item.inside:
            more["peripheries"] = "2"
        if item.cut:
            more["style"] = "filled,dashed"
        self._node(
            name,
            item.tooltip,
            item.state,
            shape="record",
            kind=item.kind,
            width=sum(cell.width for cell in cells),
            **more,
        )

    def _operation(self, name: str, item: Item, k: int, operation: Operation) -> None:
        """The round node between operands and result, and its edges, operands in order."""
        head, port, boxed = name, f":{self.into}", name in self.drawn.boxes
        ports: tuple[str, ...] = ()
        if operation.symbol:
            head, port = f"{name}o{k}", ""
            self.drawn.rounds[head] = operation
            self.names[name].append(head)
            self._node(
                head, operation.tooltip, operation.state, shape="ellipse", kind="op", label=_quoted(operation.symbol),
                fillcolor=self.colours["op"], width=max(HEIGHT, fonts.width(operation.symbol, SIZE) + PADDING),
                ordering="" if self.large else "in",
            )  # fmt: skip
            # The first operand comes in from above, the last from below, wherever the layout puts them.
            ports = self.several.get(len(operation.links), ())
        for j, link in enumerate(operation.links):
            where = f":{ports[j]}" if ports else port
            self._edge(self._source(link, name), head, where, link, link.state or operation.state)
        if operation.symbol and boxed:
            self._edge(head, name, f":{self.into}", None, operation.state, item)

    def _source(self, link: Link, user: str) -> str:
        """Where the edge from an operand begins: its box, a copy of that, or the operation where there is no box."""
        name = link.source
        if name in self.copies:
            self.copies[name] += 1
            copy = f"{name}c{self.copies[name]}"
            self.boxed.add(copy)
            self._box(copy, self.diagram.items[name])
            self.names[user].append(copy)
            return copy
        if name in self.single:
            self.names[user].append(name)
        return name if name in self.boxed else f"{name}o0"

    def _edge(self, tail: str, head: str, port: str, link: Link | None, state: str, result: Item | None = None) -> None:
        look = self.diagram.look
        amount = link.flow if link is not None else result.grad[0] if result is not None and result.grad else None
        way, width, label = "", THIN, ""
        if look.edges is not None and link is not None:
            shown = link.local if look.edges == "local" else link.flow
            label = "" if shown is None or math.isnan(shown) else number(shown, look.digits or 4)
        if look.edges == "flow" and amount is not None and not math.isnan(amount):
            way = "plus" if amount > 0 else "minus" if amount < 0 else "zero"
            share = min(abs(amount) / self.most, 1.0) if self.most and math.isfinite(amount) else float(amount != 0)
            width = THIN + (THICK - THIN) * math.sqrt(share)
        name = f"e{len(self.drawn.edges)}"
        arrow = link is not None
        self.drawn.edges[name] = Edge(tail, head, link, label, way, width, state, arrow)
        of, more = self.colours, {"id": name}
        if not arrow:
            more["arrowhead"] = "none"
        if label:
            more["label"] = _quoted(f" {label} ")
        if way:
            more |= {
                "color": of.get(way, of["line"]),
                "fontcolor": of.get(way, of["muted"]),
                "penwidth": f"{width:.2f}",
            }
        if way == "zero" or state == "removed" or (link is not None and link.idle):
            more["style"] = "dashed"
        if state in of:
            more |= {"color": of[state], "penwidth": "2.2"}
        self.graph.edge(f"{tail}:{self.out}" if tail in self.boxed else tail, f"{head}{port}", **more)

    def _node(self, name: str, tooltip: str, state: str, *, kind: str, width: float, **attributes: str) -> None:
        size = {"fixedsize": "true", "width": f"{width / 72:.4f}", "height": f"{HEIGHT / 72:.4f}"}
        if state in self.colours:
            attributes |= {"color": self.colours[state], "penwidth": "2.2"}
        self.graph.node(name, tooltip=_quoted(tooltip), **attributes, **size, **{"class": kind})

    def _cluster(self, parent: Digraph, cluster: Cluster) -> None:
        members = [name for item in cluster.items for name in self.names.get(item, ())]
        if not members and not any(self.names.get(item) for item in cluster.everything()):
            return
        name = f"cluster_{len(self.drawn.clusters)}"
        self.drawn.clusters[name] = cluster
        with parent.subgraph(name=name) as inside:
            inside.attr(label=_quoted(cluster.label), style="rounded,filled", color=self.colours["line"], labeljust="l",
                        fillcolor=f"{self.colours['line']}12", margin="9", penwidth="0.7")  # fmt: skip
            for each in members:
                inside.node(each)
            for each_cluster in cluster.inner:
                self._cluster(inside, each_cluster)


def _field(part: str) -> str:
    """A field of a record: no braces, bars, angles or spaces of Graphviz's own."""
    return "".join(f"\\{char}" if char in '\\{}|<> "' else char for char in part).replace("&", "&amp;")


def _quoted(string: str) -> str:
    """A string that DOT takes as it stands: no escapes of Graphviz, no entities."""
    return string.replace("&", "&amp;").replace("\\", "&#92;")
