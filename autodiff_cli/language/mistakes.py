"""What people get wrong in syntax, and what to tell them: Lark's complaint in the user's terms."""

from __future__ import annotations

from lark import Lark, LarkError, Token, UnexpectedCharacters, UnexpectedInput
from lark.lexer import LexerThread

from ..errors import AdiffError, Source
from . import notations
from .around import BRACKETS, OPENERS, OPERAND_END, OPERAND_START, OPERATORS, Around, Place, place
from .literals import decimal_comma, foreign_number
from .operands import juxtaposition, missing_operand

# Characters that belong to other notations.
_CHARACTERS = {
    "!": "x! is gamma(x + 1), unequal is !=, and the contrary of a condition is not",
    "&": "write `and` between conditions",
    "|": "write abs(x) for |x|, and `or` between conditions",
    "%": "the remainder is mod(a, b); a percentage is x/100",
    "\\": "this is no LaTeX: write sin(x), (a)/(b), sqrt(x)",
    "{": "use round brackets ( )",
    "}": "use round brackets ( )",
    "∑": "write sum(i, 1, n, ...)",
    "∏": "write prod(i, 1, n, ...)",
    "?": "a choice is if(condition, a, b)",
    ":": "a definition is written name = expression",
    "°": "angles are in radians: write x*pi/180",
    "∫": "there are no integrals here",
    "∂": "adiff diff differentiates the expression as it stands",
    "∇": "adiff grad differentiates the expression as it stands",
    "±": "write two expressions, one with + and one with -",
    "@": "multiply with *",
    '"': "leave the quotes to the shell",
    "“": "leave the quotes out",
    "”": "leave the quotes out",
    "'": "a derivative mark follows a function: f'(x)",
    "$": "names are letters, digits and _",
    "~": "the contrary of a condition is not",
    ".": "a number needs a digit beside its point: 0.5",
}


def explained(unexpected: UnexpectedInput, source: Source, parser: Lark) -> AdiffError:
    """The error that a complaint of Lark's amounts to."""
    found = notations.reread(source, min(unexpected.pos_in_stream or 0, len(source.text)))
    if found is not None:
        return found
    place: Place | AdiffError
    if isinstance(unexpected, UnexpectedCharacters):
        place = _character(unexpected.pos_in_stream or 0, source.text)
    else:
        tokens = _tokens(parser, source.text)
        place = _token(getattr(unexpected, "token", None), tokens, source)
        if isinstance(place, AdiffError):
            return place
    assert isinstance(place, Place)
    message, hint = (" ".join(each.split()) for each in (place.message, place.hint))
    return AdiffError("syntax", message, source=source, at=(place.start, place.end), hint=hint)


def _tokens(parser: Lark, text: str) -> list[Token]:
    """The tokens of a text, up to the first character that has no meaning."""
    found: list[Token] = []
    try:
        # By the parser's own lexer: Lark.lex would build another.
        for token in LexerThread.from_text(parser.parser.lexer, text).lex(None):  # type: ignore[no-untyped-call]
            found.append(token)  # noqa: PERF402
    except LarkError:
        return found
    return found


def _character(at: int, text: str) -> Place:
    char = text[at]
    if char == "." and at > 0 and (text[at - 1].isalpha() or text[at - 1] == "_"):
        return Place("names have no points", at, at + 1, "write _ in place of the point")
    shown = char if char.isprintable() else f"U+{ord(char):04X}"
    hint = _CHARACTERS.get(char, "names are letters, digits and _; operators are + - * / ^")
    return Place(f"`{shown}` has no meaning here", at, at + 1, hint)


def _token(token: Token | None, tokens: list[Token], source: Source) -> Place | AdiffError:
    """The first explanation that fits the tokens around the place where reading stopped."""
    text = source.text
    end = token is None or token.type == "$END"
    at = len(tokens) if end else _position(tokens, token)
    before = tokens[at - 1] if at > 0 else None
    here = None if end or token is None else token
    for number in tokens[max(0, at - 3) : at + 1]:
        if number.type == "NUMBER" and (foreign := foreign_number(source, number.start_pos or 0)) is not None:
            return foreign
    if (
        here is not None
        and here.type == "_COMMA"
        and (decimal := decimal_comma(source, here.start_pos or 0)) is not None
    ):
        return decimal
    around = Around(before, here, tokens[at + 1 :], _unclosed(tokens[:at]), tokens[:at], text)
    for explain in (_lines, _const, _equals, _comma, _bracket, juxtaposition, _prime, missing_operand):
        found = explain(around)
        if found is not None:
            return found
    stop = here if here is not None else before
    start, stop_at = (stop.start_pos, stop.end_pos) if stop is not None else (0, 1)
    word = f"`{stop}` is" if stop is not None else "the text is"
    return Place(f"{word} not expected here", start or 0, stop_at or 1, "an operator, a comma or the end would fit")


def _position(tokens: list[Token], token: Token | None) -> int:
    assert token is not None
    return next((i for i, each in enumerate(tokens) if each.start_pos == token.start_pos), len(tokens))


def _unclosed(tokens: list[Token]) -> Token | None:
    """The innermost bracket that is still open."""
    stack: list[Token] = []
    for token in tokens:
        if token.type in OPENERS:
            stack.append(token)
        elif token.type in OPENERS.values() and stack:
            stack.pop()
    return stack[-1] if stack else None


def _lines(at: Around) -> Place | None:
    """A bracket or an operator left open on an earlier line, where the next line begins something new."""
    before, here, _, opener, read, text = at
    if here is None or before is None:
        return None
    if opener is not None and here.type in (*OPERAND_START, "_DEFINE", "_CONST"):
        last = read[-2] if here.type == "_DEFINE" and len(read) > 1 else before
        if "\n" in text[last.end_pos : here.start_pos] and last.type in OPERAND_END:
            sign = BRACKETS[opener.type]
            return place(
                f"`{sign}` is never closed", opener, f"add {BRACKETS[OPENERS[opener.type]]} before the next line"
            )
    if here.type == "_DEFINE" and len(read) > 1 and read[-2].type in (*OPERATORS, "_DEFINE", "COMPARE"):
        sign = read[-2]
        if "\n" in text[sign.end_pos : before.start_pos]:
            shown = text[sign.start_pos : sign.end_pos]
            return place(f"there is nothing after `{shown}` on its line", sign, "write its right operand")
    return None


def _const(at: Around) -> Place | None:
    before, here, _, _, read, _ = at
    if here is not None and here.type == "_CONST":
        return place("`const` begins a definition", here, "write const name = number in a statement of its own")
    if before is None:
        return None
    if before.type == "_CONST":
        return place("`const` needs a name and a number", before, "for example const g = 9.81")
    statement = _statement(read)
    if len(statement) == 2 and statement[0].type == "_CONST" and (here is None or here.type != "_DEFINE"):
        if here is not None and here.type == "LPAR":
            return place("a function needs no `const`", statement[0], f"write {before}(x) = ...")
        number = str(here) if here is not None and here.type == "NUMBER" else None
        hint = f"write const {before} = {number}" if number else f"for example const {before} = 9.81"
        return Place("`const` needs `=` and a number after its name", statement[0].start_pos or 0,
                     ((here if number else before) or before).end_pos or 0, hint)  # fmt: skip
    return None


def _equals(at: Around) -> Place | None:
    before, here, after, _, read, text = at
    if here is None or here.type != "_DEFINE":
        return None
    statement = _statement(read)
    if len(statement) == 1 and statement[0].type == "NOT":
        return place(f"`{before}` is a word of the language", statement[0], "give the value another name")
    if before is None or not statement:
        return place("a definition needs a name before `=`", here, "write name = ...")
    if before.type in OPERATORS:
        sign = text[before.start_pos : before.end_pos]
        return place(f"`{sign}=` is no operator", here, "write name = ..., each name once")
    if before.type == "COMPARE" or (after and after[0].type == "_DEFINE"):
        return place("`=` follows a comparison", here, "comparisons are < <= > >= == !=")
    if len(statement) == 1 and statement[0].type == "NUMBER":
        return place("only a name can be defined", statement[0], "write name = ...")
    if (
        before.type == "NAME"
        and len(statement) > 2
        and statement[1].type == "_DEFINE"
        and statement[-2].type == "NUMBER"
    ):
        return place("a second definition begins on the line", before, f"put ; or a newline before {before}")
    return place("`=` defines a name, and does not stand inside an expression", here, "to compare write ==")


def _statement(read: list[Token]) -> list[Token]:
    """The tokens of the statement that is being read."""
    for i in range(len(read) - 1, -1, -1):
        if read[i].type in ("_NEWLINE", "_SEMICOLON"):
            return read[i + 1 :]
    return read


def _comma(at: Around) -> Place | None:
    before, here, _, opener, read, _ = at
    if here is None or here.type != "_COMMA":
        return None
    statement = _statement(read)
    if before is None or not statement or before.type in (*OPERATORS, "_COMMA", *OPENERS, "_DEFINE", "COMPARE"):
        return place("there is nothing before the comma", here, "remove it, or write what belongs there")
    if opener is not None:
        return place(
            "a comma stands between the operands of a function", here, "several outputs take no brackets: a, b"
        )
    return place("a definition has one expression", here, "write each definition in a statement of its own")


def _bracket(at: Around) -> Place | None:
    before, here, _, opener, _, _ = at
    if here is not None and here.type in OPENERS.values():
        sign = BRACKETS[here.type]
        if opener is None:
            return place(f"`{sign}` closes nothing", here, "remove it, or open one before")
        if OPENERS[opener.type] != here.type:
            right = BRACKETS[OPENERS[opener.type]]
            return place(f"`{sign}` does not close the `{BRACKETS[opener.type]}` that is open", here, f"write {right}")
        if before is opener:
            return place("there is nothing between the brackets", opener, "write an expression there")
        if before is not None and before.type == "_COMMA":
            return place("there is nothing after the comma", before, "remove it, or write the missing operand")
    if opener is not None and here is None and (before is None or before.type in OPERAND_END):
        sign = BRACKETS[opener.type]
        return place(f"`{sign}` is never closed", opener, f"add {BRACKETS[OPENERS[opener.type]]}")
    if opener is not None and here is not None and here.type == "_SEMICOLON":
        sign = BRACKETS[opener.type]
        return place(
            f"`{sign}` is not closed before the end of the statement", opener, "operands are separated by commas"
        )
    return None


def _prime(at: Around) -> Place | None:
    before, here, *_ = at
    if here is not None and here.type == "PRIMES":
        return place("a derivative mark follows a function's name", here, "write f'(x) after f(x) = ...")
    if before is not None and before.type == "PRIMES":
        return place(
            "a derivative mark follows a function, and its operand follows that", before, "write f'(x) after f(x) = ..."
        )
    return None
