"""The backward pass on a terminal, node by node, as in the lecture: upstream, local, and what is added to each grad."""

from __future__ import annotations

import math
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ..analysis.explain import Blocked, Explanation, Share
from ..analysis.spoken import Words
from ..notation.numbers import unsigned
from .explain import source_lines, write_line, write_rule
from .table import Column, blocks, console, numbers, show, table_of, write_notes

# Of a longer pass the first and the last nodes are shown.
MOST_NODES = 60
MOST_OPERANDS = 12


def write_pass(explained: Explanation, *, digits: int, every: bool = False, quiet: bool = False) -> None:
    """Every node from the output back (of many the first and last, unless `every`), then a table of all gradients."""
    out = console()
    words = Words(explained, digits)
    root = explained.root
    out.print(Text.assemble((f"{explained.output} = {words.figure(explained.value)}", "bold")))
    if not math.isnan(explained.value):
        write_line(
            out,
            f"Every grad starts at 0, but {words.grad(root)} at 1: d{explained.output}/d{explained.output} = 1. "
            "From the output back, each node passes upstream × local on to its operands, which add it to their grad.",
        )
        blocked: dict[int, list[Blocked]] = {}
        for each in explained.blocked:
            blocked.setdefault(each.node, []).append(each)
        passed = {node: list(uses) for node, uses in groupby(explained.shares, key=lambda share: share.node)}
        order = sorted({*passed, *blocked}, reverse=True)
        shown = order if every or len(order) <= MOST_NODES else order[: MOST_NODES // 2] + order[-MOST_NODES // 2 :]
        last = None
        told: set[int] = set()
        for k, i in enumerate(shown):
            if last is not None and len(shown) < len(order) and k == MOST_NODES // 2:
                out.print(Text(f"\n... {len(order) - len(shown):,} more nodes: --all shows every one", "dim"))
            _write_node(out, words, i, passed.get(i, []), blocked.get(i, []))
            _write_legend(out, words, i, told)
            last = i
        _write_table(out, words, shown, whole=len(shown) == len(order))
        for better in filter(None, map(words.better, list(explained.targets)[:MOST_NODES])):
            out.print(Text(better, "yellow"))
    if not quiet:
        write_notes(out, explained.notes)


def _write_node(out: Console, words: Words, i: int, shares: list[Share], blocked: list[Blocked]) -> None:
    """One node: its equation, its gradient so far (which is all of it), and what each operand gets."""
    explained = words.explained
    uses = len(explained.of.get(i, ()))
    grad = words.figure(explained.adjoints.get(i, 0.0))
    from_uses = f", the sum over its {uses} uses" if uses > 1 else ""
    write_line(out, "")
    head = Text.assemble((words.equation(i), "bold cyan"), f"   {words.grad(i)} = ", (grad, "bold"), (from_uses, "dim"))
    write_line(out, head)
    for line in source_lines(out, words, i):
        write_line(out, line, 2)
    _write_shares(out, words, shares[:MOST_OPERANDS])
    if len(shares) > MOST_OPERANDS:
        write_line(out, Text(f"... {len(shares) - MOST_OPERANDS:,} more operands", "dim"), 2)
    kink = words.kink(i)
    if kink and shares:
        write_line(out, Text(kink, "yellow"), 2)
    for each in blocked[:MOST_OPERANDS]:
        write_line(out, Text(words.why(each), "yellow"), 2)
    constants = dict.fromkeys(words.name(j) for j in words.operands(i)[:MOST_OPERANDS] if words.is_constant(j))
    if constants:
        verb = "is a constant and takes" if len(constants) == 1 else "are constants and take"
        write_line(out, Text(f"{' and '.join(constants)} {verb} no gradient", "dim"), 2)


def _write_legend(out: Console, words: Words, i: int, told: set[int]) -> None:
    """What the invented names of the operands stand for, where they are spoken of for the first time."""
    told.add(i)
    for j in words.operands(i)[:MOST_OPERANDS]:
        legend = words.legend(j) if j not in told else None
        told.add(j)
        if legend is not None:
            write_line(out, Text(legend, "dim"), 2)


def _write_shares(out: Console, words: Words, shares: list[Share]) -> None:
    """What each operand gets: rule, product and sum side by side; one under the other where that is too wide."""
    rows = []
    for share in shares:
        before, after = words.figure(share.before), words.figure(share.after)
        added = f"{words.grad(share.operand)}: {before} + {words.figure(share.contribution)} = "
        rows.append((words.derivative_short(share), words.product(share), added, after))
    first, second = (max((cell_len(row[k]) for row in rows), default=0) + 3 for k in (0, 1))
    third = max((cell_len(row[2] + row[3]) for row in rows), default=0)
    aligned = 2 + first + second + third <= out.width
    for rule, product, added, after in rows:
        total = Text.assemble(added, (after, "bold"))
        if aligned:
            line = Text.assemble((f"{rule:<{first}}", "green"), f"{product:<{second}}")
            write_line(out, line.append_text(total), 2)
        else:
            write_rule(out, rule, 2)
            together = cell_len(product) + 7 + cell_len(total.plain) <= out.width
            write_line(out, Text(product + "   ").append_text(total) if together else product, 4)
            if not together:
                write_line(out, total, 4)


def _write_table(out: Console, words: Words, shown: list[int], *, whole: bool) -> None:
    """Every value shown with its number and its gradient, the inputs last."""
    explained = words.explained
    inputs = sorted(explained.targets.values())[:MOST_NODES]
    listed = [*shown, *(i for i in inputs if i not in set(shown))]
    columns: list[Column] = [
        ("value", [words.name(i) for i in listed], "cyan"),
        ("data", numbers((explained.values[i] for i in listed), words.digits), ""),
        ("grad", numbers((_grad(explained, i) for i in listed), words.digits), "bold"),
    ]
    for block in blocks(columns, 1, out.width):
        show(out, table_of("" if whole else "those shown", block))


def _grad(explained: Explanation, i: int) -> float:
    """The gradient of a value: of an input that of grad, which may know better where the sum is undefined."""
    name = next((name for name, at in explained.targets.items() if at == i), None)
    return unsigned(explained.adjoints.get(i, 0.0)) if name is None else explained.partial(name)
