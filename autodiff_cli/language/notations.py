"""Whole notations of other tools, recognised when a text could not be read: each says what to type instead.

A recogniser is given a statement. What it finds is one piece of that, and what to put there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ..errors import AdiffError, Source
from . import latex
from .foreign import known, meant, of_library
from .scan import (
    Piece,
    bare,
    closing,
    held,
    level,
    operand_after,
    operand_before,
    parts,
    pieces,
    statement,
    term_before,
)
from .spellings import DERIVATIVES, NUMBERS, PREFIXES

LONGEST, SHOWN = 4000, 120
_LIST = r"\w+(?:\s*,\s*\w+)*"
_NAMED = r"(?:(?:const|let|var)\s+)?(?:\w+\s*(?:\([^)]*\))?\s*[:=]\s*)?"
_BINDINGS = r"\{?\s*\w+\s*(?:->|→|:|=|==)\s*[^,{}]+(?:,\s*\w+\s*(?:->|→|:|=|==)\s*[^,{}]+)*\}?"
_CELL = re.compile(r"\$?([A-Z]{1,2})\$?([1-9]\d{0,3}):\$?([A-Z]{1,2})\$?([1-9]\d{0,3})")


class Reading(NamedTuple):
    """What is wrong with a piece of a statement, and what to put there: each of `write` by itself."""

    message: str
    start: int
    end: int
    write: tuple[str, ...] = ()
    tail: str = ""
    why: str = ""

    @property
    def hint(self) -> str:
        """What is told."""
        return f"write {', or '.join(self.write)}{self.tail}" if self.write else self.why


def reread(source: Source, at: int, *recognisers: Callable[[str], Reading | None]) -> AdiffError | None:
    """The error for a statement in another notation around an offset; None where it is in none that is known."""
    begin, end = (0, len(source.text.rstrip())) if source.text.count("\n") <= 1 else statement(source.text, at)
    for first, last in dict.fromkeys(((begin, end), statement(source.text, at))):
        text = source.text[first:last]
        found = reading(text, *recognisers) if len(text) <= LONGEST else None
        if found is not None:
            place = (first + found.start, first + found.end)
            return AdiffError("syntax", found.message, source=source, at=place, hint=found.hint)
    return None


def reading(text: str, *recognisers: Callable[[str], Reading | None], deep: int = 0) -> Reading | None:
    """The first recognised notation; where it is that of the whole text, what is put there is read on until it is ours."""
    for recognise in recognisers or RECOGNISERS:
        found = recognise(text)
        if found is None or found.write == (text,):
            continue
        if len(found.write) != 1 or found.tail or deep > 5:
            return found
        if found.start == 0 and found.end == len(text):
            return found._replace(write=(_ours(found.write[0], deep),))
        rest = text[: found.start] + found.write[0] + text[found.end :]
        if deep == 0 and len(text) <= SHOWN and not _reads(rest) and _reads(full := _ours(rest, deep)):
            return found._replace(start=0, end=len(text), write=(full,))
        return found
    return None


def _ours(text: str, deep: int) -> str:
    """A text with every piece of another notation replaced."""
    for _ in range(8):
        if _reads(text):
            return text
        found = reading(text, deep=deep + 1) or _called_elsewhere(text)
        if found is None or len(found.write) != 1 or found.tail:
            return text
        text = text[: found.start] + found.write[0] + text[found.end :]
    return text


def _called_elsewhere(text: str) -> Reading | None:
    """The first call of a function by its name elsewhere."""
    found = pieces(text)
    for k, each in enumerate(found[:-1]):
        end = closing(found, k + 1) if each.kind == "name" and found[k + 1].text == "(" else None
        if end is not None:
            inside = text[found[k + 1].end : found[end].start].strip()
            other = meant(each.text, parts(inside) if inside else [])
            if other is not None and other.write:
                return Reading("", each.start, found[end].end, other.write[:1] if len(other.write) == 1 else ())
    return None


def _reads(text: str) -> bool:
    """Whether a text is an expression of the language, as far as its syntax goes and its functions are known."""
    from .parser import reads

    calls = re.findall(r"([^\W\d]\w*)\s*[(\[]", text)
    return reads(text) and not any(name not in ("if", "diff") and meant(name, ["x"]) is not None for name in calls)


def _whole(text: str, message: str, write: str, tail: str = "") -> Reading:
    return Reading(message, 0, len(text), (write.strip(),), tail)


# What stands around an expression.


def _wrapped(text: str) -> Reading | None:
    """lambda x: ..., def f(x): return ..., x => ..., @(x) ..., let g = ..., =A1*2."""
    forms = (
        (rf"{_NAMED}lambda\s+{_LIST}\s*:\s*(.+)", "`lambda` is Python: the expression alone is wanted"),
        (r"def\s+\w+\s*\([^)]*\)\s*(?:->\s*\w+\s*)?:\s*(?:return\b\s*)?(.+)", "`def` is Python: the expression alone is wanted"),
        (rf"{_NAMED}function\s*\w*\s*\([^)]*\)\s*\{{\s*return\s+(.+?);?\s*\}};?",
         "`function` is JavaScript: the expression alone is wanted"),
        (r"function\s*\([^)]*\)\s*([^{].*)", "`function` is R: the expression alone is wanted"),
        (rf"{_NAMED}@\s*\(\s*{_LIST}\s*\)\s*(.+)", "`@(...)` is MATLAB: the expression alone is wanted"),
        (r"return\s+(.+?);?", "`return` is no word of the language"),
        (r"print\s*\((.+)\);?", "`print` is no function of the language"),
        (r"(?:let|var|double|float|auto|real|local|val|set)\s+(\w+\s*(?:\([\w\s,]*\))?\s*=[^=].*?);?",
         "a definition begins with its name"),
        (r"=\s*([^=].*)", "an expression does not begin with `=`"),
        (r"\$+([^$]+)\$+", "this is LaTeX"),
    )  # fmt: skip
    for pattern, message in forms:
        if found := re.fullmatch(pattern, text.strip(), re.DOTALL):
            return _whole(text, message, found[1].rstrip("; "))
    if found := re.fullmatch(r"([^:=]+):=(.+)", text.strip(), re.DOTALL):
        return _whole(text, "a definition is written with `=`", f"{found[1].strip()} = {found[2].strip()}")
    arrow = re.fullmatch(
        rf"{_NAMED}\(?\s*({_LIST})\s*\)?\s*(=>|->|\|->|↦|→)\s*(.+)",
        re.sub(r"^(?:fun|fn|func|\\)\s*(?=\w)", "", text.strip()),
        re.DOTALL,
    )
    if arrow and any(re.search(rf"\b{name.strip()}\b", arrow[3]) for name in arrow[1].split(",")):
        return _whole(
            text, f"`{arrow[2]}` makes a function elsewhere: the expression alone is wanted", arrow[3].rstrip("; ")
        )
    return None


def _derivative(text: str) -> Reading | None:
    """d/dx x^2, d(x^2)/dx, D[x^2, x], derivative of x^2: diff differentiates."""
    d = r"(?:\\?mathrm\{d\}|[dD∂]|\\partial)"
    line = text.strip()
    forms = (
        rf"\(?\s*{d}\s*(?:\^\s*\{{?(?P<n>[2-9])\}}?|(?P<m>[²³]))?\s*/\s*{d}\s*(?P<x>[^\W\d_]\w*?)(?:\^\{{?[2-9]\}}?|[²³])?\s*\)?"
        r"\s*(?=[\s(\[*])\*?\s*(?P<f>.+)",
        rf"\\[dt]?frac\s*\{{\s*{d}\s*(?:\^\s*\{{?(?P<n>[2-9])\}}?)?\s*\}}\s*\{{\s*{d}\s*(?P<x>[^\W\d_])\s*(?:\^\{{?[2-9]\}}?)?\s*\}}"
        r"\s*(?P<f>.+)",
        rf"{d}\s*\((?P<f>.+)\)\s*/\s*{d}\s*(?P<x>[^\W\d_]\w*)",
        r"[dD]_(?P<x>[^\W\d_])\s*(?P<f>[\s(\[].+)",
        r"(?:the\s+|find\s+|compute\s+)*(?:first\s+)?(?:derivative|differentiate|gradient|slope|diff|deriv|grad)\b\s*(?:of\s+)?"
        r"(?P<f>[^(\[\s].*?|\s\(.*?)(?:\s+(?:with respect to|wrt|w\.r\.t\.|by)\s+(?P<x>\w+))?",
        r"\((?P<f>.+)\)['′’]",
    )  # fmt: skip
    for form in forms:
        found = re.fullmatch(form, line, re.DOTALL)
        if found is None:
            continue
        has = found.groupdict()
        inside = bare(has["f"].strip())
        if inside.startswith("[") and inside.endswith("]"):
            inside = inside[1:-1].strip()
        order = has.get("n") or {"²": "2", "³": "3"}.get(has.get("m") or "")
        tail = f", and adiff diff {'--order ' + order + ' ' if order else ''}differentiates it"
        return _whole(text, "the expression alone is wanted, without a sign for its derivative", _ours(inside, 1), tail)
    called = re.fullmatch(rf"({'|'.join(DERIVATIVES)})\s*([(\[])(.+)[)\]]", line, re.DOTALL)
    if called is not None:
        inside = parts(called[3])
        found_pieces = pieces(line)
        if len(inside) in (2, 3) and closing(found_pieces, 1) == len(found_pieces) - 1 and inside[1].isidentifier():
            order = inside[2] if len(inside) == 3 else ""
            tail = f", and adiff diff {'--order ' + order + ' ' if order else ''}differentiates it"
            message = "the expression alone is wanted, without a sign for its derivative"
            return _whole(text, message, _ours(inside[0], 1), tail)
    return None


def inside_diff(text: str) -> list[str] | None:
    """The operands of diff(expression, x), where a text is that and nothing else."""
    found = pieces(text)
    if len(found) < 4 or found[0].text != "diff" or found[1].text != "(" or closing(found, 1) != len(found) - 1:
        return None
    return parts(text[found[1].end : found[-1].start].strip())


def _bound_beside(text: str) -> Reading | None:
    """x^2 where x=3, x^2 /. x -> 3."""
    pattern = rf"(.+?)\s*(?:/\.|@(?=\s*\w+\s*=)|\|_?\s*(?=\{{?\s*\w+\s*(?:=|->))|\b(?:where|at|when|for|with|given|evaluated at|@)\b)\s*({_BINDINGS})"
    found = re.fullmatch(pattern, text.strip(), re.DOTALL)
    if found is None:
        return None
    each = [re.split(r"->|→|:|==|=", part, maxsplit=1) for part in found[2].strip("{} ").split(",")]
    binding = " ".join(f"{name.strip()}={value.strip()}" for name, value in each)
    message = "values stand beside the expression, not in it"
    return _whole(text, message, _ours(found[1].strip(), 1), f", and bind {binding} beside it")


# Notations of a whole expression.


def _latex(text: str) -> Reading | None:
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
    return _whole(text, shown, write)


def _wolfram(text: str) -> Reading | None:
    """Sin[x], x*Sin[1/x], Log[2, x]; functions here take round brackets."""
    found = pieces(text)
    for k, each in enumerate(found[:-1]):
        if each.kind != "name" or found[k + 1].text != "[" or found[k + 1].start != each.end:
            continue
        end = closing(found, k + 1)
        if end is None or not (known(each.text) or each.text in DERIVATIVES or known(f"Arc{each.text}")):
            continue
        message = f"`{each.text}[...]` is Wolfram's: a function takes round brackets"
        inside = [_ours(_products(part), 2) for part in parts(text[found[k + 1].end : found[end].start].strip())]
        other = meant(each.text, inside)
        if other is not None and other.why:
            return Reading(message, each.start, found[end].end, why=other.why)
        write = _called(each.text, inside, wolfram=True)
        if len(write) == 1 and (each.start, found[end].end) != (0, len(text)):
            rest = _products(text[: each.start] + write[0] + text[found[end].end :])
            if not _reads(text[: each.start] + write[0] + text[found[end].end :]) and _reads(full := _ours(rest, 2)):
                return _whole(text, message, full)
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


def _called(name: str, operands: list[str], *, wolfram: bool = False) -> tuple[str, ...]:
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


def _dotted(text: str) -> Reading | None:
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
            operands = [_ours(part, 2) for part in parts(inside)] if inside else []
            if first not in PREFIXES:  # x.sin()
                operands, first = [found[1][:-1], *operands], ""
            own = of_library(found[0], operands)
            write = own.write if own is not None and first else _called(found[2], operands)
            if not first and not known(found[2]):
                continue
            message = f"`{found[1]}` is no part of the language" if first else "a function stands before its operand"
            why = "" if own is not None and first else getattr(meant(found[2], operands), "why", "")
            return Reading(message, found.start(), each[end].end, () if why else write, why=why)
        if not call and first in PREFIXES and found[2] in NUMBERS:
            number = NUMBERS[found[2]]
            return Reading(f"`{found[1]}` is no part of the language", found.start(), found.end(), (number,))
    return None


def _element_by_element(text: str) -> Reading | None:
    """x.^2, a.*b, a./b, and the points in sin.(x)."""
    if not re.search(r"[^\d\s]\s*\.[*/^]|[^\W\d]\w*\.\(|\d\.\^", text):
        return None
    write = re.sub(r"(?<=\w)\.(?=\()", "", re.sub(r"\.(\*\*|[*/^])", r"\1", text))
    return _whole(text, "operators have no points here: they go element by element", write)


# Signs.


def _choice(text: str) -> Reading | None:
    """c ? a : b, and a if c else b."""
    found = pieces(text)
    for k, each in enumerate(found):
        if each.text == "?":
            first, last = level(found, k)
            colon = _colon(found, k, last)
            if colon is None or first == k or colon + 1 >= last:
                return None
            start = found[first].start + _defines(text[found[first].start : each.start])
            condition = text[start : each.start].strip()
            yes = _ours(text[each.end : found[colon].start].strip(), 2)
            no = _ours(text[found[colon].end : found[last - 1].end].strip(), 2)
            write = f"if({bare(condition)}, {bare(yes)}, {bare(no)})"
            return Reading("a choice is written with `if`", start, found[last - 1].end, (write,))
    for k, each in enumerate(found):
        if (
            each.text == "if"
            and k > 0
            and (k + 1 >= len(found) or found[k + 1].text != "(" or each.end < found[k + 1].start)
        ):
            first, last = level(found, k)
            other = next((i for i in range(k, last) if found[i].text == "else"), None)
            if other is None or first == k or other + 1 >= last:
                return None
            start = found[first].start + _defines(text[found[first].start : each.start])
            yes, condition = text[start : each.start].strip(), text[each.end : found[other].start].strip()
            no = _ours(text[found[other].end : found[last - 1].end].strip(), 2)
            write = f"if({bare(condition)}, {bare(yes)}, {bare(no)})"
            return Reading("a choice is written with `if`", start, found[last - 1].end, (_ours(write, 2),))
    words = re.fullmatch(r"if\s+(.+?)\s*(?:\bthen\b|:)\s*(.+?)\s*\belse\b\s*:?\s*(.+)", text.strip(), re.DOTALL)
    if words is not None:
        return _whole(text, "a choice is written with `if`", f"if({words[1]}, {words[2]}, {_ours(words[3], 2)})")
    return None


def _colon(found: list[Piece], k: int, last: int) -> int | None:
    """The colon of the question mark at piece `k`."""
    open_ = 0
    for i in range(k, last):
        open_ += (found[i].text == "?") - (found[i].text == ":")
        if open_ == 0:
            return i
    return None


def _defines(text: str) -> int:
    """How long the `name =` is at the beginning of a text."""
    found = re.match(r"\s*\w+\s*(?:\([\w\s,]*\))?\s*=(?!=)\s*", text)
    return found.end() if found else 0


def _bars(text: str) -> Reading | None:
    """|x|, ||v||."""
    if (double := re.search(r"(?<![\w)\]])\s*\|\|\s*([^|]+?)\s*\|\|", text)) is not None:
        start = text.index("||")
        return Reading("`||...||` is no bracket here", start, double.end(), (f"norm({double[1]})",))
    if "||" in text:
        return None
    for found in re.finditer(r"\|\s*([^|]+?)\s*\|", text):
        before = text[: found.start()].rstrip()
        if found[1][-1] in "+-*/^(,=<>":
            continue
        if not before or before[-1] in "+-*/^(,=<>·×÷[" or before[-1].isdigit():
            return Reading("`|...|` is no bracket here", found.start(), found.end(), (f"abs({found[1]})",))
        name = re.search(r"[^\W\d]\w*$", before)
        if name is not None and known(name[0]):  # ln|x|
            write = _called(name[0], [f"abs({found[1]})"])
            return Reading("`|...|` is no bracket here", name.start(), found.end(), write)
        if (
            found.start() == len(before)
            and not found[0][1].isspace()
            and text[found.end() - 2 : found.end() - 1].strip()
        ):
            each = pieces(before)
            begin = operand_before(each, len(each))
            start = each[begin].start if begin is not None else found.start()
            write = f"{text[start : found.start()]}*abs({found[1]})"
            return Reading("`|...|` is no bracket here", start, found.end(), (write,))
    return None


_SAID = (
    (r"\b(?:the\s+)?(?:square\s+)?root\s+of\s+(\w+|\([^()]*\))", r"sqrt(\1)"), (r"\s+(?:to\s+the\s+)?(?:power\s+of|power)\s+", "^"),
    (r"\s+squared\b", "^2"), (r"\s+cubed\b", "^3"), (r"\s+(?:times|multiplied\s+by)\s+", "*"), (r"\s+plus\s+", " + "),
    (r"\s+minus\s+", " - "), (r"\s+(?:over|divided\s+by)\s+", "/"), (r"\s+to\s+the\s+", "^"), (r"\bminus\s+", "-"),
)  # fmt: skip


def _said(text: str) -> Reading | None:
    """x squared plus 2 times x, the square root of x."""
    write = text
    for pattern, sign in _SAID:
        write = re.sub(pattern, sign, write)
    return _whole(text, "signs are wanted, not words", write) if write != text and _reads(write) else None


def _asked(text: str) -> Reading | None:
    """integrate x^2, solve x^2 = 4, plot x^2, and an expression in quotes."""
    quoted = re.fullmatch(r"([\"'“”«»‘`])(.+)([\"'“”«»’`])", text.strip(), re.DOTALL)
    if quoted is not None and not re.search(r"[\"“”«»`]", quoted[2]):
        return _whole(text, "the quotes are for the shell", quoted[2])
    found = re.match(
        r"(?:the\s+)?(integrate|integral|∫|limit|lim|solve|roots?)\b\s*(?:of|for|as)?(?=\s*[^\s(\[])", text.strip()
    )
    if found is not None or text.strip().startswith("∫"):
        word = found[1] if found is not None else "∫"
        return Reading(f"`{word}` is no word of the language", 0, len(text), why=(
            "there are no limits here" if word.startswith("lim") else "there are no equations here: an expression is differentiated"
            if word in ("solve", "root", "roots") else "there are no integrals here"))  # fmt: skip
    found = re.fullmatch(r"(plot|draw|graph|simplify|expand|factor|evaluate|compute|calculate|minimize|maximize|find)\s+([^\s=(\[].*)",
                         text.strip(), re.DOTALL)  # fmt: skip
    return _whole(text, f"`{found[1]}` is no word of the language", _ours(found[2], 1)) if found is not None else None


def _mathematical(text: str) -> Reading | None:
    """⌊x⌋, ⌈x⌉, ¬a, a ∧ b, a ∨ b."""
    for left, right, name in (("⌊", "⌋", "floor"), ("⌈", "⌉", "ceil"), ("‖", "‖", "norm")):
        inside = re.search(rf"{left}\s*([^{left}{right}]+?)\s*{right}", text)
        if inside is not None:
            return Reading(f"`{left}` is no bracket here", *inside.span(), (f"{name}({inside[1]})",))
    found = pieces(text)
    for k, each in enumerate(found):
        if each.text in ("∧", "∨"):
            return Reading(
                f"`{each.text}` is no operator here", each.start, each.end, ("and" if each.text == "∧" else "or",)
            )
        if each.text == "¬" and (end := operand_after(found, k + 1)) is not None:
            operand = text[found[k + 1].start : found[end - 1].end]
            return Reading("`¬` is no operator here", each.start, found[end - 1].end, (f"not {operand}",))
    return None


def _postfix(text: str) -> Reading | None:
    """x!, 5%, 90°."""
    found = pieces(text)
    for k, each in enumerate(found):
        if each.text not in ("!", "%", "°") or k == 0:
            continue
        following = found[k + 1] if k + 1 < len(found) else None
        begin = operand_before(found, k)
        if begin is None:
            continue
        operand = text[found[begin].start : found[k - 1].end]
        if each.text == "!":
            if following is not None and following.text == "!":
                return Reading("there is no double factorial", found[begin].start, following.end, why="write its product out, "
                               "as prod(i, 1, n, 2i)")  # fmt: skip
            inside = (f"gamma({bare(operand)} + 1)",)
            return Reading("`!` is no operator here", found[begin].start, each.end, inside)
        if each.text == "%" and following is not None and (following.kind in ("name", "number", "open")):
            continue
        tight = found[begin - 1].text in ("/", "^", "**", "÷") if begin > 0 else False
        raised = following is not None and (following.kind == "raised" or following.text in ("^", "**"))
        value = f"{held(operand)}/100" if each.text == "%" else f"{held(operand)}*pi/180"
        what = "`%` is no part of a number" if each.text == "%" else "angles are in radians"
        return Reading(what, found[begin].start, each.end, (f"({value})" if tight or raised else value,))
    return None


def _between(text: str) -> Reading | None:
    """a % b, a // b, a @ b, a && b, a || b, !a, a ± b."""
    found = pieces(text)
    calls = {"%": "mod({}, {})", "//": "floor({}/{})", "@": "dot({}, {})"}
    for k, each in enumerate(found):
        if each.text in calls and k > 0:
            begin, end = term_before(found, k), operand_after(found, k + 1)
            if begin is None or end is None:
                continue
            left, right = text[found[begin].start : found[k - 1].end], text[found[k + 1].start : found[end - 1].end]
            shown = (held(left) if "*" not in left else left, held(right)) if each.text == "//" else (left, right)
            write = calls[each.text].format(*shown)
            return Reading(f"`{each.text}` is no operator here", found[begin].start, found[end - 1].end, (write,))
        if each.text in "&|" and k > 0:
            double = k + 1 < len(found) and found[k + 1].text == each.text and found[k + 1].start == each.end
            if text.count("|") > 2 and each.text == "|":
                return None
            word = "and" if each.text == "&" else "or"
            end = each.end + double
            return Reading(f"`{text[each.start : end]}` is no operator here", each.start, end, (word,))
        if each.text == "!" and k + 1 < len(found) and found[k + 1].start == each.end:
            after = operand_after(found, k + 1)
            if after is not None:
                operand = bare(text[found[k + 1].start : found[after - 1].end])
                first, _ = level(found, k)
                write = f"not ({operand})" if first == k or found[k - 1].text in ("&", "|") else f"(not ({operand}))"
                return Reading("`!` is no operator here", each.start, found[after - 1].end, (write,))
        if each.text in ("±", "∓") and text.count("±") + text.count("∓") == 1:
            plus, minus = (text[: each.start] + sign + text[each.end :] for sign in "+-")
            return _whole(text, f"`{each.text}` is two expressions", f"{plus}, {minus}")
    return None


def _call_of(found: list[Piece], k: int) -> tuple[int, int] | None:
    """First and last piece of the call whose brackets hold piece `k`."""
    depth = 0
    for i in range(k, -1, -1):
        depth += (found[i].kind == "close") - (found[i].kind == "open")
        if depth < 0:
            end = closing(found, i)
            return None if end is None or i == 0 or found[i - 1].kind != "name" else (i - 1, end)
    return None


def _semicolons(text: str) -> Reading | None:
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
        write = _called(found[begin].text, [_ours(part, 2) for part in operands])
        return Reading("operands are separated by commas", found[begin].start, found[end].end, write)
    return None


def _cells(text: str) -> Reading | None:
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


def _equal_in_a_call(text: str) -> Reading | None:
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


def _pieces_of_sympy(text: str) -> Reading | None:
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


def _constants(text: str) -> Reading | None:
    """pi(), PI(), e()."""
    found = re.search(r"(?<!\w)(pi|e|inf)\s*\(\s*\)", text, re.IGNORECASE)
    return Reading(f"`{found[1]}` is a number", *found.span(), (found[1].casefold(),)) if found else None


def _arrow_compares(text: str) -> Reading | None:
    """x => 2 where a function makes no sense, =<, <>, and = <."""
    found = re.search(r"=>|=<|<>|≥=|≤=|===|!==|=!=|~=|\\=|/=", text)
    if found is None or (found[0] == "/=" and "==" not in text and not re.search(r"\bif\b", text)):
        return None
    sign = {"=>": ">=", "=<": "<=", "===": "=="}.get(found[0], "!=")
    sign = {"≥": ">=", "≤": "<="}.get(found[0][0], sign)
    return Reading(f"`{found[0]}` is no comparison", *found.span(), (sign,))


def _equation(text: str) -> Reading | None:
    """x^2 + y^2 = 1, y' = x^2, dy/dx = x^2."""
    found = pieces(text)
    signs = [
        k
        for k, each in enumerate(found)
        if each.text == "=" and level(found, k)[0] == 0 and not (k + 1 < len(found) and found[k + 1].text == "=")
        and not (k > 0 and found[k - 1].text == "=")
    ]  # fmt: skip
    if len(signs) != 1 or signs[0] in (0, len(found) - 1) or found[signs[0] - 1].kind in ("sign", "comma", "other"):
        return None
    k = signs[0]
    left, right = text[: found[k].start].strip(), text[found[k].end :].strip()
    if re.fullmatch(r"(?:const\s+)?[^\W\d]\w*(?:\s*\([\w\s,]*\))?", left) or (_reads(left) and not _reads(right)):
        return None
    if re.fullmatch(r"(?:\w+\s*['′’]+(?:\s*\(\w*\))?|[d∂]\s*\w*\s*/\s*[d∂]\s*\w+)", left):
        return _whole(text, "an equation is not differentiated", _ours(right, 1), " for the right side alone")
    if not _reads(left) or any(each.kind == "compare" for each in found):
        return None
    difference = left if right == "0" else f"{left} - {held(right)}"
    return _whole(text, "an equation is not differentiated", difference, ", the left side minus the right")


def _thousands(text: str) -> Reading | None:
    """1'000 and 1 000 000."""
    found = re.search(r"(?<![\w.])\d{1,3}(?:(?:['’]\d{3})+|(?:[   ]\d{3})+)(?![\w])", text)
    if found is None:
        return None
    return Reading(f"`{found[0]}` is no number", *found.span(), (re.sub(r"\D", "", found[0]),))


def _braces(text: str) -> Reading | None:
    """{1, 2, 3} is a list in Wolfram's language."""
    found = pieces(text)
    for k, each in enumerate(found):
        if each.text == "{" and (end := closing(found, k)) is not None:
            inside = text[each.end : found[end].start].strip()
            write = f"[{inside}]" if len(parts(inside)) > 1 else f"({inside})"
            return Reading("braces are no brackets here", each.start, found[end].end, (write,))
    return None


RECOGNISERS: tuple[Callable[[str], Reading | None], ...] = (
    _wrapped, _derivative, _bound_beside, _asked, _said, _latex, _pieces_of_sympy, _wolfram, _dotted, _element_by_element, _choice,
    _semicolons, _mathematical, _cells, _thousands, _constants, _postfix, _bars, _between, _arrow_compares, _equal_in_a_call, _equation, _braces,
)  # fmt: skip

# Those of texts that the grammar reads, but in which a name is none.
READABLE: tuple[Callable[[str], Reading | None], ...] = (_derivative, _wolfram, _constants)
