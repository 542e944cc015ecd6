"""Formulas as others show them: LaTeX through mathtext and latex2mathml, MathML as XML and in a browser."""

from __future__ import annotations

import json
import logging
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from latex2mathml.converter import convert
from matplotlib.mathtext import MathTextParser
from test_notation import (
    CALLS,
    FORMS,
    NAMED,
    ONE,
    A,
    X,
    Y,
    add,
    call,
    cases,
    compare,
    d,
    minus,
    n,
    over,
    times,
    to,
    trees,
)  # fmt: skip
from test_notation_unicode import PICTURES

from autodiff_cli.notation.latex import latex
from autodiff_cli.notation.mathml import mathml
from autodiff_cli.notation.tree import Tree

MATHML = "{http://www.w3.org/1998/Math/MathML}"
# What stands in a fraction, a power, a root is one element each.
PARTS = {"mfrac": 2, "msup": 2, "msub": 2, "mroot": 2, "msqrt": 1}
SAMPLES = [tree for tree, *_ in FORMS] + [tree for tree, _ in PICTURES] + [n(name) for name in NAMED]


def of_every_function() -> Iterator[Tree]:
    """Each function alone, raised, in an exponent, over itself."""
    for name, row in sorted(CALLS.items()):
        each = call(name, *[X, Y, A][: row.arity])
        yield from (each, to(each, d(2)), to(d(2), each), over(each, each), to(each, over(ONE, each)))


@pytest.mark.parametrize("tree", [*SAMPLES, *of_every_function()], ids=lambda tree: latex(tree)[:60])
def test_every_formula_is_understood(tree: Tree, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        MathTextParser("path").parse(f"${latex(tree, dialect='mathtext')}$")
    assert not caplog.records or "速" in latex(tree), "a sign that the font does not have"
    assert "merror" not in convert(latex(tree))
    well_formed(mathml(tree))


def well_formed(text: str) -> None:
    root = ET.fromstring(text)
    assert root.tag == f"{MATHML}math"
    for element in root.iter():
        name = element.tag.removeprefix(MATHML)
        assert len(element) == PARTS.get(name, len(element)), text
        if name in ("mi", "mn", "mo", "mtext"):
            assert element.text
            assert not len(element)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(trees)
def test_any_formula_is_understood(tree: Tree) -> None:
    well_formed(mathml(tree))
    MathTextParser("path").parse(f"${latex(tree, dialect='mathtext')}$")
    text = latex(tree)
    assert text.count(r"\left") == text.count(r"\right")
    plain = re.sub(r"\\.", "", text)
    assert plain.count("{") == plain.count("}")


def test_cases_in_mathtext() -> None:
    """It has no cases: the lines stand in a column behind a brace."""
    tree = cases(compare(X, ">", d(0)), times(d(2), call("sin", X)), minus(ONE))
    assert latex(tree, dialect="mathtext") == (
        r"\left\{\substack{2\,\sin\left(x\right)\ \mathrm{if}\ x > 0 \\ \mathrm{-}1\ \mathrm{otherwise}}\right."
    )
    assert latex(n("x_1'"), dialect="mathtext") == r"\mathrm{x'}_{1}"


def test_signs_in_mathml() -> None:
    assert mathml(minus(times(d(2), X)), "inline") == (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow><mo form="prefix">−</mo>'
        "<mrow><mn>2</mn><mo>&#x2062;</mo><mi>x</mi></mrow></mrow></math>"
    )
    assert "<msup><mi>sin</mi><mn>2</mn></msup><mo>&#x2061;</mo>" in mathml(to(call("sin", X), d(2)))
    assert '<mi mathvariant="normal">Γ</mi><mo>&#x2061;</mo>' in mathml(call("gamma", X))
    assert "<mroot><mi>x</mi><mn>3</mn></mroot>" in mathml(call("cbrt", X))
    assert "<mi>x</mi><mo>&lt;</mo><mi>y</mi>" in mathml(compare(X, "<", Y))
    assert "<mi>a&lt;b &amp; c</mi>" in mathml(n("a<b & c"))
    assert mathml(cases(compare(X, ">", ONE), X, Y)).count("<mtr>") == 2


PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>body {{ font-size: 20px }} math {{ margin: 8px }}</style>
{}<pre id="sizes"></pre><script>
addEventListener("load", () => {{
  const box = element => {{ const r = element.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; }};
  document.getElementById("sizes").textContent = JSON.stringify([...document.querySelectorAll("math")].map(math =>
    [...math.querySelectorAll("*"), math].map(element => [element.localName, element.textContent, ...box(element)])));
}});
</script>"""

SHOWN = [
    over(add(ONE, minus(X)), to(add(ONE, Y), d(2))),
    call("sqrt", over(X, Y)),
    call("cbrt", over(X, Y)),
    to(X, to(X, X)),
    to(add(ONE, over(X, Y)), d(2)),
    cases(compare(X, ">", d(0)), over(X, Y), compare(X, "<", minus(ONE)), Y, minus(ONE)),
    call("abs", over(X, over(ONE, Y))),
    times(d(2), n("alpha_1"), n("w[12]"), call("sin", X)),
    call("exp", minus(over(to(X, d(2)), d(2)))),
    times(d("1e-12"), call("polygamma", d(2), X)),
    call("log", X, Y),
    times(to(call("tanh", X), d(2)), call("floor", Y), n("speed")),
]


def smallest(elements: list[list[Any]]) -> float:
    """The height of the smallest letter or digit of a formula."""
    return min(float(height) for name, *_, height in elements if name in ("mi", "mn"))


@pytest.mark.full
def test_a_browser_lays_it_out(tmp_path: Path) -> None:
    """Numerators above denominators, exponents above their bases and smaller."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "a browser is needed: apt-get install chromium"
    page = tmp_path / "page.html"
    page.write_text(PAGE.format("".join(map(mathml, SHOWN))), encoding="utf-8")
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/user", "--virtual-time-budget=5000",
         "--dump-dom", page.as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    found = re.search(r'<pre id="sizes">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stdout[:500]
    formulas = json.loads(unescape(found[1]))
    assert len(formulas) == len(SHOWN)
    for tree, elements in zip(SHOWN, formulas, strict=True):
        for name, text, *_, width, height in elements:
            if name != "mspace" and text not in ("\u2061", "\u2062"):
                assert min(width, height) > 0, (latex(tree), name, text)
        for fraction in [each for each in elements if each[0] == "mfrac"]:
            assert fraction[5] > 1.5 * smallest(elements), "two lines tall"
    base, exponent, above = (each for each in formulas[3] if each[0] == "mi")
    assert base[3] + base[5] > exponent[3] + exponent[5] > above[3] + above[5], "each is raised"
    assert base[4] > exponent[4] >= above[4], "and smaller"
