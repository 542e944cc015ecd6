"""Compiled programs: random ones against the engine, every layout of memory, threads, sums, blocks, and what is kept on disk."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from test_compositions import programs

from autodiff_cli import grad, parse
from autodiff_cli.analysis.gradient import gradient
from autodiff_cli.analysis.rounding import bound_at
from autodiff_cli.errors import AdiffError
from autodiff_cli.graph.adjoint import adjoint
from autodiff_cli.graph.engine import backward, forward
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.program import Program
from autodiff_cli.kernel import Kernel
from autodiff_cli.kernel import emit as emit_module
from autodiff_cli.kernel import kernel as kernel_module
from autodiff_cli.ops import TABLE

LECTURE = "(a*b+c)*f"
Array = NDArray[np.float64]


def kernel(text: str, wrt: list[str] | None = None, math: str = "fast") -> Kernel:
    return Kernel(Program.of(parse(text), wrt), math)


def columns(many: int, rows: int) -> list[Array]:
    rng = np.random.default_rng(7)
    return [rng.normal(size=rows) for _ in range(many)]


def lecture(xs: list[Array]) -> list[Array]:
    a, b, c, f = xs
    return [(a * b + c) * f, b * f, a * f, f, a * b + c]


def of_gamma(formula: Formula, values: list[float], root: int) -> float:
    """What the bound leaves out of operands that are not rounded: the gamma family has its digits up to the condition by them."""
    read = {x for _, row, xs in formula.steps if row.family == "gamma" for x in xs}
    adjoints = backward(formula, values, root)
    return sum(2.0**-53 * abs(adjoints[x] * values[x]) for x in read if not formula.nodes[x].constant)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(programs, st.integers(0, 1 << 30), st.sampled_from(["fast", "exact"]))
def test_random_programs(text: str, seed: int, math_mode: str) -> None:
    """Row by row: the engine's number within the rounding bound of the program; NaN and infinities where it has them."""
    formula = parse(text)
    compiled = Kernel(Program.of(formula), math_mode)
    rng = np.random.default_rng(seed)
    xs = [np.round(rng.uniform(-3, 3, size=9), 3) + 0.0004 for _ in compiled.program.inputs]
    found = compiled.run(xs, counted=True)
    root = formula.nodes[formula.output_nodes["L"]]
    slopes = adjoint(root, formula.input_values.values())
    roots = [
        root if each.by is None else slopes[formula.input_values[str(each.by)]] for each in compiled.program.outputs
    ]
    joint = Formula({str(k): node for k, node in enumerate(roots)}, formula.input_values)
    odd = 0
    for n in range(9):
        point = {name: float(column[n]) for name, column in zip(compiled.program.inputs, xs, strict=True)}
        values = forward(joint, point)
        undefined = math.isnan(values[joint.output_nodes["0"]])
        ours = [float(column[n]) for column in found.columns]
        odd += sum(not math.isfinite(x) for x in ours)
        if any(note.kind in ("kink", "jump") for note in grad(formula, point).notes):
            continue  # a last digit may take the other side
        for k, x in enumerate(ours):
            at = joint.output_nodes[str(k)]
            truth = math.nan if undefined else values[at]
            if x == truth or (math.isnan(x) and math.isnan(truth)):
                continue
            bound = bound_at(joint, values, at) + of_gamma(joint, values, at)
            assert abs(x - truth) <= 32 * bound + 1e-300, (text, point, compiled.program.outputs[k], x, truth)
    assert found.nonfinite == odd


@pytest.mark.parametrize("rows", [0, 1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, 40_001])
@pytest.mark.parametrize("threads", [1, 3])
def test_any_number_of_rows(rows: int, threads: int) -> None:
    xs = columns(4, rows)
    found = kernel(LECTURE).run(xs, threads=threads, counted=True)
    for ours, theirs in zip(found.columns, lecture(xs), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert found.nonfinite == 0


def test_strides_and_types_of_columns() -> None:
    """Every second number, backwards, the same number again and again, floats among doubles, one number for all rows."""
    base = np.random.default_rng(3).normal(size=4000)
    once = np.broadcast_to(np.float64(1.5), (1001,))
    single = base[:1001].astype(np.float32)
    layouts: list[list[Any]] = [
        [base[:2002:2], base[1000::-1], once, single],
        [base[:1001], 2.5, single[::-1], base[3:4000:3][:1001]],
    ]
    for given_columns in layouts:
        full = [np.broadcast_to(np.asarray(x, dtype=np.float64), (1001,)) for x in given_columns]
        found = kernel(LECTURE).run(given_columns, threads=2).columns
        for ours, theirs in zip(found, lecture(full), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_results_in_single_precision() -> None:
    """Computed in double, rounded once at the end."""
    xs = [x.astype(np.float32) for x in columns(4, 777)]
    found = kernel(LECTURE).run(xs, dtype="float32").columns
    for ours, theirs in zip(found, lecture([x.astype(np.float64) for x in xs]), strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_array_equal(ours, theirs.astype(np.float32))


def test_what_single_precision_cannot_hold_is_counted() -> None:
    """From half a unit beyond the largest on, a double becomes an infinity."""
    most = float(np.finfo(np.float32).max)
    half = most + 2.0**103
    x = np.array([most, np.nextafter(half, 0.0), half, -half, math.inf, math.nan, 0.0] * 3)
    found = kernel("1*x", []).run([x], counted=True, dtype="float32")
    assert found.nonfinite == np.count_nonzero(~np.isfinite(found.columns[0])) == 4 * 3
    same = kernel("exp(x)", []).run([200.0], dtype="float32")
    assert (same.columns[0].tolist(), same.nonfinite) == ([math.inf], 1)


@pytest.mark.parametrize("rows", [999, 300_003])
@pytest.mark.parametrize("shift", [0, 1, 3, 7])
def test_given_outputs(rows: int, shift: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written in place wherever they begin; with a gap between numbers, or over the inputs, by way of a copy."""
    monkeypatch.setattr(kernel_module, "STREAM", 1 << 16)
    xs = columns(4, rows)
    want = lecture(xs)
    outs: list[Array] = [np.empty(rows + shift)[shift:] for _ in range(3)]
    gapped = np.empty(2 * rows)[::2]
    outs += [gapped, xs[0]]
    found = kernel(LECTURE).run(xs, out=outs, threads=2, counted=True)
    assert all(ours is given_out for ours, given_out in zip(found.columns, outs, strict=True))
    for ours, theirs in zip(outs, want, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_is_not_finite_is_counted() -> None:
    x = np.array([1.0, 0.0, -1.0, math.nan, math.inf, 4.0, 9.0, 16.0, 0.0])
    found = kernel("log(x)").run([x], counted=True)
    # -inf and inf at the two zeros, NaN twice at -1 and at NaN, inf at inf.
    assert found.nonfinite == 2 * 2 + 2 + 2 + 1
    assert kernel("log(x)").run([x]).nonfinite == 0


def test_an_untaken_branch_counts_for_nothing() -> None:
    x = np.array([4.0, -4.0, 0.0, 9.0])
    value, slope = kernel("if(x > 0, sqrt(x), 0)").run([x]).columns
    np.testing.assert_array_equal(value, [2, 0, 0, 3])
    np.testing.assert_array_equal(slope, [0.25, 0, 0, 1 / 6])


def test_whole_exponents_beyond_2_53() -> None:
    """y - 1 is odd where y is even, also where it has no double; the engine says the same."""
    point = [(-1.0, 1e16), (-1.0, 2.0**53), (-1.0, 1e300), (-2.0, 1e16), (-1.0, -(2.0**60)), (-1.0, 2.0**53 - 1)]
    x, y = np.array(point).T
    want = [-1e16, -(2.0**53), -1e300, -math.inf, 2.0**60, 2.0**53 - 1]
    for mode in ("fast", "exact"):
        assert kernel("x^y", ["x"], mode).run([x, y]).columns[1].tolist() == want
    formula = parse("x^y")
    assert [gradient(formula, {"x": a, "y": b}, wrt=["x"]).grad["x"] for a, b in point] == want


@pytest.mark.parametrize("name", ["floor", "ceil", "round"])
def test_whole_numbers_keep_their_sign(name: str) -> None:
    x = np.array([-0.0, 0.0, -0.3, 0.3, -1.0, 2.5, -2.5, math.inf, -math.inf, math.nan])
    found = kernel(f"{name}(x)", []).run([x]).columns[0].tolist()
    assert repr(found) == repr([TABLE[name].fn(each) for each in x.tolist()])


def test_undefined_and_indeterminate() -> None:
    """Where the value is NaN so is every partial; a numerical 0·inf is NaN."""
    x = np.array([-1.0, 2.0])
    _, by_x, by_y = kernel("log(x) + y").run([x, np.ones(2)]).columns
    np.testing.assert_array_equal(by_x, [math.nan, 0.5])
    np.testing.assert_array_equal(by_y, [math.nan, 1.0])
    value, slope = kernel("sqrt(x^2)").run([np.array([0.0, 3.0])]).columns
    np.testing.assert_array_equal(value, [0, 3])
    np.testing.assert_array_equal(slope, [math.nan, 1])


@pytest.mark.parametrize("text", [LECTURE, "x*exp(y) + x/3", "log(x)"])
def test_sums(text: str) -> None:
    """The correctly rounded sums, whatever the threads and however the rows come in parts."""
    compiled = kernel(text)
    rng = np.random.default_rng(5)
    xs = [rng.uniform(0.1, 2, size=50_003) * 10.0 ** rng.integers(-9, 9, size=50_003) for _ in compiled.program.inputs]
    exact = [
        math.fsum(column) if np.isfinite(column).all() else float(column.sum()) for column in compiled.run(xs).columns
    ]
    whole = compiled.sums(xs)
    assert whole.rows == 50_003
    np.testing.assert_allclose(whole.totals, exact, rtol=3e-16)
    assert compiled.sums(xs, threads=3).totals == whole.totals
    parts = compiled.sums([x[:20_000] for x in xs]) + compiled.sums([x[20_000:] for x in xs])
    np.testing.assert_allclose(parts.totals, exact, rtol=3e-16)


def test_sums_that_are_not_finite() -> None:
    assert kernel("log(x)", []).sums([np.array([1.0, 0.0, 2.0])]).totals == [-math.inf]
    assert math.isnan(kernel("log(x)", []).sums([np.array([1.0, -1.0])]).totals[0])
    assert kernel("x", []).sums([np.array([1e308, 1e308])]).totals == [math.inf]
    assert kernel("x").sums([np.empty(0)]).totals == [0, 0]


def test_blocks_and_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program cut into many blocks gives the very same numbers."""
    text = "L = x*y; " + "".join(
        f"v{k} = sin(x*{k}.5) * if(y > {k}/40, y, exp(-y)) + tanh(y - {k}); " for k in range(30)
    )
    text += "M = " + " + ".join(f"v{k}*v{(7 * k) % 30}" for k in range(30)) + " + L"
    rng = np.random.default_rng(2)
    xs: list[Array | float] = [rng.normal(size=1003) for _ in "xy"]
    whole = kernel(text)
    assert len(whole.program.steps) > 300
    for point in (xs, [xs[0], 0.3], [0.2, 0.3]):
        want = kernel(text).run(point, counted=True)
        with monkeypatch.context() as patch:
            patch.setattr(emit_module, "BLOCK", 17)
            patch.setattr(emit_module, "TILE", 3)
            found = kernel(text).run(point, counted=True)
        assert found.nonfinite == want.nonfinite == 0
        for ours, theirs in zip(found.columns, want.columns, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-15)


def test_one_point() -> None:
    found = kernel(LECTURE).numbers([2, -3, 10, -2])
    assert found == [-8, 6, -4, -2, 4]
    assert kernel("x*0.5").numbers([4]) == [2, 0.5]
    alone = kernel("x*0.5").run([4.0], counted=True, out=[None, np.empty(3)])
    assert [x.tolist() for x in alone.columns] == [[2], [0.5, 0.5, 0.5]]
    assert kernel("x*0.5").sums([4.0]).totals == [2, 0.5]


def test_columns_and_constants_as_results() -> None:
    """An output that is an input, one that is a number, and one that is the same for all rows."""
    compiled = kernel("u = x; v = 3*x; w = y^2; u, v, w")
    found = compiled.run([np.arange(19.0), 5.0])
    by = {(each.of, each.by): column for each, column in zip(compiled.program.outputs, found.columns, strict=True)}
    np.testing.assert_array_equal(by["u", None], np.arange(19.0))
    np.testing.assert_array_equal(by["u", "x"], np.ones(19))
    np.testing.assert_array_equal(by["v", "x"], np.full(19, 3.0))
    np.testing.assert_array_equal(by["w", None], np.full(19, 25.0))
    np.testing.assert_array_equal(by["w", "y"], np.full(19, 10.0))


def test_hundreds_of_outputs() -> None:
    names = [f"x{k}" for k in range(600)]
    compiled = kernel(" + ".join(f"{k}*{name}" for k, name in enumerate(names)))
    xs = [np.full(21, float(k)) for k in range(600)]
    value, *slopes = compiled.run(xs, counted=True).columns
    np.testing.assert_array_equal(value, np.full(21, float(sum(k * k for k in range(600)))))
    for k, slope in enumerate(slopes):
        np.testing.assert_array_equal(slope, np.full(21, float(k)))


def test_a_row_does_not_depend_on_its_place() -> None:
    """The same number in every lane, and in the last rows."""
    text = "erfc(x)*tanh(x) + x^2.5"
    x = np.full(13, 0.7318)
    for column in kernel(text).run([x]).columns:
        assert len(set(column.tolist())) == 1


def test_columns_of_different_lengths() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        kernel("x*y").run([np.ones(3), np.ones(4)])


def test_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kernel_module.MOST == 20_000
    monkeypatch.setattr(kernel_module, "MOST", 8)
    kernel("(a*b+c)*f", ["a", "b"])
    with pytest.raises(AdiffError, match="has 9 operations, and at most 8 are compiled"):
        kernel("(a*b+c)*f")


@pytest.mark.full
def test_the_longest_programs_compile() -> None:
    """Close to the limit: a sum of many functions, and Horner's scheme with all its values alive."""
    horner = "a"
    for k in range(3_000):
        horner = f"({horner})*x{k % 4} + {1 + k}.25"
    for text in ("+".join(f"sin({k}*x)*y" for k in range(2_000)), horner):
        compiled = kernel(text)
        assert 7_000 < len(compiled.program.steps) <= 20_000
        xs = [np.random.default_rng(1).uniform(-1, 1, size=20) for _ in compiled.program.inputs]
        found = compiled.run(xs).columns
        at = {name: float(x[3]) for name, x in zip(compiled.program.inputs, xs, strict=True)}
        answer = grad(text, at)
        assert found[0][3] == pytest.approx(answer.value, rel=1e-9)
        for output, column in zip(compiled.program.outputs[1:], found[1:], strict=True):
            assert column[3] == pytest.approx(answer.grad[str(output.by)], rel=1e-9)


CODE = """
import sys, numpy as np
import llvmlite.binding as llvm
from autodiff_cli.kernel import objects
compiled = []
emit = llvm.TargetMachine.emit_object
llvm.TargetMachine.emit_object = lambda self, module: compiled.append(1) or emit(self, module)
from autodiff_cli import compile
print(compile("erf(x)*y")(x=np.ones(5), y=2.0).tolist(), len(compiled))
"""


def test_object_code_is_kept(tmp_path: Path) -> None:
    """A second process compiles nothing; a file that is cut short, or unreadable, is none."""

    def run() -> str:
        environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True
        ).stdout

    first = run()
    assert first.endswith(" 1\n")
    assert run() == first.replace(" 1\n", " 0\n")
    (kept,) = (tmp_path / "adiff" / "kernels").glob("*.o")
    assert (tmp_path / "adiff" / "kernels").stat().st_mode & 0o077 == 0
    kept.write_bytes(kept.read_bytes()[:100])
    assert run() == first
