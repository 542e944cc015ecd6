"""The font of the drawings and the widths of its letters: what makes boxes the same size under every layout engine."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path

FAMILY = "Source Sans Pro"


def files() -> list[str]:
    """The font files that drawings use."""
    return [str(_file(bold)) for bold in (False, True)]


def directory() -> Path:
    """Where the font files lie."""
    return _file(False).parent


def _file(bold: bool) -> Path:
    import font_source_sans_pro

    name = "SourceSansPro-Bold.ttf" if bold else "SourceSansPro-Regular.ttf"
    return Path(font_source_sans_pro.__file__).parent / "files" / name


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text in points at a font size in points; letters that the font lacks count as one or 0.6 em."""
    advances = _advances(bold)
    em = 0.0
    for char in text:
        advance = advances.get(ord(char))
        if advance is None:
            advance = (
                0.0 if unicodedata.combining(char) else (1.0 if unicodedata.east_asian_width(char) in "WF" else 0.6)
            )
        em += advance
    return em * size


@cache
def _advances(bold: bool) -> dict[int, float]:
    """Advance in em by code point, from the tables head, hhea, hmtx and cmap (format 4) of a TrueType file."""
    data = _file(bold).read_bytes()
    tables = {}
    for i in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * i)
        tables[tag] = offset
    units = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
    count = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]
    metrics = struct.unpack_from(f">{2 * count}H", data, tables[b"hmtx"])
    cmap = tables[b"cmap"]
    found: dict[int, float] = {}
    for i in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * i)
        if platform in (0, 3) and struct.unpack_from(">H", data, cmap + offset)[0] == 4:
            for code, glyph in _format_4(data, cmap + offset):
                found[code] = metrics[2 * min(glyph, count - 1)] / units
    return found


def _format_4(data: bytes, at: int) -> list[tuple[int, int]]:
    """Code points and glyphs of a format 4 subtable (OpenType specification, cmap)."""
    segments = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", data, at + 14)
    starts_at = at + 16 + 2 * segments
    starts = struct.unpack_from(f">{segments}H", data, starts_at)
    deltas = struct.unpack_from(f">{segments}H", data, starts_at + 2 * segments)
    ranges_at = starts_at + 4 * segments
    ranges = struct.unpack_from(f">{segments}H", data, ranges_at)
    pairs = []
    for i, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(start, end + 1):
            if offset:
                glyph = struct.unpack_from(">H", data, ranges_at + 2 * i + offset + 2 * (code - start))[0]
                glyph = (glyph + delta) & 0xFFFF if glyph else 0
            else:
                glyph = (code + delta) & 0xFFFF
            if glyph:
                pairs.append((code, glyph))
    return pairs
