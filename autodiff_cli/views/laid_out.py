"""A laid-out drawing as JSON: what every box says, where it is, and how the edges run. Points, origin at the top left."""

from __future__ import annotations

from typing import Any

from .dot import Drawing
from .json import dumps, notes
from .layout import Layout


def laid_out(drawn: Drawing, layout: Layout) -> str:
    """The text of one JSON object: boxes, operations, edges and clusters by the names that edges refer to."""
    boxes: list[dict[str, Any]] = []
    operations: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    for name, (item, _) in drawn.boxes.items():
        box: dict[str, Any] = {"name": name, "kind": item.kind, "label": item.label}
        box |= {"data": _one(item.data), "grad": _one(item.grad), "cells": item.cells, **_place(layout, name)}
        boxes.append(
            box
            | _marks(item.state)
            | ({"folded": item.inside} if item.inside else {})
            | ({"cut": True} if item.cut else {})
        )
    for name, operation in drawn.rounds.items():
        operations.append({"name": name, "symbol": operation.symbol} | _place(layout, name) | _marks(operation.state))
    for name, edge in drawn.edges.items():
        curve = layout.edges[name]
        local, flow = (edge.link.local, edge.link.flow) if edge.link is not None else (None, None)
        points = [*curve.points, *([curve.tip] if curve.tip is not None else [])]
        edges.append(
            {"from": edge.tail, "to": edge.head, "local": local, "flow": flow, "points": points, **_marks(edge.state)}
        )
    found = {
        "width": layout.width, "height": layout.height, "rankdir": drawn.rankdir,
        "outputs": drawn.diagram.outputs, "boxes": boxes, "operations": operations, "edges": edges,
        "clusters": [
            {"label": drawn.clusters[name].label, "kind": drawn.clusters[name].kind,
             "items": list(drawn.clusters[name].everything()),
             "x": (left + right) / 2, "y": (top + bottom) / 2, "width": right - left, "height": bottom - top}
            for name, (left, top, right, bottom) in layout.clusters.items()
        ],
        "notes": notes(drawn.diagram.notes),
    }  # fmt: skip
    return dumps(found) + "\n"


def _one(numbers: list[float] | None) -> float | list[float] | None:
    """A number where there is one, a list where there are several."""
    return numbers[0] if numbers is not None and len(numbers) == 1 else numbers


def _place(layout: Layout, name: str) -> dict[str, Any]:
    return dict(zip(("x", "y", "width", "height"), layout.nodes[name], strict=True))


def _marks(state: str) -> dict[str, Any]:
    return {"state": state} if state else {}
