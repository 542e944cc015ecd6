"""Operations and the edges into them: local derivatives, and what each operand contributes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from ..graph.engine import NOTHING, chosen, pulled
from ..graph.formula import Formula
from ..notation.numbers import number, unsigned
from ..notation.text import text
from ..ops import Operation as Row
from .diagram import Link, Operation
from .groups import Group
from .shown import Numbers
from .sums import Sum
from .wording import plain

# What a box says of an operation that is not written by its name.
_SYMBOLS = {
    "select": "if", "logb": "log", "neg": "neg", "powlog": "x^y·log(x)^n", "unit": "x/hypot", "sqrt1mx2": "√(1-x²)",
    "sqrtx2m1": "√(x²-1)", "cothacosh": "x/√(x²-1)", "gauss": "exp(-x²)", "sincn": "sinc'", "defined": "=", "unless": "=",
    "share": "softmax", "remainder": "1 - softmax", "logshare": "- logsumexp",
}  # fmt: skip


def varies(formula: Formula, i: int) -> bool:
    """Whether a node is differentiated at all: a constant is not."""
    node = formula.nodes[i]
    return not (node.op is None and node.constant)


class Links:
    """The edges of one diagram.

    `stands` has the node that stands for each in the drawing, `operands` those of each that is drawn, `named` what a node is
    called there.
    """

    def __init__(
        self,
        formula: Formula,
        what: Numbers,
        stands: Sequence[int],
        operands: Mapping[int, list[int]],
        sums: Mapping[int, Sum],
        folded: Mapping[int, Group],
        named: Callable[[int], str],
    ) -> None:
        self.formula = formula
        self.what = what
        self.stands = stands
        self.operands = operands
        self.sums = sums
        self.folded = folded
        self.named = named
        self.steps = {i: (row, operands) for i, row, operands in formula.steps}

    def operation(self, i: int, row: Row) -> Operation:
        """The operation behind a node, its edges in the order of its operands."""
        node = self.formula.nodes[i]
        operands = self.operands[i] if i in self.sums else self.steps[i][1]
        local, flow = self._pulled(i)
        taken = self._taken(i)
        links, lines = [], [text(node, limit=300)]
        for k, j in enumerate(operands):
            x = self.formula.nodes[j]
            link = Link(self.named(self.stands[j]), idle=not taken[k])
            if not (x.op is None and x.constant):
                link.local, link.flow = local[k], flow[k]
                if not math.isnan(local[k]):
                    line = f"local derivative by {x.label or text(x, depth=3, limit=40)}: {number(local[k])}"
                    lines.append(line)
                    link.tooltip = plain(f"{line}\ncontributes {number(flow[k])}" if not math.isnan(flow[k]) else line)
            links.append(link)
        tooltip = plain("\n".join(dict.fromkeys(lines[:12])))
        symbol = _SYMBOLS.get(row.name) or (row.notation[0] if row.notation is not None else row.name)
        return Operation(symbol, links, tooltip, "broken" if i in self.what.broken else "")

    def _pulled(self, i: int) -> tuple[list[float], list[float]]:
        """Local derivative and contribution by operand; 0 for one that routing leaves out."""
        if i in self.sums:
            count = len(self.operands[i])
            return [1.0] * count, [unsigned(self.what.adjoints[i])] * count
        local, flow = self.what.passed(i, self.formula)
        slots = range(len(self.steps[i][1]))
        return [unsigned(local.get(k, 0.0)) for k in slots], [unsigned(flow.get(k, 0.0)) for k in slots]

    def _taken(self, i: int) -> list[bool]:
        """Which operands routing does not leave out, as far as the numbers tell."""
        row, operands = self.steps[i]
        z = self.what.values[i]
        if i in self.sums:
            return [True] * len(self.operands[i])
        if not row.routed or math.isnan(z):
            return [True] * len(operands)
        return chosen(row, z, [self.what.values[j] for j in operands])

    def into_fold(self, i: int, members: Sequence[int], results: Sequence[int]) -> list[Link]:
        """The edges into a folded box: the derivative of its one result by each operand, through all that is folded."""
        inner: dict[int, float] = dict.fromkeys(results, 1.0)
        local: dict[int, float] = {}
        flow: dict[int, float] = {}
        for j in reversed(members):
            if j not in self.steps:
                continue
            row, operands = self.steps[j]
            z, xs = self.what.values[j], [self.what.values[k] for k in operands]
            u = self.what.adjoints[j]
            for k, part in pulled(row, inner.get(j, 0.0), z, xs) if inner.get(j, 0.0) != 0 else ():
                held = inner if self.stands[operands[k]] == i else local
                key = operands[k] if held is inner else self.stands[operands[k]]
                held[key] = held.get(key, 0.0) + part
            for k, part in pulled(row, u, z, xs) if u is not NOTHING else ():
                key = self.stands[operands[k]]
                flow[key] = flow.get(key, 0.0) + part
        single = len(results) == 1
        links = []
        for j in self.operands[i]:
            link = Link(self.named(j))
            if varies(self.formula, j):
                # Of several parts at once there is no one derivative.
                link.local = local.get(j, 0.0) + 0.0 if single and not self._is_many(j) else None
                link.flow = None if self._is_many(j) else flow.get(j, 0.0) + 0.0
            links.append(link)
        return links

    def _is_many(self, i: int) -> bool:
        return i in self.folded and self.folded[i].kind == "vector"
