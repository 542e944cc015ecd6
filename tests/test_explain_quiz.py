"""The quiz on the backward pass: what is asked, what each wrong answer shows, and the loop that asks."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from terminal import Terminal
from test_compositions import numbers, programs

from autodiff_cli import parse
from autodiff_cli.analysis.explain import explain
from autodiff_cli.analysis.quiz import Question, asked, judge, number_of, question
from autodiff_cli.analysis.spoken import Words
from autodiff_cli.errors import AdiffError

LECTURE = ["L = d*f; d = u + c; u = a*b", "a=2", "b=-3", "c=10", "f=-2"]


def questions(text: str, **at: float) -> dict[str, Question]:
    words = Words(explain(parse(text, bound=at), at))
    return {each.name: each for each in (question(words, i) for i in asked(words.explained))}


def test_asked_in_the_order_of_the_backward_pass() -> None:
    found = questions("L = d*f; d = u + c; u = a*b", a=2, b=-3, c=10, f=-2)
    assert {name: each.truth for name, each in found.items()} == {"d": -2, "f": 4, "u": -2, "c": -2, "a": 6, "b": -4}
    assert list(found) == ["d", "f", "u", "c", "a", "b"]
    assert list(questions("y = x^2; z = x + y; z*y", x=2)) == ["z", "y", "x"]


@pytest.mark.parametrize(
    "text, at, name, answer, kind",
    [
        ("L = d*f; d = u + c; u = a*b", {"a": 2, "b": -3, "c": 10, "f": -2}, "a", -3, "upstream"),
        ("L = d*f; d = u + c; u = a*b", {"a": 2, "b": -3, "c": 10, "f": -2}, "a", -6, "sign"),
        ("L = d*f; d = u + c; u = a*b", {"a": 2, "b": -3, "c": 10, "f": -2}, "a", -4, "value"),
        ("L = d*f; d = u + c; u = a*b", {"a": 2, "b": -3, "c": 10, "f": -2}, "a", -2, "local"),
        ("L = d*f; d = u + c; u = a*b", {"a": 2, "b": -3, "c": 10, "f": -2}, "a", -5, "added"),
        ("L = d*f; d = u + c; u = a*b", {"a": 2, "b": -3, "c": 10, "f": -2}, "a", 12, "factor"),
        ("L = d*f; d = u + c; u = a*b", {"a": 2, "b": -3, "c": 10, "f": -2}, "a", 77, "wrong"),
        ("L = d*f; d = u + c; u = a*b", {"a": 2, "b": -3, "c": 10, "f": -2}, "f", -2, "value"),
        ("L = d*f; d = u + c; u = a*b", {"a": 2, "b": -3, "c": 10, "f": -2}, "c", 10, "value"),
        ("y = x^2; z = x + y; z*y", {"x": 2}, "y", 6, "add"),
        ("y = x^2; z = x + y; z*y", {"x": 2}, "y", 4, "add"),
        ("y = x^2; z = x + y; z*y", {"x": 2}, "x", 40, "add"),
        ("y = x^2; z = x + y; z*y", {"x": 2}, "x", 4, "add"),
        ("y = x^2; z = x + y; z*y", {"x": 2}, "x", 4 + 4, "upstream"),
        ("y = x^2; z = x + y; z*y", {"x": 2}, "x", 4 - 40, "sign"),
        ("3*(a/b)", {"a": 5, "b": 2}, "a", -15 / 4, "swapped"),
        ("3*(a/b)", {"a": 5, "b": 2}, "b", 1.5, "swapped"),
        ("5*x^3", {"x": 3}, "x", 45, "factor"),
        ("5*x^3", {"x": 3}, "x", 27, "upstream"),
        ("5*x^3", {"x": 3}, "x", math.nan, "wrong"),
    ],
)
def test_the_mistake_is_named(text: str, at: dict[str, float], name: str, answer: float, kind: str) -> None:
    found = questions(text, **at)
    assert judge(answer, found[name]).kind == kind
    assert judge(found[name].truth, found[name]).right


@settings(max_examples=100, deadline=None, derandomize=True)
@given(programs, numbers, numbers, st.floats(-5, 5))
def test_the_right_answer_is_right_and_no_other_is(program: str, x: float, y: float, other: float) -> None:
    words = Words(explain(parse(program), {"x": x, "y": y}))
    assume(math.isfinite(words.explained.value))
    for i in asked(words.explained):
        each = question(words, i)
        assert judge(each.truth, each).right
        if abs(each.truth - other) > 1e-5 * max(abs(each.truth), abs(other)):
            verdict = judge(other, each)
            assert not verdict.right
            assert verdict.message


def test_digits_that_were_not_typed_are_not_asked_for() -> None:
    found = questions("sin(x)", x=1)["x"]
    for text, right in (
        ("0.54", True),
        ("0.5403", True),
        ("0.55", False),
        ("0.5", False),
        (".540302306", True),
        ("5.4e-1", True),
    ):
        answer, slack = number_of(text, {})
        assert judge(answer, found, slack).right == right, text
    third = questions("x/3", x=1)["x"]
    assert judge(*_with(number_of("1/3", {}), third)).right
    assert not judge(*_with(number_of("1", {}), third)).right


def _with(answer: tuple[float, float], found: Question) -> tuple[float, Question, float]:
    return answer[0], found, answer[1]


def test_answers_are_expressions() -> None:
    assert number_of("-4/2", {}) == (-2.0, 0.0)
    assert number_of("f*b", {"f": -2.0, "b": -3.0}) == (6.0, 0.0)
    assert number_of("e", {}) == (math.e, 0.0)
    assert number_of("e", {"e": -6.0}) == (-6.0, 0.0)
    with pytest.raises(AdiffError, match="no nonsense"):
        number_of("nonsense", {"a": 1.0})
    with pytest.raises(AdiffError, match="one number"):
        number_of("1, 2", {})
    with pytest.raises(AdiffError):
        number_of("(", {})


def test_line_by_line_from_a_pipe(adiff: Any) -> None:
    answers = b"f\n5\n4\n\n-2\n2\n-2\nnonsense\n-3\n-3\n-4\n"
    result = adiff("explain", *LECTURE, "--quiz", stdin=answers)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert "6 of 6  b = -3" in lines
    assert "  upstream and local are multiplied along a path, not added" in lines
    assert "  hint: f is used in d*f; from above comes L.grad = 1" in lines
    assert "  the program has no nonsense; answer with a number, such as -4/2, or by the program's names" in lines
    assert "  d(a*b)/da = b   -2 × -3 = 6" in lines
    assert lines[-1] == "score: 5 of 6, 3 at the first try"
    cells = [line.split() for line in lines[: lines.index("1 of 6  d = u + c = 4")]]
    assert ["f", "-2", "?"] in cells
    assert "grad = 4" not in "\n".join(lines[: lines.index("2 of 6  f = -2")])


def test_the_end_of_the_input_ends_it(adiff: Any) -> None:
    assert adiff("explain", *LECTURE, "--quiz").out.splitlines()[-1] == "score: 0 of 6"
    assert adiff("explain", *LECTURE, "--quiz", stdin=b"-2\n").out.splitlines()[-1] == "score: 1 of 6"
    assert adiff("explain", *LECTURE, "--quiz", stdin=b"-2\n\xff\n").code == 0


def test_the_transcript(adiff: Any) -> None:
    result = adiff("explain", "x^2*y", "x=3", "y=2", "--quiz", "--json", stdin=b"2\n3\n9\n12\n")
    told = json.loads(result.out)
    assert {key: told[key] for key in ("output", "asked", "of", "right", "at_once")} == {
        "output": "L", "asked": 3, "of": 3, "right": 3, "at_once": 2,
    }  # fmt: skip
    assert told["questions"][1] == {
        "node": "y", "gradient": 9.0,
        "answers": [{"answer": 3.0, "verdict": "factor"}, {"answer": 9.0, "verdict": "right"}],
    }  # fmt: skip
    assert "x.grad = 12" in result.err
    assert "1 of" not in result.out
    silent = adiff("explain", "x^2*y", "x=3", "y=2", "--quiz", "--json", "--quiet", stdin=b"2\n3\n9\n12\n")
    assert (silent.out, silent.err) == (result.out, "")


def test_what_is_not_finite_is_not_asked(adiff: Any) -> None:
    words = Words(explain(parse("sqrt(x) + y"), {"x": 0.0, "y": 1.0}))
    assert [words.name(i) for i in asked(words.explained)] == ["sqrt(x)", "y"]
    assert adiff("explain", "floor(x)", "x=1.5", "--quiz").code == 1


@pytest.mark.full
@pytest.mark.parametrize("key, code", [("\x04", 0), ("\x03", 130)])
def test_keys_that_end_it(key: str, code: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "autodiff_cli", "explain", *LECTURE, "--quiz"]
    environment = {**os.environ, "HOME": str(tmp_path)}
    with Terminal(command, environment, tmp_path, columns=80) as terminal:
        terminal.until(r"d\.grad = ")
        terminal.press("-4/2\n")
        terminal.until(r"right[\s\S]*f\.grad = ")
        terminal.press_until(key, "score: 1 of 6")
        assert terminal.process.wait(20) in (code, -signal.SIGHUP)
