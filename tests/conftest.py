"""What the tests share: a home of their own, and the command run inside the process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from autodiff_cli.cli.main import run


class Result(NamedTuple):
    """What a command gave."""

    code: int
    out: str
    err: str
    data: bytes


class Stream(io.TextIOWrapper):
    """Standard output as bytes and text, which is no terminal."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8", write_through=True)

    @property
    def data(self) -> bytes:
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue()


Adiff = Callable[..., Result]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a working directory of the test's own; the cache is kept between tests."""
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place / "config"))
    monkeypatch.delenv("ADIFF_NO_STATE", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    return place


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One cache for the whole run, apart from the user's."""
    import os

    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def adiff(monkeypatch: pytest.MonkeyPatch) -> Adiff:
    """Run `adiff ARGS...` in this process: `adiff("grad", "x^2", "x=3")`."""

    def call(*args: str, stdin: bytes = b"") -> Result:
        out, err = Stream(), Stream()
        monkeypatch.setattr(sys, "stdin", Stream(stdin))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        code = run(list(args))
        return Result(code, out.data.decode("utf-8", "replace"), err.data.decode("utf-8", "replace"), out.data)

    return call
