"""A terminal with a shell in it, for the tests that press keys."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shutil
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

PROMPT = "ready> "
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[=>]|\x1b\][^\a]*\a|[\x07\r\x0f]|\x1b\(B")


def installed(shell: str) -> str:
    """The path of a shell. Fails where there is none: what adiff promises for it would go unseen."""
    found = shutil.which(shell)
    assert found, f"{shell} is not installed, and its completion must be tried: apt-get install {shell}"
    return found


class Terminal:
    """A program on a terminal of its own; `read` is what it has shown, without colours and the like."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], place: Path, columns: int = 100) -> None:
        self.read = ""
        self.end, inside = pty.openpty()
        termios.tcsetwinsize(inside, (40, columns))
        # setsid makes it the terminal that controls the shell, as a window would.
        self.process = subprocess.Popen(
            [installed("setsid"), "--ctty", "--wait", *command],
            stdin=inside, stdout=inside, stderr=inside, env={**environment, "TERM": "xterm"}, cwd=place,
        )  # fmt: skip
        os.close(inside)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        os.close(self.end)
        self.process.wait(20)

    def press(self, keys: str) -> None:
        """Type, and forget what was shown before."""
        self.read = ""
        os.write(self.end, keys.encode())

    def until(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """Wait for what matches."""
        deadline = time.monotonic() + seconds
        while (found := re.search(pattern, self.read)) is None:
            left = deadline - time.monotonic()
            assert left > 0, f"no {pattern!r} in {self.read!r}"
            if select.select([self.end], [], [], left)[0]:
                data = os.read(self.end, 65536).decode("utf-8", "replace")
                self.read = _CONTROLS.sub("", self.read + data)
        return found

    def press_until(self, keys: str, pattern: str) -> re.Match[str]:
        """Type, and again after 5 seconds: CPython does not see a Ctrl-C between the prompt of readline and its wait."""
        for _ in range(6):
            self.press(keys)
            with contextlib.suppress(AssertionError):
                return self.until(pattern, 5)
        raise AssertionError(f"no {pattern!r} after {keys!r}, in {self.read!r}")
