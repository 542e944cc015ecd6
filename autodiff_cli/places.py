"""Where adiff keeps what only speeds it up."""

from __future__ import annotations

import os
import sys


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
