"""Files of five million rows: a call's price by Black and Scholes and its five partials, from file to file.

`adiff map` against pyarrow, which reads the input and writes a table of the output's shape without computing anything, and
against DuckDB and Polars, which compute the same formulas (files_contenders.py). Whole processes, imports included, that
take turns; peak memory is what the kernel counted for the process. Then the memory of `adiff map` as files grow.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from files_contenders import CONTENDERS
from measure import ABSENT, Figure, best, environment, numbers, ratio, reason, shown, table
from rows_contenders import confined

OURS = "adiff map"
KINDS = ("csv", "parquet")
MEGABYTE = 1e6
# A small process in between: a child's peak memory counts from that of the process that started it.
LAUNCH = """\
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
elapsed = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps({"seconds": elapsed, "code": done.returncode, "peak": peak, "stderr": done.stderr[-2000:]}))
"""


def run(command: Sequence[str]) -> tuple[Figure, Figure]:
    """Seconds and peak bytes of a command; twice the reason where it fails."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", LAUNCH, *command], env=environment(), capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    if told["code"]:
        return (reason(told["stderr"]),) * 2
    return float(told["seconds"]), float(told["peak"])


def worker(*words: object) -> None:
    """Make a file or judge one, in a process of its own."""
    script = Path(__file__).with_name("files_worker.py")
    subprocess.run([sys.executable, str(script), *map(str, words)], check=True, env=environment())


def compared(place: Path, kind: str, rows: int, rounds: int) -> None:
    """One table: every contender on a file of a kind."""
    source, target = place / f"in.{kind}", place / f"out.{kind}"
    worker("make", source, rows)
    times: dict[str, list[Figure]] = {name: [] for name in CONTENDERS}
    peaks: dict[str, list[Figure]] = {name: [] for name in CONTENDERS}
    sizes = {}
    for i in range(rounds + 1):  # one round to warm caches, whose files are judged
        for name, (needs, command, tolerance) in CONTENDERS.items():
            if not find_spec(needs):
                times[name].append(ABSENT)
                peaks[name].append(ABSENT)
                continue
            seconds, peak = run(command(source, target))
            if isinstance(seconds, float) and not i:
                sizes[name] = target.stat().st_size / MEGABYTE
                worker("judge", target, rows, tolerance)
            if i:
                times[name].append(seconds)
                peaks[name].append(peak)
            target.unlink(missing_ok=True)
    lines = []
    for name in CONTENDERS:
        size = f"{sizes[name]:,.0f}" if name in sizes else "-"
        lines.append([name, best(times[name], 1), shown(ratio(times[OURS], times[name])), peak_of(peaks[name]), size])
    told = f"{kind}, {rows:,} rows, {source.stat().st_size / MEGABYTE:,.0f} MB"
    table(told, ["", "s", "adiff /", "peak, MB", "written, MB"], lines)
    source.unlink()


def peak_of(peaks: Sequence[Figure]) -> str:
    """The largest peak in megabytes."""
    return f"{max(numbers(peaks)) / MEGABYTE:,.0f}" if numbers(peaks) else "-"


def memory(place: Path, kind: str, sizes: Sequence[int]) -> None:
    """One table: ours on files of several sizes."""
    lines = []
    for rows in sizes:
        source, target = place / f"in.{kind}", place / f"out.{kind}"
        worker("make", source, rows)
        seconds, peak = run(CONTENDERS[OURS][1](source, target))
        size = source.stat().st_size / MEGABYTE
        lines.append([f"{rows:,} rows", f"{size:,.0f}", best([seconds], 1), peak_of([peak])])
        for each in (source, target):
            each.unlink(missing_ok=True)
    table(f"adiff map, {kind}, as files grow", ["", "file, MB", "s", "peak, MB"], lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--grow", type=int, nargs="*", default=[1_000_000, 5_000_000, 20_000_000], metavar="ROWS")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS, metavar="KIND")
    parser.add_argument(
        "--place", type=Path, help="a directory with room for 7 GB, instead of the system's temporary one"
    )
    given = parser.parse_args()
    for needed in ("numpy", "pyarrow", "sympy"):
        if not find_spec(needed):
            sys.exit(f"{needed} is not installed, which makes and judges the files: pip install -e '.[bench]'")
    confined()
    with tempfile.TemporaryDirectory(prefix="adiff-files-", dir=given.place) as place:
        for kind in given.kinds:
            if given.rounds:
                compared(Path(place), kind, given.rows, given.rounds)
        for kind in given.kinds:
            if given.grow:
                memory(Path(place), kind, given.grow)


if __name__ == "__main__":
    main()
