"""Numbers as they are written, and those of other languages."""

from __future__ import annotations

import math
import re

from ..errors import AdiffError, Source

_FOREIGN = r"0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+(?:_[0-9]+)+"
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])"
_DECIMAL_COMMA = r"(?<![\w.])[0-9]+,[0-9]+(?![0-9.])"


def number(source: Source, text: str, start: int) -> float:
    """The nearest double. Raises AdiffError for a number beyond them."""
    found = float(text)
    if math.isinf(found):
        raise AdiffError(
            "syntax", f"{text} is beyond 1.8e308", source=source, at=(start, start + len(text)),
            hint="write inf if you mean infinity",
        )  # fmt: skip
    return found


def foreign_number(source: Source, start: int) -> AdiffError | None:
    """The error for 0x1F or 1_000 at an offset: the grammar would read a product of a number and a name."""
    found = re.compile(_FOREIGN).match(source.text, start)
    if found is None:
        return None
    meant = found[0].replace("_", "") if "_" in found[0] else str(int(found[0], 0))
    return AdiffError(
        "syntax", f"{found[0]} is no number of this language", source=source, at=found.span(), hint=f"write {meant}"
    )


def decimal_comma(source: Source, comma: int) -> AdiffError | None:
    """The error for 3,5 and 1,000 around the comma at an offset: as two expressions they would be a silent mistake."""
    text = source.text
    start = comma
    while start > 0 and text[start - 1] in "0123456789,":
        start -= 1
    grouped = re.compile(_GROUPED).match(text, start)
    found = grouped or re.compile(_DECIMAL_COMMA).match(text, start)
    if found is None or not found.start() < comma < found.end():
        return None
    meant = [found[0].replace(",", "")] if grouped else []
    if found[0].count(",") == 1:
        meant.append(found[0].replace(",", "."))
    return AdiffError(
        "syntax", f"`{found[0]}` is no number", source=source, at=found.span(), hint=f"write {' or '.join(meant)}"
    )
