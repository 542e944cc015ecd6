"""Derivatives inside a program, f'(x) and diff(expr, x, n): against SymPy and high precision, at any order, without explosion."""

from __future__ import annotations

import math
from time import process_time
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff_cli import AdiffError, grad, parse
from autodiff_cli.analysis.precise import FUNCTIONS as PRECISE
from autodiff_cli.graph.adjoint import adjoint
from autodiff_cli.graph.engine import forward
from autodiff_cli.graph.formula import Formula, reachable
from autodiff_cli.graph.forward import derivative
from autodiff_cli.ops import FUNCTIONS, TABLE

UNARY = [
    "sin",
    "cos",
    "exp",
    "tanh",
    "atan",
    "sinh",
    "asinh",
    "expm1",
    "erf",
    "sigmoid",
    "softplus",
    "normcdf",
    "sinc",
    "gelu",
]


def value(text: str, **at: float) -> float:
    return grad(text, at).value


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("f(x) = x^3; f'(x)", {"x": 2}, 12),
        ("f(x) = x^3; f''(x)", {"x": 2}, 12),
        ("f(x) = x^3; f'''(x) + f''''(x)", {"x": 2}, 6),
        ("f(x) = x^3; f'(x^2)", {"x": 2}, 48),
        ("f(t) = t*x; f'(x)", {"x": 2}, 2),
        ("sin'(x)", {"x": 0.5}, math.cos(0.5)),
        ("sin''(2x)", {"x": 0.5}, -math.sin(1)),
        ("f(x) = x^3; f’(x) + f′(x)", {"x": 2}, 24),
        ("ln'(x)", {"x": 4}, 0.25),
        ("f(x) = sin(g(x)); g(x) = x^2; f'(x)", {"x": 1}, 2 * math.cos(1)),
        ("f(x) = diff(x^3, x); f'(x)", {"x": 2}, 12),
        ("f(x) = x*g'(x); g(x) = x^4; f'(x)", {"x": 1}, 16),
        ("diff(x^2*y, x)", {"x": 3, "y": 5}, 30),
        ("diff(x^2*y, y)", {"x": 3, "y": 5}, 9),
        ("diff(diff(x^2*y^3, x), y)", {"x": 2, "y": 3}, 108),
        ("diff(x^4, x, 2)", {"x": 2}, 48),
        ("diff(x^4, x, 0)", {"x": 2}, 16),
        ("diff(x^4, x, 5)", {"x": 2}, 0),
        ("const n = 2; diff(x^4, x, n)", {"x": 2}, 48),
        ("sum(k, 0, 3, diff(x^4, x, k))", {"x": 1}, 1 + 4 + 12 + 24),
        ("y = x^2; diff(y*x, x)", {"x": 3}, 27),
        ("y = x^2; diff(y^3 + x^2, y)", {"x": 2}, 48),
        ("g(t) = diff(t^2*x, t); g(x^2)", {"x": 3}, 54),
        ("g(t) = diff(t*x^2, x); g(x)", {"x": 3}, 18),
        ("g(t, s) = diff(t^2*s, t); g(5, 2)", {}, 20),
        ("g(v) = diff(v[1]^2*v[2], v[1]); g([3, 4])", {}, 24),
        ("w = [2, 3]; diff(dot(w, w), w[2])", {}, 6),
        ("sum(sin'([0, pi]))", {}, 0),
        ("sum(diff([x, x^2, x^3], x))", {"x": 2}, 17),
        ("diff(if(x > 0, x^2, -x), x)", {"x": 3}, 6),
        ("diff(if(x > 0, sqrt(x), 0), x)", {"x": -1}, 0),
        ("diff(abs(x), x) + relu'(x)", {"x": -2}, -1),
        ("diff(max(x, 2x, 3), x)", {"x": 2}, 2),
        ("diff(sum(i, 1, 3, x^i), x)", {"x": 2}, 17),
        ("diff(pow(x, 3), x)", {"x": 2}, 12),
        ("e1(x) = exp(x); e1'(0)", {}, 1),
        ("diff(x, x)", {"x": 7}, 1),
        ("diff(y, x)", {"x": 7, "y": 1}, 0),
        ("diff(c(x) = x", {}, None),
        ("sin" + 101 * "'" + "(x)", {"x": 1}, None),
    ],
)
def test_forms(text: str, at: dict[str, float], expected: float | None) -> None:
    if expected is None:
        with pytest.raises(AdiffError):
            value(text, **at)
    else:
        assert value(text, **at) == pytest.approx(expected, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize(
    "name", sorted(name for name, row in FUNCTIONS.items() if row.arity == 1 and row.result != "truth")
)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_every_function_of_one_operand(name: str, order: int) -> None:
    """Against high precision, inside the domain and off the edges."""
    x = {**dict.fromkeys(("acosh", "asec", "acsc", "acoth"), 1.7), "atanh": 0.3, "asin": 0.3, "acos": 0.3}.get(
        name, 0.7
    )
    found = value(f"{name}{chr(39) * order}(x)", x=x)
    with mpmath.workdps(60):
        expected = float(mpmath.diff(PRECISE[FUNCTIONS[name].name], mpmath.mpf(x), order))
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


COMPOSITION = st.recursive(
    st.just("x"),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(UNARY), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, st.sampled_from("+*-"), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}/(2 + ({t[1]})^2))"),
    ),
    max_leaves=4,
)


@settings(max_examples=60, deadline=None)
@given(COMPOSITION, st.floats(-1.5, 1.5), st.integers(1, 5))
def test_compositions_against_high_precision(text: str, x: float, order: int) -> None:
    formula = parse(text)
    if not formula.inputs:
        return
    root, leaf = formula.nodes[formula.output_nodes["L"]], formula.input_values["x"]
    slope = derivative(root, leaf, order)
    found = _at(slope, leaf, x)
    with mpmath.workdps(80):
        steps = {i: (row, operands) for i, row, operands in formula.steps}

        def f(t: Any) -> Any:
            values = [mpmath.mpf(node.data) if node.data is not None else t for node in formula.nodes]
            for i, (row, operands) in steps.items():
                values[i] = PRECISE[row.name](*(values[j] for j in operands))
            return values[formula.output_nodes["L"]]

        expected = float(mpmath.diff(f, mpmath.mpf(x), order))
        scale = sum(abs(float(mpmath.diff(f, mpmath.mpf(x), k))) for k in range(order + 1))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9 * (1 + scale) * math.factorial(order))


@settings(max_examples=60, deadline=None)
@given(COMPOSITION, st.floats(-1.5, 1.5))
def test_forward_and_reverse_agree(text: str, x: float) -> None:
    formula = parse(text)
    if not formula.inputs:
        return
    root, leaf = formula.nodes[formula.output_nodes["L"]], formula.input_values["x"]
    one, other = _at(derivative(root, leaf), leaf, x), _at(adjoint(root, [leaf])[leaf], leaf, x)
    assert one == pytest.approx(other, rel=1e-11, abs=1e-11)


def _at(value: Any, leaf: Any, x: float) -> float:
    found = Formula({"y": value}, {"x": leaf})
    return forward(found, {"x": x})[found.output_nodes["y"]]


@settings(max_examples=40, deadline=None)
@given(COMPOSITION)
def test_high_orders_stay_small(text: str) -> None:
    """The size of order n grows at most as n³; order 12 comes in under a second."""
    formula = parse(text)
    if not formula.inputs:
        return
    root, leaf = formula.nodes[formula.output_nodes["L"]], formula.input_values["x"]
    start = process_time()
    sizes = {n: len(reachable([derivative(root, leaf, n)])) for n in (4, 8, 12)}
    assert process_time() - start < 1.0
    assert sizes[12] <= 3**3 * max(sizes[4], 10)
    assert sizes[8] <= 2**3 * max(sizes[4], 10)


def test_the_twelfth_derivative_of_exp_sin() -> None:
    formula = parse("exp(sin(x))")
    found = derivative(formula.nodes[formula.output_nodes["L"]], formula.input_values["x"], 12)
    assert len(reachable([found])) < 379
    with mpmath.workdps(60):
        expected = float(mpmath.diff(lambda x: mpmath.exp(mpmath.sin(x)), mpmath.mpf("0.5"), 12))
    assert value("diff(exp(sin(x)), x, 12)", x=0.5) == pytest.approx(expected, rel=1e-12)


def test_order_one_hundred() -> None:
    assert value("diff(exp(2x), x, 100)", x=0) == pytest.approx(2.0**100)
    assert value("diff(sin(x), x, 100)", x=0.5) == pytest.approx(math.sin(0.5))
    assert value("diff(1/x, x, 20)", x=1) == pytest.approx(math.factorial(20))


def test_undefined_where_the_function_is() -> None:
    for text in ("log'(x)", "diff(log(x), x)", "diff(x*log1p(2x), x)", "atanh'(2*x)", "lgamma'(x)"):
        assert math.isnan(value(text, x=-1.0)), text
    assert value("diff(if(x > 0, log(x), 2x), x)", x=-1) == 2


def test_a_derivative_can_be_differentiated() -> None:
    found = grad("f(x) = x^4; f'(x)*y", x=2, y=3)
    assert (found.value, found.grad) == (96.0, {"x": 144.0, "y": 32.0})
    assert grad("log'(x)", x=2).grad["x"] == -0.25


def test_the_derived_graph_is_drawn(adiff: Any) -> None:
    result = adiff("draw", "f(x) = sin(x)*x; f'(x)", "x=1", "--format", "json", "-o", "-")
    assert '"symbol": "cos"' in result.out


def test_deep_programs() -> None:
    text = "sin(" * 5000 + "x" + ")" * 5000
    assert math.isfinite(value(f"diff({text}, x)", x=0.5))


def test_an_own_function_called_diff_is_ones_own() -> None:
    assert value("diff(a, b) = a - b; diff(x, 2)", x=5) == 3


def test_the_rows_named_as_open_are_those_whose_slope_goes_on() -> None:
    """What is undefined must stay undefined: the slope is NaN too, or the row is named."""
    from autodiff_cli.graph.forward import _OPEN
    from autodiff_cli.ops import Numbers

    for row in TABLE.values():
        if row.variadic or row.arity > 2 or "truth" in row.kinds:
            continue
        for x in (-3.5, -1.5, -0.5, 0.5, 1.5):
            for y in (-1.5, 0.5) if row.arity == 2 else (None,):
                xs = (x,) if y is None else (x, y)
                z = row.fn(*xs)
                for rule in row.partials:
                    if rule is not None and math.isnan(z) and row.name not in _OPEN:
                        slope = rule(Numbers, z, *xs) if callable(rule) else rule
                        assert math.isnan(slope), (row.name, xs)
