"""Operands too many and too few: two side by side, and none where one belongs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lark import Token

from ..ops import FUNCTIONS
from . import foreign
from .ambiguous import on_the_line
from .around import BRACKETS, OPENERS, OPERAND_END, OPERAND_START, OPERATORS, Around, Place, place
from .scan import bare, held, operand_after, operand_before, pieces


def juxtaposition(at: Around) -> Place | None:
    """Two operands side by side."""
    before, here, after, opener, read, text = at
    if here is None or before is None or here.type not in OPERAND_START or before.type not in OPERAND_END:
        return None
    if here.type == "LSQB" and before.type != "NUMBER":
        return place("only the parts of a name can be taken", here, "name the vector first: v = ...; v[1]")
    if before.type == here.type == "NUMBER":
        ways = [f"{before}*{here}"]
        if str(before).isdigit() and str(here).isdigit():
            ways = [*(ways if here[0] != "0" else ()), f"{before}{here}"]
        return Place(
            f"two numbers in a row: {before} {here}",
            before.start_pos or 0,
            here.end_pos or 0,
            f"write {', or '.join(ways)}",
        )
    if before.type == "NAME" and str(before) == "if":
        return place("`if` is written as a function", before, "a choice is if(condition, a, b)")
    word = next((each for each in (here, before) if str(each) in ("then", "else", "if", "where")), None)
    if word is not None:
        return place(f"`{word}` is no word of the language", word, "a choice is if(condition, a, b)")
    operand = _operand_tokens(read)
    left, right = _shown(operand, text), _right_operand(here, after, text)
    start, end = operand[0].start_pos or 0, right.end
    if str(here) == "mod" and after and after[0].type in OPERAND_START:
        divisor = _right_operand(after[0], after[1:], text)
        ways = [f"mod({left}, {each})" for each in divisor.ways]
        return Place("`mod` is written as a function", start, divisor.end, f"write {', or '.join(ways)}")
    if (call := _unbracketed(operand, right, after, text)) is not None:
        message = f"`{operand[0]}` needs its operand in brackets"
        return Place(message, start, call.end, f"write {', or '.join(call.ways)}")
    earlier = read[: len(read) - len(operand)]
    signs = [token for token in earlier[-2:] if token.type != "MINUS"]
    if signs and signs[-1].type in ("_POWER", "_OVER") and "..." not in (left, *right.ways):
        return _two_readings(earlier, signs[-1], left, here, right, text, start)
    written = text[here.start_pos : right.end] if "..." not in right.ways else "..."
    if "..." in (left, written):
        start, end = before.start_pos or 0, here.end_pos or 0
    if opener is not None and _heads_a_definition(after):
        return Place(f"a comma is missing between `{left}` and `{written}`", start, end, f"write {left}, {written}")
    comma = f", or put a comma between them: {left}, {right.ways[0]}" if opener is not None else ""
    ways = [f"{left}*{each}" for each in right.ways]
    return Place(
        f"an operator is missing between `{left}` and `{written}`", start, end,
        f"to multiply write {', or '.join(ways)}{comma}",
    )  # fmt: skip


def _heads_a_definition(after: list[Token]) -> bool:
    """Whether the bracket that is open belongs to f(x, y) = ..."""
    depth = 1
    for k, token in enumerate(after):
        depth += (token.type in OPENERS) - (token.type in OPENERS.values())
        if depth == 0:
            return k + 1 < len(after) and after[k + 1].type == "_DEFINE"
    return False


def _unbracketed(head: list[Token], right: Right, after: list[Token], text: str) -> Right | None:
    """sin x, lg x, sin²x; and sin x^2, sin x y, which are read in two ways."""
    name = str(head[0])
    if head[0].type != "NAME" or (len(head) == 2 and head[1].type != "SUPERSCRIPT") or len(head) > 2:
        return None
    raised = str(head[1]) if len(head) == 2 else ""
    ways = _of_each(name, raised, right.ways)
    letter = len(name) == 1 or any(way.startswith(f"{name}*") for way in ways)
    if not ways or (letter and name not in FUNCTIONS):
        return None
    if name not in FUNCTIONS and len(name) < 3 and not raised:
        ways += [f"{name}*{each}" for each in right.ways]
    end = right.end
    following = next((token for token in after if (token.start_pos or 0) >= end), None)
    if following is None or "..." in right.ways:
        return Right(tuple(ways), end)
    if following.type in ("_POWER", "_TIMES", "_OVER", "SUPERSCRIPT"):
        to = _term_end(text, end)
        tail = text[end:to]
        if raised and following.type in ("_POWER", "SUPERSCRIPT"):
            ways = [f"({way})" for way in ways]
        ways = [*_of_each(name, raised, [f"{each}{tail}" for each in right.ways]), *(f"{way}{tail}" for way in ways)]
        return Right(tuple(ways), to)
    if following.type in OPERAND_START and following.type != "LSQB":
        second = _right_operand(following, after[after.index(following) + 1 :], text)
        if "..." in second.ways:
            return Right(tuple(ways), end)
        ways = [f"{way}*{each}" for way in ways for each in second.ways]
        if following.type != "NAME" or not _is_function(str(following)):
            products = [f"{each}*{other}" for each in right.ways for other in second.ways]
            ways = [*_of_each(name, raised, products), *ways]
        return Right(tuple(ways), second.end)
    return Right(tuple(ways), end)


def _of_each(name: str, raised: str, operands: Sequence[str]) -> list[str]:
    """The ways to write a function, or a power of one, of each way to write its operand."""
    return [way for inside in operands for way in _applied(name, raised, inside)]


def _applied(name: str, raised: str, inside: str) -> list[str]:
    """The ways to write a function, or a power of one, of an operand; none where a name is no function."""
    if raised:
        if name in FUNCTIONS and not raised.startswith("⁻"):
            return [f"{name}{raised}({inside})"]
        return power_of_a_function(name, on_the_line(raised).strip("()"), inside) or []
    if name in FUNCTIONS:
        return [f"{name}({inside})"]
    found = foreign.meant(name, [inside])
    return [] if found is None else list(found.write)


def _is_function(name: str) -> bool:
    return name in FUNCTIONS or (len(name) > 1 and bool(_applied(name, "", "x")))


def _term_end(text: str, end: int) -> int:
    """Where the product ends that goes on behind an operand."""
    end = with_power(text, end)
    found = pieces(text[end:])
    k = 0
    while k < len(found) and found[k].text in ("*", "/", "·", "×", "⋅", "÷"):
        k = operand_after(found, k + 1) or len(found)
    return end + found[k - 1].end if k else end


def _two_readings(
    earlier: list[Token], sign: Token, left: str, here: Token, right: Right, text: str, start: int
) -> Place:
    """x^2y, 2^-3x, 1/sin(x)cos(x): (x^2)*y to some and x^(2*y) to others."""
    base = _operand_tokens(earlier[: earlier.index(sign)])
    first = base[0].start_pos if base else sign.start_pos
    if len(base) == 1 and sign.type == "_POWER" and base[0].type == "NAME":
        exponent = text[sign.end_pos : here.start_pos].strip()
        operand = bare(right.ways[0])
        meant = power_of_a_function(text[first : sign.end_pos], exponent, operand)
        if meant is not None:
            ways = [f"{base[0]}^{exponent}({operand})"] if exponent.isdigit() and str(base[0]) in FUNCTIONS else meant
            message = (
                f"`{base[-1]}` needs its operand in brackets"
                if here.type != "LPAR"
                else f"`{base[0]}^{exponent}` is no function"
            )
            return Place(message, first or 0, right.end, f"write {', or '.join(ways)}")
    end = with_power(text, right.end)
    ways = []
    begin = start
    for each in right.ways:
        product = f"{left}*{each}{text[right.end : end]}"
        several = readings(text, start, product)
        begin = several[0] if several is not None else start
        ways += several[1] if several is not None else [product]
    return Place(f"`{text[begin:end]}` can be read in two ways", begin, end, f"write {', or '.join(ways)}")


def readings(text: str, start: int, product: str) -> tuple[int, list[str]] | None:
    """The ways to read two operands side by side, the first at `start`, that stand to the right of / or ^.

    Where the whole of it begins, and each way with the product written out; None where neither sign stands before it.
    """
    found = pieces(text[:start])
    k = len(found)
    opens: list[int] = []
    begin = start
    while True:
        while k > 1 and found[k - 1].text in ("-", "−") and found[k - 2].text in _AMBIGUOUS:
            k -= 1
        if k == 0 or found[k - 1].text not in _AMBIGUOUS:
            break
        base = operand_before(found, k - 1)
        if base is None:
            break
        opens.append(begin)
        k, begin = base, found[base].start
    if not opens:
        return None
    ways = [f"{text[begin:each]}({text[each:start]}{product})" for each in opens]
    plain = f"{text[begin:start]}{product}"
    powered = text[:start].rstrip("-− \t").endswith(("^", "*"))
    return begin, [plain, *ways] if powered else [*ways, plain]


def power_of_a_function(head: str, exponent: str, operand: str) -> list[str] | None:
    """sin^n(x) and tg^2 x: what is meant where `head` is a function and the sign of a power; None where it is not."""
    name = head.removesuffix("**").rstrip("^ ").strip()
    arc = {"log": "exp", "ln": "exp", "exp": "log", "lg": "exp10"}.get(name, f"arc{name}")
    other = foreign.meant(name, [operand])
    if not name.isidentifier() or (name not in FUNCTIONS and (other is None or not other.write)):
        return None
    calls = [f"{name}({operand})"] if other is None else list(other.write)
    if bare(exponent).replace(" ", "").replace("−", "-") == "-1":
        inverse = foreign.meant(arc, [operand])
        return [*(inverse.write if inverse is not None else (f"{arc}({operand})",) if arc in FUNCTIONS else ()),
                *(f"{held(call)}^-1" for call in calls)]  # fmt: skip
    return [f"{held(call)}^{exponent}" for call in calls]


def with_power(text: str, end: int) -> int:
    """Where an operand ends that ends at `end` but for a power."""
    found = pieces(text[end:])
    k = 0
    while k < len(found) and found[k].kind == "raised":
        k += 1
    if k < len(found) and found[k].text in ("^", "**"):
        k = operand_after(found, k + 1) or k
    return end + found[k - 1].end if k else end


_AMBIGUOUS = ("/", "÷", "^", "**")


def _operand_tokens(read: list[Token]) -> list[Token]:
    """The last tokens read that make one operand: a number, a name, a bracket or call and what it holds, a superscript."""
    i = len(read) - 1
    if i > 0 and read[i].type == "SUPERSCRIPT":
        i -= 1
    if i >= 0 and read[i].type in OPENERS.values():
        depth = 0
        while i >= 0:
            depth += (read[i].type in OPENERS.values()) - (read[i].type in OPENERS)
            if depth == 0:
                break
            i -= 1
        if i > 0 and read[i - 1].type == "NAME" and read[i - 1].end_pos == read[i].start_pos:
            i -= 1
    return read[max(i, 0) :]


class Right(NamedTuple):
    """The operand that begins at a token: what to write for it, each reading, and where it ends in the text."""

    ways: tuple[str, ...]
    end: int


def _right_operand(here: Token, after: list[Token], text: str) -> Right:
    """A number with its name, a call, a bracket to its end, a root or π with what follows; dots where it is long."""
    if here.type == "ROOT" and after:
        return _root_operand(here, after, text)
    if here.type == "PI" and after:
        factor = _right_operand(after[0], after[1:], text)
        return factor._replace(ways=tuple(each if each == "..." else f"pi*{each}" for each in factor.ways))
    tokens = [here]
    if after and here.type == "NUMBER" and after[0].type == "NAME" and after[0].start_pos == here.end_pos:
        tokens.append(after[0])
    rest = after[len(tokens) - 1 :]
    if here.type in OPENERS or (rest and rest[0].type == "LPAR" and rest[0].start_pos == tokens[-1].end_pos):
        depth = 0
        for token in [here, *after] if here.type in OPENERS else rest:
            depth += (token.type in OPENERS) - (token.type in OPENERS.values())
            if token is not here:
                tokens.append(token)
            if depth == 0:
                return Right((_shown(tokens, text),), tokens[-1].end_pos or 0)
        return Right(("...",), here.end_pos or 0)
    if rest and rest[0].type in OPERAND_START and rest[0].type != "LSQB" and str(tokens[-1]) in FUNCTIONS:  # x sin x
        call = _unbracketed(tokens[-1:], _right_operand(rest[0], rest[1:], text), rest[1:], text)
        if call is not None:
            return call if len(tokens) == 1 else call._replace(ways=tuple(f"{here}{each}" for each in call.ways))
    return Right((_shown(tokens, text),), tokens[-1].end_pos or 0)


def _root_operand(sign: Token, after: list[Token], text: str) -> Right:
    """√2, and √2x, which is read in two ways."""
    inside = _right_operand(after[0], after[1:], text)
    if "..." in inside.ways:
        return inside
    under, factor = (str(after[0]), 1) if after[0].type == "NUMBER" else ("pi", 3) if after[0].type == "PI" else ("", 0)
    if not under or inside.ways == (under,):
        return inside._replace(ways=tuple(f"{sign}{each}" for each in inside.ways))
    whole = [each if factor == 3 else f"{under}*{each[len(under) :]}" for each in inside.ways]
    return inside._replace(
        ways=(*(f"{sign}({under})*{each[len(under) + 1 :]}" for each in whole), *(f"{sign}({each})" for each in whole))
    )


def _shown(tokens: list[Token], text: str) -> str:
    """The text of some tokens, or dots where it is long."""
    whole = text[tokens[0].start_pos : tokens[-1].end_pos]
    return whole if len(whole) <= 30 else "..."


def _power_start(read: list[Token]) -> int:
    """Where the power begins whose exponent or operand was read last: x^2, sin^2(x)."""
    tokens = _operand_tokens(read)
    rest = read[: len(read) - len(tokens)]
    while len(rest) > 1 and rest[-1].type in ("NUMBER", "SUPERSCRIPT", "_POWER", "MINUS"):
        rest = rest[:-1]
    if len(rest) < len(read) - len(tokens) and rest and rest[-1].type == "NAME":
        return rest[-1].start_pos or 0
    return tokens[0].start_pos or 0


def missing_operand(at: Around) -> Place | None:
    """An operand is missing before or after an operator."""
    before, here, after, _, read, text = at
    if here is not None and here.type in ("_AND", "_OR") and after and after[0].type == "_DEFINE":
        return place(f"`{here}` is a word of the language", here, "give the value another name")
    if before is not None and (before.type in OPERATORS or before.type in ("COMPARE", "_DEFINE", "_COMMA")):
        sign = text[before.start_pos : before.end_pos]
        if here is None or here.type not in (*OPERATORS, "COMPARE"):
            return place(f"there is nothing after `{sign}`", before, "write its right operand")
        both = text[before.start_pos : here.end_pos]
        hint = {
            "//": "the whole part of a quotient is floor(a/b)",
            "<>": "write !=",
            "=>": "write >=",
            "=<": "write <=",
            "->": "a choice is if(condition, a, b)",
        }.get(both, "remove one, or write what belongs between")
        return Place(f"`{both}` is no operator", before.start_pos or 0, here.end_pos or 0, hint)
    if before is not None and before.type == "ROOT":
        message = f"`{before}` needs its operand in brackets"
        if here is not None and here.type == "MINUS" and after and after[0].type in OPERAND_START:
            operand = _right_operand(after[0], after[1:], text)
            ways = [f"{before}(-{each})" for each in operand.ways]
            return Place(message, before.start_pos or 0, operand.end, f"write {', or '.join(ways)}")
        return place(message, before, f"write {before}(...)")
    if here is not None and here.type == "SUPERSCRIPT" and (before is None or before.type not in OPERAND_END):
        hint = (
            "write the root as a power: x^(1/n)"
            if after and after[0].type == "ROOT"
            else "write what is raised before it"
        )
        return place(f"there is nothing before `{here}`", here, hint)
    if here is not None and here.type == "NOT" and before is not None and before.type in OPERAND_END:
        return place("`not` begins a condition", here, "put `and` or `or` before it")
    if (
        here is not None
        and here.type in ("_POWER", "SUPERSCRIPT")
        and before is not None
        and before.type in OPERAND_END
    ):
        return place(
            "a power of a power needs brackets", here, f"write ({text[_power_start(read) : before.end_pos]})^..."
        )
    if here is not None and (here.type in OPERATORS or here.type == "COMPARE"):
        return place(f"there is nothing before `{here}`", here, "write its left operand")
    if before is not None and before.type in OPENERS:
        return place(
            f"`{BRACKETS[before.type]}` is never closed",
            before,
            f"write what belongs in it, and {BRACKETS[OPENERS[before.type]]}",
        )
    return None
