"""JAX as a judge of gradients, Hessians and higher derivatives on random compositions: `pip install -e ".[judges]"`."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from autodiff_cli import grad, parse
from autodiff_cli.graph.engine import forward
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.forward import derivative

pytestmark = pytest.mark.full

UNARY = [
    "sin",
    "cos",
    "exp",
    "tanh",
    "atan",
    "sigmoid",
    "softplus",
    "erf",
    "expm1",
    "asinh",
    "sinh",
    "relu",
    "abs",
    "sqrt",
    "log1p",
    "cosh",
]
BINARY = ["hypot", "logaddexp", "max", "min", "atan2"]
COMPOSITION = st.recursive(
    st.sampled_from(["x", "y", "z", "x", "y", "2", "0.5"]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(UNARY), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(inner, st.sampled_from("+*-/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from("23")).map(lambda t: f"({t[0]})^{t[1]}"),
        st.tuples(inner, inner, inner, inner).map(lambda t: f"if({t[0]} < {t[1]}, {t[2]}, {t[3]})"),
    ),
    max_leaves=12,
)
NUMBER = st.floats(-2, 2).map(lambda x: round(x, 3))


@pytest.fixture(scope="module")
def jax() -> Any:
    module: Any = import_module("jax")
    module.config.update("jax_enable_x64", True)
    return module


def spellings(jax: Any) -> dict[str, Callable[..., Any]]:
    jnp, nn = jax.numpy, jax.nn
    same = {
        name: getattr(jnp, name)
        for name in ("sin", "cos", "exp", "tanh", "expm1", "sinh", "cosh", "sqrt", "log1p", "hypot", "logaddexp", "abs")
    }
    return same | {
        "add": jnp.add, "sub": jnp.subtract, "mul": jnp.multiply, "div": jnp.divide, "neg": jnp.negative, "pow": jnp.power,
        "atan": jnp.arctan, "atan2": jnp.arctan2, "asinh": jnp.arcsinh, "sigmoid": nn.sigmoid, "softplus": nn.softplus,
        "relu": nn.relu, "erf": jax.scipy.special.erf, "max": jnp.maximum, "min": jnp.minimum, "lt": jnp.less,
        "select": jnp.where,
    }  # fmt: skip


def as_jax(formula: Formula, jax: Any) -> Callable[[dict[str, Any]], Any]:
    known = spellings(jax)

    def run(point: dict[str, Any]) -> Any:
        values: list[Any] = [node.data for node in formula.nodes]
        for name, node in formula.input_values.items():
            values[formula.index[node]] = point[name]
        for i, row, operands in formula.steps:
            values[i] = known[row.name](*(values[j] for j in operands))
        return values[next(iter(formula.output_nodes.values()))]

    return run


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=COMPOSITION, x=NUMBER, y=NUMBER, z=NUMBER)
def test_gradients(text: str, x: float, y: float, z: float, jax: Any) -> None:
    formula = parse(f"{text} + x*0.25")
    point = {name: value for name, value in {"x": x, "y": y, "z": z}.items() if name in formula.inputs}
    ours = grad(formula, point)
    # Conventions at kinks and jumps differ, and so does what becomes of infinities: compared elsewhere, in test_points.
    assume(not ours.notes and ours.defined and abs(ours.value) < 1e6)
    theirs = jax.grad(as_jax(formula, jax))(point)
    for name, g in ours.grad.items():
        assume(math.isfinite(float(theirs[name])))
        assert g == pytest.approx(float(theirs[name]), rel=1e-9, abs=1e-9), text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=COMPOSITION, x=NUMBER, y=NUMBER, z=NUMBER, order=st.integers(2, 3))
def test_higher_derivatives(text: str, x: float, y: float, z: float, order: int, jax: Any) -> None:
    formula = parse(f"{text} + x*0.25")
    point = {name: value for name, value in {"x": x, "y": y, "z": z}.items() if name in formula.inputs}
    ours = grad(formula, point)
    assume(not ours.notes and ours.defined and abs(ours.value) < 1e4)
    root, leaf = formula.nodes[next(iter(formula.output_nodes.values()))], formula.input_values["x"]
    higher = Formula({"d": derivative(root, leaf, order)}, formula.input_values)
    found = forward(higher, point)[higher.output_nodes["d"]]

    def along(t: Any) -> Any:
        return as_jax(formula, jax)({**point, "x": t})

    for _ in range(order):
        along = jax.grad(along)
    expected = float(along(point["x"]))
    assume(math.isfinite(expected) and abs(expected) < 1e6)
    # At its origin hypot is a kink: there a graph's derivative is 0*inf, which commands resolve, and JAX takes a convention.
    assume(not (math.isnan(found) and "hypot" in text))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6), text
