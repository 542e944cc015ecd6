"""What the benchmarks share: fresh processes, ratios of one run, plain tables."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ABSENT = "not installed"

# What a measurement gives: seconds, or the word for why there are none.
Figure = float | str


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that imports the package from this checkout; bytecode may be written."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    paths = [str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "ADIFF_NO_STATE": "1", **more}


def seconds(command: Sequence[str], env: Mapping[str, str], timeout: float = 300.0) -> Figure:
    """The wall-clock time of a whole process; the last line it wrote to stderr where it fails."""
    start = perf_counter()
    try:
        done = subprocess.run(command, env=dict(env), capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return f"more than {timeout:.0f} s"
    elapsed = perf_counter() - start
    return elapsed if done.returncode == 0 else reason(done.stderr)


def reason(stderr: str) -> str:
    """The first line of a command's complaint, cut to fit a table."""
    lines = stderr.strip().splitlines() or ["failed"]
    return (lines[-1] if lines[0].startswith("Traceback") else lines[0])[:48]


def worker(script: str, *arguments: object) -> Any:
    """What a script answers to `--worker ARGUMENTS` in a process of its own: one line of JSON, the last it prints."""
    command = [sys.executable, script, "--worker", *map(str, arguments)]
    kept = {**environment(), "PYTHONDONTWRITEBYTECODE": "1"}  # imports are not measured: leave the checkout clean
    done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else reason(done.stderr)


def answer(found: object) -> None:
    """Answer as a worker, and end without taking a graph of a million nodes apart."""
    print(json.dumps(found), flush=True)
    os._exit(0)


def numbers(figures: Sequence[Figure]) -> list[float]:
    """The figures that are numbers."""
    return [each for each in figures if isinstance(each, float)]


def best(figures: Sequence[Figure], scale: float = 1e3) -> str:
    """The smallest figure, in milliseconds unless scaled otherwise; the word for it where there is none."""
    found = numbers(figures)
    return f"{min(found) * scale:,.4g}" if found else str(figures[0])


def ratio(ours: Sequence[Figure], theirs: Sequence[Figure]) -> float | None:
    """The median of the ratios of one round each; None where either has no figures."""
    pairs = [a / b for a, b in zip(ours, theirs, strict=True) if isinstance(a, float) and isinstance(b, float)]
    return statistics.median(pairs) if pairs else None


def shown(found: float | None) -> str:
    """A ratio for a table."""
    return "-" if found is None else f"{found:.2f}"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    print(f"\n{title}")
    for row in [head, ["-" * width for width in widths], *rows]:
        figures = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *figures]))
