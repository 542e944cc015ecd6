"""Options that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from ..errors import AdiffError
from ..graph.note import Note

F = TypeVar("F", bound=Callable[..., Any])


def shared(function: F) -> F:
    """--json, --digits, --quiet and --help."""
    for option in (
        click.option("--quiet", is_flag=True, help="No notes, and nothing on stderr but errors."),
        click.option("--digits", type=click.IntRange(1, 17), metavar="N", help="Significant digits of numbers."),
        click.option("--json", "as_json", is_flag=True, help="One JSON object instead of the table."),
    ):
        function = option(function)
    return function


def at_file(function: F) -> F:
    """--at FILE."""
    return click.option("--at", metavar="FILE", help="Read bindings from a TOML or JSON file.")(function)


def words(function: F) -> F:
    """The expression and its bindings, or neither."""
    return click.argument("words", nargs=-1, metavar="[EXPR|FILE|-] [NAME=VALUE]...")(function)


def names(text: str | None, option: str) -> list[str] | None:
    """The names of a comma list; None where the option was not given. Raises AdiffError where it is empty."""
    if text is None:
        return None
    found = [name.strip() for name in text.replace("，", ",").split(",") if name.strip()]
    if not found:
        raise AdiffError("usage", f"{option} needs at least one name", hint=f"for example {option} a,b")
    return found


def say(notes: Iterable[Note], *, quiet: bool) -> None:
    """Notes on stderr, where stdout is a picture's or a table's of numbers."""
    if not quiet:
        for note in notes:
            print(f"{note.kind}: {note.message}", file=sys.stderr)
