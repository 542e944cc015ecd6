"""Answers as comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from ..analysis.gradient import Gradient
from ..notation.numbers import literal, number

if TYPE_CHECKING:
    from ..analysis.trust import Trust

_HEADINGS = ("digits_right", "digits_promised")

if TYPE_CHECKING:
    from ..analysis.hessian import Hessian
    from ..analysis.hvp import Product


def write_gradient(
    out: TextIO,
    answer: Gradient,
    names: Sequence[str],
    elasticities: Mapping[str, Mapping[str, float]] | None = None,
    digits: int | None = None,
    trusts: Mapping[str, Trust] | None = None,
) -> None:
    """A row per output and input: output, output_value, input, value, gradient; numbers in full unless `digits` is given."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            "output",
            "output_value",
            "input",
            "value",
            "gradient",
            *(["relative"] if elasticities else []),
            *_HEADINGS * bool(trusts),
        ]
    )

    def shown(x: float) -> str:
        return literal(x) if digits is None else number(x, digits)

    for output, each in answer.outputs.items():
        for name in names:
            row = [output, shown(each.value), name, shown(answer.inputs[name]), shown(each.grad[name])]
            row += [shown(elasticities[output][name])] if elasticities else []
            if trusts:
                partial = trusts[output].grad[name]
                row += ["" if x is None else f"{x:.3g}" for x in (partial.right, partial.promised)]
            writer.writerow(row)


def write_hessian(out: TextIO, answer: Hessian, digits: int | None = None) -> None:
    """A row per input: input, value, gradient, and the second derivatives by it and each input, named at the top."""
    writer = csv.writer(out, lineterminator="\n")
    names = list(answer.grad)
    writer.writerow(["input", "value", "gradient", *names])
    for name, row in zip(names, answer.matrix, strict=True):
        writer.writerow([name, *(_shown(x, digits) for x in (answer.inputs[name], answer.grad[name], *row))])


def write_product(out: TextIO, answer: Product, digits: int | None = None) -> None:
    """A row per input: input, value, gradient, vector, product."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["input", "value", "gradient", "vector", "product"])
    for name, x in answer.product.items():
        numbers = (answer.inputs[name], answer.grad[name], answer.vector[name], x)
        writer.writerow([name, *(_shown(each, digits) for each in numbers)])


def _shown(x: float, digits: int | None) -> str:
    return literal(x) if digits is None else number(x, digits)
