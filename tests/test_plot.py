"""What a plot shows, by the library: samples, poles, jumps, gaps, tangents, names, level lines."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import pairwise
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autodiff_cli import parse
from autodiff_cli.analysis.field import Path, field
from autodiff_cli.analysis.gradient import gradient
from autodiff_cli.analysis.pieces import within
from autodiff_cli.analysis.sampling import Curve, Sampled, sampled
from autodiff_cli.analysis.walk import walk
from autodiff_cli.errors import AdiffError
from autodiff_cli.notation.ticks import decades, ticks

INF = math.inf


def plotted(
    text: str, low: float, high: float, name: str = "x", at: dict[str, float] | None = None, **more: Any
) -> Sampled:
    return sampled(parse(text, bound=[*(at or {}), name]), at or {}, name, low, high, **more)


def first(text: str, low: float, high: float, **more: Any) -> Curve:
    return plotted(text, low, high, **more).curves[0]


POLES: dict[str, list[float]] = {
    "tan(x)": [-1.5 * math.pi, -0.5 * math.pi, 0.5 * math.pi, 1.5 * math.pi],
    "1/x": [0],
    "1/x^2": [0],
    "1/(x-0.3)": [0.3],
    "1/(x-0.3)^2": [0.3],
    "-1/(x-1/3)^4 + x": [1 / 3],
    "log(x)": [0],
    "log(x - 0.7)": [0.7],
    "log(abs(sin(x)))": [-math.pi, 0, math.pi],
    "log((x-1)^2)": [1],
    "gamma(x)": [-5, -4, -3, -2, -1, 0],
    "digamma(x)": [-5, -4, -3, -2, -1, 0],
    "1/sin(x)": [-math.pi, 0, math.pi],
    "1/sin(x)^2": [-math.pi, 0, math.pi],
    "1/sqrt(abs(x-2))": [2],
    "cbrt(1/(x+1))": [-1],
    "atanh(x)": [-1, 1],
    "x^-0.5": [0],
    "cos(x)/x": [0],
    "sin(x)/x^2": [0],
    "exp(1/x)": [0],
    "if(x > 1, 1/(x-1), x)": [1],
    # No poles, though they are steep, high, broken or wild.
    "3x^2 - 4x + 5": [],
    "sin(1/x)": [],
    "x*sin(1/x)": [],
    "tanh(1e6*x)": [],
    "1e9*x^3": [],
    "1/(x^2 + 1e-6)": [],
    "exp(5x)": [],
    "cbrt(x)": [],
    "sqrt(abs(x))": [],
    "floor(x)": [],
    "sign(x)": [],
    "x/abs(x)": [],
    "atan(1/x)": [],
    "sin(x)/x": [],
    "(1-cos(x))/x^2": [],
    "(x^2-1)/(x-1)": [],
    "(exp(x)-1)/x": [],
    "x*log(abs(x))": [],
    "xlogy(x, x)": [],
    "sqrt(1-x^2)": [],
    "sin(40x)": [],
    "1 + 1e-15*sin(x)": [],
}


@pytest.mark.parametrize("points", [None, 241, 37])
@pytest.mark.parametrize("text", POLES)
def test_poles(text: str, points: int | None) -> None:
    curve = first(text, -5.0, 5.0, points=points)
    assert list(curve.poles) == pytest.approx(POLES[text], abs=1e-6)
    for piece in curve.pieces:  # nothing is joined across one
        assert not any(piece[0][0] < pole < piece[-1][0] for pole in curve.poles)


JUMPS: dict[str, list[tuple[float, float, float, float]]] = {
    "floor(x)": [(x, x - 1, x, x) for x in range(-3, 4)],
    "ceil(x)": [(x, x, x, x + 1) for x in range(-3, 4)],
    "sign(x)": [(0, -1, 0, 1)],
    "step(x)": [(0, 0, 0, 1)],
    "x/abs(x)": [(0, -1, math.nan, 1)],
    "if(x < 1, x^2, 3)": [(1, 1, 3, 3)],
    "if(x <= 1, x^2, 3)": [(1, 1, 1, 3)],
    "mod(x, 2)": [(x, 2, 0, 0) for x in (-2, 0, 2)],
    "atan(1/(x-0.5))": [(0.5, -math.pi / 2, math.pi / 2, math.pi / 2)],
    "2*(x > 0.1)": [(0.1, 0, 0, 2)],
    "1/(1 + exp(1/x))": [(0, 1, 0, 0)],
    "x == 0": [(0, 0, 1, 0)],
    "sin(x)": [],
    "abs(x)": [],
    "tanh(1e8*x)": [],
    "cbrt(x)": [],
    "sin(1/x)": [],
}


@pytest.mark.parametrize("text", JUMPS)
def test_jumps(text: str) -> None:
    jumps = [(each.x, each.left, each.value, each.right) for each in first(text, -3.5, 3.5).jumps]
    assert len(jumps) == len(JUMPS[text])
    for found, wanted in zip(jumps, JUMPS[text], strict=True):
        assert found == pytest.approx(wanted, abs=1e-6, nan_ok=True)


def test_the_derivative_of_a_kink_jumps() -> None:
    slope = plotted("abs(x)", -1.0, 1.0, orders=(0, 1)).curves[1]
    assert [(each.x, each.left, each.right) for each in slope.jumps] == [(0.0, -1.0, 1.0)]
    assert slope.name == "f'"


@pytest.mark.parametrize(
    ("text", "ends"),
    [("sqrt(x)", [(0, 5)]), ("sqrt(1-x^2)", [(-1, 1)]), ("acos(x)", [(-1, 1)]), ("sqrt(x^2-4)", [(-5, -2), (2, 5)]),
     ("sqrt(0.3-x)", [(-5, 0.3)]), ("asin(x/3)", [(-3, 3)]), ("sin(x)/x", [(-5, 5)]), ("if(x > 1, sqrt(x-1), 0)", [(-5, 5)]),
     ("if(abs(x) < 1, nan, x)", [(-5, -1), (1, 5)]), ("exp(x^3)", [(-5, 5)])],
)  # fmt: skip
def test_curves_reach_the_ends_of_their_domain_exactly(text: str, ends: list[tuple[float, float]]) -> None:
    for points in (None, 40):
        pieces = first(text, -5.0, 5.0, points=points).pieces
        assert [(piece[0][0], piece[-1][0]) for piece in pieces] == ends


def test_an_overflow_is_no_pole() -> None:
    answer = plotted("exp(exp(x))", -5.0, 10.0)
    assert answer.curves[0].poles == ()
    assert all(map(math.isfinite, answer.limits))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(-40, 40), min_size=1, max_size=4, unique=True), st.integers(1, 3), st.integers(-3, 3))
def test_poles_of_rational_functions(places: list[int], power: int, add: int) -> None:
    roots = sorted(k / 10 for k in places)
    # Where the curve rises by 1 beside a pole within less than 0.3% of the range, no sample need meet it.
    widths = [math.prod(abs(root - other) for other in roots if other != root) ** -1.0 for root in roots]
    assume(min(widths) > 0.03)
    text = (
        f"{add} + 1/("
        + "*".join(f"(x - {root})^{power}" if root >= 0 else f"(x + {-root})^{power}" for root in roots)
        + ")"
    )
    curve = first(text, -5.0, 5.0)
    assert list(curve.poles) == pytest.approx(roots, abs=1e-6)
    assert len(curve.pieces) == len(roots) + 1


SMOOTH = [
    "3x^2 - 4x + 5", "sin(3x)*exp(-x/4)", "x^3 - 2x", "1/(1 + x^2)", "log(x)", "sqrt(x)", "tan(x)", "gamma(x)", "x^x", "sinc(x)",
    "normpdf(x)", "abs(x) - x/2", "max(x, x^2)", "1/x", "erf(x)", "sin(1/x)", "floor(x) + x", "exp(-50*(x-0.123)^2)",
]  # fmt: skip


@pytest.mark.parametrize("text", SMOOTH)
def test_values_are_those_of_grad(text: str) -> None:
    formula = parse(text)
    answer = plotted(text, -2.0, 3.0, orders=(0, 1))
    assert (answer.xs[0], answer.xs[-1]) == (-2.0, 3.0)
    assert all(a < b for a, b in pairwise(answer.xs))
    for k in range(0, len(answer.xs), 17):
        there = gradient(formula, {"x": answer.xs[k]})
        value, slope = (curve.values[k] for curve in answer.curves)
        assert value == pytest.approx(there.value, rel=1e-15, nan_ok=True)
        if math.isfinite(slope):
            assert slope == pytest.approx(there.grad["x"], rel=1e-12)


@pytest.mark.parametrize("text", SMOOTH)
def test_lines_follow_the_curve(text: str) -> None:
    """Between two neighbours on a line the curve is where the line is, as far as the eye can tell."""
    if text == "sin(1/x)":
        return  # it has more bends than there are points
    answer = plotted(text, -2.0, 3.0)
    formula = parse(text)
    low, high = answer.limits
    for piece in answer.curves[0].pieces:
        for part in within(piece, low, high):
            for (a, y), (b, z) in list(pairwise(part))[::7]:
                for share in (0.37, 0.5, 0.81):
                    x = a + (b - a) * share
                    true = gradient(formula, {"x": x}).value
                    assert abs(y + (z - y) * share - true) < 0.006 * (high - low) or not low <= true <= high


@pytest.mark.parametrize("text", ["sin(3x)*exp(-x/4)", "x^3 - 2x", "1/(1 + x^2)", "sinc(x)", "erf(x)", "gamma(x)"])
def test_second_derivatives_against_mpmath(text: str) -> None:
    judges: dict[str, Any] = {
        "sin(3x)*exp(-x/4)": lambda x: mpmath.sin(3 * x) * mpmath.exp(-x / 4), "x^3 - 2x": lambda x: x**3 - 2 * x,
        "1/(1 + x^2)": lambda x: 1 / (1 + x * x), "sinc(x)": mpmath.sinc, "erf(x)": mpmath.erf, "gamma(x)": mpmath.gamma,
    }  # fmt: skip
    answer = plotted(text, 0.5, 3.0, orders=(0, 2), points=11)
    assert [curve.order for curve in answer.curves] == [0, 2]
    with mpmath.workdps(40):
        for x, y in zip(answer.xs, answer.curves[1].values, strict=True):
            assert y == pytest.approx(float(mpmath.diff(judges[text], x, 2)), rel=1e-11, abs=1e-11)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("tan(x)", 8, 30), ("1/x", 2, 10), ("log(x)", 3, 8), ("gamma(x)", 8, 60), ("1/x^2", 3, 30), ("digamma(x)", 4, 40),
     ("exp(x)", 148, 170), ("x^9", 3.9e6, 4.5e6), ("normpdf(100x)", 0.39, 0.5), ("sin(x)", 2, 2.5), ("x > 4.9", 1, 1.5),
     ("7", 2, 10), ("1e-20", 1e-21, 3), ("1e298*x", 1e299, 1.2e299)],
)  # fmt: skip
def test_the_upright_axis_shows_everything_but_the_surroundings_of_poles(text: str, least: float, most: float) -> None:
    low, high = plotted(f"{text} + 0*x", -5.0, 5.0).limits
    assert least <= high - low <= most


def test_a_derivative_with_a_pole_does_not_flatten_the_function() -> None:
    low, high = plotted("sqrt(x)", 0.0, 4.0, orders=(0, 1)).limits
    assert high - low < 8


def test_rounding_is_no_shape() -> None:
    answer = plotted("(x^2/x)*round(x)", -0.001, 4.999, orders=(0, 1, 2))
    assert len(answer.xs) < 2000
    assert len(answer.curves[2].jumps) < 10
    low, high = plotted("(x + 1e9) - 1e9 - x", 0.0, 1.0).limits
    assert high - low < 1e-5


def test_points_are_as_many_as_wanted() -> None:
    answer = plotted("tan(x)", -5.0, 5.0, points=11)
    assert answer.xs == tuple(range(-5, 6))
    assert len(answer.curves[0].poles) == 4
    assert plotted("x", 0.0, 1.0, points=2).xs == (0.0, 1.0)
    assert len(plotted("x", 1.0, math.nextafter(1.0, 2), points=50).xs) == 2


def test_wild_curves_come_to_an_end() -> None:
    for text, low, high in [("sin(1/x)", -1.0, 1.0), ("tan(1/x)", -1.0, 1.0), ("floor(1e6*x)", 0.0, 1.0), ("sinc(x)", 0.0, 1e6),
                            ("gamma(x)", -300.0, 5.0), ("mod(1e5, x)", 1e-9, 1e-3)]:  # fmt: skip
        answer = plotted(text, low, high, orders=(0, 1))
        assert len(answer.xs) <= 6000
        for curve in answer.curves:
            assert all(a[0] <= b[0] for piece in curve.pieces for a, b in pairwise(piece))


def test_logarithmic_axes() -> None:
    answer = plotted("x^2 - 1", 0.01, 100.0, log="xy", points=5)
    assert answer.xs == pytest.approx((0.01, 0.1, 1, 10, 100))
    assert answer.curves[0].pieces[0][0][0] == pytest.approx(1)
    assert 0 < answer.limits[0] < answer.limits[1]
    note = plotted("1/x", 0.1, 1.0, log="y", orders=(0, 1)).notes[0]
    assert (note.kind, note.node) == ("undefined", "f'")


def test_tangent_and_secant_of_the_notebook() -> None:
    answer = plotted("3x^2 - 4x + 5", -5.0, 5.0, tangents=[3.0, -1.0], secants=[(3.0, 0.5)])
    assert [(line.kind, line.slope, line.intercept) for line in answer.lines] == [
        ("tangent", 14.0, -22.0), ("tangent", -10.0, 2.0), ("secant", 15.5, -26.5),
    ]  # fmt: skip


def test_a_tangent_where_the_gradient_is_indeterminate() -> None:
    assert plotted("cbrt(x)^3", -1.0, 1.0, tangents=[0.0]).lines[0].slope == 1.0
    kink = plotted("abs(x)", -1.0, 1.0, tangents=[0.0])
    assert [note.kind for note in kink.notes] == ["kink"]


@pytest.mark.parametrize(
    ("text", "names", "label"),
    [("3x^2 - 4x + 5", ["f", "f'"], "f(x) = 3x^2 - 4x + 5"), ("sin(x), cos(x)", ["f", "f'", "g", "g'"], "f(x) = sin(x)"),
     ("f*x", ["g", "g'"], "g(x) = f*x"), ("f(t) = t^2; f(x)", ["g", "g'"], "g(x) = f(x)"),
     ("y = x^2", ["y", "dy/dx"], "y = x^2"), ("x", ["f", "f'"], "f(x) = x"), ("[x, x^2]", ["f", "f'", "g", "g'"], "f(x) = x"),
     ("x + \\\n1".replace("\\", ""), ["f", "f'"], "f(x) = x + 1"),
     ("+".join(["sin(x)"] * 20), ["f", "f'"], "f(x) = " + "+".join(["sin(x)"] * 20)[:45] + "...")],
)  # fmt: skip
def test_names(text: str, names: list[str], label: str) -> None:
    formula = parse(text, bound=["f", "x"])
    answer = sampled(formula, {"f": 2.0} if "f" in formula.inputs else {}, "x", 0.0, 1.0, orders=(0, 1))
    assert [curve.name for curve in answer.curves] == names
    assert answer.curves[0].label == label


def test_derivatives_are_undefined_where_the_value_is() -> None:
    answer = plotted("log(x)", -2.0, 2.0, orders=(0, 1, 2), points=5)
    for curve in answer.curves:
        assert all(map(math.isnan, curve.values[:2]))
        assert all(map(math.isfinite, curve.values[3:]))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_what_lies_within_two_heights(ys: list[float], low: float, tall: float) -> None:
    piece = tuple((float(k), y) for k, y in enumerate(ys))
    high = low + tall
    assume(high > low)
    parts = list(within(piece, low, high))
    assert all(low <= y <= high for part in parts for _, y in part)
    assert all(a[0] <= b[0] for part in parts for a, b in pairwise(part))
    inside = {place for place in piece if low <= place[1] <= high}
    assert inside <= {place for part in parts for place in part}
    assert all(a[-1][0] <= b[0][0] for a, b in pairwise(parts))


@given(st.floats(-1e300, 1e300), st.floats(1e-290, 1e300), st.integers(3, 20))
def test_ticks(low: float, tall: float, most: int) -> None:
    high = low + tall
    assume(high > low)
    found = ticks(low, high, most)
    assert 1 <= len(found) <= most + 2
    if len(found) > 1:
        assert all(a < b for a, b in pairwise(found))
        room = 1e-9 * (high - low) + 4 * math.ulp(max(abs(low), abs(high)))
        assert low - room <= found[0] <= found[-1] <= high + room


def test_ticks_are_round() -> None:
    assert ticks(0, 1, 5) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks(-5, 5, 8) == [-4.0, -2.0, 0.0, 2.0, 4.0]
    assert decades(0.01, 1000, 10) == [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]
    assert decades(1e-300, 1e300, 5)[1] / decades(1e-300, 1e300, 5)[0] > 1e100
    assert decades(2, 5, 5) == [2.0, 3.0, 4.0, 5.0]


BOWL = "(x-1)^2 + 3*(y+2)^2 + a"


def test_a_field() -> None:
    formula = parse(BOWL)
    answer = field(formula, {"a": 5.0}, ("x", (-4.0, 4.0)), ("y", (-4.0, 4.0)), points=9)
    assert answer.values[0][0] == 25 + 12 + 5
    assert len(answer.values) == len(answer.ys) == 9
    for y, row in zip(answer.arrow_ys, answer.gradient, strict=True):
        for x, slopes in zip(answer.arrow_xs, row, strict=True):
            assert slopes == tuple(gradient(formula, {"a": 5.0, "x": x, "y": y}).grad[name] for name in "xy")
    assert answer.levels == tuple(sorted(answer.levels))
    assert answer.held == {"a": 5.0}
    assert answer.label == "f(x, y) = (x-1)^2 + 3*(y+2)^2 + a"


def test_levels_are_spread_where_values_are_not() -> None:
    steep = field(parse("(1-x)^2 + 100(y-x^2)^2"), {}, ("x", (-2.0, 2.0)), ("y", (-1.0, 3.0)))
    known = sorted(z for row in steep.values for z in row)
    shares = [bisect_right(known, level) / len(known) for level in steep.levels]
    assert len(shares) >= 7
    assert max(b - a for a, b in pairwise([0, *shares, 1])) < 0.2
    assert field(parse("0*x*y + 3"), {}, ("x", (0.0, 1.0)), ("y", (0.0, 1.0))).levels == ()


def test_the_walk_of_a_field_is_that_of_nudge() -> None:
    formula = parse(BOWL)
    ends = (-5.0, 5.0)
    answer = field(formula, {"a": 0.0}, ("x", ends), ("y", ends), path=Path((4.0, 4.0), 30, 0.1, down=True))
    same = walk(formula, {"a": 0.0, "x": 4.0, "y": 4.0}, step=0.1, down=True, steps=30, only=["x", "y"])
    assert answer.walk is not None
    assert answer.trail == [(at["x"], at["y"]) for _, _, at in same.trajectory()]
    assert answer.walk.after == same.after
    away = field(formula, {"a": 0.0}, ("x", ends), ("y", ends), path=Path((4.0, 4.0), 2000, 0.9, down=True))
    assert all(math.isfinite(x) for place in away.trail for x in place)


def test_an_input_that_does_not_matter_may_have_a_range() -> None:
    formula = parse("y = x^2; z = t + y").of("y")
    assert set(sampled(formula, {"x": 3.0}, "t", 0.0, 1.0, orders=(0, 1)).curves[1].values) == {0.0}
    assert field(formula, {}, ("x", (0.0, 1.0)), ("t", (0.0, 1.0))).gradient[3][3][1] == 0.0


@pytest.mark.parametrize("text", ["+".join(["sin(x)"] * 20_000), "sin(" * 20_000 + "x" + ")" * 20_000])
def test_long_and_deep_programs(text: str) -> None:
    answer = plotted(text, 0.0, 1.0, orders=(0, 1), tangents=[0.5])
    assert 24 <= len(answer.xs) < 500


def test_nowhere_is_an_error() -> None:
    with pytest.raises(AdiffError) as wrong:
        plotted("sqrt(-1 - x^2)", -1.0, 1.0)
    assert wrong.value.exit == 1
