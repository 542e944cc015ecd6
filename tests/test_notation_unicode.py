"""Formulas in two dimensions: as they look, and broken to the width of a terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_notation import (
    ONE,
    SQUARE,
    TWO,
    A,
    B,
    C,
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

from autodiff_cli.notation.box import cells
from autodiff_cli.notation.plain import plain
from autodiff_cli.notation.tree import Tree
from autodiff_cli.notation.unicode import unicode

# A formula in two dimensions, its first line just below the quotes.
PICTURES: list[tuple[Tree, str]] = [
    (add(times(d(3), SQUARE), minus(times(d(4), X)), d(5)), "3x² − 4x + 5"),
    (over(add(ONE, minus(SQUARE)), to(add(ONE, SQUARE), TWO)), """
  1 − x²
───────────
 (1 + x²)²"""),
    (minus(over(ONE, times(TWO, call("sqrt", X)))), """
    1
− ─────
   2√x"""),
    (times(X, call("exp", minus(over(SQUARE, TWO)))), """
   −x²/2
x·e"""),
    (to(add(ONE, over(X, Y)), TWO), """
⎛     x ⎞²
⎜1 + ───⎟
⎝     y ⎠"""),
    (call("sqrt", add(SQUARE, ONE)), """
 ______
√x² + 1"""),
    (call("cbrt", over(X, Y)), """
 ┌─────
 │  x
 │ ───
∛│  y"""),
    (cases(compare(X, ">", d(0)), times(TWO, X), minus(ONE)), """
⎧ 2x   if x > 0
⎨
⎩ −1   otherwise"""),
    (cases(compare(X, "<=", d(0)), X, compare(X, "<", ONE), SQUARE, over(ONE, X)), """
⎧ x     if x ≤ 0
⎪ x²    if x < 1
⎨  1
⎪ ───   otherwise
⎩  x"""),
    (times(call("abs", over(X, Y)), call("floor", X)), """
│ x │
│───│·⌊x⌋
│ y │"""),
    (to(add(to(X, Y), ONE), d("0.5")), """
        0.5
⎛ y    ⎞
⎝x  + 1⎠"""),
    (add(times(n("w[1]"), n("alpha_2")), over(n("x_max"), n("速度"))), """
         x_max
w₁·α₂ + ───────
         速度"""),
    (add(call("polygamma", TWO, X), call("logb", X, B), to(call("sin", X), n("n"))), """
 (2)
ψ   (x) + log (x) + sinⁿ(x)
             b"""),
    (times(n("speed"), d("1e-12")), "speed·10⁻¹²"),
    (Tree("and", (Tree("not", (compare(A, "!=", B),)), compare(B, ">=", C))), "¬(a ≠ b) ∧ b ≥ c"),
]  # fmt: skip


@pytest.mark.parametrize("tree, picture", PICTURES)
def test_pictures(tree: Tree, picture: str) -> None:
    assert unicode(tree) == picture.removeprefix("\n")


def test_long_sums_are_broken_before_signs() -> None:
    long = add(*[times(d(i), to(X, d(i))) if i % 2 else minus(over(X, d(i))) for i in range(2, 9)])
    assert unicode(long, 30, before="f′ = ") == LONG_SUM.removeprefix("\n")


LONG_SUM = """
        x           x
f′ = − ─── + 3x³ − ─── + 5x⁵
        2           4

        x           x
     − ─── + 7x⁷ − ───
        6           8"""


def test_long_products_are_broken_before_dots_and_the_rest_on_one_line() -> None:
    product = times(*[add(X, d(i)) for i in range(1, 8)])
    assert unicode(product, 30).split("\n") == [
        "(x + 1)·(x + 2)·(x + 3)",
        "    ·(x + 4)·(x + 5)·(x + 6)",
        "    ·(x + 7)",
    ]
    below = times(A, over(ONE, add(to(n("alpha"), TWO), *[n(f"x{i}") for i in range(8)])))
    assert unicode(below, 24).split("\n") == ["a·(1/(α² + x₀ + x₁ + x₂", "    + x₃ + x₄ + x₅ + x₆", "    + x₇))"]


def test_equations_are_broken_on_their_right() -> None:
    equation = Tree("relation", (n("dL/dx"), add(*[to(X, d(i)) for i in range(2, 9)])), "=")
    assert unicode(equation, 30).split("\n") == ["dL/dx = x² + x³ + x⁴ + x⁵ + x⁶", "    + x⁷ + x⁸"]
    defined = Tree("relation", (n("f"), cases(compare(X, ">", ONE), X, ONE)), "=")
    assert unicode(defined) == "    ⎧ x   if x > 1\nf = ⎨\n    ⎩ 1   otherwise"
    assert unicode(compare(A, "<=", compare(B, "<", C))) == "a ≤ (b < c)"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(trees, st.integers(24, 80))
def test_lines_are_no_wider_than_asked(tree: Tree, width: int) -> None:
    lines = unicode(tree, width, before="f′ = ").split("\n")
    names = re.findall(r"\w+", plain(tree))  # a name or number is not broken
    assert max(map(cells, lines)) <= max(width, 5 + width // 4 + max(map(cells, names)))
    assert not any(line.endswith(" ") for line in lines)
    assert sum("f′ = " in line for line in lines) == 1
