"""Which steps of a schedule belong to one branch of an `if` alone.

A step belongs to the innermost region that holds all its uses. Conditionals of one region with one condition are decided
together, unless one of them needs another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..ops import TABLE
from .formula import Step

_SELECT = TABLE["select"]


class Region:
    """Steps and branches in an order in which they can run."""

    __slots__ = ("depth", "items", "parent")

    def __init__(self, parent: Region | None) -> None:
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.items: list[Step | Branch] = []


class Branch(NamedTuple):
    """An `if` on value `condition`: each choice is (number, its number where true, its number where false).

    Where the condition is undefined so is every choice.
    """

    condition: int
    choices: list[tuple[int, int, int]]
    true: Region
    false: Region


def regions(steps: Sequence[Step], results: Sequence[int]) -> Region:
    """The outermost region, which holds all others. The results belong to it."""
    root = Region(None)
    depth = _depths(steps)
    homes: dict[int, Region] = dict.fromkeys(results, root)
    groups: dict[tuple[Region, int, int], Branch] = {}
    placed: dict[Region, list[tuple[int, int, int, Step | Branch]]] = {root: []}
    for k in range(len(steps) - 1, -1, -1):
        i, row, xs = step = steps[k]
        home = homes.get(i)
        if home is None:
            continue
        if row is not _SELECT:
            placed[home].append((depth[i], 1, k, step))
            uses = [(x, home) for x in xs]
        else:
            key = (home, xs[0], depth[i])
            branch = groups.get(key)
            if branch is None:
                branch = groups[key] = Branch(xs[0], [], Region(home), Region(home))
                placed[branch.true], placed[branch.false] = [], []
                placed[home].append((depth[i], 0, k, branch))
            branch.choices.append((i, xs[1], xs[2]))
            uses = [(xs[0], home), (xs[1], branch.true), (xs[2], branch.false)]
        for x, region in uses:
            homes[x] = _common(homes[x], region) if x in homes else region
    for region, items in placed.items():
        region.items = [item for *_, item in sorted(items, key=lambda each: each[:3])]
    return root


def _depths(steps: Sequence[Step]) -> dict[int, int]:
    """How many conditionals there are on the longest way to each step: of equal depth none needs the other."""
    depth: dict[int, int] = {}
    for i, row, xs in steps:
        depth[i] = max([depth.get(x, 0) for x in xs]) + (row is _SELECT)
    return depth


def _common(one: Region, other: Region) -> Region:
    """The innermost region that holds both."""
    while one is not other:
        if one.depth >= other.depth:
            one = one.parent or one
        else:
            other = other.parent or other
    return one
