"""The chain rule explained: shares add up to the gradient, paths to the shares, and counts to what brute force finds."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_compositions import numbers, programs

from autodiff_cli import grad, parse
from autodiff_cli.analysis.explain import Explanation, Share, explain
from autodiff_cli.analysis.gradient import gradient
from autodiff_cli.analysis.paths import counts, paths
from autodiff_cli.analysis.spoken import Words
from autodiff_cli.errors import AdiffError
from autodiff_cli.graph.engine import backward, forward
from autodiff_cli.graph.value import Value
from autodiff_cli.notation.rules import Leaf, operation, rule
from autodiff_cli.ops import TABLE, Numbers, Operation

LECTURE = "L = d*f; d = u + c; u = a*b"
POINT: dict[str, Any] = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}


def explained(text: str, wrt: list[str] | None = None, **at: Any) -> Explanation:
    return explain(parse(text, bound=at), at, wrt=wrt)


def everywhere(found: Explanation, target: int) -> list[list[Share]]:
    """Every path to a node, by going along all of them."""
    onward: dict[int, list[Share]] = {}
    for share in found.shares:
        onward.setdefault(share.node, []).append(share)
    done: list[list[Share]] = []
    waiting: list[tuple[int, list[Share]]] = [(found.root, [])]
    while waiting:
        node, way = waiting.pop()
        if node == target:
            done.append(way)
        else:
            waiting += [(share.operand, [*way, share]) for share in onward.get(node, [])]
    return done


def test_the_lecture() -> None:
    found = explained(LECTURE, **POINT)
    words = Words(found)
    assert [(words.name(s.node), words.name(s.operand), words.rule(s), s.local, s.upstream, s.contribution) for s in found.shares] == [
        ("L", "d", "f", -2, 1, -2),
        ("L", "f", "d", 4, 1, 4),
        ("d", "u", "1", 1, -2, -2),
        ("d", "c", "1", 1, -2, -2),
        ("u", "a", "b", -3, -2, 6),
        ("u", "b", "a", 2, -2, -4),
    ]  # fmt: skip
    assert words.derivative(found.shares[0]) == "d(d*f)/dd = f"
    assert {name: found.partial(name) for name in found.targets} == {"f": 4, "c": -2, "a": 6, "b": -4}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(programs, numbers, numbers)
def test_shares_add_up_to_every_adjoint(program: str, x: float, y: float) -> None:
    formula = parse(program)
    found = explain(formula, {"x": x, "y": y})
    values = forward(formula, {"x": x, "y": y})
    assume(not math.isnan(values[found.root]))
    adjoints = backward(formula, values, found.root)
    for i, shares in found.of.items():
        assert shares[-1].after == adjoints[i] or math.isnan(adjoints[i])
        running = 0.0
        for share in shares:
            assert share.before == running or math.isnan(running)
            running = share.after
            if math.isfinite(share.contribution) and math.isfinite(share.local):
                assert share.contribution == pytest.approx(share.upstream * share.local, rel=1e-12, abs=1e-300)
    answer = grad(program, x=x, y=y)
    for name in found.targets:
        ours = found.partial(name)
        assert ours == answer.grad[name] or math.isnan(ours)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(programs, numbers, numbers, st.integers(1, 12))
def test_paths_are_all_and_the_largest(program: str, x: float, y: float, most: int) -> None:
    found = explain(parse(program), {"x": x, "y": y})
    assume(math.isfinite(found.value))
    ways = counts(found)
    for name, target in found.targets.items():
        brute = everywhere(found, target)
        assert ways[name] == len(brute)
        shown = paths(found, name, ways[name], most)
        assert len(shown.shown) == min(most, len(brute))
        assert len({path.steps for path in shown.shown}) == len(shown.shown)
        assert {path.steps for path in shown.shown} <= {tuple(way) for way in brute}
        total = math.fsum(path.contribution for path in shown.shown) + shown.rest
        size = sum(abs(math.prod(step.local for step in way)) for way in brute)
        if math.isfinite(size):
            assert total == pytest.approx(found.partial(name), rel=1e-9, abs=1e-9 * size + 1e-300)
            sizes = sorted((abs(math.prod(step.local for step in way)) for way in brute), reverse=True)[:most]
            ours = sorted((abs(path.contribution) for path in shown.shown), reverse=True)
            assert ours == pytest.approx(sizes, rel=1e-9, abs=1e-300)


def test_a_number_of_paths_beyond_counting() -> None:
    text = "; ".join(["a0 = x", *(f"a{i} = a{i - 1}*a{i - 1}" for i in range(1, 3001)), "a3000"])
    found = explained(text, x=1.0)
    ways = counts(found)
    assert ways["x"] == 2**3000
    shown = paths(found, "x", ways["x"])
    assert (len(shown.shown), shown.total) == (20, math.inf)
    small = explained(
        "; ".join(["a0 = x", *(f"a{i} = 0.5*a{i - 1} + 0.5*a{i - 1}" for i in range(1, 201)), "a200"]), x=1.0
    )
    assert counts(small)["x"] == 2**200
    known = paths(small, "x", 2**200)
    assert known.total == 1.0
    assert [path.contribution for path in known.shown] == [0.5**200] * 20
    assert known.rest == 1.0 - 20 * 0.5**200


@pytest.mark.parametrize(
    "text, count", [("+".join(["x"] * 30_000), 30_000), ("sin(" * 30_000 + "x" + ")" * 30_000, 1), ("(" * 15_000 + "1" + "*x + 1)" * 15_000, 15_000)]
)  # fmt: skip
def test_nothing_recurses(text: str, count: int) -> None:
    found = explained(text, x=0.5)
    assert counts(found) == {"x": count}
    shown = paths(found, "x", count)
    assert len(shown.shown) == min(count, 20)
    words = Words(found)
    assert words.name(words.operands(found.root)[0]) == "v1"


def test_ties_are_told_in_the_order_of_the_text() -> None:
    found = explained("x + x + 2x", x=1.0)
    shown = paths(found, "x", 3)
    assert [[step.slot for step in path.steps] for path in shown.shown] == [[0, 0], [0, 1], [1, 1]]


def test_values_of_the_program_are_explained_too() -> None:
    found = explained("y = x^2; z = x + y; z*y", ["y"], x=2.0)
    assert found.partial("y") == 10
    assert counts(found) == {"y": 2}
    both = explained("y = x^2; z = x + y; z*y", ["y", "x"], x=2.0)
    assert counts(both) == {"y": 2, "x": 3}
    assert explained("x", x=3.0).partial("x") == 1
    assert counts(explained("x", x=3.0)) == {"x": 1}


def test_what_is_not_taken_counts_for_nothing() -> None:
    found = explained(
        "if(x > 0, sqrt(x), log(x)) + max(x, y) + floor(x) + (x > 1)*2 + relu(-x) + abs(y - 3)", x=2.0, y=3.0
    )
    words = Words(found)
    told = {words.why(each) for each in found.blocked}
    assert told == {
        "x > 0 is a condition: it decides, and no slope passes through it",
        "x > 1 is a condition: it decides, and no slope passes through it",
        "log(x) is the branch not taken: it counts for nothing",
        "x is not the greatest: it counts for nothing",
        "floor(x) is flat between its jumps: nothing passes back to x",
        "relu(-x) does not follow -x here: it counts for nothing",
        "abs(y - 3) passes nothing back to y - 3: a kink at x = 0, with slopes -1 and +1; 0 is used",
    }
    tie = explained("max(x, y)", x=1.0, y=1.0)
    assert [Words(tie).told(share) for share in tie.shares] == ["1/2, a share of the tie = 0.5"] * 2
    assert not any(found.formula.nodes[share.operand].constant for share in found.shares)
    flat = explained("tanh(x) + 0.123456789012*x + relu(x + 1)", x=0.0)
    assert {Words(flat).told(share) for share in flat.shares} == {
        "1", "1 - tanh(x)^2 = 1", "0.123456789", "1 where x + 1 > 0",
    }  # fmt: skip


def test_long_expressions_get_names_that_the_program_leaves_free() -> None:
    found = explained("v1*sin(v1 + v1*v1 + v1*v1*v1 + exp(v1))", v1=0.5)
    words = Words(found)
    assert words.meaning(found.root) == "v1*t1"  # no v2 beside the program's own v1
    assert words.meaning(words.operands(found.root)[1]) == "sin(t2)"
    assert [words.legend(i) for i in words.invented.values()][:2] == [
        "t1 = sin(v1 + v1*v1 + v1*v1*v1 + exp(v1))",
        "t2 = v1 + v1*v1 + v1*v1*v1 + exp(v1)",
    ]
    assert words.legend(found.root) is None


def test_steps_inside_calls_say_so() -> None:
    found = explained("f(t) = t^2; g(t) = 3*f(t + 1)\ng(x)", x=2.0)
    words = Words(found)
    squared = next(share.node for share in found.shares if words.row(share.node).name == "pow")
    assert words.calls(squared) == "in f(t + 1), in g(x)"
    assert words.span(squared) == (1, 8, 3)


# Operations whose local derivative is told in words, or has none.
TOLD = {"min", "max", "clamp", "relu", "select"}
AT = {**dict.fromkeys(("acosh", "asec", "acsc", "acoth", "sqrtx2m1", "cothacosh"), [1.7]), "atanh": [0.3], "asin": [0.3], "acos": [0.3], "sqrt1mx2": [0.3],
      "polygamma": [2.0, 1.7], "sincn": [1.0, 0.7], "powlog": [1.0, 1.0, 1.3, 2.5], "logb": [5.0, 3.0], "mod": [7.5, 2.0],
      "defined": [1.0, 2.0]}  # fmt: skip


def slopes(row: Operation) -> list[int]:
    return [k for k, partial in enumerate(row.partials) if partial is not None and partial == partial]


@pytest.mark.parametrize("row", [row for row in TABLE.values() if row.result == "real" and not row.variadic and row.name not in TOLD], ids=lambda row: row.name)  # fmt: skip
def test_the_rule_as_text_is_the_rule(row: Operation) -> None:
    """Read back and computed, every rule comes to the number of the table, with names and with numbers for operands."""
    xs = AT.get(row.name, [0.7, 1.3, 2.5, 0.4][: row.arity])
    z = row.fn(*xs)
    names = [f"x{k}" for k in range(row.arity)]
    compound = [Leaf(f"x{k} - y{k}", 50) for k in range(row.arity)]
    negative = [Leaf(f"-x{k}", 70) for k in range(row.arity)]
    point = {f"{letter}{k}": x for k, x in enumerate(xs) for letter, x in (("x", x + 1.0), ("y", 1.0))}
    for k in slopes(row):
        partial = row.partials[k]
        local = partial(Numbers, z, *xs) if callable(partial) else float(partial or 0.0)
        if row.name == "sincn":
            continue  # the higher derivatives of sinc have no spelling in other operations
        for leaves, at in (
            ([Leaf(name) for name in names], dict(zip(names, xs, strict=True))),
            (compound, point),
            (negative, {name: -x for name, x in zip(names, xs, strict=True)}),
            ([Leaf(f"{x:g}", 100, x) if n != k else Leaf(names[n]) for n, x in enumerate(xs)], {names[k]: xs[k]}),
        ):
            written = rule(row, k, leaves, local)
            formula = parse(f"({written}) + 0*{' + 0*'.join(at)}", bound=at)
            assert grad(formula, at).value == pytest.approx(local, rel=1e-12), written
            assert not any(f"{hidden}(" in written for hidden, each in TABLE.items() if each.hidden), written
            assert "1*" not in written.replace("x1*", "").replace("y1*", "")
    if not row.hidden:
        formula = parse(f"{operation(row, compound)[0]}", bound=point)
        assert grad(formula, {name: x for name, x in point.items() if name in formula.inputs}).value == pytest.approx(
            z, rel=1e-12
        )


@pytest.mark.parametrize(
    "name, k, operands, expected",
    [
        ("pow", 0, ["x", 3.0], "3*x^2"), ("pow", 0, ["x", "n"], "n*x^(n - 1)"), ("pow", 1, [2.0, "x"], "2^x*log(2)"),
        ("pow", 1, ["e", "x"], "e^x"), ("pow", 0, ["x", 0.5], "1/(2*sqrt(x))"), ("pow", 0, ["x", -1.0], "-1/x^2"),
        ("mul", 0, ["a", "b"], "b"), ("div", 1, ["a", "b"], "-a/b^2"), ("sqrt", 0, ["x"], "1/(2*sqrt(x))"),
        ("tanh", 0, ["x"], "1 - tanh(x)^2"), ("atan", 0, ["x"], "1/(1 + x^2)"), ("asin", 0, ["x"], "1/sqrt(1 - x^2)"),
        ("log10", 0, ["x"], "1/(x*log(10))"), ("erf", 0, ["x"], "2*exp(-x^2)/sqrt(pi)"), ("cos", 0, ["x"], "-sin(x)"),
        ("hypot", 1, ["x", "y"], "y/sqrt(x^2 + y^2)"), ("atan2", 1, ["y", "x"], "-y/(x^2 + y^2)"),
    ],
)  # fmt: skip
def test_rules_read_as_in_books(name: str, k: int, operands: list[Any], expected: str) -> None:
    leaves = [Leaf(x) if isinstance(x, str) else Leaf(f"{x:g}", 100 if x >= 0 else 70, x) for x in operands]
    assert rule(TABLE[name], k, leaves, 1.0) == expected


def test_derivatives_of_sinc_have_primes() -> None:
    found = explained("sinc''(x)", x=1.0)
    words = Words(found)
    assert words.meaning(found.root) == "sinc''(x)"
    assert [words.rule(share) for share in found.shares] == ["sinc'''(x)"]


def test_signs_of_operands_are_collected() -> None:
    leaves = [Leaf("-(x - m)^2", 70), Leaf("2*s^2", 60)]
    assert rule(TABLE["div"], 1, leaves, 1.0) == "(x - m)^2/(2*s^2)^2"
    assert rule(TABLE["mul"], 1, leaves, 1.0) == "-(x - m)^2"
    assert rule(TABLE["pow"], 0, [Leaf("-x", 70), Leaf("3", 100, 3.0)], 1.0) == "3*x^2"
    assert rule(TABLE["pow"], 0, [Leaf("-x", 70), Leaf("4", 100, 4.0)], 1.0) == "-4*x^3"
    assert rule(TABLE["sqrt"], 0, [Leaf("-x", 70)], 1.0) == "1/(2*sqrt(-x))"


def test_several_outputs_and_unknown_names() -> None:
    with pytest.raises(AdiffError, match="several outputs: y1, y2"):
        explained("a, b*a", a=1.0, b=2.0)
    with pytest.raises(AdiffError, match="does not use z"):
        explained("x^2", ["z"], x=1.0)
    with pytest.raises(AdiffError, match="const in the program"):
        explained("const g = 2; g*x", ["g"], x=1.0)
    with pytest.raises(AdiffError, match="y does not depend on z"):
        explained("z = x^3; y = x^2; y", ["z"], x=1.0)


def test_graphs_built_by_hand() -> None:
    from autodiff_cli.analysis.gradient import as_formula

    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    found = explain(as_formula(a * b + a), {})
    assert {name: found.partial(name) for name in found.targets} == {"a": 4, "b": 2}
    assert Words(found).at(found.root) is None
    assert Words(found).calls(found.root) == ""


def test_a_defect_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should grad and the chain rule ever disagree, the answer is not shown."""
    monkeypatch.setattr("autodiff_cli.analysis.explain.answered", lambda at, _: gradient(parse("2*x^2"), at.point))
    with pytest.raises(RuntimeError, match="add up to 6"):
        explained("x^2", x=3.0)
