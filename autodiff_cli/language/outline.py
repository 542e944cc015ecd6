"""The names in a program, told without building it: also of one that is not finished."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from ..errors import AdiffError
from ..ops import CONSTANTS
from . import NAME, normalised, read_source

# Beyond this a program is only skimmed: whoever asks for its names is waiting at a prompt.
LONGEST_READ = 100_000

_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_TOKEN = re.compile(rf"#[^\n]*|{_NUMBER}|(?P<name>{NAME})(?P<after>['′]*\s*\(|\s*=(?!=))?")
_HEAD = re.compile(rf"\b(?P<name>{NAME})\s*\((?P<inside>[^()]*)\)\s*=(?!=)")
_INDEX = re.compile(rf"\b(?:sum|prod)\s*\(\s*(?P<name>{NAME})\s*,")
_KEYWORDS = frozenset({"and", "or", "not", "const"})


class Outline(NamedTuple):
    """Names in the order of a formula's inputs: what may be bound, with the text of its default or ""; values; functions.

    A vector is one name. The outputs come first among the values.
    """

    inputs: dict[str, str]
    values: list[str]
    functions: list[str]


def outline(text: str, bound: Collection[str] = ()) -> Outline:
    """The names of a program. Never raises: of a text that cannot be read it is what a skim of its words tells.

    `bound` are names that will be given numbers, so that a constant's name among them is an input.
    """
    text = normalised(text)
    bound = list(dict.fromkeys(normalised(name) for name in bound))
    if len(text) <= LONGEST_READ:
        try:
            return _read(text, bound)
        except AdiffError:
            pass  # unfinished, or wrong: the command itself will say so
    return _skimmed(text, bound)


def _read(text: str, bound: Collection[str]) -> Outline:
    from .parser import read
    from .program import Program

    source = read_source(text)
    program = Program(read(source), source, bound)
    used = {name for names in program.uses.values() for name in names if not name.endswith("()")}
    free = {name for name in used - program.definitions.keys() if name not in CONSTANTS or name in bound}
    inputs = {}
    for name in program.input_order(free | program.defaults.keys(), bound):
        root = program.defaults.get(name)
        inputs[name] = "" if root is None else text[slice(*program.code[root][3:5])]
    outputs = [name for name, _ in program.output_roots()]
    computed = [name for name in program.definitions if name not in program.defaults]
    return Outline(inputs, list(dict.fromkeys([*outputs, *computed])), list(program.functions))


def _skimmed(text: str, bound: Collection[str]) -> Outline:
    heads = list(_HEAD.finditer(text))
    hidden = {found["name"] for found in _INDEX.finditer(text)} | _KEYWORDS
    for head in heads:
        hidden.update(each.strip() for each in head["inside"].split(","))
    used: dict[str, str] = {}
    values: list[str] = []
    for found in _TOKEN.finditer(text):
        name, after = found["name"], found["after"] or ""
        if name is None or after.endswith("(") or name in hidden:
            continue
        if after:
            values.append(name)
        elif name not in CONSTANTS or name in bound:
            used[name] = ""
    inputs = {name: "" for name in used if name not in values}
    return Outline(inputs, list(dict.fromkeys(values)), list(dict.fromkeys(head["name"] for head in heads)))
