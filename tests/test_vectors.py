"""Vectors: they expand to scalars, whose names are w[1], w[2], ..., and every answer is that of the scalars."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff_cli import AdiffError, grad, parse

FINITE = st.floats(-50, 50)
PAIRS = st.integers(1, 6).flatmap(
    lambda n: st.tuples(st.lists(FINITE, min_size=n, max_size=n), st.lists(FINITE, min_size=n, max_size=n))
)

# A function of whole vectors, and the same spelt out in scalars.
SPELT_OUT = {
    "sum(u)": lambda n: " + ".join(f"u{i}" for i in range(n)),
    "prod(u)": lambda n: "*".join(f"u{i}" for i in range(n)),
    "mean(u)": lambda n: f"({' + '.join(f'u{i}' for i in range(n))})/{n}",
    "dot(u, v)": lambda n: " + ".join(f"u{i}*v{i}" for i in range(n)),
    "min(u)": lambda n: f"min({', '.join(f'u{i}' for i in range(n))})" if n > 1 else "u0",
    "max(u)": lambda n: f"max({', '.join(f'u{i}' for i in range(n))})" if n > 1 else "u0",
    "sum(sin(u)*v^2 - 1)": lambda n: " + ".join(f"(sin(u{i})*v{i}^2 - 1)" for i in range(n)),
    "sum(max(u, v))": lambda n: " + ".join(f"max(u{i}, v{i})" for i in range(n)),
    "sum(if(u > v, u, 2*v))": lambda n: " + ".join(f"if(u{i} > v{i}, u{i}, 2*v{i})" for i in range(n)),
    "sum(3u/2 + -v)": lambda n: " + ".join(f"(3*u{i}/2 + -v{i})" for i in range(n)),
}


@pytest.mark.parametrize("text", SPELT_OUT)
@settings(max_examples=25, deadline=None)
@given(pair=PAIRS)
def test_a_vector_is_its_parts(text: str, pair: tuple[list[float], list[float]]) -> None:
    u, v = pair
    scalars = {f"u{i}": x for i, x in enumerate(u)} | {f"v{i}": x for i, x in enumerate(v)}
    spelt = SPELT_OUT[text](len(u))
    used = {name: x for name, x in scalars.items() if "v" in text or name.startswith("u")}
    expected = grad(spelt, used)
    found = grad(text, {"u": u, "v": v} if "v" in text else {"u": u})
    assert found.value == expected.value or math.isnan(found.value) == math.isnan(expected.value) is True
    renamed = {f"{name[0]}[{int(name[1:]) + 1}]": x for name, x in expected.grad.items()}
    assert found.grad == {name: renamed[name] for name in found.grad}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e200, 1e200).filter(lambda x: x == 0 or abs(x) > 1e-100), min_size=1, max_size=8))
def test_the_norm_neither_overflows_nor_loses_digits(v: list[float]) -> None:
    found = grad("norm(v)", v=v)
    length = math.hypot(*v)
    assert found.value == pytest.approx(length, rel=1e-15 * len(v))
    if length:
        assert list(found.grad.values()) == pytest.approx([x / length for x in v], rel=1e-15 * len(v), abs=1e-300)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-2000, 2000), min_size=1, max_size=8))
def test_the_sum_of_exponentials_neither_overflows_nor_loses_digits(v: list[float]) -> None:
    import mpmath

    with mpmath.workdps(60):
        terms = [mpmath.exp(mpmath.mpf(x)) for x in v]
        total = mpmath.fsum(terms)
        value, shares = float(mpmath.log(total)), [float(t / total) for t in terms]
    found = grad("logsumexp(v)", v=v)
    assert found.value == pytest.approx(value, rel=1e-14, abs=1e-13)
    assert list(found.grad.values()) == pytest.approx(shares, rel=1e-12, abs=1e-300)


def test_a_neuron_and_a_layer() -> None:
    neuron = grad("tanh(dot(w, x) + b)", w=[1, -2, 0.5], x=[0.1, 0.2, 0.3], b=0.1)
    assert neuron.value == pytest.approx(math.tanh(-0.05))
    assert list(neuron.grad) == ["w[1]", "w[2]", "w[3]", "x[1]", "x[2]", "x[3]", "b"]
    layer = grad(
        "h = tanh([dot(w1, x), dot(w2, x)] + b); dot(v, h)", w1=[1, 2], w2=[3, 4], x=[0.1, 0.2], b=[0.1, -0.1], v=[1, 1]
    )
    assert layer.value == pytest.approx(math.tanh(0.6) + math.tanh(1.0))


@pytest.mark.parametrize("n", [2, 5, 30])
def test_rosenbrock_in_any_dimension(n: int) -> None:
    text = "sum(i, 1, len(x) - 1, 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)"
    found = grad(text, x=[1.0] * n)
    assert found.value == 0
    assert set(found.grad.values()) == {0.0}
    assert grad(text, x=[0.5] * n).value == pytest.approx((n - 1) * (100 * 0.0625 + 0.25))


@pytest.mark.parametrize(
    ("text", "at", "value"),
    [
        ("w = [1, 2, 3]; sum(w)", {}, 6.0),
        ("w = [1, 2, 3]; sum(w)", {"w": [4, 5]}, 9.0),
        ("w = [1, 2, 3]; sum(w)", {"w[2]": 10}, 14.0),
        ("w = 2; sum(w^2)", {"w": [1, 2, 3]}, 14.0),
        ("w = [1, 2]*3; w[2]", {}, 6.0),
        ("const v = [1, 2]; sum(v)*x", {"x": 2}, 6.0),
        ("const n = [2, 3]; sum(i, 1, n[2], i)*x", {"x": 1}, 6.0),
        ("sum(i, 1, 3, w[i]*i)", {"w": [1, 1, 1]}, 6.0),
        ("sum(i, 1, 3, w[i]*i)", {"w[1]": 1, "w[2]": 1, "w[3]": 1}, 6.0),
        ("f(v, k) = dot(v, v)*k; f([1, 2], 3)", {}, 15.0),
        ("f(v) = v[1] - v[2]; f([5, 2])", {}, 3.0),
        ("softmax(v) = exp(v - logsumexp(v)); sum(softmax(w))", {"w": [1, 2, 3]}, 1.0),
        ("norm^2(v)", {"v": [3, 4]}, 25.0),
        ("norm(v)", {"v": [-3]}, 3.0),
        ("e[1] + e[2]", {"e": [1, 2]}, 3.0),
        ("prod(1 + v)", {"v": [1, 2]}, 6.0),
        ("sum([a, 2, a])", {"a": 3}, 8.0),
        ("sum(v < 2)", {"v": [1, 2, 1]}, 2.0),
        ("sum(0 < v < 2)*x", {"v": [1, 2, 1], "x": 1}, 2.0),
        ("sum(i, 1, 2, v*i)[1]", {}, None),
    ],
)
def test_forms(text: str, at: dict[str, Any], value: float | None) -> None:
    if value is None:
        with pytest.raises(AdiffError, match="only the parts of a name"):
            grad(text, at)
    else:
        assert grad(text, at).value == pytest.approx(value)


def test_every_part_of_a_vector_is_an_input() -> None:
    found = grad("w[1]*w[3]", w=[2, 3, 5, 7])
    assert found.grad == {"w[1]": 5.0, "w[2]": 0.0, "w[3]": 2.0, "w[4]": 0.0}
    assert parse("w[3]*x").inputs == ("w[1]", "w[2]", "w[3]", "x")


def test_a_vector_as_output_gives_a_jacobian(adiff: Any) -> None:
    found = json.loads(adiff("grad", "h = w^2; h", "w=1,2", "--json").out)
    assert found["outputs"] == {
        "h[1]": {"value": 1.0, "grad": {"w": [2.0, 0.0]}},
        "h[2]": {"value": 4.0, "grad": {"w": [0.0, 4.0]}},
    }
    assert found["inputs"] == {"w": [1.0, 2.0]}


def test_names_of_vectors_stand_for_their_parts(adiff: Any) -> None:
    program = ("h = w*x; L = sum(h) + b", "w=1,2", "x=3,4", "b=5")
    assert list(json.loads(adiff("grad", *program, "--wrt", "w", "--json").out)["grad"]) == ["w"]
    assert json.loads(adiff("grad", *program, "--wrt", "w[2],b", "--json").out)["grad"] == {"w[2]": 4.0, "b": 1.0}
    assert list(json.loads(adiff("grad", *program, "--of", "h", "--json").out)["outputs"]) == ["h[1]", "h[2]"]


@pytest.mark.parametrize("value", ["1,2,3", "[1, 2, 3]", "1, 4/2, 3", "min(1, 2),2,sqrt(9)", "[1,2,1+2]"])
def test_bindings(value: str, adiff: Any) -> None:
    assert json.loads(adiff("grad", "sum(w)", f"w={value}", "--json").out)["inputs"] == {"w": [1.0, 2.0, 3.0]}


def test_a_call_with_a_comma_is_one_number(adiff: Any) -> None:
    assert json.loads(adiff("grad", "2x", "x=min(1, 2)", "--json").out)["inputs"] == {"x": 1.0}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.toml", 'w = [1, "2/1"]\nb = 3\n'),
        ("p.json", '{"w": [1, 2], "b": 3}'),
        ("q.toml", '"w[1]" = 1\n"w[2]" = 2\nb = 3'),
    ],
)
def test_points_in_files(name: str, text: str, adiff: Any, tmp_path: Any) -> None:
    (tmp_path / name).write_text(text)
    found = json.loads(adiff("grad", "sum(w)*b", "--at", name, "--json").out)
    assert found["inputs"] == {"w": [1.0, 2.0], "b": 3.0}
    assert found["grad"] == {"w": [3.0, 3.0], "b": 3.0}


def test_the_last_point_keeps_its_vectors(adiff: Any) -> None:
    adiff("grad", "w = [1, 2, 3]; sum(w^2)", "w=4,5")
    assert "w[2]" in adiff("nudge", "--step", "0").out
    assert "w[3]" not in adiff("nudge", "--step", "0").out
    assert "7" in adiff("nudge", "w[2]=7", "--step", "0").out


def test_a_decimal_comma_is_told_from_a_vector(adiff: Any) -> None:
    assert (
        "vector: x is a vector of 2 parts, as it is bound; a decimal takes a point" in adiff("grad", "x^2", "x=3,5").out
    )
    assert "decimal" not in adiff("grad", "sum(x)", "x=3,5").out
    assert "decimal" not in adiff("grad", "x[1]*x[2]", "x=3,5").out
    assert "decimal" not in adiff("grad", "x^2", "x=3,5,6").out


def test_numpy_like_sequences_are_taken() -> None:
    from array import array

    assert grad("sum(w)", w=array("d", [1, 2])).value == 3
    assert grad("sum(w)", w=(1, 2)).value == 3
    assert grad("sum(w)", w=range(3)).value == 3


def test_a_function_nobody_calls_may_be_of_vectors() -> None:
    assert grad("f(v) = dot(v, v) + sum(v); x", x=1).value == 1
    with pytest.raises(AdiffError, match="no function"):
        grad("f(v) = sinus(v); x", x=1)


def test_long_vectors() -> None:
    n = 20_000
    found = grad("dot(w, w)", w=[1.0] * n)
    assert found.value == n
    assert set(found.grad.values()) == {2.0}


def test_a_list_of_another_length_than_the_formula_was_made_for() -> None:
    formula = parse("dot(w, w)*x", bound={"w": [1, 2, 3]})
    assert grad(formula, w=[1, 2, 3], x=1).value == 14
    with pytest.raises(AdiffError, match="a vector of 3 here, and a list of 2"):
        grad(formula, w=[1, 2], x=1)
    with pytest.raises(AdiffError, match="one number here, and a list of 2"):
        grad(formula, w=[1, 2, 3], x=[1, 2])
