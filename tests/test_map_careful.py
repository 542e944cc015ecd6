"""Rows that doubles get wrong, or that stand at an equality: counted, named, and with exact_edges as grad has them."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from far import FORMULAS, cases, right, truth

from autodiff_cli import grad, map_batches, map_table, parse
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.program import Program
from autodiff_cli.graph.range import lost
from autodiff_cli.graph.value import Value
from autodiff_cli.kernel import Kernel, careful
from autodiff_cli.kernel.flags import RAISED, flags
from autodiff_cli.ops import TABLE

GUARDS = ("if(x == 0, 1, sin(x)/x)", "if(x != y, (sin(x)-sin(y))/(x-y), cos(x))", "if(x == 1, 2, (x^2-1)/(x-1))*y")


def told(text: str, table: Any, **options: Any) -> Any:
    return map_table(text, pa.table(table), threads=1, only=True, **options)


def test_rows_are_counted_and_the_first_is_named() -> None:
    found = told("1/cosh(x)^2", {"x": [1.0, 2.0, 250.0, 3.0, 300.0]})
    assert (found.out_of_range, found.first_out_of_range.row, found.first_out_of_range.inputs) == (2, 3, {"x": 250.0})
    assert found.first_out_of_range.file == "the table"
    assert (found.resolved, found.at_equality, found.first_at_equality) == (0, 0, None)


def test_what_costs_nothing_is_not_counted() -> None:
    """A number that is 0 beside 1, one that is out of range in a branch not taken, and an answer beyond the doubles."""
    assert told("1 + exp(-x)", {"x": [800.0, 1.0]}).out_of_range == 0
    assert told("if(x < 700, x, log(exp(x)))", {"x": [1.0, 5.0]}).out_of_range == 0
    assert told("if(x < 0, 1/exp(-800*x)^2, x)", {"x": [1.0, 5.0]}).out_of_range == 0
    assert told("exp(x)", {"x": [-800.0, 800.0, 0.0]}).out_of_range == 0
    assert told("log(x)", {"x": [-1.0, 0.0, math.nan]}).out_of_range == 0
    assert told("softplus(x)", {"x": [900.0, -900.0]}).out_of_range == 0
    assert told("1/x + x*0", {"x": [0.0, math.inf]}).out_of_range == 0


def test_what_is_lost_in_a_number_for_all_rows() -> None:
    assert told("x + log(exp(a))", {"x": [1.0, 2.0]}, at={"a": -800.0}).out_of_range == 2
    assert told("x + log(exp(-800))", {"x": [1.0, 2.0]}).out_of_range == 2
    assert told("x*(1 + exp(-800))", {"x": [1.0, 2.0]}).out_of_range == 0


def test_rows_at_an_equality() -> None:
    columns = {"x": [0.0, 1.0, 2.0], "y": [3.0, 1.0, 0.0]}
    assert told(GUARDS[0] + "+y", columns).first_at_equality.row == 1
    found = told(GUARDS[1], columns)
    assert (found.at_equality, found.first_at_equality.inputs) == (1, {"x": 1.0, "y": 1.0})
    assert told(GUARDS[1], columns, grad="none").at_equality == 0
    # Not in a branch that is not taken, nor where the rules of derivatives ask.
    assert told("if(y > 0, if(x == 2, 1, x), y)", columns).at_equality == 0
    assert told("max(x, y) + abs(x)", columns).at_equality == 0
    assert told("f(x) = x*abs(x); f'(x) + y", columns).at_equality == 0


def test_sums_count_them() -> None:
    found = told("1/cosh(x)^2", {"x": [1.0, 250.0]}, reduce="sum")
    assert (found.out_of_range, found.resolved) == (1, 0)
    assert told(GUARDS[0], {"x": [1.0, 0.0]}, reduce="mean").at_equality == 1
    better = told("log(exp(-x^2))", {"x": [1.0, 30.0]}, reduce="sum", exact_edges=True)
    expected = [grad("log(exp(-x^2))", x=x) for x in (1.0, 30.0)]
    assert better.reduced["L"].grad["x"] == pytest.approx(sum(each.grad["x"] for each in expected))
    assert better.resolved == 1


def test_many_rows_by_python_and_by_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(1).uniform(-700, 700, 400)
    text = "sqrt(cosh(x)^-2) + log(exp(-x^2)+1)"
    few = told(text, {"x": x})
    monkeypatch.setattr(careful, "FEW", 0)
    many = told(text + " ", {"x": x})
    assert few.out_of_range == many.out_of_range > 50
    monkeypatch.setattr(careful, "MOST", 0)
    assert told("  " + text, {"x": x}).out_of_range == 0


def test_exact_edges_are_as_grad_has_them() -> None:
    """Row by row, over formulas and points whose numbers leave the range of doubles: or, where rows are right by themselves, true."""
    texts: dict[str, list[dict[str, float]]] = {}
    for text, point in cases(3, seed=3):
        texts.setdefault(text, []).append(point)
    rng = random.Random(3)
    for text in GUARDS:
        texts[text] = [{"x": x, "y": rng.choice([0.0, 1.0, 2.5])} for x in (0.0, 1.0, 2.5, 1e-200)]
    resolved = 0
    for text, points in texts.items():
        names = parse(text).inputs
        found = told(text, {name: [point[name] for point in points] for name in names}, exact_edges=True)
        resolved += found.resolved
        for row, point in zip(found.table.to_pylist(), points, strict=True):
            at = {name: point[name] for name in names}
            answer = grad(text, at)
            for name, ours, theirs, exact in zip(
                row, row.values(), (answer.value, *answer.grad.values()), truth(parse(text), at), strict=True
            ):
                if right(ours, exact, 1e-11):
                    continue
                # Digits that all cancel leave a 0 in rows, which grad looks at again.
                if ours == 0 and any(note.kind == "cancellation" for note in answer.notes):
                    continue
                # Vector functions are within a few units of the C library's, which cancellation may make more of.
                size = max(abs(answer.value), *(abs(answer.grad[each] * at[each]) for each in names))
                slack = 1e-12 * size / max(abs(at.get(name[4:], 1.0)), 1e-300) if math.isfinite(size) else 0.0
                assert ours == pytest.approx(theirs, rel=1e-11, abs=slack + 1e-300, nan_ok=True), (text, at, name)
    assert resolved > len(FORMULAS) // 4


def test_batches_resolve_them() -> None:
    x = [1.0, 250.0, 0.0]
    found = map_batches("if(x == 0, 1, 1/cosh(x)^2)", only=True, exact_edges=True)({"x": x})
    assert found["dL_dx"].tolist() == pytest.approx(
        [grad("if(x == 0, 1, 1/cosh(x)^2)", x=each).grad["x"] for each in x], nan_ok=True
    )


def test_the_command_tells_of_them(adiff: Any) -> None:
    Path("far.csv").write_text("x\n1\n250\n0\n", encoding="utf-8")
    args = ("map", "if(x == 0, 1, 1/cosh(x)^2)", "far.csv")
    said = adiff(*args).err
    assert "1 row left the range of doubles on the way, first in far.csv, row 2, at x = 250" in said
    assert "1 row at the point of an equality, first in far.csv, row 3, at x = 0" in said
    assert said.count("--exact-edges") == 2
    exact = adiff(*args, "--exact-edges", "--summary", "json")
    summary = json.loads(exact.err)
    assert (summary["out_of_range"], summary["at_equality"], summary["resolved"]) == (1, 1, 2)
    assert summary["first_out_of_range"] == {"file": "far.csv", "row": 2, "inputs": {"x": 250.0}}
    assert "computed as grad does" in adiff(*args, "--exact-edges").err
    assert (adiff(*args).code, adiff(*args, "--strict").code, adiff(*args, "--strict", "--exact-edges").code) == (
        0,
        1,
        0,
    )
    assert " a second" not in said


def test_flags_are_raised_by_what_leaves_the_range() -> None:
    """Every row of the table that makes 0, a subnormal or an infinity of ordinary numbers, in machine code."""
    edges = [-1e300, -800.0, -720.0, -40.0, -30.0, 27.0, 30.0, 171.9, 720.0, 800.0, 1e-200, 1e-300, 1e200, 1e300, 1.3]
    seen = 0
    for name, row in TABLE.items():
        if (
            row.exact
            or row.result == "truth"
            or row.variadic
            or row.arity > 2
            or name in ("polygamma", "sincn", "lgamma")
        ):
            continue
        leaves = [Value(label=f"x{k}") for k in range(row.arity)]
        program = Program.of(Formula({"L": Value.of(row, tuple(leaves))}), order=0)
        judge = lost(Program.of(Formula({"L": Value.of(row, tuple(leaves)) + 1.0}), order=0))
        kernel = Kernel(program)
        for point in [(x, y) for x in edges for y in edges] if row.arity == 2 else [(x,) for x in edges]:
            z = row.fn(*point)
            tiny = abs(z) < 2.0**-1022 and name not in ("sin", "cos", "tan")
            if judge is None or not (tiny or math.isinf(z)) or judge.at(point)[1] != 1:
                continue
            seen += 1
            columns = [np.full(8, x) for x in point]
            assert kernel.run(columns, watched=True).suspect, (name, point, z)
    assert seen > 100


def test_flags_of_other_processors() -> None:
    assert "fpsr" in " ".join(flags("aarch64-unknown-linux-gnu").told)
    assert flags("riscv64-unknown-linux-gnu").told == (f"  %raised = add i64 0, {RAISED}",)
