"""Programs: equal values once, constants folded, few values alive, branches by regions; and what they compute."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from test_compositions import numbers, programs
from test_cost import arithmetic, divisions, functions, shuffled

from autodiff_cli import parse
from autodiff_cli.graph.engine import backward, forward
from autodiff_cli.graph.program import Output, Program
from autodiff_cli.graph.regions import Branch, Region


def run(program: Program, point: dict[str, float]) -> dict[Output, float]:
    """The results by the flat steps."""
    values = [point[name] for name in program.inputs] + list(program.constants)
    for _, row, xs in program.steps:
        values.append(row.fn(*[values[x] for x in xs]))
    return {output: values[i] for output, i in zip(program.outputs, program.results, strict=True)}


def run_lazily(program: Program, point: dict[str, float]) -> tuple[dict[Output, float], set[int]]:
    """The results by the regions, each branch only where it is taken; and the steps that were run."""
    values = dict(enumerate([*(point[name] for name in program.inputs), *program.constants]))
    ran: set[int] = set()

    def enter(region: Region) -> None:
        for item in region.items:
            if not isinstance(item, Branch):
                i, row, xs = item
                values[i] = row.fn(*[values[x] for x in xs])
                ran.add(i)
            else:
                condition, choices, true, false = item
                truth = values[condition]
                if truth == truth:
                    enter(true if truth else false)
                for i, a, b in choices:
                    values[i] = math.nan if truth != truth else values[a if truth else b]
                    ran.add(i)

    enter(program.body)
    return {output: values[i] for output, i in zip(program.outputs, program.results, strict=True)}, ran


def same(p: float, q: float) -> bool:
    return p == q or (math.isnan(p) and math.isnan(q))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(programs, numbers, numbers)
def test_what_a_program_computes(text: str, x: float, y: float) -> None:
    """Flat and lazily: the engine's value, and its gradient."""
    formula = parse(text)
    program = Program.of(formula)
    point = {"x": x, "y": y}
    flat = run(program, point)
    lazy, _ = run_lazily(program, point)
    assert all(same(flat[each], lazy[each]) for each in flat)
    values = forward(formula, point)
    root = formula.output_nodes["L"]
    adjoints = backward(formula, values, root)
    # Sums are taken in another order here and there, and constants multiplied first.
    scale = max([abs(a * v) for a, v in zip(adjoints, values, strict=True) if math.isfinite(a * v)], default=1.0)
    for output, ours in flat.items():
        theirs = values[root] if output.by is None else adjoints[formula.index[formula.input_values[str(output.by)]]]
        if math.isfinite(ours) or math.isfinite(theirs):
            assert math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9 * max(1.0, scale)), (text, output)


def test_equal_values_are_computed_once() -> None:
    program = Program.of(parse("exp(x*y) + sin(y*x) * exp(x*y)"), [])
    assert [row.name for _, row, _ in program.steps].count("exp") == 1
    assert [row.name for _, row, _ in program.steps].count("mul") == 2


def test_constants_are_folded_and_dead_code_is_gone() -> None:
    program = Program.of(parse("x*sqrt(2*pi) + 0*unused; dead = exp(x)"), ["x"])
    assert math.sqrt(2 * math.pi) in program.constants
    assert not any(row.name in ("sqrt", "exp") for _, row, _ in program.steps)


def test_what_ieee_forbids_is_not_folded() -> None:
    """0*x is NaN where x is infinite, and x - x too."""
    assert math.isnan(run(Program.of(parse("0*x")), {"x": math.inf})[Output("L", None)])
    assert math.isnan(run(Program.of(parse("x - x")), {"x": math.inf})[Output("L", None)])


def test_partials_are_undefined_where_the_value_is() -> None:
    found = run(Program.of(parse("log(x) + y")), {"x": -1.0, "y": 2.0})
    assert all(math.isnan(x) for x in found.values())


def test_second_partials() -> None:
    found = run(Program.of(parse("x^3*y^2"), order=2), {"x": 2.0, "y": 3.0})
    assert found[Output("L", ("x", "x"))] == 6 * 2 * 9
    assert found[Output("L", ("x", "y"))] == 3 * 4 * 6
    assert found[Output("L", ("y", "y"))] == 2 * 8
    assert Output("L", ("y", "x")) not in found


def test_branches_are_lazy() -> None:
    """What only one branch uses runs only where it is taken; contrary conditions are one `if`."""
    program = Program.of(parse("if(x > 0, sqrt(x)*sin(y), exp(x)*cos(y))"))
    names = {i: row.name for i, row, _ in program.steps}
    for x, taken, other in ((2.0, {"sqrt"}, {"exp"}), (-2.0, {"exp"}, {"sqrt"})):
        _, ran = run_lazily(program, {"x": x, "y": 1.0})
        assert taken <= {names[i] for i in ran}
        assert not other & {names[i] for i in ran}


def test_a_long_chain_of_conditions() -> None:
    """Regions a thousand deep need no recursion."""
    chain = ", ".join(f"x < {k}, {k}*x" for k in range(1000))
    program = Program.of(parse(f"if({chain}, 0)"))
    depth = max(item.true.depth for region in _every(program.body) for item in region.items if isinstance(item, Branch))
    assert depth >= 1000


def _every(root: Region) -> list[Region]:
    found = [root]
    for region in found:
        found += [each for item in region.items if isinstance(item, Branch) for each in (item.true, item.false)]
    return found


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("(a*b+c)*f", 4),
        ("*".join(f"x{i}" for i in range(3_000)), 4),
        ("sin(" * 3_000 + "x" + ")" * 3_000, 4),
        (shuffled(10_000, arithmetic), 4),
        (shuffled(10_000, functions), 4),
        (shuffled(10_000, divisions), 5),
    ],
    ids=["lecture", "product", "chain", "random arithmetic", "random functions", "random divisions"],
)
def test_cost(text: str, most: float) -> None:
    """Value and gradient against the value alone, and the mask of every partial beside."""
    formula = parse(text)
    program = Program.of(formula)
    assert program.cost - len(formula.inputs) <= most * Program.of(formula, order=0).cost


def test_few_values_are_alive() -> None:
    """A sum of products in any order of writing needs a few values at a time."""
    rng = random.Random(5)
    terms = [f"t{i} = a{i}*b{i}*{i + 2}" for i in range(400)]
    rng.shuffle(terms)
    text = "\n".join([*terms, "L = " + " + ".join(f"t{i}" for i in range(400))])
    assert Program.of(parse(text), order=0).alive() <= 4


def test_nothing_recurses() -> None:
    program = Program.of(parse("sin(" * 50_000 + "x" + ")" * 50_000))
    assert len(program.steps) > 100_000
