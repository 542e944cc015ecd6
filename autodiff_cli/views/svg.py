"""A layout as SVG: all that is seen is drawn here, by our own letter widths, so that every engine's looks the same."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

from . import fonts
from .diagram import Item
from .dot import HEIGHT, SIZE, SMALL, Cell, Drawing, Edge
from .layout import MARGIN, XY, Curve, Layout
from .theme import style

BASELINE = 0.32
ARROW = 6.0
LEGEND = 22.0
STACK = 3.0


def svg(drawn: Drawing, layout: Layout) -> str:
    """The drawing as the text of an SVG file."""
    legend = drawn.diagram.legend
    width, height = layout.width + STACK, layout.height + STACK + (LEGEND if legend else 0)
    if legend:
        width = max(width, _legend_width(legend) + 2 * MARGIN)
    size = f'width="{width:.0f}pt" height="{height:.0f}pt" viewBox="0 0 {width:.2f} {height:.2f}"'
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{fonts.FAMILY}">',
        style(drawn.theme),
        f'<rect class="ground" width="{width:.2f}" height="{height:.2f}"/>',
    ]
    parts += [_cluster(drawn, name, corners) for name, corners in layout.clusters.items()]
    parts += [_edge(name, edge, layout.edges[name]) for name, edge in drawn.edges.items()]
    for name, (item, cells) in drawn.boxes.items():
        parts.append(_box(name, item, cells, layout.nodes[name]))
    for name, operation in drawn.rounds.items():
        parts.append(_round(name, operation.symbol, operation.tooltip, operation.state, layout.nodes[name]))
    # Labels of edges last, over what they cross.
    level = drawn.rankdir in ("LR", "RL")
    parts += [
        label for name, edge in drawn.edges.items() if (label := _edge_label(edge, layout.edges[name], level=level))
    ]
    if legend:
        parts.append(_legend(legend, height - LEGEND / 2))
    return "\n".join([*parts, "</svg>", ""])


def _box(name: str, item: Item, cells: list[Cell], place: tuple[float, float, float, float]) -> str:
    """A rounded box with a line between its cells; a second one behind it where values are folded into it."""
    width = sum(cell.width for cell in cells)
    x, y = place[0] - width / 2, place[1] - HEIGHT / 2
    rect = f'width="{width:.2f}" height="{HEIGHT}" rx="4"'
    kind = " ".join(
        [
            "node",
            item.kind,
            *(["folded"] if item.inside else []),
            *(["cut"] if item.cut else []),
            *filter(None, [item.state]),
        ]
    )
    parts = [f'<g id="{name}" class="{kind}">', _title(item.tooltip)]
    if item.inside:
        parts.append(f'<rect x="{x + STACK:.2f}" y="{y + STACK:.2f}" {rect}/>')
    parts.append(f'<rect x="{x:.2f}" y="{y:.2f}" {rect}/>')
    at = x
    for i, cell in enumerate(cells):
        if i:
            parts.append(f'<path d="M{at:.2f},{y:.2f}v{HEIGHT}"/>')
        parts.append(_cell(at + cell.width / 2, y + HEIGHT / 2 + BASELINE * SIZE, cell))
        at += cell.width
    return "\n".join([*parts, "</g>"])


def _cell(x: float, y: float, cell: Cell) -> str:
    """A cell's text, centred at x: the words data and grad pale, the figures and labels in ink."""
    word, space, figure = cell.text.partition(" ")
    start = x - fonts.width(cell.text, SIZE, bold=cell.bold) / 2
    if cell.bold or not space or word not in ("data", "grad"):
        return _text(start, y, cell.text, "label" if cell.bold else "", bold=cell.bold)
    gap = fonts.width(word + space, SIZE)
    return f"{_text(start, y, word, 'word')}\n{_text(start + gap, y, figure)}"


def _round(name: str, symbol: str, tooltip: str, state: str, place: tuple[float, float, float, float]) -> str:
    x, y, width, height = place
    start = x - fonts.width(symbol, SIZE) / 2
    return "\n".join([
        f'<g id="{name}" class="{" ".join(filter(None, ["node", "op", state]))}">', _title(tooltip),
        f'<ellipse cx="{x:.2f}" cy="{y:.2f}" rx="{width / 2:.2f}" ry="{height / 2:.2f}"/>',
        _text(start, y + BASELINE * SIZE, symbol), "</g>",
    ])  # fmt: skip


def _edge(name: str, edge: Edge, curve: Curve) -> str:
    first, *rest = curve.points
    line = f"M{first[0]:.2f},{first[1]:.2f}C" + " ".join(f"{x:.2f},{y:.2f}" for x, y in rest)
    idle = "idle" if edge.link is not None and edge.link.idle else ""
    kind = " ".join(filter(None, ["edge", edge.way, idle, edge.state]))
    wide = f' stroke-width="{edge.width:.2f}"'
    parts = [
        f'<g id="{name}" class="{kind}">',
        _title(edge.link.tooltip if edge.link is not None else ""),
        f'<path d="{line}"{wide}/>',
    ]
    if curve.tip is not None:
        parts.append(_arrow(curve.points[-1], curve.tip, edge.width))
    return "\n".join(part for part in [*parts, "</g>"] if part)


def _arrow(start: XY, tip: XY, width: float) -> str:
    """The head of an arrow from the end of its line to the tip."""
    dx, dy = tip[0] - start[0], tip[1] - start[1]
    length = math.hypot(dx, dy) or 1.0
    half = max(ARROW / 2.4, width * 1.1) / length
    left, right = (start[0] - dy * half, start[1] + dx * half), (start[0] + dy * half, start[1] - dx * half)
    return '<polygon points="' + " ".join(f"{x:.2f},{y:.2f}" for x, y in (left, tip, right)) + '"/>'


def _edge_label(edge: Edge, curve: Curve, *, level: bool) -> str:
    if not edge.label or curve.label is None:
        return ""
    # Beside a wide line rather than on it.
    across = edge.width / 2 + 1
    x = curve.label[0] - fonts.width(edge.label, SMALL) / 2 + (0 if level else across)
    y = curve.label[1] + BASELINE * SMALL - (across if level else 0)
    halo = _text(x, y, edge.label, "halo", size=SMALL)
    return (
        f'<g class="{" ".join(filter(None, ["edge", edge.way]))}">\n{halo}\n{_text(x, y, edge.label, size=SMALL)}\n</g>'
    )


def _cluster(drawn: Drawing, name: str, corners: tuple[float, float, float, float]) -> str:
    left, top, right, bottom = corners
    cluster = drawn.clusters[name]
    label = cluster.label
    while label and fonts.width(label, SMALL) > right - left - 10:
        label = label[:-2] + "…" if len(label) > 2 else ""
    return "\n".join(part for part in [
        f'<g class="cluster {cluster.kind}">', _title(cluster.label),
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{right - left:.2f}" height="{bottom - top:.2f}" rx="7" stroke-width="0.7"/>',
        _text(left + 7, top + SMALL + 3, label, size=SMALL), "</g>",
    ] if part)  # fmt: skip


def _legend_width(legend: list[tuple[str, str]]) -> float:
    return sum(fonts.width(told, SMALL) + 44 for _, told in legend)


def _legend(legend: list[tuple[str, str]], y: float) -> str:
    """A line that says what colours mean."""
    parts, x = ['<g class="legend">'], MARGIN + 2
    for kind, told in legend:
        parts.append(f'<g class="edge {kind}"><path d="M{x:.2f},{y:.2f}h20" stroke-width="3"/></g>')
        parts.append(_text(x + 26, y + BASELINE * SMALL, told, size=SMALL))
        x += fonts.width(told, SMALL) + 44
    return "\n".join([*parts, "</g>"])


def _title(tooltip: str) -> str:
    shown = escape(tooltip).replace("\n", "&#10;")
    return f"<title>{shown}</title>" if tooltip else ""


def _text(x: float, y: float, text: str, kind: str = "", *, bold: bool = False, size: float = SIZE) -> str:
    """One text, held to the width that its place was made for, whatever font the reader has."""
    if not text.strip():
        return ""
    named = (f' class="{kind}"' if kind else "") + (' font-weight="bold"' if bold else "")
    return (
        f'<text{named} x="{x:.2f}" y="{y:.2f}" font-size="{size:g}" '
        f'textLength="{fonts.width(text, size, bold=bold):.2f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )
