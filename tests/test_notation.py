"""Formulas on paper: plain text is read back to the same function, and every notation writes the books' forms."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff_cli import AdiffError, parse
from autodiff_cli.graph.engine import forward
from autodiff_cli.notation.box import cells
from autodiff_cli.notation.latex import latex
from autodiff_cli.notation.mathml import mathml
from autodiff_cli.notation.names import Name, parted
from autodiff_cli.notation.plain import plain
from autodiff_cli.notation.tree import Tree
from autodiff_cli.notation.unicode import unicode
from autodiff_cli.ops import FUNCTIONS, TABLE

RELATIONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
NAMES = ["x", "y", "alpha", "x_1", "x1", "gamma", "w[1]", "w[2]", "μ", "speed", "e_1", "速度"]
CALLS = {name: row for name, row in FUNCTIONS.items() if name not in ("pow", "if", "ln")} | {"logb": TABLE["logb"]}
PRINTERS: list[Callable[..., str]] = [plain, latex, mathml, unicode]


def n(text: str) -> Tree:
    return Tree("name", text=text)


def d(text: str | int) -> Tree:
    return Tree("number", text=str(text))


def add(*parts: Tree) -> Tree:
    return Tree("sum", parts)


def minus(x: Tree) -> Tree:
    return Tree("negative", (x,))


def times(*parts: Tree) -> Tree:
    return Tree("product", parts)


def over(x: Tree, y: Tree) -> Tree:
    return Tree("quotient", (x, y))


def to(x: Tree, y: Tree) -> Tree:
    return Tree("power", (x, y))


def call(name: str, *parts: Tree) -> Tree:
    return Tree("call", parts, name)


def compare(x: Tree, sign: str, y: Tree) -> Tree:
    return Tree("relation", (x, y), sign)


def cases(*parts: Tree) -> Tree:
    return Tree("piecewise", parts)


def value(tree: Tree, at: dict[str, float]) -> float:
    """What a tree means, by the table. Recursive: for small trees."""
    if tree.kind == "number":
        return float(tree.text)
    if tree.kind == "name":
        return at[tree.text]
    xs = [value(part, at) for part in tree.parts]

    def fold(name: str) -> float:
        return float(reduce(TABLE[name].fn, xs))

    if tree.kind == "sum":
        found = xs[0]
        for part, x in zip(tree.parts[1:], xs[1:], strict=True):
            # a + -b is written a - b, which is the same number
            found = TABLE["sub"].fn(found, -x) if part.kind == "negative" else TABLE["add"].fn(found, x)
        return found
    if tree.kind == "piecewise":
        found = xs[-1]
        for i in range(len(xs) - 3, -1, -2):
            found = TABLE["select"].fn(xs[i], xs[i + 1], found)
        return found
    if tree.kind == "call":
        row = CALLS[tree.text] if not (tree.text == "log" and len(xs) == 2) else TABLE["logb"]
        return row.fn(*xs)
    if tree.kind == "relation":
        return fold(RELATIONS[tree.text])
    names = {
        "negative": "neg",
        "product": "mul",
        "quotient": "div",
        "power": "pow",
        "and": "and_",
        "or": "or_",
        "not": "not_",
    }
    return (
        float(TABLE["not_"].fn(*xs))
        if tree.kind == "not"
        else TABLE["neg"].fn(*xs)
        if tree.kind == "negative"
        else fold(names[tree.kind])
    )


def called(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    def of(name: str) -> st.SearchStrategy[Tree]:
        row = CALLS[name]
        count = st.integers(2, 4) if row.variadic else st.just(row.arity)
        return count.flatmap(lambda k: st.tuples(*[inner] * k)).map(lambda parts: Tree("call", parts, name))

    return st.sampled_from(sorted(CALLS)).flatmap(of)


def reals(inner: st.SearchStrategy[Tree], truths: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    some = st.lists(inner, min_size=2, max_size=4).map(tuple)
    pairs = st.lists(st.tuples(truths, inner), min_size=1, max_size=2)
    return st.one_of(
        some.map(lambda parts: Tree("sum", parts)),
        some.map(lambda parts: Tree("product", parts)),
        st.builds(minus, inner),
        st.builds(over, inner, inner),
        st.builds(to, inner, inner),
        st.builds(lambda found, last: Tree("piecewise", (*[x for pair in found for x in pair], last)), pairs, inner),
        called(inner),
    )


def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    relations = st.builds(compare, inner, st.sampled_from(sorted(RELATIONS)), inner)
    more = st.lists(relations, min_size=2, max_size=3).map(tuple)
    truths = st.one_of(
        relations, st.builds(Tree, st.sampled_from(["and", "or"]), more), relations.map(lambda p: Tree("not", (p,)))
    )
    mixed = st.one_of(
        truths, st.builds(lambda kind, p, q: Tree(kind, (p, q)), st.sampled_from(["and", "or"]), truths, truths)
    )
    return st.one_of(reals(inner, mixed), reals(inner, mixed), mixed, mixed.map(lambda p: Tree("sum", (p, p))))


leaves = st.one_of(
    st.sampled_from(NAMES).map(n), st.sampled_from(["0", "1", "2", "3", "0.5", "10", "1e-12", "2.5e10", "1e300"]).map(d)
)
trees = st.recursive(leaves, grown, max_leaves=12)
points = st.fixed_dictionaries({name: st.floats(-3, 3).map(lambda x: round(x, 3)) for name in NAMES})


@settings(max_examples=600, deadline=None, derandomize=True)
@given(trees, points)
def test_plain_text_is_read_back(tree: Tree, at: dict[str, float]) -> None:
    text = plain(tree)
    formula = parse(text, bound={"w": [1.0, 2.0]})
    read = forward(formula, at)[next(iter(formula.output_nodes.values()))]
    meant = value(tree, at)
    assert read == meant or (math.isnan(read) and math.isnan(meant)), text
    assert not re.search(r"--|\+ -|\*-|/-|\^-", text)


X, Y, A, B, C = map(n, "xyabc")
ONE, TWO = d(1), d(2)
SQUARE = to(X, TWO)

# A tree, as plain text and as LaTeX.
FORMS: list[tuple[Tree, str, str]] = [
    (add(times(d(6), X), minus(d(4))), "6*x - 4", "6 x - 4"),
    (times(to(X, X), add(call("log", X), ONE)), "x^x*(log(x) + 1)", r"x^{x} \left(\log\left(x\right) + 1\right)"),
    (over(add(ONE, minus(SQUARE)), to(add(ONE, SQUARE), TWO)), "(1 - x^2)/(1 + x^2)^2", r"\frac{1 - x^{2}}{\left(1 + x^{2}\right)^{2}}"),
    (minus(call("sin", X)), "-sin(x)", r"-\sin\left(x\right)"),
    (over(ONE, times(TWO, call("sqrt", X))), "1/(2*sqrt(x))", r"\frac{1}{2 \sqrt{x}}"),
    (cases(compare(X, ">", d(0)), times(TWO, X), minus(ONE)), "if(x > 0, 2*x, -1)", r"\begin{cases}2 x & \text{if } x > 0 \\ -1 & \text{otherwise}\end{cases}"),
    (Tree("and", (compare(A, "<", B), compare(B, "<", C))), "a < b and b < c", r"a < b \wedge b < c"),
    (Tree("or", (Tree("not", (compare(A, "!=", B),)), compare(B, "<=", C))), "not a != b or b <= c", r"\neg \left(a \neq b\right) \vee b \leq c"),
    (minus(SQUARE), "-x^2", "-x^{2}"),
    (to(minus(X), TWO), "(-x)^2", r"\left(-x\right)^{2}"),
    (times(A, minus(B)), "a*(-b)", r"a \left(-b\right)"),
    (minus(minus(X)), "-(-x)", r"-\left(-x\right)"),
    (add(A, minus(add(B, C))), "a - (b + c)", r"a - \left(b + c\right)"),
    (add(minus(A), B), "-a + b", "-a + b"),
    (to(to(A, B), C), "(a^b)^c", r"\left(a^{b}\right)^{c}"),
    (to(A, to(B, C)), "a^b^c", "a^{b^{c}}"),
    (to(X, over(ONE, TWO)), "x^(1/2)", "x^{1/2}"),
    (to(X, minus(ONE)), "x^(-1)", "x^{-1}"),
    (over(A, times(B, C)), "a/(b*c)", r"\frac{a}{b c}"),
    (times(over(A, B), C), "(a/b)*c", r"\frac{a}{b} c"),
    (over(times(TWO, X), Y), "2*x/y", r"\frac{2 x}{y}"),
    (over(over(A, B), C), "(a/b)/c", r"\frac{\frac{a}{b}}{c}"),
    (times(TWO, d(3)), "2*3", r"2 \cdot 3"),
    (times(TWO, to(d(3), X)), "2*3^x", r"2 \cdot 3^{x}"),
    (times(TWO, over(ONE, X)), "2*(1/x)", r"2 \cdot \frac{1}{x}"),
    (times(n("speed"), n("time")), "speed*time", r"\mathrm{speed}\,\mathrm{time}"),
    (call("exp", minus(over(SQUARE, TWO))), "exp(-x^2/2)", "e^{-x^{2}/2}"),
    (call("exp", minus(over(to(add(X, minus(n("mu"))), TWO), times(TWO, to(n("sigma"), TWO))))), "exp(-(x - mu)^2/(2*sigma^2))", r"e^{-\left(x - \mu\right)^{2}/\left(2 \sigma^{2}\right)}"),
    (to(call("sin", X), TWO), "sin(x)^2", r"\sin^{2}\left(x\right)"),
    (to(call("sin", X), minus(ONE)), "sin(x)^(-1)", r"\left(\sin\left(x\right)\right)^{-1}"),
    (to(call("exp", X), TWO), "exp(x)^2", r"\left(e^{x}\right)^{2}"),
    (to(call("abs", X), TWO), "abs(x)^2", r"\left|x\right|^{2}"),
    (to(over(X, Y), TWO), "(x/y)^2", r"\left(\frac{x}{y}\right)^{2}"),
    (call("floor", call("ceil", X)), "floor(ceil(x))", r"\left\lfloor \left\lceil x\right\rceil\right\rfloor"),
    (call("cbrt", X), "cbrt(x)", r"\sqrt[3]{x}"),
    (call("hypot", X, Y), "hypot(x, y)", r"\sqrt{x^{2} + y^{2}}"),
    (call("log1p", add(X, Y)), "log1p(x + y)", r"\log\left(1 + x + y\right)"),
    (times(A, call("expm1", X)), "a*expm1(x)", r"a \left(e^{x} - 1\right)"),
    (call("xlogy", times(A, X), Y), "xlogy(a*x, y)", r"a x \log\left(y\right)"),
    (call("logb", X, B), "log(x, b)", r"\log_{b}\left(x\right)"),
    (call("log10", X), "log10(x)", r"\log_{10}\left(x\right)"),
    (call("normcdf", X), "normcdf(x)", r"\Phi\left(x\right)"),
    (call("normpdf", X), "normpdf(x)", r"\varphi\left(x\right)"),
    (call("gamma", n("gamma")), "gamma(gamma)", r"\Gamma\left(\gamma\right)"),
    (call("lgamma", X), "lgamma(x)", r"\log\left(\left|\Gamma\left(x\right)\right|\right)"),
    (call("digamma", X), "digamma(x)", r"\psi\left(x\right)"),
    (call("polygamma", TWO, X), "polygamma(2, x)", r"\psi^{\left(2\right)}\left(x\right)"),
    (call("sinc''", X), "sinc''(x)", r"\operatorname{sinc}''\left(x\right)"),
    (call("sinc''''", X), "sinc''''(x)", r"\operatorname{sinc}^{\left(4\right)}\left(x\right)"),
    (call("atan2", Y, X), "atan2(y, x)", r"\operatorname{atan2}\left(y, x\right)"),
    (times(d("1e-12"), X), "1e-12*x", r"10^{-12} \cdot x"),
    (to(d("2.5e10"), X), "2.5e10^x", r"\left(2.5 \cdot 10^{10}\right)^{x}"),
    (add(A, Tree("more", text="...")), "a + ...", r"a + \ldots"),
]  # fmt: skip


@pytest.mark.parametrize("tree, text, tex", FORMS, ids=[text for _, text, _ in FORMS])
def test_forms(tree: Tree, text: str, tex: str) -> None:
    assert plain(tree) == text
    assert latex(tree) == tex


NAMED = {
    "x": "x", "alpha": r"\alpha", "mu": r"\mu", "μ": r"\mu", "Omega": r"\Omega", "Α": r"\mathrm{A}", "φ": r"\varphi",
    "phi": r"\phi", "x_1": "x_{1}", "x1": "x_{1}", "x₁": "x_{1}", "w[1]": "w_{1}", "d1": "d_{1}", "w_1[2]": "w_{1, 2}",
    "x_max": r"x_{\mathrm{max}}", "beta_2": r"\beta_{2}", "k_alpha": r"k_{\alpha}", "speed": r"\mathrm{speed}",
    "speed_0": r"\mathrm{speed}_{0}", "_x": r"\mathrm{\_x}", "x_": r"\mathrm{x\_}", "x__y": r"\mathrm{x\_\_y}",
    "x2y": r"\mathrm{x2y}", "100% & #1": r"\mathrm{100\%\ \&\ \#1}", "$x": r"\mathrm{\$x}", "x'": "{x'}",
    "x_1'": "{x'}_{1}", "pi": r"\pi", "inf": r"\infty", "nan": r"\mathrm{nan}", "hbar": r"\hbar", "цена": r"\text{цена}",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_names(name: str) -> None:
    assert latex(n(name)) == NAMED[name]


def test_names_are_taken_apart() -> None:
    assert parted("x12_max[3]'") == Name("x", ("12", "max", "3"), 1, "x12_max[3]'")
    assert parted("alpha").letter == "α"
    assert parted("speed").letter == ""


def nested(wrap: Callable[[Tree], Tree], times: int) -> Tree:
    tree = X
    for _ in range(times):
        tree = wrap(tree)
    return tree


DEEP: dict[str, Callable[[Tree], Tree]] = {
    "call": lambda x: call("sin", x),
    "meaning": lambda x: call("hypot", x, ONE),
    "fraction": lambda x: over(ONE, add(ONE, x)),
    "power": lambda x: to(X, x),
    "negative": minus,
    "cases": lambda x: cases(compare(X, "<", ONE), ONE, x),
}


@pytest.mark.parametrize("printer", PRINTERS)
@pytest.mark.parametrize("kind", DEEP)
def test_depth(kind: str, printer: Callable[..., str]) -> None:
    """Nothing recurses; what would be too long is told."""
    tree = nested(DEEP[kind], 5_000)
    if len(plain(tree)) < 100_000 and printer is not mathml:
        lines = printer(tree).split("\n")
        assert sum(map(len, lines)) > 9_000
        assert printer is not unicode or max(map(cells, lines)) <= 80
    with pytest.raises(AdiffError, match="longer than 9,000"):
        printer(tree, limit=9_000)


def test_a_hundred_thousand() -> None:
    text = plain(nested(lambda x: call("sin", x), 100_000))
    assert text == "sin(" * 100_000 + "x" + ")" * 100_000
    assert plain(add(*[X] * 100_000)) == " + ".join("x" * 100_000)


@pytest.mark.parametrize("printer", PRINTERS)
def test_what_is_too_long_is_told_before_it_is_written(printer: Callable[..., str]) -> None:
    """Shared pieces are printed each time they stand: here 2^200 times."""
    with pytest.raises(AdiffError, match="longer than 1,000,000 characters") as caught:
        printer(nested(lambda x: times(x, x), 200))
    assert caught.value.hint is not None
    assert "--share" in caught.value.hint
    with pytest.raises(AdiffError, match="longer than 10 characters"):
        printer(add(X, Y, A, B), limit=10)


def test_the_printers_do_not_touch_the_tree() -> None:
    tree = FORMS[1][0]
    assert [printer(tree) for printer in PRINTERS] == [printer(tree) for printer in PRINTERS]
