"""The manual page, docs/adiff.1, from the commands themselves: `python -m docs.man` writes it anew."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from autodiff_cli import __version__, errors
from autodiff_cli.cli.main import COMMANDS, commands
from autodiff_cli.views.start import EXAMPLES
from docs.shown import shown

# What is left of 80 columns beside the margins of an example.
WIDEST = 66
PAGE = Path(__file__).parent / "adiff.1"

# Paragraphs in which `...` is what is typed.
DESCRIPTION = """
`adiff` computes the value of an expression and its exact derivative by every input, as a number and as a formula, says
how it comes about and whether it is right, draws the computation graph, and takes steps along the gradient.

Derivatives are exact to rounding: every operation has its own rule, and nothing is estimated with small differences.
Where a number is infinite, undefined, at a kink or a jump, or where digits are lost, a note says which part of the
expression is to blame.
"""
PROGRAM = """
The first argument of most commands is the program. It is a file if it begins with `/`, `./`, `../` or `~/` or ends in
`.txt` or `.adiff`, or if a file of that name exists and it is no bare name; `-` is standard input; else it is the text
itself, which the shell wants in quotes.

A program is one expression, or statements apart by `;` or on lines: `name = expression` defines a value, `name = 2` an
input with a number of its own, `const name = 2` a number that is not differentiated, `f(x, y) = expression` a function.
Statements may stand in any order. Operators are `+ - * / ^`, comparisons, `and`, `or` and `not`; `2x` and `2(x+1)` are
products; `f'(x)` and `diff(expression, x)` are derivatives; `if(condition, a, b)` chooses; `sum(i, 1, n, expression)`
adds up; `w = [1, 2, 3]` is a vector and `w[1]` its first part. `adiff ops` lists every operation.

Then come bindings, `NAME=VALUE`. A value is a constant expression, such as `2/3` or `pi/4`, or a list, `1,2,3`.

A word that begins with one minus is an expression and no option, but for the short options of the command.
"""
JSON = """
With `--json` a command prints one object on standard output and nothing else there. Numbers that are not finite are the
strings "NaN", "Infinity" and "-Infinity". A note is an object of "kind", "message", "node" and "span": line, column and
length. The objects of the commands:
"""
EXIT = {
    "EXIT_DONE": "Done. An infinity is an answer, with a note.",
    "EXIT_MATHEMATICS": "The mathematics failed: a value or a derivative asked for is not a number, or one that `adiff check` "
    "looked at is not right.",
    "EXIT_USAGE": "The input is wrong: syntax, an unknown name, an input without a number, a bad file.",
    "EXIT_DEFECT": "A defect of adiff, with a line that helps to report it.",
    "EXIT_INTERRUPTED": "Interrupted.",
    "EXIT_BROKEN_PIPE": "The reader of the output has gone.",
}
ENVIRONMENT = {
    "ADIFF_NO_STATE": "If 1, the last expression and point are not stored.",
    "ADIFF_TRACEBACK": "If set, a defect shows where in the code it happened.",
    "NO_COLOR": "If set, nothing is coloured.",
    "COLUMNS": "The width of tables, also where the output is no terminal.",
    "SHELL": "The shell for which `adiff completion` prints its script if none is named.",
    "XDG_CONFIG_HOME, XDG_CACHE_HOME": "Where the directories below lie, instead of `~/.config` and `~/.cache`.",
}
FILES = {
    "~/.config/adiff/last.json": "The last expression and point, from which `adiff nudge` goes on; for the user alone.",
    "~/.cache/adiff/": "Tables of the grammar and the compiled layout engine; made again when missing.",
}

_SIGNS = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}


def typed(text: str) -> str:
    """Text that is typed as it stands: no sign of it becomes a prettier one."""
    found = "".join(_SIGNS.get(char, char) for char in text)
    return rf"\&{found}" if found.startswith(".") else found


def prose(text: str) -> str:
    """A paragraph, what stands between backquotes in bold. Each sentence begins a line, as troff likes it."""
    pieces = re.split(r"`([^`]+)`", " ".join(text.split()))
    # What is typed is not divided between lines.
    kept = [typed(each).replace(" ", r"\ ") for each in pieces]
    shown = "".join(rf"\fB{kept[i]}\fR" if i % 2 else _plain(each) for i, each in enumerate(pieces))
    lines = re.sub(r"(?<=[.:]) (?=[A-Z\\])", "\n", shown)
    return "\n".join(rf"\&{line}" if line.startswith((".", "'")) else line for line in lines.split("\n"))


def _plain(text: str) -> str:
    """Prose; an option named in it keeps its hyphens."""
    return re.sub(r"(?<!\w)--?(?=\w)|\\|['^~]", lambda found: typed(found[0]), text)


def paragraphs(text: str) -> str:
    """Paragraphs apart by blank lines; one that begins with click's mark for it is shown as it stands."""
    found = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if block.startswith("\b"):
            found.append(example(block.lstrip("\b\n").splitlines()))
        else:
            found.append(".PP\n" + prose(block))
    return "\n".join(found)


def example(lines: Iterable[str]) -> str:
    """Lines as they stand, indented."""
    return "\n".join([".PP", ".RS 4", ".EX", *(typed(each) for line in lines for each in _broken(line)), ".EE", ".RE"])


def _broken(line: str) -> list[str]:
    """A command too long for a terminal of 80 columns goes on behind a backslash."""
    found = [""]
    for word in re.findall(r'(?:"[^"]*"|[^\s"])+\s*', line):
        if len(found[-1]) + len(word.rstrip()) > WIDEST:
            found[-1] += "\\"
            found.append("    ")
        found[-1] += word
    return found


def listed(entries: Mapping[str, str]) -> str:
    """Terms with what is said of each."""
    return "\n".join(f".TP\n.B {typed(term)}\n{prose(text)}" for term, text in entries.items())


def options(parameters: Iterable[click.Option], context: click.Context) -> str:
    """Options with their arguments, as `--help` has them."""
    found = []
    for each in parameters:
        record = each.get_help_record(context)
        assert record is not None, f"{each.name} is hidden"
        spelt, text = record
        names = ", ".join(rf"\fB{typed(name)}\fR" for name in (*each.opts, *each.secondary_opts))
        value = re.sub(r"^(--?[\w-]+(, |$| ))+", "", spelt)
        found.append(f".TP\n{names}" + (rf" \fI{typed(value)}\fR" if value else "") + f"\n{prose(text)}")
    return "\n".join(found)


def shape(x: Any, name: str = "") -> str:
    """The keys of a JSON object: of those that are names of the program the first stands for all."""
    if isinstance(x, dict):
        named = name in ("inputs", "grad")
        keys = list(x)[:1] if named else list(x)
        inside = [f'"{key}"' + (f": {shape(x[key], key)}" if isinstance(x[key], (dict, list)) else "") for key in keys]
        return "{" + ", ".join([*inside, "..."] if named and len(x) > 1 else inside) + "}"
    if isinstance(x, list) and x and isinstance(x[0], dict):
        return f"[{shape(x[0])}, ...]"
    return "[...]"


def answered(command: str) -> Any:
    """The object that a command prints."""
    return json.loads(next(line for line in shown(command).splitlines() if line.startswith("{")))


def objects() -> dict[str, str]:
    """The shape of what each command prints for the first example in its help, and of an error."""
    found = {}
    for name, command in commands().items():
        first = re.search(rf"^\s*(adiff {name}\b.*)$", command.help or "", flags=re.MULTILINE)
        assert first, f"{name} has no example in its help"
        found[name] = shape(answered(f"{first[1]} --json"))
    found["an error, on standard error"] = shape(answered('adiff grad "(x" --json'))
    return found


def page() -> str:
    """The whole manual page."""
    every = commands()
    contexts = {name: click.Context(command, info_name=f"adiff {name}") for name, command in every.items()}
    own = {
        name: [p for p in each.get_params(contexts[name]) if isinstance(p, click.Option)]
        for name, each in every.items()
    }
    first, *others = own.values()
    common = [p for p in first if all(any(q.opts == p.opts and q.help == p.help for q in each) for each in others)]
    shared = [p.opts for p in common]
    synopsis, described = [], []
    for name, command in every.items():
        _, *arguments = command.collect_usage_pieces(contexts[name])
        synopsis.append(rf"\fBadiff {name}\fR \fI{typed(' '.join(arguments))}\fR [\fIoptions\fR]")
        described.append(f'.SS "adiff {name}"\n{paragraphs(command.help or "")}')
        described.append(options([p for p in own[name] if p.opts not in shared], contexts[name]))
    sections = {
        "NAME": r"adiff \- differentiate expressions and draw their computation graphs",
        "SYNOPSIS": "\n.br\n".join([*synopsis, r"\fBadiff\fR [\fB\-\-help\fR | \fB\-\-version\fR]"]),
        "DESCRIPTION": paragraphs(DESCRIPTION) + "\n" + listed({f"adiff {name}": line for name, line in COMMANDS.items()}),
        "THE PROGRAM AND ITS INPUTS": paragraphs(PROGRAM),
        "COMMANDS": "Options may stand anywhere behind the command.\n" + "\n".join(described),
        "OPTIONS OF EVERY COMMAND": options(common, contexts["grad"]),
        "JSON": "\n".join(
            [paragraphs(JSON), *(f".TP\n.B {typed(name)}\n{typed(text)}" for name, text in objects().items())]
        ),
        "EXIT STATUS": listed({str(getattr(errors, name)): text for name, text in EXIT.items()}),
        "ENVIRONMENT": listed(ENVIRONMENT),
        "FILES": listed(FILES),
        "EXAMPLES": "\n".join(f".PP\n{prose(what[0].upper() + what[1:])}:\n{example([line])}" for what, line in EXAMPLES.items()),
        "SEE ALSO": r"\fBdot\fR(1), \fBbc\fR(1), \fBjq\fR(1)",
    }  # fmt: skip
    # Flush left and without hyphens: what is typed can be copied.
    head = f'.\\" Written by docs/man.py\n.TH ADIFF 1 "" "adiff {__version__}" "User Commands"\n.nh\n.ad l\n'
    text = head + "".join(f".SH {_quoted(name)}\n{body}\n" for name, body in sections.items())
    return re.sub(r"\n{2,}", "\n", text)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
