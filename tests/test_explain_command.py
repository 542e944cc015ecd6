"""`adiff explain` as a command: its pages, its JSON, its width, and how it names what it is asked for."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Stream
from hypothesis import given, settings
from hypothesis import strategies as st
from terminal import Terminal
from test_compositions import numbers, programs

from autodiff_cli.cli.main import run
from autodiff_cli.views.explain import figures, power_of_ten

LECTURE = ["L = d*f; d = u + c; u = a*b", "a=2", "b=-3", "c=10", "f=-2"]


def test_a_path(adiff: Any) -> None:
    result = adiff("explain", *LECTURE, "a")
    assert (result.code, result.err) == (0, "")
    assert (
        result.out
        == """\
L = -8 at a = 2, b = -3, c = 10, f = -2

dL/da = 6
  L → d → u → a
    1 | L = d*f; d = u + c; u = a*b
            ^^^
      d(d*f)/dd = f = -2   1 × -2 = -2
    1 | L = d*f; d = u + c; u = a*b
                     ^^^^^
      d(u + c)/du = 1      -2 × 1 = -2
    1 | L = d*f; d = u + c; u = a*b
                                ^^^
      d(a*b)/da = b = -3   -2 × -3 = 6
    -2 × 1 × -3 = 6
"""
    )


def test_paths_add_where_a_value_is_shared(adiff: Any) -> None:
    out = adiff("explain", "y = x^2; z = x + y; z*y", "x=2", "y").out
    assert "dL/dy = 10, 2 paths, whose contributions add" in out
    assert "  y is used twice: what each use passes back is added, += not =\n" in out
    assert "    y.grad = 6 + 4 = 10\n" in out
    assert out.endswith("  dL/dy = 4 + 6 = 10\n")


def test_the_backward_pass(adiff: Any) -> None:
    result = adiff("explain", *LECTURE, "--steps", "--quiet")
    assert (
        result.out
        == """\
L = -8
Every grad starts at 0, but L.grad at 1: dL/dL = 1. From the output back, each node passes upstream × local on to its operands, which add it to their grad.

L = d*f   L.grad = 1
  1 | L = d*f; d = u + c; u = a*b
          ^^^
  dL/dd = f = -2   1 × -2 = -2   d.grad: 0 + -2 = -2
  dL/df = d = 4    1 × 4 = 4     f.grad: 0 + 4 = 4

d = u + c   d.grad = -2
  1 | L = d*f; d = u + c; u = a*b
                   ^^^^^
  dd/du = 1   -2 × 1 = -2   u.grad: 0 + -2 = -2
  dd/dc = 1   -2 × 1 = -2   c.grad: 0 + -2 = -2

u = a*b   u.grad = -2
  1 | L = d*f; d = u + c; u = a*b
                              ^^^
  du/da = b = -3   -2 × -3 = 6   a.grad: 0 + 6 = 6
  du/db = a = 2    -2 × 2 = -4   b.grad: 0 + -4 = -4

 value   data   grad
 ───────────────────
 L         -8      1
 d          4     -2
 u         -6     -2
 a          2      6
 b         -3     -4
 c         10     -2
 f         -2      4
"""
    )


def test_json(adiff: Any) -> None:
    told = json.loads(adiff("explain", *LECTURE, "--json").out)
    assert (told["output"], told["value"], told["notes"]) == ("L", -8.0, [])
    assert told["grad"] == {"f": 4.0, "c": -2.0, "a": 6.0, "b": -4.0}
    first = told["steps"][0]
    assert {key: first[key] for key in ("node", "operand", "rule", "local", "upstream", "contribution", "span")} == {
        "node": "L", "operand": "d", "rule": "d(d*f)/dd = f", "local": -2.0, "upstream": 1.0, "contribution": -2.0, "span": [1, 5, 3],
    }  # fmt: skip
    assert told["paths"]["a"] == {
        "count": 1, "gradient": 6.0, "rest": 0.0, "shown": [{"nodes": ["L", "d", "u", "a"], "length": 3, "contribution": 6.0}],
    }  # fmt: skip
    vector = json.loads(adiff("explain", "dot(w, w)", "w=1,2", "--json", "w").out)
    assert vector["grad"] == {"w": [2.0, 4.0]}
    assert list(vector["paths"]) == ["w[1]", "w[2]"]
    blocked = json.loads(adiff("explain", "if(x > 0, x, -x)", "x=2", "--json").out)["blocked"]
    assert [(each["operand"], each["why"]) for each in blocked] == [("x > 0", "condition"), ("-x", "branch")]


def test_what_to_explain_is_named_in_every_way(adiff: Any) -> None:
    plain = adiff("explain", "x*y", "x", "x=2", "y=3").out
    assert (
        plain
        == adiff("explain", "x*y", "x=2", "x", "y=3").out
        == adiff("explain", "x*y", "x=2", "y=3", "--wrt", "x").out
    )
    assert "dL/dy" not in plain
    assert "dL/dw[2] = 1" in adiff("explain", "w[1]*w[2]", "w=1,2", "w[2]").out
    both = adiff("explain", "x*y", "x", "y", "x=2", "y=3").out
    assert "dL/dx = 3" in both
    assert "dL/dy = 2" in both
    assert "dd/da = -3" in adiff("explain", *LECTURE, "--of", "d", "a").out


def test_undefined_and_undecided(adiff: Any) -> None:
    assert adiff("explain", "log(x)", "x=-1").code == 1
    known = adiff("explain", "sqrt(x)*sqrt(x)", "x=0")
    assert known.code == 0
    assert "  the products come to nan in doubles; the slope itself is 1\n" in known.out
    assert "the slope itself is 1" in adiff("explain", "sqrt(x)*sqrt(x)", "x=0", "--steps").out
    assert "no path: L does not change with x" in adiff("explain", "floor(x) + y", "x=1.5", "y=2").out
    kink = adiff("explain", "abs(x)", "x=0")
    assert "a kink at x = 0, with slopes -1 and +1; 0 is used" in kink.out
    assert "kink: " not in adiff("explain", "abs(x)", "x=0", "--quiet").out


def test_more_paths_than_are_told(adiff: Any) -> None:
    text = "; ".join(["a0 = x + y", *(f"a{i} = a{i - 1}*a{i - 1}" for i in range(1, 61)), "a60"])
    out = adiff("explain", text, "x=0.5", "y=0.5").out
    assert (
        "da60/dx = 1.152921505e18, about 1.2e18 paths, whose contributions add\n  the 20 that contribute most:\n" in out
    )
    assert "... 45 more steps" in out
    assert out.count("path 20  ") == 2
    told = json.loads(adiff("explain", text, "x=0.5", "y=0.5", "--json").out)
    assert told["paths"]["x"]["count"] == 2**60
    assert len(told["paths"]["x"]["shown"]) == 20


def test_counts_in_words() -> None:
    assert power_of_ten(123_456) == "123,456"
    assert power_of_ten(10**30) == "about 1.0e30"
    assert power_of_ten(10**31 - 1) == "about 1.0e31"
    assert power_of_ten(2**60 * 10**30) == "about 1.2e48"
    assert power_of_ten(2**100_000) == "about 1.0e30103"
    assert figures(list("1234"), "×") == "1 × 2 × 3 × 4"
    assert figures([str(k) for k in range(20)], "+") == "0 + 1 + 2 + 3 + ... + 16 + 17 + 18 + 19"


def test_many_inputs_and_nodes(adiff: Any) -> None:
    text = " + ".join(f"{k}*x{k}" for k in range(1, 31))
    bound = [f"x{k}=1" for k in range(1, 31)]
    out = adiff("explain", text, *bound).out
    assert "10 more, x21, x22, x23, x24, x25, x26, x27, x28, ...: name the one to explain" in out
    assert "dL/dx20 = 20" in out
    assert "dL/dx30 = 30" not in out
    assert "dL/dx30 = 30" in adiff("explain", text, *bound, "--all").out
    steps = adiff("explain", "+".join(["x"] * 200), "x=1", "--steps")
    assert "... 139 more nodes: --all shows every one" in steps.out
    assert "more nodes" not in adiff("explain", "+".join(["x"] * 200), "x=1", "--steps", "--all").out
    told = json.loads(adiff("explain", "+".join(["x"] * 3000), "x=1", "--json").out)
    assert 100 < len(told["steps"]) <= 2000
    assert len(json.loads(adiff("explain", "+".join(["x"] * 3000), "x=1", "--json", "--all").out)["steps"]) == 5998


@pytest.mark.parametrize("columns", [60, 80, 140])
@pytest.mark.parametrize("extra", [[], ["--steps"]])
def test_no_line_is_wider_than_the_terminal(
    adiff: Any, columns: int, extra: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = "f(t) = sigmoid(3*t^2 - sin(t))/(1 + exp(-t)); " + " + ".join(f"a{k}*f(x - {k})" for k in range(6))
    out = adiff("explain", text, "x=1", *(f"a{k}=0.{k}123456789" for k in range(6)), *extra).out
    assert max(map(len, out.splitlines())) <= columns
    assert not any(line.endswith(" ") for line in out.splitlines())


@settings(max_examples=120, deadline=None, derandomize=True)
@given(programs, st.sampled_from(["0", "1", "-1", "2", "inf", "nan", "1e308", "1e-320", "-0.5"]), numbers,
       st.sampled_from([[], ["--steps"], ["--json"], ["--quiz"], ["--quiz", "--json"], ["x"]]))  # fmt: skip
def test_anything_is_answered(program: str, x: str, y: float, extra: list[str]) -> None:
    """No program and no point, infinite ones included, makes anything but an answer or a clean error."""
    out, err = Stream(), Stream()
    before = sys.stdin
    sys.stdin = Stream(b"1\n2\n" * 40)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(["explain", program, f"x={x}", f"y={y}", *extra])
    finally:
        sys.stdin = before
    assert code in (0, 1), err.data.decode()


def test_no_inputs(adiff: Any) -> None:
    result = adiff("explain", "3*4")
    assert (result.code, result.out.splitlines()[1]) == (
        0,
        "L has no inputs, so there is nothing to differentiate it by",
    )


def test_on_a_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "autodiff_cli", "explain", *LECTURE, "a"]
    with Terminal(command, {**os.environ, "HOME": str(tmp_path)}, tmp_path, columns=80) as terminal:
        terminal.until(r"d\(a\*b\)/da = b = -3   -2 × -3 = 6")


def test_json_needs_no_rich(tmp_path: Path) -> None:
    program = (
        "import sys; from autodiff_cli.cli.main import run; run(['explain', 'x*y', 'x=2', 'y=3', '--json']); "
        "assert 'rich' not in sys.modules and 'mpmath' not in sys.modules"
    )
    environment = {**os.environ, "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment, stdout=subprocess.DEVNULL)


NET = """net(x) = tanh(v1*tanh(w1*x + b1) + v2*tanh(w2*x + b2))
loss = (net(0) + 1)^2 + (net(1) - 1)^2 + (net(2) + 1)^2
v1 = 0.7; v2 = 0.6; w1 = 0.5; b1 = 0.1; w2 = -0.3; b2 = -0.2
"""


def test_invented_names_are_told_and_the_same_in_both_views(adiff: Any, tmp_path: Path) -> None:
    (tmp_path / "net.txt").write_text(NET)
    whole = adiff("explain", "net.txt", "w1").out
    steps = adiff("explain", "net.txt", "w1", "--steps").out
    told: dict[str, str] = {}
    for out in (whole, steps):
        invented = set(re.findall(r"\bt\d+\b", out))
        assert invented
        legends = dict(re.findall(r"^ +(t\d+) = (.*)$", out, re.MULTILINE))
        assert invented <= set(legends)
        assert not set(re.findall(r"\bv\d+\b", out)) - {"v1", "v2"}
        for name in invented:  # where it stands for the first time, or on the lines right below
            first = next(k for k, line in enumerate(out.splitlines()) if re.search(rf"\b{name}\b", line))
            below = out.splitlines()[first : first + 16]
            assert any(re.match(rf" +{name} = ", line) for line in below), name
        assert all(told.setdefault(name, meaning) == meaning for name, meaning in legends.items())
    assert told["t1"] == "(net(0) + 1)^2 + (net(1) - 1)^2"
    assert told["t5"] == "v1*tanh(w1*x + b1) + v2*tanh(w2*x + b2)  in net(0)"
    names = json.loads(adiff("explain", "net.txt", "w1", "--json").out)["names"]
    assert all(names[name] == meaning for name, meaning in told.items())


def test_what_contributes_nothing_is_told_in_a_line(adiff: Any, tmp_path: Path) -> None:
    (tmp_path / "net.txt").write_text(NET)
    out = adiff("explain", "net.txt", "w1").out
    assert "  path 1 contributes 0: d(w1*0)/dw1 = 0\n" in out
    assert "  path 1  " not in out
    assert "  path 1  loss" in adiff("explain", "net.txt", "w1", "--all").out
    many = adiff("explain", "x*y + x^2 + 0*x + x*z", "x=2", "y=3", "z=0", "x").out
    assert "  paths 3 and 4 contribute 0: d(0*x)/dx = 0, d(x*z)/dx = z\n" in many
    only = adiff("explain", "x*z + z*sin(x)", "x=2", "z=0", "x").out
    assert "  path 1  L → x*z → x\n" in only
    assert "  path 2 contributes 0: " in only
