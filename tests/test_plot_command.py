"""`adiff plot` as a command: in the terminal, in a pipe, to files, as JSON and as comma-separated values."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from autodiff_cli.views import plot, plot_canvas

LECTURE = ["3x^2 - 4x + 5", "x=-5:5"]
VALLEY = ["(1-x)^2 + 100(y-x^2)^2", "x=-2:2", "y=-1:3"]
WALK = ["--from", "-1.5,2", "--step", "0.001", "--steps", "500", "--down"]
ADIFF = [sys.executable, "-m", "autodiff_cli"]


def test_a_plot_in_a_pipe(adiff: Any) -> None:
    result = adiff("plot", *LECTURE, "--size", "60x14")
    assert (result.code, result.err) == (0, "")
    assert (
        result.out
        == """\
 ── f(x) = 3x^2 - 4x + 5
   ┌───────────────────────────┬───────────────────────────┐
100┤⢀                          │                           │
   │⠈⠳⣄                        │                           │
   │  ⠈⠙⢦⣀                     │                           │
   │     ⠈⠳⢤⡀                  │                         ⢀⡀│
 50┤        ⠉⠳⢤⣀               │                      ⢀⣠⠖⠋ │
   │           ⠈⠓⠦⣄⡀           │                  ⢀⣠⠴⠚⠉    │
   │               ⠉⠙⠲⠤⣄⣀      │             ⢀⣀⡤⠖⠚⠉        │
   │                    ⠈⠉⠓⠒⠲⠤⠤⠤⣄⣀⣀⣀⣀⣠⠤⠤⠤⠴⠒⠚⠉⠉             │
  0┼───────────────────────────┼───────────────────────────┤
   └─────┬──────────┬──────────┼──────────┬──────────┬─────┘
         -4         -2         0          2          4
                              x
"""
    )


def test_curves_in_a_pipe_differ_in_their_signs(adiff: Any) -> None:
    lines = adiff("plot", *LECTURE, "--derivative", "--tangent", "3", "--secant", "3,0.5").out.splitlines()
    assert lines[:4] == [
        " * f(x) = 3x^2 - 4x + 5",
        " + f'(x)",
        " o tangent at 3: y = 14x - 22, slope 14",
        " x secant from 3 to 3.5: y = 15.5x - 26.5, slope 15.5",
    ]
    assert {"*", "+", "o", "x"} <= set("".join(lines[5:-1]))
    assert len(lines) == 24
    assert max(map(len, lines)) <= 80


def test_the_other_inputs_are_named(adiff: Any) -> None:
    assert adiff("plot", "a*sin(w*x)", "a=2", "w=1/3", "x=0:2π").out.splitlines()[0] == "a = 2, w = 0.333333"
    assert adiff("plot", "a*x", "a=2", "x=0:1", "--title", "A line").out.splitlines()[0] == "A line"


def test_columns_are_honoured_in_a_pipe(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, lines in (("50", 22), ("200", 24), ("1", 8)):
        monkeypatch.setenv("COLUMNS", columns)
        text = adiff("plot", *LECTURE).out.splitlines()
        assert (max(map(len, text)), len(text)) == (max(int(columns), 24), lines)


def test_poles_are_dotted(adiff: Any) -> None:
    text = adiff("plot", "tan(x)", "x=-5:5").out
    assert text.splitlines()[2].count("┊") + text.splitlines()[12].count("┊") >= 4
    assert "┊" not in adiff("plot", "sin(x)", "x=-5:5").out


def test_an_ascii_stream_gets_ascii() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for words in (["tan(x)", "x=-5:5"], ["x*y", "x=-1:1", "y=-1:1", "--from", "0.1,0.1"]):
        done = subprocess.run([*ADIFF, "plot", *words], capture_output=True, check=True, env=environment)
        assert done.stdout.decode("ascii").count("|") > 10
        assert "\\" not in done.stdout.decode("ascii")


def on_terminal(columns: int, *words: str, **environment: str) -> str:
    """What the command writes to a terminal of so many columns and 40 lines."""
    outside, inside = pty.openpty()
    termios.tcsetwinsize(inside, (40, columns))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [*ADIFF, *words], stdout=inside, env={**kept, "TERM": "xterm-256color", **environment}
    ) as process:
        os.close(inside)
        data = b""
        while True:
            try:
                data += os.read(outside, 65536)
            except OSError:  # the other end has closed
                break
        assert process.wait(20) == 0
    os.close(outside)
    return data.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [80, 140])
def test_a_plot_fits_the_terminal(columns: int) -> None:
    text = on_terminal(columns, "plot", *LECTURE, "--derivative")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    lines = [line for line in plain.split("\n") if "│" in line or "┤" in line]
    assert {len(line) for line in lines} == {columns}
    assert 12 <= len(plain.splitlines()) <= 38
    assert "\x1b[38;5;33m" in text
    assert "\x1b[48" not in text  # no ground of its own, be the terminal's light or dark


def test_no_colour_where_none_is_wanted() -> None:
    text = on_terminal(80, "plot", *LECTURE, "--derivative", NO_COLOR="1")
    assert "\x1b" not in text
    assert "+ f'(x)" in text


def test_a_field_in_a_pipe(adiff: Any) -> None:
    text = adiff("plot", *VALLEY, *WALK).out
    lines = text.splitlines()
    assert lines[0] == "f(x, y) = (1-x)^2 + 100(y-x^2)^2"
    assert lines[1].startswith("500 steps of 0.001 down the gradient: 12.5 to ")
    assert lines[2].startswith("from  . 7.8  , 24  : 52")
    assert text.count("A") == 2
    assert text.count("B") == 2  # in the legend, and where the walk ends
    assert max(map(len, lines)) <= 80


def test_json_of_curves(adiff: Any) -> None:
    found = json.loads(adiff("plot", "a*tan(x)", "a=2", "x=-2:2", "--derivative", "--points", "5", "--json").out)
    assert found["input"] == "x"
    assert found["x"] == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert list(found["curves"]) == ["f", "f'"]
    assert found["curves"]["f"][3] == pytest.approx(2 * math.tan(1))
    assert found["curves"]["f'"][2] == 2.0
    assert found["poles"]["f"] == pytest.approx([-math.pi / 2, math.pi / 2])
    assert (found["inputs"], found["range"], found["notes"]) == ({"a": 2.0}, [-2.0, 2.0], [])
    floor = json.loads(adiff("plot", "floor(x)", "x=-0.5:1.5", "--json").out)
    assert floor["jumps"]["f"] == [
        {"x": 0.0, "left": -1.0, "value": 0.0, "right": 0.0},
        {"x": 1.0, "left": 0.0, "value": 1.0, "right": 1.0},
    ]


def test_json_of_what_is_not_finite(adiff: Any) -> None:
    found = json.loads(adiff("plot", "log(x)", "x=-1:1", "--points", "3", "--json").out)
    assert found["curves"]["f"] == ["NaN", "-Infinity", 0.0]


def test_json_of_lines(adiff: Any) -> None:
    found = json.loads(adiff("plot", *LECTURE, "--tangent", "3", "--secant", "3,1/2", "--json").out)
    assert found["lines"] == [
        {"kind": "tangent", "curve": "f", "x": 3.0, "y": 20.0, "slope": 14.0, "intercept": -22.0},
        {"kind": "secant", "curve": "f", "x": 3.0, "y": 20.0, "h": 0.5, "slope": 15.5, "intercept": -26.5},
    ]


def test_json_of_a_field(adiff: Any) -> None:
    found = json.loads(
        adiff(
            "plot", "a*x^2*y", "a=2", "x=0:2", "y=0:1", "--points", "3", "--from", "1,1", "--steps", "5", "--json"
        ).out
    )
    assert found["axes"] == ["x", "y"]
    assert found["values"] == [[0.0, 0.0, 0.0], [0.0, 1.0, 4.0], [0.0, 2.0, 8.0]]
    assert set(found["gradient"]) == {"x", "y", "partials"}
    assert len(found["gradient"]["partials"]["x"]) == len(found["gradient"]["y"])
    assert found["path"]["places"][0] == [1.0, 1.0]
    assert (found["path"]["steps"], found["path"]["ended"]) == (5, None)
    assert found["inputs"] == {"a": 2.0}


def test_csv(adiff: Any) -> None:
    rows = list(csv.reader(io.StringIO(adiff("plot", "x^3", "x=-1:1", "--points", "3", "--second", "--csv").out)))
    assert rows == [["x", "f", "f''"], ["-1", "-1", "-6"], ["0", "0", "0"], ["1", "1", "6"]]
    rows = list(
        csv.reader(io.StringIO(adiff("plot", "x/y", "x=1:2", "y=3:4", "--points", "2", "--csv", "--digits", "3").out))
    )
    assert rows == [["x", "y", "f"], ["1", "3", "0.333"], ["2", "3", "0.667"], ["1", "4", "0.25"], ["2", "4", "0.5"]]


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
@pytest.mark.parametrize(
    "words", [[*LECTURE, "--derivative", "--tangent", "3"], ["floor(x) + 1/x", "x=-2:2"], [*VALLEY, *WALK]]
)
def test_files(adiff: Any, tmp_path: Path, kind: str, words: list[str]) -> None:
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
    pictures = []
    for name in ("one", "two"):
        result = adiff("plot", *words, "-o", f"{name}.{kind}")
        assert (result.code, result.out, result.err) == (0, "", "")
        pictures.append((tmp_path / f"{name}.{kind}").read_bytes())
    assert pictures[0].startswith(starts[kind])
    assert pictures[0] == pictures[1]


def test_json_of_a_file(adiff: Any) -> None:
    found = json.loads(adiff("plot", *LECTURE, "-o", "plot.svg", "--json").out)
    assert (found["written"], found["format"]) == ("plot.svg", "svg")
    assert found["labels"] == {"f": "f(x) = 3x^2 - 4x + 5"}
    assert "curves" not in found


def test_themes_and_sizes(adiff: Any, tmp_path: Path) -> None:
    for name, words in (("light", []), ("dark", ["--theme", "dark"]), ("large", ["--size", "10x5"])):
        for k, expression in enumerate(([*LECTURE], [*VALLEY, "--from", "0,0"])):
            assert adiff("plot", *expression, *words, "-o", f"{name}{k}.svg").code == 0
    light, dark, large = ((tmp_path / f"{name}0.svg").read_text() for name in ("light", "dark", "large"))
    assert "#0072b2" in light
    assert "#11171d" in dark
    assert "#56b4e9" in dark
    assert "#11171d" not in light
    assert re.search(r'width="720pt" height="360pt"', large)


def test_a_wrong_command_leaves_the_old_file(adiff: Any, tmp_path: Path) -> None:
    (tmp_path / "plot.svg").write_text("old")
    for words in (["log(x)", "x=-2:-1"], ["x^2", "x=1:"], ["sqrt(x)", "x=0:1", "--tangent", "0"]):
        assert adiff("plot", *words, "-o", "plot.svg").code in (1, 2)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["plot.svg"]
    assert (tmp_path / "plot.svg").read_text() == "old"


def test_notes_go_to_stderr(adiff: Any) -> None:
    result = adiff("plot", "abs(x)", "x=-1:1", "--tangent", "0")
    assert result.err.startswith("kink: abs(x) at x = 0")
    assert adiff("plot", "abs(x)", "x=-1:1", "--tangent", "0", "--quiet").err == ""


def test_it_remembers_nothing(adiff: Any) -> None:
    adiff("plot", *LECTURE)
    assert adiff("nudge").code == 2


def test_ranges_and_other_bindings(adiff: Any, tmp_path: Path) -> None:
    (tmp_path / "point.toml").write_text("x = 3\na = 2\n")
    found = json.loads(adiff("plot", "a*x", "--at", "point.toml", "x=-1/2:sqrt(4)", "--points", "2", "--json").out)
    assert found["curves"]["f"] == [-1.0, 4.0]
    assert found["x"] == [-0.5, 2.0]
    vector = json.loads(adiff("plot", "w = [1, 2, 3]; sum(w)", "w[2]=0:10", "--points", "2", "--json").out)
    assert vector["curves"]["f"] == [4.0, 14.0]
    assert adiff("plot", "e*x", "e=0:1", "x=2", "--points", "2", "--csv", "--quiet").out == "e,f\n0,0\n1,2\n"


def test_values_of_a_program(adiff: Any) -> None:
    words = ["y = x^2; z = y + 1", "x=0:2", "--of", "y,z", "--points", "2", "--csv", "--derivative"]
    assert adiff("plot", *words).out == "x,y,dy/dx,z,dz/dx\n0,0,0,1,0\n2,4,4,5,4\n"


def test_what_is_missing_is_named(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot, "find_spec", lambda _: None)
    monkeypatch.setattr(plot_canvas, "find_spec", lambda _: None)
    for words, missing in ((LECTURE, "plotext"), ([*LECTURE, "-o", "plot.svg"], "matplotlib")):
        result = adiff("plot", *words)
        assert result.code == 2
        assert missing in result.err
        assert 'pip install "autodiff-cli[plot]"' in result.err
    assert adiff("plot", *LECTURE, "--json").code == 0


def test_json_imports_little() -> None:
    heavy = "{'rich', 'matplotlib', 'plotext', 'numpy', 'mpmath'}"
    program = (
        "import sys; from autodiff_cli.cli.main import run; run(['plot', 'tan(x)', 'x=-5:5', '--json', '--derivative']);"
        f"assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)


def test_odd_places_are_drawn_too(adiff: Any) -> None:
    """plotext would end the process over some numbers, so it is never shown them."""
    for expression, ends in [("1e300*x", "0:2"), ("x", "9e299:9.00000000000001e299"), ("x", "-1e300:0.5e300"), ("1e-320*x", "0:1"),
                             ("softplus(polygamma(2, x))", "-5:5"), ("exp(exp(x))", "-5:10"), ("0*x", "0:5e-324"), ("1/x", "-1e-300:1e-300")]:  # fmt: skip
        for words in ([], ["--log", "y"], ["--derivative"]):
            for size in ("24x8", "130x40"):
                result = adiff("plot", expression, f"x={ends}", "--size", size, *words)
                assert result.code in (0, 1), result.err
                assert max(map(len, result.out.splitlines()[1:]), default=0) <= int(size.split("x")[0])


@pytest.mark.parametrize(
    ("expression", "ends"),
    [("1e300*x", "0:2"), ("x", "9e299:9.00000000000001e299"), ("x", "-1e300:0.5e300"), ("0*x", "0:5e-324"),
     ("softplus(polygamma(2, x))", "-5:5"), ("exp(exp(x))", "-5:10"), ("1/x", "-1e-300:1e-300"), ("x", "1:1+2e-16"), ("1e9*x", "-1e300:1e300")],
)  # fmt: skip
def test_odd_places_are_drawn_to_files(adiff: Any, expression: str, ends: str) -> None:
    for words in ([], ["--log", "y"], ["--derivative"]):
        result = adiff("plot", expression, f"x={ends}", *words, "-o", "plot.svg")
        assert result.code in (0, 1), result.err
