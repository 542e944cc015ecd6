"""`adiff hessian`: its table, its JSON, its exit codes, and its shades on a terminal."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from autodiff_cli.cli import main as cli
from autodiff_cli.views.hessian import _shade

VALLEY = ("100(y - x^2)^2 + (1 - x)^2", "x=1", "y=1")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_table(adiff: Any) -> None:
    result = adiff("hessian", *VALLEY)
    assert (result.code, result.err) == (0, "")
    assert (
        result.out
        == """\
L = 0

 input   value   gradient
 ────────────────────────
 x           1          0
 y           1          0

second derivatives of L

        x      y
 ───────────────
 x    802   -400
 y   -400    200

eigenvalues  0.3993607675, 1001.600639
verdict      minimum
"""
    )


def test_the_table_of_a_product(adiff: Any) -> None:
    result = adiff("hessian", *VALLEY, "--vector", "x=1, y=2")
    assert (result.code, result.err) == (0, "")
    assert (
        result.out
        == """\
L = 0

 input   value   gradient   vector   Hessian·vector
 ──────────────────────────────────────────────────
 x           1          0        1                2
 y           1          0        2                0

along the vector  2
"""
    )


def test_json(adiff: Any) -> None:
    result = adiff("hessian", "w[1]^2*w[2] + b", "w=1,2", "b=3", "--json")
    assert (result.code, result.err) == (0, "")
    found = json.loads(result.out)
    assert list(found) == ["output", "value", "inputs", "grad", "hessian", "eigenvalues", "verdict", "notes"]
    assert found["inputs"] == {"w": [1.0, 2.0], "b": 3.0}
    assert found["grad"] == {"w": [4.0, 1.0], "b": 1.0}
    assert found["hessian"]["w[1]"] == {"w[1]": 4.0, "w[2]": 2.0, "b": 0.0}
    assert found["verdict"] is None
    assert len(found["eigenvalues"]) == 3
    short = json.loads(adiff("hessian", "sin(x)", "x=1", "--json", "--digits", "3").out)
    assert short["hessian"] == {"x": {"x": -0.841}}


def test_json_of_a_product(adiff: Any, tmp_path: Path) -> None:
    found = json.loads(adiff("hessian", *VALLEY, "--vector", "2,1", "--json").out)
    assert list(found) == ["output", "value", "inputs", "grad", "vector", "product", "curvature", "notes"]
    assert found["vector"] == {"y": 1.0, "x": 2.0}
    assert found["product"] == {"y": -600.0, "x": 1204.0}
    assert found["curvature"] == 1808.0
    (tmp_path / "v.toml").write_text("w = [1, 0, 2]\n")
    from_file = json.loads(adiff("hessian", "w[1]*w[2]*w[3]", "w=1,2,3", "--vector", "v.toml", "--json").out)
    assert from_file["product"] == {"w": [4.0, 5.0, 2.0]}
    by_name = json.loads(adiff("hessian", "w[1]*w[2] + b^2", "w=1,2", "b=1", "--vector", "w=1,0 b=pi", "--json").out)
    assert by_name["product"]["w"] == [0.0, 1.0]
    one = json.loads(adiff("hessian", "x^3", "x=1", "--vector", "2", "--json").out)
    assert one["curvature"] == 24.0


def test_csv(adiff: Any) -> None:
    assert adiff("hessian", *VALLEY, "--csv").out == "input,value,gradient,x,y\nx,1,0,802,-400\ny,1,0,-400,200\n"
    product = adiff("hessian", *VALLEY, "--csv", "--vector", "1,0").out
    assert product == "input,value,gradient,vector,product\nx,1,0,1,802\ny,1,0,0,-400\n"
    noted = adiff("hessian", "x^3", "x=1", "--csv", "--digits", "3")
    assert noted.err.startswith("slope: no minimum")
    assert adiff("hessian", "x^3", "x=1", "--csv", "--quiet").err == ""


def test_options(adiff: Any) -> None:
    program = "p = x*y*z; p^2"
    found = json.loads(adiff("hessian", program, "x=1", "y=2", "z=3", "--of", "p", "--wrt", "z,x", "--json").out)
    assert (found["output"], found["hessian"]) == ("p", {"z": {"z": 0.0, "x": 2.0}, "x": {"z": 2.0, "x": 0.0}})
    assert "slope: no minimum, maximum or saddle, for the gradient is not 0 here" in adiff("hessian", "x^3", "x=1").out
    assert "stationary" not in adiff("hessian", "x*y*z", "x=1", "y=2", "z=3").out
    assert "slope" not in adiff("hessian", "x^3", "x=1", "--quiet").out
    assert "0.8415" in adiff("hessian", "sin(x)", "x=1", "--digits", "4").out


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["x^2", "x=1"], 0),
        (["x*abs(x)", "x=0"], 0),
        (["x*abs(x)", "x=0", "--strict"], 1),
        (["sqrt(x)", "x=0"], 0),
        (["sqrt(x)", "x=0", "--strict"], 1),
        (["log(x)", "x=-1"], 1),
        (["x^y", "x=-2", "y=3"], 1),
        (["x^y", "x=-2", "y=3", "--wrt", "x"], 0),
        (["log(x)", "x=-1", "--vector", "1"], 1),
        (["x^3", "x=1", "--strict"], 0),
    ],
)
def test_exit_codes(adiff: Any, args: list[str], code: int) -> None:
    assert adiff("hessian", *args).code == code
    assert adiff("hessian", *args, "--json").code == code


def test_trust(adiff: Any) -> None:
    cancelling = ("(1-cos(x))/x^2*y", "x=1e-5", "y=2")
    text = adiff("hessian", *cancelling, "--trust").out
    assert "\ndigits right of the second derivatives\n" in text
    assert re.search(r"^ x   0\.\d     0\.\d\n y   0\.\d   all$", text, re.MULTILINE)
    found = json.loads(adiff("hessian", *cancelling, "--trust", "--json").out)["trust"]
    assert found["hessian"]["x"]["x"] < 3
    assert found["hessian"]["y"]["y"] == found["promised"]["hessian"]["y"]["y"] == 16.0
    assert found["grad"]["y"] < 9
    good = json.loads(adiff("hessian", "sin(x)*exp(y)", "x=1", "y=0.3", "--trust", "--json").out)["trust"]
    assert all(digits > 15 for row in good["hessian"].values() for digits in row.values())
    # What was found beside the point is another number than that of the rules.
    beside = json.loads(adiff("hessian", "abs(x)*abs(x) + y^2", "x=0", "y=1", "--trust", "--json").out)["trust"]
    assert beside["hessian"] == {"x": {"x": None, "y": 16.0}, "y": {"x": 16.0, "y": 16.0}}


def test_nothing_is_remembered(adiff: Any) -> None:
    adiff("hessian", *VALLEY)
    assert adiff("nudge").code == 2


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    program = "prod(x)*an_input_with_a_long_name*ein_größerer_name*名前がとても長い入力の名前です名前がとても長い入力"
    bound = ["x=1.23456789,2,-3.3333333,4,5e-7,6", "an_input_with_a_long_name=1", "ein_größerer_name=2"]
    assert cli.run(["hessian", program, *bound, "名前がとても長い入力の名前です名前がとても長い入力=3"]) == 0
    assert "\x1b[38;2;16;24;32;48;2;" in out.getvalue()
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
    assert max(cell_len(line) for line in plain.splitlines()) <= columns
    for name in ("x[1]", "x[6]", "an_input_with"):
        assert len(re.findall(rf"^ {re.escape(name)}", plain, re.MULTILINE)) >= 2


def test_shades_tell_sign_and_size() -> None:
    def ground(x: float) -> tuple[int, ...]:
        colour = _shade(x, 100.0).bgcolor
        assert colour is not None
        assert colour.triplet is not None
        return tuple(colour.triplet)

    for more, less in ((100.0, 1.0), (-100.0, -1.0), (float("inf"), 50.0)):
        assert sum(ground(more)) < sum(ground(less))
    assert ground(100.0)[2] > ground(100.0)[0]  # blue
    assert ground(-100.0)[0] > ground(-100.0)[2]  # orange
    for none in (0.0, float("nan"), 1e-3):
        assert _shade(none, 100.0).bgcolor is None


def test_a_hundred_inputs(adiff: Any) -> None:
    program = "sum(i, 1, len(x)-1, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)"
    result = adiff("hessian", program, f"x={','.join(['1'] * 100)}")
    assert result.code == 0
    assert re.search(r"^eigenvalues  0\.4\d+, .*, \.\.\., .*\nverdict      minimum$", result.out, re.MULTILINE)
    assert len(result.out.splitlines()) > 200
