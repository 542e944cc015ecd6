"""Where a newline ends a statement, and where it is only white space."""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token

# After one of these a line goes on.
_OPEN_ENDED = frozenset(
    {"_PLUS", "MINUS", "_TIMES", "_OVER", "_POWER", "COMPARE", "_AND", "_OR", "NOT", "_COMMA", "_DEFINE"}
)


class Lines:
    """Lark's postlex: drops newlines inside brackets and after an operator."""

    always_accept = ("_NEWLINE",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens that the parser is to see."""
        depth = 0
        previous = ""
        for token in stream:
            kind = token.type
            if kind == "_NEWLINE":
                if depth or previous in _OPEN_ENDED:
                    continue
            elif kind in ("LPAR", "LSQB"):
                depth += 1
            elif kind in ("RPAR", "RSQB"):
                depth = max(0, depth - 1)
            previous = kind
            yield token
