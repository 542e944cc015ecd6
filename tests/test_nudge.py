"""Steps along the gradient by the library: one, many, until nothing is left to gain, and those that go wrong."""

from __future__ import annotations

import math
from typing import Any

import pytest

from autodiff_cli import parse
from autodiff_cli.analysis.gradient import gradient
from autodiff_cli.analysis.nudge import nudge
from autodiff_cli.analysis.promise import largest_step
from autodiff_cli.analysis.walk import Walk, walk
from autodiff_cli.ops import FUNCTIONS

LECTURE = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}
ROSENBROCK = "100*(y - x^2)^2 + (1 - x)^2"


def by_gradients(text: str, at: dict[str, float], step: float, steps: int, momentum: float = 0.0) -> list[Any]:
    """Values and points of the walk by one whole gradient a step, as far as that is finite."""
    formula, point = parse(text), dict(at)
    velocity = dict.fromkeys(at, 0.0)
    found = []
    for taken in range(steps + 1):
        there = gradient(formula, point)
        found.append((there.value, dict(there.inputs)))
        finite = math.isfinite(there.value) and all(map(math.isfinite, there.grad.values()))
        if not finite or taken == steps:
            break
        velocity = {name: momentum * velocity[name] + g if momentum else g for name, g in there.grad.items()}
        point = {name: x + step * velocity.get(name, 0.0) for name, x in point.items()}
    return found


def near(x: float, y: float) -> bool:
    """The same number, but for the order in which a program's operations are rounded."""
    return x == y or x != x != y or math.isclose(x, y, rel_tol=1e-9)


def same(answer: Walk, found: list[Any]) -> bool:
    pairs = [(value, point) for _, value, point in answer.trajectory()]
    return len(pairs) == len(found) and all(
        near(x, y) and p.keys() == q.keys() and all(near(p[name], q[name]) for name in p)
        for (x, p), (y, q) in zip(pairs, found, strict=True)
    )


PROGRAMS = [
    ("(a*b+c)*f", LECTURE),
    (ROSENBROCK, {"x": -1.2, "y": 1.0}),
    ("abs(x) + x*y", {"x": 0.0, "y": 0.5}),
    ("max(x, y, x*y) + min(x, y)", {"x": 1.0, "y": 1.0}),
    ("if(x > y, x^2, if(y > 2, sqrt(y - 2), x*y))", {"x": 1.0, "y": 1.2}),
    ("if(x > 0, log(x), x^3)", {"x": -0.5}),
    ("clamp(x*y, -1, 1) + relu(y - x)", {"x": 0.9, "y": 1.1}),
    ("x^y + y/x", {"x": 1.5, "y": 2.0}),
    ("sqrt(x)*sqrt(x) + cbrt(y)^3", {"x": 0.0, "y": 0.0}),
    ("sqrt(x^2 + y^2)", {"x": 0.0, "y": 0.0}),
    ("x/(1 + exp(-k*x)) + floor(x)*x", {"x": 1.7, "k": 2.0}),
    ("w = [0, 0, 0]; tanh(dot(w, [1, -2, 3]) + b)", {"w[1]": 0.1, "w[2]": 0.2, "w[3]": -0.3, "b": 0.4}),
    ("hypot(x, y)*sinc(x) + normcdf(x*y) + lgamma(3 + x)", {"x": 0.0, "y": 1.0}),
]


@pytest.mark.parametrize("step", [0.05, -0.05, 0.7])
@pytest.mark.parametrize("text, at", PROGRAMS)
def test_a_walk_is_the_gradient_step_by_step(text: str, at: dict[str, float], step: float) -> None:
    for momentum in (0.0, 0.9):
        answer = walk(parse(text), at, step=step, steps=12, momentum=momentum)
        assert same(answer, by_gradients(text, at, step, 12, momentum))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_walks_as_its_gradient_says(name: str) -> None:
    row = FUNCTIONS[name]
    if row.kinds[0] == "truth":
        call, at = f"{name}(x > 0, x^2, x)", {"x": 0.4}
    else:
        names = ["x", "y", "z"][: row.arity]
        constants = {"polygamma": "2"}
        call = f"{name}({', '.join([constants.get(name, names[0]), *names[1:]])})"
        first = 1.4 if name in ("acosh", "asec", "acsc", "acoth") else 0.4
        at = {each: x for each, x in zip(names, (first, 0.6, 0.9), strict=False) if each in call.partition("(")[2]}
    answer = walk(parse(call), at, step=0.01, steps=20)
    assert same(answer, by_gradients(call, at, 0.01, 20))


def test_a_walk_of_one_step_is_a_nudge() -> None:
    one, many = nudge(parse("(a*b+c)*f"), LECTURE), walk(parse("(a*b+c)*f"), LECTURE)
    assert (many.steps, many.before, many.after) == (1, one.before, one.after)
    assert many.predicted == pytest.approx(one.predicted, rel=1e-15)
    assert many.point == one.point
    assert {name: move.grad for name, move in many.inputs.items()} == {"a": 6.0, "b": -4.0, "c": -2.0, "f": 4.0}


def test_the_promise_of_a_walk_is_the_sum_of_its_steps() -> None:
    answer = walk(parse("x^2"), {"x": 3.0}, step=0.1, steps=3, momentum=0.5)
    promised, velocity, x = 9.0, 0.0, 3.0
    for _ in range(3):
        velocity = 0.5 * velocity + 2 * x
        promised += 2 * x * 0.1 * velocity
        x += 0.1 * velocity
    assert answer.predicted == pytest.approx(promised, rel=1e-14)
    assert answer.point["x"] == x


# By hand: along the gradient x + h·g the change over the promise is 1 + h for x^2, and so on.
LARGEST = [
    ("x^2", {"x": 3.0}, 1, 0.1),
    ("x^2", {"x": 3.0}, -1, 0.1),
    ("a*b", {"a": 1.0, "b": 2.0}, 1, 0.25),
    ("2x + 3", {"x": 1.0}, 1, math.inf),
    ("a*b", {"a": 1.0}, 1, math.inf),
    ("relu(x)", {"x": 3.0}, 1, math.inf),
    ("relu(x)", {"x": 3.0}, -1, 3 / 0.9),
    ("x + floor(x)", {"x": 0.5}, 1, 0.5),
    ("log(x)", {"x": 1.0}, -1, 0.176134),
    ("1e10 + x^2", {"x": 1.0}, 1, 0.1),
    ("x^2*1e-200", {"x": 1.0}, 1, 1e199),
    ("sin(1e20*x)", {"x": 0.0}, 1, 7.86683e-41),
    ("1 + if(x < 1.0001, x, 5x)", {"x": 1.0}, 1, 1e-4),
]


@pytest.mark.parametrize("text, at, sign, expected", LARGEST)
def test_the_largest_step_that_keeps_its_promise(text: str, at: dict[str, float], sign: float, expected: float) -> None:
    formula = parse("b = 2; " + text if "b" in text and "b" not in at else text)
    there = gradient(formula, at, wrt=list(at))
    found = largest_step(formula, there.inputs, there.grad, sign)
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("text, at", [("abs(x)", 0.0), ("x^2", 0.0), ("exp(x)", 700.0), ("1e17 + sin(x)", 0.0)])
def test_no_largest_step_where_there_is_no_telling(text: str, at: float) -> None:
    there = gradient(parse(text), {"x": at})
    assert largest_step(parse(text), there.inputs, there.grad, 1.0) is None


def test_every_step_up_to_the_largest_keeps_the_promise() -> None:
    formula = parse("(a*b+c)*f")
    largest = nudge(formula, LECTURE).largest_step
    assert largest is not None
    assert all(abs(nudge(formula, LECTURE, step=largest * k / 50).ratio - 1) <= 0.1 for k in range(1, 51))
    assert abs(nudge(formula, LECTURE, step=largest * 1.001).ratio - 1) > 0.1


@pytest.mark.parametrize("scale", ["1e-12", "1", "1e12"])
def test_convergence_does_not_depend_on_units(scale: str) -> None:
    answer = walk(
        parse(f"{scale}*((x-1)^2 + 2*(y+2)^2)"), {"x": 5.0, "y": 5.0}, step=0.1 / float(scale), down=True,
        tolerance=1e-8,
    )  # fmt: skip
    assert answer.converged
    assert 70 < answer.steps < 90
    assert answer.point == pytest.approx({"x": 1.0, "y": -2.0}, abs=1e-6)


CONVERGES: list[tuple[str, dict[str, float], dict[str, Any]]] = [
    ("(x-1)^2 + 1e10", {"x": 1.0001}, {"step": 0.1}),  # begins beside its goal: its gradient is never large
    ("x^2", {"x": 0.0}, {"step": 0.1}),
    (ROSENBROCK, {"x": -1.2, "y": 1.0}, {"step": 0.001, "momentum": 0.9}),
    ("exp(x) - x", {"x": 2.0}, {"step": 0.2}),
]


@pytest.mark.parametrize("text, at, options", CONVERGES)
def test_it_ends_where_nothing_is_left_to_gain(text: str, at: dict[str, float], options: dict[str, Any]) -> None:
    answer = walk(parse(text), at, down=True, tolerance=1e-8, **options)
    assert (answer.converged, answer.ended, answer.notes) == (True, None, ()) or not any(at.values())
    assert answer.steps < answer.limit


STRAYS: list[tuple[str, dict[str, float], dict[str, Any], str]] = [
    ("sin(x)", {"x": 1.0}, {"step": 1e-17, "steps": 200}, "longer steps would hold too"),
    ("1e20 + x", {"x": 1.0}, {"step": 0.01, "steps": 200}, "the gradient is still 1 of the largest"),
    ("abs(x)", {"x": 0.95}, {"step": 0.1, "down": True, "steps": 100}, "to and fro between two points"),
    ("x^4", {"x": 1.0}, {"step": 0.1, "down": True, "steps": 100}, "has not converged after 100 steps"),
]


@pytest.mark.parametrize("text, at, options, word", STRAYS)
def test_it_says_when_it_has_not_arrived(text: str, at: dict[str, float], options: dict[str, Any], word: str) -> None:
    answer = walk(parse(text), at, tolerance=1e-8, **options)
    assert answer.converged is False
    assert any(word in note.message for note in answer.notes)
    assert answer.notes[-1].kind == "convergence"


WRONG: list[tuple[str, dict[str, float], dict[str, Any], str]] = [
    ("x^2", {"x": 3.0}, {"step": 1.1, "steps": 50, "down": True}, "L rises from step 1 on: the step is too long; try --step 0.1"),
    ("x^2", {"x": 3.0}, {"step": 5.0, "steps": 900, "down": True}, "L rises from step 1 on until it is inf at step 162"),
    ("-x^2", {"x": 3.0}, {"step": 1.1, "steps": 50}, "L falls from step 1 on"),
    ("x^2 + 10*y^2", {"x": 3.0, "y": 1.0}, {"step": 0.105, "steps": 30, "down": True}, "L rises from step 2 on"),
    ("(a*b+c)*f", LECTURE, {"step": 0.01, "steps": 500}, "goes on without bound along its gradient; stop earlier, with --steps 71"),
    ("log(x)", {"x": 1.0}, {"step": 0.3, "steps": 9, "down": True}, "undefined at step 3: the walk leaves the domain; try --step 0.013"),
    ("x^4", {"x": 1.0}, {"step": 3.0, "steps": 9, "down": True}, "L rises from step 1 on until it is inf"),
    ("x^2", {"x": 3.0}, {"step": 0.9, "momentum": 0.99, "steps": 60, "down": True}, ""),
]  # fmt: skip


@pytest.mark.parametrize("text, at, options, word", WRONG)
def test_divergence_is_named(text: str, at: dict[str, float], options: dict[str, Any], word: str) -> None:
    answer = walk(parse(text), at, **options)
    found = [note for note in answer.notes if note.kind == "divergence"]
    assert [word in note.message for note in found] == [True] * bool(word)
    broken = any(not math.isfinite(x) for x in (answer.after, *answer.point.values()))
    assert (answer.ended == "broken") == broken
    assert (answer.steps == answer.limit) != broken


def test_a_step_that_is_too_long_now_and_then() -> None:
    answer = walk(parse("sin(x)"), {"x": 1.0}, step=2.5, steps=50)
    assert [note.kind for note in answer.notes] == ["overshoot"]
    assert "L fell at 10 of 50 steps, first at step 1" in answer.notes[0].message


def test_a_growing_swing_is_a_divergence() -> None:
    from autodiff_cli.analysis.divergence import wrong_way

    swing = [0.0, -1.0, 0.5, -2.0, 1.0, -4.0, 2.0, -8.0]
    assert wrong_way(swing, 1.0, momentum=True) == 1
    assert wrong_way([-x for x in swing], -1.0, momentum=True) == 1
    fading = [0.0, -8.0, 2.0, -4.0, 1.0, -2.0, 0.5, -1.0]
    assert wrong_way(fading, 1.0, momentum=True) is None
    assert wrong_way([1.0, 2.0, 3.0, 2.5, 2.4, 2.3], 1.0, momentum=False) == 3
    assert wrong_way([1.0, 2.0, 3.0, 2.5, 2.4, 2.3], 1.0, momentum=True) is None


def test_it_ends_where_there_is_no_direction() -> None:
    answer = walk(parse("sqrt(x)"), {"x": 1.0}, step=2, steps=3, down=True)
    assert (answer.ended, answer.steps, answer.after) == ("broken", 1, 0.0)
    assert [note.kind for note in answer.notes] == ["infinity"]


def test_it_ends_where_an_input_is_infinite() -> None:
    answer = walk(parse("tanh(x)"), {"x": math.inf}, steps=3)
    assert (answer.ended, answer.steps, answer.after) == ("broken", 0, 1.0)
    assert answer.notes[0].message == "x is not finite at step 0, so there is nowhere to go from it"


def test_inputs_that_move_and_inputs_that_stay() -> None:
    formula = parse("w = [1, 2]; v = 3; k = 2; (w[1]^2 + w[2]^k + v)*v")
    only = walk(formula, {}, step=0.01, steps=5, only=["w"])
    assert only.moving == ("w[1]", "w[2]")
    assert only.point["v"] == 3.0
    assert only.inputs["v"].grad is None
    held = walk(formula, {}, step=0.01, steps=5, hold=["v", "k"])
    assert held.point == only.point
    # The partial by an exponent of a negative base is undefined: held, it does not matter.
    assert nudge(parse("x^k"), {"x": -2.0, "k": 3.0}, hold=["k"]).inputs["x"].grad == 12.0


def test_a_watch_ends_the_walk() -> None:
    seen: list[int] = []

    def watch(taken: int) -> bool:
        seen.append(taken)
        return len(seen) == 3

    answer = walk(parse("x^2"), {"x": 1.0}, step=1e-9, steps=1_000_000, watch=watch)
    assert answer.ended == "interrupted"
    assert answer.steps == seen[-1] < 1_000_000
    assert len(answer.path) == len(answer.values) == answer.steps + 1
    assert answer.notes[0].message == f"after {answer.steps:,} of 1,000,000 steps"
