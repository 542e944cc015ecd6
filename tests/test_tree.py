"""The drawing on a terminal: a tree."""

from __future__ import annotations

import re
import sys

import pytest

from autodiff_cli.cli import main as cli

LECTURE = ("L = d*f; d = e + c; e = a*b", "a=2", "b=-3", "c=10", "f=-2")


class Terminal:
    """Standard output that is a terminal 80 columns wide."""

    def __init__(self) -> None:
        self.text = ""
        self.encoding = "utf-8"

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        return None

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch, *args: str) -> tuple[int, str]:
    out = Terminal()
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", out)
    code = cli.run(list(args))
    return code, re.sub(r"\x1b\[[0-9;]*m", "", out.text)


def test_a_tree_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    code, text = terminal(monkeypatch, "draw", *LECTURE)
    assert code == 0
    assert [line.rstrip() for line in text.splitlines()] == [
        "L  *  data -8.0000  grad 1.0000",
        "├── d  +  data 4.0000  grad -2.0000",
        "│   ├── e  *  data -6.0000  grad -2.0000",
        "│   │   ├── a  data 2.0000  grad 6.0000",
        "│   │   └── b  data -3.0000  grad -4.0000",
        "│   └── c  data 10.0000  grad -2.0000",
        "└── f  data -2.0000  grad 4.0000",
    ]


def test_a_tree_spells_a_shared_value_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _, text = terminal(monkeypatch, "draw", "e = a*b; e*e + e", "a=2", "b=3")
    assert text.count("(above)") == 2


def test_a_tree_too_deep_for_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = terminal(monkeypatch, "draw", "sin(" * 300 + "x" + ")" * 300, "x=1")
    assert code == 2
    assert "deeper than a terminal of 80 columns" in capsys.readouterr().err


def test_no_picture_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal(monkeypatch, "draw", *LECTURE, "--format", "png")[0] == 2
    assert "not for a terminal" in capsys.readouterr().err
