"""What goes from the reading of a table to the work on it, and what can be wrong with a row."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..errors import AdiffError


class Piece(NamedTuple):
    """Some rows of a file as they lie there.

    `data` are the bytes of whole rows of text, or a record batch; `names` the columns as that file orders them; `line` how
    many lines of text come before; `done` how many bytes have been read by then, of all files.
    """

    data: Any
    file: str
    names: tuple[str, ...] = ()
    line: int = 0
    done: int = 0


class Mistake(Exception):  # noqa: N818 - it becomes an AdiffError once the rows before it are counted
    """A row that cannot be used: `row` counts from 0 in its piece, `line` is that of the file, for text."""

    def __init__(self, row: int, column: str | None, what: str, line: int | None = None, hint: str = "") -> None:
        super().__init__(row, column, what, line, hint)
        self.row = row
        self.column = column
        self.what = what
        self.line = line
        self.hint = hint

    def error(self, file: str, before: int) -> AdiffError:
        """The error for the user: `before` rows of the file come before the piece."""
        line = f" (line {self.line:,})" if self.line is not None else ""
        column = f", column {self.column}" if self.column is not None else ""
        hint = self.hint or "--on-error null writes nulls for such rows, --on-error skip leaves them out"
        return AdiffError("data", f"{file}, row {before + self.row + 1:,}{line}{column}: {self.what}", hint=hint)


class Decoded(NamedTuple):
    """A piece taken apart.

    `inputs` has by name each column that the formula reads: float64, or lists. `kept` is what goes on to the output: lines
    of text, or a record batch, or nothing. `bad` tells the rows that have something wrong with them, where any have, and
    `rows` counts all.
    """

    inputs: dict[str, Any]
    kept: Any
    rows: int
    bad: Any | None = None
