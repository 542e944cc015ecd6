"""Where adiff keeps what only speeds it up, and how it writes files: whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .errors import AdiffError

if TYPE_CHECKING:  # commands that write no file start without it
    from pathlib import Path


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """A place beside the target to write to, renamed at the end, so that an interrupted run leaves the old file whole.

    A link is followed, a file keeps its rights, and what is no file (a device, a pipe) is written to as it is.
    Raises AdiffError for a directory, and where it cannot be written.
    """
    if path.is_dir():
        raise AdiffError("file", f"{path} is a directory", hint="give the name of a file in it")
    if path.exists() and not path.is_file():
        yield path
        return
    from pathlib import Path

    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name[:200]}.{os.getpid()}")
    try:
        yield beside
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def unwritable(path: Path, wrong: OSError) -> AdiffError:
    """Why a file cannot be written."""
    hint = "is there such a directory, and may you write to it?"
    return AdiffError("file", f"cannot write {path}: {wrong.strerror or wrong}", hint=hint)


def private_cache() -> str | None:
    """The user's own cache directory for adiff, made with mode 700; None where there is none to be had.

    A directory that somebody else owns is refused, and one that others may enter is closed to them: what lies in it is
    loaded as code. One that can no longer be written still serves.
    """
    try:
        directory = os.path.join(_base(), "adiff")
        os.makedirs(directory, mode=0o700, exist_ok=True)
        if os.name == "posix":
            status = os.stat(directory)
            if status.st_uid != os.geteuid():
                return None
            if status.st_mode & 0o077:
                os.chmod(directory, 0o700)
    except OSError:
        return None
    return directory


def _base() -> str:
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches")
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return chosen if os.path.isabs(chosen) else os.path.join(home, ".cache")
