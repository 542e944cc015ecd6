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
    ended = _patterns(delimiter)[2].match(data)
    return ended.end() if ended is not None and ended.end() < len(data) else None


def _row_end(data: bytes, delimiter: str | None) -> int:
    """Where the last row that is whole ends: behind a newline outside quotes, or in a text without any, a carriage return."""
    if delimiter is None or b'"' not in data:
        return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
    by_newline, by_return, _ = _patterns(delimiter)
    return _end(by_newline.match(data)) or _end(by_return.match(data, 0, len(data) - 1))


def _end(found: re.Match[bytes] | None) -> int:
    return found.end() if found is not None else 0


@cache
def _patterns(delimiter: str) -> tuple[re.Pattern[bytes], ...]:
    """As many whole rows as there are, that end in a newline, or in a carriage return; and all up to a field left open.

    A quotation mark opens a field at the field's beginning; anywhere else it is a character like any other.
    """
    ends = rb"%b\n\r" % re.escape(delimiter.encode())
    quoted = rb'"(?<![^%b]")[^"]*+(?:""[^"]*+)*+"' % ends
    literal = rb'"(?<=[^%b]")' % ends
    rows = rb'(?:(?:[^"%b]++|%b|%b)*+%b)*+'
    return (
        re.compile(rows % (rb"\n", quoted, literal, rb"\n")),
        re.compile(rows % (rb"\r", quoted, literal, rb"\r")),
        re.compile(rb'(?:[^"]++|%b|%b)*+' % (quoted, literal)),
    )
