"""The table of operations: every row complete, closed under differentiation, and true to its own words."""

from __future__ import annotations

import math
import random

import pytest

from autodiff_cli import AdiffError, grad, parse
from autodiff_cli.analysis.gradient import gradient
from autodiff_cli.cli.ops import named
from autodiff_cli.graph.adjoint import adjoint
from autodiff_cli.graph.engine import backward, forward
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.value import Value
from autodiff_cli.ops import FUNCTIONS, TABLE
from autodiff_cli.views.operations import derivatives, facts, spelling

# Design §3: what the language offers.
LANGUAGE = [
    "sin",
    "cos",
    "tan",
    "sec",
    "csc",
    "cot",
    "asin",
    "acos",
    "atan",
    "asec",
    "acsc",
    "acot",
    "atan2",
    "sinh",
    "cosh",
    "tanh",
    "sech",
    "csch",
    "coth",
    "asinh",
    "acosh",
    "atanh",
    "asech",
    "acsch",
    "acoth",
    "exp",
    "exp2",
    "expm1",
    "log",
    "ln",
    "log2",
    "log10",
    "log1p",
    "sqrt",
    "cbrt",
    "pow",
    "hypot",
    "abs",
    "sign",
    "floor",
    "ceil",
    "round",
    "mod",
    "min",
    "max",
    "clamp",
    "relu",
    "sigmoid",
    "softplus",
    "gelu",
    "logaddexp",
    "logsumexp",
    "erf",
    "erfc",
    "gamma",
    "lgamma",
    "digamma",
    "polygamma",
    "normcdf",
    "normpdf",
    "sinc",
    "xlogy",
    "step",
    "if",
]

NAN, INF = math.nan, math.inf
SPECIAL = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    1e-320,
    -1e-320,
    1e308,
    -1e308,
    800.0,
    -800.0,
    INF,
    -INF,
    NAN,
)


def test_the_language_offers_what_it_promises() -> None:
    assert set(FUNCTIONS) == set(LANGUAGE)


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
def test_a_row_is_complete(row: object) -> None:
    op = TABLE[row.name]  # type: ignore[attr-defined]
    assert all((op.definition, op.domain, op.example))
    assert op.cost >= 1
    assert op.doc.endswith(".")
    if not op.hidden:
        known = facts(op)
        assert all(known[key] for key in ("written", "derivative", "command"))


@pytest.mark.parametrize("name", [name for name in TABLE if not TABLE[name].hidden])
def test_the_example_runs(name: str) -> None:
    numbers = {"a": 1.5, "b": 2.5, "c": 3.5, "x": 0.7}
    formula = parse(TABLE[name].example)
    answer = gradient(formula, {each: numbers[each] for each in formula.inputs})
    assert not math.isnan(answer.value)


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
def test_closed_under_differentiation(row: object) -> None:
    """Three times over, every derivative is made of rows of the table."""
    op = TABLE[row.name]  # type: ignore[attr-defined]
    leaves = [Value(label=f"x{i}") for i in range(op.arity)]
    node = Value.of(op, tuple(leaves))
    for _ in range(3):
        node = adjoint(node, leaves)[leaves[-1]]
        assert isinstance(node, Value)


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
def test_never_an_exception(row: object) -> None:
    """IEEE numbers for any operands, NaN for a NaN operand, derivatives too."""
    op = TABLE[row.name]  # type: ignore[attr-defined]
    leaves = [Value(label=f"x{i}") for i in range(op.arity)]
    formula = Formula({"y": Value.of(op, tuple(leaves))})
    rng = random.Random(op.name)
    points = [(x,) for x in SPECIAL] if op.arity == 1 else [tuple(rng.choices(SPECIAL, k=op.arity)) for _ in range(300)]
    for xs in points:
        values = forward(formula, dict(zip(formula.inputs, xs, strict=True)))
        adjoints = backward(formula, values, len(values) - 1)
        assert all(isinstance(x, float) for x in (values[-1], *adjoints)), (op.name, xs)
        if any(math.isnan(x) for x in xs) and op.name not in ("and_", "or_", "select"):
            assert math.isnan(values[-1]), (op.name, xs)


@pytest.mark.parametrize(
    "name", [n for n in TABLE if n not in ("powlog", "polygamma", "sincn") and TABLE[n].result == "real"]
)
def test_finite_differences(name: str) -> None:
    """First and second order against central differences at ordinary points, for every row whatever its kind."""
    op = TABLE[name]
    leaves = [Value(label=f"x{i}") for i in range(op.arity)]
    rng = random.Random(name)
    offset = dict.fromkeys(("acosh", "sqrtx2m1", "cothacosh", "asec", "acsc", "acoth", "logb"), 1.5).get(name, 0.15)
    xs = [offset + 0.7 * rng.random() for _ in leaves]
    if name in ("select", "unless"):
        xs[0] = float(name == "select")
    first = Formula({"y": Value.of(op, tuple(leaves))})
    h = 1e-5
    for i, leaf in enumerate(leaves):
        if op.kind(i) == "truth":
            continue
        slope = Formula(
            {"y": adjoint(Value.of(op, tuple(leaves)), leaves)[leaf]}, dict(zip(first.inputs, leaves, strict=True))
        )
        for formula, derived in ((first, slope), (slope, None)):
            at = [
                forward(formula, {f"x{j}": x + (k * h if j == i else 0) for j, x in enumerate(xs)})[
                    formula.output_nodes["y"]
                ]
                for k in (-1, 0, 1)
            ]
            numeric = (at[2] - at[0]) / (2 * h)
            if derived is None:
                derived = Formula(
                    {"y": adjoint(slope.nodes[slope.output_nodes["y"]], leaves)[leaf]},
                    dict(zip(first.inputs, leaves, strict=True)),
                )
            ours = forward(derived, {f"x{j}": x for j, x in enumerate(xs)})[derived.output_nodes["y"]]
            assert ours == pytest.approx(numeric, rel=2e-6, abs=2e-6), (name, i, xs)


CASES = [
    # text, point, value, gradient: design §4
    ("1/x", {"x": 0}, INF, {"x": -INF}),
    ("log(x)", {"x": 0}, -INF, {"x": INF}),
    ("exp(x)", {"x": 1000}, INF, {"x": INF}),
    ("log(x)", {"x": -1}, NAN, {"x": NAN}),
    ("x/y", {"x": 0, "y": 0}, NAN, {"x": NAN, "y": NAN}),
    ("abs(x)", {"x": 0}, 0, {"x": 0}),
    ("relu(x)", {"x": 0}, 0, {"x": 0}),
    ("max(x, y)", {"x": 2, "y": 2}, 2, {"x": 0.5, "y": 0.5}),
    ("min(x, y, z)", {"x": 2, "y": 2, "z": 2}, 2, {"x": 1 / 3, "y": 1 / 3, "z": 1 / 3}),
    ("clamp(x, 0, 1)", {"x": 1}, 1, {"x": 0.5}),
    ("clamp(x, 0, 1)", {"x": 2}, 1, {"x": 0}),
    ("clamp(x, lo, hi)", {"x": 5, "lo": 0, "hi": 3}, 3, {"x": 0, "lo": 0, "hi": 1}),
    ("sign(x)", {"x": 0}, 0, {"x": 0}),
    ("step(x)", {"x": 0}, 0, {"x": 0}),
    ("floor(x)", {"x": -1.5}, -2, {"x": 0}),
    ("round(x)", {"x": 2.5}, 2, {"x": 0}),
    ("round(x)", {"x": 3.5}, 4, {"x": 0}),
    ("mod(x, y)", {"x": -1, "y": 3}, 2, {"x": 1, "y": 1}),
    ("sqrt(x)", {"x": 0}, 0, {"x": INF}),
    ("asin(x)", {"x": 1}, math.pi / 2, {"x": INF}),
    ("acos(x)", {"x": -1}, math.pi, {"x": -INF}),
    ("acosh(x)", {"x": 1}, 0, {"x": INF}),
    ("atanh(x)", {"x": 1}, INF, {"x": INF}),
    ("x^2", {"x": 0}, 0, {"x": 0}),
    ("x^y", {"x": 0, "y": 2}, 0, {"x": 0, "y": 0}),
    ("x^y", {"x": 0, "y": 1}, 0, {"x": 1, "y": 0}),
    ("x^y", {"x": 0, "y": 0}, 1, {"x": 0, "y": -INF}),
    ("x^y", {"x": 0, "y": 0.5}, 0, {"x": INF, "y": 0}),
    ("x^3", {"x": -2}, -8, {"x": 12}),
    ("x^y", {"x": -2, "y": 3}, -8, {"x": 12, "y": NAN}),
    ("(-8)^x", {"x": 2}, 64, {"x": NAN}),
    ("hypot(x, y)", {"x": 0, "y": 0}, 0, {"x": 0, "y": 0}),
    ("xlogy(x, y)", {"x": 0, "y": 0}, 0, {"x": -INF, "y": 0}),
    ("sinc(x)", {"x": 0}, 1, {"x": 0}),
    ("cbrt(x)", {"x": 0}, 0, {"x": INF}),
    ("cbrt(x)", {"x": -8}, -2, {"x": 1 / 12}),
    ("tanh(x)", {"x": INF}, 1, {"x": 0}),
    ("sigmoid(x)", {"x": -800}, 0, {"x": 0}),
    ("softplus(x)", {"x": 1000}, 1000, {"x": 1}),
    ("log(x, 5)", {"x": 125}, 3, {"x": 1 / (125 * math.log(5))}),
    ("log(x, 10)", {"x": 1000}, 3, {"x": 1 / (1000 * math.log(10))}),
    ("gamma(x)", {"x": -1}, NAN, {"x": NAN}),
    ("lgamma(x)", {"x": 1}, 0, {"x": -0.5772156649015329}),
]


@pytest.mark.parametrize(("text", "at", "value", "gradient"), CASES)
def test_the_case_table(text: str, at: dict[str, float], value: float, gradient: dict[str, float]) -> None:
    answer = grad(text, at)
    assert answer.value == pytest.approx(value, rel=1e-15, nan_ok=True)
    assert answer.grad == pytest.approx(gradient, rel=1e-15, nan_ok=True)


def test_ops_finds_by_name_symbol_and_alias() -> None:
    assert named("+")[0].name == "add"
    assert named("if")[0].name == "select"
    assert named("ln")[0].name == "log"
    assert named("<=")[0].name == "le"
    with pytest.raises(AdiffError, match="no operation"):
        named("sine")[0]


def test_how_operations_are_written() -> None:
    assert [spelling(TABLE[name]) for name in ("add", "mul", "neg", "max", "atan2", "logb", "select")] == [
        "x + y", "x*y", "-x", "max(x, y, ...)", "atan2(y, x)", "log(x, b)", "if(p, a, b)",
    ]  # fmt: skip
    assert derivatives(TABLE["sin"]) == {"x": "cos(x)"}
    assert derivatives(TABLE["relu"]) == {"x": "if(x > 0, 1, 0)"}
