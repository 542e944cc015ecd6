"""The command: what it prints, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autodiff_cli.cli.main import COMMANDS, commands

LECTURE = ("(a*b+c)*f", "a=2", "b=-3", "c=10", "f=-2")


def test_the_table(adiff: Any) -> None:
    result = adiff("grad", *LECTURE)
    assert result.code == 0
    assert result.err == ""
    assert result.out == (
        "L = -8\n\n input   value   gradient\n ────────────────────────\n a           2          6\n"
        " b          -3         -4\n c          10         -2\n f          -2          4\n"
    )


def test_numbers_line_up_on_the_point(adiff: Any) -> None:
    out = adiff("grad", "a*b^2*c", "a=1.25", "b=100", "c=-0.001").out
    rows = [line for line in out.splitlines() if line.strip().startswith(("a ", "b ", "c "))]
    assert [row.split()[1] for row in rows] == ["1.25", "100", "-0.001"]
    points = {row.index(".") if "." in row.split()[1] else row.index("100") + 3 for row in rows}
    assert len(points) == 1


def test_json(adiff: Any) -> None:
    result = adiff("grad", *LECTURE, "--json")
    assert json.loads(result.out) == {
        "output": "L", "value": -8.0, "inputs": {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0},
        "grad": {"a": 6.0, "b": -4.0, "c": -2.0, "f": 4.0}, "notes": [],
    }  # fmt: skip
    assert result.out.count("\n") == 1


def test_json_never_imports_rich() -> None:
    program = "import sys\nfrom autodiff_cli.cli.main import run\nrun(['grad', 'x^2', 'x=3', '--json'])\nprint('rich' in sys.modules, 'mpmath' in sys.modules, 'graphviz' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "False False False"


def test_json_of_several_outputs_and_of_what_is_not_finite(adiff: Any) -> None:
    answer = json.loads(adiff("grad", "1/x, log(x)", "x=0", "--json").out)
    assert answer["outputs"]["y1"] == {"value": "Infinity", "grad": {"x": "-Infinity"}}
    assert answer["outputs"]["y2"] == {"value": "-Infinity", "grad": {"x": "Infinity"}}
    note = answer["notes"][0]
    assert set(note) == {"kind", "message", "node", "span", "phase", "operands"}
    assert note["span"] == [1, 1, 3]


def test_a_jacobian(adiff: Any) -> None:
    out = adiff("grad", "x*y, x + y", "x=2", "y=3").out
    assert out.splitlines()[0] == "y1 = 6   y2 = 5"
    assert [line.split() for line in out.splitlines()[4:6]] == [["x", "2", "3", "1"], ["y", "3", "2", "1"]]


def test_csv(adiff: Any) -> None:
    rows = list(csv.reader(io.StringIO(adiff("grad", "x/3*y", "x=1", "y=1e-20", "--csv", "--relative").out)))
    assert rows[0] == ["output", "output_value", "input", "value", "gradient", "relative"]
    assert rows[1][2:4] == ["x", "1"]
    assert float(rows[1][4]) == 1e-20 / 3
    assert float(rows[2][4]) == 1 / 3
    assert float(rows[2][5]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("options", "order"),
    [((), "zyx"), (("--sort", "abs"), "yxz"), (("--sort", "name"), "xyz"), (("--wrt", "z,x"), "zx")],
)
def test_order_and_choice_of_inputs(adiff: Any, options: tuple[str, ...], order: str) -> None:
    words = ("grad", "3x - 5y + z", "z=1", "y=1", "x=1", *options)
    assert "".join(json.loads(adiff(*words, "--json").out)["grad"]) == order
    assert "".join(line.split()[0] for line in adiff(*words).out.splitlines()[4:]) == order


def test_digits(adiff: Any) -> None:
    assert "L = 0.333\n" in adiff("grad", "x/3", "x=1", "--digits", "3").out
    assert json.loads(adiff("grad", "x/3", "x=1", "--json", "--digits", "3").out)["value"] == 0.333
    assert "0.3333333333333333" in adiff("grad", "x/3", "x=1", "--digits", "17").out


def test_of(adiff: Any) -> None:
    answer = json.loads(adiff("grad", "e = a*b; L = e + 1", "a=2", "b=3", "--of", "e", "--json").out)
    assert (answer["output"], answer["value"]) == ("e", 6.0)


def test_relative(adiff: Any) -> None:
    answer = json.loads(adiff("grad", "x^3*y", "x=2", "y=5", "--relative", "--json").out)
    assert answer["relative"] == {"x": 3.0, "y": 1.0}


@pytest.mark.parametrize(
    ("words", "code", "strict"),
    [(("x^2", "x=3"), 0, 0), (("abs(x)", "x=0"), 0, 1), (("1/x", "x=0"), 0, 1), (("log(x)", "x=-1"), 1, 1),
     (("sqrt(x)*sqrt(x)", "x=0"), 0, 1), (("x^y", "x=-2", "y=3"), 1, 1), (("e*x", "e=1", "x=1"), 0, 0),
     (("(1+x)-1", "x=1e-10"), 0, 1)],
)  # fmt: skip
def test_exit_codes(adiff: Any, words: tuple[str, ...], code: int, strict: int) -> None:
    assert adiff("grad", *words).code == code
    assert adiff("grad", *words, "--strict").code == strict


def test_notes_stand_under_the_table(adiff: Any) -> None:
    result = adiff("grad", "abs(x)", "x=0")
    assert result.out.splitlines()[-1].startswith("kink: abs(x) at x = 0")
    assert "kink" not in adiff("grad", "abs(x)", "x=0", "--quiet").out


@pytest.mark.parametrize(
    ("words", "value"),
    [(("-x+cos(x)", "x=3"), -3 + -0.9899924966004454), (("-2",), -2), (("-h*nu", "h=2", "nu=3"), -6), (("-o*2", "o=1"), -2),
     (("--", "--2"), 2), (("-x", "x=3"), -3), (("-h", "h=1"), -1)],
)  # fmt: skip
def test_a_minus_begins_an_expression(adiff: Any, words: tuple[str, ...], value: float) -> None:
    assert json.loads(adiff("grad", "--json", *words).out)["value"] == pytest.approx(value)
    if words[0] != "--":
        assert adiff("draw", *words, "--format", "dot", "-o", "-").code == 0


def test_options_stand_anywhere(adiff: Any) -> None:
    assert (
        adiff("grad", "--json", "x^2", "--wrt", "x", "x=3").out == adiff("grad", "x^2", "x=3", "--wrt=x", "--json").out
    )


def test_a_negative_step(adiff: Any) -> None:
    assert json.loads(adiff("nudge", "x^2", "x=3", "--step", "-0.5", "--json").out)["inputs"]["x"]["new"] == 0.0


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_two_examples_that_run(adiff: Any, name: str, tmp_path: Path) -> None:
    text = adiff(name, "--help").out
    examples = [line.strip() for line in text.splitlines() if line.strip().startswith(f"adiff {name}")]
    assert len(examples) >= 2
    import shlex

    adiff("grad", *LECTURE)
    (tmp_path / "parts.csv").write_text("w,h\n1,2\n", encoding="utf-8")
    (tmp_path / "points.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    for example in examples:
        assert adiff(*shlex.split(example)[1:]).code == 0, example


def test_every_option_is_explained() -> None:
    for name, command in commands().items():
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.help, (name, parameter.name)


def test_version_and_help(adiff: Any) -> None:
    assert adiff("--version").out.startswith("adiff, version 0.")
    help_text = adiff("--help").out
    for name, line in COMMANDS.items():
        assert name in help_text
        assert line[:30] in help_text


def test_ops(adiff: Any) -> None:
    text = adiff("ops").out
    assert "atan2(y, x)" in text
    assert "powlog" not in text
    one = adiff("ops", "sqrt").out
    for word in ("definition", "x >= 0", "1/(2*sqrt(x))", "kink", "jump", "cost", "example"):
        assert word in one
    found = json.loads(adiff("ops", "abs", "--json").out)["operations"][0]
    assert found["kinks"] == "x = 0: slopes -1 and +1, used 0"
    assert found["derivative"] == {"x": "sign(x)"}
    assert len(json.loads(adiff("ops", "--json").out)["operations"]) > 50


def test_many_outputs_stand_on_one_line_above_a_narrow_table(adiff: Any) -> None:
    assert adiff("grad", "asinh(x), acosh(x)", "x=1e200").out.splitlines()[:2] == [
        "y1 = 461.2101658   y2 = 461.2101658",
        "",
    ]


def test_one_fact_has_one_note(adiff: Any) -> None:
    out = adiff("grad", "y1 = x^2; y2 = x^3", "x=2").out
    assert "output: y1, y2 are not used by anything; the output is the last, y2\n" in out
    assert "unused" not in out
    assert "unused: t is defined" in adiff("grad", "t = x^2; x^3", "x=2").out


def test_what_a_long_vector_needs_is_told_in_short(adiff: Any) -> None:
    told = "w=...,...,... (300 numbers) x=...,...,... (300 numbers)"
    assert f"hint: add {told}\n" in adiff("grad", "sum(i, 1, 300, w[i]*x[i])").err
    drawn = adiff("draw", "sum(i, 1, 300, w[i]*x[i])", "-o", "w.dot")
    assert f"values: {told} would show data and gradients\n" in drawn.out + drawn.err
