"""Text in blocks that end where a row ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..errors import AdiffError

# The same whatever the threads, so that sums over blocks come out the same.
BLOCK = 1 << 22
LONGEST = 1 << 28

_QUOTED = re.compile(rb'(?:\A|(?<=[,;\t|\n\r]))"(?:[^"]|"")*+("?)')


def blocks(read: Callable[[int], bytes], shown: str, *, quotes: bool) -> Iterator[bytes]:
    """Some whole rows after the other; `quotes` where a newline inside quotes ends no row.

    Raises AdiffError for a row of more than 256 MB.
    """
    rest = b""
    while chunk := read(max(BLOCK, len(rest))):
        data = rest + chunk
        end = _row_end(data, quotes=quotes)
        if end:
            yield data[:end]
        elif len(data) > LONGEST:
            raise AdiffError(
                "limit", f"{shown}: a row is longer than {LONGEST >> 20} MB", hint="is a quotation mark left open?"
            )
        rest = data[end:]
    if rest:
        yield rest


def left_open(data: bytes) -> int | None:
    """Where the quotation mark stands that whole rows leave open; None where there is none."""
    if data.count(b'"') % 2 == 0:
        return None
    return next((field.start() for field in _QUOTED.finditer(data) if not field[1]), None)


def _row_end(data: bytes, *, quotes: bool) -> int:
    """Where the last row that is whole ends."""
    end = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
    if not quotes or data.count(b'"', 0, end) % 2 == 0:
        return end
    # A quotation mark is open there, or stands in the middle of a field: look at each field in quotes.
    for field in _QUOTED.finditer(data):
        if not field[1]:
            before = max(data.rfind(b"\n", 0, field.start()), data.rfind(b"\r", 0, field.start()))
            return before + 1
        if field.end() >= end:
            return max(data.rfind(b"\n", 0, field.start()), data.rfind(b"\r", 0, field.start())) + 1
    return end
