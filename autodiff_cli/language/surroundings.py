"""What stands around an expression elsewhere, and does not here: lambda, d/dx, where x=3, plot, an equals sign."""

from __future__ import annotations

import re

from .reading import Reading, ours, reads, whole_text
from .scan import bare, closing, held, level, parts, pieces, term_before
from .spellings import DERIVATIVES

_LIST = r"\w+(?:\s*,\s*\w+)*"
_NAMED = r"(?:(?:const|let|var)\s+)?(?:\w+\s*(?:\([^)]*\))?\s*[:=]\s*)?"
_BINDINGS = r"\{?\s*\w+\s*(?:->|→|:|=|==)\s*[^,{}]+(?:,\s*\w+\s*(?:->|→|:|=|==)\s*[^,{}]+)*\}?"


_WRAPPERS = (
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


def wrapped(text: str) -> Reading | None:
    """lambda x: ..., def f(x): return ..., x => ..., @(x) ..., let g = ..., =A1*2."""
    for pattern, message in _WRAPPERS:
        if found := re.fullmatch(pattern, text.strip(), re.DOTALL):
            return whole_text(text, message, found[1].rstrip("; "))
    if found := re.fullmatch(r"([^:=]+):=(.+)", text.strip(), re.DOTALL):
        return whole_text(text, "a definition is written with `=`", f"{found[1].strip()} = {found[2].strip()}")
    arrow = re.fullmatch(
        rf"{_NAMED}\(?\s*({_LIST})\s*\)?\s*(=>|->|\|->|↦|→)\s*(.+)",
        re.sub(r"^(?:fun|fn|func|\\)\s*(?=\w)", "", text.strip()),
        re.DOTALL,
    )
    if arrow and any(re.search(rf"\b{name.strip()}\b", arrow[3]) for name in arrow[1].split(",")):
        return whole_text(
            text, f"`{arrow[2]}` makes a function elsewhere: the expression alone is wanted", arrow[3].rstrip("; ")
        )
    return None


_D = r"(?:\\?mathrm\{d\}|[dD∂]|\\partial)"
_TO_X = r"(?P<x>[^\W\d_]\w*?)(?:\^\{?[2-9]\}?|[²³])?"
_DERIVED = [
    re.compile(form, re.DOTALL)
    for form in (
        # d/dx x^2, (d^2/dx^2) x^4
        rf"\(?\s*{_D}\s*(?:\^\s*\{{?(?P<n>[2-9])\}}?|(?P<m>[²³]))?\s*/\s*{_D}\s*{_TO_X}\s*\)?\s*(?=[\s(\[*])\*?\s*(?P<f>.+)",
        # \frac{d}{dx} x^2
        (rf"\\[dt]?frac\s*\{{\s*{_D}\s*(?:\^\s*\{{?(?P<n>[2-9])\}}?)?\s*\}}\s*"
         rf"\{{\s*{_D}\s*(?P<x>[^\W\d_])\s*(?:\^\{{?[2-9]\}}?)?\s*\}}\s*(?P<f>.+)"),
        rf"{_D}\s*\((?P<f>.+)\)\s*/\s*{_D}\s*(?P<x>[^\W\d_]\w*)",
        r"[dD]_(?P<x>[^\W\d_])\s*(?P<f>[\s(\[].+)",
        # the derivative of x^2 with respect to x
        (r"(?:the\s+|find\s+|compute\s+)*(?:first\s+)?(?:derivative|differentiate|gradient|slope|diff|deriv|grad)\b\s*(?:of\s+)?"
         r"(?P<f>[^(\[\s].*?|\s\(.*?)(?:\s+(?:with respect to|wrt|w\.r\.t\.|by)\s+(?P<x>\w+))?"),
        r"\((?P<f>.+)\)['′’]",
    )
]  # fmt: skip


def derivative(text: str) -> Reading | None:
    """d/dx x^2, d(x^2)/dx, D[x^2, x], derivative of x^2: diff differentiates."""
    line = text.strip()
    for form in _DERIVED:
        if found := form.fullmatch(line):
            has = found.groupdict()
            inside = bare(has["f"].strip())
            if inside.startswith("[") and inside.endswith("]"):
                inside = inside[1:-1].strip()
            return _alone(text, inside, has.get("n") or {"²": "2", "³": "3"}.get(has.get("m") or "", ""))
    called = re.fullmatch(rf"({'|'.join(DERIVATIVES)})\s*([(\[])(.+)[)\]]", line, re.DOTALL)
    if called is None:
        return None
    operands, found_pieces = parts(called[3]), pieces(line)
    if (
        len(operands) not in (2, 3)
        or closing(found_pieces, 1) != len(found_pieces) - 1
        or not operands[1].isidentifier()
    ):
        return None
    return _alone(text, operands[0], operands[2] if len(operands) == 3 else "")


def _alone(text: str, inside: str, order: str) -> Reading:
    tail = f", and adiff diff {'--order ' + order + ' ' if order else ''}differentiates it"
    return whole_text(text, "the expression alone is wanted, without a sign for its derivative", ours(inside, 1), tail)


def inside_diff(text: str) -> list[str] | None:
    """The operands of diff(expression, x), where a text is that and nothing else."""
    found = pieces(text)
    if len(found) < 4 or found[0].text != "diff" or found[1].text != "(" or closing(found, 1) != len(found) - 1:
        return None
    return parts(text[found[1].end : found[-1].start].strip())


def bound_beside(text: str) -> Reading | None:
    """x^2 where x=3, x^2 /. x -> 3."""
    words = r"\b(?:where|at|when|for|with|given|evaluated at)\b"
    pattern = rf"(.+?)\s*(?:/\.|@(?=\s*\w+\s*=)|\|_?\s*(?=\{{?\s*\w+\s*(?:=|->))|{words})\s*({_BINDINGS})"
    found = re.fullmatch(pattern, text.strip(), re.DOTALL)
    if found is None:
        return None
    each = [re.split(r"->|→|:|==|=", part, maxsplit=1) for part in found[2].strip("{} ").split(",")]
    binding = " ".join(f"{name.strip()}={value.strip()}" for name, value in each)
    message = "values stand beside the expression, not in it"
    return whole_text(text, message, ours(found[1].strip(), 1), f", and bind {binding} beside it")


_SAID = (
    (r"\b(?:the\s+)?(?:square\s+)?root\s+of\s+(\w+|\([^()]*\))", r"sqrt(\1)"),
    (r"\s+(?:to\s+the\s+)?(?:power\s+of|power)\s+", "^"),
    (r"\s+squared\b", "^2"), (r"\s+cubed\b", "^3"), (r"\s+(?:times|multiplied\s+by)\s+", "*"), (r"\s+plus\s+", " + "),
    (r"\s+minus\s+", " - "), (r"\s+(?:over|divided\s+by)\s+", "/"), (r"\s+to\s+the\s+", "^"), (r"\bminus\s+", "-"),
)  # fmt: skip


def said(text: str) -> Reading | None:
    """x squared plus 2 times x, the square root of x."""
    write = text
    for pattern, sign in _SAID:
        write = re.sub(pattern, sign, write)
    return whole_text(text, "signs are wanted, not words", write) if write != text and reads(write) else None


def asked(text: str) -> Reading | None:
    """integrate x^2, solve x^2 = 4, plot x^2, and an expression in quotes."""
    quoted = re.fullmatch(r"([\"'“”«»‘`])(.+)([\"'“”«»’`])", text.strip(), re.DOTALL)
    if quoted is not None and not re.search(r"[\"“”«»`]", quoted[2]):
        return whole_text(text, "the quotes are for the shell", quoted[2])
    line = text.strip()
    found = re.match(
        r"(?:the\s+)?(integrate|integral|∫|limit|lim|solve|roots?)\b\s*(?:of|for|as)?(?=\s*[^\s(\[])", line
    )
    if found is not None or line.startswith("∫"):
        word = found[1] if found is not None else "∫"
        why = "there are no integrals here"
        if word in ("solve", "root", "roots"):
            why = "there are no equations here: an expression is differentiated"
        elif word.startswith("lim"):
            why = "there are no limits here"
        return Reading(f"`{word}` is no word of the language", 0, len(text), why=why)
    verbs = "plot|draw|graph|simplify|expand|factor|evaluate|compute|calculate|minimize|maximize|find"
    found = re.fullmatch(rf"({verbs})\s+([^\s=(\[].*)", line, re.DOTALL)
    return (
        whole_text(text, f"`{found[1]}` is no word of the language", ours(found[2], 1)) if found is not None else None
    )


def equation(text: str) -> Reading | None:
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
    if re.fullmatch(r"(?:const\s+)?[^\W\d]\w*(?:\s*\([\w\s,]*\))?", left) or (reads(left) and not reads(right)):
        return None
    if re.fullmatch(r"(?:\w+\s*['′’]+(?:\s*\(\w*\))?|[d∂]\s*\w*\s*/\s*[d∂]\s*\w+)", left):
        return whole_text(text, "an equation is not differentiated", ours(right, 1), " for the right side alone")
    if not reads(left) or any(each.kind == "compare" for each in found):
        return None
    difference = (
        left
        if right == "0"
        else f"{left} - {right if term_before(each := pieces(right), len(each)) == 0 else held(right)}"
    )
    return whole_text(text, "an equation is not differentiated", difference, ", the left side minus the right")
