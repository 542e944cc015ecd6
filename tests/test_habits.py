"""How the command behaves among others: pipes, interrupts, full disks, terminals."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from autodiff_cli.cli import main as cli

LECTURE = ("(a*b+c)*f", "a=2", "b=-3", "c=10", "f=-2")


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
