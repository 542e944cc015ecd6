"""What the documentation shows: commands run as a reader would, their output as it comes."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from autodiff_cli.cli.main import run

# What differs from run to run.
_TIMES = re.compile(r"\brows? in [\d.]+ (?:m?s|min \d+ s)(?:, [\d.,]+(?: million)? a second)?")
# A command with the file that it reads.
_REDIRECTED = re.compile(r"(.*) < ([\w.]+)")


class _Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal, for what is shown on one alone."""

    def isatty(self) -> bool:
        return True


@contextlib.contextmanager
def _elsewhere(files: Mapping[str, str]) -> Iterator[Path]:
    """A home of its own, which is also the directory to work in, with these files and nothing else."""
    kept = {name: os.environ.get(name) for name in ("XDG_CONFIG_HOME", "COLUMNS", "NO_COLOR")}
    place = os.getcwd()
    with tempfile.TemporaryDirectory() as home:
        for name, content in files.items():
            (Path(home) / name).write_text(content, encoding="utf-8")
        os.environ.update(XDG_CONFIG_HOME=home, COLUMNS="88", NO_COLOR="1")
        os.chdir(home)
        try:
            yield Path(home)
        finally:
            os.chdir(place)
            for name, value in kept.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


@contextlib.contextmanager
def _reading(name: str) -> Iterator[None]:
    """Standard input from a file."""
    kept = sys.stdin
    with open(name, encoding="utf-8") as stream:
        sys.stdin = stream
        try:
            yield
        finally:
            sys.stdin = kept


def _said(command: str, kind: type[io.TextIOWrapper]) -> tuple[int, list[str]]:
    """The exit code of a command, and the lines on both of its streams."""
    stream = kind(io.BytesIO(), encoding="utf-8", write_through=True)
    found = _REDIRECTED.fullmatch(command)
    command, name = found.groups() if found else (command, os.devnull)
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream), _reading(name):
        code = run(shlex.split(command)[1:])
    stream.seek(0)
    # A terminal is sent bold and dim letters too, which a page has no use for; nor for how long it took on the day.
    text = _TIMES.sub("rows in …", re.sub(r"\x1b\[[0-9;]*m", "", stream.read()))
    return code, [line.rstrip() for line in text.rstrip().splitlines()]


def shown(*commands: str, files: Mapping[str, str] | None = None, terminal: bool = False) -> str:
    """The commands and what they print, as a console block of Markdown. They share a home, so that nudge goes on.

    With `terminal` the output is that on a terminal of 88 columns, without colours.
    """
    lines = []
    files = files or {}
    with _elsewhere(files):
        for command in commands:
            lines.append(f"$ {command}")
            if command.startswith("cat "):
                lines.append(files[command.removeprefix("cat ")].rstrip())
                continue
            code, said = _said(command, _Terminal if terminal else io.TextIOWrapper)
            lines += said
            if code:
                lines += ["$ echo $?", str(code)]
    return "\n".join(["```console", *lines, "```"])


def show(*commands: str, files: Mapping[str, str] | None = None, terminal: bool = False) -> None:
    """Print the block: for cog."""
    sys.stdout.write(shown(*commands, files=files, terminal=terminal) + "\n")


def said(command: str) -> None:
    """Print what the command prints as a part of the page, such as a formula: for cog."""
    with _elsewhere({}):
        code, lines = _said(command, io.TextIOWrapper)
    if code:
        raise RuntimeError("\n".join([command, *lines]))
    sys.stdout.write("\n".join(["", *lines, "", ""]))


def written(command: str, name: str, files: Mapping[str, str] | None = None) -> str:
    """The text of a file that a command writes. Fails where it ends with an error."""
    with _elsewhere(files or {}) as home:
        code, said = _said(command, io.TextIOWrapper)
        if code:
            raise RuntimeError("\n".join([command, *said]))
        return (home / name).read_text(encoding="utf-8")
