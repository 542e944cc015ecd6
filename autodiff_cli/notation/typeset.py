"""What the notations with fractions and raised exponents share: which signs a formula is made of, whatever they look like.

exp(x) is a power of e here, hypot a root; within an exponent fractions stay on the line; sin(x)^2 is sin²(x). The piece
that a function is typeset as has the value of the function wherever both are defined.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .names import FUNCTIONS, Name, is_word, parted
from .tree import TIGHTNESS, Tree
from .walk import PRODUCT, SUM, Part, Printer, T, Writing, factor, terms

FENCES = {"abs": ("|", "|"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
RELATIONS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
_ROOTS = {"sqrt": 2, "cbrt": 3}
# What stands by itself but is bracketed where it is raised to a power.
_UNRAISED = 90
_RAISED = 95
_POWER = TIGHTNESS["power"]
_ONE, _TWO, _E = Tree("number", text="1"), Tree("number", text="2"), Tree("name", text="e")


class Meeting(NamedTuple):
    """How two factors meet: what would be read wrongly if nothing stood between them."""

    digits: bool  # the second begins with a digit
    number: bool  # the first is a number
    word: bool  # one of them is a name of several letters
    function: bool  # the second begins with the name of a function


class Typesetter(Printer[T]):
    """Decides what a formula is made of; a notation says what each of that looks like."""

    def __init__(self) -> None:
        super().__init__()
        self._meanings: dict[Tree, Tree] = {}

    @abstractmethod
    def row(self, parts: Sequence[T]) -> T:
        """One after the other."""

    @abstractmethod
    def number(self, digits: str) -> T:
        """Digits with a point, perhaps."""

    @abstractmethod
    def name(self, name: Name) -> T:
        """A variable or constant."""

    @abstractmethod
    def function(self, name: str, marks: int) -> T:
        """The name of a function, with the marks of a derivative."""

    @abstractmethod
    def applied(self, function: T, operands: Sequence[T]) -> T:
        """A function and its operands in brackets."""

    @abstractmethod
    def sign(self, sign: str) -> T:
        """A sign between two operands: + − / and those of relations and of logic."""

    @abstractmethod
    def prefix(self, sign: str) -> T:
        """A sign before its only operand: − or ¬."""

    @abstractmethod
    def times(self, meeting: Meeting) -> list[T]:
        """What stands between two factors, so that neither is read into the other; perhaps nothing."""

    @abstractmethod
    def dot(self) -> T:
        """The sign of multiplication."""

    @abstractmethod
    def fraction(self, above: T, below: T) -> T:
        """Numerator over denominator."""

    @abstractmethod
    def raised(self, base: T, exponent: T) -> T:
        """A power."""

    @abstractmethod
    def lowered(self, base: T, below: T) -> T:
        """A subscript."""

    @abstractmethod
    def root(self, inside: T, degree: int) -> T:
        """A square or cube root."""

    @abstractmethod
    def fenced(self, opening: str, inside: T, closing: str) -> T:
        """Between a pair of brackets or bars as tall as what is inside."""

    @abstractmethod
    def cases(self, values: Sequence[T], conditions: Sequence[T]) -> T:
        """Values by conditions; there is one value more, otherwise."""

    @abstractmethod
    def words(self, text: str) -> T:
        """What is no formula."""

    def bracketed(self, written: T) -> T:
        """The same in brackets."""
        return self.fenced("(", written, ")")

    def meaning(self, tree: Tree) -> Tree:
        """The piece that one is typeset as: itself, or what its function is short for."""
        if tree.kind != "call" or tree.text not in _MEANINGS:
            return tree
        if tree not in self._meanings:
            self._meanings[tree] = _MEANINGS[tree.text](*tree.parts)
        return self._meanings[tree]

    def tightness(self, part: Part) -> int:
        """How tightly the piece binds as it is typeset."""
        tree = self.meaning(part.tree)
        if tree.kind == "number" and "e" in tree.text:
            return _POWER if tree.text.startswith("1e") else PRODUCT
        if tree.kind == "quotient":
            return PRODUCT if part.inline else _UNRAISED
        if tree.kind == "call":
            return TIGHTNESS["call"] if tree.text in FENCES else _UNRAISED
        return tree.tightness

    def write(self, at: Part) -> Writing[T]:
        """Write one piece."""
        tree, inline = self.meaning(at.tree), at.inline
        kind, parts = tree.kind, tree.parts
        pieces: list[T] = []
        if kind == "number":
            return self._number(tree.text)
        if kind == "name":
            return self.name(parted(tree.text))
        if kind == "sum":
            for i, (negative, term, least) in enumerate(terms(tree)):
                if i:
                    pieces.append(self.sign("−" if negative else "+"))
                elif negative:
                    pieces.append(self.prefix("−"))
                pieces.append((yield Part(term, least, inline)))
        elif kind == "negative":
            pieces += [self.prefix("−"), (yield Part(parts[0], PRODUCT, inline))]
        elif kind == "product":
            for i, part in enumerate(parts):
                if i:
                    pieces += self.times(self.meeting(parts[i - 1], part))
                pieces.append((yield Part(part, factor(i, part), inline)))
        elif kind == "quotient":
            if not inline:
                return self.fraction((yield Part(parts[0])), (yield Part(parts[1])))
            pieces += [(yield Part(parts[0], factor(0, parts[0]), True)), self.sign("/")]
            pieces.append((yield Part(parts[1], PRODUCT + 1, True)))
        elif kind == "power":
            return (yield from self._power(tree, inline))
        elif kind == "relation":
            sign = self.sign(RELATIONS.get(tree.text, tree.text))
            pieces += [(yield Part(parts[0], SUM, inline)), sign, (yield Part(parts[1], right_side(tree), inline))]
        elif kind in ("and", "or"):
            for i, part in enumerate(parts):
                pieces += [self.sign("∧" if kind == "and" else "∨")] if i else []
                pieces.append((yield Part(part, tree.tightness, inline)))
        elif kind == "not":
            pieces += [self.prefix("¬"), (yield Part(parts[0], _UNRAISED, inline))]
        elif kind == "piecewise":
            for part in parts:
                pieces += [(yield Part(part, 0, inline))]
            return self.cases([*pieces[1::2], pieces[-1]], pieces[:-1:2])
        elif kind == "call":
            return (yield from self._call(tree, inline))
        else:
            return self.words(tree.text)
        return self.row(pieces)

    def meeting(self, before: Tree, after: Tree) -> Meeting:
        """How two neighbouring factors meet."""
        before, after = self.meaning(before), self.meaning(after)
        last = before.parts[-1] if before.kind == "product" else before
        first = self.meaning(after.parts[0]) if after.kind == "power" else after
        number = last.kind == "number"
        return Meeting(
            digits=first.kind == "number" or (number and (first.kind == "quotient" or "e" in last.text)),
            number=number,
            word=is_word(last) or is_word(first),
            function=first.kind == "call" and first.text not in FENCES and first.text not in _ROOTS,
        )

    def _power(self, tree: Tree, inline: bool) -> Writing[T]:
        base, exponent = self.meaning(tree.parts[0]), self.meaning(tree.parts[1])
        if _is_raised(base) and (exponent.kind == "name" or (exponent.kind == "number" and exponent.text.isdigit())):
            operands: list[T] = []
            for part in base.parts:
                operands += [(yield Part(part, 0, inline))]
            name = self.function(FUNCTIONS.get(base.text, base.text), 0)
            return self.applied(self.raised(name, (yield Part(exponent, 0, True))), operands)
        return self.raised((yield Part(base, _RAISED, inline)), (yield Part(exponent, 0, True)))

    def _call(self, tree: Tree, inline: bool) -> Writing[T]:
        stem = tree.text.rstrip("'")
        marks = len(tree.text) - len(stem)
        if tree.text in _ROOTS:
            return self.root((yield Part(tree.parts[0], 0, inline)), _ROOTS[tree.text])
        operands: list[T] = []
        for part in tree.parts:
            operands += [(yield Part(part, 0, inline))]
        if tree.text in FENCES:
            opening, closing = FENCES[tree.text]
            return self.fenced(opening, operands[0], closing)
        if tree.text in ("log2", "log10"):
            return self.applied(self.lowered(self.function("log", 0), self.number(tree.text[3:])), operands)
        if stem in ("log", "logb") and len(operands) == 2:
            return self.applied(self.lowered(self.function("log", marks), operands[1]), operands[:1])
        if stem == "polygamma" and len(operands) == 2:
            order = self.fenced("(", (yield Part(tree.parts[0], 0, True)), ")")
            return self.applied(self.raised(self.function(FUNCTIONS["digamma"], marks), order), operands[1:])
        if marks > 3:
            order = self.fenced("(", self.number(str(marks)), ")")
            return self.applied(self.raised(self.function(FUNCTIONS.get(stem, stem), 0), order), operands)
        return self.applied(self.function(FUNCTIONS.get(stem, stem), marks), operands)

    def _number(self, digits: str) -> T:
        """1e-12 is 10 to the power of -12."""
        mantissa, exponent_sign, exponent = digits.partition("e")
        if not exponent_sign:
            return self.number(digits)
        minus = [self.prefix("−")] if exponent.startswith("-") else []
        ten = self.raised(self.number("10"), self.row([*minus, self.number(exponent.lstrip("+-"))]))
        return ten if mantissa == "1" else self.row([self.number(mantissa), self.dot(), ten])


def right_side(tree: Tree) -> int:
    """How tightly the right side of a relation must bind: not at all in an equation that says what its left side is."""
    return 0 if tree.text == "=" else SUM


def _is_raised(tree: Tree) -> bool:
    """Whether the square of a piece is sin²(x): a function with a plain name before its brackets."""
    special = ("log2", "log10", "logb", "polygamma", *FENCES, *_ROOTS)
    chosen_base = tree.text == "log" and len(tree.parts) == 2
    return tree.kind == "call" and tree.text not in special and not chosen_base and "'" not in tree.text


def _exp(x: Tree) -> Tree:
    return Tree("power", (_E, x))


def _sum(x: Tree, y: Tree) -> Tree:
    return Tree("sum", (x, *(y.parts if y.kind == "sum" else (y,))))


def _call(name: str, *parts: Tree) -> Tree:
    return Tree("call", parts, name)


_MEANINGS: Mapping[str, Callable[..., Tree]] = {
    "exp": _exp,
    "exp2": lambda x: Tree("power", (_TWO, x)),
    "expm1": lambda x: Tree("sum", (_exp(x), Tree("negative", (_ONE,)))),
    "log1p": lambda x: _call("log", _sum(_ONE, x)),
    "lgamma": lambda x: _call("log", _call("abs", _call("gamma", x))),
    "hypot": lambda x, y: _call("sqrt", _sum(Tree("power", (x, _TWO)), Tree("power", (y, _TWO)))),
    "logaddexp": lambda x, y: _call("log", _sum(_exp(x), _exp(y))),
    "logsumexp": lambda *xs: _call("log", Tree("sum", tuple(map(_exp, xs)))),
    "xlogy": lambda x, y: Tree("product", (*(x.parts if x.kind == "product" else (x,)), _call("log", y))),
    "pow": lambda x, y: Tree("power", (x, y)),
}
