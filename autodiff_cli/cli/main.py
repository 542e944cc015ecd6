"""`adiff`: a group whose commands are imported when they are called, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from .. import __version__
from ..errors import EXIT_BROKEN_PIPE, EXIT_DEFECT, EXIT_DONE, EXIT_INTERRUPTED, AdiffError

# A line of help each, here so that `adiff --help` imports none of them.
COMMANDS = {
    "grad": "The value of an expression and its gradient.",
    "draw": "The computation graph with data and gradient on every node.",
    "nudge": "One step along the gradient, or many, and what they do to the value.",
    "check": "Whether the gradient is right: against slopes, and against one by hand.",
    "explain": "The chain rule path by path: every rule, every product, and what adds up.",
    "diff": "The derivative as a formula, of any order, in text, LaTeX, Unicode or MathML.",
    "hessian": "The second derivatives, and whether the point is a minimum, a maximum or a saddle.",
    "plot": "A function and its derivatives over a range, in the terminal or as a picture.",
    "map": "Value and gradient for every row of a table: CSV, NDJSON, Parquet, Arrow.",
    "ops": "Every operation with its definition, domain, kinks and jumps.",
    "completion": "Tab completion for bash, zsh and fish.",
}

# Set by the completion scripts: what a shell asks for while somebody types.
COMPLETE = "_ADIFF_COMPLETE"

# What asks for help or the version in other tools: the option meant, and the most words there may be.
_ASKING = {"-h": ("--help", 1), "-?": ("--help", 1), "help": ("--help", 2), "-V": ("--version", 1), "-v": ("--version", 1),
           "version": ("--version", 1)}  # fmt: skip

# Options that may stand without their value.
OPTIONAL = ("--fold",)


class Command(click.Command):
    """A command to which `-x+cos(x)` and `-2` are arguments: only a declared short option, standing alone, is one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put options first and everything else behind `--`, before click looks. `-h` alone asks for help."""
        if args == ["-h"]:
            args = ["--help"]
        return super().parse_args(ctx, settled(self, ctx, args))


def settled(command: click.Command, ctx: click.Context, args: list[str]) -> list[str]:
    """The same arguments, options first. Raises click.UsageError for an option whose value is missing."""
    with_value = takes_value(command, ctx)
    options: list[str] = []
    positional: list[str] = []
    waiting = args[::-1]
    while waiting:
        token = waiting.pop()
        if token == "--":
            positional += waiting[::-1]
            break
        if token in OPTIONAL:
            from ..language import is_name

            # A name behind it is its value, once the program has been given.
            named = bool(waiting and positional) and all(map(is_name, waiting[-1].split(",")))
            options.append(f"{token}={waiting.pop()}" if named else token)
        elif (token.startswith("--") and len(token) > 2) or token in with_value:
            options.append(token)
            if "=" not in token and with_value.get(token):
                value = waiting.pop() if waiting else None
                if value is None or value in with_value or value == "--":
                    raise click.BadOptionUsage(token, f"Option {token!r} requires an argument.", ctx)
                options.append(value)
        else:
            positional.append(token)
    return [*options, "--", *positional]


def takes_value(command: click.Command, ctx: click.Context) -> dict[str, bool]:
    """Every spelling of the command's options, and whether a value follows."""
    return {
        name: not parameter.is_flag
        for parameter in command.get_params(ctx)
        if isinstance(parameter, click.Option)
        for name in (*parameter.opts, *parameter.secondary_opts)
    }


class LazyGroup(click.Group):
    """Commands by name, imported from the file of that name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f".{cmd_name}", __package__).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command meant by the first argument. Raises AdiffError with the nearest one."""
        name = args[0]
        if name in COMMANDS:
            return super().resolve_command(ctx, args)
        from .slips import command_meant, line

        close = command_meant(name, list(COMMANDS))
        hint = "adiff --help lists the commands" if name.isidentifier() else f"did you mean {line('grad', args)}?"
        raise AdiffError(
            "usage", f"there is no command {name!r}", hint=f"did you mean adiff {close}?" if close else hint
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Tell an option or an expression that stands where the command belongs; -h, -V and help are what they are elsewhere."""
        first = args[0] if args else ""
        if first in _ASKING and len(args) <= _ASKING[first][1]:
            args = [*args[1:], _ASKING[first][0]]
            first = args[0]
        if first.startswith("-") and first not in ("--help", "--version"):
            if first.startswith("--"):
                close = next((option for option in ("--version", "--help") if first[:4] == option[:4]), None)
                hint = f"did you mean {close}?" if close else f"write it behind: adiff grad ... {first}"
                raise AdiffError("usage", f"{first} stands before the command", hint=hint)
            from .slips import line

            raise AdiffError("usage", f"there is no command {first!r}", hint=f"did you mean {line('grad', args)}?")
        return super().parse_args(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["--help"]})
@click.version_option(__version__, prog_name="adiff")
def adiff() -> None:
    """Differentiate expressions and draw their computation graphs.

    \b
    adiff grad "(a*b+c)*f" a=2 b=-3 c=10 f=-2
    adiff draw "(a*b+c)*f" a=2 b=-3 c=10 f=-2 -o graph.svg
    adiff nudge --step 0.01

    \b
    Tab completion, by a line in ~/.bashrc (zsh, fish: adiff completion --help):
    eval "$(adiff completion bash)"
    """


def main() -> NoReturn:
    """Run the command and exit with its code. Never shows a traceback.

    All is written and flushed by then, so the process ends without taking the interpreter apart object by object.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and not stream.encoding.lower().startswith("utf"):
            stream.reconfigure(errors="backslashreplace")  # µ and · as escapes rather than not at all
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup ignores it
            signal.signal(number, _end)
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = EXIT_BROKEN_PIPE
    except OSError as wrong:  # a full disk shows only now
        code = _complain(AdiffError("file", f"standard output: {wrong.strerror}"), as_json=False)
    os._exit(code)


def _end(number: int, _: object) -> NoReturn:
    """Told to end: as by Ctrl-C, so that no half-written file is left."""
    raise SystemExit(128 + number)


def run(args: list[str]) -> int:
    """Run the command; its exit code. Without arguments, the start page."""
    as_json = "--json" in args[: args.index("--")] if "--" in args else "--json" in args
    try:
        code = _invoke(args)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except AdiffError as wrong:
        return _complain(wrong, as_json)
    except click.UsageError as wrong:
        from .usage import usage_error

        return _complain(usage_error(wrong), as_json)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, click.Abort):
        return EXIT_INTERRUPTED
    except SystemExit as ended:  # by _end
        return int(ended.code or 0)
    except BrokenPipeError:
        _silence()
        return EXIT_BROKEN_PIPE
    except MemoryError:
        return _complain(AdiffError("limit", "there is not enough memory for this"), as_json)
    except OSError as wrong:
        return _complain(AdiffError("file", f"{wrong.filename or 'standard output'}: {wrong.strerror}"), as_json)
    except Exception as defect:
        return _complain(_defect(defect), as_json)


def _invoke(args: list[str]) -> Any:
    """What the command returns."""
    if COMPLETE in os.environ:
        from .shells import answer

        answer(os.environ[COMPLETE], args)
        return EXIT_DONE
    if not args:
        from ..views.start import write_start

        write_start()
        return EXIT_DONE
    # Not by click's own main(), which has its own ways with broken pipes and Ctrl-C.
    with adiff.make_context("adiff", [*args]) as context:
        return adiff.invoke(context)


def _defect(defect: Exception) -> AdiffError:
    """A defect of ours: a line that helps to find it."""
    if os.environ.get("ADIFF_TRACEBACK"):
        raise defect
    frame = defect.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else "?"
    return AdiffError(
        "internal",
        f"{type(defect).__name__} in {where}: {defect}",
        hint=f"this is a defect of adiff {__version__}: please report the command you typed with this line",
        exit=EXIT_DEFECT,
    )


def _complain(wrong: AdiffError, as_json: bool) -> int:
    """Show an error on stderr; its exit code."""
    try:
        if as_json:
            from ..views import json

            print(json.dumps(json.error(wrong)), file=sys.stderr)
        else:
            print(_coloured(str(wrong), wrong.kind), file=sys.stderr)
    except OSError:  # nobody to tell
        _silence()
    return wrong.exit


def _coloured(message: str, kind: str) -> str:
    """The message, its first words in red on a terminal."""
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        return message
    head = f"{kind} error:"
    return click.style(head, fg="red", bold=True) + message[len(head) :]


def _silence() -> None:
    """Let the interpreter's last flush go nowhere: the reader of our output has gone."""
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        except (OSError, ValueError):
            continue


def commands() -> dict[str, Any]:
    """Every command by name, imported: for the tests and the documentation."""
    context = click.Context(adiff)
    return {name: adiff.get_command(context, name) for name in COMMANDS}
