"""The tokens around a mistake in syntax, and what is said of it."""

from __future__ import annotations

from typing import NamedTuple

from lark import Token

OPERATORS = {
    "_PLUS": "+", "MINUS": "-", "_TIMES": "*", "_OVER": "/", "_POWER": "^", "_AND": "and", "_OR": "or", "NOT": "not",
}  # fmt: skip
OPENERS = {"LPAR": "RPAR", "LSQB": "RSQB"}
BRACKETS = {"LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]"}
OPERAND_START = ("NAME", "NUMBER", "LPAR", "LSQB", "PI", "ROOT")
OPERAND_END = ("NAME", "NUMBER", "RPAR", "RSQB", "SUPERSCRIPT")


class Around(NamedTuple):
    """The tokens around the place where reading stopped."""

    before: Token | None
    here: Token | None
    after: list[Token]
    opener: Token | None
    read: list[Token]
    text: str


class Place(NamedTuple):
    """What is wrong, where, and what would mend it."""

    message: str
    start: int
    end: int
    hint: str


def place(message: str, token: Token, hint: str) -> Place:
    """What is wrong with one token."""
    return Place(message, token.start_pos or 0, token.end_pos or 0, hint)
