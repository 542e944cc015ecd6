"""Answers as comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import TextIO

from ..analysis.gradient import Gradient
from ..notation.numbers import literal, number


def write_gradient(
    out: TextIO,
    answer: Gradient,
    names: Sequence[str],
    elasticities: Mapping[str, Mapping[str, float]] | None = None,
    digits: int | None = None,
) -> None:
    """A row per output and input: output, output_value, input, value, gradient; numbers in full unless `digits` is given."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["output", "output_value", "input", "value", "gradient", *(["relative"] if elasticities else [])])

    def shown(x: float) -> str:
        return literal(x) if digits is None else number(x, digits)

    for output, each in answer.outputs.items():
        for name in names:
            row = [output, shown(each.value), name, shown(answer.inputs[name]), shown(each.grad[name])]
            writer.writerow(row + ([shown(elasticities[output][name])] if elasticities else []))
