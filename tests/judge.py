"""The outside judge of the table: every operation and its derivatives in mpmath, defined apart from the product."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
from mpmath import mp, mpf

from autodiff_cli.graph.adjoint import adjoint
from autodiff_cli.graph.engine import forward
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.value import Value
from autodiff_cli.ops import TABLE

DIGITS = 520
ULP = 2.0**-52
SMALLEST = 5e-324


def _power_log(n: Any, k: Any, x: Any, y: Any) -> Any:
    return x ** (y - k) * mpmath.log(x) ** n if n else x ** (y - k)


def _normcdf(x: Any) -> Any:
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def _lgamma(x: Any) -> Any:
    return mpmath.loggamma(x) if x > 0 else mpmath.log(abs(mpmath.gamma(x)))


def _sinc_derivative(n: Any, x: Any) -> Any:
    # The integral of t^n cos(xt + n pi/2) over [0, 1], as its power series.
    n = int(n)
    with mp.extradps(int(abs(x)) + 20):
        total, k = mpf(0), (n + 1) // 2
        while True:
            term = (-1) ** k * mpf(x) ** (2 * k - n) / (mpmath.factorial(2 * k - n) * (2 * k + 1))
            total += term
            if abs(term) < abs(total) * mpf(10) ** (-mp.dps - 5) and k > abs(x):
                return +total
            k += 1
            if k > 4000:
                return +total


TRUE: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "muldiv": lambda u, x, y: u * x / y,
    "neg": lambda x: -x,
    "pow": lambda x, y: x**y,
    "powlog": _power_log,
    "sqrt": mpmath.sqrt,
    "cbrt": lambda x: mpmath.cbrt(x) if x >= 0 else -mpmath.cbrt(-x),
    "hypot": lambda x, y: mpmath.sqrt(x * x + y * y),
    "unit": lambda x, y: x / mpmath.sqrt(x * x + y * y),
    "exp": mpmath.exp,
    "exp2": lambda x: mpf(2) ** x,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log2": lambda x: mpmath.log(x, 2),
    "log10": lambda x: mpmath.log(x, 10),
    "log1p": mpmath.log1p,
    "logb": lambda x, b: mpmath.log(x) / mpmath.log(b),
    "xlogy": lambda x, y: x * mpmath.log(y),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "sec": lambda x: 1 / mpmath.cos(x),
    "csc": lambda x: 1 / mpmath.sin(x),
    "cot": lambda x: mpmath.cos(x) / mpmath.sin(x),
    "asec": lambda x: mpmath.acos(1 / x),
    "acsc": lambda x: mpmath.asin(1 / x),
    "acot": lambda x: mpmath.pi / 2 - mpmath.atan(x),
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "sqrt1mx2": lambda x: mpmath.sqrt(1 - x * x),
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "sinc": lambda x: mpmath.sin(x) / x if x else mpf(1),
    "sincn": _sinc_derivative,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "sech": mpmath.sech,
    "csch": lambda x: 1 / mpmath.sinh(x),
    "coth": lambda x: mpmath.cosh(x) / mpmath.sinh(x),
    "asech": lambda x: mpmath.acosh(1 / x),
    "acsch": lambda x: mpmath.asinh(1 / x),
    "acoth": lambda x: mpmath.log((x + 1) / (x - 1)) / 2,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "sqrtx2m1": lambda x: mpmath.sqrt(x * x - 1),
    "cothacosh": lambda x: x / mpmath.sqrt(x * x - 1),
    "atanh": mpmath.atanh,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "gauss": lambda x: mpmath.exp(-x * x),
    "normpdf": lambda x: mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi),
    "normcdf": _normcdf,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "gelu": lambda x: x * _normcdf(x),
    "logaddexp": lambda x, y: x + mpmath.log1p(mpmath.exp(y - x)),
    "logsumexp": lambda *xs: mpmath.log(mpmath.fsum(map(mpmath.exp, xs))),
    "share": lambda *xs: mpmath.exp(xs[0]) / mpmath.fsum(map(mpmath.exp, xs)),
    "remainder": lambda *xs: mpmath.fsum(map(mpmath.exp, xs[1:])) / mpmath.fsum(map(mpmath.exp, xs)),
    "logshare": lambda *xs: -mpmath.log(1 + mpmath.fsum(mpmath.exp(x - xs[0]) for x in xs[1:])),
    "gamma": mpmath.gamma,
    "lgamma": _lgamma,
    "digamma": mpmath.digamma,
    "polygamma": lambda n, x: mpmath.polygamma(int(n), x),
}

# Where each operation is to be judged: intervals, sampled evenly and by magnitude, and special points.
REAL = [(-1e3, 1e3), (-5.0, 5.0)]
POSITIVE = [(1e-300, 1e300), (1e-3, 20.0), (0.5, 2.0)]
OUTSIDE = [(1.0, 1e300), (1.0, 3.0), (1.0, 1.0001), (-1e300, -1.0), (-3.0, -1.0), (-1.0001, -1.0)]
DOMAIN: dict[str, list[tuple[float, float]]] = {
    **dict.fromkeys(["sqrt", "log", "log2", "log10"], POSITIVE),
    **dict.fromkeys(["asin", "acos", "atanh", "sqrt1mx2"], [(-1.0, 1.0)]),
    "acosh": [(1.0, 1e300), (1.0, 3.0), (1.0, 1.0001)],
    **dict.fromkeys(["sqrtx2m1", "cothacosh", "asec", "acsc", "acoth"], OUTSIDE),
    "asech": [(0.0, 1.0), (1e-300, 1e-3), (0.999, 1.0)],
    "acsch": [(-1e300, 1e300), (-5.0, 5.0), (-1e-290, 1e-290)],
    **dict.fromkeys(["csch", "coth"], [(-700.0, 700.0), (-40.0, 40.0), (-2.0, 2.0), (-1e-290, 1e-290)]),
    **dict.fromkeys(["exp", "expm1", "exp2", "sinh", "cosh"], [(-700.0, 700.0), (-2.0, 2.0)]),
    **dict.fromkeys(["tanh", "sech", "sigmoid", "softplus"], [(-700.0, 700.0), (-40.0, 40.0), (-2.0, 2.0)]),
    **dict.fromkeys(["erf", "erfc", "gauss"], [(-26.0, 26.0), (-3.0, 3.0)]),
    **dict.fromkeys(["normpdf", "normcdf", "gelu"], [(-37.0, 37.0), (-4.0, 4.0)]),
    **dict.fromkeys(["sin", "cos", "tan", "sec", "csc", "cot"], [(-1e15, 1e15), (-10.0, 10.0)]),
    **dict.fromkeys(["sinc"], [(-1e3, 1e3), (-8.0, 8.0), (-0.5, 0.5)]),
    **dict.fromkeys(["atan", "acot", "asinh", "cbrt"], [(-1e300, 1e300), (-5.0, 5.0)]),
    "log1p": [(-1.0, 1e300), (-0.9999, 3.0)],
    "gamma": [(0.01, 170.0), (-20.0, 5.0), (0.5, 3.0)],
    "lgamma": [(1e-300, 1e300), (0.1, 30.0), (0.5, 2.5), (-30.0, 0.0)],
    "digamma": [(1e-300, 1e300), (0.1, 30.0), (1.0, 2.0), (-30.0, 0.0)],
}
SPECIAL = (
    1e-300,
    1e-20,
    1e-8,
    1e-4,
    0.5,
    1.0,
    1 + 1e-15,
    1 - 1e-15,
    1 + 1e-8,
    1 - 1e-8,
    2.0,
    2 + 1e-10,
    2 - 1e-10,
    10.0,
    100.0,
)


def points(name: str, count: int, rng: random.Random) -> Iterator[float]:
    """Points of a function of one real operand: evenly, by magnitude, near the ends, and the special ones."""
    for low, high in DOMAIN.get(name, REAL):
        for _ in range(count):
            yield rng.uniform(low, high)
            scale = math.exp(rng.uniform(math.log(1e-18), math.log(min(high - low, 1e300))))
            yield rng.choice(
                [low + scale, high - scale, scale if low <= scale <= high else high, -scale if -scale >= low else low]
            )
    if name in ("sin", "cos", "tan", "sec", "csc", "cot"):  # the doubles next to zeros and poles
        for _ in range(count):
            yield rng.choice([-1, 1]) * rng.randint(1, 10 ** rng.randint(1, 8)) * math.pi / 2
    for x in SPECIAL:
        for signed in (x, -x):
            if any(low <= signed <= high for low, high in DOMAIN.get(name, REAL)):
                yield signed


class Derivatives:
    """The graph of an operation and of its derivatives, by the product's own rules."""

    def __init__(self, name: str, fixed: tuple[float, ...] = (), operands: int = 0) -> None:
        row = TABLE[name]
        self.inputs = [Value(label=f"x{i}") for i in range((operands or row.arity) - len(fixed))]
        self.root = Value.of(row, (*(Value(x, constant=True) for x in fixed), *self.inputs))
        self.cache: dict[tuple[int, ...], Formula] = {}

    def at(self, order: tuple[int, ...], xs: tuple[float, ...]) -> float:
        """The mixed derivative at a point: `order` lists the operands to differentiate by."""
        if order not in self.cache:
            node = self.root
            for i in order:
                node = adjoint(node, self.inputs)[self.inputs[i]]
            self.cache[order] = Formula({"d": node}, {f"x{i}": x for i, x in enumerate(self.inputs)})
        formula = self.cache[order]
        return forward(formula, {f"x{i}": x for i, x in enumerate(xs)})[formula.output_nodes["d"]]


def true(name: str, order: tuple[int, ...], xs: tuple[float, ...], fixed: tuple[float, ...] = ()) -> Any:
    """The mixed derivative in high precision."""
    fn = TRUE[name]
    exact = [mpf(x) for x in xs]
    if not order:
        return fn(*fixed, *exact)
    counts = tuple(order.count(i) for i in range(len(xs)))
    # Steps relative to each operand's distance from 0, which is where these functions change fast.
    return _difference(lambda *at: fn(*fixed, *at), exact, counts, name)


def _difference(fn: Callable[..., Any], xs: list[Any], counts: tuple[int, ...], name: str) -> Any:
    """Central differences one operand after another, in enough digits that neither truncation nor rounding shows."""
    i = next((i for i, n in enumerate(counts) if n), None)
    if i is None:
        return fn(*xs)
    n = counts[i]
    rest = (*counts[:i], 0, *counts[i + 1 :])
    h = _scale(name, xs, i) * mpf(10) ** -45
    total = mpf(0)
    for k in range(n + 1):
        moved = [*xs]
        moved[i] = xs[i] + (mpf(n) / 2 - k) * h
        total += (-1) ** k * mpmath.binomial(n, k) * _difference(fn, moved, rest, name)
    return total / h**n


def _scale(name: str, xs: list[Any], i: int) -> Any:
    """How far an operand may move before the function changes its nature."""
    x = abs(xs[i])
    near = [mpf(1), x] if x else [mpf(1)]
    if name in ("asin", "acos", "atanh", "sqrt1mx2", "asech"):
        near.append(1 - x)
    if name in ("acosh", "sqrtx2m1", "cothacosh", "asec", "acsc", "acoth"):
        near.append(x - 1)
    if name == "log1p":
        near.append(1 + xs[i])
    if name in ("gamma", "lgamma", "digamma", "polygamma") and xs[i] < 1:
        near.append(abs(xs[i] - mpmath.nint(xs[i])) or mpf(1))
    if name == "logb":
        near.append(abs(xs[1] - 1))
    if name in ("hypot", "unit", "atan2"):
        near = [abs(xs[0]) + abs(xs[1])]
    scale: Any = min(each for each in near if each)
    return max(scale, x * mpf(10) ** -30)


def judged(name: str, order: tuple[int, ...], xs: tuple[float, ...], derivatives: Derivatives) -> float | None:
    """Our error over what is allowed, 8 ulp × (1 + condition); None where there is nothing to judge."""
    try:
        truth = true(name, order, xs)
        if isinstance(truth, mpmath.mpc) or not mpmath.isfinite(truth) or abs(truth) > 1.7e308:
            return None
        condition = mpf(0)
        for i, x in enumerate(xs):
            condition += abs(x * true(name, tuple(sorted((*order, i))), xs))
    except (ZeroDivisionError, ValueError):
        return None
    if abs(truth) < mpf(10) ** -330:  # nothing a double could tell from 0, and the noise of the differences
        return None
    ours = derivatives.at(order, xs)
    if not math.isfinite(ours):
        return math.inf
    return float(abs(mpf(ours) - truth) / allowed(truth, float(min(condition / abs(truth), mpf(10) ** 300))))


def allowed(truth: Any, condition: float, roundings: float = 8.0) -> float:
    """8 ulp × (1 + condition), and the spacing of subnormal numbers."""
    return float(abs(truth)) * ULP * roundings * (1.0 + condition) + 8 * SMALLEST
