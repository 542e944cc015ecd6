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
from ..analysis.trust_second import SecondTrust
from ..notation.numbers import aligned, number
from .table import Column, blocks, console, digits_told, numbers, show, table_of, write_notes

# Blue above zero, orange below, from pale to strong, with dark letters: readable on light and on dark terminals, and told
# apart by the colour-blind.
_INK = "#101820"
_SHADES = {1: ((214, 234, 248), (86, 180, 233)), -1: ((253, 232, 200), (240, 150, 40))}
# Entries smaller than this part of the largest are left unshaded.
_FAINT = 1e-3
# A heading wider than this, and than its numbers, takes several lines.
_HEAD = 12


def write_hessian(answer: Hessian, *, digits: int, trust: SecondTrust | None = None, quiet: bool = False) -> None:
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
    out.print(Text(f"second derivatives of {answer.output}", style="bold"))
    out.print()
    matrix = answer.matrix
    largest = max((abs(x) for row in matrix for x in row if math.isfinite(x)), default=0.0)
    shades = [[_shade(x, largest) for x in row] for row in matrix]
    _write_matrix(out, names, [numbers(row, digits) for row in matrix], shades)
    lines = {}
    if answer.eigenvalues is not None:
        shown = [number(x, digits) for x in answer.eigenvalues]
        if len(shown) > 12:
            shown = [*shown[:5], "...", *shown[-5:]]
        lines["eigenvalues"] = ", ".join(shown)
    if answer.verdict is not None:
        lines["verdict"] = answer.verdict
    if lines:
        out.print()
        _facts(out, lines, "verdict")
    if trust is not None:
        _write_trust(out, names, trust)
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


def _write_trust(out: Console, names: Sequence[str], trust: SecondTrust) -> None:
    """How many digits are right: of the second derivatives as a matrix, of the output and the gradient in a line each."""
    out.print()
    out.print(Text("digits right of the second derivatives", style="bold"))
    out.print()
    cells = [aligned([digits_told(trust.second[a][b].right) for b in names]) for a in names]
    _write_matrix(out, names, cells, [[Style()] * len(names)] * len(names))
    out.print()
    told = ", ".join(digits_told(trust.first.grad[name].right) for name in names)
    _facts(out, {"digits right of the value": digits_told(trust.first.value.right), "of the gradient": told}, "")


def _write_matrix(
    out: Console, names: Sequence[str], columns: Sequence[Sequence[str]], shades: Sequence[Sequence[Style]]
) -> None:
    """Columns laid out as in other tables, each cell on its shade, in as many blocks as the width needs.

    The matrix is symmetric: its rows are its columns.

    Line by line rather than by Rich's table, which takes seconds for the cells of some hundred inputs.
    """
    limit = min(max(map(cell_len, names)), max(12, out.width // 3))
    sides = [chop_cells(name, limit) for name in names]
    heads = [chop_cells(name, max(len(cells[0]), _HEAD)) for name, cells in zip(names, columns, strict=True)]
    widths = [max(len(cells[0]), *map(cell_len, parts)) for cells, parts in zip(columns, heads, strict=True)]
    for which, block in enumerate(_blocks(widths, out.width - limit - 1)):
        if which:
            out.print()
        deep = max(len(heads[j]) for j in block)
        lines = []
        for depth in range(-deep, 0):
            lines.append(Text(" " * (limit + 2)))
            for j in block:
                part = heads[j][depth] if depth >= -len(heads[j]) else ""
                lines[-1].append(f"  {' ' * (widths[j] - cell_len(part))}{part} ", "bold cyan")
        lines.append(Text(" " + "─" * (limit + sum(widths[j] + 3 for j in block))))
        for i, (first, *rest) in enumerate(sides):
            line = Text(" ").append(set_cell_size(first, limit + 1), "cyan")
            for j in block:
                line.append(" ").append(f" {columns[j][i].rjust(widths[j])} ", shades[j][i])
            lines += [line, *(Text(f" {part}", style="cyan") for part in rest)]
        for line in lines:
            if not out.is_terminal:
                line.rstrip()
            out.print(line, no_wrap=True, overflow="ignore", crop=False)


def _blocks(widths: Sequence[int], room: int) -> list[list[int]]:
    """The columns in groups that fit beside the names; at least one in each."""
    found: list[list[int]] = []
    left = 0
    for j, width in enumerate(widths):
        if not found or width + 3 > left:
            found.append([])
            left = room
        found[-1].append(j)
        left -= width + 3
    return found


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
