"""Reading, computing and writing at the same time, in order."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Thread
from typing import Any, TypeVar

P = TypeVar("P")
D = TypeVar("D")

# Pieces that are read before they are wanted, and those that are worked on beyond one for each thread.
AHEAD = 2


def in_order(pieces: Iterator[P], work: Callable[[P], D], threads: int) -> Generator[tuple[P, D]]:
    """Each piece with what came of it, in their order: one thread reads, `threads` work, and the caller writes.

    Only a few pieces are held at any moment. What reading or work raises is raised here, in its place.
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="adiff-rows") as pool:
        waiting: deque[tuple[P, Future[D]]] = deque()
        try:
            for piece in read_ahead(pieces):
                waiting.append((piece, pool.submit(work, piece)))
                if len(waiting) >= threads + AHEAD:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def read_ahead(pieces: Iterator[P]) -> Generator[P]:
    """The same pieces, read by a thread of their own."""
    held: queue.Queue[Any] = queue.Queue(AHEAD)
    ended = Event()

    def put(item: Any) -> bool:
        while not ended.is_set():
            try:
                held.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def run() -> None:
        try:
            for piece in pieces:
                if not put((piece, None)):
                    return
            put((None, StopIteration()))
        except BaseException as wrong:  # noqa: BLE001 - raised again where the pieces are wanted
            put((None, wrong))

    Thread(target=run, name="adiff-reader", daemon=True).start()
    try:
        while True:
            piece, wrong = held.get()
            if isinstance(wrong, StopIteration):
                return
            if wrong is not None:
                raise wrong
            yield piece
    finally:
        ended.set()
