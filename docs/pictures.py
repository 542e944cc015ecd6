"""The pictures that the documentation shows."""

from __future__ import annotations

from pathlib import Path

from autodiff_cli import draw

PICTURES = {
    "graph.svg": "L = d*f\nd = e + c\ne = a*b\n\na = 2; b = -3; c = 10; f = -2\n",
}


def main() -> None:
    """Draw each beside this file."""
    for name, program in PICTURES.items():
        draw(program, Path(__file__).parent / name, layout="embedded")


if __name__ == "__main__":
    main()
