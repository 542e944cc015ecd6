"""What the documentation shows: commands run as a reader would, their output as it comes."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator

from autodiff_cli.cli.main import run


@contextlib.contextmanager
def _elsewhere(home: str) -> Iterator[None]:
    """A home of its own, and an empty directory to work in."""
    kept = {name: os.environ.get(name) for name in ("XDG_CONFIG_HOME", "COLUMNS", "NO_COLOR")}
    place = os.getcwd()
    os.environ.update(XDG_CONFIG_HOME=home, COLUMNS="88", NO_COLOR="1")
    os.chdir(home)
    try:
        yield
    finally:
        os.chdir(place)
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def shown(*commands: str, files: dict[str, str] | None = None) -> str:
    """The commands and what they print, as a console block of Markdown. They share a home, so that nudge goes on."""
    lines = []
    with tempfile.TemporaryDirectory() as home, _elsewhere(home):
        for name, content in (files or {}).items():
            with open(name, "w", encoding="utf-8") as file:
                file.write(content)
        for command in commands:
            lines.append(f"$ {command}")
            if command.startswith("cat "):
                lines.append((files or {})[command.removeprefix("cat ")].rstrip())
                continue
            stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
            with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
                code = run(shlex.split(command)[1:])
            stream.seek(0)
            lines += [line.rstrip() for line in stream.read().rstrip().splitlines()]
            if code:
                lines.append("$ echo $?")
                lines.append(str(code))
    return "\n".join(["```console", *lines, "```"])


def show(*commands: str, files: dict[str, str] | None = None) -> None:
    """Print the block: for cog."""
    sys.stdout.write(shown(*commands, files=files) + "\n")
