"""How far a long computation has come, on a terminal's standard error."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING

from ..notation.numbers import counted

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# Nothing is shown of what is done sooner.
PATIENCE = 0.5


class Bar:
    """A bar that appears after half a second and leaves nothing behind; nothing at all where stderr is no terminal."""

    def __init__(self, what: str, total: int, *, silent: bool = False) -> None:
        self._what = what
        self._total = total
        self._silent = silent or not sys.stderr.isatty()
        self._begun = perf_counter()
        self._shown: tuple[Progress, TaskID] | None = None

    def tell(self, done: int) -> None:
        """So much is done by now."""
        if self._silent or (self._shown is None and perf_counter() - self._begun < PATIENCE):
            return
        if self._shown is None:
            self._shown = self._appear()
        progress, task = self._shown
        progress.update(task, completed=done)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._shown is not None:
            self._shown[0].stop()
            self._shown = None

    def _appear(self) -> tuple[Progress, TaskID]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from .table import console

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        progress = Progress(*columns, console=console(stderr=True), transient=True, redirect_stdout=False)
        task = progress.add_task(self._what, total=self._total)
        progress.start()
        return progress, task


class Rows(Bar):
    """The same for rows: how many, how fast, which share of the bytes, and how long the rest will take."""

    def __init__(self, what: str, *, silent: bool = False) -> None:
        super().__init__(what, 0, silent=silent)
        self._where = ""

    def tell_partitions(self, done: int, many: int | None, workers: int) -> None:
        """So many partitions are done by now, of so many where that is known, by so many workers."""
        of = "" if many is None else f" of {many:,}"
        self._where = f"{done:,}{of} partitions on {counted(workers, 'worker')}, "

    def tell_rows(self, rows: int, done: int, total: int | None) -> None:
        """So many rows and bytes are done by now, of so many bytes where that is known."""
        self.tell(done)
        if self._shown is not None:
            progress, task = self._shown
            speed = rows / (perf_counter() - self._begun)
            progress.update(task, total=total, completed=done, rows=f"{self._where}{rows:,}", speed=f"{speed:,.0f}")

    def _appear(self) -> tuple[Progress, TaskID]:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        from .table import console

        columns = (
            TextColumn("{task.fields[rows]} rows"),
            TextColumn("{task.fields[speed]}/s"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        progress = Progress(*columns, console=console(stderr=True), transient=True, redirect_stdout=False)
        task = progress.add_task(self._what, total=None, rows="0", speed="0")
        progress.start()
        return progress, task
