"""Text in blocks that end where a row ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from ..errors import AdiffError

# The same whatever the threads, so that sums over blocks come out the same.
BLOCK = 1 << 22
LONGEST = 1 << 28


def blocks(read: Callable[[int], bytes], shown: str, delimiter: str | None) -> Iterator[bytes]:
    """Some whole rows after the other; with a `delimiter`, a newline inside a field in quotes ends no row.

    Raises AdiffError for a row of more than 256 MB.
    """
    rest = b""
    while chunk := read(max(BLOCK, len(rest))):
        data = rest + chunk
        end = _row_end(data, delimiter)
        if end:
            yield data[:end]
        elif len(data) > LONGEST:
            raise AdiffError(
                "limit", f"{shown}: a row is longer than {LONGEST >> 20} MB", hint="is a quotation mark left open?"
            )
        rest = data[end:]
    if rest:
        yield rest


def left_open(data: bytes, delimiter: str) -> int | None:
    """Where the quotation mark stands that whole rows leave open; None where there is none."""
    if b'"' not in data:
        return None
    ended = _closed(delimiter).match(data)
    return ended.end() if ended is not None and ended.end() < len(data) else None


def _row_end(data: bytes, delimiter: str | None) -> int:
    """Where the last row that is whole ends: behind a newline outside quotes, or in a text without any, a carriage return."""
    if delimiter is None or b'"' not in data:
        return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
    return _end(_rows(delimiter, rb"\n").match(data)) or _end(_rows(delimiter, rb"\r").match(data, 0, len(data) - 1))


def _end(found: re.Match[bytes] | None) -> int:
    return found.end() if found is not None else 0


@cache
def _rows(delimiter: str, end: bytes) -> re.Pattern[bytes]:
    """As many whole rows as there are, that end in a newline, or in a carriage return."""
    return re.compile(rb'(?:(?:[^"%b]++|%b)*+%b)*+' % (end, _mark(delimiter), end))


@cache
def _closed(delimiter: str) -> re.Pattern[bytes]:
    """All up to a field left open."""
    return re.compile(rb'(?:[^"]++|%b)*+' % _mark(delimiter))


def _mark(delimiter: str) -> bytes:
    """A field in quotes, which begins with them; or a quotation mark elsewhere, a character like any other."""
    before = rb"%b\n\r" % re.escape(delimiter.encode())
    return rb'"(?<![^%b]")[^"]*+(?:""[^"]*+)*+"|"(?<=[^%b]")' % (before, before)
