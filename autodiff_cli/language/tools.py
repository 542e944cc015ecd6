"""The notations of LaTeX, Wolfram, spreadsheets, NumPy and MATLAB."""

from __future__ import annotations

import re

from . import latex
from .foreign import known, meant, of_library
from .reading import Reading, ours, reads, whole_text
from .scan import Piece, closing, parts, pieces
from .spellings import DERIVATIVES, NUMBERS, PREFIXES

_CELL = re.compile(r"\$?([A-Z]{1,2})\$?([1-9]\d{0,3}):\$?([A-Z]{1,2})\$?([1-9]\d{0,3})")


def of_latex(text: str) -> Reading | None:
    """A formula in LaTeX, translated whole; or the first command that has no translation."""
    if not latex.is_latex(text):
        return None
    commands = list(re.finditer(r"\\[A-Za-z]+", text))
    command = next((each for each in commands if not latex.is_known(each[0][1:])), commands[0] if commands else None)
    shown = f"`{command[0]}` is LaTeX" if command else "braces are LaTeX" if "{" in text else "this is LaTeX"
    try:
        write = latex.translated(text)
    except latex.Untold as untold:
        if command is None:
            return None
        why = str(untold) or "write functions by name, with round brackets: sin(x), sqrt(x), (a)/(b)"
        return Reading(shown, command.start(), command.end(), why=why)
    return whole_text(text, shown, write)


def of_wolfram(text: str) -> Reading | None:
    """Sin[x], x*Sin[1/x], Log[2, x]; functions here take round brackets."""
    found = pieces(text)
    for k, each in enumerate(found[:-1]):
        if each.kind != "name" or found[k + 1].text != "[" or found[k + 1].start != each.end:
            continue
        end = closing(found, k + 1)
        if end is None or not (known(each.text) or each.text in DERIVATIVES or known(f"Arc{each.text}")):
            continue
        message = f"`{each.text}[...]` is Wolfram's: a function takes round brackets"
        inside = [ours(_products(part), 2) for part in parts(text[found[k + 1].end : found[end].start].strip())]
        other = meant(each.text, inside)
        if other is not None and other.why:
            return Reading(message, each.start, found[end].end, why=other.why)
        write = called(each.text, inside, wolfram=True)
        if len(write) == 1 and (each.start, found[end].end) != (0, len(text)):
            rest = _products(text[: each.start] + write[0] + text[found[end].end :])
            if not reads(text[: each.start] + write[0] + text[found[end].end :]) and reads(full := ours(rest, 2)):
                return whole_text(text, message, full)
        return Reading(message, each.start, found[end].end, write)
    return None


def _products(text: str) -> str:
    """Wolfram's text with its constants by our names, and a sign between factors that only a blank divides."""
    found = pieces(text)
    write = ""
    for k, each in enumerate(found):
        last = found[k - 1] if k else None
        if last is not None:
            factor = last.kind in ("number", "name", "close") and each.kind in ("number", "name", "open")
            tight = last.end == each.start and (last.kind == "name" or each.text == "[")
            words = {last.text, each.text} & {"and", "or", "not", "if", "else"}
            write += "*" if factor and not tight and not words else text[last.end : each.start]
        write += {"Pi": "pi", "E": "e", "Infinity": "inf"}.get(each.text, each.text)
    return write


def called(name: str, operands: list[str], *, wolfram: bool = False) -> tuple[str, ...]:
    """A call of a function by its name elsewhere."""
    if wolfram and name == "Log" and len(operands) == 2:
        operands = operands[::-1]  # the base comes first there
    if wolfram and name == "ArcTan" and len(operands) == 2:
        operands = operands[::-1]
    if name in DERIVATIVES:
        return (f"diff({', '.join(each.strip('{}') for each in operands)})",)
    found = meant(name, operands)
    if found is not None and found.write:
        return found.write
    return (f"{name.casefold() if wolfram else name}({', '.join(operands)})",)


def dotted(text: str) -> Reading | None:
    """np.sin(x), Math.PI, torch.nn.functional.relu(x), x.sin(), std::exp(x)."""
    for found in re.finditer(r"(?<![\w.])((?:[^\W\d]\w*(?:\.|::))+)([^\W\d]\w*)", text):
        first = re.split(r"\.|::", found[1])[0]
        each = pieces(text)
        k = next(i for i, piece in enumerate(each) if piece.end == found.end())
        call = k + 1 < len(each) and each[k + 1].text == "("
        end = closing(each, k + 1) if call else None
        if first not in PREFIXES and found[1].count(".") != 1:
            continue
        if call and end is not None:
            inside = text[each[k + 1].end : each[end].start].strip()
            operands = [ours(part, 2) for part in parts(inside)] if inside else []
            if first not in PREFIXES:  # x.sin()
                operands, first = [found[1][:-1], *operands], ""
            own = of_library(found[0], operands)
            write = own.write if own is not None and first else called(found[2], operands)
            if not first and not known(found[2]):
                continue
            message = f"`{found[1]}` is no part of the language" if first else "a function stands before its operand"
            why = "" if own is not None and first else getattr(meant(found[2], operands), "why", "")
            return Reading(message, found.start(), each[end].end, () if why else write, why=why)
        if not call and first in PREFIXES and found[2] in NUMBERS:
            number = NUMBERS[found[2]]
            return Reading(f"`{found[1]}` is no part of the language", found.start(), found.end(), (number,))
    return None


def element_by_element(text: str) -> Reading | None:
    """x.^2, a.*b, a./b, and the points in sin.(x)."""
    if not re.search(r"[^\d\s]\s*\.[*/^]|[^\W\d]\w*\.\(|\d\.\^", text):
        return None
    write = re.sub(r"(?<=\w)\.(?=\()", "", re.sub(r"\.(\*\*|[*/^])", r"\1", text))
    return whole_text(text, "operators have no points here: they go element by element", write)


def _call_of(found: list[Piece], k: int) -> tuple[int, int] | None:
    """First and last piece of the call whose brackets hold piece `k`."""
    depth = 0
    for i in range(k, -1, -1):
        depth += (found[i].kind == "close") - (found[i].kind == "open")
        if depth < 0:
            end = closing(found, i)
            return None if end is None or i == 0 or found[i - 1].kind != "name" else (i - 1, end)
    return None


def semicolons(text: str) -> Reading | None:
    """IF(a > 0; b; c), max(1,5; 2,5), log(x;2): operands apart by semicolons, and then perhaps decimal commas."""
    found = pieces(text)
    for k, each in enumerate(found):
        if each.text != ";":
            continue
        call = _call_of(found, k)
        if call is None:
            return None
        begin, end = call
        inside = text[found[begin + 1].end : found[end].start]
        operands = [re.sub(r"(?<=\d)\s*,\s*(?=\d)", ".", part) for part in parts(inside, ";")]
        operands = [re.sub(r"(?<![<>=!])=(?!=)", "==", part).replace("<>", "!=") for part in operands]
        write = called(found[begin].text, [ours(part, 2) for part in operands])
        return Reading("operands are separated by commas", found[begin].start, found[end].end, write)
    return None


def cells(text: str) -> Reading | None:
    """A1:A3 and $A$1 of spreadsheets."""
    found = _CELL.search(text)
    if found is not None and found[1] == found[3]:
        first, last = int(found[2]), int(found[4])
        if first <= last < first + 30:
            names = ", ".join(f"{found[1]}{i}" for i in range(first, last + 1))
            return Reading("`:` makes no range here", *found.span(), (f"[{names}]",))
    dollars = re.search(r"\$([A-Z]{1,2})\$?([1-9]\d*)|([A-Z]{1,2})\$([1-9]\d*)", text)
    if dollars is not None:
        return Reading("names have no `$`", *dollars.span(), (dollars[0].replace("$", ""),))
    return None


def equal_in_a_call(text: str) -> Reading | None:
    """IF(A1=0, 1, 2): one `=` inside brackets compares."""
    found = pieces(text)
    for k, each in enumerate(found):
        if each.text != "=" or (k + 1 < len(found) and found[k + 1].text == "=" and found[k + 1].start == each.end):
            continue
        if (call := _call_of(found, k)) is not None and found[call[0]].text.casefold() in (
            "if",
            "ifelse",
            "where",
            "iif",
            "piecewise",
        ):
            return Reading("`=` defines a name, and does not compare", each.start, each.end, ("==",))
    return None


def of_sympy(text: str) -> Reading | None:
    """Piecewise((a, c), (b, True)), and {{a, c}, {b, True}} in square brackets."""
    found = re.search(r"[Pp]iecewise\s*[(\[]", text)
    if found is None:
        return None
    each = pieces(text)
    k = next(i for i, piece in enumerate(each) if piece.end == found.end())
    end = closing(each, k)
    if end is None:
        return None
    inside = text[each[k].end : each[end].start].strip()
    if inside.startswith("{{") and inside.endswith("}"):
        inside = inside[1:-1]
    operands: list[str] = []
    for part in parts(inside):
        pair = parts(part[1:-1]) if part[:1] in "({" and part[-1:] in ")}" else []
        if len(pair) != 2:
            return None
        operands += [pair[0]] if pair[1] in ("True", "true") else [pair[1], pair[0]]
    write = meant("piecewise", operands)
    return Reading("a choice is written with `if`", found.start(), each[end].end, write.write) if write else None


def constants(text: str) -> Reading | None:
    """pi(), PI(), e()."""
    found = re.search(r"(?<!\w)(pi|e|inf)\s*\(\s*\)", text, re.IGNORECASE)
    return Reading(f"`{found[1]}` is a number", *found.span(), (found[1].casefold(),)) if found else None


def braces(text: str) -> Reading | None:
    """{1, 2, 3} is a list in Wolfram's language."""
    found = pieces(text)
    for k, each in enumerate(found):
        if each.text == "{" and (end := closing(found, k)) is not None:
            inside = text[each.end : found[end].start].strip()
            write = f"[{inside}]" if len(parts(inside)) > 1 else f"({inside})"
            return Reading("braces are no brackets here", each.start, found[end].end, (write,))
    return None
