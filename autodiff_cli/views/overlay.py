"""Two diagrams laid over each other: what is the same drawn once, what differs told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import replace
from itertools import zip_longest

from .diagram import Cluster, Diagram, Item, Operation

_LEGEND = {"changed": "changed, before → after", "added": "only in the second", "removed": "only in the first"}


def overlay(first: Diagram, second: Diagram) -> Diagram:
    """The union of two diagrams.

    Values go together that have one name, are outputs in the same place, or come from the same operation on operands that
    go together.
    """
    known: dict[Hashable, str] = {}
    names = [_named(each, known) for each in (first, second)]
    before, after = (
        {called[name]: item for name, item in each.items.items()}
        for each, called in zip((first, second), names, strict=True)
    )
    renamed = [
        {name: _renamed(item, called) for name, item in found.items()}
        for found, called in zip((before, after), names, strict=True)
    ]
    items = {name: _merged(name, *(each.get(name) for each in renamed)) for name in known.values()}
    states = {item.state for item in items.values()} | {op.state for item in items.values() for op in item.operations}
    return Diagram(
        items,
        list(
            dict.fromkeys(
                called[name] for each, called in zip((first, second), names, strict=True) for name in each.outputs
            )
        ),
        [_cluster(cluster, names[1]) for cluster in second.clusters],
        second.look,
        tuple(dict.fromkeys((*first.notes, *second.notes))),
        [(state, told) for state, told in _LEGEND.items() if state in states],
    )


def _named(diagram: Diagram, known: dict[Hashable, str]) -> dict[str, str]:
    """The name in the union of each item; `known` gives one name to what goes together."""
    found: dict[str, str] = {}
    times: Counter[Hashable] = Counter()
    for name, item in diagram.items.items():
        key: Hashable
        if name in diagram.outputs:
            key = ("output", diagram.outputs.index(name))
        elif item.label or not item.operations:
            key = ("named", item.kind == "constant", item.cells[0] if item.cells else "")
        else:
            key = ("made", *((op.symbol, *(found.get(link.source) for link in op.links)) for op in item.operations))
        times[key] += 1
        found[name] = known.setdefault((key, times[key]), f"m{len(known)}")
    return found


def _renamed(item: Item, names: dict[str, str]) -> Item:
    operations = [
        Operation(op.symbol, [replace(link, source=names[link.source]) for link in op.links], op.tooltip)
        for op in item.operations
    ]
    return replace(item, operations=operations)


def _merged(name: str, first: Item | None, second: Item | None) -> Item:
    """One item of two, or of one that has no other."""
    if first is None or second is None:
        only = first if second is None else second
        assert only is not None
        state = "removed" if second is None else "added"
        return replace(only, name=name, state=state, operations=[_marked(op, state) for op in only.operations])
    cells = [_cell(a, b) for a, b in zip_longest(first.cells, second.cells, fillvalue="")]
    if [_spelt(op) for op in first.operations] == [_spelt(op) for op in second.operations]:
        operations = [_marked(op, "same") for op in second.operations]
    else:
        operations = [_marked(op, "removed") for op in first.operations] + [
            _marked(op, "added") for op in second.operations
        ]
    changed = first.cells != second.cells
    tooltip = second.tooltip if first.tooltip == second.tooltip else f"{first.tooltip}\n→\n{second.tooltip}"
    return replace(
        second, name=name, cells=cells, operations=operations, tooltip=tooltip, state="changed" if changed else "same"
    )


def _spelt(operation: Operation) -> tuple[str, list[str]]:
    return operation.symbol, [link.source for link in operation.links]


def _marked(operation: Operation, state: str) -> Operation:
    return Operation(operation.symbol, operation.links, operation.tooltip, state)


def _cell(before: str, after: str) -> str:
    """`data 1.0000 → 2.0000` where the two differ."""
    if before == after:
        return after
    word, space, figure = after.partition(" ")
    if word in ("data", "grad") and before.startswith(word + space):
        return f"{word} {before.removeprefix(word + space)} → {figure}"
    return f"{before} → {after}"


def _cluster(cluster: Cluster, names: dict[str, str]) -> Cluster:
    return Cluster(
        cluster.label, cluster.kind, [names[name] for name in cluster.items if name in names],
        [_cluster(inner, names) for inner in cluster.inner],
    )  # fmt: skip
