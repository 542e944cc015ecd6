"""The program and the point that a command was given: argument, file, standard input, bindings."""

from __future__ import annotations

import codecs
import math
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..analysis.point import flat
from ..errors import AdiffError
from ..graph.engine import forward
from ..graph.formula import Formula
from ..language import is_name, normalised, parse, read_source
from ..language.vectors import part_of

if TYPE_CHECKING:
    from .ranges import Range

_PATH_STARTS = ("/", "./", "../", "~/")
_PATH_ENDS = (".txt", ".adiff")
_NUMERALS = frozenset("0123456789.eE+-")

# What a name is bound to: a number, or the parts of a vector.
Bound = float | list[float]


class Given:
    """What the user gave: the formula, its text, and the point as bound on the command line and in --at.

    The point has a number for each part of a vector. `ranges` are the inputs that go over a range instead.
    """

    __slots__ = ("at", "formula", "ranges", "text")

    def __init__(self, formula: Formula, text: str, at: dict[str, float], ranges: dict[str, Range]) -> None:
        self.formula = formula
        self.text = text
        self.at = at
        self.ranges = ranges


def given(words: Sequence[str], at_file: str | None, *, quiet: bool, ranged: bool = False) -> Given:
    """Read the program and the bindings, ranges among them where `ranged`. Raises AdiffError for anything wrong with them."""
    if not words:
        raise AdiffError("usage", "there is no expression", hint='for example adiff grad "x^2" x=3')
    text, name = program_text(words[0], quiet=quiet)
    ranges: dict[str, Range] = {}
    filed = from_file(at_file) if at_file is not None else {}
    at = {**filed, **bindings(words[1:], ranges if ranged else None, first=words[0])}
    at = {label: x for label, x in at.items() if label not in ranges}
    bound: dict[str, Bound] = {**at, **{label: each.low for label, each in ranges.items()}}
    order = [*filed, *map(binding_name, words[1:])]
    formula = parse(text, bound=bound, name=name, order=order)
    return Given(formula, text, flat(formula, at), ranges)


def program_text(word: str, *, quiet: bool) -> tuple[str, str | None]:
    """The program that the first argument names or is, and what to call it in messages."""
    if word == "-":
        return decoded(sys.stdin.buffer.read(), "standard input"), "standard input"
    if word.startswith(_PATH_STARTS) or word.endswith(_PATH_ENDS):
        return _read(os.path.expanduser(word), word), word
    if not word.isidentifier() and "\0" not in word and len(word) < 4096 and _is_file(word):
        if not quiet:
            print(f"reading the file {word}", file=sys.stderr)
        return _read(word, word), word
    return word, None


def _is_file(word: str) -> bool:
    try:
        return os.path.isfile(word)
    except (OSError, ValueError):
        return False


def _read(path: str, shown: str, what: str = "program") -> str:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (FileNotFoundError, ValueError):  # no name has a NUL in it
        hint = "give the expression itself in quotes, or a path"
        if what == "point":
            hint = "bindings are read from a file of TOML or JSON, or stand behind the expression: x=3"
        raise AdiffError("file", f"no such file: {shown}", hint=hint) from None
    except IsADirectoryError:
        raise AdiffError("file", f"{shown} is a directory", hint="give a file in it") from None
    except OSError as wrong:
        raise AdiffError(
            "file", f"cannot read {shown}: {wrong.strerror}", hint="give a file that you may read"
        ) from None
    return decoded(data, shown, what)


def decoded(data: bytes, shown: str, what: str = "program") -> str:
    """Text from bytes: UTF-8 with or without a byte order mark, or UTF-16 with one.

    Raises AdiffError for anything else, naming the place.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in data:
        raise AdiffError("file", f"{shown} is a binary file", hint=f"a {what} is plain text")
    else:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        raise AdiffError(
            "file", f"{shown} is not UTF-8 text: byte 0x{data[wrong.start]:02X} on line {line}",
            hint="save it as UTF-8, for example iconv -f latin1 -t utf8",
        ) from None  # fmt: skip
    if not text.strip():
        hint = (
            'write an expression into it, such as "3x^2 - 4x + 5"'
            if what == "program"
            else "write lines such as a = 2.5"
        )
        raise AdiffError("file", f"{shown} is empty", hint=hint)
    return text


def bindings(
    words: Sequence[str], ranges: dict[str, Range] | None = None, *, first: str | None = None
) -> dict[str, Bound]:
    """NAME=VALUE words as numbers and lists of numbers; those of NAME=LOW:HIGH are put into `ranges` where that is given.

    `first` is the word before them, for hints.

    Raises AdiffError for a word that is none, a bad value, or a name given twice.
    """
    at: dict[str, Bound] = {}
    for word in words:
        split = _split(word)
        if split is None:
            from .slips import no_binding

            every = [first, *words] if first is not None else list(words)
            raise no_binding(every, word, is_binding=[is_binding(each) for each in every], program=first is not None)
        name, value = split
        if "=" in value:
            from .slips import several_in_one

            if (several := several_in_one(word)) is not None:
                raise several
        if name in at or (ranges is not None and name in ranges):
            raise AdiffError("binding", f"{name} is given twice", hint="leave one of them out")
        if ranges is not None and _range_meant(value) is not None:
            from .ranges import range_of

            ranges[name] = range_of(name, value)
        else:
            at[name] = value_of(name, value)
    return at


def is_binding(word: str) -> bool:
    """Whether a word is NAME=VALUE."""
    return _split(word) is not None and ";" not in word and "\n" not in word


def binding_name(word: str) -> str:
    """The name in NAME=VALUE."""
    return normalised(word).partition("=")[0].strip()


def rebound(at: dict[str, Bound], changed: dict[str, Bound]) -> dict[str, Bound]:
    """A point with other numbers for some names; w[2] replaces that part of w."""
    found = {**at, **changed}
    for label, x in changed.items():
        part = part_of(label)
        whole = found.get(part[0]) if part else None
        if (
            part
            and isinstance(whole, list)
            and part[0] not in changed
            and part[1] <= len(whole)
            and isinstance(x, float)
        ):
            found[part[0]] = [*whole[: part[1] - 1], x, *whole[part[1] :]]
            del found[label]
    return found


def _split(word: str) -> tuple[str, str] | None:
    """Name and value of NAME=VALUE; None for anything else, a == b included."""
    name, equals, value = normalised(word).partition("=")
    name = name.strip()
    if not equals or value.startswith("="):
        return None
    part = part_of(name)
    return (name, value.strip()) if is_name(part[0] if part else name) else None


def value_of(name: str, text: str) -> Bound:
    """The number, or the numbers, that a bound text stands for: 2, pi/4, 1,2,3 or [1, 2, 3]. Raises AdiffError for others."""
    meant = _range_meant(text)
    if meant is not None and not name.startswith("--"):
        raise AdiffError(
            "binding", f"{name}={text} is a range, and one number is wanted here",
            hint=f"ranges are given to plot: adiff plot ... {name}={meant}",
        )  # fmt: skip
    if "±" in text or "+/-" in text:
        from .slips import uncertain

        if (wrong := uncertain(name, text)) is not None:
            raise wrong
    if "," not in text and not text.startswith("["):
        return constant(name, text)
    inside = text.removeprefix("[").removesuffix("]") if text.startswith("[") else text
    parts = inside.split(",")
    if _NUMERALS.issuperset(inside.replace(",", "").replace(" ", "")) and all(part.strip() for part in parts):
        return [constant(name, part.strip()) for part in parts]
    if inside is text and "(" in text:  # a comma between the operands of a function, or between parts
        formula = _constants(name, f"[{text}]")
        return _numbers(formula)[0] if len(formula.outputs) == 1 else _numbers(formula)
    return _numbers(_constants(name, text if inside is not text else f"[{text}]"))


def _range_meant(text: str) -> str | None:
    """A range as plot takes it, where a text is one, in this or another notation."""
    if ":" in text:
        return text
    calls = ("linspace(", "range(", "arange(", "interval(", "seq(", "Range(", "np.", "numpy.")
    if not (text.startswith(calls) or any(sign in text for sign in ("..", "…", " to ", ";", "~"))):
        return None
    from .slips import range_meant

    return range_meant(text)


def constant(name: str, text: str) -> float:
    """The number that a constant expression stands for. Raises AdiffError where it is none."""
    if _NUMERALS.issuperset(text):
        try:
            found = float(text)
        except ValueError:
            pass  # such as 1-2, which the language reads
        else:
            if found not in (math.inf, -math.inf):
                return found
            raise AdiffError("binding", f"{text} is beyond 1.8e308", hint=f"write {name}=inf if you mean infinity")
    if not text:
        raise AdiffError(
            "binding",
            f"{name} has no value",
            hint=f"for example {name} 0.01" if name.startswith("--") else f"for example {name}=2",
        )
    formula = _constants(name, text)
    if len(formula.outputs) > 1:
        raise AdiffError(
            "binding", f"the value of {name} is a list: {text}", hint="give one number, with a point for its decimals"
        )
    return _numbers(formula)[0]


def _constants(name: str, text: str) -> Formula:
    """A value as a formula without inputs. Raises AdiffError for any other."""
    formula = parse(text, name=f"the value of {name}")
    if formula.named:
        raise AdiffError(
            "binding",
            f"the value of {name} is a definition: {text}",
            hint=f"write {name}= and an expression of numbers",
        )
    if formula.inputs:
        from .slips import unit_left_out

        hint = unit_left_out(name, text) or "a value may use numbers, constants and functions"
        raise AdiffError(
            "binding", f"the value of {name} must be a number, but it uses {formula.inputs[0]}",
            source=read_source(text), at=_where(formula), hint=hint,
        )  # fmt: skip
    return formula


def _numbers(formula: Formula) -> list[float]:
    values = forward(formula, {})
    return [values[i] for i in formula.output_nodes.values()]


def _where(formula: Formula) -> tuple[int, int] | None:
    origin = formula.input_values[formula.inputs[0]].origin
    return origin[:2] if origin else None


def from_file(path: str) -> dict[str, Bound]:
    """Bindings from a TOML or JSON file of names and numbers or lists of them; strings are read as constant expressions."""
    text = _read(os.path.expanduser(path), path, "point")
    try:
        if path.endswith(".json") or text.lstrip().startswith("{"):
            import json

            table = json.loads(text, object_pairs_hook=_once)
        else:
            import tomllib

            table = tomllib.loads(text.replace("\r\n", "\n").replace("\r", "\n"))
    except ValueError as wrong:
        raise AdiffError(
            "file", f"{path} is neither TOML nor JSON: {wrong}", hint="write lines such as a = 2.5"
        ) from None
    if not isinstance(table, dict):
        raise AdiffError("file", f"{path} holds no table of names", hint='for example {"a": 2.5}')
    return {normalised(str(name)): _entry(path, str(name), value) for name, value in table.items()}


def _entry(path: str, name: str, value: Any) -> Bound:
    if isinstance(value, str):
        return value_of(name, value.strip())
    if isinstance(value, list) and value:
        parts = [_entry(path, f"{name}[{k}]", each) for k, each in enumerate(value, 1)]
        if not any(isinstance(part, list) for part in parts):
            return parts  # type: ignore[return-value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        what = {
            bool: "true or false",
            list: "a list of lists" if value else "an empty list",
            dict: "a table",
            type(None): "null",
        }.get(type(value), "no number")
        raise AdiffError(
            "file", f"{name} in {path} is {what}", hint="give a number, or a constant expression as a string"
        )
    try:
        return float(value)
    except OverflowError:
        raise AdiffError("file", f"{name} in {path} is beyond 1.8e308", hint="give a smaller number") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object in which no name comes twice."""
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)} is given twice")
    return table
