"""The derivatives of sin(x)/x in instructions; with the gamma function's family, what is in no library."""

from __future__ import annotations

import math

from ..ops import TABLE
from .code import Code, Lowering, Node
from .gamma import digamma, gamma, lgamma, polygamma, polynomial

# Beyond this order the row's own function is called back.
MOST_ORDER = 16
# The power series serves up to this order, up to this |x|, by so many terms.
SERIES_ORDER, SERIES_END, SERIES_TERMS = 5, 3.0, 15


def _sinc(k: Code, x: Node) -> Node:
    return k.where(x.equals(0.0), 1.0, k.where(abs(x).equals(math.inf), 0.0, k.library("sin", x) / x))


def _sinc_derivative(k: Code, n: Node, x: Node) -> Node:
    """The n-th derivative f(n) of sin(x)/x, n a constant, by x·f(n) + n·f(n-1) = sin^(n)(x).

    Upwards in n where |x| is large. Where it is small, downwards from an order whose f no longer matters (Miller's
    algorithm); for the first orders by the power series, which is shorter.
    """
    if n.op != "number" or not (0 <= n.what <= MOST_ORDER and n.what == int(n.what)):
        return k.row(TABLE["sincn"], (n, x))
    order = int(n.what)
    if order == 0:
        return _sinc(k, x)
    sine, cosine = k.library("sin", x), k.library("cos", x)
    waves = (sine, cosine, -sine, -cosine)
    inverse = 1.0 / x
    up = sine * inverse
    for m in range(1, order + 1):
        up = (waves[m % 4] - float(m) * up) * inverse
    if order <= SERIES_ORDER:
        end = SERIES_END
        down = _series(order, x)
    else:
        end = 0.75 * (order + 1)
        down = k.number(0.0)
        for m in range(_highest(order, end), order, -1):
            down = (waves[m % 4] - x * down) * (1.0 / m)
    return k.where(abs(x).equals(math.inf), 0.0, k.where(abs(x) > end, up, down))


def _highest(n: int, x: float) -> int:
    """The order m from which f(m) may be taken for 0: each step down to n multiplies its size, 1/(m+1), by x/m."""
    m, error = n, 1.0
    while error > 2.0**-56:
        m += 1
        error *= x / m
    return m


def _series(n: int, x: Node) -> Node:
    """The sum of (-1)^j·x^(2j-n)/((2j-n)!·(2j+1)) over the j with 2j >= n."""
    first = (n + 1) // 2
    terms = range(first, first + SERIES_TERMS)
    value = polynomial([(-1.0) ** j / math.factorial(2 * j - n) / (2 * j + 1) for j in terms], x * x)
    return x * value if n % 2 else value


SPECIAL: dict[str, Lowering] = {
    "gamma": gamma, "lgamma": lgamma, "digamma": digamma, "polygamma": polygamma,
    "sinc": _sinc, "sincn": _sinc_derivative,
}  # fmt: skip
