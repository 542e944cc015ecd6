"""The object of `explain --json`."""

from __future__ import annotations

import math
from typing import Any

from ..analysis.explain import Explanation, Share
from ..analysis.paths import Paths, counts, paths
from ..analysis.point import gathered
from ..analysis.spoken import Words
from .json import notes

# Of a longer pass those steps are told that lie on the paths shown, and of a longer path its two ends.
MOST_STEPS = 2000
MOST_NODES = 1000
MOST_TARGETS = 20


def explanation(explained: Explanation, *, every: bool = False) -> dict[str, Any]:
    """Output, point, gradient, steps and paths, and the uses that pass nothing back; with `every` all steps and paths."""
    words = Words(explained)
    sizes = explained.formula.sizes
    ways = counts(explained)
    told = list(explained.targets)[: None if every else MOST_TARGETS]
    found = {name: paths(explained, name, ways[name]) for name in told}
    steps = explained.shares
    if len(steps) > MOST_STEPS and not every:
        kept = {step for each in found.values() for path in each.shown for step in _ends(path.steps)}
        steps = tuple(sorted(kept, key=lambda step: (-step.node, step.slot)))
    blocked = explained.blocked[: None if every else MOST_STEPS]
    answer = {
        "output": explained.output,
        "value": explained.value,
        "inputs": gathered(explained.gradient.inputs, sizes),
        "grad": gathered({name: explained.partial(name) for name in explained.targets}, sizes),
        "steps": [_step(words, step) for step in steps],
        "paths": {name: _paths(words, each) for name, each in found.items()},
        "blocked": [
            {
                "node": words.name(each.node), "operand": words.name(each.operand), "why": each.why,
                "message": words.why(each), "span": _span(words, each.node),
            }
            for each in blocked
        ],
        "notes": notes(explained.notes),
    }  # fmt: skip
    # What the names stand for that the program has not; known when all has been told.
    legends = {name: words.legend(i) or "" for name, i in words.invented.items()}
    return answer | {"names": {name: each.removeprefix(f"{name} = ") for name, each in legends.items()}}


def _step(words: Words, step: Share) -> dict[str, Any]:
    return {
        "node": words.name(step.node),
        "operation": words.meaning(step.node),
        "operand": words.name(step.operand),
        "rule": words.derivative(step),
        "local": step.local,
        "upstream": step.upstream,
        "contribution": step.contribution,
        "before": step.before,
        "after": step.after,
        "span": _span(words, step.node),
        "calls": words.calls(step.node),
        "ids": [step.node, step.operand],
    }


def _paths(words: Words, found: Paths) -> dict[str, Any]:
    exact = found.how_many < 10**300
    return {
        # Beyond that no reader's number holds it, and its logarithm does.
        "count": found.how_many if exact else None,
        **({} if exact else {"log10_count": math.log2(found.how_many) * math.log10(2)}),
        "gradient": found.total,
        "shown": [
            {
                "nodes": [words.explained.output, *(words.name(step.operand) for step in _ends(path.steps))],
                "length": len(path.steps),
                "contribution": path.contribution,
            }
            for path in found.shown
        ],
        "rest": found.rest,
    }


def _ends(steps: tuple[Share, ...]) -> tuple[Share, ...]:
    return steps if len(steps) <= MOST_NODES else (*steps[: MOST_NODES // 2], *steps[-MOST_NODES // 2 :])


def _span(words: Words, i: int) -> list[int] | None:
    span = words.span(i)
    return list(span) if span else None
