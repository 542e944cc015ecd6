"""The workloads of rows.py and files.py: the formulas as text, their columns, and what SymPy makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Workload:
    """A formula, its columns with the range that each is drawn from, and the same formula in Python.

    `code` assigns to `value`; it calls exp, log, sqrt, tanh, erf and names the constants root2 and root2pi, which each
    contender has in its own way.
    """

    text: str
    columns: Mapping[str, tuple[float, float]]
    code: str


CALL = """\
d1 = (log(S/K) + (r + sigma**2/2)*T)/(sigma*sqrt(T))
d2 = d1 - sigma*sqrt(T)
value = S*(1 + erf(d1/root2))/2 - K*exp(-r*T)*(1 + erf(d2/root2))/2
"""

CALL_TEXT = """\
d1 = (log(S/K) + (r + sigma^2/2)*T)/(sigma*sqrt(T))
d2 = d1 - sigma*sqrt(T)
S*normcdf(d1) - K*exp(-r*T)*normcdf(d2)
"""

WORKLOADS = {
    "lecture": Workload("(a*b+c)*f", {"a": (-2, 2), "b": (-2, 2), "c": (-2, 2), "f": (-2, 2)}, "value = (a*b + c)*f\n"),
    "neuron": Workload(
        "tanh(x1*w1 + x2*w2 + b)",
        {"x1": (-2, 2), "w1": (-2, 2), "x2": (-2, 2), "w2": (-2, 2), "b": (-1, 1)},
        "value = tanh(x1*w1 + x2*w2 + b)\n",
    ),
    "Gaussian": Workload(
        "exp(-((x-m)/s)^2/2)/(s*sqrt(2*pi))",
        {"x": (-3, 3), "m": (-1, 1), "s": (0.5, 2)},
        "value = exp(-((x - m)/s)**2/2)/(s*root2pi)\n",
    ),
    "Black-Scholes": Workload(
        CALL_TEXT, {"S": (80, 120), "K": (80, 120), "r": (0, 0.06), "sigma": (0.1, 0.5), "T": (0.1, 2)}, CALL
    ),
}


def symbolic(name: str) -> tuple[list[Any], list[Any]]:
    """SymPy's symbols of the columns, and its expressions of the value and of all partials."""
    import sympy

    given = WORKLOADS[name]
    symbols = sympy.symbols(list(given.columns))
    scope = {each: getattr(sympy, each) for each in ("exp", "log", "sqrt", "tanh", "erf")}
    scope |= {
        "root2": sympy.sqrt(2),
        "root2pi": sympy.sqrt(2 * sympy.pi),
        **dict(zip(given.columns, symbols, strict=True)),
    }
    exec(given.code, scope)
    value = scope["value"]
    return symbols, [value, *(sympy.diff(value, each) for each in symbols)]


def shared(expressions: list[Any]) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """SymPy's common sub-expressions in order, and what is left of the expressions; those that are constant are numbers."""
    import sympy

    numbers: dict[Any, Any] = {}
    definitions = []
    found, results = sympy.cse(expressions)
    for name, given in found:
        meaning = given.xreplace(numbers)
        if meaning.is_number:
            numbers[name] = sympy.N(meaning, 17)
        else:
            definitions.append((name, meaning))
    return definitions, [each.xreplace(numbers) for each in results]


def printed(expression: Any, *, power: str = "") -> str:
    """An expression as Python text in which no constant is left to compute.

    Where a `power` is named, squares are products and other powers are calls of it: pow(x, 1.5).
    """
    from sympy.printing.str import StrPrinter

    class Printer(StrPrinter):
        def _print_Rational(self, found: Any) -> str:  # noqa: N802 - SymPy calls it so
            return repr(float(found))

        _print_Float = _print_Rational  # noqa: N815

        def _print_Pow(self, found: Any, rational: bool = False) -> str:  # noqa: N802 - SymPy calls it so
            if found.is_number:
                return repr(float(found))
            if not power or 2 * found.exp in (1, -1) or found.exp == -1:
                return super()._print_Pow(found, rational)
            base = self._print(found.base)
            return f"(({base})*({base}))" if found.exp == 2 else f"{power}({base}, {float(found.exp)!r})"

        def _print_Mul(self, found: Any) -> str:  # noqa: N802 - SymPy calls it so
            return repr(float(found)) if found.is_number else super()._print_Mul(found)

    return Printer().doprint(expression)


def data(name: str, rows: int, seed: int = 1) -> dict[str, Any]:
    """The columns of a workload, uniform in their ranges; the same in every process."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return {each: rng.uniform(low, high, rows) for each, (low, high) in WORKLOADS[name].columns.items()}


def exact(name: str, rows: list[list[float]], digits: int) -> list[list[Any]]:
    """Value and partials of rows of inputs, by mpmath from SymPy's expressions, to as many digits."""
    import mpmath

    function = in_mpmath(name)
    with mpmath.workdps(digits):
        return [function(*map(mpmath.mpf, row)) for row in rows]


@cache
def in_mpmath(name: str) -> Any:
    """A function of the columns that works at mpmath's precision."""
    import sympy

    return sympy.lambdify(*symbolic(name), "mpmath", cse=True)
