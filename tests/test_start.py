"""The start page: short, plain in a pipe, coloured on a terminal, and its examples work as they stand."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from terminal import installed
from test_habits import Terminal

from autodiff_cli.cli.main import COMMANDS, run


def test_the_page(adiff: Any) -> None:
    result = adiff()
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert len(lines) <= 14
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in result.out
    for command in re.findall(r"adiff ([a-z]+)", result.out.split("\n", 1)[1]):
        assert command in COMMANDS
    for word in ("adiff --help", "adiff COMMAND --help", "adiff ops", "adiff completion"):
        assert word in result.out


def test_the_help_page_is_another(adiff: Any) -> None:
    assert adiff("--help").out.startswith("Usage: adiff")


def examples(text: str) -> list[str]:
    """The lines to paste: those that hold a command and nothing else."""
    return [line for line in text.splitlines() if re.fullmatch(r" {4}adiff .*", line)]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_its_examples_work_pasted(adiff: Any, tmp_path: Path, shell: str) -> None:
    lines = examples(adiff().out)
    assert len(lines) == 3
    command = f"{shlex.quote(sys.executable)} -m autodiff_cli"
    define = f"function adiff; {command} $argv; end" if shell == "fish" else f'adiff() {{ {command} "$@"; }}'
    done = subprocess.run(
        [installed(shell), "-c", "\n".join([define, *lines])], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "L = -8" in done.stdout
    assert "-7.286496" in done.stdout
    assert "<svg" in (tmp_path / "graph.svg").read_text()
    assert done.stderr == "from (a*b+c)*f at a=2 b=-3 c=10 f=-2\n"


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour(monkeypatch: pytest.MonkeyPatch, no_color: str, coloured: bool) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    if no_color:
        monkeypatch.setenv("NO_COLOR", no_color)
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    assert run([]) == 0
    assert ("\x1b[36m" in out.getvalue()) == coloured
    # Neither white nor black, which one of the two backgrounds would swallow.
    assert not re.search(r"\x1b\[(?:[0-9;]*;)?(?:30|37|90|97)(?:;[0-9;]*)?m", out.getvalue())


@pytest.mark.parametrize("columns", ["40", "80", "140"])
def test_an_example_is_never_broken(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    assert run([]) == 0
    assert len(examples(re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()))) == 3
