"""Long sums: one round node for all additions, the first terms and the last drawn, those between in one box."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from ..graph.engine import ADD
from ..graph.formula import Formula
from .groups import Group

# A sum of more terms is long, and so is a vector of more parts.
MOST = 12
FIRST, LAST = 3, 1
FEWEST = 5


class Sum(NamedTuple):
    """A sum: the nodes that add, its terms in order, and those of them that one box stands for."""

    additions: list[int]
    terms: list[int]
    between: Group | None


def long_sums(formula: Formula, of: Mapping[int, Group]) -> dict[int, Sum]:
    """The sums of more than a dozen terms, by the node that is the total.

    An addition belongs to the sum that alone uses it, unless it has a name of its own or lies in another group.
    """
    steps = {i: operands for i, row, operands in formula.steps if row is ADD}
    uses = Counter(j for _, _, operands in formula.steps for j in operands)
    outputs = set(formula.output_nodes.values())
    inner = {
        j
        for i, operands in steps.items()
        for j in operands
        if j in steps and uses[j] == 1 and not formula.nodes[j].label and j not in outputs and of.get(i) is of.get(j)
    }
    found = {}
    for i, operands in steps.items():
        if i in inner:
            continue
        additions, terms, stack = [i], list[int](), list(reversed(operands))
        while stack:
            j = stack.pop()
            if j in inner:
                additions.append(j)
                stack += reversed(steps[j])
            else:
                terms.append(j)
        if len(terms) > MOST:
            found[i] = Sum(additions, terms, _between(formula, terms, uses, outputs))
    return found


def _between(formula: Formula, terms: list[int], uses: Counter[int], outputs: set[int]) -> Group | None:
    """The terms that have no name and are nobody else's, but for the first and the last, with all that only they use."""
    operands = {i: xs for i, _, xs in formula.steps}

    def own(j: int) -> bool:
        return j in operands and not formula.nodes[j].label and j not in outputs

    middle = [t for t in terms[FIRST:-LAST] if own(t) and uses[t] == 1]
    if len(middle) < FEWEST:
        return None
    group = Group("terms", "", f"… {len(middle):,} more terms")
    met: Counter[int] = Counter()
    stack = middle[:]
    while stack:
        i = stack.pop()
        group.members.append(i)
        for j in operands[i]:
            met[j] += 1
            if met[j] == uses[j] and own(j):
                stack.append(j)
    group.members.sort()
    return group
