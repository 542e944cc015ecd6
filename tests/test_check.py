"""The verdict on a gradient, judged by mpmath and by gradients that are wrong on purpose; the sweep and its orders."""

from __future__ import annotations

import math
import random
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from judge import DOMAIN, TRUE, points

from autodiff_cli import parse
from autodiff_cli.analysis.beside import Sides
from autodiff_cli.analysis.check import Check, check
from autodiff_cli.analysis.complex_step import FUNCTIONS as ANALYTIC
from autodiff_cli.analysis.complex_step import ComplexStep
from autodiff_cli.analysis.differences import COMPLEX_STEP, Line
from autodiff_cli.analysis.exact import Exact
from autodiff_cli.analysis.gradient import gradient
from autodiff_cli.analysis.verdict import judge
from autodiff_cli.errors import AdiffError
from autodiff_cli.ops import FUNCTIONS


def checked(text: str, **at: float) -> Check:
    return check(parse(text, bound=at), at)


def verdict(text: str, **at: float) -> str:
    return checked(text, **at).verdict


RIGHT: list[tuple[str, dict[str, float]]] = [
    ("3x^2 - 4x + 5", {"x": 3}),
    ("3x^2 - 4x + 5", {"x": 2 / 3}),  # a stationary point that the input misses by a rounding
    ("(a*b+c)*f", {"a": 2, "b": -3, "c": 10, "f": -2}),
    ("(1-x)^2 + 100*(y-x^2)^2", {"x": 1, "y": 1}),
    ("sin(x)^2 + cos(x)^2", {"x": 0.7}),  # the slope is nothing but noise at any precision
    ("(x-1)^7", {"x": 1.001}),
    ("G*m1*m2/r^2", {"G": 6.674e-11, "m1": 5.97e24, "m2": 7.35e22, "r": 3.84e8}),
    ("exp(-E/(k*T))", {"E": 1e-19, "k": 1.38e-23, "T": 300}),
    ("sin(1e8*x)", {"x": 1}),
    ("sin(x)", {"x": 1e15}),
    ("exp(x)", {"x": 700}),
    ("log(1 + exp(x))", {"x": 1000}),  # the value overflows, its slope does not
    ("log(x)", {"x": 1e-300}),
    ("x*log(x)", {"x": 1e-320}),
    ("(x + 1e16) - 1e16", {"x": 1}),
    ("1e200 + x - 1e200", {"x": 3}),
    ("a*x^2 + b*x + c", {"a": 1e-200, "b": 1e-200, "c": 1e-200, "x": 1e200}),
    ("x^100", {"x": 0}),
    ("x*abs(x)", {"x": 0}),
    ("if(x > 0, x^2, -x^2)", {"x": 0}),
    ("relu(x)^2", {"x": 0}),
    ("cbrt(x)^3", {"x": 0}),
    ("abs(sin(x))", {"x": math.pi}),  # the kink is 1e-16 away
    ("floor(x)*x", {"x": 2.5}),
    ("x^1.5", {"x": 0}),
    ("sqrt(x)", {"x": 0}),
    ("cbrt(x)", {"x": 0}),
    ("acos(x)", {"x": 1}),
    ("lgamma(x)", {"x": 2}),
    ("polygamma(1, x)", {"x": 0.01}),
    ("normcdf(x)", {"x": -30}),
    ("x - x", {"x": 3}),
    ("tan(x)", {"x": math.pi / 2}),
]
KINKS = [
    ("abs(x)", {"x": 0}, (-1.0, 1.0)),
    ("if(x > 0, x, 0)", {"x": 0}, (0.0, 1.0)),
    ("relu(x)", {"x": 0}, (0.0, 1.0)),
    ("max(x, 1)", {"x": 1}, (0.0, 1.0)),
    ("clamp(x, 0, 1)", {"x": 1}, (1.0, 0.0)),
    ("sqrt(x^2)", {"x": 0}, (-1.0, 1.0)),
    ("sqrt(abs(x))", {"x": 0}, (-math.inf, math.inf)),
    ("x*sign(x)", {"x": 0}, (-1.0, 1.0)),
]
JUMPS = [
    ("floor(x)", {"x": 2}), ("step(x)", {"x": 0}), ("sign(x)", {"x": 0}), ("mod(x, 2)", {"x": 4}),
    ("if(x >= 1, x, 0)", {"x": 1}), ("round(x)", {"x": 0.5}), ("atan2(y, -1)", {"y": 0}), ("if(x == 0, 5, x)", {"x": 0}),
]  # fmt: skip
ILL = [
    ("(1 - cos(x))/x^2", {"x": 1e-6}),
    ("(exp(x) - 1)/x", {"x": 1e-12}),
    ("cosh(x) - sinh(x)", {"x": 17}),
    ("sqrt(x+1) - sqrt(x)", {"x": 1e15}),
]


@pytest.mark.parametrize(("text", "at"), RIGHT)
def test_what_is_right_is_called_right(text: str, at: dict[str, float]) -> None:
    assert {name: each.judgement for name, each in checked(text, **at).inputs.items() if each.verdict != "right"} == {}


@pytest.mark.parametrize(("text", "at", "slopes"), KINKS)
def test_a_kink_has_two_slopes(text: str, at: dict[str, float], slopes: tuple[float, float]) -> None:
    (each,) = checked(text, **at).inputs.values()
    assert (each.verdict, each.judgement.edge) == ("kink", "kink")
    assert (each.sides.left, each.sides.right) == slopes


@pytest.mark.parametrize(("text", "at"), JUMPS)
def test_a_jump_is_told_from_a_kink(text: str, at: dict[str, float]) -> None:
    (each,) = checked(text, **at).inputs.values()
    assert (each.verdict, each.judgement.edge) == ("kink", "jump")


def test_an_infinite_slope_is_no_jump() -> None:
    for text in ("sqrt(x)", "x^0.01", "cbrt(x)"):
        formula = parse(text)
        sides = Exact(formula, {"x": 0.0}).sides("x", formula.output_nodes["L"])
        assert (sides.right, sides.leaps) == (math.inf, False)


@pytest.mark.parametrize(("text", "at"), ILL)
def test_what_rounding_has_eaten_is_not_called_wrong(text: str, at: dict[str, float]) -> None:
    (each,) = checked(text, **at).inputs.values()
    assert each.verdict == "ill-conditioned"
    assert abs(each.gradient - each.sides.slope) > 0.01 * abs(each.sides.slope)


def test_kinks_that_cancel_are_no_kink() -> None:
    """relu(x) - relu(-x) is x, though the derivative by the convention for each relu is 0."""
    (each,) = checked("relu(x) - relu(-x)", x=0).inputs.values()
    assert (each.verdict, each.gradient, each.sides.slope) == ("right", 1.0, 1.0)


def test_digits_that_all_cancel_are_found_again() -> None:
    """In doubles the value is 0, and so is the slope."""
    (each,) = checked("(1 - cos(x))/x^2", x=1e-8).inputs.values()
    assert each.verdict == "right"
    assert each.gradient == pytest.approx(-1e-8 / 12)


def _example(name: str, x: float) -> tuple[str, dict[str, float]]:
    return f"{name}(x)", {"x": x}


@pytest.mark.parametrize("name", sorted(name for name in TRUE if name in FUNCTIONS and FUNCTIONS[name].arity == 1))
def test_every_function_at_points_of_its_domain(name: str) -> None:
    """Right, as the judge of the table says, or beyond what doubles hold; a gradient off by 1e-4 is always wrong."""
    rng = random.Random(name)
    places = [x for x in points(name, 3, rng) if math.isfinite(x)]
    for x in rng.sample(places, min(12, len(places))):
        at = {"x": x}
        formula = parse(f"{name}(x)")
        answer = gradient(formula, at)
        if not (math.isfinite(answer.value) and math.isfinite(answer.grad["x"])):
            continue
        (each,) = check(formula, at).inputs.values()
        assert each.verdict == "right", (x, each.judgement)
        with mpmath.workdps(400 + int(max(0.0, -math.log10(abs(x) or 1.0)))):
            h = (abs(mpmath.mpf(x)) or 1) * mpmath.mpf(10) ** -180
            slope = (TRUE[name](x + h) - TRUE[name](x - h)) / (2 * h)
            near = abs(slope - mpmath.mpf(each.sides.slope)) <= abs(slope) * mpmath.mpf(10) ** -9
        assert near or abs(each.sides.slope) < 1e-290, (x, slope, each.sides)
        if abs(each.gradient) > 1e-200:
            around = [each.sides.slope] * 2
            wrong = judge(each.gradient * 1.0001, each.sides, 0.0, around.copy, lambda: 0.0)
            assert wrong.verdict == "wrong"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_compositions_are_right(data: st.DataObject) -> None:
    """Compositions of smooth operations, at random points, are never called wrong; a numeric slope is near, or it is said why not."""
    inner = st.sampled_from(["sin({})", "cos({})", "tanh({})", "exp({})", "sigmoid({})", "atan({})", "softplus({})"])
    outer = st.sampled_from(["{} + {}", "{}*{}", "{} - {}", "{}/(2 + cos({}))", "hypot({}, 1 + exp({}))"])
    text = "x"
    for _ in range(data.draw(st.integers(1, 4))):
        text = data.draw(inner).format(text)
        text = data.draw(outer).format(text, data.draw(st.sampled_from(["x", "y", "x*y", "2.5"])))
    at = {name: data.draw(st.floats(-2, 2)) for name in ("x", "y")}
    formula = parse(text)
    at = {name: x for name, x in at.items() if name in formula.inputs}
    answer = gradient(formula, at)
    assume(math.isfinite(answer.value) and all(map(math.isfinite, answer.grad.values())))
    found = check(formula, at)
    for name, each in found.inputs.items():
        assert each.verdict in ("right", "ill-conditioned"), (text, at, name, each.judgement)
        said = any(note.kind == "differences" and note.node == name for note in found.notes)
        if each.verdict == "right" and each.sides.slope != 0:
            assert said == (each.error > 1e-2 * abs(each.sides.slope)), (text, at, name)


def test_a_step_swallowed_beside_an_astronomic_scale_is_no_slope() -> None:
    """exp(-exp(13)) on the way asks for more digits than are taken; a change of 0 then says nothing."""
    found = check(parse("exp(exp(hypot(sin(x), 1 + exp(2.5)))*x) + x"), {"x": -1})
    assert found.inputs["x"].gradient == 1
    assert found.inputs["x"].verdict == "ill-conditioned"


def test_a_wrong_gradient_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from autodiff_cli.analysis import check as module
    from autodiff_cli.analysis.gradient import Answers, Gradient, Partials

    def spoilt(*args: Any, **kwargs: Any) -> Gradient:
        answer = gradient(*args, **kwargs)
        partials = {name: g * (1 + 1e-5) for name, g in answer.grad.items()}
        return replace(answer, outputs=Answers({answer.output: Partials(answer.value, Answers(partials))}))

    monkeypatch.setattr(module, "gradient", spoilt)
    for text, at in RIGHT[:9]:
        for name, each in checked(text, **at).inputs.items():
            if abs(each.gradient) > 1e-9 * abs(checked(text, **at).value):
                assert each.verdict == "wrong", (text, name, each.judgement)


def test_orders_of_convergence() -> None:
    for text, x, forward, central in (
        ("sin(x)", 1.0, 1, 2), ("exp(x)", 2.0, 1, 2), ("x^3", 0.0, 2, 2), ("sin(1000x)", 1.0, 1, 2), ("log(x)", 1e-5, 1, 2),
        ("x^1.5", 0.0, 0.5, None), ("abs(x)*x", 0.0, 1, 1),
    ):  # fmt: skip
        (each,) = checked(text, x=x).inputs.values()
        assert each.order.forward == pytest.approx(forward, abs=0.02), text
        assert each.order.central == (central if central is None else pytest.approx(central, abs=0.02)), text
    (line,) = checked("3x + 1", x=2).inputs.values()
    assert (line.order.forward, line.order.central) == (None, None)
    (parabola,) = checked("3x^2", x=2).inputs.values()
    assert parabola.order.central is None  # a central difference has no truncation there


def test_the_sweep_is_that_of_the_contract() -> None:
    (each,) = checked("x^2", x=50).inputs.values()
    assert [row.h for row in each.sweep.rows] == [10.0**-k * 50 for k in range(1, 16)]
    for row in each.sweep.rows:
        assert row.forward == ((50 + row.h) ** 2 - 2500) / row.h
        assert row.central == ((50 + row.h) ** 2 - (50 - row.h) ** 2) / (2 * row.h)
    (small,) = checked("1 + sin(x)", x=0.1).inputs.values()
    assert small.sweep.rows[0].h == 0.1


def test_inputs_smaller_than_any_step_are_moved_in_proportion() -> None:
    found = checked("h*c/(l*k*T)", h=6.626e-34, c=3e8, l=5e-7, k=1.38e-23, T=300)
    for each in found.inputs.values():
        assert each.error <= 1e-6 * abs(each.gradient)
    assert found.notes == ()


def test_richardson_is_better_than_the_best_central_difference() -> None:
    for text, x in (("sin(x)", 1.0), ("exp(x)*x", 2.0), ("tan(x)", 0.7), ("gamma(x)", 3.3)):
        (each,) = checked(text, x=x).inputs.values()
        assert abs(each.sweep.richardson - each.gradient) <= 1e-11 * abs(each.gradient)


@pytest.mark.parametrize("name", sorted(set(ANALYTIC) & set(FUNCTIONS) & set(TRUE)))
def test_the_complex_step_has_all_digits(name: str) -> None:
    row = FUNCTIONS[name]
    text = f"{name}(x)" if row.arity == 1 else f"{name}(x, 1.7)"
    formula = parse(text)
    ranges = [(max(low, -20.0), min(high, 20.0)) for low, high in DOMAIN.get(name, [(-5.0, 5.0)])]
    low, high = max(ranges, key=lambda ends: ends[1] - ends[0])
    rng = random.Random(name)
    for _ in range(20):
        x = rng.uniform(low + 1e-3, high - 1e-3)
        x = abs(x) if name in ("pow", "xlogy") else x
        at = {"x": x}
        step = ComplexStep(formula, at, "x", formula.output_nodes["L"])
        slope = gradient(formula, at).grad["x"]
        assert step.legal(COMPLEX_STEP)
        assert step(COMPLEX_STEP) == pytest.approx(slope, rel=1e-9, abs=1e-300), x


@pytest.mark.parametrize(
    ("text", "legal"),
    [
        ("x^3*exp(x)", True), ("x^y", True), ("(-x)^3", True), ("if(y > 0, x^2, abs(x))", True), ("if(x > 0, x^2, x)", False),
        ("abs(x)", False), ("erf(x)", False), ("x + abs(y)", True), ("floor(y)*x", True), ("f(u) = u*sin(u); f(f(x))", True),
    ],
)  # fmt: skip
def test_the_complex_step_is_taken_where_it_is_legal(text: str, legal: bool) -> None:
    formula = parse(text)
    at = {name: x for name, x in {"x": 1.3, "y": 0.7}.items() if name in formula.inputs}
    each = check(formula, at).inputs["x"]
    assert (each.sweep.complex is not None) is legal
    assert all((row.complex is not None) is legal for row in each.sweep.rows)
    if legal:
        assert each.sweep.complex == pytest.approx(each.gradient, rel=1e-14)


def test_what_differences_do_not_see_is_said() -> None:
    near = checked("abs(sin(x))", x=math.pi)
    assert [note.message for note in near.notes] == [
        "dL/dx is right, and no difference in doubles shows it: the slope changes within 3.14e-15 of x"
    ]
    lost = checked("(x + 1e16) - 1e16", x=1)
    assert [note.message for note in lost.notes if note.kind == "differences"] == [
        "dL/dx is right, and no difference in doubles shows it: rounding hides it"
    ]
    still = check(parse("x^2"), {"x": 3.0}, h=1e-30)
    assert still.notes[0].message == "x + h is x in doubles: h is too small to move it"


def test_one_output_is_chosen_and_inputs_too() -> None:
    text = "d = a*b; L = d*c"
    found = check(parse(text), {"a": 2.0, "b": 3.0, "c": 4.0}, of=["d"], wrt=["b"])
    assert (found.output, list(found.inputs), found.value) == ("d", ["b"], 6.0)


def test_the_worst_verdict_is_that_of_the_whole() -> None:
    assert verdict("abs(x) + (1 - cos(y))/y^2 + z", x=0, y=1e-6, z=1) == "kink"
    assert verdict("(1 - cos(y))/y^2 + z", y=1e-6, z=1) == "ill-conditioned"


def test_deep_and_long_programs() -> None:
    deep = "sin(" * 3000 + "x" + ")" * 3000
    (each,) = checked(deep, x=0.7).inputs.values()
    assert each.verdict == "right"
    (long,) = checked("+".join(["x/3"] * 3000), x=0.7).inputs.values()
    assert long.verdict == "right"


def test_too_much_work_is_refused_before_it_begins() -> None:
    text = "+".join(f"w[{k}]^2" for k in range(1, 1201))
    with pytest.raises(AdiffError, match="1,200 inputs through 4,799 values"):
        check(parse(text), {f"w[{k}]": 1.0 for k in range(1, 1201)})


def test_sides_of_the_end_of_a_domain() -> None:
    assert Sides(math.nan, 2.0).slope == 2.0
    assert Sides(math.nan, 2.0).one_sided
    assert math.isnan(Sides(-1.0, 1.0).slope)
    assert not Sides(1.0, 1.0).one_sided


def test_a_line_is_the_engines_numbers() -> None:
    formula = parse("sin(x)*y")
    line = Line(formula, {"x": 1.0, "y": 2.0}, "x")
    assert line(1.5) == 2 * math.sin(1.5)
    assert line.value == 2 * math.sin(1.0)
