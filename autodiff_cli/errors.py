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
    """The known name that `name` is most likely a slip of, if there is just one.

    Only capitals may differ in a short name; from four letters on, one letter in four may be wrong, missing or too many, or
    two may be swapped. Of several names as near as each other the one of the same letters is meant: coss is cos, not cosh.
    """
    folded = {candidate.casefold(): candidate for candidate in reversed(known)}
    small = name.casefold()
    if small in folded:
        return folded[small]
    allowed = len(small) // 4
    if not 0 < allowed < 20:
        return None
    near: dict[int, list[str]] = {}
    for candidate in folded:
        if abs(len(candidate) - len(small)) <= allowed and (edits := _edits(small, candidate, allowed)) <= allowed:
            near.setdefault(edits, []).append(candidate)
    best = near[min(near)] if near else []
    if len(best) > 1:
        best = [candidate for candidate in best if set(candidate) == set(small)]
    return folded[best[0]] if len(best) == 1 else None


def _edits(left: str, right: str, most: int) -> int:
    """How many letters to put in, leave out, replace or swap with their neighbour turn one text into the other."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before = before, row
        row = [i]
        for j, b in enumerate(right, 1):
            edits = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                edits = min(edits, older[j - 2] + 1)
            row.append(edits)
        if min(row) > most and (not before or min(before) > most):
            return most + 1
    return row[-1]
