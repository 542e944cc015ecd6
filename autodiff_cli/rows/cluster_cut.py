"""A source in partitions, each of which a worker can read without looking at the others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from ..errors import AdiffError
from . import blocks, csv
from .files import File
from .source import Source

# A partition has about so many bytes at most: little is lost with a worker, and few rows make no file of their own.
MOST = 1 << 27
# There are about so many partitions for each thread, where a table is not large, so that all end at about the same time.
EACH = 4


class Blocks(NamedTuple):
    """Some rows of a text: where they begin, how long each block is, how many lines come before, and the file's columns."""

    offset: int
    sizes: tuple[int, ...]
    line: int
    names: tuple[str, ...]


class Span(NamedTuple):
    """What is read of a file: all of it, or some blocks of a text, or some row groups of Parquet or batches of Arrow.

    `size` are its bytes in the file, `weight` those that they come to without compression, as far as that is known.
    """

    file: File
    size: int
    weight: int
    blocks: Blocks | None = None
    groups: tuple[int, int] | None = None


class Partition(NamedTuple):
    """What becomes one part of the output."""

    number: int
    spans: tuple[Span, ...]

    @property
    def size(self) -> int:
        """Bytes in the files."""
        return sum(span.size for span in self.spans)


def partitions(source: Source, threads: int) -> Iterator[Partition]:
    """The partitions of a source, at least one. Text is read through as they are asked for, to find where rows end.

    Blocks of text are those of a run on one machine. Raises AdiffError where a text cannot be cut, behind what comes before.
    """
    most = min(MOST, max(blocks.BLOCK, (source.total or 0) // (EACH * threads)))
    held: list[Span] = []
    number = weight = 0
    spans = (span for file in source.files for span in _spans(file, most))
    while True:
        wrong = None
        try:
            span = next(spans, None)
        except AdiffError as error:
            span, wrong = None, error
        if held and (span is None or weight + span.weight > most):
            yield Partition(number, tuple(held))
            number, held, weight = number + 1, [], 0
        if wrong is not None:
            raise wrong
        if span is None:
            break
        held.append(span)
        weight += span.weight
    if not number:
        yield Partition(0, ())


def _spans(file: File, most: int) -> Iterator[Span]:
    assert file.path is not None
    file = file._replace(path=os.path.abspath(file.path))
    size = file.size or 0
    if file.format.is_text and file.format.codec is None and size > most:
        yield from _blocks(file, most)
    elif file.format.kind == "parquet":
        yield from _groups(file, size, _row_groups(file), most)
    elif file.format.kind == "arrow":
        yield from _groups(file, size, _batches(file, size), most)
    else:
        yield Span(file, size, size)


def _blocks(file: File, most: int) -> Iterator[Span]:
    """Blocks of a text, as they are cut on one machine."""
    is_csv = file.format.kind == "csv"
    names: tuple[str, ...] | None = None if is_csv else ()
    offset = line = begin = before = 0
    sizes: list[int] = []
    with file.open() as raw:
        for block in blocks.blocks(raw.read, file.shown, file.format.delimiter if is_csv else None):
            skipped = lines = 0
            if names is None:
                head = csv.header(block, file.shown, file.format.delimiter)
                names, skipped, lines = head.names, head.size, head.lines
            if sizes and offset + len(block) - begin > most:
                yield _of_blocks(file, begin, sizes, before, names)
                sizes = []
            if not sizes:
                begin, before = offset + skipped, line + lines
            sizes.append(len(block) - skipped)
            offset += len(block)
            line += lines + block.count(b"\n", skipped)
    if sizes:
        assert names is not None
        yield _of_blocks(file, begin, sizes, before, names)


def _of_blocks(file: File, begin: int, sizes: list[int], before: int, names: tuple[str, ...]) -> Span:
    size = sum(sizes)
    return Span(file, size, size, Blocks(begin, tuple(sizes), before, names))


def _groups(file: File, size: int, weights: list[int] | None, most: int) -> Iterator[Span]:
    """Row groups or batches that lie one behind the other, as many as make a partition.

    What cannot be read is left to the worker, which says so in its place.
    """
    if not weights:
        yield Span(file, size, size)
        return
    whole = sum(weights) or 1
    first = weight = 0
    for k, each in enumerate([*weights, most + 1]):
        if k > first and weight + each > most:
            yield Span(file, size * weight // whole, weight, groups=(first, k))
            first, weight = k, 0
        weight += each


def _row_groups(file: File) -> list[int] | None:
    from pyarrow import parquet

    try:
        meta = parquet.read_metadata(file.path)
    except (pa.ArrowInvalid, OSError):
        return None
    return [meta.row_group(k).total_byte_size for k in range(meta.num_row_groups)]


def _batches(file: File, size: int) -> list[int] | None:
    try:
        with pa.OSFile(file.path) as stream:
            many = pa.ipc.open_file(stream).num_record_batches
    except (pa.ArrowInvalid, OSError):
        return None
    return [size // many] * many
