"""adiff map --engine dask: on workers in this process, on processes of this machine, and on a scheduler's."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from distributed import Client, LocalCluster
from pyarrow import parquet

from autodiff_cli.errors import AdiffError
from autodiff_cli.rows import blocks, cluster, cluster_client, cluster_cut, map_table

FORMULA = "x^2*log(y)"


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Two workers in this process."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as workers,  # type: ignore[no-untyped-call,unused-ignore]
        Client(workers, set_as_default=False) as found,  # type: ignore[no-untyped-call,unused-ignore]
    ):
        yield found


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks so small that a small table has many partitions."""
    monkeypatch.setattr(blocks, "BLOCK", 1 << 12)
    monkeypatch.setattr(cluster_cut, "MOST", 1 << 13)


def write(name: str, rows: int, wrong: dict[int, str] | None = None) -> None:
    lines = [f'{k},{k / 7 + 1:.6f},{k % 50 + 1},"note {k}\nof ""two"" lines"' for k in range(rows)]
    for k, text in (wrong or {}).items():
        lines[k] = text
    Path(name).write_text("id,x,y,note\n" + "\n".join(lines) + "\n", encoding="utf-8")


def parts(directory: str) -> Any:
    """The rows of all parts, in order."""
    names = sorted(os.listdir(directory))
    assert names == [f"part-{k:05d}.parquet" for k in range(len(names))]
    return pa.concat_tables([parquet.read_table(f"{directory}/{name}") for name in names])


def left() -> list[str]:
    return sorted(name for name in os.listdir() if name != "home")


def test_the_same_rows_as_on_one_machine(client: Any, small: None) -> None:
    write("p.csv", 2000)
    told: list[tuple[int, int | None, int]] = []
    seen: list[tuple[int, int, int | None]] = []
    found = map_table(
        FORMULA, "p.csv", "out", engine="dask", scheduler=client, watch=lambda *each: told.append(each),
        progress=lambda *each: seen.append(each),
    )  # fmt: skip
    local = map_table(FORMULA, "p.csv", "local.parquet")
    assert parts("out").equals(parquet.read_table("local.parquet"))
    assert (found.rows, found.nonfinite, found.columns) == (local.rows, local.nonfinite, local.columns)
    assert found.partitions == len(os.listdir("out")) > 8
    assert found.workers == 2
    assert told[-1] == (found.partitions, found.partitions, 2)
    assert seen[-1][0] == 2000
    assert seen[-1][1] <= (seen[-1][2] or 0) == os.path.getsize("p.csv")
    assert left() == ["local.parquet", "out", "p.csv"]


def test_parts_as_text(client: Any, small: None) -> None:
    write("p.csv", 300)
    map_table(FORMULA, "p.csv", "out.csv/", engine="dask", scheduler=client, digits=6)
    map_table(FORMULA, "p.csv", "local.csv", digits=6)
    texts = [Path("out.csv", name).read_text(encoding="utf-8") for name in sorted(os.listdir("out.csv"))]
    header = "id,x,y,note,L,dL_dx,dL_dy\n"
    assert len(texts) > 1
    assert header + "".join(text.removeprefix(header) for text in texts) == Path("local.csv").read_text(
        encoding="utf-8"
    )
    map_table("M = 2L", "out.csv", "again", engine="dask", scheduler=client, write="ndjson.gz", only=True)
    assert all(name.endswith(".ndjson.gz") for name in os.listdir("again"))
    assert map_table("M", "again", reduce="sum").rows == 300


def test_sums_are_those_of_one_machine(client: Any, small: None) -> None:
    write("p.csv", 3000)
    local = map_table(FORMULA, "p.csv", reduce="sum")
    found = map_table(FORMULA, "p.csv", reduce="sum", engine="dask", scheduler=client)
    assert found.reduced == local.reduced
    assert (found.partitions or 0) > 8
    map_table(FORMULA, "p.csv", "mean.csv", reduce="mean", engine="dask", scheduler=client)
    map_table(FORMULA, "p.csv", "local.csv", reduce="mean")
    assert Path("mean.csv").read_bytes() == Path("local.csv").read_bytes()


def test_row_groups_of_several_files(client: Any, small: None) -> None:
    Path("in").mkdir()
    for k in range(3):
        rows = range(1000 * k, 1000 * (k + 1))
        table = pa.table({"x": [float(i) for i in rows], "y": [1.0 + i for i in rows], "s": [f"row {i}" for i in rows]})
        parquet.write_table(table, f"in/p{k}.parquet", row_group_size=100)
    found = map_table(FORMULA, "in", "out", engine="dask", scheduler=client)
    held = map_table(FORMULA, "in").table
    assert parts("out").equals(held)
    assert (found.partitions or 0) > 3
    local = map_table(FORMULA, "in", reduce="sum")
    assert map_table(FORMULA, "in", reduce="sum", engine="dask", scheduler=client).reduced == local.reduced


def test_the_first_wrong_row_is_named(client: Any, small: None) -> None:
    write("p.csv", 2000, {1500: "1500,oops,1,a", 1900: "1900,worse,1,a"})
    with pytest.raises(AdiffError) as local:
        map_table(FORMULA, "p.csv", "local.parquet")
    with pytest.raises(AdiffError) as found:
        map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=client)
    assert str(found.value) == str(local.value)
    assert "row 1,501 (line 3,002), column x: 'oops' is no number" in str(found.value)
    assert left() == ["p.csv"]
    summary = map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=client, on_error="skip")
    assert (summary.rows, summary.bad, summary.skipped, parts("out").num_rows) == (2000, 2, 2, 1998)


def test_the_first_row_that_is_not_finite_is_told(client: Any, small: None) -> None:
    write("p.csv", 2000, {1234: "1234,2,0,a", 1999: "1999,2,0,b"})
    local = map_table(FORMULA, "p.csv", "local.parquet")
    found = map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=client)
    assert found.first_nonfinite == local.first_nonfinite
    assert found.first_nonfinite is not None
    assert found.first_nonfinite.row == 1235


def test_a_text_that_cannot_be_cut(client: Any, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LONGEST", 1 << 14)
    write("p.csv", 500)
    with open("p.csv", "a", encoding="utf-8") as file:
        file.write("1,2,3," + "x" * (1 << 16))
    for engine, scheduler in (("local", None), ("dask", client)):
        with pytest.raises(AdiffError, match="a row is longer than"):
            map_table(FORMULA, "p.csv", "out.parquet", engine=engine, scheduler=scheduler)
    assert left() == ["p.csv"]


def test_a_quotation_mark_left_open_behind_a_wrong_row(client: Any, small: None) -> None:
    write("p.csv", 900, {700: '700,1,1,"open'})
    for wrong in ({}, {3: "3,x,1,a"}):
        write("p.csv", 900, {700: '700,1,1,"open', **wrong})
        messages = set()
        for engine, scheduler in (("local", None), ("dask", client)):
            with pytest.raises(AdiffError) as error:
                map_table(FORMULA, "p.csv", "out.parquet", engine=engine, scheduler=scheduler)
            messages.add(str(error.value))
        assert len(messages) == 1


def test_what_a_worker_lacks(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write("p.csv", 10)
    monkeypatch.setattr(cluster_client, "_NEEDED", ("autodiff-cli", "no-such-package"))
    map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=client)  # what is not here is not asked for there
    there = metadata.version

    def version(package: str) -> str:
        if package == "no-such-package":
            return "1.0"
        return "9.9" if sys._getframe(1).f_globals["__name__"].endswith("cluster_client") else there(package)

    monkeypatch.setattr(metadata, "version", version)
    with pytest.raises(AdiffError, match=r"worker inproc://\S+ has autodiff-cli 9\.9|and here it is 9\.9") as error:
        cluster_client.compare(Elsewhere({"inproc://there": there("autodiff-cli")}))
    assert 'pip install "autodiff-cli[cluster]==9.9"' in str(error.value)
    with pytest.raises(AdiffError, match=r"worker inproc://there lacks autodiff-cli, 9\.9 here"):
        cluster_client.compare(Elsewhere({"inproc://there": metadata.PackageNotFoundError("autodiff-cli")}))


class Elsewhere:
    """A client whose workers answer as told."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    def run(self, *_: Any, **__: Any) -> dict[str, Any]:
        return self.answers


def test_a_defect_on_a_worker_is_told(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write("p.csv", 10)

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("autodiff_cli.rows.cluster_work.worked", broken)
    with pytest.raises(ZeroDivisionError, match="of ours"):
        map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=client)
    assert left() == ["p.csv"]


def test_a_directory_that_workers_do_not_see(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write("p.csv", 10)
    monkeypatch.setattr("autodiff_cli.rows.cluster_parts.Parts.begin", lambda _: "/nowhere/out")
    with pytest.raises(AdiffError, match="does not see the directory of out"):
        map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=client)


def test_a_disk_that_is_full(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write("p.csv", 10)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("autodiff_cli.rows.sinks.Parquet.write", full)
    with pytest.raises(AdiffError, match="cannot write out: No space left on device"):
        map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=client)
    assert left() == ["p.csv"]


def test_an_interrupted_run_leaves_nothing(client: Any, small: None) -> None:
    write("p.csv", 3000)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=client, watch=interrupt)
    assert left() == ["p.csv"]
    deadline = time.monotonic() + 10
    while any(client.processing().values()) or any(client.has_what().values()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_goes_to_no_cluster(client: Any) -> None:
    write("p.csv", 10)
    table = pa.table({"x": [1.0], "y": [2.0]})
    for source, sink, message in (
        (table, "out", "a table in memory cannot be read by the workers"),
        ("p.csv", None, "writes a directory of parts"),
        ("p.csv", io.BytesIO(), "writes a directory of parts"),
    ):
        with pytest.raises(AdiffError, match=message):
            map_table(FORMULA, source, sink, engine="dask", scheduler=client)
    with pytest.raises(AdiffError, match="there is no engine 'spark'"):
        map_table(FORMULA, "p.csv", "out", engine="spark")
    with pytest.raises(AdiffError, match="a scheduler is of Dask"):
        map_table(FORMULA, "p.csv", "out", scheduler=client)


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, adiff: Any) -> None:
    write("p.csv", 10)
    monkeypatch.setattr(cluster_client, "ANSWER", 0.2)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        begun = time.monotonic()
        result = adiff("map", "x*y", "p.csv", "-o", "out", "--scheduler", address)
    assert time.monotonic() - begun < 5
    assert result.code == 2
    assert result.err.startswith(f"cluster error: no scheduler answers at {address}\nhint: is it running")
    assert left() == ["p.csv"]


def test_workers_that_do_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    write("p.csv", 10)
    monkeypatch.setattr(cluster_client, "START", 0.1)
    with pytest.raises(AdiffError, match=r"2 workers did not start on this machine within 0\.1 s"):
        map_table(FORMULA, "p.csv", "out", engine="dask", threads=2)
    assert left() == ["p.csv"]


def test_dask_that_is_missing(monkeypatch: pytest.MonkeyPatch, adiff: Any) -> None:
    write("p.csv", 10)
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = adiff("map", "x*y", "p.csv", "-o", "out", "--engine", "dask")
    assert result.code == 2
    assert result.err == (
        "usage error: --engine dask needs distributed, which is not installed\n"
        'hint: install it: pip install "autodiff-cli[cluster]"\n'
    )


def process(*args: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "autodiff_cli", *args]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def test_workers_of_this_machine() -> None:
    write("p.csv", 2000)
    running = process("map", FORMULA, "p.csv", "-o", "out", "--engine", "dask", "--threads", "1", "--summary", "json")
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (0, b"")
    summary = json.loads(err)
    assert (summary["rows"], summary["partitions"], summary["workers"], summary["written"]) == (2000, 1, 1, "out")
    map_table(FORMULA, "p.csv", "local.parquet")
    assert parts("out").equals(parquet.read_table("local.parquet"))


class Scheduler:
    """A scheduler and workers as somebody else would start them: processes of their own, on this machine."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        self.file = os.path.abspath("scheduler.json")
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", self.file)
        self.until(lambda: os.path.exists(self.file))
        self.address: str = json.loads(Path(self.file).read_text(encoding="utf-8"))["address"]

    def start(self, kind: str, *args: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *args]
        self.processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return self.processes[-1]

    def worker(self, *args: str) -> subprocess.Popen[bytes]:
        own = ("--no-nanny", "--nthreads", "1", "--local-directory", os.path.abspath("scratch"))
        return self.start("worker", self.address, "--host", "127.0.0.1", *own, *args)

    def until(self, there: Callable[[], Any]) -> None:
        deadline = time.monotonic() + 60
        while not there():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def close(self) -> None:
        for each in self.processes:
            each.kill()
            each.wait()


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    found = Scheduler()
    try:
        yield found
    finally:
        found.close()


@pytest.mark.full
def test_a_worker_killed_in_the_middle(scheduler: Scheduler, small: None) -> None:
    write("p.csv", 30_000)
    workers = [scheduler.worker(), scheduler.worker()]
    lost: list[str] = []

    def watch(done: int, many: int | None, seen: int) -> None:
        if not lost and done >= 10 and seen == 2:
            workers[1].send_signal(signal.SIGSTOP)  # what it takes it does not end
            lost.extend(seer.processing()[doomed])
            if lost:
                workers[1].kill()

    seer: Any
    with Client(scheduler.address, set_as_default=False) as seer:  # type: ignore[no-untyped-call,unused-ignore]
        seer.wait_for_workers(2, timeout=60)
        doomed = next(address for address, pid in seer.run(os.getpid).items() if pid == workers[1].pid)
        found = map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=scheduler.address, watch=watch)
        assert len(seer.nthreads()) == 1
    assert lost
    map_table(FORMULA, "p.csv", "local.parquet")
    table = parts("out")
    assert table.column("id").to_pylist() == list(range(30_000))
    assert table.equals(parquet.read_table("local.parquet"))
    assert (found.rows, found.partitions) == (30_000, len(os.listdir("out")))
    local = map_table(FORMULA, "p.csv", reduce="sum")
    assert map_table(FORMULA, "p.csv", reduce="sum", engine="dask", scheduler=scheduler.file).reduced == local.reduced


@pytest.mark.full
def test_workers_that_all_go(scheduler: Scheduler, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 2.0)
    write("p.csv", 30_000)
    worker = scheduler.worker()
    with pytest.raises(AdiffError, match="has had no workers for 2 s"):
        map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=scheduler.address, watch=lambda *_: worker.kill())
    assert not any(name.startswith(".out") or name == "out" for name in left())


@pytest.mark.full
def test_a_scheduler_that_goes(scheduler: Scheduler, small: None) -> None:
    write("p.csv", 30_000)
    scheduler.worker()
    with pytest.raises(AdiffError, match="the scheduler has left off"):
        map_table(
            FORMULA, "p.csv", "out", engine="dask", scheduler=scheduler.file,
            watch=lambda *_: scheduler.processes[0].kill(),
        )  # fmt: skip
    assert not any(name.startswith(".out") or name == "out" for name in left())


@pytest.mark.full
def test_a_partition_that_ends_its_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "1")
    write("p.csv", 10)
    Path("deadly.py").write_text(
        "import os\nfrom autodiff_cli.rows import cluster_work\ncluster_work.worked = lambda *_: os._exit(1)\n"
    )
    scheduler = Scheduler()
    try:
        for _ in range(3):
            scheduler.worker("--preload", os.path.abspath("deadly.py"))
        with pytest.raises(AdiffError, match="partition 0 ended every worker that took it"):
            map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=scheduler.address)
    finally:
        scheduler.close()
    assert not any(name.startswith(".out") or name == "out" for name in left())


@pytest.mark.full
def test_a_scheduler_without_workers(scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_client, "WORKERS", 0.2)
    write("p.csv", 10)
    with pytest.raises(AdiffError) as error:
        map_table(FORMULA, "p.csv", "out", engine="dask", scheduler=scheduler.address)
    assert str(error.value) == (
        f"cluster error: the scheduler at {scheduler.address} has no workers\n"
        f"hint: start one: dask worker {scheduler.address}"
    )


@pytest.mark.full
@pytest.mark.parametrize("remote", [False, True])
def test_ctrl_c_leaves_nothing_behind(scheduler: Scheduler, remote: bool) -> None:
    write("p.csv", 1_000_000)
    where = ["--engine", "dask"]
    if remote:
        scheduler.worker()
        where = ["--scheduler", scheduler.address]
    running = process("map", FORMULA, "p.csv", "-o", "out", *where)
    drafts: list[Path] = []
    while not any(each.name.startswith("part-") for draft in drafts for each in draft.iterdir()):
        drafts = list(Path().glob(".out.draft-*"))
        assert running.poll() is None
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (130, b"", b"")
    assert not any(name.startswith(".out") or name == "out" for name in left())
    if remote:
        with Client(scheduler.address, set_as_default=False) as client:  # type: ignore[no-untyped-call,unused-ignore]
            scheduler.until(lambda: not any(client.processing().values()))  # type: ignore[no-untyped-call,unused-ignore]
