"""adiff nudge"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

import click

from ..analysis.convergence import FAR, NEGLIGIBLE
from ..analysis.nudge import Nudge, nudge
from ..analysis.point import complete, gathered, narrowed
from ..errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_MATHEMATICS, AdiffError
from ..graph.formula import Formula
from ..language import parse
from ..notation.numbers import number
from . import options, state
from .main import Command
from .program import binding_name, bindings, constant, from_file, given, is_binding, rebound

if TYPE_CHECKING:
    from ..analysis.walk import Walk


@click.command("nudge", cls=Command)
@options.words
@click.option("--step", default="0.01", metavar="H", show_default=True, help="The multiple of the gradient to go.")
@click.option("--down", is_flag=True, help="Go against the gradient: the output falls.")
@click.option("--of", metavar="NAME", help="The value of the program to raise.")
@click.option("--only", metavar="NAMES", help="Move these inputs only: a,b.")
@click.option("--hold", metavar="NAMES", help="Hold these inputs where they are, and move the others.")
@click.option("--steps", metavar="N", help="Take so many steps, each along the gradient at the point reached.")
@click.option("--momentum", metavar="M", help="Keep this part of the last step's velocity: from 0 to less than 1.")
@click.option("--until-converged", is_flag=True, help="Go on until the gradient is negligible, for at most --steps.")
@click.option("--tolerance", metavar="T", help="Negligible: this part of the largest gradient on the way (1e-8).")
@click.option("--all", "every", is_flag=True, help="Every step in the table, not some twenty of them.")
@click.option("-o", "--output", metavar="FILE", help="Plot the walk to a file: .svg, .png or .pdf.")
@click.option("--save", is_flag=True, help="Make the new point the one that the next nudge starts from.")
@options.at_file
@options.shared
def command(
    words: tuple[str, ...], step: str, down: bool, of: str | None, only: str | None, hold: str | None,
    steps: str | None, momentum: str | None, until_converged: bool, tolerance: str | None, every: bool,
    output: str | None, save: bool, at: str | None, as_json: bool, digits: int | None, quiet: bool,
) -> int:  # fmt: skip
    """Move every input a step along its partial derivative, and see the output rise as promised.

    Without an expression it goes on from the last one that grad or draw was given. Ctrl-C ends a long walk where it
    stands, and shows that.

    \b
    adiff nudge "(a*b+c)*f" a=2 b=-3 c=10 f=-2 --step 0.01
    adiff nudge "(x-1)^2 + (y+2)^2" x=5 y=5 --down --step 0.1 --until-converged
    """
    plotted = _target(output)
    formula, text, point, outputs = _start(words, of, at, quiet=quiet)
    many = steps is not None or momentum is not None or until_converged or tolerance is not None or plotted is not None
    moves: dict[str, Any] = {
        "step": constant("--step", step),
        "down": down,
        "only": options.names(only, "--only"),
        "hold": options.names(hold, "--hold"),
    }
    if many:
        moves |= {
            "steps": None if steps is None else _whole("--steps", steps),
            "momentum": 0.0 if momentum is None else constant("--momentum", momentum),
            "tolerance": _tolerance(tolerance, wanted=until_converged),
        }
        walked = _walk(formula, point, moves, silent=as_json or quiet)
        code = EXIT_INTERRUPTED if walked.ended == "interrupted" else EXIT_DONE
        if walked.ended == "broken" or (walked.converged is False and code == EXIT_DONE):
            code = EXIT_MATHEMATICS
        if plotted is not None and code != EXIT_INTERRUPTED:
            _plot(plotted, formula, walked)
        _show_walk(walked, every=every, as_json=as_json, digits=digits, quiet=quiet)
        save = save and walked.ended is None
        end = walked.point
    else:
        answer = nudge(formula, point, **moves)
        _show_nudge(answer, as_json=as_json, digits=digits, quiet=quiet)
        code = EXIT_MATHEMATICS if answer.after != answer.after else EXIT_DONE
        save = save and code == EXIT_DONE
        end = answer.point
    if save:
        state.store(text, gathered(end, formula.sizes), outputs)
    return code


def _target(output: str | None) -> Path | None:
    """Where the plot is to go. Raises AdiffError where it cannot."""
    if output is None:
        return None
    from ..views.plot import target

    return target(output)


def _whole(name: str, text: str) -> int:
    """A whole number, which may be written 1e5 or 10^5. Raises AdiffError for any other."""
    found = constant(name, text)
    if not found.is_integer():
        raise AdiffError("usage", f"{name} must be a whole number, not {text}", hint=f"for example {name} 100")
    return int(found)


def _tolerance(text: str | None, *, wanted: bool) -> float | None:
    """The tolerance of a walk that is to converge; None for one that is not. Raises AdiffError where it has no use."""
    if text is None:
        return NEGLIGIBLE if wanted else None
    if not wanted:
        raise AdiffError("usage", "--tolerance says when --until-converged ends", hint="add --until-converged")
    return constant("--tolerance", text)


def _walk(formula: Formula, point: dict[str, float], moves: dict[str, Any], *, silent: bool) -> Walk:
    """Take the steps, under a bar that shows how many; the first Ctrl-C ends the walk, a second one the command."""
    from ..analysis.walk import walk
    from ..views.progress import Bar

    stopped: list[int] = []
    bar = Bar("steps", moves["steps"] or (FAR if moves["tolerance"] is not None else 1), silent=silent)
    before = signal.getsignal(signal.SIGINT)

    # Where Ctrl-C is ignored, as in a job in the background, it stays so.
    heard = callable(before) and current_thread() is main_thread()

    def stop(number: int, _: object) -> None:
        stopped.append(number)
        signal.signal(signal.SIGINT, before)

    def watch(taken: int) -> bool:
        bar.tell(taken)
        return bool(stopped)

    if heard:
        signal.signal(signal.SIGINT, stop)
    try:
        return walk(formula, point, **moves, watch=watch)
    finally:
        if heard:
            signal.signal(signal.SIGINT, before)
        bar.close()


def _plot(path: Path, formula: Formula, answer: Walk) -> None:
    from ..analysis.joint import Straight
    from ..views import plot, render

    ground = Straight.of(formula, answer.point, answer.moving) if len(answer.moving) == 2 else None
    render.write(path, plot.walked(answer, plot.FORMATS[path.suffix.lower()], ground))


def _show_walk(answer: Walk, *, every: bool, as_json: bool, digits: int | None, quiet: bool) -> None:
    if as_json:
        from ..views import json

        sys.stdout.writelines(json.walk(answer, digits))
    else:
        from ..views.trajectory import write_walk

        write_walk(answer, digits=digits, every=every, quiet=quiet)


def _show_nudge(answer: Nudge, *, as_json: bool, digits: int | None, quiet: bool) -> None:
    if as_json:
        from ..views import json

        print(json.dumps(json.nudge(answer), digits))
    else:
        from ..views import table

        table.write_nudge(answer, digits=digits or 10, quiet=quiet)


def _start(
    words: tuple[str, ...], of: str | None, at: str | None, *, quiet: bool
) -> tuple[Formula, str, dict[str, float], list[str] | None]:
    """The formula, its text, the point, and the output chosen: as given, or as stored."""
    outputs = options.names(of, "--of")
    stored = state.last() if all(is_binding(word) for word in words) else None
    alone = len(words) == 1 and is_binding(words[0])
    goes_on = not words or alone or (stored is not None and binding_name(words[0]).partition("[")[0] in stored.at)
    if not goes_on:
        read = given(words, at, quiet=quiet)
        formula = narrowed(read.formula, outputs)
        return formula, read.text, complete(formula, read.at), outputs
    if stored is None:
        raise AdiffError(
            "usage", "there is no last expression to go on from",
            hint='give one: adiff nudge "(a*b+c)*f" a=2 b=-3 c=10 f=-2 --step 0.01',
        )  # fmt: skip
    changed = {**(from_file(at) if at is not None else {}), **bindings(words)}
    outputs = outputs or stored.of
    start = rebound(stored.at, changed)
    formula = narrowed(parse(stored.text, bound=start, name="the last expression"), outputs)
    point = complete(formula, start)
    if not quiet:
        shown = " ".join(stored.text.split())
        shown = shown if len(shown) <= 100 else shown[:97] + "..."
        print(f"from {shown} at {' '.join(f'{name}={number(x)}' for name, x in point.items())}", file=sys.stderr)
    return formula, stored.text, point, outputs
