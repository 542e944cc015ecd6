"""The table of foreign spellings, walked: every name gives something that can be typed, and that is the right thing.

What is right is asked of those who use the names: NumPy, mpmath, SymPy and Python's own math.
"""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from test_hints import PRELUDE

from autodiff_cli.errors import AdiffError, nearest
from autodiff_cli.graph.engine import forward
from autodiff_cli.language import foreign, parse, spellings
from autodiff_cli.ops import FUNCTIONS

NAMES = sorted({name for names in spellings.WRITTEN.values() for name in names.split()})
ABSENT = sorted({name for names in spellings.ABSENT.values() for name in names.split()})
OPERANDS = ("p", "q", "r", "s")
POINTS = ((0.63, 0.42, 1.7, 0.9), (-0.48, 1.25, 2.2, 1.4), (2.6, 3.0, 3.5, 2.0), (5, 2, 3, 1))

# Called so, and something else: NumPy's sum over an axis, an angle of a complex number.
OTHERS = {
    "add", "angle", "around", "average", "choose", "clip", "conj", "fix", "identity", "inner", "inverse", "log1p", "mean",
    "mod", "norm", "print", "prod", "product", "quad", "ratio", "range", "root", "roots", "round", "size", "std", "sum", "var",
    "vdot", "where", "dot", "piecewise", "real", "float", "double", "cond", "beta", "power", "perm", "select", "matmul", "minus",
    "array", "rem", "ptp", "nint", "frac", "rf", "ff", "fraction", "plus", "amax", "amin", "nthroot", "phi", "psi", "rect", "tri", "div", "mag", "logical_and", "logical_or", "logical_not", "logical_xor", "Xor", "sub", "zeta", "gif", "re", "im",
}  # fmt: skip


def counts(name: str) -> list[int]:
    """The numbers of operands that a name has a spelling for."""
    return [n for n in range(1, 5) if (found := foreign.meant(name, OPERANDS[:n])) is not None and found.write]


def value(text: str, at: dict[str, float]) -> float:
    formula = parse(f"{PRELUDE}\n{text}", bound=at)
    numbers = forward(formula, {name: x for name, x in at.items() if name in formula.inputs})
    return numbers[next(iter(formula.output_nodes.values()))]


@pytest.mark.parametrize("name", NAMES)
def test_every_spelling_can_be_typed(name: str) -> None:
    """Each reading of each number of operands is read; a vector stands where only a vector can."""
    assert counts(name), name
    for n in counts(name):
        found = foreign.meant(name, OPERANDS[:n])
        assert found is not None
        for text in found.write:
            try:
                parse(f"{PRELUDE}\n{text}")
            except AdiffError as wrong:
                if wrong.kind == "kind" or "`if` needs" in wrong.message:
                    continue  # a condition stands first there
                vectors = {"p": [1.0, 2.0], "q": [2.0, 3.0]}
                binder = foreign.meant(name, ("p^2", "i", "1", "3")) if n == 4 else None
                if binder is not None:
                    parse(binder.write[0])
                else:
                    parse(f"{PRELUDE}\n{text}", bound={each: vectors[each] for each in OPERANDS[:n]})


@pytest.mark.parametrize("name", NAMES)
def test_a_spelling_hides_no_function(name: str) -> None:
    """The table is asked only for names that are no functions here, or for another number of operands."""
    row = FUNCTIONS.get(name)
    if row is not None and not row.variadic:
        assert row.arity not in counts(name)


def elsewhere(name: str) -> Any:
    """The function that NumPy, Python, mpmath or SymPy has under a name."""
    for home in (np, math, mpmath, sympy):
        found = home.__dict__.get(name)
        if callable(found) and not isinstance(found, type):
            return found
    return None


def called(judge: Any, operands: tuple[float, ...]) -> float:
    """What a function of another tool gives, of whole numbers where it takes no others; NaN where it takes neither."""
    for kind in (float, int):
        if kind is int and any(x != int(x) for x in operands):
            break
        try:
            with np.errstate(all="ignore"):
                return float(judge(*map(kind, operands)))
        except (TypeError, ValueError, ZeroDivisionError, OverflowError, sympy.SympifyError):
            continue
    return math.nan


KNOWN_ELSEWHERE = [
    name for name in NAMES if name not in OTHERS and name not in FUNCTIONS and elsewhere(name) is not None
]


def test_many_are_known_elsewhere() -> None:
    assert len(KNOWN_ELSEWHERE) > 40


@pytest.mark.parametrize("name", KNOWN_ELSEWHERE)
def test_a_spelling_means_what_it_means_elsewhere(name: str) -> None:
    judge = elsewhere(name)
    compared = 0
    for n in counts(name):
        found = foreign.meant(name, OPERANDS[:n])
        assert found is not None
        if isinstance(judge, np.ufunc) and judge.nin != n:
            continue
        for point in POINTS:
            truth = called(judge, point[:n])
            if not math.isfinite(truth):
                continue
            at = dict(zip(OPERANDS, point, strict=True))
            ours = [value(text, at) for text in found.write]
            compared += 1
            assert any(x == pytest.approx(truth, rel=1e-9, abs=1e-12) for x in ours), (found.write, point, truth, ours)
    assert compared, name


@pytest.mark.parametrize("name", ABSENT)
def test_what_is_absent_gives_nothing_to_type(name: str) -> None:
    found = foreign.meant(name, ("x",))
    assert found is not None
    assert (found.write, found.why != "") == ((), True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("coss", "cos"), ("sigmod", "sigmoid"), ("digama", "digamma"), ("hypto", "hypot"), ("softpls", "softplus"), ("Sqrt", "sqrt"),
     ("flor", "floor"), ("csc2", None), ("cot", None), ("sqr", None), ("lg", None), ("foo", None), ("xyzzy", None), ("int", None)],
)  # fmt: skip
def test_the_distance(typed: str, meant: str | None) -> None:
    """One edit in four letters, and none in a short name."""
    assert nearest(typed, [name for name in FUNCTIONS if name != "cot"]) == meant
