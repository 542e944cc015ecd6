"""What people see is what is read: signs and letters of PDF, Word and input methods as those of the language.

A text of ASCII signs alone never comes here. Any other is rewritten before it is parsed, and a map of the places where its
length changed leads from the text as read back to the text as typed, so that errors point into the latter.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from unicodedata import category, combining, decimal, decomposition, normalize

from . import NOT_IN_NAMES as _NOT_IN_NAMES
from . import RAISED

_SIGNS = {
    "*": "×∗⁎﹡✕✖⨯·∙•⋅‧・･●\N{INVISIBLE TIMES}",
    "-": "−–—―‐‑‒﹣➖˗",
    "+": "﹢➕\N{INVISIBLE PLUS}",
    "/": "÷∕⁄⧸➗",
    "^": "ˆ‸",
    "=": "﹦",
    "<": "﹤",
    ">": "﹥",
    "<=": "≤⩽≦",
    ">=": "≥⩾≧",
    "!=": "≠",
    "(": "﹙❨",
    ")": "﹚❩",
    ",": "、﹐\N{INVISIBLE SEPARATOR}",
    ";": "﹔\N{GREEK QUESTION MARK}",
    ":": "∶﹕",
    "'": "′’‘ʹʼ´‛",
    "''": "″",
    "'''": "‴",
    "''''": "⁗",
    "°": "º",
    "α": "ɑ",
    "ε": "ɛ",
    "": "\N{HANGUL FILLER}\N{HALFWIDTH HANGUL FILLER}",
}
_READ_AS = {char: sign for sign, chars in _SIGNS.items() for char in chars}
# Letters of their own, whatever Unicode says they are compatible with: varpi is not the constant pi.
_THEMSELVES = frozenset("ϖ")
# Of these letters two shapes are in use; to a reader they are one.
SHAPES = {"ϕ": "φ", "ϵ": "ε", "ϑ": "θ", "ϱ": "ρ", "ϰ": "κ"}

_RUN = re.compile(r"[^\x00-\x7f]+")
_IN_A_NAME = re.compile(rf"(?:[^\W\dπ{_NOT_IN_NAMES}]|π[\d_])[^\W{_NOT_IN_NAMES}]*\Z")
_NAME_GOES_ON = re.compile(r"[\d_₀-₉ₐ-ₜᵢ-ᵪ]")
_ROOTS = {"²": "√", "³": "∛", "⁴": "∜"}
_A_ROOT = re.compile("[²³⁴]√")
_AN_OPERAND = re.compile(r"[\w)\]¼-¾⅐-⅞]\s*\Z")
_RAISED_CHAR = re.compile(f"[{RAISED}]")
_A_FRACTION_FOLLOWS = re.compile(r"\s*[¼½¾⅐-⅞↉]")
# After it π is a factor, as a number is: 2πr, π(r+1).
_A_FACTOR_FOLLOWS = re.compile(rf"[^\W\d_{_NOT_IN_NAMES}]|[^\S\n]*[(（√∛∜]")


class Typed:
    """A text as it was typed, and which of its places a place in the text as read stands for."""

    __slots__ = ("_own", "_read", "text")

    def __init__(self, text: str, anchors: list[tuple[int, int]]) -> None:
        self.text = text
        # Where pieces begin, in both texts: between two of them lengths agree, or the piece was rewritten.
        self._read = [read for read, _ in anchors]
        self._own = [own for _, own in anchors]

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """The span in the text as typed of a span in the text as read."""
        first = self._at(bisect_right(self._read, start) - 1, start)
        if end <= start:
            return first, first
        return first, max(first + 1, self._at(bisect_left(self._read, end) - 1, end, closing=True))

    def _at(self, piece: int, offset: int, *, closing: bool = False) -> int:
        if piece < 0:
            return offset
        into = offset - self._read[piece]
        last = piece + 1 == len(self._read)
        length = None if last else self._own[piece + 1] - self._own[piece]
        if length is None or self._read[piece + 1] - self._read[piece] == length:
            return self._own[piece] + into
        return self._own[piece] + (length if closing and into else 0)


def as_read(text: str) -> tuple[str, Typed | None]:
    """The text in the signs of the language, and the way back where the two differ."""
    pieces: list[str] = []
    anchors: list[tuple[int, int]] = []
    done = made = 0

    def put(piece: str, end: int) -> None:
        nonlocal done, made
        pieces.append(piece)
        done, made = end, made + len(piece)

    for run in _RUN.finditer(text):
        first = run.start()
        if first > done and combining(text[first]):
            first -= 1
        if first > done:
            put(text[done:first], first)
        while done < run.end():
            end = done + 1
            while end < run.end() and combining(text[end]):
                end += 1
            piece = _read(text, done, end)
            if len(piece) != end - done:
                anchors.append((made, done))
                put(piece, end)
                anchors.append((made, done))
            else:
                put(piece, end)
    put(text[done:], len(text))
    read = "".join(pieces)
    return read, None if read == text else Typed(text, anchors)


def _read(text: str, start: int, end: int) -> str:
    """What one sign, or a letter with its marks, is read as."""
    written = text[start:end]
    found = "".join(map(_letter, normalize("NFC", written))) if end - start > 1 else _letter(written)
    if found == "π":
        return _pi(text, start, end)
    if written == "∞":
        before = " " if start and _is_word(text[start - 1]) and not text[start - 1].isdigit() else ""
        return f"{before}inf{' ' if _is_word(text[end : end + 1]) else ''}"
    if (
        written in "²³⁴√"
        and _A_ROOT.match(text, start - (written == "√"))
        and not _AN_OPERAND.search(text[max(0, start - 50) : start].rstrip("²³⁴"))
    ):
        return _ROOTS[text[start - 1]] if written == "√" else ""
    if written == "\N{INVISIBLE PLUS}" and _A_FRACTION_FOLLOWS.match(text, end):
        return ""  # two and a half
    if found == "/" and start and all(map(_RAISED_CHAR.match, (text[start - 1], text[end : end + 1] or " "))):
        return "ᐟ"  # a fraction in an exponent
    return found


def _pi(text: str, start: int, end: int) -> str:
    """The constant; as a sign of its own, which the grammar knows, where it is a factor of what follows."""
    if _IN_A_NAME.search(text[max(0, start - 100) : start]) or _NAME_GOES_ON.match(text, end):
        return "π"
    follows = normalize("NFKC", text[end : end + 1])[:1] + text[end + 1 : end + 20]
    return "π" if _A_FACTOR_FOLLOWS.match(follows) and not _RAISED_CHAR.match(text, end) else "pi"


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


@cache
def _letter(char: str) -> str:
    """A sign, letter or digit as the language writes it."""
    if char < "\x80" or char in _THEMSELVES or _RAISED_CHAR.match(char):
        return char
    if char in _READ_AS:
        return _READ_AS[char]
    kind = category(char)
    if kind == "Nd":
        return str(decimal(char))
    if kind == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""  # invisible: zero width, soft hyphens, marks of direction, variants of a sign
    how = decomposition(char).partition(" ")[0]
    if how in ("<wide>", "<narrow>", "<font>", "<small>") or (how == "<compat>" and kind[0] == "L"):
        return normalize("NFKC", char).replace("\N{MICRO SIGN}", "μ")
    return normalize("NFC", char)


def two_shapes(text: str) -> list[tuple[str, str]]:
    """The letters that a text has in both of their shapes, and that are read as one."""
    return [(one, other) for one, other in SHAPES.items() if one in text and other in text]


def exponent_text(superscript: str) -> str:
    """A superscript in letters, digits and signs on the line: ⁿ⁺¹ is n+1."""
    return superscript.translate(_LOWERED)


def _lowered(char: str) -> str:
    if char == "ᐟ":
        return "/"
    return {"−": "-", "ɑ": "α", "ɛ": "ε", "ɸ": "φ"}.get(low := normalize("NFKC", char), low)


class _Lowering(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = found = _lowered(chr(code)) if code > 127 else chr(code)
        return found


_LOWERED = _Lowering()
