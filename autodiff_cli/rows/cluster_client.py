"""How a run comes to its workers: those of a scheduler, or of a cluster on this machine."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module, metadata
from tempfile import TemporaryDirectory
from typing import Any

from ..analysis.compiled import cores
from ..errors import AdiffError

# Seconds that a scheduler has to answer, and to have a worker, and that workers on this machine have to start.
ANSWER = 5.0
WORKERS = 15.0
START = 60

_ADDRESS = re.compile(r"(?:(tcp|tls|ws|wss|ucx|inproc)://)?[^\s/]+:\d+")
_INSTALL = 'pip install "autodiff-cli[cluster]"'
_LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application", "bokeh", "asyncio")
# What a worker must have: this program in the same version, and what it computes and reads with.
_NEEDED = ("autodiff-cli", "numpy", "llvmlite", "pyarrow")


def distributed() -> Any:
    """The package. Raises AdiffError where it is missing."""
    try:
        return import_module("distributed")
    except ImportError as missing:
        message = f"--engine dask needs {missing.name or 'distributed'}, which is not installed"
        raise AdiffError("usage", message, hint=f"install it: {_INSTALL}") from None


@contextmanager
def connected(scheduler: Any, threads: int | None) -> Iterator[Any]:
    """A client of a scheduler, or of workers on this machine, one process for each of `threads` (None: each processor).

    `scheduler` is an address, the path of a scheduler file, a client that is there already, or None: then Dask's own
    configuration may name an address. Raises AdiffError where no workers are to be had, or they have another adiff.
    """
    with quiet():
        import dask

        scheduler = scheduler or dask.config.get("scheduler-address", None)
        with ExitStack() as opened:
            if scheduler is None:
                client = _local(opened, threads or cores())
            elif isinstance(scheduler, (str, os.PathLike)):
                client = _remote(opened, _address(os.fspath(scheduler)))
            else:
                client = scheduler
            compare(client)
            yield client


@contextmanager
def quiet() -> Iterator[None]:
    """Dask says nothing meanwhile: what goes wrong becomes an error of ours."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        distributed()  # as it is imported it sets the levels of its logs
        before = [each.level for each in loggers]
        try:
            for each in loggers:
                each.setLevel(logging.CRITICAL + 1)
            yield
        finally:
            for each, level in zip(loggers, before, strict=True):
                each.setLevel(level)


def _local(opened: ExitStack, workers: int) -> Any:
    """A scheduler in this process, and workers of one thread. Raises AdiffError where they do not start.

    They are sessions of their own, so that Ctrl-C reaches this process alone, which then ends them.
    """
    cluster = opened.enter_context(
        distributed().LocalCluster(
            n_workers=0, host="127.0.0.1", dashboard_address=None, silence_logs=logging.CRITICAL + 1
        )
    )
    scratch = opened.enter_context(TemporaryDirectory(prefix="adiff-", ignore_cleanup_errors=True))
    command = [
        sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address, "--host", "127.0.0.1",
        "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0", "--local-directory", scratch,
        "--death-timeout", str(START),
    ]  # fmt: skip
    for _ in range(workers):
        process = subprocess.Popen(  # noqa: S603 - this very Python
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        opened.callback(_ended, process)
    client = opened.enter_context(distributed().Client(cluster, set_as_default=False))
    try:
        client.wait_for_workers(workers, timeout=START)
    except TimeoutError:
        message = f"{workers} workers did not start on this machine within {START} s"
        raise AdiffError("cluster", message, hint="start fewer, as in --threads 2") from None
    return client


def _ended(process: subprocess.Popen[bytes]) -> None:
    """No process is left: nothing that it still does is wanted."""
    process.kill()
    process.wait()


def _address(scheduler: str) -> str:
    """The address in a scheduler file; an address as it is. Raises AdiffError for a file that is none."""
    if not scheduler.endswith(".json"):
        return scheduler
    try:
        with open(os.path.expanduser(scheduler), encoding="utf-8") as file:
            return str(json.load(file)["address"])
    except OSError as wrong:
        what = f"cannot read {scheduler}: {wrong.strerror}"
    except (ValueError, KeyError, TypeError):
        what = f"{scheduler} is no scheduler file"
    raise AdiffError("cluster", what, hint=f"dask scheduler --scheduler-file {scheduler} writes it")


def _remote(opened: ExitStack, address: str) -> Any:
    """Raises AdiffError for what is no address, and where nobody answers or no worker is."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        hint = "for example --scheduler tcp://127.0.0.1:8786"
        raise AdiffError("cluster", f"{address!r} is no address of a scheduler", hint=hint)
    if found[1] in ("tls", "wss") and not distributed().Security().get_connection_args("client").get("ssl_context"):
        # A client that lacks them would neither start nor go.
        hint = "name them in the configuration of Dask, under distributed.comm.tls"
        raise AdiffError("cluster", f"{address} wants certificates, and there are none", hint=hint)
    try:
        client = distributed().Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError):
        hint = "is it running, and is the port that of the scheduler, not of its dashboard?"
        raise AdiffError("cluster", f"no scheduler answers at {address}", hint=hint) from None
    opened.enter_context(client)
    try:
        client.wait_for_workers(1, timeout=WORKERS)
    except TimeoutError:
        message = f"the scheduler at {address} has no workers"
        raise AdiffError("cluster", message, hint=f"start one: dask worker {address}") from None
    return client


def compare(client: Any) -> None:
    """Raises AdiffError where a worker lacks a package, or has another version of adiff than is here."""
    for package in _NEEDED:
        try:
            here = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
        # A function of the standard library: it can be called where nothing else is.
        for worker, there in client.run(metadata.version, package, on_error="return").items():
            if isinstance(there, metadata.PackageNotFoundError):
                message = f"the worker {worker} lacks {package}, {here} here"
            elif package == "autodiff-cli" and there != here:
                message = f"the worker {worker} has autodiff-cli {there}, and here it is {here}"
            else:
                continue
            hint = (
                f'install it where the worker runs: pip install "autodiff-cli[cluster]=={metadata.version(_NEEDED[0])}"'
            )
            raise AdiffError("cluster", message, hint=hint)
