"""Formulas whose numbers leave the range of doubles on the way, and the truth: forward and adjoint without bounds to exponents."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from mpmath import isnan, mp, mpf

from autodiff_cli.analysis.precise import FUNCTIONS
from autodiff_cli.graph.formula import Formula
from autodiff_cli.ops import TABLE

DIGITS = 60
LEAST = 2.0**-1022


def _composed(name: str) -> Callable[..., Any]:
    meaning = TABLE[name].composed
    assert callable(meaning)
    return lambda *xs: meaning(F, *xs)


F = SimpleNamespace(**{name: FUNCTIONS.get(name) or _composed(name) for name in TABLE})


def truth(formula: Formula, point: dict[str, float]) -> list[Any]:
    """The value of the first output and its partials by all inputs, to 60 digits, also beside what is 340 decades larger."""
    with mp.workdps(DIGITS + 340):
        values: list[Any] = [mpf(0) if node.data is None else mpf(node.data) for node in formula.nodes]
        for name, node in formula.input_values.items():
            values[formula.index[node]] = mpf(point[name])
        for i, row, operands in formula.steps:
            values[i] = F.__dict__[row.name](*[values[j] for j in operands])
        root = next(iter(formula.output_nodes.values()))
        adjoints = [mpf(0)] * len(values)
        adjoints[root] = mpf(1)
        for i, row, operands in reversed(formula.steps):
            u, xs = adjoints[i], [values[j] for j in operands]
            if u == 0:
                continue
            if row.spread is not None:
                for j, (local, chosen) in zip(operands, row.spread(F, values[i], xs), strict=True):
                    adjoints[j] += u * local if chosen != 0 else 0
                continue
            for j, rule, route in zip(operands, row.partials, row.routes, strict=True):
                if rule is None or (callable(route) and route(F, values[i], *xs) == 0):
                    continue
                adjoints[j] += u * (rule(F, values[i], *xs) if callable(rule) else rule)
        return [values[root], *(adjoints[formula.index[node]] for node in formula.input_values.values())]


def right(found: float, true: Any, tolerance: float = 1e-12) -> bool:
    """Whether a double is the truth, rounded: an infinity or 0 where the truth lies beyond doubles."""
    if isnan(true):
        return math.isnan(found)
    nearest = float(true)
    if math.isinf(nearest) or math.isinf(found) or math.isnan(found):
        return nearest == found
    return bool(abs(mpf(found) - true) <= tolerance * abs(true) + 4 * 2.0**-1074)


# Each with inputs by how they are drawn: an exponent (e), a scale (s) or an ordinary number (o).
FORMULAS = (
    ("x/(exp(x)-1)", "e"), ("1/(1+exp(-x))", "e"), ("1/(exp(x)-1)", "e"), ("1/cosh(x)", "e"), ("1/cosh(x)^2", "e"),
    ("exp(-x)/(1+exp(-x))^2", "e"), ("sqrt(cosh(x)^-2)", "e"), ("((cosh(x))^(-2))^0.5", "e"), ("log((1+exp(-x))^-1)", "e"),
    ("exp(x)*(1+exp(x))^-1", "e"), ("c/(1+exp(x))", "se"), ("x^3/(exp(x)-1)", "e"), ("x/sinh(x)", "e"),
    ("atan(exp(x))", "e"), ("tanh(x)^2", "e"), ("log(cosh(x))", "e"), ("1/(x*y)", "ss"), ("(1/x)*(1/y)", "ss"),
    ("sqrt(x/y)", "ss"), ("x*y/z", "sss"), ("x/y/z", "sss"), ("x/(y/z)", "sss"), ("(x/y)^2", "ss"), ("(x/y)^-1.5", "ss"),
    ("x^-2*y", "ss"), ("x^-0.5/y", "ss"), ("log(x/y)", "ss"), ("log(x^-2*y)", "ss"), ("hypot(x,y)/x", "ss"),
    ("sqrt(x^2+y^2)/x", "ss"), ("1/(1/x+1/y)", "ss"), ("x*y/(x+y)", "ss"), ("1/normpdf(x)", "o"), ("1/gamma(x)", "g"),
    ("log(exp(x)+exp(y))", "ee"), ("exp(x)/(exp(x)+exp(y))", "ee"), ("exp(x)/exp(y)", "ee"), ("x*exp(-y)/z", "ses"),
    ("exp(-x^2/(2*s))/s", "os"), ("cbrt(x)/y", "ss"), ("log(cbrt(x)*y)", "ss"), ("atan(x/y)", "ss"), ("asinh(x)/y", "ss"),
    ("sqrt(x)*sqrt(y)/z", "sss"), ("log(sqrt(x)/y)", "ss"), ("(exp(x)-1)^-1*x^3", "e"), ("(1+x^2)^-1.5*y", "ss"),
    ("sqrt(1+x^2)/y", "ss"), ("x/(y^2+z^2)^1.5", "sss"), ("log2(x/y)*z", "sss"), ("atan2(x,y)*z", "sss"),
)  # fmt: skip


def cases(many: int, seed: int = 1) -> Iterator[tuple[str, dict[str, float]]]:
    """So many points for each formula."""
    rng = random.Random(seed)
    kinds: dict[str, Callable[[], float]] = {
        "e": lambda: rng.uniform(-700, 700), "s": lambda: 10.0 ** rng.uniform(-300, 300), "o": lambda: rng.uniform(-35, 35),
        "g": lambda: rng.uniform(0.1, 170),
    }  # fmt: skip
    for text, drawn in FORMULAS:
        names = [name for name in "cxyzs" if name in _names(text)]
        for _ in range(many):
            yield text, {name: kinds[kind]() for name, kind in zip(names, drawn, strict=True)}


def _names(text: str) -> set[str]:
    from autodiff_cli import parse

    return set(parse(text).inputs)
