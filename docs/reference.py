"""The reference of operations, written from the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autodiff_cli.language.vectors import REDUCTIONS
from autodiff_cli.ops import CONSTANTS, Operation
from autodiff_cli.views.operations import FORMS, constant_facts, everything, facts, form_facts, reduction_facts
from docs.shown import shown


def operations() -> str:
    """A section for each family, and in it one for each operation."""
    lines = []
    family = ""
    for row in everything():
        known = facts(row)
        if known["family"] != family:
            family = known["family"]
            lines += ["", f"## {family.capitalize()}"]
        lines += _operation(row, known)
    return "\n".join([*lines, *_vectors(), *_forms(), *_constants()])


def _vectors() -> Iterator[str]:
    """The functions of whole vectors, which expand to operations of the table."""
    yield "\n## Vectors\n\nFunctions of whole vectors expand to operations on the parts, and have their derivatives."
    for name, takes in REDUCTIONS.items():
        yield f"\n### `{takes.written}`\n\n<!-- operation: vector-{name} -->\n\n{takes.doc}\n"
        yield f"| definition | {_cell(takes.definition)} |\n| --- | --- |\n"
        yield shown(reduction_facts(name)["command"])


def _forms() -> Iterator[str]:
    """What takes a whole expression."""
    yield "\n## Sums, products and derivatives of expressions"
    for known in map(form_facts, FORMS):
        yield f"\n### `{known['written']}`\n\n{known['doc']}\n"
        yield f"| definition | {_cell(known['definition'])} |\n| --- | --- |\n"
        yield shown(known["command"])


def _constants() -> Iterator[str]:
    """The constants, in a table."""
    yield "\n## Constants\n\n| constant | value | what it is |\n| --- | --- | --- |"
    for known in map(constant_facts, CONSTANTS):
        yield f"| `{known['written']}` | {known['value']!r} | {known['doc']} |"


def _operation(row: Operation, known: dict[str, Any]) -> Iterator[str]:
    """What it is, as a table; the place of its plot; its example with the answer."""
    yield f"\n### `{known['written']}`\n\n<!-- operation: {row.name} -->\n"
    yield " ".join([known["doc"], *[f"Also written `{each}`." for each in known["also"]]])
    yield f"\n| definition | {_cell(known['definition'])} |\n| --- | --- |"
    yield f"| domain | {_cell(known['domain'])} |"
    for name, rule in known["derivative"].items():
        yield f"| {'derivative' if name == 'each' else f'd/d{name}'} | `{_cell(rule)}` |"
    for edge in ("kinks", "jumps"):
        if known[edge]:
            yield f"| {edge.removesuffix('s')} | at {_cell(known[edge])} |"
    yield f"| cost | {known['cost']} |\n"
    yield shown(known["command"])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
