"""Which files a word names: one, those of a directory, or those that match a pattern; and how they are opened."""

from __future__ import annotations

import glob
import io
import os
import re
from typing import IO, Any, NamedTuple

from ..errors import AdiffError, nearest
from .formats import Format, for_reading, of_bytes, of_path

# What messages call standard input.
STDIN = "standard input"
_PATTERN = re.compile(r"[*?\[]")


class File(NamedTuple):
    """Where rows lie: the name for messages, the format, and the path, or an open stream instead (`ours` to close)."""

    shown: str
    format: Format
    path: str | None
    stream: IO[bytes] | None = None
    ours: bool = True

    @property
    def size(self) -> int | None:
        """Bytes, where that is known beforehand."""
        try:
            return os.path.getsize(self.path) or None if self.path is not None and os.path.isfile(self.path) else None
        except OSError:
            return None

    def open(self) -> IO[bytes]:
        """The bytes as they lie there. Raises AdiffError where they cannot be read."""
        if self.stream is not None:
            return self.stream
        assert self.path is not None
        try:
            return open(self.path, "rb", buffering=0)
        except OSError as wrong:
            hint = "give a file that you may read"
            raise AdiffError("file", f"cannot read {self.shown}: {wrong.strerror}", hint=hint) from None


def decompressed(stream: IO[bytes], codec: str | None) -> Any:
    """The stream with its compression undone."""
    if codec is None:
        return stream
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(stream, "r"), codec)


def files(word: str, given: Format | None = None) -> list[File]:
    """The files that a path, a directory or a pattern stands for, in the order of their names, numbers in them by size.

    `given` is their format where the names do not tell it. Raises AdiffError where there are none, or of several formats.
    """
    path = os.path.expanduser(word)
    if os.path.isdir(path):
        inside = [os.path.join(path, name) for name in os.listdir(path) if not name.startswith((".", "_"))]
        wanted = [each for each in inside if os.path.isfile(each) and (given is not None or of_path(each) is not None)]
        if not wanted:
            raise AdiffError("file", f"{word} holds no tables", hint=f'name them by a pattern: "{path}/*/*.csv"')
    elif os.path.isfile(path):
        wanted = [path]
    elif os.path.exists(path):  # a pipe, as of <(zcat prices.csv.gz)
        return [streamed(open(path, "rb"), word, given)._replace(ours=True)]
    elif _PATTERN.search(path):
        wanted = [each for each in glob.glob(path, recursive=True) if os.path.isfile(each)]
        if not wanted:
            raise AdiffError("file", f"no file matches {word}", hint="quote the pattern, and try it with ls")
    else:
        raise _missing(word, path)
    wanted.sort(key=_natural)
    found = [File(each, given if given is not None else for_reading(each), each) for each in wanted]
    for each in found:
        if each.format != found[0].format:
            message = f"{found[0].shown} and {each.shown} are of two formats"
            raise AdiffError("file", message, hint=f'choose one by a pattern: "*.{found[0].format.name}"')
    return found


def streamed(stream: Any, shown: str, given: Format | None) -> File:
    """A stream that can be looked ahead in, as a file. Raises AdiffError for a format that cannot be read as it comes."""
    ahead = stream if hasattr(stream, "peek") else io.BufferedReader(stream)
    form = given if given is not None else of_bytes(ahead.peek(200)[:200])
    return File(shown, form, None, ahead, ours=False)


def _missing(word: str, path: str) -> AdiffError:
    folder, name = os.path.split(path)
    if folder and not os.path.isdir(folder):
        return AdiffError("file", f"no such directory: {folder}", hint="give the path of a table")
    try:
        close = nearest(name, sorted(os.listdir(folder or ".")))
    except OSError:
        close = None
    hint = f"did you mean {os.path.join(folder, close)}?" if close else "give the path of a table, or - to read CSV"
    return AdiffError("file", f"no such file: {word}", hint=hint)


def _natural(path: str) -> list[Any]:
    """part.2 before part.10."""
    return [int(each) if each.isdigit() else each for each in re.split(r"([0-9]+)", path)]
