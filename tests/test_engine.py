"""The graph and its numbers: the lecture, depth, threads, several outputs."""

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


@pytest.mark.parametrize("wrong", ["2", None, 1j, 10**400])
def test_what_is_no_number_is_refused(wrong: object) -> None:
    with pytest.raises(AdiffError, match="must be a number"):
        grad("a*b", {"a": wrong, "b": 3})


@pytest.mark.parametrize("wrong", [None, 3, b"x"])
def test_what_is_no_expression_is_refused(wrong: object) -> None:
    with pytest.raises(AdiffError, match="an expression is text"):
        grad(wrong)  # type: ignore[arg-type]


def test_an_answer_is_frozen_to_the_bottom() -> None:
    answer = grad("x^2", x=3)
    for change in (answer.grad, answer.inputs, answer.outputs):
        with pytest.raises(TypeError, match="cannot be changed"):
            change["x"] = 1  # type: ignore[assignment]


def test_formulas_and_values_travel_between_processes() -> None:
    import pickle

    formula = pickle.loads(pickle.dumps(parse("sin(x)*y + max(x, y)")))
    assert gradient(formula, {"x": 1, "y": 2}).grad == grad("sin(x)*y + max(x, y)", x=1, y=2).grad


@pytest.mark.parametrize(
    "program",
    ["(x < y) == (y < 2)", "x - (y - 2)", "(x^2)^y", "-(x + y)*2", "x/(y/2)", "x + (y + 2)", "if(x < y, x, -y^2)"],
)
def test_text_reads_back(program: str) -> None:
    from autodiff_cli.notation.text import text

    formula = parse(program)
    shown = text(formula.nodes[formula.output_nodes["L"]])
    assert grad(shown, x=1.5, y=0.7).value == grad(program, x=1.5, y=0.7).value, shown
