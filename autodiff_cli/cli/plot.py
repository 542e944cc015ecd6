"""adiff plot"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..analysis.point import narrowed, suspicions
from ..errors import EXIT_DONE, AdiffError
from ..graph.formula import Formula
from ..graph.note import Note
from ..notation.numbers import number
from . import options
from .main import Command
from .program import Given, constant, given, value_of
from .ranges import USUAL, Range

if TYPE_CHECKING:
    from ..analysis.field import Field
    from ..analysis.field import Path as Walked
    from ..analysis.sampling import Sampled

# What only a plot over one input has, and only one over two.
_OF_ONE = ("derivative", "second", "tangent", "secant", "log")
_OF_TWO = ("start", "steps", "step", "down")
_SPELLING = {"start": "--from"}


@click.command("plot", cls=Command)
@options.words
@click.option("-o", "--output", metavar="FILE", help="Write .svg, .png or .pdf; without, the plot is in the terminal.")
@click.option("--derivative", is_flag=True, help="The derivative too.")
@click.option("--second", is_flag=True, help="The second derivative too.")
@click.option("--tangent", multiple=True, metavar="X", help="The tangent at X, with its slope; may be given again.")
@click.option("--secant", multiple=True, metavar="X,H", help="The line through X and X+H, with its slope.")
@click.option("--points", type=int, metavar="N", help="N evenly spaced points, instead of as many as the curve needs.")
@click.option("--log", type=click.Choice(["x", "y", "xy"]), help="Make an axis logarithmic, or both.")
@click.option(
    "--from", "start", metavar="X,Y", help="Over two inputs: walk along the gradient from here, as nudge does."
)
@click.option("--steps", type=int, metavar="N", help="How many steps the walk takes (100).")
@click.option("--step", metavar="H", help="The multiple of the gradient that each step goes (0.01).")
@click.option("--down", is_flag=True, help="Walk against the gradient.")
@click.option("--of", metavar="NAMES", help="Plot these values of the program: L or y1,y2.")
@click.option("--title", metavar="TEXT", help="A title, instead of where the other inputs are held.")
@click.option(
    "--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True, help="Colours of a file."
)
@click.option("--size", metavar="WxH", help="Inches of a file, as 7x4.5; columns and lines in the terminal, as 80x24.")
@click.option("--csv", "as_csv", is_flag=True, help="The points as comma-separated values instead of the plot.")
@options.at_file
@options.shared
def command(
    words: tuple[str, ...], output: str | None, of: str | None, points: int | None, title: str | None, theme: str,
    size: str | None, as_csv: bool, at: str | None, as_json: bool, digits: int | None, quiet: bool, **wanted: Any,
) -> int:  # fmt: skip
    """An expression over a range of one input, with its derivatives, tangents and secants.

    Bind one input to a range, NAME=LOW:HIGH; the only one without a number goes from -5 to 5. Poles are dashed lines,
    jumps are not joined. Bind two inputs to ranges for level lines with the gradient field, and with --from for the
    path of a walk along it.

    \b
    adiff plot "3x^2 - 4x + 5" x=-5:5 --derivative --tangent 3
    adiff plot "x^2 + x*y + y^2" x=-2:2 y=-2:2 --from 1,2 --down -o bowl.svg
    """
    if as_csv and (as_json or output):
        raise AdiffError("usage", f"--csv and {'--json' if as_json else '-o'} are two outputs", hint="choose one")
    path = _target(output)
    room = _size(size, paper=path is not None)
    if not (path or as_json or as_csv):
        from ..views.plot_canvas import require

        require()
    read = given(words, at, quiet=quiet, ranged=True)
    formula = narrowed(read.formula, options.names(of, "--of"))
    notes = [*suspicions(formula, [*read.at, *read.ranges]), *_usual(formula, read)]
    answer = _curves(formula, read, points, wanted) if _one(formula, read) else _field(formula, read, points, wanted)
    answer = replace(answer, notes=(*notes, *answer.notes))
    if path is not None:
        _write(path, answer, theme, title, room, digits)
    _show(answer, path, formula.sizes, as_json=as_json, as_csv=as_csv, digits=digits, title=title, room=room)
    if not as_json:
        options.say(answer.notes, quiet=quiet)
    return EXIT_DONE


def _target(output: str | None) -> Path | None:
    """Where the plot is to go. Raises AdiffError where it cannot."""
    if output is None:
        return None
    from ..views.plot import target

    return target(output)


def _size(text: str | None, *, paper: bool) -> tuple[float, float] | None:
    """Width and height. Raises AdiffError for what is no size, or none that can be drawn."""
    if text is None:
        return None
    low, high, example = (1.0, 60.0, "7x4.5") if paper else (24.0, 1000.0, "80x24")
    width, _, height = text.lower().replace("×", "x").partition("x")
    try:
        found = float(width), float(height)
    except ValueError:
        raise AdiffError("usage", f"{text!r} is no size", hint=f"for example --size {example}") from None
    if not (low <= found[0] <= high and low / 3 <= found[1] <= high):
        unit = "inches" if paper else "columns and lines"
        raise AdiffError(
            "usage", f"a plot of {text} {unit} is too {'large' if max(found) > high else 'small'}",
            hint=f"for example --size {example}",
        )  # fmt: skip
    return found


def _usual(formula: Formula, read: Given) -> list[Note]:
    """The usual range for the one input that has neither a range nor a number, where no input has a range."""
    free = [name for name in formula.inputs if name not in read.at and name not in formula.defaults]
    if read.ranges or len(free) != 1:
        return []
    (name,) = free
    read.ranges[name] = Range(*USUAL)
    return [
        Note("range", f"{name} goes from {USUAL[0]:g} to {USUAL[1]:g}; {name}=LOW:HIGH gives it another range", name)
    ]


def _one(formula: Formula, read: Given) -> bool:
    """Whether the plot is over one input, or over two. Raises AdiffError for any other number of ranges."""
    if len(read.ranges) in (1, 2):
        return len(read.ranges) == 1
    if read.ranges:
        raise AdiffError(
            "usage", f"a plot is over one input or two, and {len(read.ranges)} have ranges",
            hint=f"give {list(read.ranges)[-1]} a number",
        )  # fmt: skip
    if not formula.inputs:
        raise AdiffError("usage", "the expression has no input to plot it over", hint="use a name in it: x^2 x=-5:5")
    for name, size in formula.sizes.items():
        ends = [read.at.get(f"{name}[{k}]") for k in range(1, size + 1)]
        if size == 2 and None not in ends:
            low, high = sorted((number(end) for end in ends if end is not None), key=float)
            message = f"{name} is bound to a list of two, and no input has a range to plot over"
            raise AdiffError("usage", message, hint=f"write {name}={low}:{high}")
    free = [name for name in formula.inputs if name not in read.at and name not in formula.defaults]
    name = (free or formula.inputs)[0]
    raise AdiffError("usage", "no input has a range to plot over", hint=f"give one a range: {name}=-5:5")


def _refuse(wanted: dict[str, Any], names: tuple[str, ...], inputs: str) -> None:
    """Raises AdiffError for an option that the other kind of plot has."""
    for name in names:
        if wanted[name] not in (None, False, ()):
            option = _SPELLING.get(name, f"--{name}")
            instead = "give one input a number" if inputs == "one input" else "give a second input a range"
            raise AdiffError("usage", f"{option} is for a plot over {inputs}", hint=f"leave it out, or {instead}")


def _curves(formula: Formula, read: Given, points: int | None, wanted: dict[str, Any]) -> Sampled:
    from ..analysis.sampling import sampled

    _refuse(wanted, _OF_TWO, "two inputs")
    ((name, ends),) = read.ranges.items()
    orders = [0, *([1] if wanted["derivative"] else []), *([2] if wanted["second"] else [])]
    secants = [_pair("--secant", text, "a place and a distance", "3,0.5") for text in wanted["secant"]]
    tangents = [constant("--tangent", text) for text in wanted["tangent"]]
    return sampled(
        formula, read.at, name, *ends, orders=orders, points=points, tangents=tangents, secants=secants,
        log=wanted["log"] or "",
    )  # fmt: skip


def _field(formula: Formula, read: Given, points: int | None, wanted: dict[str, Any]) -> Field:
    from ..analysis.field import field

    _refuse(wanted, _OF_ONE, "one input")
    first, second = read.ranges.items()
    return field(formula, read.at, first, second, points=points, path=_path(wanted))


def _path(wanted: dict[str, Any]) -> Walked | None:
    """The walk asked for. Raises AdiffError for its options without a place to start from."""
    if wanted["start"] is None:
        if wanted["steps"] is not None or wanted["step"] is not None or wanted["down"]:
            raise AdiffError("usage", "a walk needs a place to start from", hint="for example --from 1,1")
        return None
    from ..analysis.field import Path as Walked

    start = _pair("--from", wanted["start"], "a place for each of the two inputs", "1,1")
    step = 0.01 if wanted["step"] is None else constant("--step", wanted["step"])
    return Walked(start, 100 if wanted["steps"] is None else wanted["steps"], step, wanted["down"])


def _pair(option: str, text: str, what: str, example: str) -> tuple[float, float]:
    """The two numbers of an option. Raises AdiffError for any other number of them."""
    if "=" in text:
        numbers = [each.partition("=")[2] for each in text.replace(",", " ").split()]
        hint = (
            f"write {option} {','.join(numbers)}"
            if all(numbers) and len(numbers) == 2
            else f"for example {option} {example}"
        )
        raise AdiffError("usage", f"{option} takes the two numbers alone, {what}", hint=hint)
    found = value_of(option, text)
    if not isinstance(found, list) or len(found) != 2:
        raise AdiffError("usage", f"{option} takes two numbers, {what}", hint=f"for example {option} {example}")
    return found[0], found[1]


def _write(
    path: Path,
    answer: Sampled | Field,
    theme: str,
    title: str | None,
    size: tuple[float, float] | None,
    digits: int | None,
) -> None:
    from ..analysis.field import Field
    from ..views import plot, plot_curves, plot_field, render

    draw: Any = plot_field.contours if isinstance(answer, Field) else plot_curves.curves
    render.write(
        path, draw(answer, plot.FORMATS[path.suffix.lower()], theme=theme, title=title, size=size, digits=digits)
    )


def _show(
    answer: Sampled | Field, path: Path | None, sizes: dict[str, int], *, as_json: bool, as_csv: bool, digits: int | None,
    title: str | None, room: tuple[float, float] | None,
) -> None:  # fmt: skip
    """What goes to standard output: the object, the table, the plot, or nothing where a file was written."""
    if as_json:
        from ..views import json, samples

        known = samples.about(answer, sizes)
        if path is None:
            found = samples.points(answer) | known
        else:
            found = {"written": str(path), "format": path.suffix.lower()[1:], **known}
        print(json.dumps(found, digits))
    elif as_csv:
        from ..views import samples

        samples.write(sys.stdout, answer, digits)
    elif path is None:
        from ..views import plot_canvas, plot_terminal

        look = plot_canvas.style(None if room is None else (int(room[0]), int(room[1])))
        sys.stdout.write(plot_terminal.plot(answer, look, title=title, digits=digits))
