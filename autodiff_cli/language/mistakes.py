"""What people get wrong in syntax, and what to tell them: Lark's complaint in the user's terms."""

from __future__ import annotations

from typing import NamedTuple

from lark import Lark, LarkError, Token, UnexpectedCharacters, UnexpectedInput

from ..errors import AdiffError, Source
from ..ops import FUNCTIONS

_OPERATORS = {
    "_PLUS": "+", "MINUS": "-", "_TIMES": "*", "_OVER": "/", "_POWER": "^", "_AND": "and", "_OR": "or", "NOT": "not",
}  # fmt: skip
_OPENERS = {"LPAR": "RPAR", "LSQB": "RSQB"}
_BRACKETS = {"LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]"}
_OPERAND_START = ("NAME", "NUMBER", "LPAR", "LSQB")
_OPERAND_END = ("NAME", "NUMBER", "RPAR", "RSQB", "SUPERSCRIPT")

# Characters that belong to other notations.
_CHARACTERS = {
    "!": "x! is gamma(x + 1), unequal is !=, and the contrary of a condition is not",
    "&": "write `and` between conditions",
    "|": "write abs(x) for |x|, and `or` between conditions",
    "%": "the remainder is mod(a, b); a percentage is x/100",
    "\\": "this is no LaTeX: write sin(x), (a)/(b), sqrt(x)",
    "{": "use round brackets ( )",
    "}": "use round brackets ( )",
    "√": "write sqrt(x)",
    "∛": "write cbrt(x)",
    "∑": "write sum(i, 1, n, ...)",
    "∏": "write prod(i, 1, n, ...)",
    "?": "a choice is if(condition, a, b)",
    ":": "a definition is written name = expression",
    "°": "angles are in radians: write x*pi/180",
    "±": "write two expressions, one with + and one with -",
    "∞": "write inf",
    "@": "multiply with *",
    '"': "leave the quotes to the shell",
    "“": "leave the quotes out",
    "”": "leave the quotes out",
    "'": "a derivative mark follows a function: f'(x)",
    "$": "names are letters, digits and _",
    "~": "the contrary of a condition is not",
    ".": "a number needs a digit beside its point: 0.5",
    "，": "use an ASCII comma",
    "（": "use ASCII brackets ( )",
    "）": "use ASCII brackets ( )",
}


class Around(NamedTuple):
    """The tokens around the place where reading stopped."""

    before: Token | None
    here: Token | None
    after: Token | None
    opener: Token | None
    read: list[Token]
    text: str


class Place(NamedTuple):
    """What is wrong, where, and what would mend it."""

    message: str
    start: int
    end: int
    hint: str


def explained(unexpected: UnexpectedInput, source: Source, parser: Lark) -> AdiffError:
    """The error that a complaint of Lark's amounts to."""
    if isinstance(unexpected, UnexpectedCharacters):
        place = _character(unexpected.pos_in_stream or 0, source.text)
    else:
        tokens = _tokens(parser, source.text)
        place = _token(getattr(unexpected, "token", None), tokens, source.text)
    return AdiffError("syntax", place.message, source=source, at=(place.start, place.end), hint=place.hint)


def _tokens(parser: Lark, text: str) -> list[Token]:
    try:
        return list(parser.lex(text))
    except LarkError:
        return []


def _character(at: int, text: str) -> Place:
    char = text[at]
    shown = char if char.isprintable() else f"U+{ord(char):04X}"
    hint = _CHARACTERS.get(char, "names are letters, digits and _; operators are + - * / ^")
    return Place(f"`{shown}` has no meaning here", at, at + 1, hint)


def _token(token: Token | None, tokens: list[Token], text: str) -> Place:
    """The first explanation that fits the tokens around the place where reading stopped."""
    end = token is None or token.type == "$END"
    at = len(tokens) if end else _position(tokens, token)
    before = tokens[at - 1] if at > 0 else None
    here = None if end or token is None else token
    after = tokens[at + 1] if here is not None and at + 1 < len(tokens) else None
    around = Around(before, here, after, _unclosed(tokens[:at]), tokens[:at], text)
    for explain in (_equals, _comma, _bracket, _juxtaposition, _keyword, _prime, _operand):
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
        if token.type in _OPENERS:
            stack.append(token)
        elif token.type in _OPENERS.values() and stack:
            stack.pop()
    return stack[-1] if stack else None


def _place(message: str, token: Token, hint: str) -> Place:
    return Place(message, token.start_pos or 0, token.end_pos or 0, hint)


def _equals(at: Around) -> Place | None:
    before, here, after, _, read, text = at
    if here is None or here.type != "_DEFINE":
        return None
    if before is None:
        return _place("a definition needs a name before `=`", here, "write name = expression")
    if before.type in _OPERATORS:
        sign = text[before.start_pos : before.end_pos]
        return _place(f"`{sign}=` is no operator", here, "write name = expression, each name once")
    if before.type == "COMPARE" or (after is not None and after.type == "_DEFINE"):
        return _place("`=` follows a comparison", here, "comparisons are < <= > >= == !=")
    statement = _statement(read)
    if len(statement) == 1 and statement[0].type == "NUMBER":
        return _place("only a name can be defined", statement[0], "write name = expression")
    return _place("`=` defines a name, and does not stand inside an expression", here, "to compare write ==")


def _statement(read: list[Token]) -> list[Token]:
    """The tokens of the statement that is being read."""
    for i in range(len(read) - 1, -1, -1):
        if read[i].type in ("_NEWLINE", "_SEMICOLON"):
            return read[i + 1 :]
    return read


def _comma(at: Around) -> Place | None:
    before, here, after, opener, _, _ = at
    if here is None or here.type != "_COMMA":
        return None
    if before is not None and after is not None and before.type == after.type == "NUMBER":
        return Place(
            f"`{before},{after}` is no number", before.start_pos or 0, after.end_pos or 0, f"write {before}.{after}"
        )
    if before is None or before.type in (*_OPERATORS, "_COMMA", "LPAR", "_DEFINE", "COMPARE"):
        return _place("there is nothing before the comma", here, "remove it, or write what belongs there")
    if opener is not None:
        return _place("a comma stands between the operands of a function", here, "a point is the decimal sign: 3.5")
    return _place("a definition has one expression", here, "write each definition in a statement of its own")


def _bracket(at: Around) -> Place | None:
    before, here, _, opener, _, _ = at
    if here is not None and here.type in _OPENERS.values():
        sign = _BRACKETS[here.type]
        if opener is None:
            return _place(f"`{sign}` closes nothing", here, "remove it, or open one before")
        if _OPENERS[opener.type] != here.type:
            right = _BRACKETS[_OPENERS[opener.type]]
            return _place(
                f"`{sign}` does not close the `{_BRACKETS[opener.type]}` that is open", here, f"write {right}"
            )
        if before is opener:
            return _place("there is nothing between the brackets", opener, "write an expression there")
        if before is not None and before.type == "_COMMA":
            return _place("there is nothing after the comma", before, "remove it, or write the missing operand")
    if opener is not None and here is None and (before is None or before.type in _OPERAND_END):
        sign = _BRACKETS[opener.type]
        return _place(f"`{sign}` is never closed", opener, f"add {_BRACKETS[_OPENERS[opener.type]]}")
    if opener is not None and here is not None and here.type == "_SEMICOLON":
        sign = _BRACKETS[opener.type]
        return _place(
            f"`{sign}` is not closed before the end of the statement", opener, f"add {_BRACKETS[_OPENERS[opener.type]]}"
        )
    return None


def _juxtaposition(at: Around) -> Place | None:
    """Two operands side by side."""
    before, here, _, _, read, text = at
    if here is None or before is None or here.type not in _OPERAND_START or before.type not in _OPERAND_END:
        return None
    start, end = before.start_pos or 0, here.end_pos or 0
    if before.type == here.type == "NUMBER":
        both = f"{before} {here}"
        joined = f", or {before}{here}" if str(before).isdigit() and str(here).isdigit() else ""
        return Place(f"two numbers in a row: {both}", start, end, f"write {before}*{here}{joined}")
    if before.type == "NAME" and str(before) in ("if", "then", "else"):
        return _place(f"`{before}` is written as a function", before, "write if(condition, a, b)")
    if str(here) in ("then", "else", "if"):
        return _place(f"`{here}` is no word of the language", here, "a choice is if(condition, a, b)")
    earlier = read[-2] if len(read) > 1 else None
    left = _left_operand(read, text)
    right = str(here) if here.type in ("NAME", "NUMBER") else _BRACKETS[here.type] + "..."
    if before.type == "NUMBER" and earlier is not None and earlier.type in ("_POWER", "_OVER"):
        base = _left_operand(read[:-2], text) if len(read) > 2 else ""
        sign = base + text[earlier.start_pos : earlier.end_pos]
        message = f"`{sign}{before}{right}` can be read in two ways"
        return Place(message, earlier.start_pos or 0, end, f"write {sign}{before}*{right}, or {sign}({before}*{right})")
    if before.type == "NAME" and str(before) in FUNCTIONS:
        return Place(f"`{before}` needs its operand in brackets", start, end, f"write {before}({right})")
    return Place(
        f"an operator is missing between `{left}` and `{right}`", start, end, f"to multiply write {left}*{right}"
    )


def _left_operand(read: list[Token], text: str) -> str:
    """The text of the operand that ends with the last token read: a name, a number, or a bracket with what it holds."""
    last = read[-1]
    if last.type not in _OPENERS.values():
        return str(last)
    depth = 0
    for token in reversed(read):
        depth += (token.type in _OPENERS.values()) - (token.type in _OPENERS)
        if depth == 0:
            whole = text[token.start_pos : last.end_pos]
            return whole if len(whole) <= 30 else f"...{_BRACKETS[last.type]}"
    return f"...{_BRACKETS[last.type]}"


def _keyword(at: Around) -> Place | None:
    before, here, _, _, read, _ = at
    if here is not None and here.type == "_CONST":
        return _place("`const` begins a definition", here, "write const name = number in a statement of its own")
    if before is not None and before.type == "_CONST":
        return _place("`const` needs a name and a number", before, "write const g = 9.81")
    if len(_statement(read)) == 2 and read[-2].type == "_CONST" and (here is None or here.type != "_DEFINE"):
        return _place("`const` needs a number after its name", read[-1], f"write const {read[-1]} = 9.81")
    return None


def _prime(at: Around) -> Place | None:
    before, here, _, _, read, _ = at
    if here is not None and here.type == "PRIMES":
        return _place("a derivative mark follows a function's name", here, "write f'(x) after f(x) = ...")
    if before is not None and before.type == "PRIMES":
        return _place("a derivative needs its operand", before, f"write {read[-2]}{before}(x)")
    return None


def _operand(at: Around) -> Place | None:
    """An operand is missing before or after an operator."""
    before, here, _, _, _, text = at
    sign = None if before is None else text[before.start_pos : before.end_pos]
    if before is not None and (before.type in _OPERATORS or before.type in ("COMPARE", "_DEFINE", "_COMMA")):
        if here is None or here.type not in _OPERATORS:
            return _place(f"there is nothing after `{sign}`", before, "write its right operand")
        both = text[before.start_pos : here.end_pos]
        return Place(
            f"`{both}` is no operator",
            before.start_pos or 0,
            here.end_pos or 0,
            "remove one, or write what belongs between",
        )
    if here is not None and here.type == "NOT" and before is not None and before.type in _OPERAND_END:
        return _place("`not` begins a condition", here, "write `and not`, or `or not`")
    if here is not None and (here.type in _OPERATORS or here.type == "COMPARE"):
        return _place(f"there is nothing before `{here}`", here, "write its left operand")
    if before is not None and before.type in _OPENERS:
        return _place(f"`{_BRACKETS[before.type]}` is never closed", before, f"add {_BRACKETS[_OPENERS[before.type]]}")
    return None
