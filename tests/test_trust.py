"""`--trust`: how many digits of an answer are right, judged by mpmath and by hand."""

from __future__ import annotations

import csv
import io
import json
import math
import random
from typing import Any

import mpmath
import pytest
from judge import TRUE

from autodiff_cli import grad, parse
from autodiff_cli.analysis import trust as module
from autodiff_cli.analysis.trust import ALL, Digits, Trust, agreeing, digits, promise, trust, trusted
from autodiff_cli.errors import AdiffError
from autodiff_cli.views.table import digits_told


def of(text: str, **at: float) -> Trust:
    formula = parse(text)
    answer = grad(formula, at)
    return trust(formula, answer.inputs, answer.value, answer.grad)


def test_what_is_exact_has_all_digits() -> None:
    found = of("(a*b+c)*f", a=2, b=-3, c=10, f=-2)
    assert found == Trust(Digits(ALL, ALL), dict.fromkeys("abcf", Digits(ALL, ALL)))


@pytest.mark.parametrize(
    ("text", "at", "value", "slope"),
    [
        ("(1 - cos(x))/x^2", {"x": 1e-8}, ALL, ALL),  # all digits cancel, and are found again
        ("log(1 + exp(x))", {"x": 1000}, ALL, ALL),  # an overflow on the way
        ("exp(x)", {"x": 800}, ALL, ALL),  # infinite is the nearest there is
        ("sqrt(x)*sqrt(x)", {"x": 0}, ALL, ALL),  # found by slopes
        ("sqrt(x)", {"x": 0}, ALL, ALL),
        ("abs(x)", {"x": 0}, ALL, ALL),
        ("sin(x)^2 + cos(x)^2 - 1", {"x": 1}, ALL, ALL),  # 0, which no precision shows
        ("log(x)", {"x": -1}, None, None),
        ("1e200 + x - 1e200", {"x": 3}, ALL, ALL),
    ],
)
def test_special_answers(text: str, at: dict[str, float], value: float | None, slope: float | None) -> None:
    found = of(text, **at)
    assert (found.value.right, found.grad["x"].right) == (value, slope)


def test_what_has_no_derivative_cannot_be_trusted() -> None:
    found = of("x^y", x=-2, y=3)
    assert found.grad["x"].right == ALL
    assert found.grad["y"] == Digits(None, None)


@pytest.mark.parametrize("name", ["sin", "exp", "gamma", "erf", "tanh", "asinh", "digamma", "lgamma", "normcdf"])
def test_digits_are_those_that_the_judge_counts(name: str) -> None:
    rng = random.Random(name)
    for _ in range(10):
        x = rng.uniform(0.5, 4.0)
        answer = grad(f"{name}(x) - {name}(x + 0.001)", x=x)
        found = trust(parse(f"{name}(x) - {name}(x + 0.001)"), answer.inputs, answer.value, answer.grad)
        with mpmath.workdps(60):
            true = TRUE[name](mpmath.mpf(x)) - TRUE[name](mpmath.mpf(x) + mpmath.mpf(0.001))
            off = abs((mpmath.mpf(answer.value) - true) / true)
            counted = float(-mpmath.log10(off)) if off else math.inf
        assert found.value.right is not None
        if float(true) == answer.value:
            assert found.value.right == ALL
        else:
            assert found.value.right == pytest.approx(min(15.95, counted), abs=1e-6)
        # The bound is of the first order; each operation may be off by a few roundings.
        assert found.value.promised is not None
        assert found.value.right >= found.value.promised - math.log10(16)


def test_counting() -> None:
    assert agreeing(1.0, mpmath.mpf(1), 1.0) == ALL
    assert agreeing(1.001, mpmath.mpf(1), 1.0) == pytest.approx(3.0)
    assert agreeing(5.0, mpmath.mpf(1), 1.0) == 0.0
    assert agreeing(1e-17, mpmath.mpf(0), 0.0) == 0.0
    assert agreeing(math.inf, mpmath.mpf(1000), 1000.0) == 0.0
    assert agreeing(math.nan, mpmath.mpf(1), 1.0) is None
    assert agreeing(1.0, mpmath.nan, math.nan) is None
    assert promise(1.0, 1e-10) == pytest.approx(10.0)
    assert promise(0.0, 1e-10) == 0.0
    assert promise(0.0, 0.0) == ALL
    assert [digits_told(x) for x in (None, 16.0, 15.96, 3.0)] == ["?", "all", "15.9", "3.0"]


def test_any_value_of_a_graph_can_be_judged() -> None:
    """What the commands for formulas and second derivatives need: a graph and the numbers that are said to be its values."""
    from autodiff_cli.graph.adjoint import adjoint

    formula = parse("x^3")
    root, x = formula.nodes[formula.output_nodes["L"]], formula.input_values["x"]
    second = adjoint(adjoint(root, [x])[x], [x])[x]
    right, wrong = digits(formula.input_values, {"x": 2.0}, [(second, 12.0), (second, 12.012)])
    assert right == Digits(ALL, ALL)
    assert wrong.right == pytest.approx(3.0, abs=0.001)


def test_several_outputs_and_inputs_without_effect() -> None:
    formula = parse("a*b, sin(a)")
    found = trusted(formula, grad(formula, a=1.0, b=2.0))
    assert list(found) == ["y1", "y2"]
    assert found["y2"].grad["b"] == Digits(ALL, ALL)
    assert found["y2"].value.right is not None


def test_large_programs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_NODES", 5)
    with pytest.raises(AdiffError, match="value and gradient take"):
        of("sin(x)*cos(x)*exp(x)", x=1)


def test_the_table(adiff: Any) -> None:
    result = adiff("grad", "(a*b+c)*exp(f)", "a=2", "b=-3", "c=10", "f=-2.1", "--trust")
    assert (result.code, result.err) == (0, "")
    head, *rows = [line.split() for line in result.out.splitlines()[2:8] if "─" not in line]
    assert head == ["input", "value", "gradient", "digits", "right", "promised"]
    assert [row[0] for row in rows] == ["a", "b", "c", "f"]
    assert all(row[3] == "all" or 15 <= float(row[3]) < 16 for row in rows)
    assert "digits right of L  " in result.out


def test_json_and_csv(adiff: Any) -> None:
    answer = json.loads(adiff("grad", "w = [1e-8, 2]; (1 - cos(w[1]))*w[2]", "--trust", "--json").out)
    assert answer["trust"]["value"] == 16.0
    assert answer["trust"]["grad"]["w"][0] == 16.0
    assert answer["trust"]["promised"]["grad"]["w"][1] == 0.0
    several = json.loads(adiff("grad", "x^2, log(-x)", "x=3", "--trust", "--json").out)
    assert several["outputs"]["y1"]["trust"] == {
        "value": 16.0, "grad": {"x": 16.0}, "promised": {"value": 16.0, "grad": {"x": 16.0}},
    }  # fmt: skip
    assert several["outputs"]["y2"]["trust"]["value"] is None
    rows = list(csv.DictReader(io.StringIO(adiff("grad", "x^y", "x=-2", "y=3", "--trust", "--csv").out)))
    assert [row["digits_right"] for row in rows] == ["16", ""]
    assert "trust" not in json.loads(adiff("grad", "x^2", "x=3", "--json").out)


def test_the_digits_of_a_derivative_as_a_formula(adiff: Any) -> None:
    assert (
        adiff("diff", "x^2*y", "x=3", "y=2", "--order", "2", "--wrt", "x", "--trust").out
        == "2*y\n= 4   16 digits right\n"
    )
    found = json.loads(adiff("diff", "(1-cos(x))/x^2", "x=1e-6", "--trust", "--json").out)
    assert found["trust"]["x"] == 0
