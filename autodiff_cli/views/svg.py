"""Graphviz's SVG made ours: the boxes drawn by our own letter widths, one font, and no word of the engine.

Only the layout (where nodes and edges go) is the engine's, so the two engines give drawings of the same look.
"""

from __future__ import annotations

import re
from html import unescape
from xml.sax.saxutils import escape

from . import fonts
from .dot import HEIGHT, INK, LINE, SIZE, Cell, Drawing

_NODE = re.compile(
    r'<g id="(?P<id>node\d+)" class="(?P<kind>[^"]*)">\n<title>(?P<name>\w+)</title>\n'
    r'<g id="a_node\d+"><a xlink:title="[^"]*">\n(?P<inside>.*?)\n</a>\n</g>\n</g>',
    re.DOTALL,
)
_NAMES = re.compile(r"<title>(?:adiff|[\w:]+&#45;&gt;[\w:]+)</title>\n")
_POINTS = re.compile(r'points="([^"]*)"')
_TEXT = re.compile(r"<text ([^>]*)>([^<]*)</text>")
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_STYLE = """<style>
text{font-family:'Source Sans Pro','Source Sans 3','Noto Sans',Arial,sans-serif;font-variant-numeric:tabular-nums}
</style>"""
BASELINE = 0.32


def finished(svg: str, drawn: Drawing) -> str:
    """The SVG text with our boxes in place of the engine's."""
    svg = _COMMENT.sub("", svg[svg.index("<svg") :])
    svg = _NAMES.sub("", svg)
    svg = _NODE.sub(lambda found: _node(found, drawn), svg)
    svg = _TEXT.sub(_held, svg)
    end = svg.index(">", svg.index("<svg")) + 1
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + svg[:end] + "\n" + _STYLE + svg[end:]


def _node(found: re.Match[str], drawn: Drawing) -> str:
    inside = found["inside"]
    if found["name"] in drawn.boxes:
        points = _POINTS.search(inside)
        assert points is not None
        corners = [tuple(map(float, point.split(","))) for point in points[1].split()]
        inside = _box(min(c[0] for c in corners), min(c[1] for c in corners), *drawn.boxes[found["name"]])
    tooltip = escape(drawn.tooltips[found["name"]]).replace("\n", "&#10;")
    return f'<g id="{found["id"]}" class="{found["kind"]}">\n<title>{tooltip}</title>\n{inside}\n</g>'


def _box(x: float, y: float, cells: list[Cell], fill: str) -> str:
    """A rounded box with a line between its cells."""
    width = sum(cell.width for cell in cells)
    parts = [
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{HEIGHT}" rx="4" fill="{fill}" stroke="{LINE}"/>',
    ]
    at = x
    for i, cell in enumerate(cells):
        if i:
            parts.append(f'<path d="M{at:.2f},{y:.2f}v{HEIGHT}" stroke="{LINE}" fill="none"/>')
        parts.append(_text(at + cell.width / 2, y + HEIGHT / 2 + BASELINE * SIZE, cell))
        at += cell.width
    return "\n".join(parts)


def _text(x: float, y: float, cell: Cell) -> str:
    """A cell's text, centred at x: the words data and grad pale, the figures and labels in ink."""
    word, space, figure = cell.text.partition(" ")
    start = x - fonts.width(cell.text, SIZE, bold=cell.bold) / 2
    if cell.bold or not space or word not in ("data", "grad"):
        return _piece(start, y, cell.text, "label" if cell.bold else "", cell.bold)
    gap = fonts.width(word + space, SIZE)
    return _piece(start, y, word, "word") + "\n" + _piece(start + gap, y, figure, "")


def _piece(x: float, y: float, text: str, kind: str, bold: bool = False) -> str:
    """One text, held to the width that its cell was made for, whatever font the reader has."""
    if not text.strip():
        return ""
    style = (f' class="{kind}"' if kind else "") + (' font-weight="bold"' if bold else "")
    ink = "#6b7886" if kind == "word" else INK
    return (
        f'<text{style} x="{x:.2f}" y="{y:.2f}" fill="{ink}" font-family="{fonts.FAMILY}" font-size="{SIZE:g}" '
        f'textLength="{fonts.width(text, SIZE, bold=bold):.2f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )


def _held(found: re.Match[str]) -> str:
    """A text of the engine's own (an operation's symbol) held to its width."""
    attributes, content = found.groups()
    if "textLength" in attributes or not content.strip():
        return found[0]
    length = fonts.width(unescape(content), SIZE)
    return f'<text {attributes} textLength="{length:.2f}" lengthAdjust="spacingAndGlyphs">{content}</text>'
