"""The last expression and point of this user, for `adiff nudge` to go on from."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import click

FORMAT = 1


class Last(NamedTuple):
    """A program, a point (with a list for each vector), and the outputs chosen of it."""

    text: str
    at: dict[str, float | list[float]]
    of: list[str] | None


def _file() -> str:
    return os.path.join(click.get_app_dir("adiff"), "last.json")


def store(text: str, at: Mapping[str, float | list[float]], of: Sequence[str] | None = None) -> None:
    """Remember an expression and its point: whole or not at all, readable by the user alone.

    Nothing happens with ADIFF_NO_STATE=1, or where the directory cannot be written: the answer has been given.
    """
    if os.environ.get("ADIFF_NO_STATE", "") not in ("", "0"):
        return
    place = _file()
    draft = f"{place}.{os.getpid()}"
    data = {
        "format": FORMAT,
        "program": text,
        "at": {name: _written(x) for name, x in at.items()},
        "of": of and list(of),
    }
    try:
        os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(data, file, ensure_ascii=False)
        os.replace(draft, place)
    except (OSError, ValueError):
        try:
            os.unlink(draft)
        except OSError:
            return


def last() -> Last | None:
    """What was stored; None where nothing was, or where it cannot be read."""
    try:
        with open(_file(), encoding="utf-8") as file:
            data: Any = json.load(file)
        if data["format"] != FORMAT:
            return None
        of = data["of"]
        if not (of is None or (isinstance(of, list) and of and all(isinstance(name, str) for name in of))):
            return None
        return Last(str(data["program"]), {str(k): _read(x) for k, x in data["at"].items()}, of)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _written(x: float | list[float]) -> str | list[str]:
    return [repr(each) for each in x] if isinstance(x, list) else repr(x)


def _read(x: Any) -> float | list[float]:
    return [float(each) for each in x] if isinstance(x, list) else float(x)
