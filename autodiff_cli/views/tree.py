"""The graph as a tree on a terminal: the output at the top, operands below, a shared value spelt out once."""

from __future__ import annotations

import math

from rich.text import Text
from rich.tree import Tree

from ..errors import AdiffError
from ..graph.formula import Formula
from ..notation.numbers import literal
from .dot import Shown, figure
from .table import console

# Room for a name, an operation, data and grad at the end of the deepest branch.
DEEPEST_LABEL = 24


def write_tree(formula: Formula, what: Shown, digits: int | None = None) -> None:
    """Draw the tree of every output. Raises AdiffError for a graph deeper than a terminal is wide."""
    out = console()
    seen: set[int] = set()
    for name, root in formula.output_nodes.items():
        top = Tree(_label(formula, root, name, what, digits), guide_style="dim")
        stack = [(root, top, 0)]
        seen.add(root)
        while stack:
            i, branch, depth = stack.pop()
            if 4 * depth + DEEPEST_LABEL > out.width:
                raise AdiffError(
                    "limit",
                    f"the tree is deeper than a terminal of {out.width} columns shows",
                    hint="write it with -o graph.svg, or choose --of NAME",
                )
            children = []
            for x in formula.nodes[i].operands:
                j = formula.index[x]
                label = _label(formula, j, "", what, digits)
                if j in seen and x.op is not None:
                    branch.add(Text.assemble(label, (" (above)", "dim")))
                    continue
                seen.add(j)
                children.append((j, branch.add(label), depth + 1))
            stack += reversed(children)
        out.print(top, no_wrap=True, overflow="ellipsis")


def _label(formula: Formula, i: int, name: str, what: Shown, digits: int | None) -> Text:
    node = formula.nodes[i]
    name = node.label or name
    if node.op is None and node.constant:
        shown = literal(node.data if node.data is not None else math.nan)
        return Text(f"{name} = {shown}" if name else shown, style="dim")
    row = node.op
    parts: list[tuple[str, str]] = []
    if name:
        parts.append((name, "bold cyan" if row is None else "bold"))
    if row is not None:
        parts.append(
            (row.notation[0] if row.notation else {"select": "if", "logb": "log"}.get(row.name, row.name), "magenta")
        )
    for word, x in (("data", what.values[i]), ("grad", what.adjoints[i])):
        if what.valued and (told := figure(x, what.open[i], digits)):
            parts.append((f"{word} {told}", "" if word == "data" else "green"))
    return Text("  ").join(Text(part, style=style) for part, style in parts)
