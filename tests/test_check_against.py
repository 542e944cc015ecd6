"""Derivatives worked out by hand: how they are given, that right ones are right, and what is said of wrong ones."""

from __future__ import annotations

import math

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autodiff_cli import parse
from autodiff_cli.analysis import claims
from autodiff_cli.analysis.check import Check, check
from autodiff_cli.analysis.claims import nearby, told
from autodiff_cli.analysis.gradient import gradient

LECTURE = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}


def against(text: str, at: dict[str, float], *hand: str, seed: int = 0) -> Check:
    return check(parse(text, bound=at), at, against=hand, seed=seed)


@pytest.mark.parametrize(
    ("text", "at", "hand", "names"),
    [
        ("3x^2 - 4x + 5", {"x": 3.0}, ["6x - 4"], "x"),
        ("3x^2 - 4x + 5", {"x": 2 / 3}, ["6(x - 2/3)"], "x"),
        ("3x^2 - 4x + 5", {"x": 3.0}, ["x: 6x - 4"], "x"),
        ("3x^2 - 4x + 5", {"x": 3.0}, ["x = 6x - 4"], "x"),
        ("3x^2 - 4x + 5", {"x": 3.0}, ["dx = 6x - 4"], "x"),
        ("3x^2 - 4x + 5", {"x": 3.0}, ["k = 6; k*x - 4"], "x"),
        ("(a*b+c)*f", LECTURE, ["a: b*f", "b: a*f"], "ab"),
        ("(a*b+c)*f", LECTURE, ["a: b*f, b: a*f; c: f\nf: a*b + c"], "abcf"),
        ("(a*b+c)*f", LECTURE, ["b*f, a*f, f, a*b + c"], "abcf"),
        ("(a*b+c)*f", LECTURE, ["a = b*f; b = a*f", "f = a*b + c"], "abf"),
        ("(a*b+c)*f", LECTURE, ["db = a*f; df = a*b + c"], "bf"),
        ("d = a*b + c; L = d*f", LECTURE, ["f: d, a: b*f"], "af"),  # by a name of the program's own
        ("(a*b+c)*f", LECTURE, ["k = b*f\na: k, b: a*k/b"], "ab"),  # a definition that both use
        ("g = sin(x); g^2", {"x": 1.0}, ["2*g*cos(x)"], "x"),
        ("max(x, y)", {"x": 3.0, "y": 1.0}, ["x: if(x > y, 1, 0)"], "x"),
        ("e*x^2", {"e": 3.0, "x": 2.0}, ["x: 2*e*x, e: x^2"], "xe"),  # e is the user's own
        ("x^2.2", {"x": 2.0}, ["2.2*x^1.2"], "x"),  # 2.2 - 1 is not 1.2 in doubles
        ("(1 - cos(x))/x^2", {"x": 1.0}, ["sin(x)/x^2 - 2*(1 - cos(x))/x^3"], "x"),
        ("log(x)", {"x": 1e-5}, ["1/x"], "x"),
        ("exp(-E/(k*T))", {"E": 1e-19, "k": 1.38e-23, "T": 300.0}, ["E: -exp(-E/(k*T))/(k*T)"], "E"),
    ],
)
def test_what_is_right_in_any_form(text: str, at: dict[str, float], hand: list[str], names: str) -> None:
    found = against(text, at, *hand)
    assert sorted(found.inputs) == sorted(names)
    for name, each in found.inputs.items():
        assert each.claim is not None
        assert each.claim.right, told(each.claim, name, found.output)
    assert found.verdict == "right"


def test_vectors_are_claimed_whole_or_by_parts() -> None:
    at = {"w[1]": 1.0, "w[2]": 2.0, "s": 3.0}
    text = "w = [1, 2]; dot(w, w)*s"
    assert against(text, at, "w: 2*w*s").verdict == "right"
    assert list(against(text, at, "w: 2*w*s, s: dot(w, w)").inputs) == ["w[1]", "w[2]", "s"]
    assert against(text, at, "w[2]: 2*w[2]*s").verdict == "right"
    assert against(text, at, "w: [2*s, 4*s]").verdict == "wrong"  # right at the point alone


SLIPS = [
    ("sin(x^2)", {"x": 1.0}, "cos(x^2)", "the derivative of x^2 is missing as a factor (the chain rule)"),
    ("sin(x)", {"x": 1.0}, "-cos(x)", "its sign is reversed"),
    ("x^2", {"x": 3.0}, "x", "it is off by a factor 1/2"),
    ("log10(x)", {"x": 2.0}, "1/x", "it is off by a factor log(10)"),
    ("2^x", {"x": 2.0}, "2^x/log(2)", "it is off by a factor 2.08137"),
    ("exp(x^2)", {"x": 0.5}, "exp(x^2)", "that is the value itself, not its derivative"),
    ("sin(x)", {"x": 1.0}, "-sin(x)", "that is the second derivative"),
    ("x^2*y", {"x": 2.0, "y": 3.0}, "x: x^2", "that is the derivative by y"),
    ("x^2 + 3x", {"x": 2.0}, "2x", "it is 3 less than it should be everywhere"),
    ("sin(x)*exp(x)", {"x": 1.0}, "cos(x)*exp(x)", "the derivative of a product u*v is u'*v + u*v', not u'*v'"),
    ("x^2/sin(x)", {"x": 1.0}, "2x/cos(x)", "the derivative of a quotient u/v is (u'*v - u*v')/v^2, not u'/v'"),
    ("(a*b+c)*f", LECTURE, "f: a*b - c", "the term c has the wrong sign"),
    ("x*sin(x)", {"x": 2.0}, "sin(x)", "the term x*cos(x) is missing"),
    ("x^3*y", {"x": 2.0, "y": 5.0}, "x: 3x^2", "the factor y is missing"),
    # The inner derivative is a number; the rule of a power for an exponential, and the other way round.
    ("sin(2x)", {"x": 1.0}, "cos(2x)", "the derivative of 2*x, which is 2, is missing as a factor (the chain rule)"),
    ("exp(-x)", {"x": 1.0}, "exp(-x)", "the derivative of -x, which is -1, is missing as a factor (the chain rule)"),
    ("cos(pi*x)", {"x": 0.3}, "-sin(pi*x)", "the derivative of pi*x, which is pi, is missing as a factor (the chain rule)"),
    ("1/(2x)", {"x": 1.0}, "-1/(2x)^2", "the derivative of 2*x, which is 2, is missing as a factor (the chain rule)"),
    (
        "x*sin(x/3) + x", {"x": 1.0}, "sin(x/3) + x*cos(x/3) + 1",
        "the derivative of x/3, which is 1/3, is missing as a factor (the chain rule)",
    ),
    ("2^x", {"x": 2.0}, "x*2^(x-1)", "2^x is an exponential, not a power of x: its derivative is 2^x*log(2)"),
    ("e^x", {"x": 2.0}, "x*e^(x-1)", "e^x is an exponential, not a power of x: its derivative is e^x"),
    ("exp(x) + x", {"x": 2.0}, "x*exp(x-1) + 1", "exp(x) is an exponential, not a power of x: its derivative is exp(x)"),
    ("a^x", {"a": 3.0, "x": 2.0}, "x: x*a^(x-1)", "a^x is an exponential, not a power of x: its derivative is a^x*log(a)"),
    (
        "2^(3x)", {"x": 1.0}, "3*3x*2^(3x-1)",
        "2^(3*x) is an exponential, not a power of 3*x: its derivative is 2^(3*x)*log(2), times that of what stands inside",
    ),
    ("x^3", {"x": 2.0}, "x^3*log(x)", "x^3 is a power, not an exponential: its derivative is n*x^(n - 1) with n = 3"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "at", "hand", "guess"), SLIPS)
def test_the_slip_is_named(text: str, at: dict[str, float], hand: str, guess: str) -> None:
    for seed in (0, 1):
        found = against(text, at, hand, seed=seed)
        (each,) = found.inputs.values()
        assert each.claim is not None
        assert found.verdict == "wrong"
        assert (each.verdict, each.claim.verdict) == ("right", "wrong")
        assert (found.of_gradient, found.by_hand) == ("right", "wrong")
        assert each.claim.guess == guess


def test_where_and_by_how_much() -> None:
    found = against("3x^2 - 4x + 5", {"x": 3.0}, "6x - 5")
    claim = found.inputs["x"].claim
    assert claim is not None
    assert (claim.at, claim.value, claim.claimed, claim.ours) == ({"x": 3.0}, 13.0, 13.0, 14.0)
    assert told(claim, "x", "L") == (
        "dL/dx is 14 at x = 3, and 6x - 5 is 13, off by -1: it is 1 less than it should be everywhere"
    )


def test_right_at_the_point_alone_is_wrong() -> None:
    claim = against("x^2", {"x": 3.0}, "6").inputs["x"].claim
    assert claim is not None
    assert claim.value == 6.0
    assert claim.at is not None
    assert claim.at["x"] != 3.0


def test_the_seed_chooses_the_points() -> None:
    def places(seed: int) -> list[float]:
        return [each["x"] for each in nearby({"x": 3.0}, seed)]

    assert places(1) == places(1)
    assert places(1) != places(2)
    assert places(1)[0] == 3.0
    tiny = [each["k"] for each in nearby({"k": 1.38e-23}, 0)]
    assert sum(0.1 < k / 1.38e-23 < 10 for k in tiny) > len(tiny) / 3  # some of them in proportion


def test_undefined_where_the_derivative_is_not() -> None:
    found = against("x^2", {"x": 0.0}, "2x^2/x")
    claim = found.inputs["x"].claim
    assert claim is not None
    assert found.verdict == "wrong"
    assert told(claim, "x", "L") == "dL/dx is 0 at x = 0, where 2x^2/x is undefined"


def test_at_a_kink_the_convention_is_nobodys_mistake() -> None:
    for hand in ("sign(x)", "if(x > 0, 1, -1)"):
        found = against("abs(x)", {"x": 0.0}, hand)
        assert found.inputs["x"].claim is not None
        assert found.inputs["x"].claim.right
        assert found.verdict == "kink"


def test_nothing_to_compare_is_not_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "NEARBY", 0)
    found = against("x*abs(y) + abs(x)", {"x": 0.0, "y": 1.0}, "x: sign(x)")
    claim = found.inputs["x"].claim
    assert claim is not None
    assert not claim.right
    assert found.verdict == "kink"
    assert told(claim, "x", "L") == "there is no derivative here or near by to compare sign(x) with"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_sympys_derivatives_are_right_and_spoilt_ones_wrong(data: st.DataObject) -> None:
    x, y = sympy.symbols("x y")
    functions = [sympy.sin, sympy.cos, sympy.exp, sympy.tanh, sympy.atan, lambda u: u**2, lambda u: 1 / (2 + u**2)]
    expression: sympy.Expr = x
    for _ in range(data.draw(st.integers(1, 3))):
        expression = data.draw(st.sampled_from(functions))(expression)
        other = data.draw(st.sampled_from([x, y, x * y, sympy.Integer(3)]))
        expression = expression * other if data.draw(st.booleans()) else expression + other
    slope = sympy.diff(expression, x)
    at = {"x": data.draw(st.floats(-2, 2)), "y": data.draw(st.floats(0.5, 2))}
    text = str(expression)
    formula = parse(text)
    at = {name: value for name, value in at.items() if name in formula.inputs}
    answer = gradient(formula, at)
    assume(math.isfinite(answer.value) and math.isfinite(answer.grad["x"]))
    right = check(formula, at, against=[f"x: {slope}"])
    assert right.inputs["x"].claim is not None
    assert right.inputs["x"].claim.right, (text, slope, at)
    spoilt = check(formula, at, against=[f"x: ({slope}) + (0.001 + x^2)*(1 + abs({slope}))"])
    assert spoilt.verdict == "wrong"
