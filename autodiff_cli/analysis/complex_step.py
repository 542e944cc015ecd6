"""The complex step: f'(x) as the imaginary part of f(x + ih)/h, which subtracts nothing and so loses no digits.

It is legal where every operation between the input and the output is analytic, and has a function on complex numbers here.
After Squire and Trapp, Using complex variables to estimate derivatives of real functions, 1998.
"""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from ..graph.engine import forward, live
from ..graph.formula import Formula

_LN2 = math.log(2.0)
_SQRT2PI = math.sqrt(2.0 * math.pi)
# The real part must be the value itself, to so many digits: on another branch of a function it is not.
_AGREE = 1e-9


def _power(base: complex, exponent: complex) -> complex:
    x, y = complex(base), complex(exponent)
    # A whole power by multiplication has no branches.
    if y.imag == 0 and y.real == int(y.real) and abs(y.real) <= 64:
        return x ** int(y.real)
    if x.real <= 0:
        raise ValueError("there is a branch at 0")
    return cmath.exp(y * cmath.log(x))


def _expm1(x: complex) -> complex:
    half = math.sin(x.imag / 2)
    return complex(math.expm1(x.real) * math.cos(x.imag) - 2 * half * half, math.exp(x.real) * math.sin(x.imag))


def _log1p(x: complex) -> complex:
    return complex(math.log1p(x.real), 0) + cmath.log(1 + complex(0, x.imag) / (1 + x.real))


def _sigmoid(x: complex) -> complex:
    if x.real >= 0:
        return 1 / (1 + cmath.exp(-x))
    grown = cmath.exp(x)
    return grown / (1 + grown)


def _softplus(x: complex) -> complex:
    return _log1p(cmath.exp(x)) if x.real <= 0 else x + _log1p(cmath.exp(-x))


def _log_sum_exp(*xs: complex) -> complex:
    top = max(complex(x).real for x in xs)
    return top + cmath.log(sum(cmath.exp(x - top) for x in xs))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "pow": _power,
    "sqrt": cmath.sqrt,
    "hypot": lambda x, y: cmath.sqrt(x * x + y * y),
    "exp": cmath.exp,
    "exp2": lambda x: cmath.exp(_LN2 * x),
    "expm1": _expm1,
    "log": cmath.log,
    "log2": lambda x: cmath.log(x) / _LN2,
    "log10": cmath.log10,
    "log1p": _log1p,
    "logb": lambda x, b: cmath.log(x) / cmath.log(b),
    "xlogy": lambda x, y: x * cmath.log(y),
    "sin": cmath.sin,
    "cos": cmath.cos,
    "tan": cmath.tan,
    "sec": lambda x: 1 / cmath.cos(x),
    "csc": lambda x: 1 / cmath.sin(x),
    "cot": lambda x: 1 / cmath.tan(x),
    "asin": cmath.asin,
    "acos": cmath.acos,
    "atan": cmath.atan,
    "asec": lambda x: cmath.acos(1 / x),
    "acsc": lambda x: cmath.asin(1 / x),
    "acot": lambda x: math.pi / 2 - cmath.atan(x),
    "sinh": cmath.sinh,
    "cosh": cmath.cosh,
    "sech": lambda x: 1 / cmath.cosh(x),
    "csch": lambda x: 1 / cmath.sinh(x),
    "coth": lambda x: 1 / cmath.tanh(x),
    "tanh": cmath.tanh,
    "asinh": cmath.asinh,
    "acosh": cmath.acosh,
    "atanh": cmath.atanh,
    "asech": lambda x: cmath.acosh(1 / x),
    "acsch": lambda x: cmath.asinh(1 / x),
    "acoth": lambda x: cmath.atanh(1 / x),
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "logsumexp": _log_sum_exp,
    "share": lambda *xs: cmath.exp(xs[0] - _log_sum_exp(*xs)),
    "remainder": lambda *xs: sum(cmath.exp(x - _log_sum_exp(*xs)) for x in xs[1:]),
    "logshare": lambda *xs: xs[0] - _log_sum_exp(*xs),
    "gauss": lambda x: cmath.exp(-x * x),
    "normpdf": lambda x: cmath.exp(-x * x / 2) / _SQRT2PI,
}


class ComplexStep:
    """One output of a formula along one input, for steps of any size."""

    def __init__(self, formula: Formula, point: Mapping[str, float], name: str, root: int) -> None:
        self._real = forward(formula, point)
        self._root = root
        self._moving = formula.index[formula.input_values[name]]
        moves = formula.depending([self._moving])
        matters = live(formula, self._real, [root])
        self._path = [
            (i, row.name, operands) for i, row, operands in formula.steps if moves[i] and matters[i] and i <= root
        ]
        # A choice that does not move is no more than the value it takes.
        fixed = {i for i, name, operands in self._path if name == "select" and not moves[operands[0]]}
        self._legal = all(name in FUNCTIONS or i in fixed for i, name, _ in self._path)

    def __call__(self, h: float) -> float:
        """The slope with the step ih; NaN where the step is not legal, and where the functions leave their domain."""
        found = self._at(h) if self._legal else None
        return math.nan if found is None else found.imag / h

    def legal(self, h: float) -> bool:
        """Whether every operation on the way is analytic, has its function here, and stays on the branch of the value."""
        found = self._at(h) if self._legal else None
        value = self._real[self._root]
        return found is not None and abs(found.real - value) <= _AGREE * abs(value)

    def _at(self, h: float) -> complex | None:
        """The value at x + ih."""
        real = self._real
        values: dict[int, complex] = {self._moving: complex(real[self._moving], h)}
        try:
            for i, name, operands in self._path:
                if name == "select":
                    taken = operands[1] if real[operands[0]] == 1 else operands[2]
                    values[i] = values.get(taken, complex(real[taken]))
                else:
                    values[i] = complex(FUNCTIONS[name](*[values.get(j, real[j]) for j in operands]))
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
        return values.get(self._root, complex(real[self._root]))
