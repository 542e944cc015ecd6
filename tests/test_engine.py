"""The graph and its numbers: the lecture, routing, undefined and indeterminate points, depth, threads."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest

from autodiff_cli import AdiffError, Value, grad, parse
from autodiff_cli.analysis.gradient import gradient
from autodiff_cli.graph.formula import Formula

LECTURE = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}


def test_the_lecture_by_text() -> None:
    answer = grad("(a*b+c)*f", a=2, b=-3, c=10, f=-2)
    assert (answer.output, answer.value) == ("L", -8.0)
    assert answer.grad == {"a": 6.0, "b": -4.0, "c": -2.0, "f": 4.0}
    assert answer.inputs == LECTURE
    assert answer.notes == ()
    assert grad("(a*b+c)*f", LECTURE) == answer
    with pytest.raises(AttributeError):
        answer.inputs = {}  # type: ignore[misc]


def test_the_lecture_by_hand() -> None:
    a, b, c, f = (Value(x, label=name) for name, x in LECTURE.items())
    e = a * b
    d = e + c
    L = d * f
    for _ in range(2):  # running it again gives the same
        L.backward()
        assert [v.grad for v in (a, b, c, f, e, d, L)] == [6.0, -4.0, -2.0, 4.0, -2.0, -2.0, 1.0]
    assert L.data == -8.0
    assert grad(L).grad == {"a": 6.0, "b": -4.0, "c": -2.0, "f": 4.0}


def test_a_value_used_twice() -> None:
    a = Value(3.0, label="a")
    b = a + a
    b.backward()
    assert a.grad == 2.0
    c = a * a * a
    c.backward()
    assert a.grad == 27.0
    assert b.operands == (a, a)


def test_a_value_forgets_the_last_backward() -> None:
    a, b = Value(3.0, label="a"), Value(4.0, label="b")
    (a * b).backward()
    (a + b).backward()
    assert (a.grad, b.grad) == (1.0, 1.0)


def test_values_and_plain_numbers() -> None:
    x = Value(2.0, label="x")
    y = 1 + 2 * x**3 / 4 - (5 - x) + abs(-x) + 2**x + x.exp() + x.max(1.0, 2.0).clamp(0, 10) - 1 / x
    y.backward()
    assert y.data == pytest.approx(1 + 4 - 3 + 2 + 4 + math.exp(2) + 2 - 0.5)
    assert x.grad == pytest.approx(6 + 1 + 1 + 4 * math.log(2) + math.exp(2) + 0.5 + 0.25)
    with pytest.raises(TypeError, match="takes 2"):
        x.hypot()
    with pytest.raises(TypeError, match="values and numbers"):
        x.hypot("3")
    with pytest.raises(TypeError):
        x + "3"
    with pytest.raises(AttributeError, match="no attribute or operation"):
        x.sine()
    with pytest.raises(ValueError, match="backward needs data"):
        (Value(label="u") + 1).backward()
    assert repr(x) == "Value(2.0, label='x')"


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
    ("abs(x)", {"x": 0}, "kink", "slopes -1 and +1"),
    ("max(x, 2)", {"x": 2}, "kink", "tie"),
    ("floor(x)", {"x": 2}, "jump", "whole number"),
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
    assert notes[0].message.startswith("dL/dx: digits cancel in -1 + exp(x)")


@pytest.mark.parametrize(
    ("text", "at"),
    [("1 + x^2/4000 - cos(x)", {"x": 0}), ("exp(x) - 1", {"x": 0}), ("10*2 + x^2 - 10*cos(2*pi*x)", {"x": 0}),
     ("sum(i, 1, 4, if(i == 2, x, 0))", {"x": 3}), ("floor(2)*x", {"x": 1}), ("max(x, x)", {"x": 1}), ("abs(0)*x", {"x": 1})],
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


DEEP = 100_000


@pytest.mark.parametrize(
    ("text", "value", "slope"),
    [("+".join(["x"] * DEEP), DEEP / 2, DEEP), ("(" * DEEP + "x" + ")" * DEEP, 0.5, 1.0), ("-" * DEEP + "x", 0.5, 1.0),
     ("sin(" * DEEP + "x" + ")" * DEEP, None, None), ("*".join(["x"] * 50), 0.5**50, 50 * 0.5**49),
     ("x^" * 50_000 + "1", None, None), ("if(x > 1, 1, " * 20_000 + "x" + ")" * 20_000, 0.5, 1.0),
     (";".join(f"v{i + 1} = v{i} + x" for i in range(20_000)) + "; v0 = x", 20_001 / 2, 20_001)],
    ids=["terms", "parentheses", "minuses", "sines", "factors", "towers", "ifs", "definitions"],
)  # fmt: skip
def test_nothing_recurses_over_the_input(text: str, value: float | None, slope: float | None) -> None:
    answer = grad(text, x=0.5)
    if value is not None:
        assert answer.value == pytest.approx(value)
        assert answer.grad["x"] == pytest.approx(slope)
    assert answer.defined


def test_functions_calling_functions_to_any_depth() -> None:
    text = "f0(t) = t + 1\n" + "\n".join(f"f{i + 1}(t) = f{i}(t) + 1" for i in range(5_000)) + "\nf5000(x)"
    assert grad(text, x=1).value == 5_002


def test_a_chain_of_values_by_hand() -> None:
    x = Value(0.5, label="x")
    y = x
    for _ in range(DEEP):
        y = y * 0.99999 + 1e-6
    y.backward()
    assert 0 < x.grad < 1


def test_a_formula_serves_many_points_and_threads() -> None:
    formula = parse("sin(x)*y + x^2")
    assert (formula.inputs, formula.outputs) == (("x", "y"), ("L",))

    def at(i: int) -> float:
        return gradient(formula, {"x": i, "y": 2}).grad["x"]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(at, range(200))) == [2 * math.cos(i) + 2 * i for i in range(200)]


def test_parsing_from_many_threads() -> None:
    def one(i: int) -> float:
        return grad(f"x^2 + {i}", x=1).value

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(100))) == [1.0 + i for i in range(100)]


def test_several_outputs() -> None:
    answer = grad("x*y, x + y", x=2, y=3)
    assert {name: (each.value, each.grad) for name, each in answer.outputs.items()} == {
        "y1": (6.0, {"x": 3.0, "y": 2.0}),
        "y2": (5.0, {"x": 1.0, "y": 1.0}),
    }


def test_wrt_and_of() -> None:
    formula = parse("e = a*b; d = e + c; L = d*f")
    answer = gradient(formula, LECTURE, wrt=["a"], of=["d"])
    assert (answer.output, answer.value, answer.grad) == ("d", 4.0, {"a": -3.0})
    with pytest.raises(AdiffError, match="does not use"):
        gradient(formula, LECTURE, wrt=["z"])
    with pytest.raises(AdiffError, match="defines no z"):
        gradient(formula, LECTURE, of=["z"])


def test_wrt_leaves_out_what_has_no_derivative() -> None:
    answer = gradient(parse("x^y"), {"x": -2, "y": 3}, wrt=["x"])
    assert answer.grad == {"x": 12.0}
    assert answer.defined
    assert answer.notes == ()


def test_an_input_of_no_consequence() -> None:
    answer = grad("a = 2; b = 3; a + 1")
    assert answer.grad["a"] == 1.0


def test_a_formula_from_values_without_labels() -> None:
    formula = Formula({"y": Value(1.0) * Value(2.0) + Value(3.0, label="c")})
    assert formula.inputs == ("x1", "x2", "c")
