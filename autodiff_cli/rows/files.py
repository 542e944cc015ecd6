"""Which files a word names: one, those of a directory, or those that match a pattern; and how they are opened."""

from __future__ import annotations

import glob
import io
import os
import re
from typing import IO, Any, NamedTuple

from ..errors import AdiffError, nearest
from .formats import Format, between, for_reading, of_bytes, of_path

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


def files(word: str, given: Format | None = None, delimiter: str | None = None) -> list[File]:
    """The files that a path, a directory or a pattern stands for, in the order of their names, numbers in them by size.

    `given` is their format where the names do not tell it, `delimiter` what lies between fields of CSV. Raises AdiffError
    where there are none, or of several formats.
    """
    path = os.path.expanduser(word)
    anything = given is not None or delimiter is not None
    if os.path.isdir(path):
        inside = [os.path.join(path, name) for name in os.listdir(path) if not name.startswith((".", "_"))]
        wanted = [each for each in inside if os.path.isfile(each) and (anything or of_path(each) is not None)]
        if not wanted:
            raise AdiffError("file", f"{word} holds no tables", hint=f'name them by a pattern: "{path}/*/*.csv"')
    elif os.path.isfile(path):
        wanted = [path]
    elif os.path.exists(path):  # a pipe, as of <(zcat prices.csv.gz)
        return [streamed(open(path, "rb"), word, given, delimiter)._replace(ours=True)]
    elif _PATTERN.search(path):
        wanted = [each for each in glob.glob(path, recursive=True) if os.path.isfile(each)]
        if not wanted:
            raise AdiffError("file", f"no file matches {word}", hint="quote the pattern, and try it with ls")
    else:
        raise _missing(word, path)
    wanted.sort(key=_natural)
    found = [File(each, _format(each, given, delimiter), each) for each in wanted]
    for each in found:
        if each.format != found[0].format:
            message = f"{found[0].shown} and {each.shown} are of two formats"
            raise AdiffError("file", message, hint=f'choose one by a pattern: "*.{found[0].format.name}"')
    return found


def _format(path: str, given: Format | None, delimiter: str | None) -> Format:
    """The format of a file: what has a delimiter is CSV if its name does not tell."""
    if given is None:
        given = for_reading(path) if delimiter is None else of_path(path) or Format("csv")
    return between(given, delimiter, path)


def streamed(stream: Any, shown: str, given: Format | None, delimiter: str | None = None) -> File:
    """A stream that can be looked ahead in, as a file. Raises AdiffError for a format that cannot be read as it comes."""
    ahead = stream if hasattr(stream, "peek") else io.BufferedReader(stream)
    form = given if given is not None else of_bytes(ahead.peek(200)[:200])
    return File(shown, between(form, delimiter, shown), None, ahead, ours=False)


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
