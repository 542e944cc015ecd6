"""What a gradient costs: value and all partials together, weighted by the table's costs, against the value alone."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from autodiff_cli import parse
from autodiff_cli.graph.adjoint import adjoint
from autodiff_cli.graph.formula import reachable
from autodiff_cli.graph.value import Value


def cost(nodes: list[Value]) -> int:
    return sum(node.op.cost for node in nodes if node.op is not None)


def ratio(text: str) -> float:
    formula = parse(text)
    (root,) = (formula.nodes[i] for i in formula.output_nodes.values())
    slopes = adjoint(root, list(formula.input_values.values()))
    return cost(reachable([root, *slopes.values()])) / cost(formula.nodes)


def shuffled(count: int, line: Callable[[random.Random, list[str]], str]) -> str:
    """Definitions in terms of random earlier ones, all of them used in the end."""
    rng = random.Random(1)
    names = [f"x{i}" for i in range(10)]
    lines, free = [], set[str]()
    for i in range(count):
        made = line(rng, names)
        free.difference_update(made.replace("(", " ").replace(")", " ").split())
        lines.append(f"v{i} = {made}")
        names.append(f"v{i}")
        free.add(f"v{i}")
    return "\n".join([*lines, " + ".join(sorted(free))])


def arithmetic(rng: random.Random, names: list[str]) -> str:
    return f"{rng.choice(names)} {rng.choice('+-*')} {rng.choice(names)}"


def functions(rng: random.Random, names: list[str]) -> str:
    if rng.random() < 0.5:
        return arithmetic(rng, names)
    return f"{rng.choice(['sin', 'exp', 'tanh', 'log', 'sqrt', 'atan', 'erf', 'normcdf', 'log1p', 'softplus'])}( {rng.choice(names)} )"


def divisions(rng: random.Random, names: list[str]) -> str:
    return f"{rng.choice(names)} {rng.choice('//*')} {rng.choice(names)}"


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("*".join(f"x{i}" for i in range(5_000)), 4),
        ("+".join(f"x{i}" for i in range(5_000)), 4),
        ("sin(" * 5_000 + "x" + ")" * 5_000, 4),
        ("x*(" * 2_000 + "c" + " + 1)" * 2_000, 4),
        (shuffled(20_000, arithmetic), 4),
        (shuffled(20_000, functions), 4),
        (shuffled(20_000, divisions), 5),
    ],
    ids=["product", "sum", "chain", "Horner", "random arithmetic", "random functions", "random divisions"],
)
def test_a_gradient_costs_at_most_four_times_its_value(text: str, most: float) -> None:
    assert ratio(text) <= most
