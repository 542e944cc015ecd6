"""Every row of the table in compiled code, with its partials: against the engine, on several instruction sets."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator

import numpy as np
import pytest
from judge import SMALLEST, ULP, points
from test_accuracy import PAIRS

from autodiff_cli.graph.adjoint import adjoint
from autodiff_cli.graph.engine import forward
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.program import Program
from autodiff_cli.graph.value import Value
from autodiff_cli.kernel import Kernel
from autodiff_cli.kernel.host import Host, host
from autodiff_cli.ops import TABLE

INF = math.inf
EDGES = (0.0, -0.0, INF, -INF, math.nan, 1.0, -1.0, 2.0, -2.0, 3.0, 0.5, -0.5, 1e-310, -1e-310, 1e308, -1e308, 1e-320,
         710.0, -750.0, 171.7, 40.5, -40.5, 1e17, 2.0**53, -3.0, -2.5, 2.5)  # fmt: skip
# The order of a family, where it has one.
FIXED = {"powlog": (1.0, 1.0), "polygamma": (2.0,), "sincn": (2.0,)}
# Processors that this one can stand in for, with their vectors' width.
SETS = {
    "own": None,
    "exact": None,
    "AVX2": ("haswell", "+avx,+avx2,+fma", 4),
    "SSE4": ("nehalem", "+sse4.1,+sse4.2", 2),
    "no vector functions": None,
}


def processor(name: str) -> Host | None:
    """The processor to compile for; None for this one as it is."""
    chosen = SETS[name]
    own = host()
    if name == "no vector functions":
        return own._replace(letter="")
    if chosen is None or not own.triple.startswith("x86_64"):
        return None
    cpu, features, _ = chosen
    return host(cpu, features) if own.width > chosen[2] else None


def places(name: str, arity: int) -> Iterator[tuple[float, ...]]:
    rng = random.Random(f"adiff {name}")
    if arity == 1:
        yield from ((x,) for x in points(name, 25, rng))
        yield from ((x,) for x in EDGES)
    elif arity == 2:
        for _ in range(150):
            yield PAIRS[name](rng) if name in PAIRS else (rng.uniform(-5, 5), rng.uniform(-5, 5))
        yield from itertools.product(EDGES, EDGES)
    else:
        for _ in range(150):
            yield tuple(rng.uniform(-3, 3) for _ in range(arity))
        yield from itertools.product(EDGES[:12], repeat=arity)


class Alone:
    """One operation of fresh inputs, its partials and, of one or two operands, theirs."""

    def __init__(self, name: str) -> None:
        row, fixed = TABLE[name], FIXED.get(name, ())
        self.arity = row.arity - len(fixed)
        self.inputs = [Value(label=f"x{i}") for i in range(self.arity)]
        zero = Value(0.0, constant=True)
        operands = [
            Value.of(TABLE["gt"], (x, zero)) if row.kind(i + len(fixed)) == "truth" else x
            for i, x in enumerate(self.inputs)
        ]
        root = Value.of(row, (*(Value(x, constant=True) for x in fixed), *operands))
        self.program = Program.of(Formula({"L": root}))
        slopes = adjoint(root, self.inputs)
        outputs: dict[tuple[int, ...], Value] = {(): root}
        for i, x in enumerate(self.inputs):
            outputs[i,] = slopes[x]
            if self.arity < 3:
                outputs.update({(i, j): s for j, s in enumerate(adjoint(slopes[x], self.inputs).values())})
        self.names = {f"x{i}": x for i, x in enumerate(self.inputs)}
        self.formula = Formula({str(key): value for key, value in outputs.items()}, self.names)
        self.keys = dict(zip(outputs, self.formula.output_nodes.values(), strict=True))

    def engine(self, xs: tuple[float, ...]) -> dict[tuple[int, ...], float]:
        values = forward(self.formula, dict(zip(self.names, xs, strict=True)))
        found = {key: values[i] for key, i in self.keys.items()}
        return found if found[()] == found[()] else dict.fromkeys(found, math.nan)


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("name", TABLE)
def test_a_row(name: str, kind: str) -> None:
    """Value and partials are those of the engine, to 16 ulp × (1 + condition); what is not finite is the same."""
    alone = Alone(name)
    kernel = Kernel(alone.program, "exact" if kind == "exact" else "fast")
    if (chosen := processor(kind)) is not None:
        kernel.host = chosen
    at = list(places(name, alone.arity))
    columns = [np.array([xs[int(each[1:])] for xs in at]) for each in alone.program.inputs]
    result = kernel.run(columns, counted=True)
    found = {
        () if output.by is None else (int(str(output.by)[1:]),): column.tolist()
        for output, column in zip(alone.program.outputs, result.columns, strict=True)
    }
    finite = 0
    for n, xs in enumerate(at):
        truth = alone.engine(xs)
        for key, column in found.items():
            ours, theirs = column[n], truth[key]
            finite += math.isfinite(ours)
            if ours == theirs or (math.isnan(ours) and math.isnan(theirs)):
                continue
            assert math.isfinite(theirs), f"{name}{xs} by {key}: {ours!r}, the engine has {theirs!r}"
            condition = sum(abs(xs[j] * truth.get((*key, j), 0.0)) for j in range(alone.arity))
            slack = 16 * ULP * (abs(theirs) + (condition if math.isfinite(condition) else 0.0)) + 8 * SMALLEST
            assert abs(ours - theirs) <= slack, f"{name}{xs} by {key}: {ours!r}, the engine has {theirs!r}"
    assert finite + result.nonfinite == len(at) * len(found)
