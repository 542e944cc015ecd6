"""Random programs: the engine against slopes in high precision, against the adjoint's graph, and its routing."""

from __future__ import annotations

import math

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autodiff_cli import grad, parse
from autodiff_cli.analysis.exact import Exact
from autodiff_cli.graph.adjoint import adjoint
from autodiff_cli.graph.engine import forward
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.note import NUMERIC

ONE = ["sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "atan", "abs", "relu", "sigmoid", "softplus", "erf", "normcdf",
       "gelu", "sinc", "cbrt", "asinh", "lgamma", "digamma", "floor", "step", "expm1", "log1p", "-"]  # fmt: skip
TWO = ["{}+{}", "{}-{}", "{}*{}", "{}/{}", "hypot({},{})", "atan2({},{})", "min({},{})", "max({},{})", "logaddexp({},{})",
       "mod({},{})", "abs({})^{}", "clamp({},{},2)", "xlogy({},abs({}))"]  # fmt: skip
THREE = ["if({}>{},{},1)", "if({}<{} or x>y,{},y)", "if({}>0 and {}<2,{},-x)", "f({},{})+{}"]


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda name, a: f"{name}({a})", st.sampled_from(ONE), inner),
        st.builds(lambda form, a, b: f"({form.format(f'({a})', f'({b})')})", st.sampled_from(TWO), inner, inner),
        st.builds(
            lambda form, a, b, c: f"({form.format(f'({a})', f'({b})', f'({c})')})",
            st.sampled_from(THREE),
            inner,
            inner,
            inner,
        ),
    )


leaves = st.sampled_from(["x", "y", "x", "y", "s", "2", "0.5", "3", "pi"])
programs = st.recursive(leaves, grown, max_leaves=8).map(
    lambda text: f"{text} + 0*x + 0*y; s = x*y - 1; f(a, b) = a*b + sin(a)"
)
numbers = st.floats(-3, 3).map(lambda x: round(x, 3) + 0.0004)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(programs, numbers, numbers)
def test_against_high_precision(program: str, x: float, y: float) -> None:
    """Where both one-sided slopes agree they are our partial, to the digits that the notes leave."""
    point = {"x": x, "y": y}
    answer = grad(program, point)
    assume(math.isfinite(answer.value) and abs(answer.value) < 1e100)
    assume(
        not any(
            note.kind in ("cancellation", "rounding", "kink", "jump", "overflow", "underflow") for note in answer.notes
        )
    )
    formula = parse(program)
    exact = Exact(formula, point)
    root = formula.output_nodes["L"]
    for name, ours in answer.grad.items():
        sides = exact.sides(name, root)
        below, above = sides.left, sides.right
        if math.isfinite(below) and below == above and math.isfinite(ours):
            assert math.isclose(ours, above, rel_tol=1e-10, abs_tol=1e-10), (program, name)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(programs, numbers, numbers)
def test_against_the_adjoint(program: str, x: float, y: float) -> None:
    """The same rules as a graph give the same numbers."""
    answer = grad(program, x=x, y=y)
    assume(answer.defined and not any(note.kind in NUMERIC for note in answer.notes))
    formula = parse(program)
    root = formula.nodes[formula.output_nodes["L"]]
    slopes = adjoint(root, formula.input_values.values())
    outputs = {name: slopes[node] for name, node in formula.input_values.items()}
    gradient = Formula(outputs, formula.input_values)
    values = forward(gradient, {"x": x, "y": y})
    for name, i in gradient.output_nodes.items():
        assert math.isclose(values[i], answer.grad[name], rel_tol=1e-12, abs_tol=1e-300), (program, name)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(programs, programs, numbers, numbers)
def test_a_branch_not_taken_counts_for_nothing(taken: str, other: str, x: float, y: float) -> None:
    """Whatever stands in the other branch, the answer is that of the branch taken."""
    a, b = (text.partition("; ")[0] for text in (taken, other))
    rest = "; s = x*y - 1; f(a, b) = a*b + sin(a)"
    alone = grad(f"{a}{rest}", x=x, y=y)
    chosen = grad(f"if(x == x, {a}, {b}){rest}", x=x, y=y)
    assert _same(chosen.value, alone.value)
    assert all(_same(chosen.grad[name], alone.grad[name]) for name in ("x", "y"))


def _same(p: float, q: float) -> bool:
    return p == q or (math.isnan(p) and math.isnan(q))
