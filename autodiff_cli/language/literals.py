"""Numbers as they are written, and those of other languages."""

from __future__ import annotations

import math
import re

from ..errors import AdiffError, Source

_FOREIGN = r"0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+(?:_[0-9]+)+"
# 1.234.567,8: a point cannot come twice in a number of this language.
_POINTS = r"[0-9]{1,3}(?:\.[0-9]{3}){2,}(?:,[0-9]+)?(?![0-9.,])"
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])"
_DECIMAL_COMMA = r"(?<![\w.])[0-9]+,[0-9]+(?![0-9.])"
# 1,000.50 and 1.000,50; and 1.5,2, which is neither.
_GROUPED_BY_COMMAS = r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+(?![0-9.])"
_POINT_AND_COMMA = r"[0-9]+(?:\.[0-9]+)+,[0-9]+(?![0-9.,])"


def number(source: Source, text: str, start: int) -> float:
    """The nearest double. Raises AdiffError for a number beyond them."""
    found = float(text) if text.isascii() else _fraction(text)
    if math.isinf(found):
        raise AdiffError(
            "syntax", f"{text} is beyond 1.8e308", source=source, at=(start, start + len(text)),
            hint="write inf if you mean infinity",
        )  # fmt: skip
    return found


def _fraction(text: str) -> float:
    """½, and 2½ as everybody reads it: the quotient, rounded once."""
    from unicodedata import normalize

    top, _, bottom = normalize("NFKC", text[-1]).partition("\N{FRACTION SLASH}")
    return (int(text[:-1] or 0) * int(bottom) + int(top)) / int(bottom)


def foreign_number(source: Source, start: int) -> AdiffError | None:
    """The error for 0x1F, 1_000 or 1.234.567 at an offset: the grammar would read a number with something behind it."""
    found = re.compile(f"{_FOREIGN}|{_POINTS}").match(source.text, start)
    if found is None:
        return None
    if "." in found[0]:
        meant = found[0].replace(".", "").replace(",", ".")
    else:
        meant = found[0].replace("_", "") if "_" in found[0] else str(int(found[0], 0))
    return AdiffError(
        "syntax", f"{found[0]} is no number of this language", source=source, at=found.span(), hint=f"write {meant}"
    )


def decimal_comma(source: Source, comma: int) -> AdiffError | None:
    """The error for 3,5 and 1,000 around the comma at an offset: as two expressions they would be a silent mistake."""
    text = source.text
    start = comma
    while start > 0 and text[start - 1] in "0123456789,.":
        start -= 1
    if start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        return None
    for pattern, meant_by in (
        (_GROUPED_BY_COMMAS, lambda number: [number.replace(",", "")]),
        (_POINT_AND_COMMA, _both_signs),
        (_GROUPED, _comma_alone),
        (_DECIMAL_COMMA, _comma_alone),
    ):
        found = re.compile(pattern).match(text, start)
        if found is not None and found.start() < comma < found.end():
            hint = f"write {' or '.join(meant_by(found[0]))}"
            return AdiffError("syntax", f"`{found[0]}` is no number", source=source, at=found.span(), hint=hint)
    return None


def _comma_alone(number: str) -> list[str]:
    """3,5 is 3.5; 1,000 is 1000 to some and 1.000 to others."""
    meant = [number.replace(",", "")] if re.fullmatch(_GROUPED, number) else []
    return [*meant, number.replace(",", ".")] if number.count(",") == 1 else meant


def _both_signs(number: str) -> list[str]:
    """1.000,50 is 1000.50; 1.5,2 can only be two numbers."""
    whole, _, decimals = number.partition(",")
    if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3})+", whole):
        return [f"{whole.replace('.', '')}.{decimals}"]
    return [f"{whole}, {decimals} for two numbers"]
