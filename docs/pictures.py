"""The pictures that the documentation shows."""

from __future__ import annotations

from pathlib import Path

from autodiff_cli import draw

PAGES = Path(__file__).parent / "pages"
PICTURES = {
    "graph.svg": "L = d*f\nd = e + c\ne = a*b\n\na = 2; b = -3; c = 10; f = -2\n",
}


def main() -> None:
    """Draw each beside the pages."""
    for name, program in PICTURES.items():
        draw(program, PAGES / name, layout="embedded")


if __name__ == "__main__":
    main()
