"""How an operation of the table is written in the language."""

from __future__ import annotations

from ..ops import Operation

_WRITTEN = {"logb": "log(x, b)", "select": "if(p, a, b)", "and_": "p and q", "or_": "p or q", "not_": "not p"}


def parameters(row: Operation) -> tuple[str, ...]:
    """The operands' names, as the row's own rules call them."""
    for rule in (*row.partials, *row.routes):
        if callable(rule) and not row.variadic:
            return rule.__code__.co_varnames[2 : rule.__code__.co_argcount]
    letters = "pq" if row.kinds[:1] == ("truth",) else "xyz"
    return tuple(letters[: row.arity])


def spelling(row: Operation) -> str:
    """How the operation is written: x + y, sin(x), if(p, a, b). A hidden one is written by what it means."""
    if row.hidden:
        return row.definition
    if row.name in _WRITTEN:
        return _WRITTEN[row.name]
    operands = parameters(row)
    if row.notation is not None:
        symbol = row.notation[0]
        if row.arity == 1:
            return f"{symbol}{operands[0]}"
        blank = "" if symbol in "*/^" else " "
        return f"{blank}{symbol}{blank}".join(operands)
    return f"{row.name}({', '.join(operands)}{', ...' if row.variadic else ''})"


def called(row: Operation) -> str:
    """What a sentence calls the operation: its name where that can be written, else how it is written."""
    return row.name if not row.hidden and row.name not in _WRITTEN and row.notation is None else spelling(row)
