"""A hundred thousand steps along the gradient of the lecture's expression, against a loop written by hand.

The hand's loop knows the expression: forward and backward on floats, the output and the inputs of every step kept. Both
must end at the same numbers, to the last digit.
"""

from __future__ import annotations

import argparse
from array import array
from time import process_time

from measure import best, ratio, shown, table

from autodiff_cli import parse
from autodiff_cli.analysis.gradient import gradient
from autodiff_cli.analysis.walk import walk

# So short a step that the output, which grows without bound, stays small.
STEP = 1e-7
POINT = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}
FEW = 1_000


def by_hand(steps: int) -> tuple[float, float, float, float, float]:
    """The last output and inputs of the loop that one would write in a notebook."""
    a, b, c, f = POINT.values()
    values, path = array("d"), array("d")
    for _ in range(steps):
        e = a * b
        d = e + c
        values.append(d * f)
        path.extend((a, b, c, f))
        grad_d, grad_f = f, d
        grad_c, grad_e = grad_d, grad_d
        grad_a, grad_b = grad_e * b, grad_e * a
        a += STEP * grad_a
        b += STEP * grad_b
        c += STEP * grad_c
        f += STEP * grad_f
    return (a * b + c) * f, a, b, c, f


def by_adiff(steps: int) -> tuple[float, ...]:
    """The same by the library."""
    answer = walk(parse("(a*b+c)*f"), POINT, step=STEP, steps=steps)
    return answer.after, *(answer.point[name] for name in POINT)


def by_gradient(steps: int) -> tuple[float, ...]:
    """The same by one whole gradient, with its notes, a step."""
    formula, point = parse("(a*b+c)*f"), dict(POINT)
    answer = gradient(formula, point)
    for _ in range(steps):
        point = {name: x + STEP * answer.grad[name] for name, x in point.items()}
        answer = gradient(formula, point)
    return answer.value, *point.values()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=100_000)
    given = parser.parse_args()
    assert by_hand(FEW) == by_adiff(FEW) == by_gradient(FEW)
    assert by_hand(given.steps) == by_adiff(given.steps)
    times: dict[str, list[float]] = {"by hand": [], "adiff": [], "gradient() a step": []}
    for _ in range(given.rounds):
        for name, run, steps in (
            ("by hand", by_hand, given.steps),
            ("adiff", by_adiff, given.steps),
            ("gradient() a step", by_gradient, FEW),
        ):
            start = process_time()
            run(steps)
            times[name].append((process_time() - start) / steps)
    rows = [[name, best(found, 1e6), shown(ratio(found, times["by hand"]))] for name, found in times.items()]
    table(f"{given.steps:,} steps along the gradient of (a*b+c)*f", ["loop", "µs a step", "/ by hand"], rows)


if __name__ == "__main__":
    main()
