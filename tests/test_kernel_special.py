"""The gamma family and the derivatives of sin(x)/x in compiled code: against mpmath, and at the edges against the rows."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
from judge import TRUE, allowed, points
from mpmath import mp, mpf

from autodiff_cli.graph.adjoint import adjoint
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.program import Program
from autodiff_cli.graph.value import Value
from autodiff_cli.kernel import Kernel, gamma, objects
from autodiff_cli.ops import TABLE
from autodiff_cli.ops.gamma import DIGAMMA_ZERO

INF = math.inf
EDGES = (0.0, -0.0, INF, -INF, math.nan, 5e-324, -5e-324, 1e-310, -1e-310, 1e-200, -1e-200, 1e-20, -1e-20, 1.0, 2.0, 3.0,
         -1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -50.0, -0.5, -1.5, -4.5, -4.75, -5.5, 0.25, 1.25, 2.25, 5.25, 6.25, 8.0, 16.0,
         171.6, 171.7, 172.0, 1e17, 1e20, 2e305, 3e305, 1e308, -1e17, -1e308, math.nextafter(6.25, 0.0),
         math.nextafter(16.0, 0.0), math.nextafter(0.0, -1.0), math.nextafter(-1.0, 0.0), math.nextafter(-4.75, -5.0))  # fmt: skip
ORDERS = range(gamma.MOST_ORDER + 2)

psi = mpmath.psi
# Each function with its first two derivatives, in closed form.
DERIVATIVES: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "gamma": (
        mpmath.gamma,
        lambda x: mpmath.gamma(x) * psi(0, x),
        lambda x: mpmath.gamma(x) * (psi(0, x) ** 2 + psi(1, x)),
    ),
    "lgamma": (TRUE["lgamma"], lambda x: psi(0, x), lambda x: psi(1, x)),
    "digamma": (lambda x: psi(0, x), lambda x: psi(1, x), lambda x: psi(2, x)),
}


def compiled(name: str, *fixed: float, math: str = "fast", slope: bool = True) -> Kernel:
    """A function of x, its first operands fixed, with its derivative."""
    x = Value(label="x")
    root = Value.of(TABLE[name], (*(Value(each, constant=True) for each in fixed), x))
    outputs = {"f": root, "slope": adjoint(root, [x])[x]} if slope else {"f": root}
    return Kernel(Program.of(Formula(outputs, {"x": x}), wrt=[]), math)


def hold(name: str, found: list[float], xs: list[float], f: Callable[[Any], Any], slope: Callable[[Any], Any]) -> int:
    """Assert that numbers are within 8 ulp × (1 + condition) of f; how many there were to judge."""
    judged = 0
    for x, ours in zip(xs, found, strict=True):
        try:
            truth, steep = f(mpf(x)), slope(mpf(x))
        except (ValueError, ZeroDivisionError):  # a pole
            continue
        if abs(truth) > 1.79e308:
            assert ours == (INF if truth > 0 else -INF), f"{name}({x!r})"
            continue
        bound = allowed(truth, 0.0) + 8 * 2.0**-52 * abs(mpf(x) * steep)
        assert abs(mpf(ours) - truth) <= bound, (
            f"{name}({x!r}): {ours!r} is {float(abs(mpf(ours) - truth) / bound):.3g}"
        )
        judged += 1
    return judged


def near(name: str, rng: random.Random) -> Iterator[float]:
    """Points by the ends of the pieces, zeros, minima and poles."""
    for c in (
        0.25,
        1.0,
        1.25,
        1.4616321449683622,
        2.0,
        2.25,
        3.25,
        5.25,
        6.25,
        16.0,
        -0.504083008,
        -1.5734984,
        -2.6107209,
    ):
        for _ in range(12):
            yield c * (1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-16, -1))
    for pole in range(7):
        for _ in range(12):
            yield -pole + rng.choice([-1, 1]) * 10 ** rng.uniform(-15, -0.3)
    for _ in range(60):
        yield rng.uniform(6, 172) if name == "gamma" else 10 ** rng.uniform(0, 300)


@pytest.mark.parametrize("kind", ["fast", "exact"])
@pytest.mark.parametrize("name", DERIVATIVES)
def test_value_and_slope(name: str, kind: str) -> None:
    rng = random.Random(f"adiff {name}")
    xs = [*points(name, 60, rng), *near(name, rng)]
    value, slope = compiled(name, math=kind).run([np.array(xs)]).columns
    f, df, ddf = DERIVATIVES[name]
    with mp.workdps(60):
        assert hold(name, value.tolist(), xs, f, df) > 500
        assert hold(f"{name}'", slope.tolist(), xs, df, ddf) > 500


@pytest.mark.parametrize("n", ORDERS)
def test_polygamma(n: int) -> None:
    """Every order that has vector code, and the first that is called back."""
    rng = random.Random(f"adiff polygamma {n}")
    xs = [10 ** rng.uniform(-3, 9) for _ in range(20)] + [rng.uniform(0, 30) for _ in range(20)]
    xs += [-rng.uniform(0, 10) for _ in range(12)] + [-k - 0.5 + rng.uniform(-0.01, 0.01) for k in range(6)]
    xs += [10 ** rng.uniform(-18, -3) for _ in range(5)]
    found = compiled("polygamma", float(n), slope=False).run([np.array(xs)]).columns[0].tolist()
    with mp.workdps(40):
        assert hold(f"polygamma {n}", found, xs, lambda x: psi(n, x), lambda x: psi(n + 1, x)) > 50


@pytest.mark.parametrize("n", ORDERS)
def test_derivatives_of_sinc(n: int) -> None:
    rng = random.Random(f"adiff sincn {n}")
    xs = [rng.uniform(-40, 40) for _ in range(25)] + [rng.uniform(-4, 4) for _ in range(15)]
    xs += [rng.choice([-1, 1]) * 10 ** rng.uniform(-18, 0) for _ in range(10)]
    for end in (3.0, 0.75 * (n + 1)):
        xs += [end * (1 + rng.uniform(-0.02, 0.02)) for _ in range(8)]
    found = compiled("sincn", float(n), slope=False).run([np.array(xs)]).columns[0].tolist()
    f = TRUE["sincn"]
    with mp.workdps(40):
        assert hold(f"sincn {n}", found, xs, lambda x: f(n, x), lambda x: f(n + 1, x)) == len(xs)


@pytest.mark.parametrize(
    ("name", "fixed"),
    [("gamma", ()), ("lgamma", ()), ("digamma", ()), ("sinc", ()),
     *((name, (float(n),)) for name in ("polygamma", "sincn") for n in ORDERS)],
)  # fmt: skip
def test_edges(name: str, fixed: tuple[float, ...]) -> None:
    """Infinities, their signs, and NaN are those of the row's own function, whose numbers they are nearly."""
    found = compiled(name, *fixed, slope=False).run([np.array(EDGES)]).columns[0].tolist()
    for x, ours in zip(EDGES, found, strict=True):
        theirs = TABLE[name].fn(*fixed, x)
        if math.isfinite(theirs):
            near = 1e-13 if name != "lgamma" or abs(x) < 100 else 1e-15
            assert math.isclose(ours, theirs, rel_tol=near, abs_tol=1e-300), (
                f"{name}{(*fixed, x)}: {ours!r}, {theirs!r}"
            )
        else:
            assert ours == theirs or (ours != ours and theirs != theirs), f"{name}{(*fixed, x)}: {ours!r}, {theirs!r}"


def test_orders_that_are_none() -> None:
    """An order that is no whole number is NaN, and one that is a column is called back."""
    x = np.array([0.5, 3.0, -0.5])
    for name in ("polygamma", "sincn"):
        assert np.isnan(compiled(name, 1.5, slope=False).run([x]).columns[0]).all()
        n, y = Value(label="n"), Value(label="y")
        kernel = Kernel(Program.of(Formula({"f": Value.of(TABLE[name], (n, y))}, {"n": n, "y": y}), wrt=[]))
        found = kernel.run([np.array([0.0, 2.0, 17.0]), x]).columns[0].tolist()
        assert found == [TABLE[name].fn(*each) for each in zip((0.0, 2.0, 17.0), x.tolist(), strict=True)]


def test_factorials_are_whole() -> None:
    xs = np.arange(1.0, 19.0)
    found = compiled("gamma", slope=False).run([xs]).columns[0].tolist()
    assert found == [math.factorial(int(x) - 1) for x in xs]


@pytest.mark.parametrize("name", ["gamma", "lgamma", "digamma", "polygamma", "sincn"])
def test_what_is_called_back(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing from LEAST on, and what lies below."""
    called: list[float] = []

    def own(*xs: float) -> float:
        called.append(xs[-1])
        return 7.0

    monkeypatch.setattr(objects, "_callbacks", {})
    monkeypatch.setattr(TABLE[name], "fn", own)
    kernel = compiled(name, *([1.0] if TABLE[name].arity == 2 else []), slope=False)
    kernel.run([np.array([1e-9, 0.3, 1.4, 2.7, 5.9, 12.0, 40.0, 1e9, gamma.LEAST, -0.1, 0.0, INF, math.nan])])
    assert called == []
    found = kernel.run([np.array([1.0, -9.5, -1e9])]).columns[0].tolist()
    assert set(called) == ({-9.5, -1e9} if name != "sincn" else set())
    assert (found[1:] == [7.0, 7.0]) is (name != "sincn")


def _log_gamma_rest(v: Any) -> Any:
    x = 1 / mpmath.sqrt(v)
    return (mpmath.loggamma(x) - (x - 0.5) * mpmath.log(x) + x - mpmath.log(2 * mp.pi) / 2) * x


def _digamma_rest(v: Any) -> Any:
    x = 1 / mpmath.sqrt(v)
    return (mpmath.log(x) - 0.5 / x - psi(0, x)) * x * x


def _digamma_at_zero(e: Any) -> Any:
    return psi(0, mpmath.findroot(mpmath.digamma, DIGAMMA_ZERO) + e) / e


def test_digamma_around_its_zero() -> None:
    """All digits, at the zero's own double too, where the value is what that leaves out of the zero."""
    x = np.concatenate([np.linspace(1.2117, 1.7116, 401), [DIGAMMA_ZERO, 1.4581710692586567, 1.4588322785521903]])
    slopes = [compiled(name).run([x]).columns[1] for name in ("lgamma", "gamma")]
    judges: list[tuple[Any, Callable[[Any], Any]]] = [
        (compiled("digamma", slope=False).run([x]).columns[0], lambda x: psi(0, x)),
        (slopes[0], lambda x: psi(0, x)),
        (slopes[1], lambda x: mpmath.gamma(x) * psi(0, x)),
    ]
    for found, f in judges:
        with mp.workdps(60):
            for ours, at in zip(found.tolist(), x.tolist(), strict=True):
                assert abs(ours / f(mpf(at)) - 1) < 16 * 2**-53, at


@pytest.mark.parametrize(
    ("coefficients", "f", "low", "high", "most"),
    [
        (gamma.LOG_GAMMA, lambda e: mpmath.loggamma(2 + e) / e, -0.75, 0.25, 2**-54),
        (gamma.ONE_OVER_GAMMA, lambda e: mpmath.rgamma(2 + e), -0.75, 0.25, 2**-54),
        (gamma.GAMMA_REST, lambda v: mpmath.gamma(1 / v) * mpmath.exp(1 / v) * v ** (1 / v - 0.5), 0.0, 0.16, 2**-52),
        # These count for a sixth in a number beyond 5, and for a 64th in one beyond 2.
        (gamma.STIRLING_REST, _log_gamma_rest, 0.0, 0.0256, 2**-50),
        (gamma.DIGAMMA_REST, _digamma_rest, 0.0, 1 / 64, 2**-50),
        (gamma.DIGAMMA_AT_ZERO, _digamma_at_zero, -0.25, 0.25, 2**-53),
    ],
)
def test_polynomials(
    coefficients: tuple[float, ...], f: Callable[[Any], Any], low: float, high: float, most: float
) -> None:
    """They are what their comments say."""
    with mp.workdps(60):
        for k in range(1, 200):
            x = mpf(low) + (mpf(high) - low) * (k + mpf(1) / 3) / 200
            error = abs(sum(c * x**n for n, c in enumerate(coefficients)) - f(x))
            assert error < most, f"at {float(x)}: {float(error)}"
