"""A formula at a point as a Graphviz graph: the lecture's boxes of label, data and grad, and round operations between."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from graphviz import Digraph

from ..analysis.point import complete, to_bind
from ..errors import AdiffError
from ..graph.engine import backward, forward, pulled
from ..graph.formula import Formula
from ..graph.note import Note
from ..graph.value import Value
from ..notation.numbers import fixed, literal, number
from ..notation.text import text
from ..ops import Operation
from . import fonts

MAX_NODES = 2_000
SIZE = 13.0
HEIGHT = 26
PADDING = 9.0
LONGEST = 40
# Above this many operations the network simplex is given limits, and operands may leave their order.
LARGE = 50
VERY_LARGE = 300

# Okabe and Ito's colours, which colour-blind readers can tell apart, as pale fills: input, constant, computed, output.
FILLS = {"input": "#d6eaf8", "constant": "#eeeeee", "value": "#ffffff", "output": "#fde8c8"}
INK = "#1b2733"
LINE = "#5b6b7a"


class Cell(NamedTuple):
    """A part of a box: its text, whether that is bold, and its width in points."""

    text: str
    bold: bool
    width: float


class Drawing(NamedTuple):
    """DOT source, the cells and fill of each box and every tooltip by their names there, and what to know of the graph."""

    source: str
    boxes: dict[str, tuple[list[Cell], str]]
    tooltips: dict[str, str]
    notes: tuple[Note, ...]


class Shown(NamedTuple):
    """What a formula's nodes show at a point: values and adjoints, NaN where `open` says that they are not determined."""

    values: list[float]
    adjoints: list[float]
    valued: bool
    open: list[bool]


def shown(formula: Formula, at: Mapping[str, float], *, max_nodes: int = MAX_NODES) -> Shown:
    """Values and the first output's adjoints as far as the given inputs determine them.

    Raises AdiffError where there are more than `max_nodes` values, or a name that is no input.
    """
    if len(formula.nodes) > max_nodes:
        raise AdiffError(
            "limit", f"the graph has {len(formula.nodes):,} values, more than {max_nodes:,} to draw",
            hint=f"raise the limit with --max-nodes {len(formula.nodes)}, or draw a part with --of NAME",
        )  # fmt: skip
    point = complete(formula, at, partly=True)
    missing = [formula.index[node] for name, node in formula.input_values.items() if name not in point]
    undetermined = formula.depending(missing)
    values = forward(formula, point)
    root = next(iter(formula.output_nodes.values()))
    adjoints = backward(formula, values, root, masked=not missing)
    valued = bool(point) or not formula.inputs
    return Shown(values, adjoints, valued, [u or bool(missing) for u in undetermined])


def drawing(
    formula: Formula,
    at: Mapping[str, float],
    *,
    max_nodes: int = MAX_NODES,
    digits: int | None = None,
    shared: bool = False,
) -> Drawing:
    """The graph as DOT, its numbers to `digits` significant ones, or to the lecture's four decimals.

    In a large graph an input or constant stands beside each of its uses, unless it is to be `shared`: long edges from one
    box to everywhere can neither be read nor laid out in time.

    Raises AdiffError where it has more than `max_nodes` boxes, or a name that is no input.
    """
    what = shown(formula, at, max_nodes=max_nodes)
    draft = _Draft(formula, what, digits, shared=shared)
    outputs = {i: name for name, i in formula.output_nodes.items()}
    for i, node in enumerate(formula.nodes):
        draft.value(i, node, node.label or outputs.get(i, ""), output=i in outputs)
    return Drawing(draft.graph.source, draft.boxes, draft.tooltips, notes_on(formula, at, what))


class _Draft:
    """A drawing in the making."""

    def __init__(self, formula: Formula, what: Shown, digits: int | None, *, shared: bool) -> None:
        self.formula = formula
        self.what = what
        self.digits = digits
        self.large = len(formula.steps) > LARGE
        uses = Counter(j for _, _, operands in formula.steps for j in operands)
        # Leaves drawn beside each use, with the number of their copies so far.
        self.copies = {
            i: 0
            for i, node in enumerate(formula.nodes)
            if self.large and not shared and node.op is None and uses[i] > 1 and i not in formula.output_nodes.values()
        }
        self.boxes: dict[str, tuple[list[Cell], str]] = {}
        self.tooltips: dict[str, str] = {}
        self.graph = Digraph("adiff")
        self.graph.attr(
            "graph", rankdir="LR", bgcolor="transparent", fontname=fonts.FAMILY, nodesep="0.22", ranksep="0.32"
        )
        self.graph.attr("node", fontname=fonts.FAMILY, fontsize=f"{SIZE:g}", fontcolor=INK, color=LINE, style="filled")
        self.graph.attr("edge", color=LINE, arrowsize="0.6", penwidth="0.9")
        if self.large:
            limit = "1" if len(formula.steps) <= VERY_LARGE else "0.1"
            self.graph.attr("graph", nslimit=limit, nslimit1=limit, mclimit="0.1", splines="line")

    def value(self, i: int, node: Value, label: str, *, output: bool) -> None:
        """The box of a value, if there is anything to say in it, and the operation that it comes from."""
        if i not in self.copies:
            self._box(f"v{i}", i, node, label, _kind(node, output=output))
        if node.op is not None:
            self._operation(i, node, node.op)

    def _box(self, name: str, i: int, node: Value, label: str, kind: str) -> None:
        cells = _cells(kind, label, node, i, self.what, self.digits)
        if cells:
            self.boxes[name] = cells, FILLS[kind]
            self._node(
                name, _story(node, i, label, self.formula.outputs[0], self.what), shape="record", kind=kind,
                label=f"{{ {' | '.join(_field(cell.text) for cell in cells)} }}", fillcolor=FILLS[kind],
                width=sum(cell.width for cell in cells),
            )  # fmt: skip

    def _operation(self, i: int, node: Value, row: Operation) -> None:
        """The round node between operands and result, and its edges, operands in order."""
        symbol = _SYMBOLS.get(row.name, row.notation[0] if row.notation is not None else row.name)
        self._node(
            f"o{i}", _locals(self.formula, node, i, self.what), shape="ellipse", kind="op", label=_quoted(symbol),
            fillcolor="#ffffff", width=max(HEIGHT, fonts.width(symbol, SIZE) + PADDING),
            ordering="" if self.large else "in",
        )  # fmt: skip
        # The first operand comes in from above, the last from below, wherever the layout puts them.
        ports = {2: (":nw", ":sw"), 3: (":nw", ":w", ":sw")}.get(len(node.operands), ("",) * len(node.operands))
        for x, port in zip(node.operands, ports, strict=True):
            self.graph.edge(self._source(x), f"o{i}{port}")
        if f"v{i}" in self.boxes:
            self.graph.edge(f"o{i}", f"v{i}:w", arrowhead="none")

    def _source(self, x: Value) -> str:
        """Where the edge from an operand begins: its box, a copy of that, or the operation where there is no box."""
        j = self.formula.index[x]
        name = f"v{j}"
        if j in self.copies:
            self.copies[j] += 1
            name = f"v{j}c{self.copies[j]}"
            self._box(name, j, x, x.label, _kind(x, output=False))
        return f"{name}:e" if name in self.boxes else f"o{j}"

    def _node(self, name: str, tooltip: str, *, kind: str, width: float, **attributes: str) -> None:
        tooltip = self.tooltips[name] = _plain(tooltip)
        size = {"fixedsize": "true", "width": f"{width / 72:.4f}", "height": f"{HEIGHT / 72:.4f}"}
        self.graph.node(name, tooltip=_quoted(tooltip), **attributes, **size, **{"class": kind})


def _kind(node: Value, *, output: bool) -> str:
    if output:
        return "output"
    return "value" if node.op is not None else "constant" if node.constant else "input"


def notes_on(formula: Formula, at: Mapping[str, float], what: Shown) -> tuple[Note, ...]:
    """What to know of a drawing: the program's own notes, inputs without numbers, whose gradients it shows."""
    missing = [name for name in formula.inputs if name not in at and name not in formula.defaults]
    notes = list(formula.notes)
    if missing:
        message = f"{to_bind(formula, missing)} would show {'the rest' if what.valued else 'data and gradients'}"
        notes.append(Note("values", message))
    if len(formula.outputs) > 1:
        notes.append(Note("output", f"the gradients drawn are those of {formula.outputs[0]}; choose another with --of"))
    return tuple(notes)


_SYMBOLS = {"select": "if", "logb": "log", "neg": "neg"}


def _cells(kind: str, label: str, node: Value, i: int, what: Shown, digits: int | None) -> list[Cell]:
    """Label, data and grad, each as wide as its text."""
    if kind == "constant":
        value = literal(node.data if node.data is not None else math.nan)
        parts = [(f"{_cut(label)} = {_cut(value)}" if label else _cut(value), False)]
    else:
        parts = [(_cut(label), True)] if label else []
        if what.valued:
            parts += [
                (f"data {figure(what.values[i], what.open[i], digits)}", False),
                (f"grad {figure(what.adjoints[i], what.open[i], digits)}", False),
            ]
    return [Cell(part, bold, math.ceil(fonts.width(part, SIZE, bold=bold) + 2 * PADDING)) for part, bold in parts]


def _field(part: str) -> str:
    """A field of a record: no braces, bars, angles or spaces of Graphviz's own."""
    return "".join(f"\\{char}" if char in '\\{}|<> "' else char for char in part).replace("&", "&amp;")


def figure(x: float, undetermined: bool, digits: int | None) -> str:
    """A number as drawings show it; nothing where it is not determined."""
    if undetermined and math.isnan(x):
        return ""
    return fixed(x + 0.0) if digits is None else number(x, digits)


def _cut(name: str) -> str:
    """A label on one line, not longer than a box can hold."""
    line = _plain(name.replace("\n", " "))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _story(node: Value, i: int, label: str, output: str, what: Shown) -> str:
    """The tooltip of a box: what it is, its value and its gradient in full."""
    expression = text(node, limit=300) if node.op is not None else ""
    parts = [part for part in (label, expression) if part]
    if not math.isnan(what.values[i]) or not what.open[i]:
        parts.append(literal(what.values[i]))
    lines = [" = ".join(parts)]
    if what.valued and not (node.op is None and node.constant) and not (what.open[i] and math.isnan(what.adjoints[i])):
        lines.append(f"d{output}/d{label or f'({text(node, depth=4, limit=60)})'} = {literal(what.adjoints[i] + 0.0)}")
    return "\n".join(lines)


def _locals(formula: Formula, node: Value, i: int, what: Shown) -> str:
    """The tooltip of an operation: its local derivatives."""
    row = node.op
    assert row is not None
    lines = [text(node, limit=300)]
    xs = [what.values[formula.index[x]] for x in node.operands]
    local = dict.fromkeys(range(len(xs)), 0.0) | dict(pulled(row, 1.0, what.values[i], xs))
    for k, x in enumerate(node.operands):
        if not (x.op is None and x.constant) and not math.isnan(local[k]):
            name = x.label or text(x, depth=3, limit=40)
            lines.append(f"local derivative by {name}: {number(local[k] + 0.0)}")
    return "\n".join(dict.fromkeys(lines[:12]))


def _plain(string: str) -> str:
    """The text with a sign in place of what neither XML nor a reader can take: control characters, lone surrogates."""
    return "".join(c if c.isprintable() or c in "\n " else "\N{REPLACEMENT CHARACTER}" for c in string)


def _quoted(string: str) -> str:
    """A string that DOT takes as it stands: no escapes of Graphviz, no entities."""
    return string.replace("&", "&amp;").replace("\\", "&#92;")
