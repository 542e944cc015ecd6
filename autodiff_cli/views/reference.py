"""The table of operations, for people: the list by families, and all about one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from ..language.vectors import REDUCTIONS
from ..notation.numbers import literal
from ..ops import CONSTANTS
from . import operations as known
from .table import console, show

# The longest spelling that has what it is beside it.
_MOST = 20
_HEADINGS = {
    "arithmetic": "Arithmetic", "elementary": "Exponentials and logarithms", "trigonometric": "Trigonometric",
    "hyperbolic": "Hyperbolic", "normal": "Normal distribution, neural networks", "gamma": "Gamma",
    "piecewise": "Pieces", "logic": "Comparisons and choices", "vectors": "Functions of whole vectors",
    "forms": "Sums, products and derivatives of expressions", "constants": "Constants",
}  # fmt: skip


def write_list() -> None:
    """A line per operation, function of vectors, form and constant, under the heading of its family."""
    out = console()
    for heading, lines in families(entries()).items():
        out.print(Text(heading, "bold"))
        table = Table.grid(padding=(0, 2), pad_edge=False)
        table.add_column(style="cyan", no_wrap=True, min_width=_MOST)
        table.add_column()
        for written, what in lines:
            table.add_row(Text(f"  {written}"), what)
        show(out, table)
        out.print()
    out.print(Text("adiff ops NAME tells more: definition, derivative, kinks, an example", "dim"))


def families(facts: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[str, Text]]]:
    """Under each heading how an entry is written, and what it is with its domain."""
    found: dict[str, list[tuple[str, Text]]] = {}
    for each in facts:
        what = Text(each["doc"])
        domain = each.get("domain", known.ANYWHERE)
        if domain != known.ANYWHERE:
            what.append(f" ({domain})", "dim")
        if each["family"] == "constants":
            what.append(f" ({literal(each['value'])})", "dim")
        written = ", ".join([each["written"], *(f"{name}(x)" for name in each.get("also", ()))])
        found.setdefault(_HEADINGS[each["family"]], []).append((written, what))
    return found


def entries() -> list[dict[str, Any]]:
    """The facts of all that the language offers, family by family."""
    return [
        *map(known.facts, known.everything()),
        *map(known.reduction_facts, REDUCTIONS),
        *map(known.form_facts, known.FORMS),
        *map(known.constant_facts, CONSTANTS),
    ]


def write(facts: Mapping[str, Any]) -> None:
    """All about one entry."""
    out = console()
    title = Text.assemble((facts["written"], "bold cyan"), f"  {facts['doc']}")
    if facts.get("also"):
        title.append(f" Also written {', '.join(facts['also'])}.")
    out.print(title)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for label, value in _lines(facts):
        table.add_row(f"  {label}", Text(value))
    show(out, table)


def _lines(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is told under the title; the command last."""
    example = ("example", facts["command"])
    if facts["family"] == "constants":
        return [("value", literal(facts["value"])), example]
    lines = [("definition", facts["definition"])]
    if facts["family"] == "forms":
        return [*lines, example]
    if facts["family"] == "vectors":
        return [*lines, ("derivative", "that of the operations on the parts that it expands to"), example]
    slopes = [("derivative" if name == "each" else f"d/d{name}", rule) for name, rule in facts["derivative"].items()]
    return [
        *lines,
        ("domain", facts["domain"]),
        *slopes,
        ("kink", facts["kinks"] or "none"),
        ("jump", facts["jumps"] or "none"),
        ("cost", f"{facts['cost']} (an addition is 1)"),
        example,
    ]
