"""Random formulas whose numbers leave the range of doubles, and a judge that knows no derivative rule.

The judge evaluates the formula alone, forward, with unbounded exponents, and takes central differences whose steps are far
below every scale.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import mpmath
from mpmath import mp, mpf

from autodiff_cli.analysis.precise import FUNCTIONS
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.note import Note

DIGITS = 1500
STEP = 300  # decades below the input

_UNARY = (
    "exp({})", "exp(-({}))", "log({})", "sqrt({})", "cosh({})", "sinh({})", "tanh({})", "sigmoid({})", "softplus({})",
    "normcdf({})", "normpdf({})", "erfc({})", "atan({})", "1/({})", "({})^2", "({})^-1", "({})^-1.5", "({})^0.5", "-({})",
    "expm1({})", "log1p({})", "asinh({})", "cbrt({})", "log2({})", "exp2({})", "abs({})", "relu({})", "gamma({})", "lgamma({})",
)  # fmt: skip
_BINARY = (
    "({})+({})", "({})-({})", "({})*({})", "({})/({})", "({})*({})", "({})/({})", "hypot({},{})", "logaddexp({},{})",
    "max({},{})", "({})^({})",
)  # fmt: skip


def formula(rng: random.Random, depth: int) -> str:
    """A formula in x and y."""
    if depth == 0 or rng.random() < 0.12:
        return rng.choice(("x", "y", "x", "y", "1", "2", "0.5", "3", "x/y", "1e100", "1e-100"))
    if rng.random() < 0.5:
        return rng.choice(_UNARY).format(formula(rng, depth - 1))
    return rng.choice(_BINARY).format(formula(rng, depth - 1), formula(rng, depth - 1))


def number(rng: random.Random) -> float:
    """An input: an exponent up to ±700, an ordinary number, or 10 to ±300; of either sign."""
    kind = rng.random()
    x = rng.uniform(20, 700) if kind < 0.4 else 10.0 ** rng.uniform(-300, 300) if kind < 0.7 else rng.uniform(0.1, 5)
    return x if rng.random() < 0.7 else -x


def cases(rng: random.Random, many: int) -> Iterator[tuple[str, dict[str, float]]]:
    """So many formulas, each at a point."""
    for _ in range(many):
        yield formula(rng, rng.randint(1, 3)), {"x": number(rng), "y": number(rng)}


class Judge:
    """The truth of a formula at a point."""

    def __init__(self, of: Formula, point: Mapping[str, float]) -> None:
        self.of = of
        self.point = point
        self.root = next(iter(of.output_nodes.values()))

    def value(self, moved: Mapping[str, Any] = {}) -> Any:
        """The value, where inputs are moved by so much."""
        of = self.of
        values: list[Any] = [mpf(0) if node.data is None else mpf(node.data) for node in of.nodes]
        for name, node in of.input_values.items():
            values[of.index[node]] = mpf(self.point[name]) + moved.get(name, 0)
        for i, row, operands in of.steps:
            values[i] = FUNCTIONS[row.name](*[values[j] for j in operands])
        return values[self.root]

    def truth(self) -> tuple[Any, dict[str, Any], dict[tuple[str, str], Any]]:
        """The value, the slopes and the curvatures."""
        names = list(self.of.inputs)
        with mp.workdps(DIGITS):
            h = {name: abs(mpf(self.point[name])) * mpf(10) ** -STEP for name in names}
            middle = self.value()
            slopes, curved = {}, {}
            for k, a in enumerate(names):
                up, down = self.value({a: h[a]}), self.value({a: -h[a]})
                slopes[a] = _heard((up - down) / (2 * h[a]), middle, h[a])
                curved[a, a] = _heard((up - 2 * middle + down) / h[a] ** 2, middle, h[a] ** 2)
                for b in names[:k]:
                    corners = [self.value({a: s * h[a], b: t * h[b]}) * s * t for s in (-1, 1) for t in (-1, 1)]
                    curved[b, a] = _heard(sum(corners) / (4 * h[a] * h[b]), middle, h[a] * h[b])
            return middle, slopes, curved


def _heard(quotient: Any, middle: Any, step: Any) -> Any:
    """A difference quotient; NaN, for unknown, where the rounding of the value may be all there is of it."""
    noise = abs(middle) * mpf(10) ** (5 - DIGITS) / step
    return quotient if abs(quotient) > noise * mpf(10) ** 20 or noise < mpf("1e-330") else mpf("nan")


def allowed(notes: Sequence[Note], what: str) -> float:
    """The error that a note on lost digits allows to a number."""
    for note in notes:
        found = re.match(rf"{re.escape(what)}: .*error up to ([-+.e0-9inf]+)\)", note.message)
        if found:
            return 16 * float(found[1])
    return 0.0


def wrong(ours: float, true: Any, slack: float) -> bool:
    """Whether a number is outside the contract: 16 times the bound where a note gives one, else 16 times 1e-12."""
    if not mpmath.isfinite(true):
        return False  # the judge does not know
    nearest = float(true)
    if ours == nearest:
        return False
    if math.isnan(ours) or math.isinf(ours) or math.isinf(nearest):
        return not (math.isinf(slack))
    return bool(abs(mpf(ours) - true) > 16e-12 * abs(true) + slack + 4 * 5e-324)
