"""A directory of parts, which appears when all of them are there."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from uuid import uuid4

from ..errors import AdiffError
from ..places import unwritable
from .formats import Format, named, of_path

_PART = re.compile(r"part-\d{5,}\.[a-z0-9.]+")


class Parts:
    """Where the parts of a table go. They are written into a hidden directory beside the target: `draft`.

    Their format is `write`, or that which the target's name ends in, or else Parquet.
    A target that holds nothing but such parts is of an earlier run, and is replaced at the end. Raises AdiffError for a file,
    and for a directory that holds anything else.
    """

    def __init__(self, target: str, write: str | None) -> None:
        self.shown = target
        told = of_path(target.rstrip("/" + os.sep)) or named("parquet", "--to")
        self.format: Format = named(write, "--to") if write is not None else told
        # Through links, so that a link stays one.
        self._path = Path(os.path.realpath(os.path.expanduser(target)))
        self.draft: Path | None = None
        if self._path.exists() and not self._path.is_dir():
            hint = "give another name, or remove the file: a directory of parts is written"
            raise AdiffError("file", f"{target} is a file", hint=hint)
        if not self._path.parent.is_dir():
            folder = os.path.dirname(target.rstrip("/" + os.sep)) or str(self._path.parent)
            raise AdiffError("file", f"there is no directory {folder}", hint=f"make it first: mkdir -p {folder}")
        other = next((name for name in self._entries() if not _PART.fullmatch(name)), None)
        if other is not None:
            raise AdiffError(
                "file", f"{target} holds {other}, which is no part of an earlier run",
                hint=f"give a new directory: -o {os.path.join(target, 'parts')}",
            )  # fmt: skip

    def _entries(self) -> list[str]:
        return sorted(os.listdir(self._path)) if self._path.is_dir() else []

    def begin(self) -> str:
        """Make the draft. Raises AdiffError where that may not be."""
        self.draft = self._hidden("draft")
        try:
            self.draft.mkdir()
        except OSError as wrong:
            self.draft = None
            raise unwritable(self._path, wrong) from None
        return str(self.draft)

    def _hidden(self, what: str) -> Path:
        return self._path.with_name(f".{self._path.name[:200]}.{what}-{uuid4().hex[:12]}")

    def finish(self) -> None:
        """Put the draft in its place. Raises AdiffError where that may not be; then what was there before is there again."""
        assert self.draft is not None
        try:
            for name in os.listdir(self.draft):
                if name.startswith("."):  # of an attempt that another has overtaken
                    (self.draft / name).unlink(missing_ok=True)
            if not self._path.exists():
                self.draft.rename(self._path)
            else:
                self._replace(self.draft)
        except OSError as wrong:
            raise unwritable(self._path, wrong) from None
        self.draft = None

    def _replace(self, draft: Path) -> None:
        old = self._hidden("old")
        draft.chmod(self._path.stat().st_mode & 0o7777)
        self._path.rename(old)
        try:
            draft.rename(self._path)
        except BaseException:
            old.rename(self._path)
            raise
        shutil.rmtree(old, ignore_errors=True)

    def discard(self) -> None:
        """Remove the draft, if it is still there. Its name goes first, so that no worker writes into it any more."""
        if self.draft is None:
            return
        gone = self._hidden("gone")
        try:
            self.draft.rename(gone)
        except OSError:
            gone = self.draft
        shutil.rmtree(gone, ignore_errors=True)
        self.draft = None
