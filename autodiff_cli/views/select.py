"""Which part of a graph is drawn: down from the outputs to a depth, or around one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..errors import AdiffError, nearest
from ..graph.formula import Formula
from .groups import Group

AROUND = 1

Operands = Mapping[int, Sequence[int]]


def visible(operands: Operands, starts: Iterable[int], depth: int | None, *, both_ways: bool) -> dict[int, bool]:
    """The values that are drawn, by index, each with whether the operation behind it is left out.

    `depth` operations down from the starts, or both ways: then the other operands of what uses them are drawn too.
    """
    shown = dict.fromkeys(starts, True)
    used_by: dict[int, list[int]] = {}
    if both_ways:
        depth = AROUND if depth is None else depth
        for i, xs in operands.items():
            for j in xs:
                used_by.setdefault(j, []).append(i)
    below = list(shown)
    above = below if both_ways else []
    while (below or above) and (depth is None or depth > 0):
        found: dict[int, None] = {}
        for i in below:
            shown[i] = False
            found |= dict.fromkeys(operands.get(i, ()))
        below = [j for j in found if j not in shown]
        shown |= dict.fromkeys(below, True)
        if both_ways:
            above = [i for i in dict.fromkeys(i for j in above for i in used_by.get(j, ())) if shown.get(i, True)]
            for i in above:
                shown[i] = False
                shown |= {j: True for j in operands[i] if j not in shown}
        depth = None if depth is None else depth - 1
    return {i: left_out and bool(operands.get(i)) for i, left_out in shown.items()}


def called(formula: Formula, groups: Mapping[int, Group], name: str) -> list[int]:
    """The nodes that go by a name: a value, an input, an output, a vector's parts, a function's calls.

    Raises AdiffError where nothing does.
    """
    nodes = [i for i, node in enumerate(formula.nodes) if node.label == name]
    nodes += [i for output, i in formula.output_nodes.items() if output == name and i not in nodes]
    if not nodes and name in formula.vectors:
        nodes = [formula.index[x] for x in formula.vectors[name] if x in formula.index]
    if not nodes:
        nodes = [i for i, group in groups.items() if any(name in (each.name, each.title) for each in group.chain)]
    if nodes:
        return nodes
    known = [
        *formula.inputs,
        *formula.outputs,
        *(node.label for node in formula.nodes if node.op is not None and node.label),
    ]
    close = nearest(name, known)
    hint = f"did you mean {close}?" if close else f"it has {', '.join(dict.fromkeys(known[:12]))}"
    raise AdiffError("usage", f"the graph has nothing called {name}", hint=hint)
