"""The pictures that the documentation shows, each with the command that draws it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from docs.shown import shown, written

DRAWINGS = Path(__file__).parent / "pages" / "drawings"
LECTURE = {"expr.txt": "L = d*f\nd = e + c\ne = a*b\n\na = 2; b = -3; c = 10; f = -2\n"}
NEURON = {"neuron.txt": "n = dot(w, x) + b\no = tanh(n)\n\nw = [-3, 1]; x = [2, 0]; b = 6.88\n"}
NETWORK = {
    "network.txt": "h = tanh([dot(w1, x), dot(w2, x)] + b)\ny = dot(v, h)\nL = (y - target)^2\n\n"
    "w1 = [1, -2]; w2 = [0.5, 1]; b = [0.1, -0.1]; v = [2, -1]\n"
}


class Picture(NamedTuple):
    """A picture: what a reader types, what it shows in words, and the files that the command reads."""

    command: str
    alt: str
    files: dict[str, str]

    @property
    def name(self) -> str:
        """The file that the command writes."""
        return self.command.split(" -o ")[1].split()[0]

    def drawn(self) -> str:
        """The picture, laid out by the engine that is the same everywhere."""
        return written(f"{self.command} --layout embedded", self.name, self.files)


def _pictures() -> dict[str, Picture]:
    point = '"(a*b+c)*f" a=2 b=-3 c=10 f=-2'
    every = [
        Picture(
            "adiff draw expr.txt -o graph.svg",
            "The computation graph of L = (a*b + c)*f with data and gradient on every node",
            LECTURE,
        ),
        Picture(
            "adiff draw neuron.txt --edges local -o local.svg",
            "A neuron with the local derivative on each edge",
            NEURON,
        ),
        Picture(
            "adiff draw neuron.txt --edges flow -o flow.svg",
            "A neuron whose edges are as wide as the gradient that flows along them",
            NEURON,
        ),
        Picture(
            'adiff draw "if(x > 0, sqrt(x), x^2)*y" x=-1 y=3 -o branch.svg',
            "A choice: the edge from the branch not taken is dashed, and its gradient is 0",
            {},
        ),
        Picture(
            'adiff draw "sqrt(x^2 + y^2)" x=3 y=4 --forward-only --rankdir TB -o forward.svg',
            "The square root of x^2 + y^2 from top to bottom, values without gradients",
            {},
        ),
        Picture(
            'adiff draw "f(t) = t*exp(-t); f(u) + f(v)" u=1 v=2 -o calls.svg',
            "Two calls of a function, each in an outline of its own",
            {},
        ),
        Picture(
            'adiff draw "f(t) = t*exp(-t); f(u) + f(v)" u=1 v=2 --fold f --edges local -o folded.svg',
            "The two calls as one box each, with the derivative through the whole function on the edge",
            {},
        ),
        Picture(
            "adiff draw network.txt x=0.5,0.25 target=1 --fold -o network.svg",
            "A network of two layers, its vectors and named values folded into a box each",
            NETWORK,
        ),
        Picture(
            'adiff draw "sum(i, 1, 300, sin(i*x)/i)" x=0.5 -o sum.svg',
            "A sum of 300 terms, all but four of them drawn as one box",
            {},
        ),
        Picture(
            "adiff draw network.txt x=0.5,0.25 target=1 --around y -o around.svg",
            "The value y of the network, what makes it and what uses it",
            NETWORK,
        ),
        Picture(
            f'adiff draw {point} --diff "a=2.06 b=-3.04 c=9.98 f=-1.96" -o points.svg',
            "One graph at two points, every number with its before and after",
            {},
        ),
        Picture(
            f'adiff draw {point} --diff "(a*b-c)*f" -o expressions.svg',
            "Two graphs laid over each other: what they share is pale, what differs is coloured",
            {},
        ),
        Picture(
            f"adiff draw {point} --edges flow --theme dark -o dark.svg",
            "The flow of the gradient through (a*b + c)*f, in the dark theme",
            {},
        ),
    ]
    return {each.name: each for each in every}


PICTURES = _pictures()


def picture(name: str, *, cat: bool = False, pages: str = "") -> None:
    """Print the command with what it says, its files where `cat` asks for them, and the picture, which opens alone: for cog.

    `pages` leads to the pages of the site from a text that is none of them.
    """
    each = PICTURES[name]
    files = [f"cat {file}" for file in each.files] if cat else []
    image = f"[![{each.alt}]({pages}drawings/{name})]({pages}drawings/{name})"
    if not pages:
        kind = "drawing upright" if "--rankdir TB" in each.command else "drawing"
        image = f'<figure class="{kind}" markdown="1">\n\n{image}\n\n</figure>'
    sys.stdout.write(f"{shown(*files, each.command, files=each.files)}\n\n{image}\n")


def main() -> None:
    """Draw each anew."""
    for name, each in PICTURES.items():
        (DRAWINGS / name).write_text(each.drawn(), encoding="utf-8")


if __name__ == "__main__":
    main()
