"""`adiff nudge` for long: its table, its JSON, its plots, and Ctrl-C."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from terminal import Terminal

from autodiff_cli.cli import state
from autodiff_cli.views import plot
from autodiff_cli.views.progress import Bar
from autodiff_cli.views.trajectory import shown_steps, sparkline

LECTURE = ["(a*b+c)*f", "a=2", "b=-3", "c=10", "f=-2"]
BOWL = ["(x-1)^2 + (y+2)^2", "x=5", "y=5", "--down", "--step", "0.1"]


def test_one_step_says_how_far_its_promise_holds(adiff: Any) -> None:
    assert adiff("nudge", *LECTURE).out.splitlines()[-1] == "promise holds to 10%     up to step 0.0981"
    assert adiff("nudge", "2x", "x=3").out.splitlines()[-1] == "promise holds to 10%     at any step"
    assert "promise" not in adiff("nudge", "abs(x)", "x=0").out
    assert json.loads(adiff("nudge", "2x", "x=3", "--json").out)["largest_step"] == "Infinity"
    assert json.loads(adiff("nudge", "abs(x)", "x=0", "--json").out)["largest_step"] is None


def test_the_table_of_a_walk(adiff: Any) -> None:
    result = adiff("nudge", *LECTURE, "--steps", "3")
    assert (result.code, result.err) == (0, "")
    assert (
        result.out
        == """\
3 steps of 0.01

 step          L         a          b          c          f
 ──────────────────────────────────────────────────────────
    0   -8         2         -3         10         -2
    1   -7.2865    2.06      -3.04       9.98      -1.96
    2   -6.59776   2.11958   -3.08038    9.9604    -1.92282
    3   -5.93145   2.17881   -3.12113    9.94117   -1.88851

L  ▁▃▆█

L before              -8
L after               -5.931445839
promise holds to 10%  up to step 0.0981
"""
    )


def test_a_long_table_shows_some_of_its_steps(adiff: Any) -> None:
    few = adiff("nudge", *BOWL, "--steps", "1e3").out
    assert re.search(r"^98\d steps left out: --all shows every one$", few, re.MULTILINE)
    every = adiff("nudge", *BOWL, "--steps", "1e3", "--all").out
    assert "left out" not in every
    assert len(every.splitlines()) > 1000
    assert shown_steps(5) == [0, 1, 2, 3, 4, 5]
    for last in (20, 99, 100, 101, 12_345, 10**5, 10**7):
        found = shown_steps(last)
        assert (found[0], found[-1]) == (0, last)
        assert found == sorted(set(found))
        assert 10 < len(found) <= 20


def test_inputs_that_do_not_fit_stand_below(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    text = adiff("nudge", "w=[1,2,3,4,5,6,7,8]; sum(i, 1, 8, w[i]^2)", "--steps", "2", "--hold", "w[2]").out
    assert len(re.findall(r"^ step +L ", text, re.MULTILINE)) == 2
    assert max(map(len, text.splitlines())) <= 60
    assert "held  w[2]" in text


def test_the_line_of_values() -> None:
    assert sparkline([0.0, 1.0, 2.0, 3.0], 60) == ("▁▃▆█", "")
    assert sparkline([1.0, 10.0, 100.0, 1000.0], 60) == ("▁▃▆█", "log scale")
    assert sparkline([-1000.0, -100.0, -10.0, -1.0], 60) == ("▁▃▆█", "log scale")
    assert sparkline([1.0, 1.0], 60) == ("▅▅", "")
    assert sparkline([-1e308, 1e308, math.inf], 60) == ("▁█×", "")
    assert sparkline([1.0], 60) is None
    assert len((sparkline([float(k) for k in range(1000)], 60) or ("", ""))[0]) == 60


def test_no_bars_where_they_cannot_be_written() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "autodiff_cli", "nudge", *BOWL, "--steps", "5"], env=env, capture_output=True, check=True
    )
    assert b"\nL  " not in done.stdout
    assert b"\nL before" in done.stdout


def test_a_reader_who_goes_after_a_line() -> None:
    command = [sys.executable, "-m", "autodiff_cli", "nudge", *BOWL, "--steps", "20000", "--all"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"20,000 steps of -0.1\n"
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == b""


def test_the_json_of_a_walk(adiff: Any) -> None:
    answer = json.loads(adiff("nudge", *LECTURE, "--steps", "2", "--json").out)
    assert list(answer) == [
        "output", "before", "predicted", "after", "ratio", "step", "largest_step", "inputs", "notes", "steps", "momentum",
        "trajectory",
    ]  # fmt: skip
    assert answer["steps"] == 2
    assert answer["inputs"]["a"] == {"old": 2.0, "grad": 6.0, "new": answer["trajectory"][-1]["inputs"]["a"]}
    assert answer["trajectory"][0] == {"step": 0, "value": -8.0, "inputs": {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}}
    assert answer["trajectory"][1]["value"] == json.loads(adiff("nudge", *LECTURE, "--json").out)["after"]
    assert len(json.loads(adiff("nudge", *LECTURE, "--steps", "1", "--json").out)["trajectory"]) == 2
    assert "trajectory" not in json.loads(adiff("nudge", *LECTURE, "--json").out)


def test_vectors_are_lists_and_what_is_held_has_no_gradient(adiff: Any) -> None:
    text = "w = [1, 2]; (w[1]^2 + w[2])*v"
    answer = json.loads(adiff("nudge", text, "v=3", "--steps", "1", "--only", "w", "--json").out)
    assert answer["inputs"]["w"] == {"old": [1.0, 2.0], "grad": [6.0, 3.0], "new": [1.06, 2.03]}
    assert answer["inputs"]["v"] == {"old": 3.0, "grad": None, "new": 3.0}
    assert answer["trajectory"][1]["inputs"] == {"w": [1.06, 2.03], "v": 3.0}
    single = adiff("nudge", text, "v=3", "--hold", "v")
    assert re.search(r"^ v +3 +held +0 +3$", single.out, re.MULTILINE)


def test_convergence_and_its_exit_code(adiff: Any) -> None:
    done = adiff("nudge", *BOWL, "--until-converged")
    assert done.code == 0
    assert "converged after 83 steps" in done.out
    short = adiff("nudge", *BOWL, "--until-converged", "--steps", "10", "--json")
    assert short.code == 1
    answer = json.loads(short.out)
    assert answer["converged"] is False
    assert answer["notes"][-1]["kind"] == "convergence"
    loose = json.loads(adiff("nudge", *BOWL, "--until-converged", "--tolerance", "0.01", "--json").out)
    assert (loose["converged"], loose["steps"]) == (True, 21)


def test_divergence_ends_with_exit_1(adiff: Any) -> None:
    result = adiff("nudge", "x^2", "x=3", "--down", "--step", "5", "--steps", "1000", "--json")
    assert result.code == 1
    answer = json.loads(result.out)
    assert answer["after"] == answer["trajectory"][-1]["value"] == "Infinity"
    assert answer["notes"][0]["kind"] == "divergence"
    # As finite as it is wrong: told, and no failure.
    assert adiff("nudge", "x^2", "x=3", "--down", "--step", "1.1", "--steps", "9").code == 0


def test_save_keeps_the_end_of_a_walk(adiff: Any) -> None:
    end = json.loads(adiff("nudge", *BOWL, "--steps", "7", "--save", "--json").out)["trajectory"][-1]["inputs"]
    stored = state.last()
    assert stored is not None
    assert stored.at == end
    assert json.loads(adiff("nudge", "--quiet", "--json").out)["inputs"]["x"]["old"] == end["x"]
    adiff("nudge", "log(x)", "x=1", "--down", "--step", "0.3", "--steps", "9", "--save")
    assert state.last() == stored


def test_one_ctrl_c_shows_where_it_stands(adiff: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Bar, "tell", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    before = signal.getsignal(signal.SIGINT)
    result = adiff("nudge", *BOWL, "--steps", "1e6", "--save", "-o", "walk.svg")
    assert result.code == 130
    assert re.search(r"interrupted: after [\d,]+ of 1,000,000 steps", result.out)
    assert "L after" in result.out
    assert not (tmp_path / "walk.svg").exists()
    assert state.last() is None
    as_json = adiff("nudge", *BOWL, "--steps", "1e6", "--json")
    assert as_json.code == 130
    answer = json.loads(as_json.out)
    assert len(answer["trajectory"]) == answer["steps"] + 1
    assert answer["notes"][0]["kind"] == "interrupted"
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.full
def test_a_bar_on_a_terminal_and_ctrl_c(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "NO_COLOR": "1", "LANG": "C.UTF-8"}
    walk = [sys.executable, "-m", "autodiff_cli", "nudge", *LECTURE, "--steps", "1e7", "--step", "1e-9"]
    with Terminal(walk, env, tmp_path) as terminal:
        terminal.until(r"steps .*\d+/10000000")
        terminal.press("\x03")
        terminal.until(r"interrupted: after [\d,]+ of 10,000,000 steps")
        assert terminal.process.wait(20) == 130


def test_the_bar_is_for_terminals_alone(adiff: Any) -> None:
    bar = Bar("steps", 10)
    bar._begun -= 10
    bar.tell(5)
    assert bar._shown is None
    assert adiff("nudge", *BOWL, "--steps", "10").err == ""


PLOTS = {
    "lecture": [*LECTURE, "--steps", "30"],
    "endless": [*LECTURE, "--steps", "300"],
    "path": [*BOWL, "--steps", "50"],
    "one": ["x^2", "x=3"],
    "still": ["abs(x)", "x=0", "--steps", "3"],
    "many": ["sum(i, 1, 15, w[i]^2/i)", f"w={','.join(map(str, range(1, 16)))}", "--steps", "5"],
    "foreign": ["_π*龍^2", "_π=1", "龍=2", "--steps", "5"],
    "half": ["(x + y)*log(x)", "x=1", "y=0", "--steps", "40", "--step", "0.1"],
}


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_written(adiff: Any, name: str, tmp_path: Path) -> None:
    result = adiff("nudge", *PLOTS[name], "-o", "walk.svg")
    assert result.err == ""
    drawn = (tmp_path / "walk.svg").read_bytes()
    text = drawn.decode()
    assert text.startswith("<?xml")
    labels = set(re.findall(r"<!-- (.*?) -->", text))
    moving = json.loads(adiff("nudge", *PLOTS[name], "--steps", "1", "--json").out)["inputs"]
    assert {"L", "step", "inputs" + (", 3 more in grey" if name == "many" else "")} <= labels
    assert name == "many" or set(moving) <= labels
    assert ("path, from the ring to the dot" in labels) == (len(moving) == 2)
    adiff("nudge", *PLOTS[name], "-o", "again.svg")
    assert (tmp_path / "again.svg").read_bytes() == drawn


def test_a_plot_in_every_format(adiff: Any, tmp_path: Path) -> None:
    for suffix, start in ((".png", b"\x89PNG"), (".pdf", b"%PDF"), (".SVG", b"<?xml")):
        assert adiff("nudge", *BOWL, "--steps", "5", "-o", f"walk{suffix}").code == 0
        assert (tmp_path / f"walk{suffix}").read_bytes().startswith(start)


def test_a_plot_needs_matplotlib(adiff: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(plot, "find_spec", lambda _: None)
    result = adiff("nudge", *BOWL, "-o", "walk.svg")
    assert (result.code, result.out) == (2, "")
    assert 'pip install "autodiff-cli[plot]"' in result.err
    assert not (tmp_path / "walk.svg").exists()


def test_scales_of_an_axis() -> None:
    assert plot.scale([1.0, 50.0]) == "linear"
    assert plot.scale([1.0, 500.0]) == "log"
    assert plot.scale([-1.0, 2.0, 1.5, 1e9]) == "symlog"
    assert plot.scale([0.0, 0.0]) == "linear"


def test_nothing_heavy_is_imported_for_json() -> None:
    code = (
        "import sys; from autodiff_cli.cli.main import run; "
        f"run(['nudge', *{BOWL!r}, '--steps', '9', '--json']); "
        "assert not {'rich', 'matplotlib', 'numpy', 'mpmath'} & set(sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "ADIFF_NO_STATE": "1"}, check=True, capture_output=True
    )
