"""Derivative rules that keep within the range of doubles what can be kept there: numbers, graphs, machine code."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from far import LEAST, cases, right, truth
from mpmath import mpf

from autodiff_cli import parse
from autodiff_cli.analysis.hessian import hessian
from autodiff_cli.graph.adjoint import adjoint
from autodiff_cli.graph.engine import backward, forward
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.program import Program
from autodiff_cli.graph.value import Value
from autodiff_cli.kernel import Kernel
from autodiff_cli.ops import TABLE, Numbers

MULDIV = TABLE["muldiv"]


def wide(rng: random.Random) -> float:
    return math.ldexp(rng.choice([-1, 1]) * rng.uniform(0.5, 1), rng.randint(-1020, 1024))


def test_a_product_over_a_divisor_is_in_range_where_its_result_is() -> None:
    rng = random.Random("muldiv")
    rows, truths = [], []
    for _ in range(20_000):
        u, x, y = (wide(rng) for _ in range(3))
        exact = Fraction(u) * Fraction(x) / Fraction(y)
        if LEAST < abs(exact) < 2**1023:
            rows.append((u, x, y))
            truths.append(exact)
            assert abs(Fraction(MULDIV.fn(u, x, y)) - exact) <= abs(exact) * Fraction(2**-51), (u, x, y)
    assert len(rows) > 5_000
    leaves = [Value(label=name) for name in "uxy"]
    kernel = Kernel(Program.of(Formula({"L": Value.of(MULDIV, tuple(leaves))}), order=0))
    (found,) = kernel.run([np.array(column) for column in zip(*rows, strict=True)]).columns
    for row, z, exact in zip(rows, found.tolist(), truths, strict=True):
        assert abs(Fraction(z) - exact) <= abs(exact) * Fraction(2**-51), row


def test_its_derivatives_are_of_its_kind() -> None:
    """By the graph, to third order, where no partial product is within range."""
    leaves = [Value(label=name) for name in "uxy"]
    at = {"u": 1e200, "x": 1e150, "y": 1e250}
    node = Value.of(MULDIV, tuple(leaves))
    expected = 1e100
    for order in range(1, 4):
        node = adjoint(node, leaves)[leaves[2]]
        expected *= -order / 1e250
        if abs(expected) < LEAST:
            break
        formula = Formula({"L": node}, dict(zip("uxy", leaves, strict=True)))
        assert forward(formula, at)[next(iter(formula.output_nodes.values()))] == pytest.approx(expected, rel=1e-14)


# A formula, a point, and the slopes.
CASES = [
    ("x/(exp(x)-1)", {"x": 400}, [-7.641526690888882e-172]),
    ("1/(1+exp(-x))", {"x": -400}, [1.9151695967140057e-174]),
    ("1/(1+exp(-x))", {"x": -372}, [2.7698013018118263e-162]),
    ("1/cosh(x)", {"x": -400}, [3.8303391934280114e-174]),
    ("atan(exp(x))", {"x": 400}, [1.9151695967140057e-174]),
    ("log((1+exp(-z))^-1)", {"z": -400}, [1.0]),
    ("((cosh(y))^(-2))^0.5", {"y": -150}, [1.4350192861022036e-65]),
    ("c/(1+exp(x))", {"c": 1e-60, "x": 300}, [5.148200222412013e-131, -5.148200222412013e-191]),
    ("1/normpdf(x)", {"x": 30}, None),
    ("1/gamma(x)", {"x": 150}, None),
    ("exp(-x)/(1+exp(-x))^2", {"x": -250}, None),
    ("sqrt(x/y)", {"x": 1e-120, "y": 1e120}, [0.5, -5e-241]),
    ("(1/x)*(1/y)", {"x": 1e-200, "y": 1e200}, [-1e200, -1e-200]),
    ("1/(exp((E-mu)/(k*T))+1)", {"E": 1.6e-18, "mu": 0, "k": 1.380649e-23, "T": 290}, None),
    ("2*h*nu^3/c^2/(exp(h*nu/(k*T))-1)", {"h": 6.62607015e-34, "nu": 2.5e15, "c": 299792458, "k": 1.380649e-23, "T": 300}, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "at", "slopes"), CASES, ids=[text for text, _, _ in CASES])
def test_compiled_slopes(text: str, at: dict[str, float], slopes: list[float] | None) -> None:
    formula = parse(text)
    point = {name: float(at[name]) for name in formula.inputs}
    kernel = Kernel(Program.of(formula))
    rows = [x[0] for x in kernel.run([np.full(9, point[name]) for name in formula.inputs]).columns]
    for found in (rows, kernel.numbers([point[name] for name in formula.inputs])):
        for ours, true in zip(found, truth(formula, point), strict=True):
            assert right(float(ours), true), (float(ours), float(true))
    if slopes is not None:
        assert rows[1:] == pytest.approx(slopes, rel=1e-12)


def test_whole_powers_are_as_they_were() -> None:
    """2·x is 2·x: one product, no division."""
    assert [row.name for _, row, _ in Program.of(parse("x^2")).steps] == ["pow", "mul", "defined"]
    assert "muldiv" not in {row.name for _, row, _ in Program.of(parse("x^3 + y^0.5")).steps}


@pytest.mark.parametrize("y", [-1.0, -2.0, -3.0, -0.5, -1e-310, -1e300])
@pytest.mark.parametrize("x", [0.0, -0.0, math.inf, -math.inf, 1.0, -1.0, 2.0, 1e-300, 1e300])
def test_limits_of_negative_powers(x: float, y: float) -> None:
    """They are those of y·x^(y-1), by numbers and by the graph."""
    row = TABLE["pow"]
    z = row.fn(x, y)
    assert callable(row.partials[0])
    expected = row.partials[0](Numbers, z, x, y)
    if math.isnan(z):
        return
    formula = parse("x^y")
    values = forward(formula, {"x": x, "y": y})
    (root,) = formula.output_nodes.values()
    found = backward(formula, values, root, masked=False)[formula.index[formula.input_values["x"]]]
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-300, nan_ok=True)


def test_second_derivatives() -> None:
    assert hessian("1/(x*y)", {"x": 1.5, "y": 1e100}).hessian["x"]["y"] == pytest.approx(4.0 / 9 * 1e-200)


def test_how_far_programs_are_right() -> None:
    """Exponents to ±700 and inputs of 1e±300: where no value of the program is out of range, the slopes are right.

    What is left is lost to cancellation, or to adjoints that are themselves out of range.
    """
    judged = kept = 0
    for text, point in cases(12, seed=7):
        formula = parse(text)
        values = forward(formula, point)
        if not all(LEAST <= abs(values[i]) < math.inf for i, _, _ in formula.steps):
            continue
        true = truth(formula, {name: point[name] for name in formula.inputs})
        found = Program.of(formula).at([point[name] for name in formula.inputs])
        judged += len(true) - 1
        kept += sum(right(ours, mpf(exact)) for ours, exact in zip(found[1:], true[1:], strict=True))
    assert judged > 700
    assert kept >= 0.93 * judged
