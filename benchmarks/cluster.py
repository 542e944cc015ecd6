"""Millions of rows of a call's price by Black and Scholes and its five partials, on the workers of a Dask cluster.

`adiff map --engine dask` against `adiff map` with as many threads, on one machine: with workers that it starts itself, and
with those of a scheduler that runs already. Whole processes, imports included, that take turns. Then what a run costs that
has next to nothing to do.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from measure import Figure, best, environment, ratio, seconds, shown, table
from rows_workloads import WORKLOADS

NAME = "Black-Scholes"
ADIFF = [str(Path(sys.executable).with_name("adiff")), "map", WORKLOADS[NAME].text]
FEW = 1000


@contextmanager
def cluster(place: Path, workers: int) -> Iterator[str]:
    """The scheduler file of a cluster on this machine, with so many workers of one thread."""
    file = place / f"scheduler-{workers}.json"
    common = ["--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", str(file)]
    commands = [["scheduler", "--port", "0"]] + [["worker", "--nthreads", "1", "--no-nanny"]] * workers
    running = []
    try:
        for kind, *more in commands:
            command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *common, *more]
            running.append(subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            while not file.exists():
                time.sleep(0.05)
        yield str(file)
    finally:
        for each in running[::-1]:
            each.terminate()
            each.wait()


def contenders(files: Sequence[str]) -> dict[str, list[str]]:
    """The ways to run, by name; `files` are those of the clusters with one and two workers."""
    found = {}
    for many, file in enumerate(files, 1):
        words = f"{many} worker{'s' if many > 1 else ''}"
        found[f"local, {many} thread{'s' if many > 1 else ''}"] = ["--threads", str(many)]
        found[f"dask, {words} of its own"] = ["--engine", "dask", "--threads", str(many)]
        found[f"dask, {words} of a scheduler"] = ["--engine", "dask", "--scheduler", file]
    return found


def emptied(target: Path) -> None:
    """No file and no directory of that name."""
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)


def judged(source: Path, place: Path, ways: dict[str, list[str]]) -> None:
    """All ways give the same rows. Raises AssertionError where they do not."""
    from pyarrow import parquet

    want = None
    for name, options in ways.items():
        target = place / "out.parquet"
        done = subprocess.run(
            [*ADIFF, str(source), "-o", str(target), "--summary", "json", *options],
            env=environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (name, done.stderr)
        print(f"{name}: {json.loads(done.stderr).get('partitions', 'no')} partitions")
        found = parquet.read_table(target)
        want = found if want is None else want
        assert found.equals(want), f"{name}: other rows"
        del found
        emptied(target)


def compared(title: str, source: Path, place: Path, ways: dict[str, list[str]], words: list[str], rounds: int) -> None:
    """One table: every way on one file, `words` being what is asked of it."""
    target = place / f"out{source.suffix}"
    times: dict[str, list[Figure]] = {name: [] for name in ways}
    for i in range(rounds + 1):  # one round to warm caches
        for name, options in ways.items():
            command = [*ADIFF, str(source), "--quiet", *[str(target) if each == "OUT" else each for each in words]]
            found = seconds([*command, *options], environment())
            if i:
                times[name].append(found)
            emptied(target)
    lines = []
    local: list[Figure] = []
    for name in ways:
        local = times[name] if name.startswith("local") else local
        one = times.get(name.replace("2 workers", "1 worker").replace("2 threads", "1 thread"), [])
        lines.append([name, best(times[name], 1), shown(ratio(times[name], local)), shown(ratio(one, times[name]))])
    table(title, ["", "s", "/ local", "one / this"], lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument(
        "--place", type=Path, help="a directory with room for 6 GB, instead of the system's temporary one"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="adiff-cluster-", dir=given.place) as name:
        place = Path(name)
        script = str(Path(__file__).with_name("files_worker.py"))
        many, text, few = place / "many.parquet", place / "many.csv", place / "few.parquet"
        quarter = given.rows // 4
        for path, rows in ((many, given.rows), (text, quarter), (few, FEW)):
            subprocess.run([sys.executable, script, "make", str(path), str(rows)], check=True, env=environment())
        with cluster(place, 1) as one, cluster(place, 2) as two:
            ways = contenders([one, two])
            judged(many, place, ways)
            compared(f"{given.rows:,} rows, Parquet to Parquet", many, place, ways, ["-o", "OUT"], given.rounds)
            compared(f"{given.rows:,} rows, the sums of all columns", many, place, ways, ["--sum"], given.rounds)
            compared(f"{quarter:,} rows, CSV to CSV", text, place, ways, ["-o", "OUT"], given.rounds)
            compared(f"{FEW:,} rows, Parquet to Parquet", few, place, ways, ["-o", "OUT"], given.rounds)


if __name__ == "__main__":
    main()
