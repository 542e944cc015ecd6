"""From the start of the command to an SVG file: the embedded Graphviz cold and warm, and the dot program.

Cold is without wasmtime's cache of compiled modules, which the first drawing of a user fills. Everything else (bytecode,
the grammar's tables) is warm in every run.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

from measure import ABSENT, Figure, best, environment, ratio, seconds, shown, table

LECTURE = ["(a*b+c)*f", "a=2", "b=-3", "c=10", "f=-2"]


def tree(count: int) -> str:
    """A balanced tree of products and sums."""
    level = [f"x{i}" for i in range(count + 1)]
    sign = "*"
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [f"({level[i]}{sign}{level[i + 1]})" for i in range(0, len(level) - 1, 2)] + odd
        sign = "+" if sign == "*" else "*"
    return level[0]


def shuffled(count: int) -> str:
    """Definitions in terms of two random earlier values each, and a sum of those left over."""
    rng = random.Random(1)
    names = [f"x{i}" for i in range(10)]
    free: set[str] = set()
    lines = []
    for i in range(count * 2 // 3):
        p, q = rng.choice(names), rng.choice(names)
        free -= {p, q}
        free.add(f"v{i}")
        names.append(f"v{i}")
        lines.append(f"v{i} = {p}{rng.choice('+*-')}{q}")
    return "\n".join([*lines, " + ".join(sorted(free))])


def horner(count: int) -> str:
    """A polynomial by Horner's scheme: a chain, every other operation of which also uses x."""
    body = "c0"
    for i in range(count // 2):
        body = f"({body})*x+c{i + 1}"
    return body


def rows_of_lecture(command: list[str], place: Path, env: dict[str, str], rounds: int) -> list[list[str]]:
    """The lecture's graph: cold, warm, and by the dot program."""
    figures: dict[str, list[Figure]] = {"embedded, warm": [], "embedded, cold": [], "dot program": []}
    modules = place / "cache" / "adiff" / "wasmtime"
    for _ in range(rounds):
        figures["embedded, warm"].append(seconds([*command, *LECTURE, "--layout", "embedded"], env))
        shutil.rmtree(modules, ignore_errors=True)
        figures["embedded, cold"].append(seconds([*command, *LECTURE, "--layout", "embedded"], env))
        installed = shutil.which("dot") is not None
        figures["dot program"].append(seconds([*command, *LECTURE, "--layout", "system"], env) if installed else ABSENT)
    warm = figures["embedded, warm"]
    return [[who, best(each), shown(ratio(each, warm))] for who, each in figures.items()]


def row_of(shape: str, count: int, command: list[str], place: Path, env: dict[str, str], rounds: int) -> list[str]:
    """A graph of `count` operations, both ways."""
    text = place / f"{shape}.adiff"
    text.write_text({"tree": tree, "random": shuffled, "Horner": horner}[shape](count), encoding="utf-8")
    run = [*command, str(text), "--max-nodes", "10000", "--layout"]
    ours: list[Figure] = []
    dot: list[Figure] = []
    for _ in range(rounds):
        ours.append(seconds([*run, "embedded"], env))
        dot.append(seconds([*run, "system"], env) if shutil.which("dot") else ABSENT)
    return [f"{shape}, {count:,} operations", best(ours, 1.0), best(dot, 1.0), shown(ratio(ours, dot))]


def main() -> None:
    """Draw in turns, and print times and ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument(
        "--size", type=int, nargs="*", default=[100, 300, 1000], help="operations of the larger graphs"
    )
    options.add_argument("--large-rounds", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="adiff-drawing-") as name:
        place = Path(name)
        env = environment(XDG_CACHE_HOME=str(place / "cache"), PYTHONPYCACHEPREFIX=str(place / "bytecode"))
        command = [sys.executable, "-m", "autodiff_cli", "draw", "--quiet", "-o", str(place / "graph.svg")]
        for layout in ("embedded", "embedded", "system"):
            seconds([*command, *LECTURE, "--layout", layout], env)
        rows = rows_of_lecture(command, place, env, chosen.rounds)
        table(f"The lecture's graph, whole process, best of {chosen.rounds}", ["layout", "best ms", "it / warm"], rows)
        rows = [
            row_of(shape, count, command, place, env, chosen.large_rounds)
            for count in chosen.size
            for shape in ("tree", "random", "Horner")
        ]
        table("Larger graphs, embedded and warm (bar: 1,000 operations in 2 s)",
              ["graph", "embedded s", "dot s", "embedded / dot"], rows)  # fmt: skip


if __name__ == "__main__":
    main()
