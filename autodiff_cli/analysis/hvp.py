"""The Hessian times a vector, without the matrix: for as many inputs as the gradient takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import AdiffError
from ..graph.formula import Formula
from ..graph.note import Note
from ..graph.value import Value
from ..notation.numbers import counted, number
from .evaluated import Evaluated
from .gradient import Answers, answered, as_formula
from .hessian import second_derivatives, wanted
from .local import Local
from .point import Given, complete, flat, narrowed, not_an_input

# So many inputs at most whose whole matrix is made where the product alone leaves something open.
_FEW = 100


@dataclass(frozen=True)
class Product:
    """Value and gradient of one output at a point, and the product of its Hessian with `vector`.

    `curvature` is the second derivative along the vector: vector · product.
    """

    output: str
    value: float
    inputs: dict[str, float]
    grad: dict[str, float]
    vector: dict[str, float]
    product: dict[str, float]
    notes: tuple[Note, ...]
    # How many parts each vector among the inputs has.
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def curvature(self) -> float:
        """The second derivative along the vector."""
        terms = [x * self.product[name] for name, x in self.vector.items() if x]
        return math.fsum(terms) if all(map(math.isfinite, terms)) else sum(terms)

    @property
    def defined(self) -> bool:
        """Whether no value, partial or part of the product is NaN."""
        return not any(map(math.isnan, [self.value, *self.grad.values(), *self.product.values()]))


def hvp(
    formula: Formula | Value | str,
    vector: Sequence[float] | Given,
    at: Given | None = None,
    /,
    **inputs: float | Sequence[float],
) -> Product:
    """The Hessian times a vector: `hvp("x^2*y", [1, 0], x=3, y=2).product`.

    The vector is a list in the order of the inputs, or numbers by name, where what is left out is 0.
    Raises AdiffError as `grad` does, and for several outputs, no inputs, or a vector that does not fit.
    """
    point = {**(at or {}), **inputs}
    return hessian_product(as_formula(formula, point), point, vector)


def hessian_product(
    formula: Formula,
    at: Given,
    vector: Sequence[float] | Given,
    *,
    wrt: Iterable[str] | None = None,
    of: Iterable[str] | None = None,
) -> Product:
    """The Hessian of one output by all inputs, or by those of `wrt`, times a vector.

    It takes one sweep back over the program of the gradient, whatever the number of inputs. Where that leaves something
    open, and the inputs are few, the product is that of the matrix. Raises AdiffError as `hvp` does.
    """
    formula = narrowed(formula, of)
    names = wanted(formula, wrt)
    factors = _parts(formula, names, vector)
    evaluated = Evaluated(formula, complete(formula, at), [formula.index[formula.input_values[name]] for name in names])
    answer = answered(evaluated, names)
    local = Local(formula, answer.inputs, names)
    found = [math.nan] * len(names) if math.isnan(answer.value) else local.product(factors)
    notes = list(answer.notes)
    if not math.isnan(answer.value):
        bent = set() if evaluated.whole is None else evaluated.whole.bent
        hidden = [name for name, i in zip(names, evaluated.places, strict=True) if i in bent]
        wild = [name for name, x in zip(names, found, strict=True) if not math.isfinite(x)]
        if (hidden or wild or local.doubt is not None) and len(names) <= _FEW:
            whole = second_derivatives(formula, at, wrt=names)
            notes = [note for note in whole.notes if note.kind not in ("slope", "stationary", "eigenvalues")]
            found = [sum(h * x for h, x in zip(row, factors, strict=True) if x) + 0.0 for row in whole.matrix]
        elif hidden or wild:
            notes.append(_left_open(dict(zip(names, found, strict=True)), hidden, wild))
    return Product(
        answer.output, answer.value, answer.inputs, answer.grad,
        Answers(dict(zip(names, factors, strict=True))), Answers(dict(zip(names, found, strict=True))),
        tuple(notes), answer.sizes,
    )  # fmt: skip


def _left_open(product: Mapping[str, float], hidden: Sequence[str], wild: Sequence[str]) -> Note:
    """The note on a product of many inputs of which not every part is a number, or which stands at a kink."""
    if not wild:
        text = f"the slope by {hidden[0]} has a kink at the point: what it adds to the product is by convention"
        return Note("kink", text, hidden[0])
    undefined = [name for name in wild if math.isnan(product[name])]
    first = (undefined or wild)[0]
    more = f" and {len(wild) - 1:,} more" if len(wild) > 1 else ""
    text = f"the product's part for {first} is {'undefined' if undefined else number(product[first])}{more}"
    return Note("undefined" if undefined else "infinity", text, first)


def _parts(formula: Formula, names: Sequence[str], vector: Any) -> list[float]:
    """The vector's numbers in the order of the names. Raises AdiffError where it does not fit."""
    if isinstance(vector, Mapping):
        given = flat(formula, vector)
        for name in given:
            if name not in names:
                if name not in formula.input_values:
                    raise not_an_input(formula, name)
                raise AdiffError(
                    "usage", f"the vector moves {name}, which --wrt leaves out", hint=f"name {name} there too"
                )
        found = [given.get(name, 0.0) for name in names]
    else:
        found = [float(x) for x in vector]
        if len(found) != len(names):
            raise AdiffError(
                "usage", f"the vector has {counted(len(found), 'number')} for {counted(len(names), 'input')}",
                hint=f"give a number for each in this order: {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}",
            )  # fmt: skip
    for name, x in zip(names, found, strict=True):
        if not math.isfinite(x):
            raise AdiffError("usage", f"the vector's number for {name} is not finite", hint="give finite numbers")
    return found
