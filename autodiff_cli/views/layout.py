"""Where a layout engine has put things: Graphviz's JSON, read into points with the origin at the top left."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

MARGIN = 6.0

XY = tuple[float, float]


class Curve(NamedTuple):
    """An edge: control points of a Bézier spline, the tip of its arrow, and the middle of its label."""

    points: list[XY]
    tip: XY | None
    label: XY | None


class Layout(NamedTuple):
    """The size of a drawing; centre and size of each node, corners of each cluster, curve of each edge, by name."""

    width: float
    height: float
    nodes: dict[str, tuple[float, float, float, float]]
    clusters: dict[str, tuple[float, float, float, float]]
    edges: dict[str, Curve]


def read(data: bytes) -> Layout:
    """The layout in the output of `dot -Tjson0`, in points."""
    found = json.loads(data)
    _, _, width, height = map(float, found["bb"].split(","))

    def at(pair: str) -> XY:
        x, y = map(float, pair.split(","))
        return x + MARGIN, height - y + MARGIN

    nodes, clusters = {}, {}
    for each in found.get("objects", ()):
        if "pos" in each:
            nodes[each["name"]] = (*at(each["pos"]), 72 * float(each["width"]), 72 * float(each["height"]))
        elif "bb" in each:
            left, low, right, high = each["bb"].split(",")
            clusters[each["name"]] = (*at(f"{left},{high}"), *at(f"{right},{low}"))
    edges = {each["id"]: _curve(each, at) for each in found.get("edges", ())}
    return Layout(width + 2 * MARGIN, height + 2 * MARGIN, nodes, clusters, edges)


def _curve(edge: dict[str, Any], at: Any) -> Curve:
    words = edge["pos"].split()
    tip = at(words.pop(0)[2:]) if words[0].startswith("e,") else None
    return Curve([at(word) for word in words], tip, at(edge["lp"]) if "lp" in edge else None)
