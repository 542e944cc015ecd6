"""Backward sweeps on numbers from some nodes of a formula to some of its inputs, each over no more than lies between.

The engine's own sweep runs over the whole program. Here a sweep from one partial derivative touches that partial's part of
the gradient's program, which of a sum of many terms is a few operations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..ops import Numbers
from .engine import pulled
from .formula import Formula


class Sweeps:
    """A formula at a point, and the inputs, by their indices, that sweeps are to reach."""

    def __init__(self, formula: Formula, values: Sequence[float], places: Sequence[int]) -> None:
        self._values = values
        self._steps = {i: (row, operands) for i, row, operands in formula.steps}
        # Per node the place in `places` of the first that it depends on; for none, one behind the last.
        self._first = first = [len(places)] * len(formula.nodes)
        for k, i in enumerate(places):
            first[i] = k
        for i, row, operands in formula.steps:
            if row.plain or row.variadic:
                first[i] = min([first[j] for j in operands])
            else:  # through an operand whose rule is None nothing depends on anything
                through = [first[j] for j, rule in zip(operands, row.partials, strict=True) if rule is not None]
                first[i] = min(through, default=first[i])

    def between(self, roots: Sequence[int], upto: int) -> list[int]:
        """The nodes between the roots and the first `upto` inputs, both included, results before operands."""
        first, steps = self._first, self._steps
        stack = [i for i in roots if first[i] < upto]
        seen = set(stack)
        while stack:
            step = steps.get(stack.pop())
            if step is None:
                continue
            for j in step[1]:
                if first[j] < upto and j not in seen:
                    seen.add(j)
                    stack.append(j)
        return sorted(seen, reverse=True)

    def back(self, seeds: Mapping[int, float], upto: int) -> dict[int, float]:
        """The adjoints of the nodes between, of the sum of the seeded nodes each times its seed.

        A node that no active path reaches is left out. Where a seeded node is NaN so is every adjoint, for an undefined
        function has no derivative.
        """
        values, steps, first = self._values, self._steps, self._first
        nodes = self.between(list(seeds), upto)
        if any(math.isnan(values[i]) for i in seeds):
            return dict.fromkeys(nodes, math.nan)
        adjoints = {i: seed for i, seed in seeds.items() if first[i] < upto}
        for i in nodes:
            step = steps.get(i)
            if step is None or i not in adjoints:
                continue
            row, operands = step
            u = adjoints[i]
            xs = [values[j] for j in operands]
            if row.plain:
                for j, rule in zip(operands, row.partials, strict=True):
                    if first[j] < upto:
                        part = u * (rule(Numbers, values[i], *xs) if callable(rule) else rule)  # type: ignore[operator]
                        adjoints[j] = adjoints.get(j, 0.0) + part
            else:
                for k, part in pulled(row, u, values[i], xs):
                    j = operands[k]
                    if first[j] < upto:
                        adjoints[j] = adjoints.get(j, 0.0) + part
        return adjoints
