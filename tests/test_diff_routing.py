"""Formulas of what routes: where a gradient is a number, the formula read back is that number, and it guards no more than it must."""

from __future__ import annotations

import math
import random

import pytest

from autodiff_cli import AdiffError, parse
from autodiff_cli.analysis.derivatives import derivatives
from autodiff_cli.graph.engine import forward
from autodiff_cli.notation.plain import plain

WRITTEN = {
    # The condition guards what would be 0 times infinity, and makes it shorter.
    ("sqrt(relu(x))", 1): "if(x > 0, 1/(2*sqrt(x)), 0)",
    ("sqrt(relu(x))", 2): "if(x > 0, -1/(4*x^(3/2)), 0)",
    ("relu(x)^0.3", 1): "if(x > 0, 0.3/x^(7/10), 0)",
    ("1/relu(x)", 1): "if(x > 0, -1/x^2, 0)",
    ("sqrt(max(x, 0))", 1): "if(x >= 0, ((x > 0) + (x == 0)/2)/(2*sqrt(x)), 0)",
    ("log(max(x, 1) - 1)", 1): "if(x >= 1, ((x > 1) + (x == 1)/2)/(x - 1), 0)",
    (
        "asin(clamp(x, -1, 1))",
        1,
    ): "if(x >= -1 and x <= 1, ((x > -1) + (x == -1)/2)*((x == 1)/2 + (x < 1))/sqrt(1 - x^2), 0)",
    ("sqrt(if(x > 0, x, 0))", 1): "if(x > 0, 1/(2*sqrt(x)), 0)",
    ("sqrt(if(x > 0, if(x > 1, x, 0), 0))", 1): "if(x > 1 and x > 0, 1/(2*sqrt(x)), 0)",
    ("sqrt(abs(x))", 1): "if(x != 0, sign(x)/(2*sqrt(abs(x))), 0)",
    ("exp(-1/abs(x))", 1): "if(x != 0, exp(-1/abs(x))*sign(x)/x^2, 0)",
    ("sqrt(x*step(x))", 1): "if(step(x) != 0, step(x)/(2*sqrt(x*step(x))), 0)",
    ("norm([max(x, 0), 0])", 1): "sign(max(x, 0))*((x > 0) + (x == 0)/2)",
    # Nothing is guarded that is 0 by itself.
    ("max(x, y)", 1): "(x > y) + (x == y)/2",
    ("max(x, y)^2", 1): "2*max(x, y)*((x > y) + (x == y)/2)",
    ("exp(max(x, y))", 1): "exp(max(x, y))*((x > y) + (x == y)/2)",
    ("max(x, y)/z", 1): "((x > y) + (x == y)/2)/z",
    ("relu(x)^2", 1): "2*relu(x)",
    ("abs(x)^3", 1): "3*x*abs(x)",
    ("exp(-abs(x))", 1): "-exp(-abs(x))*sign(x)",
    ("log(abs(x))", 1): "1/x",
    ("log(abs(x))", 2): "-1/x^2",
    ("sqrt(max(x, x^2))", 1): "(2*x*((x == x^2)/2 + (x^2 > x)) + (x > x^2) + (x == x^2)/2)/(2*sqrt(max(x, x^2)))",
    ("clamp(x, 0, 1)", 1): "((max(x, 0) == 1)/2 + (max(x, 0) < 1))*((x > 0) + (x == 0)/2)",
    ("xlogy(x, x)", 1): "log(x) + 1",
}


@pytest.mark.parametrize(("text", "order"), WRITTEN)
def test_a_guard_stands_where_it_must(text: str, order: int) -> None:
    assert plain(derivatives(parse(text), wrt=["x"], order=order).trees["x"]) == WRITTEN[text, order]


def read_back(text: str, point: dict[str, float]) -> float:
    formula = parse(text, bound=point)
    values = forward(formula, {name: point[name] for name in formula.inputs})
    return values[formula.output_nodes[formula.outputs[0]]]


def differs(text: str, point: dict[str, float], order: int) -> list[str]:
    """What is read back otherwise than computed, of the derivatives that are numbers at a point."""
    formula = parse(text)
    at = {name: point[name] for name in formula.inputs}
    if not at:
        return []
    try:
        found = derivatives(formula, at, order=order)
    except AdiffError:  # a kink
        return []
    wrong = []
    for name, value in found.values.items():
        written = plain(found.trees[name])
        back = read_back(written, point)
        if math.isfinite(value) and not abs(back - value) <= 1e-7 * (1 + abs(value)):
            wrong.append(f"d/d{name} of {text} at {at}: {written} is {back}, not {value}")
    return wrong


KINDS = [
    "sqrt(max(x,0))", "max(x,0)^0.5", "1/max(x,0)", "relu(x)^0.3", "sqrt(max(x,0)^2)", "log10(tan(max(x-2,0)))",
    "asin(clamp(x,-1,1))", "acos(clamp(x,-1,1))", "log(clamp(x,0,1))", "sqrt(clamp(x,0,4))", "cbrt(relu(x))",
    "norm([max(x,0),0])", "norm([relu(x),relu(y)])", "log(max(x,1)-1)", "acos(relu(y)^0.5)", "x^relu(y)", "relu(x)^y",
    "relu(x)^relu(y)", "sqrt(max(0, x^2-z^2))", "sqrt(abs(x))", "abs(x)^1.5", "abs(x)^0.5*y", "log(abs(x)+relu(y))",
    "min(x,y,z)^0.5", "sqrt(max(min(x,y),0))", "max(x,y,0)^0.3", "sqrt(step(x)*y)", "sqrt(x*step(x))", "(relu(x)*y)^0.5",
    "if(x > 0, if(y > 0, sqrt(x*y), x), 0)", "sqrt(if(x > 0, if(y > 0, x*y, 0), 0))", "log(if(x > 1, x, 0) + 1e-300)",
    "sqrt(relu(relu(x) - 1))", "sqrt(relu(x - abs(y)))", "1/relu(x)^2", "atan(1/relu(x))", "exp(-1/relu(x))",
    "exp(-1/abs(x))", "relu(x)*log(relu(x) + step(-x))", "acosh(max(x,1))", "atanh(clamp(x,-1,1))", "log1p(max(x,-1))",
    "max(x,x^2)^0.5", "max(x, 0)/relu(z)", "sqrt(floor(x)*y)", "sqrt(relu(y)*relu(x))", "sqrt(if(x == 1, 1, x))",
]  # fmt: skip


@pytest.mark.parametrize("text", KINDS)
def test_the_kinds_at_special_points(text: str) -> None:
    places = [-3.0, -2.0, -1.0, -0.3, 0.7, 1.0, 2.0, 3.1]
    for order in (1, 2):
        for x in places:
            for y, z in ((1.7, 2.0), (-1.2, -2.0), (0.4, 0.25)):
                assert not differs(text, {"x": x, "y": y, "z": z}, order)


ROUTING = [
    "max({}, {})", "min({}, {})", "relu({})", "abs({})", "clamp({}, {}, {})", "if({} > {}, {}, {})", "if({} < {}, {}, {})",
    "step({})*{}", "sign({})*{}", "max({}, 0)", "min({}, {}, {})", "if({} > 0, {}, if({} > 1, {}, {}))",
]  # fmt: skip
OTHER = [
    "{} + {}", "{} - {}", "{}*{}", "{}/{}", "sqrt({})", "log({})", "{}^0.5", "{}^0.3", "{}^2", "{}^-1", "1/{}", "asin({})",
    "acos({})", "cbrt({})", "{}^{}", "exp({})", "tan({})", "log10({})", "hypot({}, {})", "xlogy({}, {})", "sin({})",
    "atan({})", "log1p({})", "norm([{}, {}])", "acosh({})", "{}^1.5", "sigmoid({})", "atan2({}, {})", "logaddexp({}, {})",
]  # fmt: skip


def expression(chance: random.Random, depth: int) -> str:
    """A random expression, more than half of whose operations route."""
    if depth == 0 or chance.random() < 0.15:
        return chance.choice(["x", "x", "y", "x", "y", "2", "1", "0.5", "z"])
    form = chance.choice(ROUTING if chance.random() < 0.55 else OTHER)
    return form.format(*(f"({expression(chance, depth - 1)})" for _ in range(form.count("{}"))))


@pytest.mark.parametrize("seed", range(8))
def test_random_formulas_read_back(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        text, order = expression(chance, chance.choice([1, 2, 2, 3])), chance.choice([1, 1, 2])
        for _ in range(2):
            assert not differs(text, {name: chance.uniform(-3, 3) for name in "xyz"}, order)
