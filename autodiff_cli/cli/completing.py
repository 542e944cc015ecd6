"""What may stand where the cursor is: commands, options, their values, and the names of the program already typed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click
from click.shell_completion import CompletionItem

from ..errors import AdiffError
from .main import COMMANDS, OPTIONAL, adiff, takes_value
from .program import binding_name, from_file, is_binding, program_text

if TYPE_CHECKING:
    from ..language.outline import Outline

    Item = CompletionItem[str]

# The type of an item after which the word goes on: `b=`, or a name in a list to which more may be added.
OPEN = "open"
# Tells the shell to offer files.
FILE = "file"

SHELLS = ("bash", "zsh", "fish")
# Commands that go on from the stored program where none is given.
_GOES_ON = frozenset({"nudge"})
# Commands that take a table behind the program.
_OF_A_TABLE = frozenset({"map"})
# Behind an option that needs no value there is one only if it is made of names.
_NO_NAMES = re.compile(r"[^\w,]|^$")
# Signs of an expression, and of what the shell itself has yet to replace: no file is offered there.
_NO_PATH = re.compile(r"[\s()*^=<>;,|&$`\"'\[\]{}]")
_LARGEST_FILE = 1_000_000


class Typed(NamedTuple):
    """A command line up to the word at the cursor."""

    command: str
    positional: list[str]
    options: dict[str, str]
    # The option whose value the word at the cursor is.
    waiting: click.Parameter | None
    # Behind `--` nothing is an option.
    closed: bool


def candidates(args: Sequence[str], word: str) -> list[Item]:
    """What may stand in place of `word`, the unfinished one behind `args`: whole words, in the order to be shown.

    Never raises AdiffError: where something typed before is wrong, the command itself will say so.
    """
    try:
        return _candidates(args, word)
    except AdiffError:
        return []


def _candidates(args: Sequence[str], word: str) -> list[Item]:
    if not args:
        names = [CompletionItem(name, help=line) for name, line in COMMANDS.items()]
        return _fitting([*names, *_options(adiff, ())] if word.startswith("-") else names, word)
    command = adiff.get_command(click.Context(adiff), args[0])
    if command is None:
        return []
    context = click.Context(command, click.Context(adiff), info_name=args[0])
    typed = _typed(command, context, args)
    if typed.waiting is not None:
        found = _values(typed.waiting, typed, context, word)
        if found or not _may_stand_alone(typed.waiting):
            return found
    if word.startswith("-") and not typed.closed:
        name, equals, value = word.partition("=")
        if not equals:
            return _fitting(_options(command, typed.options), word)
        option = next((each for each in command.get_params(context) if name in each.opts), None)
        found = [] if option is None else _values(option, typed, context, value)
        return [CompletionItem(f"{name}={each.value}", each.type, each.help) for each in found]
    arguments = [each for each in command.get_params(context) if isinstance(each, click.Argument)]
    at = len(typed.positional)
    for argument in arguments:
        if argument.nargs == -1 or at < argument.nargs:
            return _values(argument, typed, context, word)
        at -= argument.nargs
    return []


def _typed(command: click.Command, context: click.Context, args: Sequence[str]) -> Typed:
    """The words as the command itself will take them."""
    parameters = {name: each for each in command.get_params(context) for name in (*each.opts, *each.secondary_opts)}
    with_value = takes_value(command, context)
    positional: list[str] = []
    options: dict[str, str] = {}
    waiting: click.Parameter | None = None
    rest = iter(args[1:])
    for each in rest:
        if waiting is not None and not (_may_stand_alone(waiting) and (not positional or _NO_NAMES.search(each))):
            options[waiting.name or ""] = each
            waiting = None
            continue
        waiting = None
        if each == "--":
            return Typed(args[0], [*positional, *rest], options, None, closed=True)
        if each in with_value:
            options[parameters[each].name or ""] = ""
            waiting = parameters[each] if with_value[each] else None
        elif each.startswith("--"):
            name, _, value = each.partition("=")
            if name in with_value:
                options[parameters[name].name or ""] = value
        else:
            positional.append(each)
    return Typed(args[0], positional, options, waiting, closed=False)


def _may_stand_alone(option: click.Parameter) -> bool:
    return any(name in OPTIONAL for name in option.opts)


def _options(command: click.Command, given: Iterable[str]) -> list[Item]:
    """The options of a command that are not given yet, each under its long name first."""
    found = []
    for each in command.get_params(click.Context(command)):
        if isinstance(each, click.Option) and not each.hidden and (each.multiple or each.name not in given):
            found += [CompletionItem(name, help=each.help) for name in sorted(each.opts, key=len, reverse=True)]
    return found


def _values(parameter: click.Parameter, typed: Typed, context: click.Context, word: str) -> list[Item]:
    """What a parameter may be: by the table below where its name stands there, else what click knows of its type."""
    known = _BY_NAME.get(parameter.name or "")
    if known is not None:
        found = known(typed, word)
        if parameter.metavar == "NAME":  # one, not a list of them
            found = [CompletionItem(each.value, help=each.help) for each in found if "," not in each.value]
        return found
    if parameter.metavar == "FILE":
        return [CompletionItem(word, FILE)]
    return [CompletionItem(each.value, each.type, each.help) for each in parameter.shell_complete(context, word)]


def _fitting(items: Iterable[Item], word: str) -> list[Item]:
    return [item for item in items if item.value.startswith(word)]


# The program.


class Program(NamedTuple):
    """The program that a command line speaks of, the words that bind its inputs, and where the point stands already."""

    text: str
    bindings: list[str]
    point: dict[str, str]


def _program(typed: Typed) -> Program | None:
    """The program typed, or stored; None where there is none to be had at a prompt. Raises AdiffError for a bad file."""
    words = typed.positional
    point = {name: f"{x} in {typed.options['at']}" for name, x in _in_file(typed).items()}
    if typed.command in _GOES_ON and all(is_binding(word) for word in words):
        from .state import last

        stored = last()
        if stored is not None and (not words or binding_name(words[0]) in stored.at):
            return Program(stored.text, words, {name: f"{x} now" for name, x in stored.at.items()} | point)
    if not words or words[0] == "-":
        return None
    if os.path.exists(os.path.expanduser(words[0])) and not _readable(words[0]):
        return None
    text, file = program_text(words[0], quiet=True)
    if file is None and ("$" in text or "`" in text):  # the shell has yet to put the text there
        return None
    return Program(text, words[1:], point)


def _in_file(typed: Typed) -> dict[str, object]:
    path = typed.options.get("at", "")
    return dict(from_file(path)) if _readable(path) else {}


def _readable(path: str) -> bool:
    """Whether a file may be read while somebody waits: a pipe would then be empty when the command itself comes to it."""
    path = os.path.expanduser(path)
    return os.path.isfile(path) and os.path.getsize(path) <= _LARGEST_FILE


def _outline(program: Program) -> Outline:
    from ..language.outline import outline

    return outline(program.text, [*_bound(program), *program.point])


def _bound(program: Program) -> list[str]:
    """The names that the words bind, a vector's for one of its parts."""
    return [binding_name(word).partition("[")[0] for word in program.bindings if is_binding(word)]


def _words(typed: Typed, word: str) -> list[Item]:
    """A file where the program is yet to come, then `NAME=` for every input that has no number yet; for map a table first."""
    if typed.command in _OF_A_TABLE and len(typed.positional) == 1:
        return [CompletionItem(word, FILE)]
    program = _program(typed)
    found: list[Item] = []
    if program is not None:
        bound = _bound(program)
        inputs = {name: x for name, x in _outline(program).inputs.items() if name not in bound}
        told = {name: program.point.get(name) or (x and f"{x} in the program") for name, x in inputs.items()}
        # Those without a number come first: they must be given one.
        names = sorted(told, key=lambda name: bool(told[name]))
        found = _fitting([CompletionItem(f"{name}=", OPEN, told[name] or None) for name in names], word)
    if not found and not typed.positional and _NO_PATH.search(word) is None:
        return [CompletionItem(word, FILE)]
    return found


def _inputs(typed: Typed, word: str) -> list[Item]:
    return _listed(typed, word, lambda names: list(names.inputs))


def _values_of(typed: Typed, word: str) -> list[Item]:
    return _listed(typed, word, lambda names: names.values)


def _all_names(typed: Typed, word: str) -> list[Item]:
    return _listed(typed, word, lambda names: [*names.values, *names.functions, *names.inputs])


def _listed(typed: Typed, word: str, chosen: Callable[[Outline], Collection[str]]) -> list[Item]:
    """Names behind the last comma of a list, without those that it holds already."""
    program = _program(typed)
    if program is None:
        return []
    before, comma, last = word.rpartition(",")
    listed = before.split(",")
    names = [name for name in dict.fromkeys(chosen(_outline(program))) if name not in listed]
    kind = OPEN if len(names) > 1 else "plain"
    return [CompletionItem(f"{before}{comma}{name}", kind) for name in names if name.startswith(last)]


# Everything else.


def _operations(typed: Typed, word: str) -> list[Item]:
    from ..language.vectors import REDUCTIONS
    from ..ops import CONSTANTS, FUNCTIONS

    found = {name: row.doc for name, row in FUNCTIONS.items()}
    found |= {name: f"A constant: {x:.10g}." for name, x in CONSTANTS.items()}
    found |= {name: each.doc for name, each in REDUCTIONS.items() if name not in found}
    return _fitting([CompletionItem(name, help=found[name]) for name in sorted(found)], word)


def _file(typed: Typed, word: str) -> list[Item]:
    return [CompletionItem(word, FILE)]


def _shells(typed: Typed, word: str) -> list[Item]:
    return _fitting([CompletionItem(name) for name in SHELLS], word)


# By the name of the parameter, which means the same in every command.
_BY_NAME: dict[str, Callable[[Typed, str], list[Item]]] = {
    "words": _words,
    "wrt": _inputs,
    "grad": _inputs,
    "only": _inputs,
    "hold": _inputs,
    "of": _values_of,
    "around": _all_names,
    "fold": _all_names,
    "at": _file,
    "output": _file,
    "other": _file,
    "name": _operations,
    "shell": _shells,
}
