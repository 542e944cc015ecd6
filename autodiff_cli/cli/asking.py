"""`adiff explain --quiz`: the loop that asks for gradients on standard input. Nothing else in adiff asks anything."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

from ..analysis.explain import Explanation
from ..analysis.quiz import Question, asked, judge, number_of, question
from ..analysis.spoken import Words
from ..errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_MATHEMATICS, AdiffError

if TYPE_CHECKING:
    from ..views.quiz import Board

TRIES = 2


def ask(explained: Explanation, *, as_json: bool, digits: int | None, quiet: bool) -> int:
    """Ask for every gradient in the order of the backward pass, then tell the score; the exit code.

    Under --json the questions go to stderr (with --quiet nowhere), and the transcript is the object. Raises AdiffError
    where there is nothing to ask.
    """
    order = asked(explained)
    if not order:
        reason = "is not a number here" if not explained.defined else "does not change with what is asked for"
        raise AdiffError(
            "mathematics", f"there is nothing to ask: {explained.output} {reason}", hint="choose another point",
            exit=EXIT_MATHEMATICS,
        )  # fmt: skip
    words = Words(explained, digits or 10)
    board = None
    if not as_json:
        from ..views.quiz import Board

        board = Board(words)
        board.opening(order)
    quiz = _Quiz(words, board, prompt=not (as_json and quiet))
    code = EXIT_DONE
    try:
        for k, i in enumerate(order, 1):
            quiz.ask(question(words, i), k, len(order))
    except EOFError:
        quiz.end()
    except KeyboardInterrupt:
        quiz.end()
        code = EXIT_INTERRUPTED
    first, second = quiz.rights
    score = {"asked": len(quiz.transcript), "of": len(order), "right": first + second, "at_once": first}
    if as_json:
        from ..views.json import dumps

        print(dumps({"output": explained.output, **score, "questions": quiz.transcript}, digits))
    else:
        told = f"score: {first + second} of {len(order)}"
        print(f"\n{told}, {first} at the first try" if second else f"\n{told}")
    return code


class _Quiz:
    """What was asked and answered, and how often rightly at the first try and at the second."""

    def __init__(self, words: Words, board: Board | None, *, prompt: bool) -> None:
        self.transcript: list[dict[str, Any]] = []
        self.rights = [0] * TRIES
        self._words = words
        self._board = board
        self._prompt = prompt
        explained = words.explained
        formula = explained.formula
        named = {name: node for name, node in formula.named.items() if node in formula.index}
        self._known = {
            name: explained.values[formula.index[node]] for name, node in {**named, **formula.input_values}.items()
        }
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        if sys.stdin.isatty():
            try:
                import readline  # noqa: F401 - input() then edits its line and remembers others
            except ImportError:
                pass  # not on every system

    def ask(self, asked_for: Question, number: int, of: int) -> None:
        """One question: two tries, a hint between them, the answer behind. Raises EOFError at the end of the input."""
        if self._board is not None:
            self._board.question(number, of, asked_for)
        answers: list[dict[str, Any]] = []
        entry = {"node": asked_for.name, "gradient": asked_for.truth, "answers": answers}
        while len(answers) < TRIES:
            line = self._read(f"{asked_for.grad} = ")
            try:
                answer, slack = number_of(line, self._known)
            except AdiffError as wrong:
                self._say(f"{wrong.message}; {wrong.hint}" if wrong.hint else wrong.message, "yellow")
                continue
            if not answers:
                self.transcript.append(entry)
            verdict = judge(answer, asked_for, slack)
            answers.append({"answer": answer, "verdict": verdict.kind})
            if verdict.right:
                self.rights[len(answers) - 1] += 1
                self._say("right", "green")
                return
            self._say(verdict.message, "yellow")
            if len(answers) < TRIES:
                self._hint(asked_for)
        self._answer(asked_for)

    def _hint(self, asked_for: Question) -> None:
        figure = self._words.figure
        uses = asked_for.uses
        above = ", ".join(dict.fromkeys(f"{use.above} = {figure(use.upstream)}" for use in uses[:6]))
        where = " and ".join(dict.fromkeys(use.whole for use in uses[:6]))
        self._say(f"hint: {asked_for.name} is used in {where}; from above comes {above}", "")

    def _answer(self, asked_for: Question) -> None:
        figure = self._words.figure
        for use in asked_for.uses[:6]:
            product = f"{figure(use.upstream)} × {figure(use.local)} = {figure(use.contribution)}"
            self._say(f"{use.rule}   {product}", "")
        if len(asked_for.uses) > 6:
            self._say(f"and {len(asked_for.uses) - 6:,} more uses", "")
        self._say(f"{asked_for.grad} = {figure(asked_for.truth)}", "bold")

    def _say(self, line: str, style: str) -> None:
        if self._board is not None:
            self._board.say(line, style)
        elif self._prompt:
            print(f"  {line}", file=sys.stderr)

    def _read(self, prompt: str) -> str:
        """A line of standard input that is not empty. Raises EOFError at its end."""
        stream = sys.stdout if self._board is not None else sys.stderr
        while True:
            if sys.stdin.isatty() and self._board is not None:
                line = input(prompt)
            else:
                if self._prompt:
                    print(prompt, end="", file=stream, flush=True)
                line = sys.stdin.readline()
                if not line:
                    raise EOFError
                if self._prompt and not sys.stdin.isatty():
                    print(line.strip(), file=stream)
            if line.strip():
                return line.strip()

    def end(self) -> None:
        """Close the line on which an answer was waited for."""
        if self._board is not None:
            print()
        elif self._prompt:
            print(file=sys.stderr)
