"""The table of operations, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from ..graph.adjoint import Symbols
from ..graph.tidy import tidied
from ..graph.value import Value
from ..language.vectors import REDUCTIONS
from ..notation.text import text
from ..ops import FUNCTIONS, TABLE, Operation
from .table import console, show

ANYWHERE = "all real numbers"
_WRITTEN = {"logb": "log(x, b)", "select": "if(p, a, b)", "and_": "p and q", "or_": "p or q", "not_": "not p"}


def parameters(row: Operation) -> tuple[str, ...]:
    """The operands' names, as the row's own rules call them."""
    for rule in (*row.partials, *row.routes):
        if callable(rule) and not row.variadic:
            return rule.__code__.co_varnames[2 : rule.__code__.co_argcount]
    return ("x", "y", "z")[: row.arity]


def spelling(row: Operation) -> str:
    """How the operation is written: x + y, sin(x), if(p, a, b)."""
    if row.name in _WRITTEN:
        return _WRITTEN[row.name]
    operands = parameters(row)
    if row.notation is not None:
        symbol = row.notation[0]
        tight = symbol in "*/^"
        return (
            f"{symbol}{operands[0]}"
            if row.arity == 1
            else f"{' ' * (not tight)}{symbol}{' ' * (not tight)}".join(operands)
        )
    return f"{row.name}({', '.join(operands)}{', ...' if row.variadic else ''})"


def derivatives(row: Operation) -> dict[str, str]:
    """The partial derivative by each operand, as the rule states it."""
    if row.variadic:
        return {"each": "1 for the one chosen, 1/k for each of k that tie, else 0"}
    names = parameters(row)
    operands = [Value(label=name) for name in names]
    found = {}
    for name, rule, route in zip(names, row.partials, row.routes, strict=True):
        if callable(rule):
            z = Value.of(row, tuple(operands))
            derived = _value(rule(Symbols, z, *operands))
            written = text(tidied([derived])[derived], depth=12, limit=300)
        else:
            written = "0" if rule is None else f"{rule:g}"
        if callable(route):
            z = Value.of(row, tuple(operands))
            written += f" where {text(_value(route(Symbols, z, *operands)))}, else 0"
        found[name] = written
    return found


def _value(x: Any) -> Value:
    return x if isinstance(x, Value) else Value(x, constant=True)


def facts(row: Operation) -> dict[str, Any]:
    """All there is to know of an operation."""
    aliases = [name for name, each in FUNCTIONS.items() if each is row and name not in (row.name, "if")]
    return {
        "name": row.name,
        "written": spelling(row),
        "also": aliases,
        "family": row.family,
        "definition": row.definition,
        "domain": row.domain,
        "derivative": derivatives(row),
        "kinks": f"{row.kinks.where}: slopes {' and '.join(row.kinks.slopes)}, used {row.kinks.used}"
        if row.kinks
        else None,
        "jumps": row.jumps.where if row.jumps else None,
        "cost": row.cost,
        "doc": row.doc,
        "example": row.example,
    }


def write_list(rows: Iterable[Operation]) -> None:
    """A line per operation, by family."""
    out = console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("written", style="cyan", no_wrap=True)
    table.add_column("what it is")
    table.add_column("domain")
    family = ""
    for row in rows:
        if family and row.family != family:
            table.add_section()
        family = row.family
        table.add_row(Text(spelling(row)), Text(row.doc), Text("" if row.domain == ANYWHERE else row.domain))
    table.add_section()
    for takes in REDUCTIONS.values():
        table.add_row(Text(takes.written), Text(takes.doc), Text("v a vector"))
    show(out, table)
    out.print(
        "constants: pi (also π), e, inf (also ∞), nan; sums: sum(i, 1, n, ...), prod(i, 1, n, ...); adiff ops NAME tells more"
    )


def write_one(row: Operation) -> None:
    """All about one operation."""
    out = console()
    known = facts(row)
    lines: Sequence[tuple[str, str]] = [
        ("definition", known["definition"]),
        ("domain", known["domain"]),
        *((f"d/d{name}" if name != "each" else "derivative", rule) for name, rule in known["derivative"].items()),
        ("kink", known["kinks"] or "none"),
        ("jump", known["jumps"] or "none"),
        ("cost", f"{known['cost']} (an addition is 1)"),
        ("example", f'adiff grad "{known["example"]}"'),
    ]
    title = Text.assemble((spelling(row), "bold cyan"), f"  {row.doc}")
    if known["also"]:
        title.append(f" Also written {', '.join(known['also'])}.")
    out.print(title)
    for label, value in lines:
        out.print(Text.assemble((f"  {label:<12}", "dim"), value))


def reduction_facts(name: str) -> dict[str, Any]:
    """All there is to know of a function of whole vectors, which expands to operations of the table."""
    takes = REDUCTIONS[name]
    return {"name": name, "family": "vectors", **{key: x for key, x in takes._asdict().items() if key != "arity"}}


def write_reduction(name: str) -> None:
    """All about a function of whole vectors."""
    out = console()
    takes = REDUCTIONS[name]
    out.print(Text.assemble((takes.written, "bold cyan"), f"  {takes.doc}"))
    for label, value in (
        ("definition", takes.definition),
        ("derivative", "that of the operations on the parts that it expands to"),
        ("example", f'adiff grad "{takes.example}"'),
    ):
        out.print(Text.assemble((f"  {label:<12}", "dim"), value))


def everything() -> list[Operation]:
    """The rows that people may write."""
    return [row for row in TABLE.values() if not row.hidden]
