"""The graph as a tree on a terminal: the output at the top, operands below, a shared value spelt out once."""

from __future__ import annotations

from rich.text import Text
from rich.tree import Tree

from ..errors import AdiffError
from .diagram import Diagram, Item
from .table import console

# Room for a name, an operation, data and grad at the end of the deepest branch.
DEEPEST_LABEL = 24
_STATES = {"changed": "magenta", "added": "green", "removed": "yellow", "same": "dim"}


def write_tree(diagram: Diagram) -> None:
    """Draw the tree of every output. Raises AdiffError for a graph deeper than a terminal is wide."""
    out = console()
    seen: set[str] = set()
    used = {link.source for item in diagram.items.values() for op in item.operations for link in op.links}
    roots = diagram.outputs or [name for name in diagram.items if name not in used]
    for root in roots:
        top = Tree(_label(diagram.items[root]), guide_style="dim")
        stack = [(root, top, 0)]
        seen.add(root)
        while stack:
            name, branch, depth = stack.pop()
            if 4 * depth + DEEPEST_LABEL > out.width:
                raise AdiffError(
                    "limit",
                    f"the tree is deeper than a terminal of {out.width} columns shows",
                    hint="show less of it with --depth 8, or write it with -o graph.svg",
                )
            children = []
            for op in diagram.items[name].operations:
                under = branch
                if len(diagram.items[name].operations) > 1:
                    under = branch.add(Text(f"{op.symbol}  {op.state}", style=_STATES.get(op.state, "")))
                for link in op.links:
                    item = diagram.items[link.source]
                    label = _label(item)
                    if (
                        diagram.look.edges is not None
                        and (x := getattr(link, diagram.look.edges)) is not None
                        and x == x
                    ):
                        label = Text.assemble((f"{x:.4g} ", "blue" if x >= 0 else "yellow"), label)
                    if item.name in seen and item.operations:
                        under.add(Text.assemble(label, (" (above)", "dim")))
                        continue
                    seen.add(item.name)
                    children.append((item.name, under.add(label), depth + 1))
            stack += reversed(children)
        out.print(top, no_wrap=True, overflow="ellipsis")


def _label(item: Item) -> Text:
    if item.kind == "constant":
        return Text(item.cells[0], style="dim")
    parts: list[tuple[str, str]] = []
    cells = list(item.cells)
    if item.label or item.cut:
        parts.append((cells.pop(0), "bold cyan" if item.kind == "input" else "bold"))
    parts += [(op.symbol, "magenta") for op in item.operations[:1] if op.symbol]
    parts += [(cell, "green" if cell.startswith("grad") else "") for cell in cells if not cell.endswith(" ")]
    if item.inside:
        parts.append((f"({item.inside} {'parts' if item.kind == 'input' else 'folded'})", "dim"))
    if item.cut:
        parts.append(("…", "dim"))
    found = Text("  ").join(Text(part, style=style) for part, style in parts)
    if item.state in ("changed", "added", "removed"):
        found.append(f"  {item.state}", style=_STATES[item.state])
    return found
