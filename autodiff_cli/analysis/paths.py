"""The paths from an output to a value: how many there are, and those that count most, without going along them all."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from ..notation.numbers import Far, logarithm, times
from ..ops import Numbers
from .explain import Explanation, Share

MOST = 20

# How little a path counts: how many of its local derivatives are zero (less how many are infinite), and minus the logarithm
# of the others' product. Such pairs add along a path, and the smallest belongs to the largest contribution.
Cost = tuple[int, float]


class Path(NamedTuple):
    """One way from the output to a value: its steps, the product of the local derivatives up to each, and the last of these."""

    steps: tuple[Share, ...]
    products: tuple[float, ...]
    contribution: float


class Paths(NamedTuple):
    """All ways from the output to a value: how many, those shown, and what the others come to together."""

    how_many: int
    shown: tuple[Path, ...]
    rest: float
    total: float


def counts(explained: Explanation) -> dict[str, int]:
    """How many paths lead to each target, exactly."""
    wanted = set(explained.targets.values())
    ways: dict[int, int] = {explained.root: 1}
    found: dict[int, int] = {}
    node, ahead = -1, 0
    for share in explained.shares:
        if share.node != node:
            # A number is let go once it has been handed on: of 100,000 doublings each has thousands of digits.
            node, ahead = share.node, ways.pop(share.node)
            if node in wanted:
                found[node] = ahead
        ways[share.operand] = ways.get(share.operand, 0) + ahead
    return {name: found.get(i, ways.get(i, 0)) for name, i in explained.targets.items()}


def paths(explained: Explanation, name: str, how_many: int, most: int = MOST) -> Paths:
    """The paths to a target, of which there are `how_many`: at most so many, in the order of the text where these are all.

    Raises RuntimeError where they are all and their contributions do not add up to the derivative: a defect.
    """
    total = explained.partial(name)
    if not how_many:
        return Paths(0, (), 0.0, total)
    shown = []
    for steps in _largest(explained, explained.targets[name], most):
        products = _products(explained, steps)
        shown.append(Path(tuple(steps), tuple(products), products[-1] if products else 1.0))
    if how_many > len(shown):
        return Paths(how_many, tuple(shown), total - math.fsum(_finite(shown)), total)
    shown.sort(key=lambda path: [step.slot for step in path.steps])
    _checked(name, shown, total)
    return Paths(how_many, tuple(shown), 0.0, total)


def _finite(shown: list[Path]) -> list[float]:
    """The contributions; NaN alone where one is not finite, or they are too large to add."""
    found = [path.contribution for path in shown]
    return found if math.isfinite(sum(map(abs, found))) else [math.nan]


def _products(explained: Explanation, steps: list[Share]) -> list[float]:
    """The product of the local derivatives along a path, up to each step: as the engine would compute it on this path alone."""
    formula, values = explained.formula, explained.values
    found = []
    u = 1.0
    for step in steps:
        node = formula.nodes[step.node]
        fused = node.op.pullbacks[step.slot] if node.op is not None and not node.op.variadic else None
        if callable(fused) and not explained.unbounded:
            u = fused(Numbers, u, values[step.node], *(values[formula.index[x]] for x in node.operands))
        else:
            u = times(u, step.local)
        found.append(u)
    return found


def _checked(name: str, shown: list[Path], total: float) -> None:
    contributions = _finite(shown)
    size = sum(map(abs, contributions))
    # Products that leave the range of doubles on their way are no judge.
    sound = not any(u.__class__ is Far for path in shown for u in path.products) and all(
        1e-250 < abs(u) < 1e250 or u == 0 for path in shown for u in path.products
    )
    if sound and math.isfinite(size) and math.isfinite(total) and abs(math.fsum(contributions) - total) > 1e-9 * size:
        raise RuntimeError(f"the paths to {name} add up to {math.fsum(contributions)!r}, and its gradient is {total!r}")


def _cost(share: Share) -> Cost:
    local = share.local
    if local.__class__ is not Far:
        if local == 0:
            return 1, 0.0
        if not math.isfinite(local):
            return -1, 0.0
    return 0, -logarithm(local)


def _above(explained: Explanation, target: int) -> list[Share]:
    """The steps of all paths to a target: those of nearer nodes first, those of later operands before earlier ones."""
    seen = {target}
    waiting = [target]
    found: list[Share] = []
    while waiting:
        uses = explained.of.get(waiting.pop(), ())
        found += uses
        for use in uses:
            if use.node not in seen:
                seen.add(use.node)
                waiting.append(use.node)
    found.sort(key=lambda share: (share.node, -share.slot))
    return found


def _largest(explained: Explanation, target: int, most: int) -> Iterator[list[Share]]:
    """The paths in the order of their size, the largest first: the best one, and detours from those already found.

    From every node there is a best way on. A path is told by its detours, the steps that leave the best way, and each detour
    has its price. Behind its last detour a path can take one more: that gives each path once, and the cheapest first.
    """
    ways: dict[int, list[tuple[Share, Cost]]] = {}
    best: dict[int, Cost] = {target: (0, 0.0)}
    onward: dict[int, Share] = {}
    for share in _above(explained, target):
        step, behind = _cost(share), best[share.operand]
        cost = (step[0] + behind[0], step[1] + behind[1])
        ways.setdefault(share.node, []).append((share, cost))
        # From the last operand to the first: among equals the first is taken.
        if share.node not in best or cost <= best[share.node]:
            best[share.node] = cost
            onward[share.node] = share
    detours = {
        node: [
            ((cost[0] - best[node][0], cost[1] - best[node][1]), share)
            for share, cost in each
            if share is not onward[node]
        ]
        for node, each in ways.items()
        if len(each) > 1
    }

    def follow(node: int) -> Iterator[Share]:
        while node != target:
            step = onward[node]
            yield step
            node = step.operand

    ticket = count()
    waiting: list[tuple[Cost, int, list[Share], Share | None]] = [((0, 0.0), next(ticket), [], None)]
    for _ in range(most):
        if not waiting:
            return
        price, _, path, detour = heapq.heappop(waiting)
        path = path if detour is None else [*path, detour]
        start = len(path)
        path += follow(detour.operand if detour is not None else explained.root)
        yield path
        choices = (
            ((price[0] + extra[0], price[1] + extra[1]), next(ticket), k, share)
            for k in range(start, len(path))
            for extra, share in detours.get(path[k].node, ())
        )
        for cost, number, k, share in heapq.nsmallest(most, choices):
            heapq.heappush(waiting, (cost, number, path[:k], share))
