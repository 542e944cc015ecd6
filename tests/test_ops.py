"""What adiff ops prints: every spelling is found, every example runs, every derivative is one that a user can type."""

from __future__ import annotations

import json
import math
import random
import re
import shlex
from typing import Any

import pytest

from autodiff_cli import AdiffError, grad, parse
from autodiff_cli.cli.ops import named
from autodiff_cli.graph.adjoint import adjoint
from autodiff_cli.graph.engine import forward
from autodiff_cli.graph.formula import Formula
from autodiff_cli.graph.value import Value
from autodiff_cli.language.vectors import REDUCTIONS
from autodiff_cli.notation.arrange import arranged
from autodiff_cli.notation.plain import plain
from autodiff_cli.notation.pretty import expressions
from autodiff_cli.notation.text import text
from autodiff_cli.ops import CONSTANTS, TABLE, Operation
from autodiff_cli.views.operations import derivatives, everything, parameters, spelling
from autodiff_cli.views.reference import entries

HIDDEN = [name for name, row in TABLE.items() if row.hidden]
# Operands of rows whose domain is not between 0 and 1, and of those with an order.
ABOVE_ONE = dict.fromkeys(("acosh", "asec", "acsc", "acoth", "sqrtx2m1", "cothacosh", "logb"), (1.7, 2.4))
POINTS: dict[str, tuple[float, ...]] = {
    **ABOVE_ONE, "polygamma": (2.0, 1.7), "mod": (7.5, 2.0), "powlog": (1.0, 1.0, 1.3, 2.5), "sincn": (1.0, 0.7),
    "clamp": (0.4, 0.1, 0.9), "select": (1.0, 0.4, 0.7), "defined": (0.3, 0.4), "unless": (0.0, 0.4),
}  # fmt: skip
# The operands that stay numbers: orders, which have no derivative.
FIXED = {"polygamma": 1, "powlog": 2, "sincn": 1}
ROWS = [row for row in TABLE.values() if row.result == "real"]


def point(row: Operation, count: int) -> tuple[float, ...]:
    return POINTS.get(row.name, (0.37, 0.61, 0.23))[:count]


class Alone:
    """A row on fresh inputs, the names of the inputs and where they are."""

    def __init__(self, row: Operation) -> None:
        count = 3 if row.variadic else row.arity
        xs = point(row, count)
        fixed = FIXED.get(row.name, 0)
        self.leaves = [Value(label=f"x{k}") for k in range(fixed, count)]
        self.at = {leaf.label: x for leaf, x in zip(self.leaves, xs[fixed:], strict=True)}
        operands: list[Value] = [*(Value(x, constant=True) for x in xs[:fixed]), *self.leaves]
        if row.kinds[0] == "truth":
            operands[0] = Value.of(TABLE["gt"], (operands[0], Value(0.5, constant=True)))
        self.root = Value.of(row, tuple(operands))

    def number(self, value: Value) -> float:
        formula = Formula({"d": value}, {leaf.label: leaf for leaf in self.leaves})
        return forward(formula, self.at)[formula.output_nodes["d"]]

    def read(self, written: str) -> float:
        formula = parse(written, bound=self.at)
        return grad(formula, {name: x for name, x in self.at.items() if name in formula.inputs}).value


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_printed_reads_back(row: Operation) -> None:
    """A row, its derivatives and theirs, as notes, explain and diff write them, are typable and have their values."""
    alone = Alone(row)
    values = {"": alone.root}
    for leaf, slope in adjoint(alone.root, alone.leaves).items():
        values[leaf.label] = slope
        values |= {f"{leaf.label} {x.label}": each for x, each in adjoint(slope, alone.leaves).items()}
    made = expressions([alone.root, *values.values()])
    for by, value in values.items():
        number = alone.number(value)
        for written in (text(value, depth=60, limit=10_000), plain(arranged(made[value]))):
            assert not any(f"{name}(" in written for name in HIDDEN), written
            assert alone.read(written) == pytest.approx(number, rel=1e-9, abs=1e-12), f"{row.name} by {by}: {written}"


@pytest.mark.parametrize(
    "row", [row for row in everything() if row.name not in ("min", "max")], ids=lambda row: row.name
)
def test_the_derivatives_listed(row: Operation) -> None:
    """What ops prints has the number of the rule."""
    if row.name == "logsumexp":
        assert derivatives(row) == {"each": "exp(x - logsumexp(x, y, ...))"}
        return
    names = parameters(row)
    rng = random.Random(row.name)
    for _ in range(3):
        xs = POINTS.get(row.name, tuple(rng.uniform(0.2, 0.8) for _ in names))
        at = dict(zip(names, xs, strict=False))
        whole = spelling(row)
        if "truth" in row.kinds:  # a truth is no input: it is made of one
            whole = re.sub(r"\b([pq])\b", r"(\1 > 0.5)", whole)
        found = grad(whole, at)
        for name, written in derivatives(row).items():
            if written == "undefined":
                assert math.isnan(found.grad[name])
                continue
            formula = parse(re.sub(r"if\(p,", "if(p > 0.5,", written), bound=at)
            ours = grad(formula, {each: x for each, x in at.items() if each in formula.inputs}).value
            assert ours == pytest.approx(found.grad[name], rel=1e-12), written


def test_the_clamp_at_its_ends() -> None:
    stated = derivatives(TABLE["clamp"])
    for x in (-1.0, 0.0, 0.5, 1.0, 2.0):
        at = {"x": x, "lo": 0.0, "hi": 1.0}
        found = grad("clamp(x, lo, hi)", at)
        for name, written in stated.items():
            formula = parse(written)
            assert grad(formula, {each: at[each] for each in formula.inputs}).value == found.grad[name]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["written"])
def test_the_example_runs_as_printed(entry: dict[str, Any], adiff: Any) -> None:
    words = shlex.split(entry["command"])
    assert words[0] == "adiff"
    done = adiff(*words[1:], "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["grad"], "it shows a derivative"
    if entry["name"] not in ("if", "sum", "prod", "f'", "diff", "len", "nan"):
        assert entry["name"] in entry["command"] or entry["family"] in ("arithmetic", "logic", "elementary")


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["written"])
def test_every_spelling_listed_is_found(entry: dict[str, Any], adiff: Any) -> None:
    for spelled in (entry["written"], entry["name"], *entry.get("also", ())):
        found = json.loads(adiff("ops", spelled, "--json").out)["operations"]
        assert entry["name"] in [each["name"] for each in found], spelled
        assert adiff("ops", spelled).out.startswith(found[0]["written"])


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("x^2", ["pow"]), ("x**y", ["pow"]), ("**", ["pow"]), ("3x", ["mul"]), ("a*b", ["mul"]), ("log(x,5)", ["logb"]),
        ("log", ["log", "logb"]), ("ln(y)", ["log"]), ("sin(2)", ["sin"]), ("-", ["sub", "neg"]), ("≤", ["le"]),
        ("max(a, b, c)", ["max"]), ("e^x", ["pow"]), (" tanh ", ["tanh"]), ("if(x > 0, 1, 2)", ["select"]), ("not", ["not_"]),
        ("logsumexp", ["logsumexp"]),
    ],
)  # fmt: skip
def test_other_spellings(asked: str, names: list[str]) -> None:
    assert [row.name for row in named(asked)] == names


@pytest.mark.parametrize("name", [*HIDDEN, "sine", "x + y*z", "f(x", "@@"])
def test_what_is_no_operation(name: str) -> None:
    with pytest.raises(AdiffError, match="there is no operation"):
        named(name)


@pytest.mark.parametrize("width", [80, 140])
def test_the_list(width: int, adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = adiff("ops").out
    lines = out.splitlines()
    assert max(map(len, lines)) <= width
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings[:2] == ["Arithmetic", "Exponentials and logarithms"]
    assert {"Trigonometric", "Functions of whole vectors", "Constants"} < set(headings)
    for entry in entries():
        assert any(line.startswith(f"  {entry['written']}") for line in lines), entry["written"]
    assert all(re.search(rf"^  {name} ", out, flags=re.MULTILINE) for name in CONSTANTS)
    assert len(entries()) == len(everything()) + len(REDUCTIONS) + len(CONSTANTS) + 4


def test_the_logarithm_is_told_once(adiff: Any) -> None:
    out = adiff("ops", "ln").out
    assert out.count("ln") == 1
    assert "log(x, b)" in out


def test_notes_and_explain_use_no_hidden_names(adiff: Any) -> None:
    for words in (
        ("grad", "f(x) = x^1.1; f''(x)", "x=0"), ("grad", "f(x) = acosh(x); f''(x)", "x=0.5"),
        ("grad", "f(x, y) = hypot(x, y); diff(f(x, y), x, 2)", "x=0", "y=0"), ("explain", "f(x) = acosh(x); f'(x)", "x=2"),
        ("explain", "f(x) = x^n; f''(x)", "x=2", "n=2.5"), ("explain", "s(v) = exp(v - logsumexp(v)); p = s(z); p[1]", "z=1,2,3"),
        ("draw", "f(x) = asin(x); f'(x)", "x=0.5", "-o", "-"), ("explain", "f(x) = erf(x)*sinc(x); f''(x)", "x=0.5"),
    ):  # fmt: skip
        done = adiff(*words)
        assert not any(re.search(rf"\b{name}\(|>{name}<", done.out + done.err) for name in HIDDEN), words


def test_a_box_says_what_a_hidden_operation_is(adiff: Any) -> None:
    assert "√(1-x²)" in adiff("draw", "f(x) = asin(x); f'(x)", "x=0.5", "-o", "-").out
