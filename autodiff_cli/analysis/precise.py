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
# The least slope that must show beside the value, however large that is; else nothing can be said.
SEEN = mpf("1e-20")
MAX_NODES = 20_000
NAN = mpf("nan")
# Beyond these an exponential is 0 or infinite to any purpose, and a sine has no digits: mpmath would compute them for hours.
LARGE = mpf("1e40")
HUGE = mpf("1e1000")
# What leaps: at a jump the slope is that of the side taken, so these keep their values while an input moves.
DISCRETE = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "sign", "step", "floor", "ceil", "round"})


def working(digits: int) -> Any:
    """The context in which numbers of high precision are computed to so many digits."""
    return mp.workdps(digits)


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


def _bounded(fn: Callable[..., Any], low: Any, high: Any) -> Callable[..., Any]:
    """`fn` with its limits beyond ±LARGE."""
    return lambda x: fn(x) if abs(x) < LARGE else (high if x > 0 else low)


def _wave(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: fn(x) if abs(x) < HUGE else NAN


def _gamma(x: Any) -> Any:
    return mpmath.gamma(x) if x != 0 else mpmath.inf


def _log_gamma(x: Any) -> Any:
    if x <= 0 and x == mpmath.floor(x):
        return mpmath.inf
    return mpmath.log(abs(mpmath.gamma(x))) if x < 1e6 else mpmath.loggamma(x)


def _power_log(n: Any, k: Any, x: Any, y: Any) -> Any:
    if n == 0:
        return _power(x, y - k)
    if x == 0:
        return mpf(0) if y > k else mpmath.inf * (-1) ** int(n)
    return _power(x, y - k) * mpmath.log(x) ** n if x > 0 else NAN


def _divide(x: Any, y: Any) -> Any:
    return x / y if y != 0 else (NAN if x == 0 else mpmath.inf * mpmath.sign(x))


def _power(x: Any, y: Any) -> Any:
    if x == 0:
        return mpf(1) if y == 0 else (mpf(0) if y > 0 else mpmath.inf)
    if abs(y) * abs(mpmath.mag(x)) > LARGE and mpmath.isfinite(x) and mpmath.isfinite(y):
        size = y * mpmath.log(abs(x))
        if abs(size) > LARGE:  # a whole exponent of thousands of digits would be worked off bit by bit
            return mpf(0) if size < 0 else mpmath.inf if x > 0 or mpmath.fmod(y, 2) == 0 else -mpmath.inf
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
        "muldiv": lambda u, x, y: _divide(u * x, y),
        "neg": lambda x: -x,
        "pow": _power,
        "powlog": _power_log,
        "sqrt": lambda x: mpmath.sqrt(x) if x >= 0 else NAN,
        "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
        "hypot": mpmath.hypot,
        "unit": lambda x, y: x / mpmath.hypot(x, y) if x or y else mpf(0),
        "exp": _bounded(mpmath.exp, mpf(0), mpmath.inf),
        "exp2": _bounded(lambda x: mpf(2) ** x, mpf(0), mpmath.inf),
        "expm1": _bounded(mpmath.expm1, mpf(-1), mpmath.inf),
        "log": _log,
        "log2": lambda x: _log(x) / mpmath.log(2),
        "log10": lambda x: _log(x) / mpmath.log(10),
        "log1p": lambda x: mpmath.log1p(x) if x > -1 else (-mpmath.inf if x == -1 else NAN),
        "logb": lambda x, b: _divide(_log(x), _log(b)),
        "xlogy": lambda x, y: mpf(0) if x == 0 else x * _log(y),
        "sin": _wave(mpmath.sin),
        "cos": _wave(mpmath.cos),
        "tan": _wave(mpmath.tan),
        "asin": mpmath.asin,
        "acos": mpmath.acos,
        "sqrt1mx2": lambda x: mpmath.sqrt((1 - x) * (1 + x)),
        "atan": mpmath.atan,
        "atan2": mpmath.atan2,
        "sinc": _wave(mpmath.sinc),
        "sincn": lambda n, x: mpmath.diff(mpmath.sinc, x, int(n)),
        "sinh": _bounded(mpmath.sinh, -mpmath.inf, mpmath.inf),
        "cosh": _bounded(mpmath.cosh, mpmath.inf, mpmath.inf),
        "tanh": _bounded(mpmath.tanh, mpf(-1), mpf(1)),
        "sech": _bounded(mpmath.sech, mpf(0), mpf(0)),
        "asinh": mpmath.asinh,
        "acosh": mpmath.acosh,
        "cothacosh": lambda x: x / mpmath.sqrt((x - 1) * (x + 1)) if x > 1 else NAN,
        "sqrtx2m1": lambda x: mpmath.sqrt((x - 1) * (x + 1)) if x >= 1 else NAN,
        "atanh": mpmath.atanh,
        "erf": _bounded(mpmath.erf, mpf(-1), mpf(1)),
        "erfc": _bounded(mpmath.erfc, mpf(2), mpf(0)),
        "gauss": _bounded(lambda x: mpmath.exp(-x * x), mpf(0), mpf(0)),
        "normpdf": _bounded(mpmath.npdf, mpf(0), mpf(0)),
        "normcdf": _bounded(mpmath.ncdf, mpf(0), mpf(1)),
        "sigmoid": _bounded(lambda x: 1 / (1 + mpmath.exp(-x)), mpf(0), mpf(1)),
        "softplus": lambda x: mpmath.log1p(mpmath.exp(x)) if abs(x) < LARGE else max(x, mpf(0)),
        "gelu": lambda x: x * mpmath.ncdf(x) if abs(x) < LARGE else max(x, mpf(0)),
        "logaddexp": lambda x, y: max(x, y) + mpmath.log1p(mpmath.exp(-min(abs(x - y), LARGE))),
        "gamma": _gamma,
        "lgamma": _log_gamma,
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
    "defined": lambda z, d: NAN if mpmath.isnan(z) else d,
}


class Slopes:
    """A formula at a point in high precision, for one-sided slopes along its inputs."""

    # Whether what leaps keeps its value while an input moves: at a jump the slope is then that of the side taken.
    holds = True

    def __init__(self, formula: Formula, point: Mapping[str, float]) -> None:
        self.formula = formula
        self.point = point
        self.steps = {i: (row, operands) for i, row, operands in formula.steps}
        with mp.workdps(DIGITS):
            self.leaves: dict[int, Any] = {
                i: mpf(node.data) for i, node in enumerate(formula.nodes) if node.op is None and node.data is not None
            }
            for name, node in formula.input_values.items():
                self.leaves[formula.index[node]] = mpf(point[name])
            self.centre: dict[int, Any] = dict(self.leaves)

    def along(self, name: str, root: int) -> tuple[float, float]:
        """The slopes from the left and from the right; NaN where there is none, an infinity where it grows without bound."""
        moving = self.formula.index[self.formula.input_values[name]]
        depends = {moving}
        for i, (_, operands) in self.steps.items():
            if not depends.isdisjoint(operands):
                depends.add(i)
        with mp.workdps(DIGITS):
            middle = self._value(root, self.centre)
            fixed = {i: x for i, x in self.centre.items() if i not in depends or self._leaps(i)}
            below, above = (self._slope(moving, root, middle, fixed, side) for side in (-1, 1))
        return below, above

    def _leaps(self, i: int) -> bool:
        return self.holds and i in self.steps and self.steps[i][0].name in DISCRETE

    def _slope(self, moving: int, root: int, middle: Any, fixed: dict[int, Any], side: int) -> float:
        """The limit of the difference quotient from one side, told from three steps: constant, or a power of the step."""
        steps = [side * mpf(size) for size in STEPS]
        moves = [self._value(root, {**fixed, moving: self.leaves[moving] + h}) for h in steps]
        if mpmath.isinf(middle):
            return _at_a_pole(steps, moves)
        changes = [moved - middle for moved in moves]
        seen = abs(middle) * mpf(10) ** (20 - DIGITS)
        if seen > abs(steps[-1]) * SEEN and all(abs(change) <= seen for change in changes):
            return math.nan  # a slope of any usual size would be lost in the value
        return limit(steps, changes)

    def _value(self, root: int, values: dict[int, Any]) -> Any:
        """The value of a node from those known; branches not taken are not computed."""
        steps = self.steps
        stack = [root]
        while stack:
            i = stack[-1]
            if i in values:
                stack.pop()
                continue
            row, operands = steps[i]
            needed = operands
            if row.name == "select":
                p = values.get(operands[0])
                needed = operands[:1] if p is None else operands[1:2] if p == 1 else operands[2:]
            missing = [j for j in needed if j not in values]
            if missing:
                stack += missing
            elif row.name != "select":
                values[i] = self._apply(i, row.name, [values[j] for j in operands])
            else:
                values[i] = NAN if mpmath.isnan(values[operands[0]]) else values[needed[0]]
        return values[root]

    def _apply(self, i: int, name: str, xs: list[Any]) -> Any:
        if name == "mod" and self.holds and i in self.centre:  # within one period, as floor(x/y) is at the point
            x, y = (self.centre[j] for j in self.steps[i][1])
            return xs[0] - xs[1] * mpmath.floor(x / y)
        return FUNCTIONS[name](*xs)


def limit(steps: list[Any], changes: list[Any]) -> float:
    """The slope that three changes over ever smaller steps tend to: NaN where there is none, an infinity where they grow."""
    first, second, third = slopes = [change / h for h, change in zip(steps, changes, strict=True)]
    if not all(map(mpmath.isfinite, slopes)):
        return math.nan
    if abs(third - second) <= mpf("1e-20") * abs(third):
        return float(third) + 0.0
    if first * second <= 0 or second * third <= 0:
        return 0.0 if abs(third) < mpf("1e-20") * abs(second) < mpf("1e-40") * abs(first) else math.nan
    # The second step is 60 decades down, the third 120 more: a power of h shows twice the decades, a logarithm doubles.
    near, far = float(mpmath.log10(second / first)), float(mpmath.log10(third / second))
    if abs(far - 2 * near) <= 1e-6 * abs(near) or (near > 0.25 and far > 0.25) or (near < -0.25 and far < -0.25):
        return 0.0 if far < 0 else (math.inf if third > 0 else -math.inf)
    return math.nan


def _at_a_pole(steps: list[Any], moves: list[Any]) -> float:
    """The slope beside a pole: an infinity, where the function grows without bound towards it; else NaN."""
    if not all(mpmath.isfinite(y) for y in moves):
        return math.nan
    far, near = ((moves[k + 1] - moves[k]) / (steps[k + 1] - steps[k]) for k in (0, 1))
    if far * near <= 0 or abs(near) < mpf("1e10") * abs(far):
        return math.nan
    return math.inf if near > 0 else -math.inf


def resolve(slopes: Slopes, name: str, output: str, root: int) -> tuple[float, Note]:
    """A partial that doubles cannot tell, from its one-sided slopes along `name`, and the note that says so.

    A common limit is the derivative; two finite slopes are a kink, whose mean is used; where the domain ends at the point
    the slope of the one side is used; anything else is NaN.
    """
    formula = slopes.formula
    span = span_of(formula, formula.input_values[name])

    def note(kind: str, message: str) -> Note:
        return Note(kind, f"d{output}/d{name} is 0*inf or inf - inf in doubles; {message}", name, span, "backward")

    if len(formula.nodes) > MAX_NODES:
        return math.nan, note("undefined", f"the program is too large to resolve it: {len(formula.nodes):,} values")
    below, above = slopes.along(name, root)
    if math.isnan(below) and math.isnan(above):
        return math.nan, note("undefined", "no one-sided slope could be found")
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
