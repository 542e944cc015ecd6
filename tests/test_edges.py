"""Kinks, jumps and guards: what they do to the whole expression, in every command that asks about the point."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from autodiff_cli import grad, hessian

GUARDS: list[tuple[str, dict[str, float], dict[str, float]]] = [
    ("if(x == 0, 0, x)", {"x": 0}, {"x": 1}),
    ("if(x == 1, 1, x^2)", {"x": 1}, {"x": 2}),
    ("if(x == 0, 1, (exp(x) - 1)/x)", {"x": 0}, {"x": 0.5}),
    ("if(x == 0, 1, log(1 + x)/x)", {"x": 0}, {"x": -0.5}),
    ("if(x == 0, 1, sin(x)/x)", {"x": 0}, {"x": 0}),
    ("if(x == 0, 1/2, (1 - cos(x))/x^2)", {"x": 0}, {"x": 0}),
    ("if(x == 1, 2, (x^2 - 1)/(x - 1))", {"x": 1}, {"x": 1}),
    ("if(not x == 1, (x^2 - 1)/(x - 1), 2)", {"x": 1}, {"x": 1}),
    (
        "if(x != y, (sin(x) - sin(y))/(x - y), cos(x))",
        {"x": 1, "y": 1},
        {"x": -0.42073549240394825, "y": -0.42073549240394825},
    ),
    ("if(x == 0 or x == 1, 1, tanh(x)/x)*y", {"x": 0, "y": 3}, {"x": 0, "y": 1}),
    ("if(x == y, exp(x), (exp(x) - exp(y))/(x - y))", {"x": 0, "y": 0}, {"x": 0.5, "y": 0.5}),
    ("if(x == 0, 0, x*log(x))", {"x": 0}, {"x": -math.inf}),
    ("if(x == 1e-200, 1, x/1e-200)", {"x": 1e-200}, {"x": 1e200}),
    ("if(n == 2, x^2, x^3)", {"n": 2, "x": 3}, {"n": 0, "x": 6}),
]


@pytest.mark.parametrize(("text", "point", "slopes"), GUARDS)
def test_the_slope_at_a_guard_is_that_of_the_whole(
    text: str, point: dict[str, float], slopes: dict[str, float]
) -> None:
    assert grad(text, point).grad == pytest.approx(slopes, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize(("text", "point", "curvature"), [
    ("if(x == 0, 1, sin(x)/x)", {"x": 0}, -1 / 3),
    ("if(x == 0, 1, (exp(x) - 1)/x)", {"x": 0}, 1 / 3),
    ("if(x == 1, 1, x^2)", {"x": 1}, 2),
    ("if(x != y, (sin(x) - sin(y))/(x - y), cos(x))", {"x": 1, "y": 1}, -0.18010076862),
])  # fmt: skip
def test_second_order_at_a_guard(adiff: Any, text: str, point: dict[str, float], curvature: float) -> None:
    assert hessian(text, point).hessian["x"]["x"] == pytest.approx(curvature, rel=1e-9)
    bound = [f"{name}={x}" for name, x in point.items()]
    values = json.loads(adiff("diff", text, *bound, "--order", "2", "--json").out)["values"]
    assert values["x"] == pytest.approx(curvature, rel=1e-9)
    if len(point) == 1:
        name = f"f(x) = {text}; f''(x)"
        assert grad(name, point).value == pytest.approx(curvature, rel=1e-9)


def test_every_command_agrees_at_a_guard(adiff: Any) -> None:
    text = "if(x == 0, 1, (exp(x) - 1)/x)"
    checked = json.loads(adiff("check", text, "x=0", "--json").out)
    assert (checked["verdict"], checked["inputs"]["x"]["gradient"]) == ("right", 0.5)
    assert "dL/dx = 0.5" in adiff("explain", text, "x=0").out
    assert json.loads(adiff("nudge", text, "x=0", "--json").out)["inputs"]["x"]["grad"] == 0.5
    assert json.loads(adiff("grad", text, "x=0", "--trust", "--json").out)["trust"]["grad"]["x"] == 16.0
    assert adiff("diff", text).out.strip() == "(x*exp(x) - exp(x) + 1)/x^2"


@pytest.mark.parametrize(("text", "point", "kind", "slope", "said"), [
    ("max(x, -x)", {"x": 0}, "kink", 0, "-1 from the left and 1 from the right"),
    ("max(x, 2x)", {"x": 0}, "kink", 1.5, "1 from the left and 2 from the right"),
    ("relu(x) + abs(x)", {"x": 0}, "kink", 0, "-1 from the left and 2 from the right"),
    ("step(x)*x", {"x": 0}, "kink", 0, "0 from the left and 1 from the right"),
    ("if(x > 1, x^2, x)", {"x": 1}, "kink", 1, "1 from the left and 2 from the right"),
    ("if(x > 0, sqrt(x), 0)", {"x": 0}, "kink", 0, "0 from the left and inf from the right"),
    ("if(x == 0, 0, abs(x))", {"x": 0}, "kink", 0, "-1 from the left and 1 from the right"),
    ("if(x == 0, 5, x)", {"x": 0}, "jump", 0, "L jumps along x"),
    ("if(x > 1, x^2, 5x)", {"x": 1}, "jump", 5, "L jumps along x"),
    ("atan2(y, x)", {"y": 0, "x": 0}, "jump", 0, "L jumps along"),
    ("floor(x)*x", {"x": 2}, "jump", 2, "floor jumps at a whole number; L jumps along x"),
    ("relu(x) - relu(-x)", {"x": 0}, "indeterminate", 1, "1 from both sides"),
])  # fmt: skip
def test_what_the_whole_does(text: str, point: dict[str, float], kind: str, slope: float, said: str) -> None:
    answer = grad(text, point)
    assert answer.grad["x"] == slope
    assert [note.kind for note in answer.notes] == [kind]
    assert said in answer.notes[0].message


@pytest.mark.parametrize(("text", "point", "slope"), [
    ("abs(x^3)", {"x": 0}, 0), ("max(x^2, x^4)", {"x": 0}, 0), ("if(x > 1, x^2, 2x - 1)", {"x": 1}, 2),
    ("mod(x, 3)*0", {"x": 6}, 0), ("clamp(x, 0, x)", {"x": 5}, 1), ("max(x, y) + min(x, y)", {"x": 2, "y": 2}, 1),
    ("relu(x)^2", {"x": 0}, 0),
])  # fmt: skip
def test_what_is_smooth_is_not_spoken_of(text: str, point: dict[str, float], slope: float) -> None:
    answer = grad(text, point)
    assert (answer.grad["x"], answer.notes) == (slope, ())


@pytest.mark.parametrize(
    ("text", "code"),
    [("abs(x^3)", 0), ("if(x >= 0, x^2, -x^2)", 1), ("abs(x)*x", 1), ("abs(x)", 2), ("x*(1 - x^1.1)", 0)],
)
def test_higher_derivatives_at_a_kink(adiff: Any, text: str, code: int) -> None:
    result = adiff("diff", text, "x=0", "--order", "2")
    assert result.code == min(code, 1)
    said = ("= 0", "-2 from the left and 2 from the right", "there is no derivative of order 2 by x here")[code]
    assert said in result.out + result.err


def test_many_inputs_at_kinks_are_told_to_some_number() -> None:
    answer = grad("sum(i, 1, len(x), abs(x[i]))", x=[0.0] * 40)
    assert len(answer.notes) <= 16
    assert set(answer.grad.values()) == {0.0}
