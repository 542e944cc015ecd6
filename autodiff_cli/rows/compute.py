"""The new columns of some rows."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ..graph.formula import Formula
from ..graph.program import Program
from ..kernel import Careful, Kernel, Sums
from ..kernel.sums import condensed
from . import numbers
from .binding import Plan, Reads
from .piece import Decoded, Mistake


class Place(NamedTuple):
    """A row: its place in its piece, and its inputs."""

    row: int
    inputs: tuple[float, ...]


class Seen(NamedTuple):
    """Rows of a kind: how many there are, and the first."""

    rows: int = 0
    first: Place | None = None


class Computed(NamedTuple):
    """The new columns of a piece: null where an input is null, and where something is wrong with the row.

    `kept` are the rows that are not left out, where some are; `nulls` counts the rows that are null, `bad` those with
    something wrong, `resolved` the rows that the scalar engine computed. `lost` are those that left the range of doubles on
    the way, `equal` the others that stand at the point of an equality, be they resolved or not. `first` is the first row with
    a number that is NaN or infinite.
    """

    columns: list[Any]
    rows: int
    kept: Any | None = None
    nulls: int = 0
    bad: int = 0
    skipped: int = 0
    nonfinite: int = 0
    resolved: int = 0
    first: Place | None = None
    lost: Seen = Seen()
    equal: Seen = Seen()


class Inputs(NamedTuple):
    """The inputs of the rows that can be computed: a number or an array each; which rows these are, and what is wrong."""

    columns: list[Any]
    valid: Any | None
    bad: Any | None


@lru_cache(maxsize=16)
def engine(plan: Plan) -> tuple[Formula, Kernel]:
    """The formula and its compiled code, once per process."""
    formula = plan.formula()
    return formula, Kernel(Program.of(formula, plan.wrt), plan.math)


@lru_cache(maxsize=16)
def careful(plan: Plan) -> Careful:
    """What looks at rows a second time, once per process."""
    formula, kernel = engine(plan)
    return Careful(formula, kernel.program, plan.wrt, plan.math)


def inputs(plan: Plan, decoded: Decoded, *, on_error: str) -> Inputs:
    """The numbers of a piece. Raises Mistake for the first list of a wrong length, where `on_error` says so."""
    columns, bad = _columns(plan, decoded, on_error)
    arrays = [x for x in columns if not isinstance(x, float)]
    valid = None
    if bad is not None:
        valid = pc.invert(bad)
    for x in arrays:
        if x.null_count:
            there = pc.is_valid(x)
            valid = there if valid is None else pc.and_(valid, there)
    if valid is not None:
        columns = [x if isinstance(x, float) else x.filter(valid) for x in columns]
    return Inputs(columns, valid, bad)


def _columns(plan: Plan, decoded: Decoded, on_error: str) -> tuple[list[Any], Any | None]:
    """Per input a number, or a column of them; and which rows have something wrong with them."""
    bad = decoded.bad
    known: dict[tuple[str, int | None], Any] = {}
    for each in plan.inputs:
        if not isinstance(each, Reads) or (each.column, each.size) in known:
            continue
        column = decoded.inputs[each.column]
        if each.size is None:
            known[each.column, None] = numbers.reals(column)
            continue
        found, wrong = numbers.parts(column, each.size)
        known[each.column, each.size] = found
        if wrong is None:
            continue
        if on_error == "raise":
            row = pc.index(wrong, value=True).as_py()
            what = f"a list of {len(column[row].as_py())}, and {each.size} are wanted"
            raise Mistake(row, each.column, what)
        bad = wrong if bad is None else pc.or_(bad, wrong)
    columns = [
        each if not isinstance(each, Reads)
        else known[each.column, None] if each.size is None
        else known[each.column, each.size][each.part]
        for each in plan.inputs
    ]  # fmt: skip
    return columns, bad


def computed(plan: Plan, decoded: Decoded, *, on_error: str = "raise", exact_edges: bool = False) -> Computed:
    """Value and partials of every row of a piece."""
    given = inputs(plan, decoded, on_error=on_error)
    found = _evaluated(plan, given, plan.dtype, decoded.rows, exact_edges=exact_edges)
    return found if given.valid is None else _spread(found, given, on_error)


def _spread(found: Computed, given: Inputs, on_error: str) -> Computed:
    """The rows that were computed among those that were not, which are null or, with skip, left out."""
    place = pc.if_else(given.valid, pc.subtract(pc.cumulative_sum(pc.cast(given.valid, pa.int64())), 1), None)
    bad = 0 if given.bad is None else pc.sum(given.bad).as_py() or 0
    kept, skipped = None, 0
    if bad and on_error == "skip":
        kept, skipped = pc.invert(given.bad), bad
        place = place.filter(kept)
    columns = [x.take(place) for x in found.columns]
    return found._replace(columns=columns, kept=kept, nulls=place.null_count, bad=bad, skipped=skipped)


def _first(given: Inputs, columns: list[Any]) -> Place:
    """The first row with a number that is not finite."""
    finite = pc.is_finite(columns[0])
    for x in columns[1:]:
        finite = pc.and_(finite, pc.is_finite(x))
    return _place(given, pc.index(finite, value=False).as_py())


def _place(given: Inputs, k: int) -> Place:
    """A row by its number among those that are computed."""
    point = tuple(x if isinstance(x, float) else x[k].as_py() for x in given.columns)
    row = k if given.valid is None else pc.indices_nonzero(given.valid)[k].as_py()
    return Place(row, point)


def summed(
    plan: Plan, decoded: Decoded, *, on_error: str = "raise", exact_edges: bool = False
) -> tuple[Sums, Computed]:
    """The sums of value and partials over the rows that have all their inputs; without columns, only the counts."""
    given = inputs(plan, decoded, on_error=on_error)
    _, kernel = engine(plan)
    arrays = [_array(x) for x in given.columns]
    sums = kernel.sums(arrays)
    bad = 0 if given.bad is None else pc.sum(given.bad).as_py() or 0
    nulls = 0 if given.valid is None else decoded.rows - sums.rows - (bad if on_error == "skip" else 0)
    skipped = bad if on_error == "skip" else 0
    found = Computed([], decoded.rows, nulls=nulls, bad=bad, skipped=skipped)
    if all(map(math.isfinite, sums.totals)) and not sums.suspect and not len(careful(plan).equal(arrays)):
        return sums, found
    seen = _evaluated(plan, given, "float64", decoded.rows, exact_edges=exact_edges)
    if seen.resolved:
        sums = Sums(sums.rows, tuple([condensed(x.to_pylist()) for x in seen.columns]))
    return sums, seen._replace(columns=[], nulls=nulls, bad=bad, skipped=skipped)


def _evaluated(plan: Plan, given: Inputs, dtype: str, rows: int, *, exact_edges: bool) -> Computed:
    """The new columns of the rows that can be computed, and what there is to count of them."""
    formula, kernel = engine(plan)
    arrays = [_array(x) for x in given.columns]
    result = kernel.run(arrays, counted=True, watched=True, dtype=dtype)
    columns, nonfinite, resolved = [pa.array(x) for x in result.columns], result.nonfinite, 0
    lost, equal = careful(plan).seen(arrays, result.suspect)
    if exact_edges and (nonfinite or len(lost) or len(equal)):
        from .edges import indeterminate, resolved_rows

        doubtful = sorted({*lost.tolist(), *equal.tolist(), *indeterminate(plan, given.columns, columns)})
        columns, resolved = resolved_rows(formula, plan, given.columns, columns, doubtful), len(doubtful)
        nonfinite = sum(len(x) - (pc.sum(pc.is_finite(x)).as_py() or 0) for x in columns)
    return Computed(
        columns, rows, nonfinite=nonfinite, resolved=resolved, first=_first(given, columns) if nonfinite else None,
        lost=_seen(given, lost), equal=_seen(given, equal),
    )  # fmt: skip


def _seen(given: Inputs, rows: Any) -> Seen:
    return Seen(len(rows), _place(given, int(rows[0]))) if len(rows) else Seen()


def _array(x: Any) -> Any:
    return x if isinstance(x, float) else x.to_numpy(zero_copy_only=False)
