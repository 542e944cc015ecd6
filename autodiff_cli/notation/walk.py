"""What the printers of formulas share: the walk over a tree, brackets, and text that is measured before it is put together.

Nothing here recurses, and a piece that stands in many places is written once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import Generic, NamedTuple, TypeVar

from ..errors import AdiffError
from .tree import TIGHTNESS, Tree

LIMIT = 1_000_000
SUM, PRODUCT = TIGHTNESS["sum"], TIGHTNESS["product"]
T = TypeVar("T")


class Part(NamedTuple):
    """A piece where it stands: how tightly it must bind to need no brackets there, and whether fractions stay on the line."""

    tree: Tree
    least: int = 0
    inline: bool = False


Writing = Generator[Part, T, T]


class Printer(ABC, Generic[T]):
    """Writes trees from the leaves up, each piece once."""

    def __init__(self) -> None:
        self._written: tuple[dict[Tree, T], dict[Tree, T]] = ({}, {})

    @abstractmethod
    def write(self, at: Part) -> Writing[T]:
        """Write one piece without brackets: yields each part in its place to have it written, and returns the whole."""

    @abstractmethod
    def tightness(self, part: Part) -> int:
        """How tightly the piece binds in this notation."""

    @abstractmethod
    def bracketed(self, written: T) -> T:
        """The same in brackets."""

    def printed(self, part: Part) -> T:
        """A piece with all its parts, written for its place."""
        asked: Part | None = part
        waiting: list[tuple[Part, Writing[T]]] = []
        answer: T | None = None
        while True:
            if asked is not None:
                answer = self._written[asked.inline].get(asked.tree)
                if answer is None:
                    waiting.append((asked, self.write(asked)))
                else:
                    answer = self._in(asked, answer)
            if not waiting:
                assert answer is not None
                return answer
            try:
                asked = waiting[-1][1].send(answer)  # type: ignore[arg-type]  # a generator is started by None
            except StopIteration as done:
                finished = waiting.pop()[0]
                self._written[finished.inline][finished.tree] = done.value
                answer, asked = self._in(finished, done.value), None

    def _in(self, part: Part, written: T) -> T:
        return self.bracketed(written) if self.tightness(part) < part.least else written


class Rope:
    """A text in pieces: its length is known before it is put together, and a piece may stand in many of them."""

    __slots__ = ("length", "parts")
    length: int

    def __init__(self, *parts: str | Rope) -> None:
        self.parts = parts
        self.length = sum([len(part) if isinstance(part, str) else part.length for part in parts])

    def text(self, limit: int) -> str:
        """The whole. Raises AdiffError where it is longer than the limit, before it is put together."""
        if self.length > limit:
            raise too_long(limit)
        found = []
        stack: list[str | Rope] = [self]
        while stack:
            piece = stack.pop()
            if isinstance(piece, str):
                found.append(piece)
            else:
                stack += piece.parts[::-1]
        return "".join(found)


def too_long(limit: int) -> AdiffError:
    """The formula is longer than anyone reads."""
    return AdiffError(
        "limit", f"the formula would be longer than {limit:,} characters",
        hint="--share writes what stands in several places once, under a name",
    )  # fmt: skip


def terms(tree: Tree) -> list[tuple[bool, Tree, int]]:
    """The terms of a sum: whether each is taken away, the term without that, and how tightly it must bind in its place."""
    found = []
    for i, part in enumerate(tree.parts):
        if part.kind == "negative":
            found.append((True, part.parts[0], PRODUCT))
        else:
            found.append((False, part, SUM if i == 0 else PRODUCT))
    return found


def factor(i: int, tree: Tree) -> int:
    """How tightly factor `i` of a product must bind: a quotient is bracketed, for a/b*c is misread."""
    return PRODUCT if i == 0 and tree.kind != "quotient" else PRODUCT + 1
