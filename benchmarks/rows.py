"""Value and all partials for every row of columns in memory, against what else can do that.

Each contender has a process of its own in every round, and takes turns with the others. In it, the best of five warm calls
is set against the best of ten copies: writing as many bytes as value and partials have, from resident columns, in as many
threads. The contenders' sources are in rows_contenders.py, the formulas in rows_workloads.py. Every contender's numbers are
compared with mpmath's on a few rows, and those of adiff on ten thousand, within its rounding bound (rows_exact.py).
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from measure import ABSENT, ROOT, Figure, best, environment, numbers, ratio, reason, seconds, shown, table
from rows_contenders import CONTENDERS, THREADS, confined
from rows_exact import worst
from rows_workloads import WORKLOADS, exact

OURS = "adiff"
# What a cold process does, from start to first answer.
COLD = """\
import sys, numpy
sys.path.insert(0, {place!r})
ranges = {ranges}
columns = {{each: numpy.linspace(low, high, 1000) for each, (low, high) in ranges.items()}}
out = [numpy.zeros(1000) for _ in range(len(columns) + 1)]
ways = __import__({module!r}).prepare(columns, out)
print(float(next(iter(ways.values()))()[0][-1]))
"""


class Bench:
    """The contenders' sources in a directory, with caches of their own beside them."""

    def __init__(self, place: Path, only: Sequence[str]) -> None:
        self.place = place
        self.caches = place / "caches"
        self.absent = {name: not all(map(find_spec, needs)) for name, (needs, _) in CONTENDERS.items()}
        self.names = [name for name in CONTENDERS if not only or name in only]

    def file(self, name: str, workload: str) -> Path:
        """The source of a contender for a workload."""
        path = self.place / f"{list(CONTENDERS).index(name)}_{list(WORKLOADS).index(workload)}.py"
        if not path.exists():
            path.write_text(CONTENDERS[name][1](workload), encoding="utf-8")
        return path

    def environment(self) -> dict[str, str]:
        """Caches of compiled kernels in the directory, so that they can be emptied; bytecode is kept apart from them."""
        return environment(
            PYTHONPYCACHEPREFIX=str(self.place / "bytecode"),
            XDG_CACHE_HOME=str(self.caches / "user"),
            NUMBA_CACHE_DIR=str(self.caches / "numba"),
            JAX_COMPILATION_CACHE_DIR=str(self.caches / "jax"),
            JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS="0",
            TORCHINDUCTOR_CACHE_DIR=str(self.caches / "inductor"),
            JAX_PLATFORMS="cpu",
        )

    def warm(self, name: str, workload: str, rows: int, repeats: int) -> dict[str, Any] | str:
        """What rows_worker.py answers; the reason where it fails."""
        if self.absent[name]:
            return ABSENT
        script = Path(__file__).with_name("rows_worker.py")
        command = [sys.executable, str(script), str(self.file(name, workload)), workload, str(rows), str(repeats)]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)
        return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else reason(done.stderr)

    def cold(self, name: str, workload: str) -> tuple[Figure, Figure]:
        """The seconds of a process that answers on 1,000 rows: with empty caches of kernels, and once more."""
        if self.absent[name]:
            return ABSENT, ABSENT
        shutil.rmtree(self.caches, ignore_errors=True)
        module = self.file(name, workload).stem
        code = COLD.format(ranges=dict(WORKLOADS[workload].columns), place=str(self.place), module=module)
        command = [sys.executable, "-c", code]
        return seconds(command, self.environment()), seconds(command, self.environment())


def judged(name: str, workload: str, found: dict[str, Any]) -> None:
    """A contender's rows against mpmath's; all contenders must have computed the same thing."""
    for row, answers in zip(exact(workload, found["inputs"], 30), found["outputs"], strict=True):
        size = max(abs(float(each)) for each in row)
        for right, given in zip(row, answers, strict=True):
            assert abs(float(right) - given) <= 1e-9 * size, (name, workload, float(right), given)


def measured(bench: Bench, workload: str, rows: int, rounds: int, repeats: int) -> None:
    """One table: every contender on so many rows of a workload."""
    times: dict[str, list[Figure]] = {name: [] for name in bench.names}
    multiples: dict[str, list[Figure]] = {name: [] for name in bench.names}
    copies: list[float] = []
    way: dict[str, str] = {}
    for _ in range(rounds):
        for name in bench.names:
            found = bench.warm(name, workload, rows, repeats)
            if isinstance(found, dict):
                bests = {each: min(given) for each, given in found["times"].items() if isinstance(given, list)}
                if not bests:
                    found = next(iter(found["times"].values()))
            if isinstance(found, str):
                times[name].append(found)
                multiples[name].append(found)
                continue
            judged(name, workload, found)
            way[name] = min(bests, key=lambda each: bests[each])
            copies.append(min(found["copy"]))
            times[name].append(bests[way[name]])
            multiples[name].append(bests[way[name]] / copies[-1])
    against = {name: ratio(times[OURS], times[name]) if OURS in times else None for name in bench.names}
    lines = []
    for name in bench.names:
        many = numbers(multiples[name])
        multiple = f"{statistics.median(many):.2f}" if many else "-"
        lines.append([name, best(times[name]), multiple, shown(against[name]), way.get(name, "-")])
    size = (len(WORKLOADS[workload].columns) + 1) * 8 * rows / 1e6
    copied = f"{size:,.0f} MB out, copied in {min(copies) * 1e3:.4g} ms" if copies else "nothing measured"
    table(f"{workload}, {rows:,} rows: {copied}", ["", "ms", "× copy", "adiff /", "the faster way"], lines)
    others = [each for name, each in against.items() if each is not None and not name.startswith(OURS)]
    if others:
        print(f"adiff / the fastest other: {max(others):.2f}", flush=True)


def first_calls(bench: Bench, workload: str, rounds: int) -> None:
    """One table: whole processes to the first answer."""
    figures: dict[str, list[tuple[Figure, Figure]]] = {name: [] for name in bench.names}
    for i in range(rounds + 1):  # one round to fill the cache of bytecode
        for name in bench.names:
            found = bench.cold(name, workload)
            if i:
                figures[name].append(found)
    lines = [[name, *(best([pair[k] for pair in figures[name]], 1) for k in (0, 1))] for name in bench.names]
    head = ["", "first, s", "kernel cached, s"]
    table(f"{workload}: a fresh process from start to the first answer, 1,000 rows", head, lines)


def vectors() -> str:
    """Whether numba has Intel's vector functions here."""
    code = "import numba; print('with' if numba.config.USING_SVML else 'without', 'SVML')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() or ABSENT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5, help="warm calls in each round, of which the best counts")
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000_000, 10_000_000])
    parser.add_argument("--only", nargs="+", default=[], choices=list(CONTENDERS), metavar="CONTENDER")
    parser.add_argument("--workloads", nargs="+", default=list(WORKLOADS), choices=list(WORKLOADS), metavar="WORKLOAD")
    parser.add_argument("--judged", type=int, default=10_000, help="rows of adiff's that mpmath judges")
    parser.add_argument("--skip", nargs="+", default=[], choices=["warm", "cold", "exact"])
    given = parser.parse_args()
    if not find_spec("sympy"):
        sys.exit("SymPy is not installed, which writes the contenders' code: pip install -e '.[bench]'")
    confined()
    print(f"{THREADS} threads; contenders that can write into given arrays do; numba {vectors()}")
    with tempfile.TemporaryDirectory(prefix="adiff-rows-") as place:
        bench = Bench(Path(place), given.only)
        for workload in given.workloads:
            for rows in given.rows if "warm" not in given.skip else []:
                measured(bench, workload, rows, given.rounds, given.repeats)
            if "cold" not in given.skip:
                first_calls(bench, workload, given.rounds)
    if "exact" not in given.skip and (not given.only or OURS in given.only):
        lines = [[workload, *worst(workload, given.judged)] for workload in given.workloads]
        table(
            f"adiff on {given.judged:,} rows against mpmath, in units of the rounding bound",
            ["", "worst", "at most"],
            lines,
        )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
