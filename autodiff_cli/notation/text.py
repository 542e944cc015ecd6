"""A value as plain text that the language reads back, cut where it grows long."""

from __future__ import annotations

from ..graph.value import Value
from .hidden import marked, meaning
from .numbers import literal

_ATOM = 100
_SPELLING = {"logb": "log", "select": "if"}


def text(node: Value, *, depth: int = 8, names: bool = True, limit: int = 120) -> str:
    """The expression of a value: named values by their names, at most `depth` operations deep and `limit` characters long.

    The value itself is spelt out even where it has a name.
    """
    written, _ = _write(node, depth, names, top=True)
    return written if len(written) <= limit else written[: limit - 3] + "..."


def part(node: Value, *, depth: int) -> tuple[str, int]:
    """The expression of a value as a part of another: its text and how tightly that binds."""
    return _write(node, depth, True, top=True)


def name_of(node: Value) -> str:
    """What to call a value in a message: its name, else its expression."""
    return node.label or text(node, depth=5, limit=60)


def _write(node: Value, depth: int, names: bool, *, top: bool = False) -> tuple[str, int]:
    """The text and its precedence. The recursion is bounded by `depth`, not by the input."""
    if node.op is None or (names and node.label and not top):
        if node.label:
            return node.label, _ATOM
        if node.data is None:
            return "?", _ATOM
        return literal(node.data), _ATOM if node.data >= 0 else 70
    meant = meaning(node)
    if meant is not None:
        return _write(meant, depth, names)
    if depth == 0:
        return "...", _ATOM
    if name := marked(node):
        return f"{name}({_write(node.operands[1], depth - 1, names)[0]})", _ATOM
    parts = [_write(x, depth - 1, names) for x in node.operands]
    if node.op.notation is None:
        spelling = _SPELLING.get(node.op.name, node.op.name)
        return f"{spelling}({', '.join(part for part, _ in parts)})", _ATOM
    symbol, precedence = node.op.notation
    if len(parts) == 1:
        inside = _bracketed(parts[0], precedence)
        return f"{symbol} {inside}" if symbol.isalpha() else f"{symbol}{inside}", precedence
    right_associative = symbol == "^"
    chains = node.op.result == "truth" and not symbol.isalpha()  # (a < b) < c is not a < b < c
    left = _bracketed(parts[0], precedence + (right_associative or chains))
    right = _bracketed(parts[1], precedence + (not right_associative))
    tight = symbol in ("*", "/", "^")
    return f"{left}{symbol}{right}" if tight else f"{left} {symbol} {right}", precedence


def _bracketed(part: tuple[str, int], least: int) -> str:
    written, precedence = part
    return f"({written})" if precedence < least else written
