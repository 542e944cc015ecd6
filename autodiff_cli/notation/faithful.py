"""A graph as it was written, term by term, without algebra."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..graph.formula import reachable
from ..graph.value import Value
from .hidden import marked, visible
from .numbers import literal
from .tree import Tree

_SIGNS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_TRUTHS = {"and_": "and", "or_": "or", "not_": "not"}


def faithful(root: Value, instead: Mapping[Value, Tree] | None = None) -> Tree:
    """The tree of a value, with other trees in place of some of its leaves."""
    made: dict[Value, Tree] = dict(instead or {})
    root = visible(root)
    for node in reachable([root]):
        if node not in made:
            made[node] = _leaf(node) if node.op is None else _operation(node, [made[x] for x in node.operands])
    return made[root]


def _leaf(node: Value) -> Tree:
    if node.label:
        return Tree("name", text=node.label)
    data = math.nan if node.data is None else node.data
    if not math.isfinite(data):
        found = Tree("name", text="nan" if math.isnan(data) else "inf")
    else:
        found = Tree("number", text=literal(abs(data)))
    return Tree("negative", (found,)) if data < 0 else found


def _operation(node: Value, xs: list[Tree]) -> Tree:
    assert node.op is not None
    name = node.op.name
    if name in ("add", "sub"):
        first = xs[0].parts if xs[0].kind == "sum" else (xs[0],)
        return Tree("sum", (*first, Tree("negative", (xs[1],)) if name == "sub" else xs[1]))
    if name == "mul":
        return Tree("product", (*(xs[0].parts if xs[0].kind == "product" else (xs[0],)), xs[1]))
    if name in ("div", "pow", "neg"):
        return Tree({"div": "quotient", "pow": "power", "neg": "negative"}[name], tuple(xs))
    if name in _SIGNS:
        return Tree("relation", tuple(xs), _SIGNS[name])
    if name in _TRUTHS:
        return Tree(_TRUTHS[name], tuple(xs))
    if name == "select":
        return Tree("piecewise", (*xs[:2], *(xs[2].parts if xs[2].kind == "piecewise" else (xs[2],))))
    if marks := marked(node):
        return Tree("call", tuple(xs[1:]), marks)
    return Tree("call", tuple(xs), "log" if name == "logb" else name)
