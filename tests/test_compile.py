"""compile: a formula as a function on floats and arrays."""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

from autodiff_cli import AdiffError, Value, compile, grad, hessian, parse

LECTURE = "(a*b+c)*f"
POINT = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}


def test_floats_in_floats_out() -> None:
    f = compile(LECTURE)
    assert f(a=2, b=-3, c=10, f=-2) == -8.0
    value, slopes = f.value_and_grad(POINT)
    assert (value, slopes) == (-8.0, {"a": 6.0, "b": -4.0, "c": -2.0, "f": 4.0})
    assert type(value) is float
    assert f.grad(POINT) == slopes
    assert f.inputs == ("a", "b", "c", "f")
    assert f.hessian(POINT)["a"] == {"a": 0.0, "b": -2.0, "c": 0.0, "f": -3.0}


def test_arrays() -> None:
    f = compile(LECTURE)
    a = np.linspace(-1, 1, 12).reshape(3, 4)
    value, slopes = f.value_and_grad(a=a, b=-3, c=10, f=-2)
    np.testing.assert_array_equal(value, (a * -3 + 10) * -2)
    np.testing.assert_array_equal(slopes["a"], np.full((3, 4), 6.0))
    np.testing.assert_array_equal(slopes["f"], a * -3 + 10)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.arange(6.0).reshape(2, 3)[:, ::-1], 2.0),
        (np.arange(6.0).reshape(2, 3).T, np.ones((3, 2))),
        (np.arange(3.0)[:, None], np.arange(5.0)),
        (np.arange(24.0).reshape(2, 3, 4)[:, ::2], np.arange(4.0)),
        (np.zeros((0, 3)), np.ones(3)),
        ([1, 2, 3], (4, 5, 6)),
        (np.arange(4, dtype=np.int32), np.array([True, False, True, True])),
        (np.arange(4, dtype=np.float32), np.arange(4, dtype=">f8")),
        (np.float64(2), np.array(3.0)),
        (np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(3.0)),
    ],
)
def test_shapes_and_types(a: object, b: object) -> None:
    """As NumPy broadcasts and converts."""
    value, slopes = compile("a*b + b^2").value_and_grad(a=a, b=b)
    p, q = np.broadcast_arrays(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    np.testing.assert_array_equal(value, p * q + q * q)
    np.testing.assert_array_equal(slopes["a"], q)
    np.testing.assert_array_equal(slopes["b"], p + 2 * q)
    assert np.shape(value) == p.shape


def test_large_broadcasts_go_through_buffers() -> None:
    x, y = np.arange(300.0)[:, None], np.arange(500.0)
    value, slopes = compile("x*y + y").value_and_grad(x=x, y=y)
    np.testing.assert_array_equal(value, x * y + y)
    np.testing.assert_array_equal(slopes["y"], np.broadcast_to(x + 1, (300, 500)))


def test_out() -> None:
    f = compile("x^2*y")
    x, y = np.arange(5.0), np.ones(5)
    value, by_y = np.empty(5), np.empty(5)
    found, slopes = f.value_and_grad(x=x, y=y, out=(value, {"y": by_y}))
    assert found is value
    assert slopes["y"] is by_y
    np.testing.assert_array_equal(value, x * x)
    np.testing.assert_array_equal(by_y, x * x)
    np.testing.assert_array_equal(slopes["x"], 2 * x)
    assert f(x=x, y=y, out=value) is value
    assert f.grad(x=x, y=y, out={"y": by_y})["y"] is by_y
    square = np.empty((5, 5)).T
    assert f(x=x[:, None], y=y, out=square) is square
    np.testing.assert_array_equal(square, np.broadcast_to((x * x)[:, None], (5, 5)))
    f(x=x, y=y, out=x)
    np.testing.assert_array_equal(x, np.arange(5.0) ** 2)


def test_an_out_of_vectors() -> None:
    f = compile("dot(w, x)*k", {"w": [1, 2, 3], "x": [0, 0, 0], "k": 2})
    value, slopes, scale = np.empty(2), np.full((2, 3), -7.0), np.empty(2)
    found = f.value_and_grad(x=np.arange(6.0).reshape(2, 3), out=(value, {"x": slopes, "k": scale}))
    assert found[0] is value
    assert found[1]["x"] is slopes
    assert (slopes.tolist(), scale.tolist()) == ([[2.0, 4.0, 6.0]] * 2, [8.0, 26.0])
    assert found[1]["w"].tolist() == [[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]]
    assert compile("x")(x=[10**30, 1]).tolist() == [1e30, 1.0]


def test_an_out_of_another_type() -> None:
    """It is rounded once, and what it cannot hold is infinite, without a warning."""
    single = np.empty(3, np.float32)
    found = compile("exp(x)/3")(x=np.array([0.0, 1.0, 200.0]), out=single)
    assert found is single
    assert single.tolist() == [float(np.float32(1 / 3)), float(np.float32(math.e / 3)), math.inf]


def test_an_overlapping_out_is_written_when_all_is_read() -> None:
    base = np.arange(200.0)
    want = base[:-1] ** 2
    compile("x^2")(x=base[:-1], out=base[1:])
    np.testing.assert_array_equal(base[1:], want)


def test_vectors() -> None:
    f = compile("dot(w, x)", {"w": [1, 2, 3], "x": [0, 0, 0]})
    rows = np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(f(x=rows), rows @ [1, 2, 3])
    slopes = f.grad(x=rows)
    np.testing.assert_array_equal(slopes["w"], rows)
    np.testing.assert_array_equal(slopes["x"], np.broadcast_to([1, 2, 3], (4, 3)))
    assert f(w=[1, 0, 1], x=[5, 6, 7]) == 12
    np.testing.assert_array_equal(f.grad(x=[5, 6, 7])["w"], [5, 6, 7])


def test_several_outputs() -> None:
    f = compile("u = x*y; v = x + y; u, v")
    assert f(x=2, y=3) == {"u": 6, "v": 5}
    slopes = f.grad(x=2, y=3)
    assert slopes == {"u": {"x": 3, "y": 2}, "v": {"x": 1, "y": 1}}
    assert f.hessian(x=2, y=3)["u"]["x"] == {"x": 0, "y": 1}
    out = {"u": np.empty(2)}
    assert f(x=np.ones(2), y=2, out=out)["u"] is out["u"]


def test_options() -> None:
    assert compile(LECTURE, wrt=["b"]).grad(POINT) == {"b": -4.0}
    assert compile("u = x^2; L = u + 1", of=["u"])(x=3) == 9
    assert compile(LECTURE, {"b": -3, "c": 10, "f": -2})(a=2) == -8
    assert compile("x = 3; x^2")() == 9
    single = compile("x/3", dtype="float32")(x=np.ones(3))
    assert single.dtype == np.float32
    f = compile("tanh(x)*erf(x)", math="exact", threads=1)
    assert f(x=0.7) == math.tanh(0.7) * math.erf(0.7)
    assert f(x=np.full(3, 0.7)).tolist() == [math.tanh(0.7) * math.erf(0.7)] * 3


def test_from_other_forms() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    assert compile(a * b + a)(a=4, b=5) == 24
    assert compile(parse("x^3")).grad(x=2) == {"x": 12}


@pytest.mark.parametrize(
    "text", ["exp(-((x-m)/s)^2/2)/(s*sqrt(2*pi))", "100*(x - m^2)^2 + (1 - m)^2*s", "atan2(x, m)*lgamma(s) + x^m"]
)
def test_against_the_scalar_commands(text: str) -> None:
    f = compile(text)
    rng = np.random.default_rng(4)
    at = {name: rng.uniform(0.3, 2, size=6) for name in f.inputs}
    value, slopes = f.value_and_grad(at)
    second = f.hessian(at)
    for n in range(6):
        point = {name: float(x[n]) for name, x in at.items()}
        answer, bent = grad(text, point), hessian(text, point)
        assert value[n] == pytest.approx(answer.value, rel=1e-13)
        for a, partial in answer.grad.items():
            assert slopes[a][n] == pytest.approx(partial, rel=1e-12, abs=1e-13)
            for b, other in bent.hessian[a].items():
                assert second[a][b][n] == pytest.approx(other, rel=1e-10, abs=1e-11)


def test_pickled() -> None:
    f = pickle.loads(pickle.dumps(compile(LECTURE, {"f": -2})))
    assert f(a=2, b=-3, c=10) == -8


def test_many_threads_at_once() -> None:
    f = compile("sin(x)*exp(y)")
    y = np.linspace(0, 1, 50_000)
    want = f(x=1.25, y=y)
    wrong: list[int] = []

    def work(k: int) -> None:
        for _ in range(5):
            if not np.array_equal(f(x=1.25, y=y), want):
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: compile(LECTURE)(a=1), ["b, c and f need values"]),
        (lambda: compile(LECTURE)(POINT, z=1), ["does not use z"]),
        (lambda: compile("x*y")(x=np.ones(3), y=np.ones(4)), ["(3,), (4,)", "do not go together"]),
        (lambda: compile("x")(x="one"), ["the values of x must be real numbers"]),
        (lambda: compile("x")(x=1j), ["must be real numbers", "complex"]),
        (lambda: compile("x*1")(x=np.ones(3), out=np.ones(4)), ["out has the shape (4,), the result (3,)"]),
        (lambda: compile("x*1")(x=np.ones(3), out=np.ones(3, dtype=int)), ["out holds int64"]),
        (lambda: compile("x*1")(x=np.ones(3), out=np.frombuffer(bytes(24))), ["out cannot be written to"]),
        (lambda: compile("x*1")(x=np.ones(3), out=[1, 2, 3]), ["out is no array but a list"]),
        (lambda: compile("x*1").grad(x=np.ones(3), out=np.ones(3)), ["out is a ndarray where a dict belongs"]),
        (lambda: compile("x*1").grad(x=np.ones(3), out={"q": np.ones(3)}), ["out has q"]),
        (lambda: compile("sum(w)", {"w": [1, 2]}).grad(out={"w": np.ones(3)}), ["w is a vector of 2", "last axis"]),
        (lambda: compile("x")(x=10**400), ["the values of x are no array of doubles"]),
        (lambda: compile("x")(x=[[1, 2], [3]]), ["the values of x are no array of doubles"]),
        (lambda: compile("sum(w)", {"w": [1, 2]})(w=[[1, 2], [3]]), ["w is a vector of 2"]),
        (lambda: compile("x", threads=0), ["0 threads do no work"]),
        (lambda: compile("x", math="quick"), ["math is fast or exact"]),
        (lambda: compile("x", dtype="float16"), ["dtype is float64 or float32"]),
        (lambda: compile("x", wrt=["y"]), ["does not use y"]),
        (lambda: compile("sum(w)", {"w": [1, 2]})(w=[1, 2, 3]), ["w is a vector of 2"]),
        (lambda: compile("x +"), ["syntax error"]),
        (lambda: compile(3), ["an expression is text"]),  # type: ignore[arg-type]
    ],
)
def test_mistakes(call: object, words: list[str]) -> None:
    assert callable(call)
    with pytest.raises(AdiffError) as wrong:
        call()
    assert all(word in str(wrong.value) for word in words), str(wrong.value)


CODE = """
import json, sys
from autodiff_cli import AdiffError, compile
class Without:
    def find_spec(self, name, path=None, target=None):
        if name == {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Without())
f = compile("x^2")
assert "numpy" not in sys.modules and "llvmlite" not in sys.modules
try:
    f(x=2)
except AdiffError as wrong:
    print(json.dumps([wrong.message, wrong.hint]))
"""


@pytest.mark.parametrize("missing", ["numpy", "llvmlite"])
def test_a_missing_library(missing: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(missing=missing)], capture_output=True, text=True, check=True
    )
    message, hint = json.loads(done.stdout)
    assert missing in message
    assert hint == 'pip install "autodiff-cli[data]"'
