"""Second derivatives against SymPy, mpmath and each other; kinks, edges, verdicts and eigenvalues."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from judge import DIGITS, TRUE, allowed, points, true
from mpmath import mp, mpf

from autodiff_cli import AdiffError, Hessian, Value, hessian, hvp, parse
from autodiff_cli.analysis import eigen
from autodiff_cli.analysis.hessian import second_derivatives
from autodiff_cli.graph.note import NUMERIC
from autodiff_cli.ops import FUNCTIONS, TABLE

ROSENBROCK = "sum(i, 1, len(x)-1, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)"


def kinds(answer: Hessian) -> list[str]:
    return [note.kind for note in answer.notes]


def test_the_answer() -> None:
    answer = hessian("x^2*y", x=3, y=2)
    assert (answer.output, answer.value) == ("L", 18.0)
    assert answer.grad == {"x": 12.0, "y": 9.0}
    assert answer.hessian == {"x": {"x": 4.0, "y": 6.0}, "y": {"x": 6.0, "y": 0.0}}
    assert answer.matrix == [[4.0, 6.0], [6.0, 0.0]]
    assert answer.eigenvalues == pytest.approx((2 - math.sqrt(40), 2 + math.sqrt(40)), rel=1e-15)
    assert answer.verdict is None
    assert kinds(answer) == ["slope"]
    with pytest.raises(TypeError):
        answer.hessian["x"]["x"] = 5.0


def test_vectors_graphs_and_a_choice_of_inputs() -> None:
    answer = hessian("w[1]^2*w[2]", w=[1, 2])
    assert answer.hessian["w[1]"] == {"w[1]": 4.0, "w[2]": 2.0}
    idle = hessian("w[1]^3", w=[2, 5])
    assert idle.matrix == [[12.0, 0.0], [0.0, 0.0]]
    a = Value(2.0, label="a")
    assert hessian(a * a * a).matrix == [[12.0]]
    some = second_derivatives(parse("p = x*y*z; p^2"), {"x": 1, "y": 2, "z": 3}, wrt=["z", "x"], of=["p"])
    assert some.hessian == {"z": {"z": 0.0, "x": 2.0}, "x": {"z": 2.0, "x": 0.0}}
    assert hessian("x", x=1).matrix == [[0.0]]


# --- the table of operations ---------------------------------------------------------------------------------------------

_SPELT = {"add": "{} + {}", "sub": "{} - {}", "mul": "{}*{}", "div": "{}/{}", "neg": "-{}", "pow": "{}^{}"}
_JUDGED = sorted(name for name in TRUE if name in _SPELT or (name in FUNCTIONS and name != "polygamma"))


@pytest.mark.parametrize("name", _JUDGED)
def test_every_operation(name: str) -> None:
    """Of f(x, y) and of f(x·y), against differences in high precision."""
    row = TABLE[name]
    rng = random.Random(name)
    text = _SPELT.get(name, f"{name}({', '.join(['{}'] * row.arity)})")
    variables = ["x", "y"][: row.arity]
    formula = parse(text.format(*variables))
    for _ in range(4):
        if row.arity == 1:
            choices = [x for x in points(name, 1, rng) if 1e-3 < abs(x) < 20]
            xs: tuple[float, ...] = (rng.choice(choices),) if choices else (0.5,)
        else:
            xs = (rng.uniform(0.5, 3), rng.uniform(0.5, 3))
        answer = second_derivatives(formula, dict(zip(variables, xs, strict=True)))
        with mp.workdps(DIGITS):
            for i, a in enumerate(variables):
                for j, b in enumerate(variables):
                    order = tuple(sorted((i, j)))
                    truth = true(name, order, xs)
                    if isinstance(truth, mpmath.mpc) or abs(truth) < mpf(10) ** -300:
                        continue
                    moved = sum(abs(x * true(name, tuple(sorted((*order, k))), xs)) for k, x in enumerate(xs))
                    bound = allowed(truth, float(moved / abs(truth)), 16)
                    assert abs(mpf(answer.hessian[a][b]) - truth) <= bound, (name, xs, a, b)


# --- compositions --------------------------------------------------------------------------------------------------------

_X, _Y = sympy.symbols("x y", real=True)
_ONE = ["sin", "cos", "tan", "exp", "tanh", "atan", "asinh", "erf", "sinh"]


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda f, a: f"{f}({a})", st.sampled_from(_ONE), inner),
        st.builds(lambda o, a, b: f"(({a}){o}({b}))", st.sampled_from(["+", "-", "*"]), inner, inner),
        st.builds(lambda a, b: f"(({a})/(2+({b})**2))", inner, inner),
        st.builds(lambda a: f"sqrt(1+({a})**2)", inner),
        st.builds(lambda a: f"log(2+({a})**2)", inner),
    )


_programs = st.recursive(st.sampled_from(["x", "y", "x", "y", "2", "0.5"]), _grown, max_leaves=7)
_numbers = st.floats(-2, 2).map(lambda x: round(x, 3))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_programs, _numbers, _numbers)
def test_against_sympy(program: str, x: float, y: float) -> None:
    answer = hessian(f"{program} + 0*x + 0*y", x=x, y=y)
    assume(answer.defined and not any(note.kind in NUMERIC for note in answer.notes))
    expression = sympy.sympify(program, {"x": _X, "y": _Y, "asinh": sympy.asinh, "atan": sympy.atan})
    at = {_X: sympy.Float(x, 60), _Y: sympy.Float(y, 60)}
    for a, s in (("x", _X), ("y", _Y)):
        for b, t in (("x", _X), ("y", _Y)):
            truth = float(sympy.diff(expression, s, t).evalf(30, subs=at))
            assert math.isclose(answer.hessian[a][b], truth, rel_tol=1e-11, abs_tol=1e-12), (program, a, b)
            assert answer.hessian[a][b] == answer.hessian[b][a]


_PIECES = ["abs({})*abs({})", "relu({})^2*({})", "max({}, {})", "min({}, 0.3)^2+({})", "if({} > 0, sqrt({}), 1)", "clamp({}, -1, 1)^2+{}", "log({}) + {}", "({})^3*{}", "hypot({}, {})", "xlogy({}, abs({}))"]  # fmt: skip
_pieces = st.builds(lambda form, a, b: form.format(a, b), st.sampled_from(_PIECES), _programs, _programs)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(_pieces, _numbers, _numbers, _numbers.filter(bool), _numbers.filter(bool))
def test_products_are_those_of_the_matrix(program: str, x: float, y: float, u: float, v: float) -> None:
    """With branches not taken and edges: the same in one sweep, and NaN in the same places."""
    program = f"{program} + 0*x + 0*y"
    whole = hessian(program, x=x, y=y)
    product = hvp(program, {"x": u, "y": v}, x=x, y=y)
    for name, row in whole.hessian.items():
        terms = [row["x"] * u, row["y"] * v]
        ours, theirs = product.product[name], sum(terms)
        assert math.isnan(ours) == math.isnan(theirs), (program, name)
        assert math.isnan(ours) or abs(ours - theirs) <= 1e-9 * sum(map(abs, terms)) + 1e-15 or ours == theirs, (
            program,
            name,
        )


@pytest.mark.parametrize("n", [2, 5, 30])
def test_rosenbrock(n: int) -> None:
    rng = random.Random(n)
    x = [rng.uniform(-2, 2) for _ in range(n)]
    expected = [[0.0] * n for _ in x]
    for i in range(n - 1):
        expected[i][i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        expected[i + 1][i + 1] += 200
        expected[i][i + 1] = expected[i + 1][i] = -400 * x[i]
    answer = hessian(ROSENBROCK, x=x)
    for ours, theirs in zip(answer.matrix, expected, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-13, abs=1e-12)
    assert hessian(ROSENBROCK, x=[1.0] * n).verdict == "minimum"


def test_long_and_deep() -> None:
    deep = hessian("sin(" * 3_000 + "x" + ")" * 3_000, x=1.0)
    assert math.isfinite(deep.matrix[0][0])
    long = hessian("+".join(f"{k}*x^2*y" for k in range(3_000)), x=1.0, y=1.0)
    total = 2_999 * 3_000 / 2
    assert long.matrix == [[2 * total, 2 * total], [2 * total, 0.0]]


# --- kinks and edges -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "point", "expected", "note"),
    [
        ("abs(x)*abs(x)", {"x": 0}, 2.0, "indeterminate"),
        ("max(x, 0)^2 + min(x, 0)^2", {"x": 0}, 2.0, "indeterminate"),
        ("abs(x)^3", {"x": 0}, 0.0, None),
        ("x*abs(x)", {"x": 0}, 0.0, "kink"),
        ("relu(x)^2", {"x": 0}, 0.0, "kink"),
        ("abs(x) + x^2", {"x": 0}, 2.0, "kink"),
        ("abs(x)^1.5", {"x": 0}, math.inf, "infinity"),
        ("sqrt(x)", {"x": 0}, -math.inf, "infinity"),
        ("sqrt(x)*sqrt(x)", {"x": 0}, 0.0, "indeterminate"),
        ("cbrt(x)^6", {"x": 0}, 2.0, "indeterminate"),
        ("log(1 + exp(x))", {"x": 1000}, 0.0, "overflow"),
        ("if(x > 0, x^2, 0)", {"x": 0}, 0.0, "kink"),
        ("if(x > 0, sqrt(x), x^3)", {"x": -1}, -6.0, None),
        ("x^y", {"x": 0, "y": 2}, 2.0, None),
        ("sinc(x)", {"x": 0}, -1 / 3, None),
        ("floor(x)*x^2", {"x": 2.5}, 4.0, None),
        ("x^2", {"x": 1e200}, 2.0, "overflow"),
    ],
)
def test_edges(program: str, point: dict[str, float], expected: float, note: str | None) -> None:
    answer = hessian(program, point)
    assert answer.hessian["x"]["x"] == pytest.approx(expected, rel=1e-14)
    assert (note in kinds(answer)) if note else not NUMERIC.intersection(kinds(answer))


def test_a_mixed_derivative_at_a_kink() -> None:
    answer = hessian("abs(x)*y", x=0, y=0)
    assert answer.hessian["x"]["y"] == 0.0
    (note,) = [note for note in answer.notes if note.kind == "kink"]
    assert "-1, -1, 1, 1" in note.message
    assert note.message.startswith("d2L/dx dy")


@pytest.mark.parametrize("program", ["log(x)", "sqrt(x)", "x^0.5", "0/0*x", "sqrt(x) - sqrt(x) + 0*log(x)"])
def test_undefined(program: str) -> None:
    answer = hessian(program, x=-1)
    assert math.isnan(answer.matrix[0][0])
    assert not answer.defined
    assert (answer.eigenvalues, answer.verdict) == (None, None)
    assert "undefined" in kinds(answer)


def test_undefined_beside_a_value() -> None:
    power = hessian("x^y", x=-2, y=3)
    assert power.hessian["x"]["x"] == -12.0
    assert math.isnan(power.hessian["x"]["y"])
    assert math.isnan(power.hessian["y"]["y"])
    origin = hessian("hypot(x, y)", x=0, y=0)
    assert math.isnan(origin.hessian["x"]["y"])
    assert any("d2L/dx dy is undefined" in note.message for note in origin.notes)


def test_many_kinks_are_not_looked_at_for_ever() -> None:
    answer = hessian("sum(i, 1, len(x), relu(x[i])^2 + abs(x[i])*x[i])*mean(x)", x=[0.0] * 60)
    assert "kink" in kinds(answer)
    assert len(answer.notes) < 20


def test_lost_digits_are_named() -> None:
    answer = hessian("(1 - cos(x))/x^2", x=1e-5)
    assert any(note.message.startswith("d2L/dx2: digits cancel") for note in answer.notes)
    assert answer.verdict in (None, "undecided")


# --- verdicts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "point", "verdict"),
    [
        ("(x-1)^2 + (y+2)^2", {"x": 1, "y": -2}, "minimum"),
        ("-(x-1)^2 - 3(y+2)^2", {"x": 1, "y": -2}, "maximum"),
        ("x^2 - y^2", {"x": 0, "y": 0}, "saddle"),
        ("x*y", {"x": 0, "y": 0}, "saddle"),
        ("x^3 - 3x*y^2", {"x": 0, "y": 0}, "undecided"),
        ("x^2 + y^4", {"x": 0, "y": 0}, "undecided"),
        ("x^4", {"x": 0}, "undecided"),
        ("(x+y)^2", {"x": 1, "y": -1}, "undecided"),
        ("abs(x) + x^2", {"x": 0}, "undecided"),
        ("sin(x)", {"x": math.pi / 2}, "maximum"),
        ("3x^2 - 4x + 5", {"x": 2 / 3}, "minimum"),
        ("cosh(x)", {"x": 0}, "minimum"),
        ("5", {"x": 0}, None),
        # Whatever the units: a millionth of a millionth beside a million millions.
        ("1e12*x^2 + 1e-12*y^2 + 1.99*x*y", {"x": 0, "y": 0}, "minimum"),
        ("1e12*x^2 + 1e-12*y^2 + 2.01*x*y", {"x": 0, "y": 0}, "saddle"),
        ("1e150*x^2 + 1e-150*y^2", {"x": 0, "y": 0}, "minimum"),
        # The four minima of Himmelblau's function and its maximum, as books print them.
        ("(x^2+y-11)^2 + (x+y^2-7)^2", {"x": 3, "y": 2}, "minimum"),
        ("(x^2+y-11)^2 + (x+y^2-7)^2", {"x": -2.805118, "y": 3.131312}, "minimum"),
        ("(x^2+y-11)^2 + (x+y^2-7)^2", {"x": -3.779310, "y": -3.283186}, "minimum"),
        ("(x^2+y-11)^2 + (x+y^2-7)^2", {"x": 3.584428, "y": -1.848126}, "minimum"),
        ("(x^2+y-11)^2 + (x+y^2-7)^2", {"x": -0.270845, "y": -0.923039}, "maximum"),
        ("(x^2+y-11)^2 + (x+y^2-7)^2", {"x": 3.5, "y": -1.8}, None),
        ("(x+2y-7)^2 + (2x+y-5)^2", {"x": 1, "y": 3}, "minimum"),
        ("(1.5-x+x*y)^2 + (2.25-x+x*y^2)^2 + (2.625-x+x*y^3)^2", {"x": 3, "y": 0.5}, "minimum"),
        ("(a+10b)^2 + 5(c-d)^2 + (b-2c)^4 + 10(a-d)^4", {"a": 0, "b": 0, "c": 0, "d": 0}, "undecided"),
        ("1/r^12 - 2/r^6", {"r": 1}, "minimum"),
        ("x", {"x": 0}, None),
    ],
)  # fmt: skip
def test_verdicts(program: str, point: dict[str, float], verdict: str | None) -> None:
    if program == "5":
        with pytest.raises(AdiffError, match="no inputs"):
            hessian(program)
        return
    answer = hessian(program, point)
    assert answer.verdict == verdict
    if verdict in (None, "undecided"):
        assert ("slope" if verdict is None else "stationary") in kinds(answer)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([-3, -1, 1, 2]), min_size=1, max_size=4), st.integers(0, 10**6))
def test_verdicts_of_quadratic_forms(values: Sequence[int], seed: int) -> None:
    """The signs are those of the form, in random units and after a random change of the inputs."""
    rng = random.Random(seed)
    n = len(values)
    rows = [[rng.randint(-3, 3) + (7 if i == j else 0) for j in range(n)] for i in range(n)]
    units = [10.0 ** rng.randint(-6, 6) for _ in range(n)]
    terms = (
        f"{value}*({' + '.join(f'{rows[k][i] * units[i]!r}*v[{i + 1}]' for i in range(n))})^2"
        for k, value in enumerate(values)
    )
    answer = hessian(f"v = {[0.0] * n}; " + " + ".join(terms) if n > 1 else f"{values[0]}*(v[1])^2", v=[0.0] * n)
    negative, positive = any(x < 0 for x in values), any(x > 0 for x in values)
    assert answer.verdict == ("saddle" if negative and positive else "maximum" if negative else "minimum")


# --- eigenvalues ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 5, 12, 13, 40, 41, 100])
def test_eigenvalues_of_a_known_matrix(n: int) -> None:
    """The second difference matrix, whose eigenvalues are 2 - 2cos(kπ/(n+1))."""
    matrix = [[2.0 if i == j else -1.0 if abs(i - j) == 1 else 0.0 for j in range(n)] for i in range(n)]
    expected = [2 - 2 * math.cos(k * math.pi / (n + 1)) for k in range(1, n + 1)]
    assert eigen.eigenvalues(matrix) == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert eigen.signs(matrix, [[0.0] * n] * n) == (0, 0, n)


@pytest.mark.parametrize("n", [20, 60])
def test_eigenvalues_with_and_without_numpy(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(n)
    matrix = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            matrix[i][j] = matrix[j][i] = rng.gauss(0, 1)
    found = eigen.eigenvalues(matrix)
    monkeypatch.setattr(eigen, "find_spec", lambda _: None)
    assert eigen.eigenvalues(matrix) == pytest.approx(found, rel=1e-10, abs=1e-12)
    with mp.workdps(30):
        exact = [float(x) for x in mp.eigsy(mp.matrix(matrix), eigvals_only=True)]
    assert found == pytest.approx(exact, rel=1e-11, abs=1e-13)


def test_small_eigenvalues_beside_large_ones() -> None:
    assert eigen.eigenvalues([[1.0, 0.0], [0.0, 1e-30]]) == [1e-30, 1.0]
    small = eigen.eigenvalues([[1.0, 1e-12], [1e-12, 1e-20]])
    assert small[0] == pytest.approx(1e-20 - 1e-24, rel=1e-12)
    assert eigen.eigenvalues([[1e300, 1e300], [1e300, 1e300]]) == [0.0, 2e300]
    assert eigen.eigenvalues([[5e-324, 0.0], [0.0, 0.0]]) == [0.0, 5e-324]


def test_too_many_for_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autodiff_cli.analysis.eigen.find_spec", lambda _: None)
    monkeypatch.setattr("autodiff_cli.analysis.eigen.MOST", 3)
    answer = hessian("prod(x)", x=[1.0, 2.0, 3.0, 4.0])
    assert (answer.eigenvalues, answer.verdict) == (None, None)
    assert "autodiff-cli[data]" in answer.notes[-1].message


# --- products ------------------------------------------------------------------------------------------------------------


def test_a_product() -> None:
    answer = hvp("x^2*y", [1, 2], x=3, y=2)
    assert answer.product == {"x": 16.0, "y": 6.0}
    assert answer.vector == {"x": 1.0, "y": 2.0}
    assert answer.curvature == 28.0
    assert answer.defined
    assert hvp("x^2*y", {"y": 1}, x=3, y=2).product == {"x": 6.0, "y": 0.0}
    assert hvp("(x+y)^2", [1, -1], x=3, y=2).product == {"x": 0.0, "y": 0.0}
    assert hvp("w[1]*w[2]", {"w": [0, 1]}, w=[1, 2]).product == {"w[1]": 1.0, "w[2]": 0.0}


def test_a_product_of_many_inputs() -> None:
    n = 2_000
    x = [math.sin(k) for k in range(n)]
    v = [math.cos(k) for k in range(n)]
    answer = hvp(ROSENBROCK, v, x=x)
    for k in (0, 1, 777, n - 1):
        expected = 0.0
        if k < n - 1:
            expected += (1200 * x[k] ** 2 - 400 * x[k + 1] + 2) * v[k] - 400 * x[k] * v[k + 1]
        if k > 0:
            expected += 200 * v[k] - 400 * x[k - 1] * v[k - 1]
        assert answer.product[f"x[{k + 1}]"] == pytest.approx(expected, rel=1e-12)


def test_a_product_at_edges() -> None:
    kinked = hvp("relu(x)^2 + y^2", [1, 1], x=0, y=2)
    assert [note.kind for note in kinked.notes] == ["kink"]
    assert kinked.product == {"x": 0.0, "y": 2.0}
    assert hvp("sqrt(x)*sqrt(x) + y^2", [1, 1], x=0, y=2).product == {"x": 0.0, "y": 2.0}
    assert not hvp("log(x)", [1], x=-1).defined
    many = ["relu(x[1])^2", "sqrt(x[1])", "sqrt(x[1])*sqrt(x[1])"]
    found: dict[str, Any] = {text: hvp(f"{text} + sum(x)", [1.0] * 101, x=[0.0] * 101).notes for text in many}
    assert found[many[0]][-1].kind == "kink"
    assert found[many[1]][-1].kind == "infinity"
    assert found[many[2]][-1].kind == "undefined"
