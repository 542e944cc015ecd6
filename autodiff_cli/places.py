"""Where adiff keeps what only speeds it up."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def private_cache() -> Path | None:
    """The user's own cache directory for adiff, made with mode 700; None where there is none to be had.

    A directory that somebody else owns or may write is refused: what lies in it is loaded as code.
    """
    try:
        directory = _base() / "adiff"
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            status = directory.stat()
            if status.st_uid != os.geteuid():
                return None
            if status.st_mode & 0o077:
                directory.chmod(0o700)
        return directory if os.access(directory, os.W_OK) else _read_only(directory)
    except (OSError, RuntimeError):
        return None


def _read_only(directory: Path) -> Path | None:
    """A cache that was filled earlier still serves when it can no longer be written."""
    return directory if any(directory.iterdir()) else None


def _base() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return Path(chosen) if os.path.isabs(chosen) else Path.home() / ".cache"
