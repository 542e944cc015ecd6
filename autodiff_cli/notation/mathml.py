"""A formula in presentation MathML, as browsers show it without a script (MathML Core)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

from .names import Name
from .tree import Tree
from .typeset import Meeting, Typesetter
from .walk import LIMIT, Part, Rope

_APPLY = "<mo>&#x2061;</mo>"
_INVISIBLE_TIMES = "<mo>&#x2062;</mo>"
_THIN_SPACE = '<mspace width="0.17em"/>'
_DOT = "<mo>⋅</mo>"
_HEAD = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="{}">'
_CELL = '<mtr><mtd style="text-align: left">'
_NEXT = '</mtd><mtd style="text-align: left">'


def mathml(tree: Tree, display: Literal["block", "inline"] = "block", *, limit: int = LIMIT) -> str:
    """The formula as one element that stands in HTML and in XML. Raises AdiffError where it is longer than the limit."""
    return Rope(_HEAD.format(display), _MathML().printed(Part(tree)), "</math>").text(limit)


class _MathML(Typesetter[Rope]):
    """Every piece is one element, so that it can be part of a fraction or a power."""

    def row(self, parts: Sequence[Rope]) -> Rope:
        return parts[0] if len(parts) == 1 else Rope("<mrow>", *parts, "</mrow>")

    def number(self, digits: str) -> Rope:
        return Rope(f"<mn>{escape(digits)}</mn>")

    def name(self, name: Name) -> Rope:
        stem = Rope(_identifier(name.letter or name.stem))
        if name.marks:
            stem = _marked(stem, name.marks)
        if not name.subscripts:
            return stem
        below: list[Rope] = []
        for subscript in name.subscripts:
            below += [Rope('<mo separator="true">,</mo>')] if below else []
            below.append(self.number(subscript) if subscript.isdigit() else Rope(_identifier(subscript)))
        return self.lowered(stem, self.row(below))

    def function(self, name: str, marks: int) -> Rope:
        upright = ' mathvariant="normal"' if len(name) == 1 else ""
        made = Rope(f"<mi{upright}>{escape(name)}</mi>")
        return _marked(made, marks) if marks else made

    def applied(self, function: Rope, operands: Sequence[Rope]) -> Rope:
        inside: list[Rope] = []
        for operand in operands:
            inside += [Rope('<mo separator="true">,</mo>')] if inside else []
            inside.append(operand)
        return Rope("<mrow>", function, _APPLY, self.bracketed(self.row(inside)), "</mrow>")

    def sign(self, sign: str) -> Rope:
        tight = ' lspace="0" rspace="0"' if sign == "/" else ""
        return Rope(f"<mo{tight}>{escape(sign)}</mo>")

    def prefix(self, sign: str) -> Rope:
        return Rope(f'<mo form="prefix">{sign}</mo>')

    def times(self, meeting: Meeting) -> list[Rope]:
        if meeting.digits:
            return [self.dot()]
        return [Rope(_INVISIBLE_TIMES, _THIN_SPACE if meeting.word or meeting.function else "")]

    def dot(self) -> Rope:
        return Rope(_DOT)

    def fraction(self, above: Rope, below: Rope) -> Rope:
        return Rope("<mfrac>", above, below, "</mfrac>")

    def raised(self, base: Rope, exponent: Rope) -> Rope:
        return Rope("<msup>", base, exponent, "</msup>")

    def lowered(self, base: Rope, below: Rope) -> Rope:
        return Rope("<msub>", base, below, "</msub>")

    def root(self, inside: Rope, degree: int) -> Rope:
        if degree == 2:
            return Rope("<msqrt>", inside, "</msqrt>")
        return Rope("<mroot>", inside, f"<mn>{degree}</mn></mroot>")

    def fenced(self, opening: str, inside: Rope, closing: str) -> Rope:
        return Rope(
            f'<mrow><mo form="prefix" fence="true" stretchy="true">{opening}</mo>', inside,
            f'<mo form="postfix" fence="true" stretchy="true">{closing}</mo></mrow>',
        )  # fmt: skip

    def cases(self, values: Sequence[Rope], conditions: Sequence[Rope]) -> Rope:
        pieces: list[str | Rope] = ['<mrow><mo form="prefix" fence="true" stretchy="true">{</mo><mtable>']
        for value, condition in zip(values, conditions, strict=False):
            pieces += [_CELL, value, _NEXT, "<mtext>if&#xA0;</mtext>", condition, "</mtd></mtr>"]
        pieces += [_CELL, values[-1], _NEXT, "<mtext>otherwise</mtext></mtd></mtr></mtable></mrow>"]
        return Rope(*pieces)

    def words(self, text: str) -> Rope:
        return Rope(f"<mtext>{escape(text)}</mtext>")


def _identifier(text: str) -> str:
    return f"<mi>{escape(text)}</mi>"


def _marked(base: Rope, marks: int) -> Rope:
    return Rope("<msup>", base, f"<mo>{'′' * marks}</mo></msup>")
