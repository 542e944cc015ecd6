"""adiff check"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import EXIT_DONE, EXIT_MATHEMATICS, AdiffError
from . import options
from .main import Command
from .program import constant, given, program_text

if TYPE_CHECKING:
    from ..analysis.check import Check, InputCheck

# Verdicts that are no failure where they are allowed.
ALLOWED = ("kink", "ill-conditioned")


@click.command("check", cls=Command)
@options.words
@click.option("--against", multiple=True, metavar="EXPR", help='A derivative by hand: "6x - 4", "a: b*f"; or a file.')
@click.option("--h", "h", metavar="H", help="One step instead of the sweep, and the notebook's lines: --h 1e-8.")
@click.option("--wrt", metavar="NAMES", help="Check these inputs only: a,b.")
@click.option("--of", metavar="NAME", help="The value of the program to check.")
@click.option("--allow", metavar="VERDICTS", help="Exit 0 on these too: kink, ill-conditioned.")
@click.option("--seed", type=int, default=0, metavar="N", help="Choose other points nearby for --against.")
@click.option("--sweep", is_flag=True, help="The sweep of every input, not of a single one only.")
@click.option("-o", "--output", metavar="FILE", help="Draw the errors over h to a file: .svg, .png or .pdf.")
@options.at_file
@options.shared
def command(
    words: tuple[str, ...], against: tuple[str, ...], h: str | None, wrt: str | None, of: str | None, allow: str | None,
    seed: int, sweep: bool, output: str | None, at: str | None, as_json: bool, digits: int | None, quiet: bool,
) -> int:  # fmt: skip
    """Whether the gradient is right: against slopes by differences, and against a derivative worked out by hand.

    Differences of h from 0.1 to 1e-15 show how they err; the verdict comes from differences in high precision. Exit 1
    where the gradient or a derivative by hand is wrong, at a kink, and where rounding leaves no telling.

    \b
    adiff check "3x^2 - 4x + 5" x=3 --against "6x - 4"
    adiff check "(a*b+c)*f" a=2 b=-3 c=10 f=-2 --against "a: b*f, b: a*f"
    """
    from ..analysis.check import check
    from ..views.progress import Bar

    allowed = _allowed(allow)
    path = _target(output, h)
    read = given(words, at, quiet=quiet)
    names = options.names(wrt, "--wrt")
    bar: list[Bar] = []

    def watch(done: int, total: int) -> None:
        if not bar:
            bar.append(Bar("inputs", total, silent=as_json or quiet))
        bar[0].tell(done)

    answer = check(
        read.formula, read.at, wrt=names, of=options.names(of, "--of"), h=None if h is None else constant("--h", h),
        against=[program_text(each, quiet=quiet)[0] for each in against], seed=seed, watch=watch,
    )  # fmt: skip
    for each in bar:
        each.close()
    if path is not None:
        from ..views import plot_errors, render

        render.write(path, plot_errors.errors(answer, path.suffix.lower().removeprefix(".")))
    _show(answer, sweep, as_json=as_json, digits=digits, quiet=quiet)
    return EXIT_DONE if answer.verdict in allowed else EXIT_MATHEMATICS


def _allowed(text: str | None) -> set[str]:
    """The verdicts that are no failure. Raises AdiffError for a word that is none, and for what cannot be allowed."""
    words = options.names(text, "--allow") or []
    for word in words:
        if word not in ALLOWED:
            raise AdiffError("usage", f"--allow takes {' and '.join(ALLOWED)}, not {word}", hint="--allow kink")
    return {"right", *words}


def _target(output: str | None, h: str | None) -> Path | None:
    """Where the picture is to go. Raises AdiffError where it cannot, or where there would be nothing on it."""
    if output is None:
        return None
    if h is not None:
        raise AdiffError("usage", "-o draws a sweep of steps, and --h is one step", hint="leave one of them out")
    from ..views.plot import target

    return target(output)


def _show(answer: Check, sweep: bool, *, as_json: bool, digits: int | None, quiet: bool) -> None:
    if as_json:
        from ..views import json

        print(json.dumps(json.check(answer), digits))
        return
    from ..views import check as view

    if answer.h is None:
        view.write_check(answer, digits=digits, sweeps=sweep, quiet=quiet, picture=_picture())
        return
    print(view.notebook(answer, digits), end="")
    if answer.verdict != "right":
        view.write_verdicts(answer)
    options.say(answer.notes, quiet=quiet)


def _picture() -> Callable[[InputCheck, str], str] | None:
    """What draws the errors on a terminal, where plotext is there to do it."""
    from importlib.util import find_spec

    if not sys.stdout.isatty() or find_spec("plotext") is None:
        return None
    from ..views.plot_errors import in_terminal

    return in_terminal
