"""Nasty points: routing, undefined and indeterminate values, and the notes on them."""

from __future__ import annotations

import math

import pytest

from autodiff_cli import grad

ROUTED = [
    ("if(x > 0, sqrt(x), 0)", {"x": -1}, 0, {"x": 0}),
    ("if(x > 0, sqrt(x), 0)", {"x": 0}, 0, {"x": 0}),
    ("if(x > 0, log(x)*y, y)", {"x": -1, "y": 3}, 3, {"x": 0, "y": 1}),
    ("max(1, sqrt(x))", {"x": 0}, 1, {"x": 0}),
    ("relu(log(x))", {"x": 0}, 0, {"x": 0}),
    ("relu(sqrt(x) - 1)", {"x": 0}, 0, {"x": 0}),
    ("clamp(1/x, -1, 1)", {"x": 0}, 1, {"x": 0}),
    ("step(sqrt(x)) + x", {"x": 0}, 0, {"x": 1}),
    ("floor(1/x)*0 + x", {"x": 0.3}, 0.3, {"x": 1}),
    ("if(x > 0, 1, 0)*y", {"x": 2, "y": 5}, 5, {"x": 0, "y": 1}),
    ("(x > 1)*x^2", {"x": 3}, 9, {"x": 6}),
    ("if(x == x, x, 1/0)", {"x": 3}, 3, {"x": 1}),
    ("if(x > 0 and log(x) > 1, log(x), x)", {"x": -1}, -1, {"x": 1}),
    ("if(x < 0 or log(x) > 1, 2x, log(x))", {"x": -1}, -2, {"x": 2}),
    ("if(not x > 0, x, sqrt(-x))", {"x": -2}, -2, {"x": 1}),
    ("abs(sqrt(x))", {"x": 0}, 0, {"x": 0}),
    ("if(1 < x < 3, x, -x)", {"x": 2}, 2, {"x": 1}),
    ("if(x < 0, 1, x < 1, x, x < 2, x^2, x^3)", {"x": 1.5}, 2.25, {"x": 3}),
]


@pytest.mark.parametrize(("text", "at", "value", "expected"), ROUTED)
def test_an_operand_not_chosen_contributes_nothing(
    text: str, at: dict[str, float], value: float, expected: dict[str, float]
) -> None:
    answer = grad(text, at)
    assert answer.value == value
    assert answer.grad == expected
    assert not any(note.kind in ("infinity", "undefined", "indeterminate") for note in answer.notes)


@pytest.mark.parametrize(
    "text",
    ["x < nan", "min(x, nan)", "max(1, x + nan)", "clamp(x, nan, 1)", "step(nan*x)", "sign(x + nan)", "(nan*x)^0", "1^(nan*x)",
     "if(nan*x > 0, x, x)", "log(-x)", "asin(2*x)", "x*log(x - 1)*0"],
)  # fmt: skip
def test_undefined(text: str) -> None:
    """A NaN operand makes it undefined, and all partials with it."""
    answer = grad(text + " + y", x=1, y=2)
    assert math.isnan(answer.value) or text == "x*log(x - 1)*0"
    if math.isnan(answer.value):
        assert all(math.isnan(g) for g in answer.grad.values())


INDETERMINATE = [
    ("sqrt(x)*sqrt(x)", 1.0, "indeterminate"),
    ("cbrt(x)^3", 1.0, "indeterminate"),
    ("sqrt(x^2)", 0.0, "kink"),
    ("sqrt(x^4)", 0.0, "indeterminate"),
    ("cbrt(x^3)", 1.0, "indeterminate"),
    ("x + sqrt(x)^3", 1.0, "indeterminate"),
    ("2*sqrt(x^2) + x", 1.0, "kink"),
    ("sqrt(x)*x^0.5*3", 3.0, "indeterminate"),
]


@pytest.mark.parametrize(("text", "slope", "kind"), INDETERMINATE)
def test_indeterminate_points_are_resolved(text: str, slope: float, kind: str) -> None:
    answer = grad(text, x=0)
    assert answer.grad == {"x": slope}
    assert kind in [note.kind for note in answer.notes]


def test_an_indeterminate_point_without_slope() -> None:
    answer = grad("sqrt(sqrt(x^2))", x=0)
    assert math.isnan(answer.grad["x"])
    assert not answer.defined
    assert "-inf and inf" in answer.notes[-1].message


KINDS = [
    ("abs(x)", {"x": 0}, "kink", "-1 from the left and 1 from the right, 0 is used"),
    ("max(x, 2)", {"x": 2}, "kink", "tie"),
    ("floor(x)", {"x": 2}, "jump", "whole number"),
    ("x^y", {"x": 0, "y": 0}, "jump", "0^0"),
    ("if(x > 0, x, 2)", {"x": 0}, "jump", "threshold"),
    ("mod(x, 3)", {"x": 6}, "jump", "multiple"),
    ("1/x", {"x": 0}, "infinity", "pole"),
    ("log(1 + exp(x))", {"x": 1000}, "overflow", "softplus"),
    ("1/(1 + exp(-x))", {"x": -1000}, "overflow", "sigmoid"),
    ("sqrt(x^2 + 1)", {"x": 1e200}, "overflow", "hypot"),
    ("log(exp(x) + exp(y))", {"x": 1000, "y": 1}, "overflow", "logaddexp"),
    ("log(x)", {"x": -1}, "undefined", "x > 0"),
    ("x^y", {"x": -8, "y": 1 / 3}, "undefined", "cbrt"),
    ("x^y", {"x": -2, "y": 3}, "undefined", "--wrt"),
    ("sqrt(x)", {"x": 0}, "infinity", "infinite"),
    ("(1 + x) - 1", {"x": 1e-10}, "cancellation", "digits"),
    ("0.1 + x - 0.3", {"x": 0.2}, "cancellation", "no digit"),
]


@pytest.mark.parametrize(("text", "at", "kind", "word"), KINDS)
def test_notes(text: str, at: dict[str, float], kind: str, word: str) -> None:
    answer = grad(text, at)
    note = next(note for note in answer.notes if note.kind == kind)
    assert word in note.message
    assert note.node
    assert note.span is not None
    line = text[note.span.column - 1 : note.span.column - 1 + note.span.length]
    assert line


@pytest.mark.parametrize(
    ("text", "at"),
    [("x^2 - 4", {"x": 2}), ("x - 3", {"x": 3}), ("abs(x)^2", {"x": 0}), ("100*(y - x^2)^2 + (1 - x)^2", {"x": 1, "y": 1}),
     ("if(x > 0, x, 1/0)", {"x": 1}), ("3x^2 - 4x + 5", {"x": 3}), ("sin(pi*x)", {"x": 0.3}), ("x/2 - 1", {"x": 2})],
)  # fmt: skip
def test_no_false_alarm(text: str, at: dict[str, float]) -> None:
    assert grad(text, at).notes == ()


def test_digits_lost_in_a_partial_alone() -> None:
    """The value is as good as can be, the slope is a difference of near numbers."""
    notes = grad("1000 + exp(x) - 1 - x", x=1e-9).notes
    assert [note.kind for note in notes] == ["cancellation"]
    assert notes[0].message.startswith("dL/dx: its terms cancel")


@pytest.mark.parametrize(
    ("text", "at"),
    [("1 + x^2/4000 - cos(x)", {"x": 0}), ("exp(x) - 1", {"x": 0}), ("10*2 + x^2 - 10*cos(2*pi*x)", {"x": 0}),
     ("sum(i, 1, 4, if(i == 2, x, 0))", {"x": 3}), ("floor(2)*x", {"x": 1}), ("max(x, x)", {"x": 1}), ("sum(i, 0, 3, x^i)", {"x": 0}), ("abs(0)*x", {"x": 1})],
)  # fmt: skip
def test_no_alarm_at_exact_results_and_constant_edges(text: str, at: dict[str, float]) -> None:
    assert grad(text, at).notes == ()


@pytest.mark.parametrize(
    ("text", "slope", "value"),
    [("if(x > 0, 1, sqrt(x)*sqrt(x))", 1.0, 0), ("sqrt(x)*sqrt(x) + step(x)", 1.0, 0), ("sqrt(x^2) + sign(x)", 0.0, 0),
     ("cbrt(x)^3 + mod(x, 1)", 2.0, 0), ("sqrt(x)^2.01", 0.0, 0), ("(x^2)^0.51", 0.0, 0)],
)  # fmt: skip
def test_resolved_beside_a_jump_and_slow_powers(text: str, slope: float, value: float) -> None:
    answer = grad(text, x=0)
    assert (answer.value, answer.grad["x"]) == (value, slope)


def test_partials_through_what_left_the_range_are_resolved() -> None:
    assert grad("sqrt(x^2 + y^2)", x=1e200, y=1e200).grad["x"] == pytest.approx(0.5**0.5)
    under = grad("sqrt(x^2)", x=1e-200)
    assert under.grad["x"] == 1.0
    assert not any(note.kind == "infinity" for note in under.notes)


@pytest.mark.parametrize("text", ["exp(-exp(1/x^2))*sqrt(x^2)", "atan(exp(exp(1/x^2)))*sqrt(x^2)"])
def test_the_resolver_does_not_hang(text: str) -> None:
    grad(text, x=0)


def test_many_indeterminate_partials() -> None:
    text = "sqrt(" + " + ".join(f"x{i}^2" for i in range(60)) + ")"
    answer = grad(text, {f"x{i}": 0 for i in range(60)})
    assert set(answer.grad.values()) == {0.0}
    assert len(answer.notes) < 12


def test_high_precision_knows_every_operation() -> None:
    from autodiff_cli.analysis.precise import FUNCTIONS
    from autodiff_cli.ops import TABLE

    assert set(TABLE) == set(FUNCTIONS)


def test_notes_speak_of_the_call_not_of_the_body() -> None:
    note = grad("f(t) = 1/t\nf(x) + 2", x=0).notes[0]
    assert note.span is not None
    assert (note.span.line, note.span.column) == (2, 1)


@pytest.mark.parametrize(
    ("text", "x"),
    [("1 - erf(x)", 7), ("1 - tanh(x)", 20), ("1 - sigmoid(x)", 40), ("softplus(x) - x", 40), ("hypot(x, 1) - x", 1e9)],
)
def test_a_wrong_zero_is_never_silent(text: str, x: float) -> None:
    assert any(note.kind == "cancellation" and note.message.startswith("L: ") for note in grad(text, x=x).notes)


@pytest.mark.parametrize(
    ("text", "at"),
    [("(1.5-x+x*y)^2+(2.25-x+x*y^2)^2+(2.625-x+x*y^3)^2", {"x": 3, "y": 0.5}), ("x^3 - 0.125", {"x": 0.5}),
     ("x^-2 - 4", {"x": 0.5}), ("2^x - 0.25", {"x": -2}), ("log2(x) + 1", {"x": 0.5}), ("mod(x, 1) - 0.5", {"x": 2.5}),
     ("cbrt(x) - 0.5", {"x": 0.125}), ("(x > 1) == (y > 0)", {"x": 2, "y": 3})],
)  # fmt: skip
def test_exact_arithmetic_gives_no_alarm(text: str, at: dict[str, float]) -> None:
    assert grad(text, at).notes == ()


def test_the_node_that_loses_the_digits_is_named() -> None:
    notes = grad("(x^2 - 1)/(x - 1)", x=1.0000001).notes
    assert "x^2 - 1;" in notes[0].message


@pytest.mark.parametrize(
    ("text", "at", "partials"),
    [("1/(x*(1 - x))", {"x": 1}, {"x": math.inf}), ("1/x", {"x": 0}, {"x": -math.inf}),
     ("a*b/(a + b)", {"a": 3, "b": -3}, {"a": math.inf, "b": math.inf})],
)  # fmt: skip
def test_poles_have_signed_infinite_slopes(text: str, at: dict[str, float], partials: dict[str, float]) -> None:
    answer = grad(text, at)
    assert math.isinf(answer.value)
    assert answer.grad == partials


def test_what_a_large_value_hides() -> None:
    """A slope that would not show beside the value in high precision is left as doubles have it."""
    assert grad("x + exp(y)", x=0, y=1e16).grad == {"x": 1.0, "y": math.inf}
    assert grad("sinh(x) - cosh(y)", x=0, y=1e16).grad == {"x": 1.0, "y": -math.inf}
    assert grad("gamma(x) + y", x=1e308, y=1).grad == {"x": math.inf, "y": 1.0}


def test_plain_overflow_is_told_once() -> None:
    assert [note.kind for note in grad("exp(x)", x=1000).notes] == ["overflow"]


@pytest.mark.parametrize(("text", "at"), [("x", {"x": math.nan}), ("min(x, nan)", {"x": 0})])
def test_a_nan_that_was_given_is_named(text: str, at: dict[str, float]) -> None:
    assert "is not a number" in grad(text, at).notes[0].message


def test_advice_for_logarithms() -> None:
    softmax = grad("-log(exp(a)/(exp(a) + exp(b)))", a=1000, b=1)
    assert "logaddexp" in softmax.notes[0].message
    assert "xlogy" in grad("x*log(x)", x=0).notes[-1].message


@pytest.mark.parametrize(
    ("text", "at"), [("if(x > 0, x^exp(y), 1)", {"x": 700, "y": 1e5}), ("x^y^z", {"x": 7, "y": 100, "z": 100})]
)
def test_towers_of_powers_end(text: str, at: dict[str, float]) -> None:
    """High precision must not work off an exponent of thousands of digits."""
    assert grad(text, at).value == math.inf


def test_the_slope_of_a_huge_power_has_the_sign_of_the_base() -> None:
    """y - 1 is y there, and what is lost of it must not turn the sign."""
    assert grad("x^y", x=7, y=1e200).grad == {"x": math.inf, "y": math.inf}
    assert grad("x^y", x=1 + 2**-52, y=2.0**60).grad["x"] == pytest.approx(
        2.0**60 * math.exp(2.0**60 * math.log1p(2**-52)), rel=1e-12
    )


@pytest.mark.parametrize(
    ("text", "at", "node", "phase", "operands"),
    [
        ("log(x)*y", {"x": -1, "y": 2}, "log(x)", "forward", {"x": -1.0}),
        ("exp(x)*y", {"x": 1000, "y": 0.5}, "exp(x)", "forward", {"x": 1000.0}),
        ("1/(x - y)", {"x": 2, "y": 2}, "1/(x - y)", "forward", {"1": 1.0, "x - y": 0.0}),
        ("sqrt(x)*y", {"x": 0, "y": 2}, "sqrt(x)", "backward", {"x": 0.0}),
        ("x^y", {"x": -2, "y": 3}, "x^y", "backward", {"x": -2.0, "y": 3.0}),
    ],
)
def test_where_it_went_wrong(
    text: str, at: dict[str, float], node: str, phase: str, operands: dict[str, float]
) -> None:
    """The first node that made it, its place, what it was made of, forward or backward."""
    note = grad(text, at).notes[0]
    assert (note.node, note.phase, dict(note.operands)) == (node, phase, operands)
    assert note.span is not None


def test_clamp_with_its_ends_the_wrong_way_round_is_told() -> None:
    answer = grad("clamp(x, 2, 1)", x=0)
    assert (answer.value, [note.kind for note in answer.notes]) == (1.0, ["domain"])
    assert grad("clamp(x, 0, 1)", x=0.5).notes == ()
