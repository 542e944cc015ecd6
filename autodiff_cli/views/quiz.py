"""The quiz on a terminal: the values with blanks for gradients, the questions, the verdicts, the score."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ..analysis.quiz import Question
from ..analysis.spoken import Words
from .explain import source_lines, write_line
from .table import Column, blocks, console, numbers, show, table_of

MOST_ROWS = 60


class Board:
    """Where the quiz is written, but under --json."""

    def __init__(self, words: Words) -> None:
        self._out: Console = console()
        self._words = words

    def opening(self, order: list[int]) -> None:
        """The output, and every value with its number and a blank for its gradient."""
        words, root = self._words, self._words.explained.root
        out = self._out
        listed = [root, *order[:MOST_ROWS]]
        columns: list[Column] = [
            ("value", [words.equation(i) for i in listed], "cyan"),
            ("data", numbers((words.explained.values[i] for i in listed), words.digits), ""),
            ("grad", ["1", *("?" for _ in listed[1:])], "bold"),
        ]
        out.print("Fill in the gradients, from the output back: two tries each. Ctrl-D ends it.")
        for block in blocks(columns, 1, out.width):
            show(out, table_of("", block))
        if len(order) > MOST_ROWS:
            out.print(Text(f"and {len(order) - MOST_ROWS:,} more", "dim"))

    def question(self, number: int, of: int, asked: Question) -> None:
        """The value that is asked for."""
        out, words = self._out, self._words
        out.print()
        equation = words.equation(asked.node)
        head = Text.assemble((f"{number} of {of}  ", "dim"), (equation, "bold cyan"), f" = {words.figure(asked.value)}")
        write_line(out, head)
        for line in source_lines(out, words, asked.node):
            write_line(out, line, 2)

    def say(self, line: str, style: str = "") -> None:
        """A verdict, a hint, or an answer."""
        write_line(self._out, Text(line, style), 2)
