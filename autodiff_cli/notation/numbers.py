"""Numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence

DIGITS = 10


def number(x: float, digits: int = DIGITS) -> str:
    """`digits` significant ones without trailing zeros: 6, -7.286496, 1e-12, inf, nan; never -0."""
    if x == 0:
        return "0"
    if not math.isfinite(x):
        return "nan" if math.isnan(x) else ("inf" if x > 0 else "-inf")
    text = f"{x:.{digits}g}" if digits < 17 else repr(x).removesuffix(".0")
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        if "." not in mantissa and 0 < int(exponent) < digits:  # 1e+05 and the like
            return f"{x:.0f}"
        return f"{mantissa}e{int(exponent)}"
    return text


def literal(x: float) -> str:
    """The shortest text that reads back as exactly this number."""
    if not math.isfinite(x):
        return number(x)
    return number(x, 17)


def fixed(x: float, decimals: int = 4) -> str:
    """The lecture's four decimals; more where they would hide the value, never -0.0000."""
    if x == 0 or not math.isfinite(x):
        return f"{0:.{decimals}f}" if x == 0 else number(x)
    if abs(x) >= 1e10 or abs(x) < 1e-9:
        return number(x, decimals + 1)
    # As many decimals as leave four digits of a small number, fewer than would show noise.
    places = decimals if abs(x) >= 1 else max(decimals, decimals - 1 - math.floor(math.log10(abs(x))))
    short, long = f"{x:.{decimals}f}", f"{x:.{places}f}"
    return short if float(short) == float(long) else long.rstrip("0")


def counted(n: int, what: str) -> str:
    """1 row, 2 rows, 1,000 rows."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def aligned(texts: Sequence[str]) -> list[str]:
    """The same texts padded so that their decimal points stand under each other."""
    heads = [_head(text) for text in texts]
    left = max((len(head) for head in heads), default=0)
    right = max((len(text) - len(head) for text, head in zip(texts, heads, strict=True)), default=0)
    return [
        " " * (left - len(head)) + text + " " * (right - (len(text) - len(head)))
        for text, head in zip(texts, heads, strict=True)
    ]


def _head(text: str) -> str:
    """What stands before the decimal point, or before where it would be."""
    for i, char in enumerate(text):
        if char == "." or (char == "e" and i > 0 and text[i - 1].isdigit()):
            return text[:i]
    return text
