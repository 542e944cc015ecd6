"""Numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

DIGITS = 10


class Far(float):
    """A double at the end of its range, ±inf or 0, with the number that it stands for: `mantissa` times ten to `exponent`.

    Of an infinite `exponent` the mantissa's size is its logarithm.

    It computes as the double that it is, and is written as the number that it stands for.
    """

    __slots__ = ("exponent", "mantissa")

    mantissa: float
    exponent: float

    def __new__(cls, nearest: float, mantissa: float, exponent: float) -> Self:
        """The double next to the number, and the number."""
        made = super().__new__(cls, nearest)
        made.mantissa = mantissa
        made.exponent = exponent
        return made

    def __reduce__(self) -> tuple[type[Far], tuple[float, float, float]]:
        return Far, (float(self), self.mantissa, self.exponent)

    def written(self, digits: int = DIGITS) -> str:
        """1.97e434; of an exponent that is itself beyond writing, its size: 10^1.3e20, -10^1.3e20."""
        sign = "-" if self.mantissa < 0 else ""
        if math.isinf(self.exponent):  # the exponent's own logarithm
            return f"{sign}10^{'-' if self.exponent < 0 else ''}10^{abs(self.mantissa):.4g}"
        if abs(self.exponent) >= 1e15:
            return f"{sign}10^{self.exponent:.3g}"
        mantissa, exponent = f"{self.mantissa:.{min(digits, 15)}g}", int(self.exponent)
        if mantissa in ("10", "-10"):  # rounded up
            mantissa, exponent = mantissa[:-1], exponent + 1
        return f"{mantissa}e{exponent}"


def times(x: float, y: float) -> float:
    """The product, as a `Far` where it is beyond doubles."""
    plain = float(x) * float(y)
    if Far not in (x.__class__, y.__class__):
        usual = 1e-300 < abs(plain) < 1e300 or 0 in (x, y) or not (math.isfinite(x) and math.isfinite(y))
        if usual:
            return plain
    if not (_known(x) and _known(y)):
        return plain
    (m, e), (n, f) = _decimal(x), _decimal(y)
    mantissa, more = _decimal(m * n)
    exponent = e + f + more
    if abs(exponent) < 300:
        return float(f"{mantissa!r}e{int(exponent)}")
    return Far(math.copysign(math.inf if exponent > 0 else 0.0, mantissa), mantissa, exponent)


def plus(x: float, y: float) -> float:
    """The sum, as a `Far` where it is beyond doubles."""
    if Far not in (x.__class__, y.__class__):
        return x + y
    if not (_known(x) and _known(y)):
        return y if _known(y) or x == 0 else x
    (m, e), (n, f) = _decimal(x), _decimal(y)
    if abs(e - f) > 40:
        return x if e > f else y
    return times(Far(math.inf, 1.0, max(e, f)), m * 10.0 ** min(0.0, e - f) + n * 10.0 ** min(0.0, f - e))


def _known(x: float) -> bool:
    """Whether a number is finite and not 0, be it beyond doubles."""
    return x.__class__ is Far or (math.isfinite(x) and x != 0)


def _decimal(x: float) -> tuple[float, float]:
    """Mantissa and exponent to base ten."""
    if x.__class__ is Far:
        return x.mantissa, x.exponent
    mantissa, _, exponent = f"{x:.17e}".partition("e")
    return float(mantissa), float(exponent)


def unsigned(x: float) -> float:
    """The number, -0 as 0; what is beyond doubles stays what it is."""
    return x if x.__class__ is Far else x + 0.0


def logarithm(x: float) -> float:
    """The natural logarithm of the size of a number other than 0."""
    if x.__class__ is Far:
        return math.log(abs(x.mantissa)) + math.log(10.0) * x.exponent
    return math.log(abs(x))


def number(x: float, digits: int = DIGITS) -> str:
    """`digits` significant ones without trailing zeros: 6, -7.286496, 1e-12, inf, nan; never -0."""
    if x.__class__ is Far:
        return x.written(digits)
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
    return number(x, 17 if math.isfinite(x) else DIGITS)


def fixed(x: float, decimals: int = 4) -> str:
    """The lecture's four decimals; more where they would hide the value, never -0.0000."""
    if x == 0 or not math.isfinite(x):
        return f"{0:.{decimals}f}" if x == 0 and x.__class__ is not Far else number(x, decimals + 1)
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
