"""Right where doubles leave their range on the way: values, slopes and curvatures of the real function, rounded."""

from __future__ import annotations

import json
import math
import pickle
import random
from pathlib import Path
from typing import Any

import mpmath
import pytest
from conftest import Adiff
from range_judge import Judge, allowed, cases, wrong

from autodiff_cli import AdiffError, Value, grad, hessian, hvp, parse
from autodiff_cli.analysis.gradient import gradient
from autodiff_cli.analysis.second import name_of_second
from autodiff_cli.notation.numbers import Far, number, plus, times

PLANCK = "const h = 6.62607015e-34; const c = 299792458; const k = 1.380649e-23; 2*h*nu^3/c^2/(exp(h*nu/(k*T)) - 1)"
EINSTEIN = "const R = 8.314462618; 3*R*(theta/T)^2*exp(theta/T)/(exp(theta/T) - 1)^2"
FERMI = "1/(exp((E-mu)/(k*T))+1)"
SOFTMAX = "exp(x)/(exp(x)+exp(y)+exp(z))"
# Formulas and points of physics, statistics and habit; the judge knows no derivative rule.
POINTS: list[tuple[str, dict[str, float]]] = [
    ("x/(exp(x)-1)", {"x": 400}), ("x/(exp(x)-1)", {"x": 720}), ("x/expm1(x)", {"x": 400}), ("x^3/(exp(x)-1)", {"x": 500}),
    ("x/sinh(x)", {"x": 400}), ("exp(-x)/(1+exp(-x))^2", {"x": -250}), ("sqrt(cosh(x)^-2)", {"x": 250}),
    ("1/(1+exp(-x))", {"x": -372}), ("1/(1+exp(-x))", {"x": -400}), ("1/(exp(x)-1)", {"x": 400}), ("1/cosh(x)", {"x": 400}),
    ("1/cosh(x)^2", {"x": -250}), ("atan(exp(x))", {"x": 400}), ("1/(1+x^100)", {"x": 100}), ("1/gamma(x)", {"x": 150}),
    ("log(sigmoid(x))", {"x": -720}), ("log(normcdf(x))", {"x": -38}), ("log(erfc(x))", {"x": 26.6}), ("log(normpdf(x))", {"x": 38}),
    ("log(normpdf(x))", {"x": 2000}), ("log(exp(x))", {"x": -740}), ("log(1+exp(x))", {"x": 1000}), ("log(1+exp(x))", {"x": -400}),
    ("log(1+exp(b*x))/b", {"b": 800, "x": 1}), ("log(1+exp(b))-b", {"b": 800}), ("exp(x)*1e300", {"x": -740}),
    ("normcdf(x)*1e300", {"x": -38.4}), ("x^2*1e300", {"x": 1e-160}), ("((x*1e200)*1e200)*1e-300*1e-100", {"x": 1e-200}),
    ("x*y/(x+y)", {"x": 1e-200, "y": 1e-200}), ("1/(1/x+1/y)", {"x": 1e-200, "y": 1.5}), ("sqrt(x*x)", {"x": 1e-170}),
    ("x/sqrt(x^2+y^2)", {"x": 1e-160, "y": 1e-160}), ("sqrt(x^2+y^2)/x", {"x": 1e-170, "y": 1e-170}),
    ("sqrt(x^2+y^2+z^2)", {"x": 1e200, "y": 2e200, "z": 3e200}), ("1/(x*y)", {"x": 1.5, "y": 1e120}),
    ("(1/x)*(1/y)", {"x": 1e-200, "y": 1e200}), ("sqrt(x/y)", {"x": 1e-120, "y": 1e120}), ("((cosh(y))^(-2))^0.5", {"y": -211.7}),
    ("logaddexp(log2(x^4), y)", {"x": 8.37e-38, "y": 5.93e-38}), ("exp(exp(7)) + x", {"x": 3}), ("exp(1000) + x^2", {"x": 3}),
    (PLANCK, {"nu": 2.5e15, "T": 300}), (EINSTEIN, {"theta": 1320, "T": 5}), (SOFTMAX, {"x": 1, "y": 800, "z": 2}),
    (FERMI, {"E": 1.6e-18, "mu": 1e-25, "k": 1.380649e-23, "T": 290}), ("log(x*y*z)", {"x": 1e-100, "y": 1e-150, "z": 1e-200}),
    ("exp(gamma(x)/1e300)*exp(-y)", {"x": 168, "y": 700}), ("gamma(x)/gamma(x-1.5)", {"x": 200}), ("(x^200)^(1/200)", {"x": 1e5}),
    ("log((1+exp(-z))^-1)", {"z": -800}), ("exp(x)*(1+exp(x))^-1", {"x": 800}), ("tanh(x)-1", {"x": 400}), ("1-erf(x)", {"x": 12}),
    ("exp(-x^2/2)/sqrt(2*pi)/normcdf(-x)", {"x": 39}), ("sinh(x)/cosh(x)", {"x": 800}), ("log(cosh(x))", {"x": 1000}),
]  # fmt: skip
IDS = [f"{text[-40:]} at {' '.join(map(str, point.values()))}" for text, point in POINTS]


@pytest.mark.parametrize(("text", "point"), POINTS, ids=IDS)
def test_first_and_second_order(text: str, point: dict[str, float]) -> None:
    formula = parse(text)
    at = {name: float(x) for name, x in point.items()}
    value, slopes, curved = Judge(formula, at).truth()
    answer = gradient(formula, at)
    assert not wrong(answer.value, value, allowed(answer.notes, answer.output)), (answer.value, value)
    for name, slope in answer.grad.items():
        assert not wrong(slope, slopes[name], allowed(answer.notes, f"dL/d{name}")), (name, slope, slopes[name])
    second = hessian(formula, at)
    for (a, b), true in curved.items():
        slack = max(allowed(second.notes, name_of_second("L", *pair)) for pair in ((a, b), (b, a)))
        assert not wrong(second.hessian[a][b], true, slack), (a, b, second.hessian[a][b], true)


@pytest.mark.parametrize(("text", "point", "value"), [
    ("f(x)=log(normcdf(x)); f''(x)", {"x": -27}, -0.998639420691),
    ("diff(log(erfc(x)),x,2)", {"x": 20}, -1.99751856),
    ("f(x)=log(exp(-x^2)); f''(x)", {"x": 20}, -2),
    ("f(q)=log(prod(i,1,160,q)); f''(q)", {"q": 0.1}, -16000),
    ("f(x)=log(normcdf(x)); diff(f(x),x,3)", {"x": -30}, 7.30999302e-5),
    ("f(x)=log(1+exp(x)); f''(x)", {"x": 400}, 1.91516959671e-174),
    ("f(x)=1/(1+exp(x)); f''(x)", {"x": 400}, 1.91516959671e-174),
    ("prod(v)", {"v": [1e-200, 1e-200, 1e200, 1e200]}, 1),
    ("x^10^10^4", {"x": 1}, 1),
    ("x^9^9^9", {"x": 0.5}, 0),
    ("x^y^z", {"x": 0.5, "y": 9, "z": 387420489}, 0),
    ("x^y^z", {"x": 1, "y": 1e10, "z": 1e10}, 1),
    ("x^exp(exp(30))", {"x": 1}, 1),
])  # fmt: skip
def test_values(text: str, point: dict[str, float], value: float) -> None:
    assert grad(text, point).value == pytest.approx(value, rel=1e-8)


def test_fuzzed() -> None:
    """Formulas with exponents to ±700 and inputs to 1e±300: no number outside the contract."""
    assert fuzzed(seed=20, many=60) > 20


@pytest.mark.full
@pytest.mark.parametrize("seed", range(4))
def test_fuzzed_for_long(seed: int) -> None:
    assert fuzzed(seed, many=300) > 100


def loaded(result: Any) -> Any:
    """The object that a command wrote."""
    return json.loads(result.out)


def fuzzed(seed: int, many: int) -> int:
    """Compare so many formulas; how many had numbers to compare."""
    compared = 0
    for text, point in cases(random.Random(seed), many):
        formula = parse(text)
        at = {name: point[name] for name in formula.inputs}
        try:
            answer = gradient(formula, at)
            second = hessian(formula, at) if formula.inputs else None
        except AdiffError:
            continue
        bent = {"kink", "jump", "indeterminate"}
        if second is None or math.isnan(answer.value) or bent & {note.kind for note in second.notes}:
            continue
        try:
            value, slopes, curved = Judge(formula, at).truth()
        except (ValueError, OverflowError, MemoryError):
            continue
        compared += 1
        assert not wrong(answer.value, value, allowed(answer.notes, answer.output)), (text, at, answer.value, value)
        for name, slope in answer.grad.items():
            slack = allowed(answer.notes, f"d{answer.output}/d{name}")
            assert not wrong(slope, slopes[name], slack), (text, at, name, slope, mpmath.nstr(slopes[name], 17))
        for (a, b), true in curved.items():
            slack = max(allowed(second.notes, name_of_second(answer.output, *pair)) for pair in ((a, b), (b, a)))
            ours = second.hessian[a][b]
            assert not wrong(ours, true, slack), (text, at, a, b, ours, mpmath.nstr(true, 17))
    return compared


def test_what_is_beyond_doubles_is_told(adiff: Adiff) -> None:
    large = loaded(adiff("grad", "exp(x)", "x=1000", "--json"))
    assert (large["value"], large["grad"]) == ("Infinity", {"x": "Infinity"})
    (note,) = large["notes"]
    assert note["kind"] == "overflow"
    assert note["message"].startswith(
        "exp(x) at x = 1000 is 1.97e434, beyond 1.8e308; dL/dx is 1.97e434, beyond 1.8e308"
    )
    small = loaded(adiff("grad", "exp(-x)", "x=1000", "--json"))
    assert small["value"] == 0
    assert "5.08e-435" in small["notes"][0]["message"]


def test_an_overflow_is_not_called_infinite(adiff: Adiff) -> None:
    for args in (("grad", "1/x", "x=1e-155"), ("hessian", "sqrt(x)", "x=1e-210"), ("grad", "exp(x)", "x=1000")):
        notes = loaded(adiff(*args, "--json"))["notes"]
        assert notes
        assert not any("infinit" in note["message"] or note["kind"] == "infinity" for note in notes)


def test_what_is_truly_infinite_stays(adiff: Adiff) -> None:
    pole = loaded(adiff("grad", "1/x + exp(y)", "x=0", "y=800", "--json"))
    assert (pole["value"], pole["grad"]["x"]) == ("Infinity", "-Infinity")
    root = loaded(adiff("grad", "sqrt(x)*exp(-y)", "x=0", "y=800", "--json"))
    assert root["grad"]["x"] == "Infinity"
    assert adiff("grad", "log(x)*exp(y)", "x=-1", "y=800", "--json").code == 1


def test_doubles_that_do_well_are_not_spoken_of(adiff: Adiff) -> None:
    assert loaded(adiff("grad", "x + 1/(1+exp(-x))", "x=800", "--json"))["notes"] == []
    assert loaded(adiff("grad", "x^2", "x=0", "--json"))["notes"] == []


def test_every_scalar_command(adiff: Adiff) -> None:
    bose = "x/(exp(x)-1)"
    slope = -7.641526690888882e-172
    nudged = loaded(adiff("nudge", bose, "x=400", "--step", "1e170", "--json"))
    assert nudged["inputs"]["x"]["grad"] == slope
    checked = loaded(adiff("check", bose, "x=400", "--json"))
    assert (checked["verdict"], checked["inputs"]["x"]["gradient"]) == ("right", slope)
    explained = loaded(adiff("explain", bose, "x=400", "--json"))
    assert sum(step["contribution"] for step in explained["steps"] if step["operand"] == "x") == pytest.approx(
        slope, rel=1e-14
    )
    assert loaded(adiff("diff", bose, "x=400", "--json"))["values"]["x"] == slope
    assert loaded(adiff("grad", bose, "x=400", "--trust", "--json"))["trust"]["grad"]["x"] == 16.0
    drawn = loaded(adiff("draw", bose, "x=400", "--json"))
    assert slope in [item["grad"] for item in drawn["boxes"] if item.get("label") == "x"]
    plotted = adiff("plot", bose, "x=399:401", "--points", "3", "--derivative", "--csv").out.splitlines()
    assert float(plotted[2].split(",")[-1]) == pytest.approx(slope, rel=1e-12)


def test_hessian_times_vector() -> None:
    assert hvp("1/(x*y)", [1, 0], x=1.5, y=1e120).product["y"] == pytest.approx(4.44444444444e-241)


def test_a_walk_from_where_doubles_overflow(adiff: Adiff) -> None:
    walked = loaded(adiff("nudge", "log(1+exp(x))", "x=720", "--steps", "5", "--step", "-5", "--json"))
    assert [row["value"] for row in walked["trajectory"]] == [720, 715, 710, 705, 700, 695]


def test_graphs_built_by_hand() -> None:
    x = Value(1000.0, label="x")
    loss = (1 + x.exp()).log()
    loss.backward()
    assert (loss.data, x.grad) == (1000.0, 1.0)
    x = Value(400.0, label="x")
    loss = x / (x.exp() - 1)
    loss.backward()
    assert x.grad == pytest.approx(-7.641526690888882e-172, rel=1e-14)


def test_draw_shows_true_magnitudes_and_where_an_infinity_starts(adiff: Adiff) -> None:
    svg = adiff("draw", "log(1+exp(x))", "x=1000", "--format", "svg").out
    assert ">1.9701e434<" in svg
    assert "op broken" not in svg
    assert 'class="node op broken"' in adiff("draw", "x/y", "x=1", "y=0", "--format", "svg").out


def test_numbers_beyond_doubles() -> None:
    large, small = Far(math.inf, 1.97, 434), Far(0.0, -5.0, -400)
    assert (number(large), number(small), float(large)) == ("1.97e434", "-5e-400", math.inf)
    assert number(times(large, small)) == "-9.85e34"
    assert number(plus(large, Far(math.inf, 3.0, 433))) == "2.27e434"
    assert number(Far(math.inf, 1.0, 4e20)) == "10^4e+20"
    again = pickle.loads(pickle.dumps(large))
    assert (again.mantissa, again.exponent) == (1.97, 434)


def test_json_of_numbers_beyond_doubles(adiff: Adiff) -> None:
    assert json.loads(adiff("explain", "log(1+exp(x))", "x=1000", "--json").out)["notes"]


PAGE = Path(__file__).parents[1] / "docs" / "pages" / "numbers.md"
ROWS = [
    [cell.strip().strip("`") for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8")
    .partition("<!-- table of tools -->")[2]
    .partition("\n\n")[0]
    .splitlines()[3:]
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:3]))
def test_the_table_of_tools_has_our_numbers(row: list[str]) -> None:
    text, x, asked, ours = row[:4]
    answer = hessian(text, x=float(x))
    found = {"value": answer.value, "slope": answer.grad["x"], "curvature": answer.hessian["x"]["x"]}
    assert number(found[asked]) == ours


def test_the_table_of_tools_is_read() -> None:
    assert len(ROWS) > 10
