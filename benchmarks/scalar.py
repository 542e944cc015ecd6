"""Scalar graphs built, computed and differentiated: Value against micrograd and torch, per operation.

`wide` is a balanced sum of products of 1,000 inputs, `chain` is x = x*a + b over and over. Each run has a process of its
own, so that nobody pays for another's garbage; the garbage collector works as it does by default. Time is that of the
processor, since each contender keeps to one thread.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

from measure import ABSENT, Figure, answer, best, ratio, shown, table, worker

SIZES = (10_000, 100_000, 1_000_000)
CONTENDERS = ("adiff", "micrograd", "torch")
SHAPES = ("wide", "chain")
TORCH_LIMIT = 100_000


def wide(leaf: Callable[[float], Any], count: int) -> tuple[Any, Any]:
    """A balanced sum of count/2 products: its root, and an input."""
    inputs = [leaf(0.5 + i / 1000) for i in range(1000)]
    level = [inputs[i % 1000] * inputs[(7 * i + 1) % 1000] for i in range((count + 1) // 2)]
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [level[i] + level[i + 1] for i in range(0, len(level) - 1, 2)] + odd
    return level[0], inputs[1]


def chain(leaf: Callable[[float], Any], count: int) -> tuple[Any, Any]:
    """x = x*a + b, count/2 times: the last x, and a."""
    x, a, b = leaf(1.0), leaf(0.999), leaf(0.001)
    for _ in range(count // 2):
        x = x * a + b
    return x, a


def leaf_of(contender: str) -> Callable[[float], Any]:
    """What makes an input."""
    if contender == "adiff":
        from autodiff_cli import Value

        return Value
    if contender == "micrograd":
        from micrograd.engine import Value as Micrograd

        made: Callable[[float], Any] = Micrograd
        return made
    import torch

    torch.set_num_threads(1)
    return lambda number: torch.tensor(number, dtype=torch.float64, requires_grad=True)


def run(contender: str, shape: str, count: int) -> dict[str, float] | str:
    """Seconds per operation and the partial derivative by one input; a word where there are none."""
    try:
        leaf = leaf_of(contender)
    except ImportError:
        return ABSENT
    build = wide if shape == "wide" else chain
    build(leaf, 100)[0].backward()
    gc.collect()
    start = process_time()
    root, one = build(leaf, count)
    try:
        root.backward()
    except RecursionError:
        return "recursion"
    return {"seconds": (process_time() - start) / count, "partial": float(one.grad)}


def main() -> None:
    """Measure in turns, and print time per operation and ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    figures: dict[tuple[str, str, int], list[Figure]] = {}
    partials: dict[tuple[str, int], set[float]] = {}
    for _ in range(rounds):
        for shape in SHAPES:
            for size in SIZES:
                for who in CONTENDERS:
                    skip = who == "torch" and size > TORCH_LIMIT
                    found = "-" if skip else worker(__file__, who, shape, size)
                    if isinstance(found, dict):
                        partials.setdefault((shape, size), set()).add(float(f"{found['partial']:.9g}"))
                        found = found["seconds"]
                    figures.setdefault((who, shape, size), []).append(found)
    assert all(len(found) == 1 for found in partials.values()), f"gradients differ: {partials}"
    rows = []
    for shape in SHAPES:
        for who in CONTENDERS:
            each = [figures[who, shape, size] for size in SIZES]
            ours = [figures["adiff", shape, size] for size in SIZES]
            ratios = [shown(ratio(a, b)) for a, b in zip(ours, each, strict=True)]
            rows.append([f"{shape}, {who}", *(best(e, 1e6) for e in each), shown(ratio(each[-1], each[0])), *ratios])
    table(f"Microseconds per operation, best of {rounds}; adiff / it by the median (bar: wide <= 0.5 x micrograd)",
          ["graph", *(f"{size:,}" for size in SIZES), "last/first", *(f"ratio {size:,}" for size in SIZES)], rows)  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        answer(run(sys.argv[2], sys.argv[3], int(sys.argv[4])))
    main()
