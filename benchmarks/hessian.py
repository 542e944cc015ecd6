"""The Hessian of Rosenbrock's function in 10, 100 and 300 dimensions, against JAX, CasADi and SymPy.

Each contender has a process of its own for every round, which takes four times: the import, the set-up (for adiff the text
parsed, for JAX the function traced and compiled, for CasADi and SymPy the symbolic Hessian and its function), the first
Hessian after that, and a further one at another point. All must give the same matrix.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from measure import Figure, answer, best, ratio, shown, table, worker

ROSENBROCK = "sum(i, 1, len(x)-1, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)"
CONTENDERS = ("adiff", "adiff, entries only", "JAX", "CasADi", "SymPy")
COLUMNS = ("import", "set-up", "first", "further")
# Beyond this SymPy takes minutes.
SYMPY_MOST = 100

Points = list[list[float]]
Hessian = Callable[[list[float]], Any]


def points(n: int) -> Points:
    """Two points, the same in every process."""
    rng = random.Random(n)
    return [[rng.uniform(-2, 2) for _ in range(n)] for _ in range(2)]


def by_adiff(n: int) -> Callable[[], Hessian]:
    """The whole answer: gradient, second derivatives, eigenvalues, notes."""
    from autodiff_cli import parse
    from autodiff_cli.analysis.hessian import second_derivatives

    def prepare() -> Hessian:
        formula = parse(ROSENBROCK, bound={"x": [0.0] * n})
        return lambda x: second_derivatives(formula, {"x": x}).matrix

    return prepare


def by_rows(n: int) -> Callable[[], Hessian]:
    """The lower triangle alone, from the gradient's program."""
    from autodiff_cli import parse
    from autodiff_cli.analysis.local import Local

    def prepare() -> Hessian:
        formula = parse(ROSENBROCK, bound={"x": [0.0] * n})
        return lambda x: Local(formula, dict(zip(formula.inputs, x, strict=True)), formula.inputs).rows()

    return prepare


def by_jax(n: int) -> Callable[[], Hessian]:
    import jax

    jax.config.update("jax_enable_x64", True)

    def rosenbrock(x: Any) -> Any:
        return jax.numpy.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    def prepare() -> Hessian:
        compiled = jax.jit(jax.hessian(rosenbrock)).lower(jax.numpy.zeros(n)).compile()
        return lambda x: compiled(jax.numpy.array(x)).block_until_ready()

    return prepare


def by_casadi(n: int) -> Callable[[], Hessian]:
    import casadi

    def prepare() -> Hessian:
        x = casadi.SX.sym("x", n)
        f = casadi.sum1(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
        function = casadi.Function("h", [x], [casadi.hessian(f, x)[0]])
        return lambda at: function(at).full()

    return prepare


def by_sympy(n: int) -> Callable[[], Hessian]:
    import sympy

    def prepare() -> Hessian:
        x = sympy.symbols(f"x1:{n + 1}")
        f = sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(n - 1))
        function = sympy.lambdify([x], sympy.hessian(f, x).tolist(), "math")
        return lambda at: function(at)

    return prepare


WAYS = dict(zip(CONTENDERS, (by_adiff, by_rows, by_jax, by_casadi, by_sympy), strict=True))


def work(name: str, n: int) -> None:
    """Take the times in this process, and answer them with what tells the matrix."""
    first, second = points(n)
    times = [perf_counter()]
    prepare = WAYS[name](n)
    times.append(perf_counter())
    hessian = prepare()
    times.append(perf_counter())
    found = hessian(first)
    times.append(perf_counter())
    hessian(second)
    times.append(perf_counter())
    rows = [[float(x) for x in row] for row in found]
    # The last row of the lower triangle, and the sum of its diagonal.
    told = [*rows[-1][:n], sum(row[k] for k, row in enumerate(rows))]
    answer({"times": [b - a for a, b in itertools.pairwise(times)], "told": told})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 300])
    given = parser.parse_args()
    for n in given.sizes:
        times: dict[str, list[list[Figure]]] = {name: [] for name in CONTENDERS}
        told: list[float] | None = None
        for _ in range(given.rounds):
            for name in CONTENDERS:
                if name == "SymPy" and n > SYMPY_MOST:
                    found: Any = "not measured"
                else:
                    found = worker(__file__, name, n)
                if isinstance(found, str):
                    times[name].append([found] * 5)
                    continue
                told = told or found["told"]
                assert all(abs(a - b) <= 1e-9 * abs(b) + 1e-12 for a, b in zip(found["told"], told, strict=True)), name
                times[name].append([*found["times"], sum(found["times"][:3])])
        rows = []
        for name in CONTENDERS:
            columns = [[each[k] for each in times[name]] for k in range(5)]
            ours = [[each[k] for each in times["adiff"]] for k in (4, 3)]
            ratios = [shown(ratio(mine, columns[k])) for mine, k in zip(ours, (4, 3), strict=True)]
            rows.append([name, *(best(column) for column in columns), *ratios])
        head = ["", *(f"{column}, ms" for column in COLUMNS), "first answer, ms", "adiff /", "further, adiff /"]
        table(f"Rosenbrock's function of {n} inputs", head, rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        work(sys.argv[2], int(sys.argv[3]))
    main()
