"""A formula as plain text that the language reads back to the same function."""

from __future__ import annotations

from .tree import TIGHTNESS, Tree
from .walk import LIMIT, PRODUCT, SUM, Part, Printer, Rope, Writing, factor, terms

_CALL, _POWER, _RELATION = TIGHTNESS["call"], TIGHTNESS["power"], TIGHTNESS["relation"]
_SPELLING = {"logb": "log", "and_": "and", "or_": "or", "not_": "not", "select": "if"}


def plain(tree: Tree, *, limit: int = LIMIT) -> str:
    """The formula with no more brackets than it needs. Raises AdiffError where it is longer than the limit."""
    return Plain().printed(Part(tree)).text(limit)


class Plain(Printer[Rope]):
    """Writes on one line, by default with the signs of a keyboard."""

    minus, times = "-", "*"

    def tightness(self, part: Part) -> int:
        """A choice is a call here."""
        return _CALL if part.tree.kind == "piecewise" else part.tree.tightness

    def name(self, text: str) -> str:
        """A variable or constant."""
        return text

    def relation(self, sign: str) -> str:
        """The sign of a comparison."""
        return sign

    def raised(self, base: Rope, exponent: Rope) -> Rope:
        """A power."""
        return Rope(base, "^", exponent)

    def bracketed(self, written: Rope) -> Rope:
        """The same in brackets."""
        return Rope("(", written, ")")

    def write(self, at: Part) -> Writing[Rope]:
        """Write one piece."""
        tree = at.tree
        kind, parts = tree.kind, tree.parts
        pieces: list[str | Rope] = []
        if kind == "sum":
            for i, (negative, term, least) in enumerate(terms(tree)):
                first = self.minus if negative else ""
                pieces += [f" {self.minus if negative else '+'} " if i else first, (yield Part(term, least))]
        elif kind == "negative":
            pieces += [self.minus, (yield Part(parts[0], PRODUCT))]
        elif kind == "product":
            for i, part in enumerate(parts):
                pieces += [self.times if i else "", (yield Part(part, factor(i, part)))]
        elif kind == "quotient":
            pieces += [(yield Part(parts[0], factor(0, parts[0]))), "/", (yield Part(parts[1], PRODUCT + 1))]
        elif kind == "power":
            pieces.append(self.raised((yield Part(parts[0], _POWER + 1)), (yield Part(parts[1], _POWER))))
        elif kind == "relation":
            pieces += [(yield Part(parts[0], SUM)), f" {self.relation(tree.text)} ", (yield Part(parts[1], SUM))]
        elif kind in ("and", "or"):
            for i, part in enumerate(parts):
                pieces += [f" {kind} " if i else "", (yield Part(part, tree.tightness))]
        elif kind == "not":
            pieces += ["not ", (yield Part(parts[0], tree.tightness))]
        elif kind in ("call", "piecewise"):
            pieces.append("if(" if kind == "piecewise" else f"{_SPELLING.get(tree.text, tree.text)}(")
            for i, part in enumerate(parts):
                pieces += [", " if i else "", (yield Part(part))]
            pieces.append(")")
        else:
            pieces.append(self.name(tree.text) if kind == "name" else tree.text)
        return Rope(*pieces)
