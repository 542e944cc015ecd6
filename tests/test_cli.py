"""The command: what it prints, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from autodiff_cli.cli import main as cli
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
    assert set(note) == {"kind", "message", "node", "span"}
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
    [((), "xyz"), (("--sort", "abs"), "yxz"), (("--sort", "name"), "xyz"), (("--wrt", "z,x"), "zx")],
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


# Files


@pytest.mark.parametrize(
    "data",
    [b"a*b", b"\xef\xbb\xbfa*b\n", "a*b".encode("utf-16"), b"a*\r\n  b\r\n", b"# c\ra*b\r", "a·b".encode()],
    ids=["plain", "bom", "utf-16", "crlf", "cr", "utf-8"],
)  # fmt: skip
def test_files(adiff: Any, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "expr.txt").write_bytes(data)
    assert json.loads(adiff("grad", "expr.txt", "a=2", "b=3", "--json").out)["value"] == 6.0
    assert json.loads(adiff("grad", "-", "a=2", "b=3", "--json", stdin=data).out)["value"] == 6.0


def test_which_arguments_are_files(adiff: Any, tmp_path: Path, home: Path) -> None:
    for name in ("a*b", "x", "f.adiff"):
        (tmp_path / name).write_text("7 + 0*q")
    (home / "mine.txt").write_text("8")
    found = adiff("grad", "a*b", "q=1", "--json")
    assert (json.loads(found.out)["value"], found.err) == (7.0, "reading the file a*b\n")
    assert json.loads(adiff("grad", "x", "x=3", "--json").out)["value"] == 3.0
    assert json.loads(adiff("grad", "./x", "q=3", "--json").out)["value"] == 7.0
    assert json.loads(adiff("grad", "f.adiff", "q=3", "--json").out)["value"] == 7.0
    assert json.loads(adiff("grad", "~/mine.txt", "--json").out)["value"] == 8.0
    assert adiff("grad", "a*b", "q=1", "--json", "--quiet").err == ""


def test_bindings_from_a_file(adiff: Any, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('a = 2\nb = "2/4"\n')
    (tmp_path / "p.json").write_text('{"a": 2, "b": 0.5}')
    for name in ("p.toml", "p.json"):
        assert json.loads(adiff("grad", "a*b", "--at", name, "--json").out)["value"] == 1.0
        assert json.loads(adiff("grad", "a*b", "a=4", "--at", name, "--json").out)["value"] == 2.0


def test_values_are_constant_expressions(adiff: Any) -> None:
    answer = json.loads(adiff("grad", "x + y + z", "x=2/3", "y=sqrt(2)*pi", "z = -1e-3", "--json").out)
    assert answer["inputs"] == {"x": 2 / 3, "y": 2**0.5 * 3.141592653589793, "z": -0.001}


# State


def test_nudge_goes_on_from_the_last(adiff: Any) -> None:
    adiff("grad", *LECTURE)
    result = adiff("nudge", "--step", "0.01")
    assert result.code == 0
    assert result.err == "from (a*b+c)*f at a=2 b=-3 c=10 f=-2\n"
    lines = result.out.splitlines()
    assert [line.split()[-1] for line in lines[-4:]] == ["-8", "-7.28", "-7.286496", "0.9909777778"]
    answer = json.loads(adiff("nudge", "--json", "--quiet").out)
    assert answer["after"] == pytest.approx(-7.286496, rel=1e-15)
    assert answer["inputs"]["a"] == {"old": 2.0, "grad": 6.0, "new": 2.06}
    assert set(answer) >= {"output", "before", "predicted", "after", "step", "inputs", "notes"}


def test_nudge_rebinds_the_stored_point(adiff: Any) -> None:
    adiff("grad", "x^2*y", "x=3", "y=2")
    assert json.loads(adiff("nudge", "x=1", "--json").out)["inputs"]["x"]["old"] == 1.0
    assert json.loads(adiff("nudge", "--json").out)["inputs"]["x"]["old"] == 3.0


def test_nudge_saves_only_when_told(adiff: Any) -> None:
    adiff("grad", "x^2", "x=3")
    assert json.loads(adiff("nudge", "--step", "0.5", "--down", "--save", "--json").out)["inputs"]["x"]["new"] == 0.0
    assert json.loads(adiff("nudge", "--json").out)["before"] == 0.0


def test_a_step_that_goes_too_far_is_told(adiff: Any) -> None:
    answer = json.loads(adiff("nudge", "-x^2", "x=1", "--step", "2", "--json").out)
    assert answer["after"] < answer["before"]
    assert "fell" in answer["notes"][-1]["message"]
    down = json.loads(adiff("nudge", "x^2", "x=1", "--step", "2", "--down", "--json").out)
    assert "rose" in down["notes"][-1]["message"]
    flat = json.loads(adiff("nudge", "x^2", "x=0", "--json").out)
    assert flat["notes"][-1]["kind"] == "stationary"
    assert adiff("nudge", "sqrt(x)", "x=1", "--step", "10", "--down").code == 1


def test_what_is_stored(adiff: Any, home: Path) -> None:
    place = home / "config" / "adiff" / "last.json"
    adiff("grad", "log(x)", "x=-1")
    assert not place.exists()
    adiff("draw", "x^2", "-o", "g.dot")
    assert not place.exists()
    adiff("draw", "x^2", "x=3", "-o", "g.dot")
    assert json.loads(place.read_text())["program"] == "x^2"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [each.name for each in place.parent.iterdir()] == ["last.json"]


def test_storing_can_be_switched_off(adiff: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADIFF_NO_STATE", "1")
    assert adiff("grad", "x^2", "x=3").code == 0
    assert not (home / "config").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}', '{"format": 1, "program": "x", "at": 3}'])
def test_a_damaged_state_is_no_state(adiff: Any, home: Path, content: str) -> None:
    place = home / "config" / "adiff"
    place.mkdir(parents=True)
    (place / "last.json").write_text(content)
    assert "no last expression" in adiff("nudge").err


def test_numbers_survive_the_state_exactly(adiff: Any) -> None:
    adiff("grad", "x*y", "x=0.1", "y=1/3")
    answer = json.loads(adiff("nudge", "--json").out)
    assert (answer["inputs"]["x"]["old"], answer["inputs"]["y"]["old"]) == (0.1, 1 / 3)


# Habits


def process(*args: str, **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "autodiff_cli", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def test_a_broken_pipe_ends_quietly(tmp_path: Path) -> None:
    text = ", ".join(f"x^{i}" for i in range(3000))
    with process("grad", text, "x=1", "--csv", "--quiet") as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.wait(60) == 141
        assert running.stderr is not None
        assert running.stderr.read() == b""


def test_an_interrupt_ends_quietly(tmp_path: Path) -> None:
    with process("grad", "-", stdin=subprocess.PIPE) as running:
        time.sleep(1.0)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        assert running.stderr is not None
        assert running.stderr.read() == b""


def test_a_full_disk_is_told() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "autodiff_cli", "grad", "x", "x=1"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert b"No space left on device" in done.stderr


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "HOME": "/proc/nobody",
        "XDG_CONFIG_HOME": "/proc/nobody/c",
        "XDG_CACHE_HOME": "/proc/nobody/d",
    }
    with process("grad", "x^2", "x=3", env=environment) as running:
        out, err = running.communicate()
    assert (running.returncode, err) == (0, b"")
    assert b"L = 9" in out


def test_a_defect_is_owned(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("autodiff_cli.cli.grad.gradient", broken)
    result = adiff("grad", "x", "x=1")
    assert result.code == 70
    assert "RuntimeError" in result.err
    assert "report" in result.err
    assert "Traceback" not in result.err
    monkeypatch.setattr("autodiff_cli.cli.grad.gradient", lambda *a, **k: (_ for _ in ()).throw(MemoryError()))
    assert adiff("grad", "x", "x=1").code == 2


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour(monkeypatch: pytest.MonkeyPatch, no_color: str, coloured: bool) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    if no_color:
        monkeypatch.setenv("NO_COLOR", no_color)
    out, err = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    assert cli.run(["grad", "abs(x)", "x=0"]) == 0
    assert cli.run(["grad", "(x"]) == 2
    assert ("\x1b[3" in out.getvalue()) == coloured
    assert ("\x1b[" in err.getvalue()) == coloured


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_columns(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("NO_COLOR", "1")
    assert cli.run(["grad", "abs(x)*y", "x=0", "y=1.23456789e-5"]) == 0
    import re

    lines = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()
    assert max(len(line) for line in lines) <= columns
    assert any("kink" in line for line in lines)


def test_ops(adiff: Any) -> None:
    text = adiff("ops").out
    assert "atan2(y, x)" in text
    assert "powlog" not in text
    one = adiff("ops", "sqrt").out
    for word in ("definition", "x >= 0", "0.5/sqrt(x)", "kink", "jump", "cost", "example"):
        assert word in one
    found = json.loads(adiff("ops", "abs", "--json").out)["operations"][0]
    assert found["kinks"] == "x = 0: slopes -1 and +1, used 0"
    assert found["derivative"] == {"x": "sign(x) where x != 0, else 0"}
    assert len(json.loads(adiff("ops", "--json").out)["operations"]) > 50
