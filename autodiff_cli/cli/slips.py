"""Slips of the shell: words, options and commands that are not as meant, and what to type instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import click

from ..errors import AdiffError, nearest
from .meanings import COMMANDS, OPTIONS, SHORT

_NEXT = re.compile(r"[,;&\s]+(?=[^\W\d]\w*(?:\[\d+\])?\s*=(?!=))")
_DOTS = re.compile(r"\s*[\[(]?\s*(.+?)\s*(?:\.{2,}|…|\bto\b|;|~)\s*([^\])]+?)\s*[\])]?\s*")
_NUMBER_WITH_UNIT = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*\*?\s*[^\W\d][\w/^*]*")


def command_meant(name: str, known: Sequence[str]) -> str | None:
    """The command that a word means elsewhere, or is a slip of."""
    word = name.casefold().strip("-")
    return next((each for each, words in COMMANDS.items() if word in words.split()), None) or nearest(name, list(known))


def option_meant(word: str, known: Iterable[str]) -> str | None:
    """The option, of those a command has, that a word beginning with - means, by its meaning first and then by its letters."""
    has = set(known)
    if not word.startswith("--"):
        meant = SHORT.get(word)
        return meant if meant in has else None
    name = word.partition("=")[0][2:].casefold().replace("_", "-")
    for meant, words in OPTIONS.items():
        if meant.split()[0] in has and name in words.split():
            return meant
    long = {option[2:]: option for option in sorted(has) if option.startswith("--")}
    if name in long:
        return long[name]
    close = nearest(name, list(long))
    return long[close] if close else None


def options_of(ctx: click.Context | None) -> list[str]:
    """Every spelling of the options of the command that is being read."""
    return [] if ctx is None else [
        name for parameter in ctx.command.get_params(ctx) if isinstance(parameter, click.Option) for name in parameter.opts
    ]  # fmt: skip


def no_binding(words: Sequence[str], word: str, *, is_binding: Sequence[bool], program: bool) -> AdiffError:
    """Why a word among the bindings is none.

    `is_binding` says of each word whether it is one, `program` whether the first of the words stands for the expression.
    """
    ctx = click.get_current_context(silent=True)
    command = ctx.command_path if ctx is not None else "adiff grad"
    if re.fullmatch(r"-\w|-[a-z]{2}", word):
        return _no_option(word, ctx)
    if "==" in word and word.count("=") == 2 and re.fullmatch(r"[^\W\d]\w*==[^=]+", word):
        return AdiffError("usage", f"{word!r} is no binding", hint=f"write {word.replace('==', '=')}")
    if re.fullmatch(r"[^\W\d]\w*\s*(?::=|:|->)\s*[^:=]+", word):
        name, value = re.split(r":=|:|->", word, maxsplit=1)
        return AdiffError("usage", f"{word!r} is no binding", hint=f"write {name.strip()}={value.strip()}")
    first = next((each for each, bound in zip(words, is_binding, strict=True) if not bound), None)
    if program and first == word and len(words) > 1 and is_binding[0]:  # adiff grad x=3 "x^2"
        rest = [each for each in words if each is not word]
        message = f"the expression stands first, and {word!r} stands behind a binding"
        return AdiffError("usage", message, hint=f"write {line(command.removeprefix('adiff '), [word, *rest])}")
    if program and re.fullmatch(r"-\w", words[0]) and not is_binding[1]:  # adiff grad -q "x^2"
        return _no_option(words[0], ctx)
    return AdiffError(
        "usage", f"{word!r} is no binding", hint="bind inputs as NAME=VALUE, and quote the expression as one word"
    )


def _no_option(word: str, ctx: click.Context | None) -> AdiffError:
    meant = option_meant(word, [*options_of(ctx), "--help"])
    command = ctx.command_path if ctx is not None else "adiff"
    hint = f"did you mean {meant}?" if meant else f"{command} --help lists the options"
    return AdiffError("usage", f"there is no option {word}", hint=hint)


def line(command: str, words: Sequence[str]) -> str:
    """A command line, its words quoted for the shell."""
    return " ".join([f"adiff {command}", f'"{words[0]}"', *map(_quoted, words[1:])])


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w.,=:+-]+", word) else f'"{word}"'


def several_in_one(word: str) -> AdiffError | None:
    """The error for x=3,y=4 and "x=3 y=4"."""
    each = _NEXT.split(word.strip())
    if len(each) < 2:
        return None
    return AdiffError("binding", f"{word!r} is {len(each)} bindings in one word", hint=f"write {' '.join(each)}")


def range_meant(text: str) -> str | None:
    """-5:5 for -5..5 and such; None for what is no range."""
    call = re.fullmatch(r"(?:np\.|numpy\.)?(?:linspace|range|arange|interval|seq|Range)\s*\(([^()]+)\)", text)
    if call is not None:
        ends = [each.strip() for each in call[1].split(",")]
        return f"{ends[0]}:{ends[1]}" if len(ends) > 1 else f"0:{ends[0]}"
    found = _DOTS.fullmatch(text)
    return f"{found[1]}:{found[2]}" if found is not None and "=" not in text else None


def stepped(name: str, ends: Sequence[str], numbers: Sequence[float]) -> str:
    """What to type for a range of three, LOW:HIGH:STEP as in NumPy or LOW:STEP:HIGH as in MATLAB."""
    low = numbers[0]
    ways = []
    for high, step in ((1, 2), (2, 1)):
        if 0 < numbers[step] <= numbers[high] - low:
            count = int((numbers[high] - low) / numbers[step] + 1e-9) + 1
            points = f" --points {count}" if 2 <= count <= 100_000 else ""
            ways.append((count, f"{name}={ends[0]}:{ends[high]}{points}"))
    return f"write {max(ways)[1]}" if ways else f"for example {name}=-5:5"


def unit_left_out(name: str, text: str) -> str | None:
    """What to type for 5km: the number alone."""
    found = _NUMBER_WITH_UNIT.fullmatch(text.strip())
    return f"numbers have no units: write {_assigned(name, found[1])}" if found is not None else None


def uncertain(name: str, text: str) -> AdiffError | None:
    """The error for L=1±0.01."""
    value, sign, _ = text.partition("±") if "±" in text else text.partition("+/-")
    if not sign or not value.strip():
        return None
    message = f"the value of {name} is one number, without an uncertainty: {text}"
    return AdiffError("binding", message, hint=f"write {_assigned(name, value.strip())}")


def _assigned(name: str, value: str) -> str:
    return f"{name} {value}" if name.startswith("--") else f"{name}={value}"
