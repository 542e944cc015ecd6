"""Second derivatives as a table, on a terminal shaded by size and sign."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Text

from ..analysis.hessian import Hessian
from ..analysis.hvp import Product
from ..notation.numbers import number
from .table import Column, blocks, console, numbers, show, table_of, width_of, write_notes

# Blue above zero, orange below, from pale to strong, with dark letters: readable on light and on dark terminals, and told
# apart by the colour-blind.
_INK = "#101820"
_SHADES = {1: ((214, 234, 248), (86, 180, 233)), -1: ((253, 232, 200), (240, 150, 40))}
# Entries smaller than this part of the largest are left unshaded.
_FAINT = 1e-3


def write_hessian(answer: Hessian, *, digits: int, quiet: bool = False) -> None:
    """Value and gradient, the matrix, its eigenvalues and the verdict."""
    out = console()
    names = list(answer.grad)
    columns: list[Column] = [
        ("input", names, "cyan"),
        ("value", numbers((answer.inputs[name] for name in names), digits), ""),
        ("gradient", numbers(answer.grad.values(), digits), "bold"),
    ]
    show(out, table_of(f"{answer.output} = {number(answer.value, digits)}", columns))
    _gap(out)
    rows = answer.matrix
    matrix: list[Column] = [("", names, "cyan")]
    matrix += [(name, numbers(column, digits), "") for name, column in zip(names, rows, strict=True)]
    largest = max((abs(x) for row in rows for x in row if math.isfinite(x)), default=0.0)
    place = dict(zip(names, rows, strict=True))
    for i, block in enumerate(blocks(matrix, 1, out.width)):
        if i == 0:
            out.print(Text(f"second derivatives of {answer.output}", style="bold"))
        out.print()
        _write_matrix(out, block, [place[heading] for heading, _, _ in block[1:]], largest)
    out.print()
    lines = {}
    if answer.eigenvalues is not None:
        few = (
            answer.eigenvalues if len(answer.eigenvalues) <= 12 else (*answer.eigenvalues[:5], *answer.eigenvalues[-5:])
        )
        shown = [number(x, digits) for x in few]
        if len(few) < len(answer.eigenvalues):
            shown.insert(5, "...")
        lines["eigenvalues"] = ", ".join(shown)
    if answer.verdict is not None:
        lines["verdict"] = answer.verdict
    _facts(out, lines, "verdict")
    if not quiet:
        if answer.notes and out.is_terminal:
            out.print()
        write_notes(out, answer.notes)


def write_product(answer: Product, *, digits: int, quiet: bool = False) -> None:
    """Input by input the gradient, the vector and the product, then the second derivative along the vector."""
    out = console()
    names = list(answer.grad)
    columns: list[Column] = [
        ("input", names, "cyan"),
        ("value", numbers((answer.inputs[name] for name in names), digits), ""),
        ("gradient", numbers(answer.grad.values(), digits), ""),
        ("vector", numbers(answer.vector.values(), digits), ""),
        ("Hessian·vector", numbers(answer.product.values(), digits), "bold"),
    ]
    for i, block in enumerate(blocks(columns, 1, out.width)):
        show(out, table_of(f"{answer.output} = {number(answer.value, digits)}" if i == 0 else "", block))
    _gap(out)
    _facts(out, {"along the vector": number(answer.curvature, digits)}, "along the vector")
    if not quiet:
        if answer.notes and out.is_terminal:
            out.print()
        write_notes(out, answer.notes)


def _gap(out: Console) -> None:
    """A blank line behind a table, which on a terminal ends in one."""
    if not out.is_terminal:
        out.print()


def _facts(out: Console, lines: dict[str, str], chief: str) -> None:
    width = max(map(len, lines), default=0)
    for label, text in lines.items():
        out.print(Text.assemble((f"{label:<{width}}  ", "cyan"), (text, "bold" if label == chief else "")))


def _write_matrix(out: Console, columns: Sequence[Column], entries: Sequence[Sequence[float]], largest: float) -> None:
    """Columns laid out as in other tables, each cell behind the first on the shade of its entry.

    Line by line rather than by Rich's table, which takes seconds for the cells of some hundred inputs.
    """
    names = columns[0][1]
    limit = min(max(map(cell_len, names)), max(12, out.width // 3))
    widths = [width_of(i, column) for i, column in enumerate(columns)]
    head = Text(" " * (limit + 2))
    for (heading, _, _), width in zip(columns[1:], widths[1:], strict=True):
        head.append(f"  {heading.rjust(width)} ", "bold cyan")
    lines = [head, Text(" " + "─" * (head.cell_len - 2))]
    for k, name in enumerate(names):
        first, *rest = chop_cells(name, limit)
        line = Text(" ").append(set_cell_size(first, limit + 1), "cyan")
        for (_, cells, _), width, column in zip(columns[1:], widths[1:], entries, strict=True):
            line.append(" ").append(f" {cells[k].rjust(width)} ", _shade(column[k], largest))
        lines += [line, *(Text(f" {part}", style="cyan") for part in rest)]
    for line in lines:
        if not out.is_terminal:
            line.rstrip()
        out.print(line, no_wrap=True, overflow="ignore", crop=False)


def _shade(x: float, largest: float) -> Style:
    """The style of an entry: the stronger, the nearer to the largest."""
    if x == 0 or math.isnan(x):
        return Style(dim=x == 0)
    # The square root lets entries of different orders be told apart.
    part = 1.0 if math.isinf(x) else math.sqrt(abs(x) / largest)
    if part * part < _FAINT:
        return Style()
    pale, strong = _SHADES[1 if x > 0 else -1]
    red, green, blue = (a + (b - a) * part for a, b in zip(pale, strong, strict=True))
    return Style(color=_INK, bgcolor=Color.from_rgb(red, green, blue))
