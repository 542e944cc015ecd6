"""How the command behaves among others: pipes, interrupts, full disks, terminals."""

from __future__ import annotations

import io
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


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line of shell in which `adiff` is this one."""
    line = f'adiff() {{ "{sys.executable}" -m autodiff_cli "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=False, env={**os.environ, **environment}, timeout=60
    )


def test_closed_streams() -> None:
    assert shell("adiff grad x x=1 >&-; echo $? >&2").stderr == "0\n"
    closed = shell("adiff grad - <&-")
    assert closed.returncode == 2
    assert "standard input is empty" in closed.stderr


def test_nobody_to_complain_to() -> None:
    assert shell("adiff grad '(x' 2>/dev/full").returncode == 2


def test_a_stream_that_is_not_utf_8() -> None:
    done = shell("adiff nudge 'x^2' x=3", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "step\\xb7grad" in done.stdout


def test_an_interrupt_while_starting() -> None:
    for delay in (0.03, 0.06, 0.1):
        with process("grad", "-", stdin=subprocess.PIPE) as running:
            time.sleep(delay)
            running.send_signal(signal.SIGINT)
            # Before our first line it is Python's own way to end.
            assert running.wait(60) in (130, -signal.SIGINT, 1)
            assert running.stderr is not None
            assert b"autodiff_cli" not in running.stderr.read() or running.returncode != 130


def test_drawing_writes_through_links_and_into_pipes(tmp_path: Path) -> None:
    (tmp_path / "real.svg").write_text("old")
    (tmp_path / "real.svg").chmod(0o600)
    (tmp_path / "link.svg").symlink_to("real.svg")
    os.mkfifo(tmp_path / "pipe.svg")
    assert shell("adiff draw x x=1 -o link.svg").returncode == 0
    assert (tmp_path / "link.svg").is_symlink()
    assert (tmp_path / "real.svg").read_text().startswith("<?xml")
    assert stat.S_IMODE((tmp_path / "real.svg").stat().st_mode) == 0o600
    piped = shell("cat pipe.svg & adiff draw x x=1 -o pipe.svg; wait")
    assert piped.stdout.startswith("<?xml")
    assert stat.S_ISFIFO((tmp_path / "pipe.svg").stat().st_mode)


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_table_too_wide_is_divided_not_cut(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    assert cli.run(["grad", "a*b, a+b, a/b, sin(a)*b, exp(a*b), a^b", "a=1.23456789", "b=2.718281828"]) == 0
    text = out.getvalue()
    for number in ("2.718281828", "0.3678794412", "0.8968401952", "77.93720674", "3.904298412", "dy6/d·"):
        assert number in text
    assert text.count(" a ") >= 2
