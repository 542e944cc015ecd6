"""Following a hint to the letter: what it gives to type, where that goes, and whether it means the same."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

from autodiff_cli.errors import AdiffError
from autodiff_cli.graph.engine import forward
from autodiff_cli.graph.formula import Formula
from autodiff_cli.language import parse

# What may stand behind the text to type, and what is told there besides.
_TAILS = (
    r", and bind (?P<bind>.+) beside it",
    r", and adiff \w+ .*",
    r", the left side minus the right",
    r" for the right side alone",
    r", or define it first: .*",
    r", a number a part",
    r", each name once",
)
_WRITE = re.compile(rf"(?:.*?[;:,] )?(?:[a-z ]+ )?write (?P<text>.+?)(?:{'|'.join(_TAILS)})?", re.DOTALL)
_COMMA = re.compile(r"(?P<text>.+?), or put a comma between them: (?P<other>.+)")
_PROSE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
_SIGNS = {"and", "or", "not"}


class Typed(NamedTuple):
    """What a hint gives to type: one reading of it, and whether it is only an example."""

    text: str
    example: bool = False


def typed(hint: str) -> list[Typed]:
    """What a hint gives to type. A template, which has dots, and prose give nothing."""
    found: list[Typed] = []
    if (mean := re.fullmatch(r"did you mean (.+)\?", hint)) is not None:
        found = [Typed(each) for each in re.split(r" or ", mean[1])]
    elif (closing := re.fullmatch(r"add ([)\]])", hint)) is not None:
        found = [Typed(closing[1])]
    elif (example := re.fullmatch(r"(?:.*[;:] )?for example (.+?)(?:; .*)?", hint)) is not None:
        found = [Typed(each, example=True) for each in re.split(r",? or (?![^()]*\))", example[1])]
    elif (write := _WRITE.fullmatch(hint)) is not None:
        text = write["text"]
        also = []
        if (comma := _COMMA.fullmatch(text)) is not None:
            text, also = comma["text"], [comma["other"]]
        found = [Typed(each) for each in [*re.split(r",? or (?![^()]*\))", text), *also]]
    return [each for each in found if not _is_prose(each.text)]


def _is_prose(text: str) -> bool:
    if "..." in text or "…" in text:
        return True
    if text.startswith(("adiff ", '"', "-")):
        return False
    if re.search(r"\b(an|the|what|its)\b", text):
        return True
    pairs = (set(words[0].replace(",", "").split()) for words in _PROSE.finditer(text))
    return any(not pair & _SIGNS and "const" not in pair for pair in pairs)


def bound_beside(hint: str) -> dict[str, float]:
    """The bindings that a hint moves out of the expression."""
    found = re.search(r", and bind (.+) beside it", hint)
    return {name: float(x) for name, x in (each.split("=") for each in found[1].split())} if found else {}


def replaced(text: str, span: tuple[int, int], by: str) -> str:
    """A text with something else at a place given by its offsets."""
    return text[: span[0]] + by + text[span[1] :]


def offsets(text: str, span: list[int]) -> tuple[int, int]:
    """The offsets of a place given by line, column and length."""
    start = sum(len(line) + 1 for line in text.split("\n")[: span[0] - 1]) + span[1] - 1
    return start, start + span[2]


# Points to compare at: away from one another, above 1 for logarithms, roots and what has a domain.
_POINTS = ([1.3, 2.7, 0.61, 1.9, 3.3, 0.45], [0.4, 0.83, 1.7, 0.29, 0.57, 2.2], [-0.37, 0.9, 0.55, -1.6, 2.1, 0.8])


def values(text: str, *, prelude: str = "", bound: dict[str, float] | None = None) -> list[Any]:
    """What a program gives at several points, with the names of its inputs. Raises AdiffError where it is none."""
    formula = parse(f"{prelude}\n{text}" if prelude else text)
    found: list[Any] = [sorted(set(formula.inputs) - set(bound or {}))]
    for numbers in _POINTS:
        at = dict(zip(sorted(formula.inputs), [x + k for k in range(3) for x in numbers], strict=False)) | (bound or {})
        found.append([_rounded(x) for x in _outputs(formula, at)])
    return found


def _outputs(formula: Formula, at: dict[str, float]) -> Iterator[float]:
    numbers = forward(formula, {**formula.defaults, **{name: x for name, x in at.items() if name in formula.inputs}})
    return (numbers[i] for i in formula.output_nodes.values())


def _rounded(x: float) -> float | str:
    if not math.isfinite(x):
        return repr(x)
    return 0.0 if abs(x) < 1e-12 else float(f"{x:.10g}")


def same(text: str, meant: str, *, prelude: str = "", bound: dict[str, float] | None = None) -> bool:
    """Whether two programs have the same inputs and the same values."""
    try:
        return values(text, prelude=prelude, bound=bound) == values(meant, prelude=prelude, bound=bound)
    except AdiffError:
        return False


def command_followed(args: list[str], message: str, write: str) -> list[str] | None:
    """A command line with what a hint gives in its place: a whole command, a command's name, an option, a binding, a name."""
    if write.startswith("adiff "):
        words = shlex.split(write)[1:]
        return words if any(not each.startswith("-") for each in words[1:]) else [*words, *args[1:]]
    if write.startswith('"'):
        words = shlex.split(write)
        return [args[0], *words, *args[len(words) + 1 :]]
    if write.startswith("-"):
        new = shlex.split(write)
        wrong = [i for i, each in enumerate(args) if each.startswith("-") and _names(message, each)]
        same_option = [i for i, each in enumerate(args) if each.split("=")[0] == new[0]]
        for k in (wrong or same_option)[:1]:
            given = args[k].partition("=")[0] == new[0] and len(new) > 1 and "=" not in args[k] and k + 1 < len(args)
            return [*args[:k], *new, *args[k + 1 + given :]]
        return [*args, *new]
    words = shlex.split(write) if re.match(r"[^\W\d]\w*=", write) else [write]
    if all(re.match(r"[^\W\d]\w*(\[\d+\])?=", each) for each in words[:1]):
        name = words[0].partition("=")[0]
        bound = [i for i, each in enumerate(args) if i > 1 and re.match(rf"{re.escape(name)}\s*(=|:|->)", each)]
        return [*args[: bound[0]], *words, *args[bound[0] + 1 :]] if bound else None
    spoken = [i for i, each in enumerate(args) if i > 1 and _names(message, each.partition("=")[0])]
    if spoken and len(words) == 1:
        _, equals, value = args[spoken[0]].partition("=")
        return [*args[: spoken[0]], f"{write}{equals}{value}", *args[spoken[0] + 1 :]]
    return None


def _names(message: str, word: str) -> bool:
    """Whether a message speaks of a word."""
    return bool(word) and re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", message) is not None
