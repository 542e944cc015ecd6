"""The one error that adiff raises on purpose, and the exit codes of the command."""

from __future__ import annotations

from typing import NamedTuple, Protocol

EXIT_DONE = 0
EXIT_MATHEMATICS = 1
EXIT_USAGE = 2
EXIT_DEFECT = 70
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141


class Span(NamedTuple):
    """A place in the source: 1-based line and column, and a length in characters."""

    line: int
    column: int
    length: int


class Typed(Protocol):
    """A text before look-alikes were read as the signs of the language."""

    text: str

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """The span in it of a span in the text as read."""


class Source:
    """A program text with the name it is quoted under (a file's path, or none for an argument).

    `text` is what is read, and offsets are offsets into it. Where the user typed other signs for the same, `typed` has them:
    spans and the lines of errors are of that.
    """

    __slots__ = ("name", "text", "typed")

    def __init__(self, text: str, name: str | None = None, typed: Typed | None = None) -> None:
        self.text = text
        self.name = name
        self.typed = typed

    def span(self, start: int, end: int) -> Span:
        """The span of the characters from offset `start` up to `end`."""
        start, end, text = self._as_typed(start, end)
        begin = text.rfind("\n", 0, start) + 1
        line = text.count("\n", 0, begin) + 1
        return Span(line, start - begin + 1, max(1, end - start))

    def line(self, start: int) -> str:
        """The line that holds the character at offset `start`."""
        start, _, text = self._as_typed(start, start)
        begin = text.rfind("\n", 0, start) + 1
        end = text.find("\n", begin)
        return text[begin:] if end < 0 else text[begin:end]

    def underlined(self, at: tuple[int, int], width: int = 100) -> tuple[str, str]:
        """The line that holds a place, given by its offsets, cut to about `width` characters, and carets under the place."""
        span = self.span(*at)
        first = span.column - 1
        cut = max(0, first - width // 2)
        start, _, text = self._as_typed(*at)
        start += cut - first
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        # No control characters to the terminal: a tab as a blank, others as a sign of their own.
        line = text[start : min(end, start + width)].replace("\t", " ")
        if not line.isprintable():
            line = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
        shown = ("..." if cut else "") + line + ("..." if start + width < end else "")
        column = first - cut + (3 if cut else 0)
        under = shown[column : column + span.length]
        carets = "^" * max(1, _cells(under))
        column = _cells(shown[:column])
        label = f"{span.line} | "
        return f"{label}{shown}", " " * (len(label) + column) + carets

    def _as_typed(self, start: int, end: int) -> tuple[int, int, str]:
        if self.typed is None:
            return start, end, self.text
        return *self.typed.span_of(start, end), self.typed.text


class AdiffError(Exception):
    """Something the user can mend: what is wrong, where, and one suggestion.

    `kind` is a phase or topic (`syntax`, `name`, `binding`, `file`, `usage`, `limit`, `mathematics`, ...),
    `exit` the command's exit code. `str()` gives the whole message, with the line and a caret under the span.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        source: Source | None = None,
        at: tuple[int, int] | None = None,
        hint: str | None = None,
        exit: int = EXIT_USAGE,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint
        self.exit = exit
        self.source = source
        self.at = at

    @property
    def span(self) -> Span | None:
        """Line, column and length of the place at fault, where there is one."""
        return None if self.source is None or self.at is None else self.source.span(*self.at)

    def excerpt(self, width: int = 100) -> str:
        """The source line with a caret under the span, cut to about `width` characters; empty without a span."""
        if self.source is None or self.at is None:
            return ""
        span = self.source.span(*self.at)
        lines = [f"{self.source.name}:{span.line}:{span.column}"] if self.source.name else []
        return "\n".join(f"  {line}" for line in (*lines, *self.source.underlined(self.at, width)))

    def __str__(self) -> str:
        parts = [f"{self.kind} error: {self.message}", self.excerpt()]
        if self.hint:
            parts.append(f"hint: {self.hint}")
        return "\n".join(part for part in parts if part)


def _cells(text: str) -> int:
    """The width of a text on a terminal: wide characters take two cells, marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def nearest(name: str, known: list[str]) -> str | None:
    """The known name most like `name`, if one is close enough to be meant."""
    from difflib import get_close_matches

    folded = {candidate.casefold(): candidate for candidate in reversed(known)}
    if name.casefold() in folded:
        return folded[name.casefold()]
    found = get_close_matches(name, known, n=1, cutoff=0.65)
    return found[0] if found else None
