"""What became of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..graph.note import Note


@dataclass(frozen=True)
class FirstNonFinite:
    """The first row with a number that is NaN or infinite: where it is, its inputs, the node that made it, and how."""

    file: str
    row: int
    inputs: dict[str, float]
    node: str | None
    message: str


@dataclass(frozen=True)
class FirstRow:
    """The first row of a kind: where it is, and its inputs."""

    file: str
    row: int
    inputs: dict[str, float]


@dataclass(frozen=True)
class Reduced:
    """An output over all rows: the sum, or the mean, of its value and of each partial."""

    value: float
    grad: dict[str, float]


@dataclass(frozen=True)
class MapSummary:
    """What became of a table.

    `rows` counts those of the input, `nulls` those whose new columns are null, `bad` those that had something wrong with
    them (a text that is no number, too few fields), `skipped` those left out for it, `resolved` those that the scalar engine
    computed, and `nonfinite` the numbers, not the rows, that are NaN or infinite. `out_of_range` counts the rows whose numbers
    left the range of doubles on the way, at a cost, and `at_equality` the others at the point of an equality that the program
    asks for; they are right where the scalar engine had them, that is with `exact_edges`. `columns` are the names of the new
    ones. `table` is a pyarrow Table where there was no file to write, `reduced` the sums or means by output, and
    `sizes` the lengths of the vectors among the inputs. On a cluster, `partitions` and `workers` count these.
    """

    rows: int
    seconds: float
    nonfinite: int
    first_nonfinite: FirstNonFinite | None
    nulls: int
    bad: int
    skipped: int
    resolved: int
    columns: tuple[str, ...]
    written: str | None = None
    table: Any = None
    reduced: Mapping[str, Reduced] | None = None
    notes: tuple[Note, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    partitions: int | None = None
    workers: int | None = None
    out_of_range: int = 0
    first_out_of_range: FirstRow | None = None
    at_equality: int = 0
    first_at_equality: FirstRow | None = None

    @property
    def rows_per_second(self) -> float:
        """How fast it went, the start included."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0
