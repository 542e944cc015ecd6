"""`adiff check`: the notebook's lines, tables, JSON, pictures and exit codes."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from terminal import Terminal

from autodiff_cli import parse
from autodiff_cli.analysis.check import check
from autodiff_cli.views import check as view
from autodiff_cli.views import plot_errors
from autodiff_cli.views.plot_canvas import Style

PARABOLA = "3x^2 - 4x + 5"
LECTURE = ["(a*b+c)*f", "a=2", "b=-3", "c=10", "f=-2"]


def notebook(x: float) -> str:
    """The notebook's own cell."""

    def f(x: float) -> float:
        return 3 * x**2 - 4 * x + 5

    h = 0.00000001
    slope = (f(x + h) - f(x)) / h
    return f"x={x}\nh={h}\nslope={slope}\ntheoretical slope:{6 * x - 4}\n"


@pytest.mark.parametrize("x", ["3", "-3", "2/3"])
def test_the_notebooks_lines(adiff: Any, x: str) -> None:
    result = adiff("check", PARABOLA, f"x={x}", "--h", "1e-8", "--quiet")
    number = 2 / 3 if x == "2/3" else float(x)
    assert (result.code, result.out, result.err) == (0, notebook(number), "")


def test_the_notebooks_partial_derivatives(adiff: Any) -> None:
    a, b, c, h = 2.0, -3.0, 10.0, 0.00000001
    d1 = a * b + c
    d2 = (a + h) * b + c
    result = adiff("check", "d = a*b + c", "a=2", "b=-3", "c=10", "--h", "1e-8", "--wrt", "a")
    assert result.out == (
        f"a={a + h}\nb={b}\nc={c}\nh={h}\nd1={d1}\nd2={d2}\nslope={(d2 - d1) / h}\ntheoretical slope:{b}\n"
    )
    every = adiff("check", "d = a*b + c", "a=2", "b=-3", "c=10", "--h", "1e-8").out
    assert every.count("theoretical slope:") == 3
    assert every.startswith(result.out + "\n")


def test_with_h_the_verdict_is_on_stderr_where_it_is_not_right(adiff: Any) -> None:
    result = adiff("check", "abs(x)", "x=0", "--h", "1e-8")
    assert result.code == 1
    assert result.out == "x=0.0\nh=1e-08\nslope=1.0\ntheoretical slope:0.0\n"
    assert result.err.startswith("x: kink  the slope is -1 from the left and 1 from the right")
    answer = json.loads(adiff("check", PARABOLA, "x=3", "--h", "-1e-4", "--json").out)
    assert answer["h"] == -1e-4
    assert [row["h"] for row in answer["inputs"]["x"]["sweep"]] == [-1e-4]
    assert answer["inputs"]["x"]["numeric"] == answer["inputs"]["x"]["sweep"][0]["forward"]


def test_the_table_of_one_input(adiff: Any) -> None:
    result = adiff("check", PARABOLA, "x=3")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "L = 20"
    assert lines[2].split() == ["input", "value", "h", "slope", "theoretical", "slope", "error", "verdict"]
    assert lines[4].split()[:5] == ["x", "3", "0.03", "14", "14"]
    assert re.search(r"^ 3e-8 +14\.00000009 ", result.out, re.MULTILINE)
    assert "order of forward  1\norder of central  no error above rounding\nRichardson        14, error " in result.out
    assert lines[-1] == "x: right  it is the true slope to all digits"
    quiet = adiff("check", PARABOLA, "x=3", "--quiet").out.splitlines()
    assert quiet == [*lines[:6], lines[-1]]
    assert "steps in x" in adiff("check", PARABOLA, "x=3", "--quiet", "--sweep").out


def test_what_was_worked_out_by_hand_has_its_own_column_and_is_answered_first(adiff: Any) -> None:
    result = adiff("check", "x^2", "x=3", "--against", "3x")
    assert (result.code, result.err) == (1, "")
    lines = result.out.splitlines()
    assert lines[2].split("   ")[-3:] == ["verdict", "by hand", "hand's verdict"]
    assert lines[4].split()[-3:] == ["right", "9", "wrong"]
    assert lines[6:] == [
        "x: adiff right  it is the true slope to all digits",
        "x: by hand wrong  dL/dx is 6 at x = 3, and 3x is 9, off by 3: it is off by a factor 3/2",
        "",
        "the sweep: --sweep",
    ]
    answer = check(parse("sin(2x)"), {"x": 1.0}, against=["cos(2x)"])
    page = io.StringIO()
    view._write_inputs(Console(width=80, file=page), answer, 10)
    told = page.getvalue().splitlines()
    assert re.split(r" {2,}", told[2].strip()) == [
        "input", "value", "theoretical slope", "verdict", "by hand", "hand's verdict",
    ]  # fmt: skip
    assert max(map(len, told)) <= 80
    swept = adiff("check", "x^2", "x=3", "--against", "3x", "--sweep").out.splitlines()
    assert swept[:8] == lines[:8]
    assert "steps in x" in swept
    quiet = adiff("check", "x^2", "x=3", "--against", "2x", "--quiet")
    assert (quiet.code, quiet.out.splitlines()[-1]) == (0, "x: by hand right  dL/dx = 2x agrees at 25 points")
    none = adiff("check", "x*y + abs(x)", "x=0", "y=1", "--against", "x: y + sign(x)", "--quiet")
    assert none.out.splitlines()[4].split()[-3:] == ["kink", "1", "right"]


def test_the_table_of_several_inputs(adiff: Any) -> None:
    result = adiff("check", *LECTURE)
    assert result.code == 0
    assert [line.split()[0] for line in result.out.splitlines()[4:8]] == ["a", "b", "c", "f"]
    assert result.out.splitlines()[-1] == "the sweep of every input: --sweep"
    every = adiff("check", *LECTURE, "--sweep").out
    assert all(f"steps in {name}" in every for name in "abcf")
    wrong = adiff("check", *LECTURE, "--against", "a: b*f, f: a*b - c")
    assert wrong.code == 1
    assert wrong.out.splitlines()[-3] == (
        "f: by hand wrong  dL/df is 4 at a = 2, b = -3, c = 10, f = -2, and a*b - c is -16, off by -20: "
        "the term c has the wrong sign"
    )


def test_json(adiff: Any) -> None:
    answer = json.loads(adiff("check", PARABOLA, "x=3", "--against", "6x", "--json").out)
    assert (answer["verdict"], answer["output"], answer["value"], answer["point"]) == ("wrong", "L", 20.0, {"x": 3.0})
    each = answer["inputs"]["x"]
    assert (each["gradient"], each["slopes"]) == (14.0, {"left": 14.0, "right": 14.0})
    assert each["order"] == {"forward": pytest.approx(1.0, abs=1e-3), "central": None}
    assert [set(row) for row in each["sweep"]] == [{"h", "forward", "central", "complex"}] * 15
    assert (answer["of_gradient"], answer["by_hand"]) == ("right", "wrong")
    assert (each["verdict"], each["reason"]) == ("right", "it is the true slope to all digits")
    assert each["against"] == {
        "verdict": "wrong", "text": "6x", "value": 18.0, "right": False, "points": 25, "at": {"x": 3.0}, "claimed": 18.0, "gradient": 14.0,
        "difference": 4.0, "guess": "it is 4 more than it should be everywhere",
    }  # fmt: skip
    vector = json.loads(adiff("check", "w = [1, 2]; dot(w, w)", "--json").out)
    assert [part["gradient"] for part in vector["inputs"]["w"]] == [2.0, 4.0]
    assert vector["point"] == {"w": [1.0, 2.0]}
    outside = json.loads(adiff("check", "sqrt(x)", "x=0", "--json").out)["inputs"]["x"]
    assert (outside["gradient"], outside["slopes"]["left"], outside["verdict"]) == ("Infinity", "NaN", "right")


@pytest.mark.parametrize(
    ("text", "at", "allow", "code"),
    [
        ("x^2", "x=3", None, 0),
        ("abs(x)", "x=0", None, 1),
        ("abs(x)", "x=0", "kink", 0),
        ("floor(x)", "x=2", "kink", 0),
        ("abs(x)", "x=0", "ill-conditioned", 1),
        ("(1-cos(x))/x^2", "x=1e-6", None, 1),
        ("(1-cos(x))/x^2", "x=1e-6", "kink,ill-conditioned", 0),
        ("sqrt(x)", "x=0", None, 0),
    ],
)
def test_exit_codes(adiff: Any, text: str, at: str, allow: str | None, code: int) -> None:
    assert adiff("check", text, at, *(["--allow", allow] if allow else [])).code == code


def test_against_a_file_and_a_point_in_a_file(adiff: Any, tmp_path: Path) -> None:
    (tmp_path / "hand.txt").write_text("# by hand\nk = b*f\na: k, b: a*f\n")
    (tmp_path / "at.toml").write_text("a = 2\nb = -3\nc = 10\nf = -2\n")
    result = adiff("check", LECTURE[0], "--at", "at.toml", "--against", "hand.txt", "--quiet", "--json")
    assert result.code == 0
    assert list(json.loads(result.out)["inputs"]) == ["a", "b"]


def test_nothing_is_remembered(adiff: Any) -> None:
    adiff("grad", "x^3", "x=2")
    adiff("check", "x^2", "x=3")
    assert "x^3" in adiff("nudge").err


def test_the_error_in_characters() -> None:
    (each,) = check(parse("erf(x)"), {"x": 0.5}).inputs.values()
    lines = view.vee(each.sweep.rows, each.gradient)
    assert lines[0].startswith("error (f forward, c central")
    assert max(map(len, lines)) <= 78
    body = [line[9:] for line in lines if "│" in line]
    marks = {sign: [(row, (column + 1) // 4) for row, line in enumerate(body) for column, each in enumerate(line) if each in (sign, "*")] for sign in "fc"}  # fmt: skip
    # One decade of error a step for a forward difference, two for a central one, on the way down.
    forward = {column: row for row, column in marks["f"]}
    central = {column: row for row, column in marks["c"]}
    assert [forward[k + 1] - forward[k] for k in range(5)] == [1] * 5
    assert [central[k + 1] - central[k] for k in range(3)] == [2] * 3


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_pictures(adiff: Any, tmp_path: Path, suffix: str) -> None:
    magic = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
    assert adiff("check", *LECTURE, "-o", f"v.{suffix}").code == 0
    first = (tmp_path / f"v.{suffix}").read_bytes()
    assert first.startswith(magic[suffix])
    adiff("check", *LECTURE, "-o", f"v.{suffix}")
    assert (tmp_path / f"v.{suffix}").read_bytes() == first


def test_pictures_of_nothing_to_see_and_of_too_much(adiff: Any) -> None:
    assert adiff("check", "sqrt(x)", "x=0", "-o", "a.svg").code == 0
    many = "+".join(f"w[{k}]^2" for k in range(1, 15))
    assert adiff("check", f"w = [{','.join('1' * 14)}]; {many}", "-o", "b.svg").code == 0
    assert adiff("check", "3 + 0*x", "x=1", "-o", "c.svg").code == 0
    assert adiff("check", "x*y_$", "x=1").code == 2


def test_the_curves_stay_on_the_paper() -> None:
    (each,) = check(parse("3x^2"), {"x": 2.0}).inputs.values()
    for points in plot_errors.curves(each).values():
        assert all(h > 0 and error > 0 for h, error in points)
    (kink,) = check(parse("sqrt(x)"), {"x": 0.0}).inputs.values()
    assert plot_errors.curves(kink) == {}
    assert plot_errors.in_terminal(kink, "x") == ""
    (flat,) = check(parse("sin(x)"), {"x": 1.0}, h=1e-3).inputs.values()
    assert plot_errors.in_terminal(flat, "x", Style(80, 20, coloured=False, unicode=True)) == ""


def test_in_a_terminal_it_is_drawn_by_plotext(tmp_path: Path) -> None:
    assert find_spec("plotext")
    environment = {**os.environ, "ADIFF_NO_STATE": "1", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "autodiff_cli", "check", "sin(x)", "x=1"]
    with Terminal(command, environment, tmp_path, columns=80) as terminal:
        terminal.until(r"forward difference[\s\S]*h, the step in x[\s\S]*x: right")


def test_json_loads_no_tables() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "autodiff_cli", "check", "x^2", "x=3", "--json"],
        capture_output=True, check=True, text=True, env={**os.environ, "ADIFF_NO_STATE": "1"},
    )  # fmt: skip
    assert not re.search(r"\b(rich|matplotlib|plotext|numpy)\b", done.stderr)
