"""High precision: the graph on mpmath's numbers, and the one-sided slopes where doubles cannot tell."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
from mpmath import mp, mpf

from ..graph.formula import Formula
from ..graph.note import Note
from ..notation.numbers import number
from .notes import span_of

# Slopes are taken at these steps. Each is so small that what is left of the next order is far below a double's digits.
STEPS = ("1e-60", "1e-120", "1e-240")
DIGITS = 560
MAX_NODES = 20_000
NAN = mpf("nan")


def _real(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn` as a real function: NaN where mpmath leaves the real line or finds a pole."""

    def real(*xs: Any) -> Any:
        if any(mpmath.isnan(x) for x in xs):
            return NAN
        try:
            y = fn(*xs)
        except (ZeroDivisionError, ValueError, OverflowError, mpmath.libmp.NoConvergence):
            return NAN
        return y if isinstance(y, mpf) else (y.real if isinstance(y, mpmath.mpc) and y.imag == 0 else NAN)

    return real


def _truth(test: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    return _real(lambda x, y: mpf(1 if test(x, y) else 0))


def _divide(x: Any, y: Any) -> Any:
    return x / y if y != 0 else (NAN if x == 0 else mpmath.inf * mpmath.sign(x))


def _power(x: Any, y: Any) -> Any:
    if x == 0:
        return mpf(1) if y == 0 else (mpf(0) if y > 0 else mpmath.inf)
    return x**y if x > 0 or y == mpmath.floor(y) else NAN


def _log(x: Any) -> Any:
    return mpmath.log(x) if x > 0 else (-mpmath.inf if x == 0 else NAN)


def _round(x: Any) -> Any:
    return mpmath.nint(x) if mpmath.isfinite(x) else x


FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: _real(fn)
    for name, fn in {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": _divide,
        "neg": lambda x: -x,
        "pow": _power,
        "powlog": lambda n, k, x, y: _power(x, y - k) * _log(x) ** n,
        "sqrt": lambda x: mpmath.sqrt(x) if x >= 0 else NAN,
        "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
        "hypot": mpmath.hypot,
        "unit": lambda x, y: x / mpmath.hypot(x, y) if x or y else mpf(0),
        "exp": mpmath.exp,
        "exp2": lambda x: mpf(2) ** x,
        "expm1": mpmath.expm1,
        "log": _log,
        "log2": lambda x: _log(x) / mpmath.log(2),
        "log10": lambda x: _log(x) / mpmath.log(10),
        "log1p": lambda x: mpmath.log1p(x) if x > -1 else (-mpmath.inf if x == -1 else NAN),
        "logb": lambda x, b: _divide(_log(x), _log(b)),
        "xlogy": lambda x, y: mpf(0) if x == 0 else x * _log(y),
        "sin": mpmath.sin,
        "cos": mpmath.cos,
        "tan": mpmath.tan,
        "asin": mpmath.asin,
        "acos": mpmath.acos,
        "sqrt1mx2": lambda x: mpmath.sqrt((1 - x) * (1 + x)),
        "atan": mpmath.atan,
        "atan2": mpmath.atan2,
        "sinc": mpmath.sinc,
        "sincn": lambda n, x: mpmath.diff(mpmath.sinc, x, int(n)),
        "sinh": mpmath.sinh,
        "cosh": mpmath.cosh,
        "tanh": mpmath.tanh,
        "sech": mpmath.sech,
        "asinh": mpmath.asinh,
        "acosh": mpmath.acosh,
        "sqrtx2m1": lambda x: mpmath.sqrt((x - 1) * (x + 1)) if x >= 1 else NAN,
        "atanh": mpmath.atanh,
        "erf": mpmath.erf,
        "erfc": mpmath.erfc,
        "gauss": lambda x: mpmath.exp(-x * x),
        "normpdf": mpmath.npdf,
        "normcdf": mpmath.ncdf,
        "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
        "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
        "gelu": lambda x: x * mpmath.ncdf(x),
        "logaddexp": lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)),
        "gamma": mpmath.gamma,
        "lgamma": lambda x: mpmath.log(abs(mpmath.gamma(x))) if x < 1e6 else mpmath.loggamma(x),
        "digamma": mpmath.digamma,
        "polygamma": lambda n, x: mpmath.polygamma(int(n), x) if n >= 0 and n == int(n) else NAN,
        "abs": abs,
        "sign": mpmath.sign,
        "step": lambda x: mpf(1 if x > 0 else 0),
        "floor": mpmath.floor,
        "ceil": mpmath.ceil,
        "round": _round,
        "mod": lambda x, y: x - y * mpmath.floor(x / y),
        "min": min,
        "max": max,
        "clamp": lambda x, lo, hi: min(max(x, lo), hi),
        "relu": lambda x: max(x, mpf(0)),
    }.items()
}
FUNCTIONS |= {
    "lt": _truth(lambda x, y: x < y),
    "le": _truth(lambda x, y: x <= y),
    "gt": _truth(lambda x, y: x > y),
    "ge": _truth(lambda x, y: x >= y),
    "eq": _truth(lambda x, y: x == y),
    "ne": _truth(lambda x, y: x != y),
    "and_": lambda p, q: mpf(0) if p == 0 or q == 0 else p * q,
    "or_": lambda p, q: mpf(1) if p == 1 or q == 1 else p + q,
    "not_": lambda p: 1 - p,
    "select": lambda p, a, b: a if p == 1 else (b if p == 0 else NAN),
}


def evaluate(formula: Formula, point: Mapping[str, Any], root: int) -> Any:
    """The value of a node at mpmath's current precision; branches not taken are not computed."""
    values: dict[int, Any] = {
        i: mpf(node.data) for i, node in enumerate(formula.nodes) if node.op is None and node.data is not None
    }
    for name, node in formula.input_values.items():
        if node in formula.index:
            values[formula.index[node]] = mpf(point[name])
    steps = {i: (row, operands) for i, row, operands in formula.steps}
    stack = [root]
    while stack:
        i = stack[-1]
        if i in values:
            stack.pop()
            continue
        row, operands = steps[i]
        if row.name == "select" and operands[0] in values and values[operands[0]] in (0, 1):
            needed: tuple[int, ...] = (operands[1] if values[operands[0]] else operands[2],)
        else:
            needed = operands[:1] if row.name == "select" else operands
        missing = [j for j in needed if j not in values]
        if missing:
            stack += missing
        elif row.name != "select":
            values[i] = FUNCTIONS[row.name](*[values[j] for j in operands])
        elif needed[0] != operands[0]:
            values[i] = values[needed[0]]
        else:
            values[i] = NAN
    return values[root]


def resolve(formula: Formula, point: Mapping[str, float], name: str, root: int) -> tuple[float, Note]:
    """An indeterminate partial from its one-sided slopes along `name`, and the note that says so.

    A common limit is the derivative; two finite slopes are a kink, whose mean is used; where the domain ends at the point
    the slope of the one side is used; anything else is NaN.
    """
    node = formula.input_values[name]
    output = next(key for key, i in formula.output_nodes.items() if i == root)
    what = f"d{output}/d{name}"
    below = above = math.nan
    if len(formula.nodes) <= MAX_NODES:
        with mp.workdps(DIGITS):
            below, above = (_slope(formula, point, name, root, side) for side in (-1, 1))
    span = span_of(formula, node)

    def note(kind: str, message: str) -> Note:
        return Note(kind, f"{what} is a numerical 0*inf; {message}", name, span)

    if math.isnan(below) and math.isnan(above):
        return math.nan, note("undefined", "neither one-sided slope exists")
    if math.isnan(below) or math.isnan(above):
        side, slope = ("right", above) if math.isnan(below) else ("left", below)
        return slope, note(
            "indeterminate", f"the slope from the {side} is {number(slope)}, there is none from the other side"
        )
    finite = math.isfinite(below) and math.isfinite(above)
    if below == above or (finite and abs(below - above) <= 1e-15 * max(abs(below), abs(above))):
        return above, note("indeterminate", f"both one-sided slopes are {number(above)}")
    if finite:
        used = 0.5 * (below + above)
        message = f"a kink with one-sided slopes {number(below)} and {number(above)}; their mean {number(used)} is used"
        return used, note("kink", message)
    return math.nan, note("undefined", f"the one-sided slopes are {number(below)} and {number(above)}")


def _slope(formula: Formula, point: Mapping[str, float], name: str, root: int, side: int) -> float:
    """The limit of the difference quotient from one side; an infinity where it grows without bound, NaN for none."""
    centre = evaluate(formula, point, root)
    slopes = []
    for size in STEPS:
        h = side * mpf(size)
        moved = evaluate(formula, {**point, name: mpf(point[name]) + h}, root)
        slopes.append((moved - centre) / h)
    first, second, third = slopes
    if not all(mpmath.isfinite(s) for s in slopes):
        return math.nan
    if abs(third - second) <= mpf("1e-20") * abs(third):
        return float(third) + 0.0
    if abs(third) <= mpf("1e-10") * abs(second) <= mpf("1e-20") * abs(first):
        return 0.0
    if abs(third) > 1.5 * abs(second) > 2.2 * abs(first) and third * second > 0:
        return math.inf if third > 0 else -math.inf
    return math.nan
