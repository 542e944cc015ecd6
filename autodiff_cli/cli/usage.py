"""What click finds wrong with a command line, in our words."""

from __future__ import annotations

import re
from typing import Any

import click

from ..errors import EXIT_USAGE, AdiffError, nearest
from .slips import option_meant, options_of


def usage_error(wrong: click.UsageError) -> AdiffError:
    """The error for one of click's, with a hint."""
    message, hint = _told(wrong)
    return AdiffError("usage", message, hint=hint, exit=EXIT_USAGE)


def _told(wrong: click.UsageError) -> tuple[str, str]:
    command = wrong.ctx.command_path if wrong.ctx else "adiff"
    lists = f"{command} --help lists the options"
    if isinstance(wrong, click.NoSuchOption):
        name = wrong.option_name
        meant = option_meant(name, [*options_of(wrong.ctx), "--help"])
        return f"there is no option {name}", f"did you mean {meant}?" if meant else lists
    if isinstance(wrong, click.BadOptionUsage):
        name = wrong.option_name
        if "does not take a value" in wrong.message:
            return f"{name} takes no value", f"write {name}"
        option = _option(wrong.ctx, name)
        return f"{name} needs a value", f"for example {name} {_example(option)}" if option is not None else lists
    if isinstance(wrong, click.BadParameter) and isinstance(wrong.param, click.Option):
        return _bad_value(wrong.param, wrong.message)
    extra = re.search(r"unexpected extra arguments? \((.*)\)", wrong.format_message())
    if extra is not None and wrong.ctx is not None:
        words = extra[1].split()
        takes = " ".join(
            each.make_metavar(wrong.ctx) for each in wrong.ctx.command.params if isinstance(each, click.Argument)
        )
        many = "a word" if len(words) == 1 else f"{len(words)} words"
        return f"{command} takes no more than {takes}, and there is {many} too many: {' '.join(words)}", lists
    return wrong.format_message().rstrip("."), f"{command} --help shows how it is used"


def _option(ctx: click.Context | None, name: str) -> click.Option | None:
    known = ctx.command.get_params(ctx) if ctx is not None else []
    return next((each for each in known if isinstance(each, click.Option) and name in each.opts), None)


def _spelling(option: click.Option) -> str:
    return max(option.opts, key=len) if len(option.opts) == 1 else option.opts[0]


def _bad_value(option: click.Option, message: str) -> tuple[str, str]:
    """--digits takes a whole number from 1 to 17, not 20."""
    name = _spelling(option)
    found = re.match(r"(?:'(.*?)'|(\S+)) is not ", message)
    given = (found[1] or found[2] or "") if found else ""
    if isinstance(option.type, click.Choice):
        choices = [str(each) for each in option.type.choices]
        listed = f"{', '.join(choices[:-1])} or {choices[-1]}"
        close = nearest(given, choices)
        hint = f"did you mean {name} {close}?" if close else f"for example {name} {choices[0]}"
        return f"{name} takes {listed}, not {given or 'nothing'}", hint
    return f"{name} takes {_wanted(option.type)}, not {given or 'nothing'}", f"for example {name} {_example(option)}"


def _wanted(kind: click.ParamType[Any]) -> str:
    if isinstance(kind, click.IntRange):
        if kind.min is not None and kind.max is not None:
            return f"a whole number from {kind.min} to {kind.max}"
        return f"a whole number from {kind.min} on" if kind.min is not None else f"a whole number up to {kind.max}"
    return "a whole number" if kind.name == "integer" else "a number" if kind.name == "float" else f"a {kind.name}"


_BY_NAME = {
    "--at": "point.toml",
    "--order": "2",
    "--points": "200",
    "--steps": "100",
    "--depth": "5",
    "--max-nodes": "100",
}
# What stands for a value in the help, and a value of that kind.
_EXAMPLES = {
    "FILE": "out.svg", "NAMES": "x", "NAME": "x", "N": "10", "H": "0.01", "M": "0.9", "T": "1e-6", "X": "1", "X,H": "3,0.5",
    "X,Y": "1,1", "WxH": "7x4.5", "FORMAT": "csv", "C": '";"', "P": "d_", "ADDRESS": "tcp://127.0.0.1:8786",
    "NAME=COLUMN": 'x="Spot price"', "TEXT": '"a title"', "OTHER": '"a=3 b=1"', "EXPR": '"2x"',
}  # fmt: skip


def _example(option: click.Option) -> str:
    """A value that the option takes."""
    own = next((_BY_NAME[name] for name in option.opts if name in _BY_NAME), None)
    if own is not None:
        return own
    kind = option.type
    if isinstance(kind, click.Choice):
        return str(kind.choices[0])
    if isinstance(kind, click.IntRange):
        return str(min(max(10, kind.min or 1), kind.max or 10))
    return _EXAMPLES.get(option.metavar or "", "10" if kind.name == "integer" else "x")
