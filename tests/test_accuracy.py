"""Every operation and its derivatives to order 3 against mpmath: within 8 ulp × (1 + condition)."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable

import mpmath
import pytest
from judge import DIGITS, DOMAIN, TRUE, Derivatives, allowed, judged, points
from mpmath import mp, mpf

from autodiff_cli import grad, hessian
from autodiff_cli.ops import TABLE

ONE_OPERAND = [name for name in TRUE if TABLE[name].arity == 1]

# Rows that are exact by nature (pieces, truth), judged by their definitions in test_table.py.
EXACT = {
    "abs", "sign", "step", "floor", "ceil", "round", "mod", "min", "max", "clamp", "relu",
    "lt", "le", "gt", "ge", "eq", "ne", "and_", "or_", "not_", "select", "defined", "unless",
}  # fmt: skip


def test_every_row_has_a_judge() -> None:
    assert set(TABLE) == set(TRUE) | EXACT
    assert set(DOMAIN) <= set(TRUE)


@pytest.mark.parametrize("name", ONE_OPERAND)
def test_one_operand(name: str) -> None:
    derivatives = Derivatives(name)
    rng = random.Random(f"adiff {name}")
    judgements = 0
    with mp.workdps(DIGITS):
        for order in range(4):
            for x in points(name, 15, rng):
                error = judged(name, (0,) * order, (x,), derivatives)
                if error is not None:
                    judgements += 1
                    assert error <= 1.0, f"{name}, order {order}, at {x!r}: {error:.3g} times what is allowed"
    assert judgements > 20 or name == "neg"


def _magnitude(rng: random.Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def _real(rng: random.Random) -> float:
    return rng.choice([-1, 1]) * rng.choice([rng.uniform(0.01, 5), _magnitude(rng, 1e-12, 1e12)])


def _wide(rng: random.Random) -> float:
    return rng.choice([-1, 1]) * _magnitude(rng, 1e-90, 1e90)


def _power(rng: random.Random) -> tuple[float, float]:
    return rng.choice(
        [
            (_magnitude(rng, 1e-8, 1e8), rng.uniform(-8, 8)),
            (rng.uniform(0.5, 2), rng.uniform(-300, 300)),
            (_magnitude(rng, 1e-250, 1e250), rng.uniform(-0.9, 0.9)),
            (_magnitude(rng, 1e-5, 1e5), float(rng.randint(-6, 6))),
            (_magnitude(rng, 1e-90, 1e90), rng.choice([-1, 1]) * _magnitude(rng, 1e-20, 1)),
        ]
    )


def _exponents(rng: random.Random) -> tuple[float, float]:
    return rng.choice(
        [
            (rng.uniform(-30, 30), rng.uniform(-30, 30)),
            (rng.uniform(-300, 300), rng.uniform(-300, 300)),
            (-_magnitude(rng, 1e-9, 2), rng.uniform(-5, 0)),
        ]
    )


SOFTMAX = ("logsumexp", "share", "remainder", "logshare")
PAIRS: dict[str, Callable[[random.Random], tuple[float, float]]] = {
    "add": lambda rng: (_real(rng), _real(rng)),
    "sub": lambda rng: (_real(rng), _real(rng)),
    "mul": lambda rng: (_wide(rng), _wide(rng)),
    "div": lambda rng: (_real(rng), _real(rng)),
    "pow": _power,
    "hypot": lambda rng: rng.choice([(_real(rng), _real(rng)), (_wide(rng), _wide(rng))]),
    "unit": lambda rng: rng.choice([(_real(rng), _real(rng)), (_wide(rng), _wide(rng))]),
    "atan2": lambda rng: (_real(rng), _real(rng)),
    "logb": lambda rng: (_magnitude(rng, 1e-20, 1e20), _magnitude(rng, 1.1, 1e5)),
    "xlogy": lambda rng: (_real(rng), _magnitude(rng, 1e-20, 1e20)),
    **dict.fromkeys(("logaddexp", *SOFTMAX), _exponents),
}


@pytest.mark.parametrize("name", PAIRS)
def test_two_operands(name: str) -> None:
    derivatives = Derivatives(name)
    rng = random.Random(f"adiff {name}")
    judgements = 0
    with mp.workdps(DIGITS):
        for n in range(4):
            for order in itertools.combinations_with_replacement(range(2), n):
                for _ in range(40 if n < 3 else 15):
                    xs = PAIRS[name](rng)
                    error = judged(name, order, xs, derivatives)
                    if error is not None and not _vanishes(name, order):
                        judgements += 1
                        assert error <= 1.0, f"{name}, order {order}, at {xs!r}: {error:.3g} times what is allowed"
    assert judgements > 30


def _vanishes(name: str, order: tuple[int, ...]) -> bool:
    """Derivatives that are 0 everywhere, where the judge's own rounding is all there is to see."""
    zero = {
        "add": lambda a, b: a + b > 1,
        "sub": lambda a, b: a + b > 1,
        "mul": lambda a, b: a > 1 or b > 1,
        "div": lambda a, b: a > 1,
        "xlogy": lambda a, b: a > 1,
    }
    return name in zero and zero[name](order.count(0), order.count(1))


@pytest.mark.parametrize("name", SOFTMAX)
def test_many_operands(name: str) -> None:
    """Operations of any number of operands, of which some tie and some tower over others, to order 3."""
    rng = random.Random(f"adiff {name}")
    with mp.workdps(DIGITS):
        for count in (3, 5):
            derivatives = Derivatives(name, operands=count)
            for n in range(4 if count == 3 else 3):
                for order in itertools.combinations_with_replacement(range(count), n):
                    for _ in range(3):
                        scale = rng.choice([0.5, 5, 50, 300])
                        xs = tuple(rng.uniform(-scale, scale) for _ in range(count))
                        xs = rng.choice([xs, (xs[0], *xs[:-1]), (xs[0],) * count])
                        error = judged(name, order, xs, derivatives)
                        assert error is None or error <= 1.0, f"{name}, order {order}, at {xs!r}: {error:.3g} times"


@pytest.mark.parametrize("size", [1e3, 1e10, 1e20, 1e300])
@pytest.mark.parametrize("count", [2, 3, 7])
def test_shares_of_large_equal_parts(size: float, count: int) -> None:
    """What a softmax is about is the differences of its operands, whatever their size."""
    at = [size] * count
    found = grad("logsumexp(z)", z=at)
    assert found.value == pytest.approx(size + math.log(count), rel=1e-15)
    assert list(found.grad.values()) == pytest.approx([1 / count] * count, rel=1e-15)
    softmax = grad("s(v) = exp(v - logsumexp(v)); p = s(z); p[1]", z=at)
    assert softmax.value == pytest.approx(1 / count, rel=1e-15)
    assert list(softmax.grad.values()) == pytest.approx(
        [(1 - 1 / count) / count] + [-1 / count**2] * (count - 1), rel=1e-15
    )
    assert not softmax.notes
    loss = grad("logsumexp(z) - z[2]", z=at)
    assert loss.value == pytest.approx(math.log(count), rel=1e-15)


def test_a_share_that_is_nearly_all() -> None:
    """1 less it is the sum of the others, of which every digit is right."""
    found = grad("s(v) = exp(v - logsumexp(v)); p = s(z); p[1]", z=[37.43, 0])
    assert found.value == 1.0
    assert found.grad["z[1]"] == pytest.approx(math.exp(-37.43), rel=1e-14)
    assert grad("exp(z[1] - logsumexp(z))", z=[800, 0, -5]).grad["z[2]"] == 0.0
    curved = hessian("logsumexp(z)", z=[37.43, 0, 1]).matrix
    rest = math.exp(-37.43) + math.exp(-36.43)
    assert curved[0][0] == pytest.approx(rest, rel=1e-14)


@pytest.mark.parametrize(("name", "orders"), [("polygamma", (1, 2, 3, 5, 20, 60)), ("sincn", (1, 2, 3, 7))])
def test_families(name: str, orders: tuple[int, ...]) -> None:
    """Functions with an order: each and its next two derivatives."""
    rng = random.Random(f"adiff {name}")
    sample: Callable[[], float] = {
        "polygamma": lambda: rng.choice([_magnitude(rng, 1e-3, 1e9), rng.uniform(0, 30), -rng.uniform(0, 10)]),
        "sincn": lambda: rng.choice([rng.uniform(-50, 50), _real(rng) % 40, rng.uniform(-4, 4)]),
    }[name]
    with mp.workdps(150):
        for order in orders:
            derivatives = Derivatives(name, (float(order),))
            for more in range(3):
                for _ in range(12):
                    x = sample()
                    truth = TRUE[name](order + more, mpf(x))
                    if not 1e-290 < abs(truth) < 1e307:
                        continue
                    condition = float(abs(x * TRUE[name](order + more + 1, mpf(x)) / truth))
                    ours = derivatives.at((0,) * more, (x,))
                    assert abs(mpf(ours) - truth) <= allowed(truth, condition), f"{name}({order + more}, {x!r})"


@pytest.mark.parametrize("order", [(0,), (1,), (0, 1), (1, 1), (0, 0, 1)])
def test_power_log(order: tuple[int, ...]) -> None:
    """The derivatives of x^y·log(x)^2."""
    rng = random.Random("adiff powlog")
    derivatives = Derivatives("powlog", (2.0, 1.0))
    with mp.workdps(DIGITS):
        for _ in range(10):
            xs = (_magnitude(rng, 1e-6, 1e6), rng.uniform(-5, 5))
            truth = mpmath.diff(
                lambda x, y: x ** (y - 1) * mpmath.log(x) ** 2, xs, (order.count(0), order.count(1)), relative=True
            )
            condition = sum(
                abs(xs[i] * mpmath.diff(lambda x, y: x ** (y - 1) * mpmath.log(x) ** 2, xs, n, relative=True) / truth)
                for i, n in enumerate([(order.count(0) + 1, order.count(1)), (order.count(0), order.count(1) + 1)])
            )
            # A sum of up to four products of the same rounding each.
            assert abs(mpf(derivatives.at(order, xs)) - truth) <= 4 * allowed(truth, float(condition))


@pytest.mark.parametrize(
    ("name", "x"),
    [("lgamma", 1 + 1e-10), ("lgamma", 1 - 1e-13), ("lgamma", 2 + 1e-12), ("lgamma", 2 - 1e-8),
     ("lgamma", -2.61), ("lgamma", -2.5731), ("normcdf", -37.0),
     ("normcdf", -20.3), ("normpdf", 37.0), ("erfc", 26.0), ("gelu", -30.1)],
)  # fmt: skip
def test_where_libraries_lose_digits(name: str, x: float) -> None:
    """Near zeros and in far tails every digit but the last few holds, whatever the condition."""
    with mp.workdps(60):
        truth = TRUE[name](mpf(x))
        assert abs(mpf(TABLE[name].fn(x)) - truth) <= 12 * 2.0**-52 * abs(truth)


def test_a_polygamma_below_the_normal_numbers() -> None:
    assert TABLE["polygamma"].fn(17.0, 1e19) == pytest.approx(2.092278989e-310, rel=1e-9)
