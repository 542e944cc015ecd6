"""One contender of rows.py in a process of its own: `rows_worker.py FILE WORKLOAD ROWS REPEATS`.

Prints one line of JSON: the seconds of each copy of as many bytes as the outputs have, the seconds of each call by way, and
inputs and outputs of a few rows, so that they can be judged.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from rows_contenders import THREADS
from rows_workloads import data

SHOWN = 24  # rows handed back
SLOW = 0.5  # seconds of a call beyond which two must do: what takes so long varies little


def copier(columns: list[Any], out: list[Any]) -> Callable[[], None]:
    """Writes every output's bytes from resident columns, taken in turn, each thread its share of the rows."""
    rows = len(out[0])
    cuts = [rows * k // THREADS for k in range(THREADS + 1)]
    pairs = [(out[i], columns[i % len(columns)]) for i in range(len(out))]
    pool = ThreadPoolExecutor(THREADS)

    def share(k: int) -> None:
        for target, source in pairs:
            np.copyto(target[cuts[k] : cuts[k + 1]], source[cuts[k] : cuts[k + 1]])

    return lambda: list(pool.map(share, range(THREADS))) and None


def timed(run: Callable[[], Any], repeats: int) -> list[float]:
    """The seconds of each of so many calls; what a call gives is let go before the next."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = perf_counter()
        found = run()
        times.append(perf_counter() - start)
        del found
    return times


def main() -> None:
    file, workload, rows, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    columns = data(workload, rows)
    out = [np.zeros(rows) for _ in range(len(columns) + 1)]
    copy = copier(list(columns.values()), out)
    copy()  # touches every page
    # Before the contender is there, whose threads may go on spinning after a call, and once more at the end.
    copies = timed(copy, repeats)
    sys.path.insert(0, str(Path(file).parent))
    ways = __import__(Path(file).stem).prepare(columns, out)
    times: dict[str, Any] = {}
    found: list[list[float]] = []
    at = [i * (rows - 1) // (SHOWN - 1) for i in range(SHOWN)]
    for way, run in ways.items():
        for column in out:
            column.fill(np.nan)
        try:
            given = run()
            shown = [[float(column[i]) for column in given] for i in at]
            del given
            once = timed(run, 1)
            times[way] = timed(run, repeats if once[0] < SLOW else min(2, repeats))
        except Exception as error:
            times[way] = f"{type(error).__name__}: {error}".splitlines()[0][:70]
            continue
        found = found or shown
        # One way does not disturb another's figures, but all must answer alike.
        assert np.allclose(found, shown, rtol=1e-9, atol=1e-12), way
    copies += timed(copy, repeats)
    inputs = [[float(column[i]) for column in data(workload, rows).values()] for i in at]
    print(json.dumps({"copy": copies, "times": times, "inputs": inputs, "outputs": found}), flush=True)


if __name__ == "__main__":
    main()
