"""LaTeX read well enough to say what to type instead of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from .foreign import known, meant
from .scan import bare, held
from .spellings import LATEX_BLANKS, LATEX_FUNCTIONS, LATEX_NAMES, LATEX_SIGNS

LONGEST, DEEPEST = 2000, 40
_MARKS = re.compile(r"\\[A-Za-z]|[_^]\s*\{|\\[\[(,;!]")
_PIECE = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|[A-Za-z]+|\s+|.", re.DOTALL)
_WORDS = ("operatorname", "mathrm", "text", "mathit", "mathbf", "mathsf", "mbox")
_CLOSES = {
    "(": ")",
    "[": "]",
    "{": "}",
    "lvert": "rvert",
    "lVert": "rVert",
    "lfloor": "rfloor",
    "lceil": "rceil",
    "|": "|",
}
_CALLED = {"lvert": "abs", "lVert": "norm", "lfloor": "floor", "lceil": "ceil", "|": "abs"}
_KNOWN = ("frac", "dfrac", "tfrac", "cfrac", "sqrt", "sum", "prod", "binom", "dbinom", "tbinom", *_WORDS)
_ABSENT = {"int": "there are no integrals here", "lim": "there are no limits here", "partial": "", "iint": "there are no "
           "integrals here", "oint": "there are no integrals here", "begin": "a choice is if(condition, a, b)"}  # fmt: skip


class Untold(Exception):  # noqa: N818 - no error of the user's, but the end of an attempt
    """What stands here is not understood; why, where there is a word for it."""


class _Part(NamedTuple):
    text: str
    kind: str  # operand, fraction, sign


def is_latex(text: str) -> bool:
    """Whether a text has signs of LaTeX."""
    return _MARKS.search(text) is not None


def is_known(command: str) -> bool:
    """Whether a command can be said in the language."""
    return command in (
        *LATEX_BLANKS,
        *LATEX_FUNCTIONS,
        *LATEX_NAMES,
        *LATEX_SIGNS,
        *_CLOSES,
        *_CLOSES.values(),
        *_KNOWN,
    )


def translated(text: str) -> str:
    """A formula in LaTeX as it is written here. Raises Untold."""
    if len(text) > LONGEST:
        raise Untold
    inside = text.strip().strip("$").strip()
    for left, right in ((r"\(", r"\)"), (r"\[", r"\]")):
        if inside.startswith(left) and inside.endswith(right):
            inside = inside[2:-2]
    reader = _Reader([each for each in _PIECE.findall(inside) if not each.isspace() and each != "&"])
    found = reader.sequence(None, 0)
    if reader.at < len(reader.pieces):
        raise Untold
    return found


class _Reader:
    """The pieces of a formula, from one end to the other."""

    def __init__(self, pieces: list[str]) -> None:
        self.pieces = pieces
        self.at = 0

    def peek(self) -> str:
        """The piece that comes, blanks left out, without its backslash."""
        while (
            self.at < len(self.pieces) and self.pieces[self.at][:1] == "\\" and self.pieces[self.at][1:] in LATEX_BLANKS
        ):
            if self.pieces[self.at][1:] in _WORDS:
                break
            self.at += 1
        return self.pieces[self.at] if self.at < len(self.pieces) else ""

    def take(self) -> str:
        """The piece that comes, and past it."""
        piece = self.peek()
        if not piece:
            raise Untold
        self.at += 1
        return piece

    def sequence(self, stop: str | None, depth: int) -> str:
        """Everything up to the closing sign, which is taken."""
        if depth > DEEPEST:
            raise Untold
        parts: list[_Part] = []
        while True:
            piece = self.peek().removeprefix("\\") if self.peek() != "\\" else ""
            if piece == (stop or ""):
                if stop is not None:
                    self.take()
                return _joined(parts)
            parts += self.unit(depth, parts)

    def unit(self, depth: int, before: list[_Part]) -> list[_Part]:
        """The operands or the sign that come next; a power takes the last of `before`."""
        raw = self.take()
        name = raw.removeprefix("\\")
        if raw in ("^", "'", "!"):
            return [self.attached(raw, before, depth)]
        if raw[:1] == "\\" and name in _WORDS:
            return self.word(self.raw_group(), depth)
        if raw[:1] == "\\" and not name.isalpha():
            if name == "|":
                return [self.bracket("|", depth)]
            raise Untold
        if name in _ABSENT and raw[:1] == "\\":
            raise Untold(_ABSENT[name])
        if raw[:1] == "\\" and name in LATEX_SIGNS:
            return [_Part(LATEX_SIGNS[name], "sign")]
        if raw[:1] == "\\" and name in LATEX_FUNCTIONS:
            return [self.call(name, depth)]
        if raw[:1] == "\\" and name in LATEX_NAMES:
            return [_Part(self.subscripted(LATEX_NAMES[name], depth), "operand")]
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            over, under = self.argument(depth), self.argument(depth)
            if under.startswith("d*") and over.startswith("d"):
                raise Untold("adiff diff differentiates the expression as it stands")
            return [_Part(f"{held(over)}/{held(under)}", "fraction")]
        if name == "sqrt":
            return [self.root(depth)]
        if name in ("sum", "prod") and raw[:1] == "\\":
            return [self.unrolled(name, depth)]
        if name in ("binom", "dbinom", "tbinom"):
            chosen = meant("binomial", [self.argument(depth), self.argument(depth)])
            return [_Part(f"({chosen.write[0]})", "operand")] if chosen else []
        if name in _CLOSES and name not in (")", "]", "}"):
            return [self.bracket(name, depth)]
        if raw[0].isdigit():
            return [_Part(raw, "operand")]
        if raw.isalpha():
            return self.word(raw, depth)
        if raw in ("+", "-", "*", "/", "=", "<", ">", ","):
            return [_Part(raw, "sign")]
        raise Untold

    def attached(self, sign: str, before: list[_Part], depth: int) -> _Part:
        """A power or a factorial of the operand before it, which it takes away."""
        if not before or before[-1].kind == "sign" or sign == "'":
            raise Untold
        base = before.pop()
        if sign == "!":
            return _Part(f"gamma({bare(base.text)} + 1)", "operand")
        return _Part(f"{held(base.text)}^{held(self.argument(depth))}", "operand")

    def argument(self, depth: int) -> str:
        """A group in braces, or one sign: a digit, a letter, a command with what it takes."""
        raw = self.take()
        if raw == "{":
            return self.sequence("}", depth + 1)
        if raw[0].isdigit() or raw.isalpha():
            if len(raw) > 1:
                self.at -= 1
                self.pieces[self.at] = raw[1:]
            return raw[0]
        if raw == "-":
            return f"-{self.argument(depth)}"
        self.at -= 1
        return _joined(self.unit(depth + 1, []))

    def raw_group(self) -> str:
        """The letters in braces."""
        if self.take() != "{":
            raise Untold
        found = ""
        while (piece := self.take()) != "}":
            found += piece
        return found

    def subscripted(self, name: str, depth: int) -> str:
        """A name with its index, which is a part of it."""
        if self.peek() != "_":
            return name
        self.take()
        index = self.argument(depth)
        if not re.fullmatch(r"\w+", index):
            raise Untold
        return f"{name}_{index}"

    def word(self, letters: str, depth: int) -> list[_Part]:
        """Letters side by side: a function or constant by its name, else a product of letters."""
        if (known(letters) and len(letters) > 1) or letters in LATEX_FUNCTIONS:
            return [self.call(letters, depth)]
        if not letters:
            raise Untold
        names = [letters] if letters == "pi" or len(letters) > 3 else list(letters)
        return [_Part(name, "operand") for name in names[:-1]] + [_Part(self.subscripted(names[-1], depth), "operand")]

    def bracket(self, sign: str, depth: int) -> _Part:
        """What stands in brackets, or between signs that mean a function."""
        inside = self.sequence(_CLOSES[sign], depth + 1)
        return _Part(f"{_CALLED.get(sign, '')}({inside})", "operand")

    def root(self, depth: int) -> _Part:
        """A square root, or one of another order."""
        order = "2"
        if self.peek() == "[":
            self.take()
            order = self.sequence("]", depth + 1)
        found = meant("root", [self.argument(depth), order])
        return _Part(found.write[0] if found else "", "operand")

    def call(self, name: str, depth: int) -> _Part:
        """A function: with a power before its operand, a base of a logarithm, an operand with or without brackets."""
        power = base = ""
        while self.peek() in ("^", "_"):
            if self.take() == "^":
                power = self.argument(depth)
            else:
                base = self.argument(depth)
        if self.peek() in ("(", "{", "["):
            opener = self.take()
            inside = self.sequence(_CLOSES[opener], depth + 1)
        else:
            inside = self.product(depth)
        if power == "-1":
            name, power = {"ln": "exp", "log": "exp", "exp": "log"}.get(name, f"arc{name}"), ""
        operands = [each.strip() for each in inside.split(",")] if name in ("max", "min") else [inside]
        if base and name == "log":
            text = f"log{base}({inside})" if base in ("2", "10") else f"log({inside}, {base})"
        elif (found := meant(name, operands)) is not None and found.write:
            text = found.write[0]
        elif known(name):
            text = f"{name}({', '.join(operands)})"
        else:
            raise Untold
        return _Part(f"{held(text)}^{held(power)}" if power else text, "operand")

    def product(self, depth: int) -> str:
        """The operand of a function without brackets: factors up to a sign or another function."""
        parts: list[_Part] = []
        while (piece := self.peek()) and piece not in ("+", "-", "=", ",", ")", "}", "]", "<", ">", "|", "/"):
            name = piece.removeprefix("\\")
            if parts and (
                name in LATEX_FUNCTIONS or name in LATEX_SIGNS or (name[:1] == "r" and name in _CLOSES.values())
            ):
                break
            parts += self.unit(depth + 1, parts)
        if not parts:
            raise Untold
        return _joined(parts)

    def unrolled(self, name: str, depth: int) -> _Part:
        """A sum or product over an index."""
        low = high = ""
        while self.peek() in ("^", "_"):
            if self.take() == "^":
                high = self.argument(depth)
            else:
                low = self.argument(depth)
        index, equals, first = low.partition("=")
        if not (equals and high):
            raise Untold
        return _Part(f"{name}({index.strip()}, {first.strip()}, {high}, {self.product(depth)})", "operand")


def _joined(parts: list[_Part]) -> str:
    """Parts side by side: operands next to each other are a product."""
    text = ""
    for k, part in enumerate(parts):
        last = parts[k - 1] if k else None
        if last is not None and last.kind != "sign" and part.kind != "sign":
            text += "*"
        after_sign = last is not None and last.text == "/"
        shown = held(part.text) if part.kind == "fraction" and after_sign else part.text
        spaced = part.kind == "sign" and last is not None and last.kind != "sign" and part.text in ("+", "-", "=", "<", ">",
                                                                                                   "<=", ">=", "!=")  # fmt: skip
        text += f" {shown} " if spaced else f"{shown} " if shown == "," else shown
    return text
