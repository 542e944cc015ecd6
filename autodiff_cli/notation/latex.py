r"""A formula in LaTeX, as it is typeset in books: \frac, \sqrt, raised exponents, Greek letters, cases.

It is understood by LaTeX with amsmath, by MathJax and KaTeX, and by matplotlib's mathtext, which knows no cases and gets
them in a form of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from .names import LETTERS, Name
from .tree import Tree
from .typeset import Meeting, Typesetter
from .walk import LIMIT, Part, Rope

Dialect = Literal["latex", "mathtext"]

# Letters that TeX has under another name than ours, or none for, because a Latin one looks the same.
_LETTERS = {
    **{letter: f"\\{name}" for name, letter in LETTERS.items() if name != "inf"},
    "ε": r"\varepsilon", "φ": r"\varphi", "ϵ": r"\epsilon", "ϕ": r"\phi", "ϑ": r"\vartheta", "ς": r"\varsigma",
    "ϱ": r"\varrho", "ϖ": r"\varpi", "ϰ": r"\varkappa", "ο": "o", "∞": r"\infty", "\N{MICRO SIGN}": r"\mu",
    **{greek: f"\\mathrm{{{latin}}}" for greek, latin in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)},
}  # fmt: skip
_OPERATORS = {
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "log", "min", "max", "exp",
    "sec", "csc", "cot", "coth",
}  # fmt: skip
_SIGNS = {"−": "-", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "∧": r"\wedge", "∨": r"\vee", "¬": r"\neg "}
_FENCES = {"⌊": r"\lfloor ", "⌋": r"\rfloor", "⌈": r"\lceil ", "⌉": r"\rceil"}
_ESCAPES = {"\\": r"\backslash ", "^": r"\hat{\ }", "~": r"\sim ", " ": r"\ ", "'": r"{}'"}


def latex(tree: Tree, *, dialect: Dialect = "latex", limit: int = LIMIT) -> str:
    """The formula without dollar signs. Raises AdiffError where it is longer than the limit."""
    return _Latex(dialect).printed(Part(tree)).text(limit)


class _Latex(Typesetter[Rope]):
    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._mathtext = dialect == "mathtext"

    def row(self, parts: Sequence[Rope]) -> Rope:
        return Rope(*parts)

    def number(self, digits: str) -> Rope:
        return Rope(digits)

    def name(self, name: Name) -> Rope:
        stem = f"\\{name.stem}" if name.stem in LETTERS and name.stem != "inf" else self._word(name.letter or name.stem)
        if name.marks:
            # A mark is an exponent to TeX, which takes no second one; mathtext reads no bare group among cases.
            group = "\\mathrm{" if self._mathtext else "{"
            stem = f"{group}{stem}{chr(39) * name.marks}}}"
        if not name.subscripts:
            return Rope(stem)
        return Rope(stem, "_{", ", ".join(map(self._word, name.subscripts)), "}")

    def _word(self, text: str) -> str:
        """A letter in italics, digits as they are, a word upright."""
        if text in LETTERS and text != "inf":
            return f"\\{text}"
        if text in _LETTERS:
            return _LETTERS[text]
        if text.isdigit() or (len(text) == 1 and text.isascii() and text.isalpha()):
            return text
        if self._mathtext and not text.isalnum():
            return f"\\text{{{_quoted(text)}}}"
        return f"\\text{{{text}}}" if text.isalnum() and not text.isascii() else f"\\mathrm{{{_escaped(text)}}}"

    def function(self, name: str, marks: int) -> Rope:
        if name in _OPERATORS:
            return Rope(f"\\{name}", "'" * marks)
        return Rope(_LETTERS.get(name) or f"\\operatorname{{{_escaped(name)}}}", "'" * marks)

    def applied(self, function: Rope, operands: Sequence[Rope]) -> Rope:
        pieces: list[str | Rope] = []
        for operand in operands:
            pieces += [", " if pieces else "", operand]
        return Rope(function, "\\left(", *pieces, "\\right)")

    def sign(self, sign: str) -> Rope:
        return Rope("/" if sign == "/" else f" {_SIGNS.get(sign, sign)} ")

    def prefix(self, sign: str) -> Rope:
        # mathtext takes a minus for one between two operands where another line begins.
        return Rope(r"\mathrm{-}" if self._mathtext and sign == "−" else _SIGNS[sign])

    def times(self, meeting: Meeting) -> list[Rope]:
        if meeting.digits:
            return [self.dot()]
        return [Rope(r"\," if meeting.word or (meeting.function and self._mathtext) else " ")]

    def dot(self) -> Rope:
        return Rope(r" \cdot ")

    def fraction(self, above: Rope, below: Rope) -> Rope:
        return Rope("\\frac{", above, "}{", below, "}")

    def raised(self, base: Rope, exponent: Rope) -> Rope:
        return Rope(base, "^{", exponent, "}")

    def lowered(self, base: Rope, below: Rope) -> Rope:
        return Rope(base, "_{", below, "}")

    def root(self, inside: Rope, degree: int) -> Rope:
        return Rope("\\sqrt{" if degree == 2 else f"\\sqrt[{degree}]{{", inside, "}")

    def fenced(self, opening: str, inside: Rope, closing: str) -> Rope:
        return Rope("\\left", _FENCES.get(opening, opening), inside, "\\right", _FENCES.get(closing, closing))

    def cases(self, values: Sequence[Rope], conditions: Sequence[Rope]) -> Rope:
        middle = r"\ \mathrm{if}\ " if self._mathtext else r" & \text{if } "
        pieces: list[str | Rope] = []
        for value, condition in zip(values, conditions, strict=False):
            pieces += [value, middle, condition, r" \\ "]
        pieces += [values[-1], r"\ \mathrm{otherwise}" if self._mathtext else r" & \text{otherwise}"]
        if self._mathtext:
            return Rope(r"\left\{\substack{", *pieces, r"}\right.")
        return Rope(r"\begin{cases}", *pieces, r"\end{cases}")

    def words(self, text: str) -> Rope:
        if text in ("...", "…"):
            return Rope(r"\ldots")
        return Rope(f"\\text{{{_quoted(text)}}}")


def _escaped(text: str) -> str:
    """A text whose signs are none of TeX's, among formulas."""
    return "".join(f"\\{char}" if char in "_%${}&#" else _ESCAPES.get(char, char) for char in text)


def _quoted(text: str) -> str:
    """The same in running text."""
    return re.sub(r"([_%&#${}])", r"\\\1", text.replace("\\", "/"))
