"""Names, numbers and signs as people type and paste them: each reads as the plain text beside it."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from typing import Any

import pytest

from autodiff_cli import AdiffError, Formula, compile, grad, hessian, hvp, parse
from autodiff_cli.errors import Span
from autodiff_cli.language import NAME, RAISED, is_name, normalised
from autodiff_cli.language.glued import meant, suspected
from autodiff_cli.language.lookalikes import _SIGNS, SHAPES, exponent_text
from autodiff_cli.language.parser import grammar

SAME = [
    # signs of PDF, Word and input methods
    ("x∗y", "x*y"), ("x × y", "x * y"), ("x·y", "x*y"), ("x∙y", "x*y"), ("x•y", "x*y"), ("x⋅y", "x*y"), ("x✕y", "x*y"),
    ("x∕y", "x/y"), ("x⁄y", "x/y"), ("x÷y", "x/y"), ("x➗y", "x/y"), ("x−y", "x-y"), ("x–y", "x-y"), ("x—y", "x-y"),
    ("x ‐ y", "x - y"), ("x‑y", "x-y"), ("–x", "-x"), ("x➕y", "x+y"), ("xˆ2", "x^2"), ("1e−5x", "1e-5x"),
    ("x≤y", "x<=y"), ("x≥y", "x>=y"), ("x≠y", "x!=y"), ("x⩽y", "x<=y"), ("x≧y", "x>=y"),
    ("（x＋1）＊2－y／３", "(x+1)*2-y/3"), ("x＾２", "x^2"), ("ｘ＝３；ｘ＊ｙ", "x=3;x*y"), ("［1，2］＊x", "[1,2]*x"), ("x＜y", "x<y"),
    ("x＞＝y", "x>=y"), ("max（x，y）", "max(x,y)"), ("max(x、y)", "max(x,y)"), ("ｓｉｎ（ｘ）", "sin(x)"), ("x\u3000+\u30001", "x + 1"),
    # invisible ones
    ("2\u2062x", "2*x"), ("x\u2062y", "x*y"), ("sin\u2061(x)", "sin(x)"), ("max(x\u2063y)", "max(x,y)"), ("x\u2064y", "x+y"),
    ("x\u200b*y", "x*y"), ("al\u200bpha", "alpha"), ("ome\u00adga", "omega"), ("\ufeffx", "x"), ("x\u00a0+\u202fy\u2009", "x + y"),
    ("x\u2060+\u200ey\u200f", "x+y"), ("x ✖\ufe0f y", "x * y"), ("1\u200b2x", "12x"),
    # letters and digits in other shapes
    ("𝑥²+𝑦", "x^2+y"), ("𝐱", "x"), ("𝒙𝟐", "x2"), ("𝟐𝐱", "2x"), ("𝓍", "x"), ("𝖿(𝗍)=𝗍;𝖿(𝗑)", "f(t)=t;f(x)"), ("𝛼+𝜷", "α+β"), ("ℎ*ν", "h*ν"),
    ("ℏ*ω", "ħ*ω"), ("ﬂoor(x)", "floor(x)"), ("coeﬃcient", "coefficient"), ("µ+μ", "μ+μ"), ("ϕ", "φ"), ("ϵ", "ε"), ("ϑ", "θ"),
    ("e\u0301 + é", "é + é"), ("Ω + Ω", "Ω + Ω"), ("٣x", "3x"), ("ⅇ^x", "e^x"), ("ℯ^x", "e^x"), ("𝑒^𝑥", "e^x"),
    # the constant pi, and infinity
    ("π", "pi"), ("2π*r", "2pi*r"), ("2πr", "2*pi*r"), ("πr²", "pi*r^2"), ("2π(r+1)", "2*pi*(r+1)"), ("π(r+1)", "pi*(r+1)"), ("π²", "pi^2"), ("sin(πx)", "sin(pi*x)"), ("𝜋𝑟²", "pi*r^2"), ("2πx²/3", "2*pi*x^2/3"), ("-πx", "-(pi*x)"), ("cos(2π*f*t)", "cos(2pi*f*t)"),
    ("π√2", "pi*sqrt(2)"), ("x + ∞", "x + inf"), ("-∞", "-inf"), ("x^π", "x^pi"), ("sin(π/4)", "sin(pi/4)"), ("2π\nx = 2", "2pi\nx = 2"),
    ("½π", "0.5pi"), ("𝜋", "pi"), ("π₁*π_2", "π₁ * π_2"),
    # fractions
    ("½x", "0.5x"), ("¼", "0.25"), ("¾x^2", "0.75x^2"), ("⅛", "0.125"), ("⅞", "0.875"), ("2½", "2.5"), ("2½x", "2.5x"), ("x^½", "x^0.5"),
    ("½*m*v²", "0.5*m*v^2"), ("½(x+1)", "0.5(x+1)"), ("½sin(x)", "0.5sin(x)"), ("x/½", "x/0.5"), ("x + ½", "x + 0.5"), ("2\u2064½", "2.5"),
    ("12¾", "12.75"), ("-½", "-0.5"), ("4^½", "4^0.5"), ("½²", "0.5^2"),
    # roots
    ("√(x)", "sqrt(x)"), ("√(x+1)", "sqrt(x+1)"), ("√x", "sqrt(x)"), ("√2", "sqrt(2)"), ("2√x", "2sqrt(x)"), ("∛(x)", "cbrt(x)"), ("∛8", "cbrt(8)"),
    ("√sin(x)", "sqrt(sin(x))"), ("√√x", "sqrt(sqrt(x))"), ("√w[1]", "sqrt(w[1])"), ("√x/2", "sqrt(x)/2"), ("1/√x", "1/sqrt(x)"), ("-√x", "-sqrt(x)"),
    ("2^√x", "2^sqrt(x)"), ("√x*√y", "sqrt(x)*sqrt(y)"), ("√(x)^2", "sqrt(x)^2"), ("√(x)²", "sqrt(x)^2"), ("∜x", "sqrt(sqrt(x))"), ("³√x", "cbrt(x)"),
    ("2+³√(x)", "2+cbrt(x)"), ("√½", "sqrt(0.5)"), ("√π", "sqrt(pi)"), ("√ (x)", "sqrt(x)"), ("√（ｘ）", "sqrt(x)"), ("√(x)*y", "sqrt(x)*y"),
    # raised letters
    ("xⁿ", "x^n"), ("eˣ", "e^x"), ("xᵃ", "x^a"), ("2ⁿ", "2^n"), ("e⁻ˣ", "e^(-x)"), ("x⁻ⁿ", "x^(-n)"), ("x⁽²⁾", "x^2"), ("xⁿ⁺¹", "x^(n+1)"), ("xⁿ⁻¹", "x^(n-1)"),
    ("n*xⁿ⁻¹", "n*x^(n-1)"), ("x²ⁿ", "x^(2*n)"), ("x⁽ⁿ⁺¹⁾", "x^(n+1)"), ("x²⁽ⁿ⁺¹⁾", "x^(2*(n+1))"), ("x¹ᐟ²", "x^(1/2)"), ("x¹⁄²", "x^(1/2)"), ("e⁻⁽ˣ⁺ʸ⁾", "e^(-(x+y))"),
    ("x⁻¹ᐟ²", "x^(-(1/2))"), ("(x+1)ⁿ", "(x+1)^n"), ("x*sinⁿ(x)", "x*sin(x)^n"), ("f(t)=2t;x + fⁿ(x)", "f(t)=2t;x + f(x)^n"), ("2xⁿ", "2x^n"), ("-xⁿ", "-x^n"), ("x ⁿ", "x ^n"),
    ("xᵖⁱ", "x^pi"), ("xᵝ", "x^β"), ("xᵀ", "x^T"), ("x₁²", "x₁^2"), ("xᵢ²", "xᵢ^2"), ("1/xⁿ", "1/x^n"), ("w[1]ⁿ", "w[1]^n"), ("xᵃᵇ", "x^ab"), ("x⁻¹", "x^-1"), ("x²⁰", "x^20"),
    ("(x+1)²*(x-1)", "(x+1)^2*(x-1)"),
    # marks of derivatives
    ("f(t)=t^3;f′(x)", "f(t)=t^3;f'(x)"), ("f(t)=t^3;f″(x)", "f(t)=t^3;f''(x)"), ("f(t)=t^3;f’(x)", "f(t)=t^3;f'(x)"), ("sin‴(x)", "sin'''(x)"),
    # a program of one function
    ("f(x) = 3x^2 - 4x + 5", "f = 3x^2 - 4x + 5"), ("f(x, y) = x*y + 1", "f = x*y + 1"), ("f(x) = x^x", "f = x^x"), ("g(t) = t^2; f(x) = g(x) + 1", "g(t) = t^2; f = g(x) + 1"), ("f(x) = a*x; a = 2", "f = a*x; a = 2"),
]  # fmt: skip


def _json(result: Any) -> Any:
    """What a command printed as JSON."""
    return json.loads(result.out)


def _graph(formula: Formula) -> Any:
    """A formula's graph from its outputs down, in whatever order its nodes were made."""
    seen: dict[Any, Any] = {}
    for node in formula.nodes:
        leaf = (node.label, node.constant and node.data)
        seen[node] = (node.op.name, *(seen[x] for x in node.operands)) if node.op is not None else leaf
    return {name: seen[formula.nodes[i]] for name, i in formula.output_nodes.items()}


@pytest.mark.parametrize(("typed", "plain"), SAME)
def test_it_reads_as(typed: str, plain: str) -> None:
    one, other = parse(typed), parse(plain)
    assert one.inputs == other.inputs
    assert one.outputs == other.outputs
    assert _graph(one) == _graph(other)


@pytest.mark.parametrize("typed", [typed for typed, _ in SAME])
def test_reading_again_changes_nothing(typed: str) -> None:
    assert normalised(normalised(typed)) == normalised(typed)


FRACTIONS = [chr(code) for code in (*range(0xBC, 0xBF), *range(0x2150, 0x215F), 0x2189)]


@pytest.mark.parametrize("sign", FRACTIONS)
def test_every_fraction_is_its_quotient(sign: str) -> None:
    top, bottom = map(int, unicodedata.normalize("NFKC", sign).split("\N{FRACTION SLASH}"))
    assert grad(f"{sign}*x", x=1).value == top / bottom
    assert grad(f"7{sign}").value == (7 * bottom + top) / bottom


@pytest.mark.parametrize("sign", sorted(set("".join(_SIGNS.values()))))
def test_a_sign_is_read_as_one_of_the_language(sign: str) -> None:
    assert normalised(f"x {sign} y").isascii() or normalised(sign) in ("°", "α", "ε")


RAISED_LETTERS = [chr(code) for code in range(0x110000) if re.fullmatch(f"[{RAISED}]", chr(code))]


@pytest.mark.parametrize("sign", RAISED_LETTERS)
def test_a_raised_sign_is_no_part_of_a_name(sign: str) -> None:
    assert not is_name(f"x{sign}")
    assert not is_name(sign)
    low = exponent_text(sign)
    if is_name(low) or low.isdigit():
        assert grad(f"q0{sign}", {"q0": 2.0, **({} if low.isdigit() else {low: 3.0})}).value == 2.0 ** int(
            low if low.isdigit() else 3
        )


def test_no_superscript_is_part_of_a_name() -> None:
    raised = (chr(code) for code in range(0x110000) if unicodedata.decomposition(chr(code)).startswith("<super>"))
    assert [sign for sign in raised if re.fullmatch(NAME, f"x{sign}")] == []


def test_subscripts_are() -> None:
    assert all(is_name(f"x{sign}") for sign in "₀₁₉ₐₑₓᵢⱼₙᵦᵪ")


def test_the_grammar_has_the_same_signs() -> None:
    assert f"SUPERSCRIPT.1: /[{RAISED}]+/\n" in grammar()


PLACES = [
    ("𝑥 + y）", Span(1, 6, 1)), ("π*(x", Span(1, 3, 1)), ("f″(x) + )", Span(1, 9, 1)), ("a\u200bb + c d", Span(1, 7, 3)),
    ("e\u0301 + é é", Span(1, 6, 3)), ("∞ + ∞ ∞", Span(1, 5, 3)), ("x ≤ y\n2 ≤ ) z", Span(2, 5, 1)), ("√2x", Span(1, 1, 3)), ("ﬂoor(x y)", Span(1, 6, 3)),
    ("x＋＋＊2", Span(1, 3, 2)), ("1.000，50*x", Span(1, 1, 8)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "span"), PLACES)
def test_errors_point_into_what_was_typed(text: str, span: Span) -> None:
    with pytest.raises(AdiffError) as wrong:
        parse(text)
    assert wrong.value.span == span
    assert text.splitlines()[span.line - 1] in wrong.value.excerpt().replace("\N{REPLACEMENT CHARACTER}", "\u200b")


def test_names_in_bindings_are_read_alike(adiff: Any) -> None:
    assert grad("𝑥*φ", {"x": 2, "ϕ": 3}).grad == {"x": 3, "φ": 2}
    assert _json(adiff("grad", "2πr", "𝑟＝½", "--json"))["inputs"] == {"r": 0.5}
    assert _json(adiff("grad", "x", "x=−3", "--json"))["value"] == -3
    assert _json(adiff("grad", "π*x", "π=3", "x=1", "--json"))["grad"] == {"pi": 1, "x": 3}


def test_two_shapes_of_a_letter_in_one_program_are_noted() -> None:
    for one, other in SHAPES.items():
        (note,) = parse(f"{one}*{other}").notes
        assert (note.kind, note.message) == ("name", f"{one} and {other} are read as one letter, {other}")
        assert parse(f"{one}*2").notes == ()


def test_varpi_is_not_pi() -> None:
    assert parse("ϖ*2").inputs == ("ϖ",)


# Constants.


def test_tau_and_phi_are_names(adiff: Any) -> None:
    assert parse("A*sin(omega*t + phi)*exp(-t/tau)").inputs == ("A", "omega", "t", "phi", "tau")
    answer = _json(adiff("grad", "phi*tau", "phi=1", "tau=2", "--json"))
    assert answer["grad"] == {"phi": 2, "tau": 1}
    assert answer["notes"] == []


@pytest.mark.parametrize("name", ["pi", "e", "inf", "nan"])
def test_a_constant_asked_for_is_named(adiff: Any, name: str) -> None:
    said = adiff("grad", f"x + {name}", "x=1", "--wrt", name)
    assert said.code == 2
    assert f"{name} is the constant" in said.err
    assert f"bind {name}=... to make it an input" in said.err
    assert f"{name} is the constant" in adiff("diff", f"{name}^2").err
    assert _json(adiff("grad", f"x + {name}", "x=1", f"{name}=2", "--wrt", name, "--json"))["grad"] == {name: 1}


def test_a_constant_that_is_not_used_is_an_ordinary_stranger() -> None:
    with pytest.raises(AdiffError, match="does not use e"):
        grad("x^2", x=1, e=2)


# The order of inputs.

ORDER = [
    ("y*x", {}, ("y", "x")), ("y*x", {"x": 1}, ("x", "y")), ("y*x", {"x": 1, "y": 2}, ("x", "y")), ("y*x", {"y": 2, "x": 1}, ("y", "x")),
    ("100(y - x^2)^2 + (1 - x)^2", {"x": 1, "y": 1}, ("x", "y")), ("x*y; y = 2", {}, ("y", "x")), ("x*y*z; z = 1; y = 2", {}, ("z", "y", "x")),
    ("x*y*z; z = 1; y = 2", {"y": 3}, ("y", "z", "x")), ("L = d*f; d = e + c; e = a*b", {}, ("f", "c", "a", "b")),
    ("L = d*f; d = e + c; e = a*b", {"a": 2, "b": -3, "c": 10, "f": -2}, ("a", "b", "c", "f")), ("f(t) = t*b; a*f(c)", {}, ("b", "a", "c")),
    ("a*w[2] + w[1]", {"w": [1, 2], "a": 1}, ("w[1]", "w[2]", "a")), ("a*w[2] + w[1]", {"w[2]": 1, "a": 3, "w[1]": 2}, ("w[1]", "w[2]", "a")),
    ("dot(x, w)", {"w": [1, 2], "x": [3, 4]}, ("w[1]", "w[2]", "x[1]", "x[2]")), ("f(y, x) = x*y", {}, ("y", "x")), ("f(y, x) = x*y", {"x": 1}, ("x", "y")),
    ("e*x", {"x": 1, "e": 2}, ("x", "e")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "bound", "inputs"), ORDER)
def test_inputs_as_bound_then_as_declared_then_as_they_appear(
    text: str, bound: dict[str, Any], inputs: tuple[str, ...]
) -> None:
    assert parse(text, bound=bound).inputs == inputs


def test_vectors_without_names_follow_that_order(adiff: Any) -> None:
    valley = "100(y - x^2)^2 + (1 - x)^2"
    assert hessian(valley, x=1, y=1).matrix == [[802, -400], [-400, 200]]
    assert hessian(valley, y=1, x=1).matrix == [[200, -400], [-400, 802]]
    assert hvp(valley, [1, 0], x=1, y=1).product == {"x": 802, "y": -400}
    assert _json(adiff("hessian", valley, "x=1", "y=1", "--vector", "1,0", "--json"))["product"] == {
        "x": 802,
        "y": -400,
    }
    assert compile("y*x").inputs == ("y", "x")
    assert compile("y*x; x = 2").inputs == ("x", "y")


ROWS = ["grad", "check", "nudge", "hessian", "explain"]


@pytest.mark.parametrize("command", ROWS)
def test_every_command_keeps_the_order_of_the_bindings(adiff: Any, command: str) -> None:
    found = adiff(command, "L = d*f; d = e + c; e = a*b", "a=2", "b=-3", "c=10", "f=-2", "--json", "--quiet")
    order = re.findall(r'"([abcf])"', found.out)
    assert list(dict.fromkeys(order)) == ["a", "b", "c", "f"]


def test_a_file_of_bindings_comes_before_the_words(adiff: Any, tmp_path: Any) -> None:
    (tmp_path / "p.toml").write_text("b = 1\na = 2\n")
    found = _json(adiff("grad", "a*b*c", "c=3", "--at", str(tmp_path / "p.toml"), "--json"))
    assert list(found["inputs"]) == ["b", "a", "c"]


def test_a_range_takes_its_place_among_the_words(adiff: Any) -> None:
    found = _json(adiff("plot", "y^2 + 10*x", "x=-2:2", "y=-2:2", "--from", "1,2", "--json"))
    assert found["axes"] == ["x", "y"]


def test_a_stored_point_keeps_its_order(adiff: Any) -> None:
    adiff("grad", "y*x", "x=1", "y=2")
    assert list(_json(adiff("nudge", "y=3", "--json"))["inputs"]) == ["x", "y"]


# A program of one function.


def test_one_function_means_itself(adiff: Any) -> None:
    school = "f(x) = 3x^2 - 4x + 5"
    assert _json(adiff("grad", school, "x=3", "--json"))["output"] == "f"
    assert adiff("diff", school).out == "6*x - 4\n"
    assert _json(adiff("plot", school, "x=-5:5", "--json"))["labels"] == {"f": "f(x) = 3x^2 - 4x + 5"}
    assert "f = 20" in adiff("explain", school, "x=3").out
    assert "in f(x)" not in adiff("explain", school, "x=3").out
    assert _json(adiff("check", school, "x=3", "--json"))["verdict"] == "right"
    assert _json(adiff("nudge", school, "x=3", "--json"))["output"] == "f"
    assert parse(school).notes == ()


def test_one_function_at_its_parameters() -> None:
    assert grad("f(e, pi) = e*pi", e=2, pi=3).grad == {"e": 3, "pi": 2}
    assert parse("f(e) = e^2").notes == ()
    assert grad("f(v) = dot(v, v)", v=[1, 2]).grad == {"v[1]": 2, "v[2]": 4}
    assert grad("f(x) = x^2; x = 3").value == 9
    assert grad("f(x, y) = x", x=1, y=2).inputs == {"x": 1}
    assert parse("f(f) = f^2").outputs == ("f_",)


def test_of_several_functions_the_one_that_no_other_uses() -> None:
    formula = parse("g(t) = t^2; f(x) = g(x) + 1")
    assert formula.outputs == ("f",)
    assert [note.kind for note in formula.notes] == ["output"]
    with pytest.raises(AdiffError, match="only functions"):
        parse("g(t) = t^2; f(x) = x + 1")
    with pytest.raises(AdiffError, match="f calls itself"):
        parse("f(x) = f(x - 1)")


# Without a range, and with numbers for some inputs.


def test_a_plot_without_a_range(adiff: Any) -> None:
    found = _json(adiff("plot", "x^2", "--json"))
    assert found["range"] == [-5, 5]
    assert [note["kind"] for note in found["notes"]] == ["range"]
    assert _json(adiff("plot", "a*x^2", "a=2", "--json"))["range"] == [-5, 5]
    assert _json(adiff("plot", "a = 2; a*x^2", "--json"))["input"] == "x"
    assert adiff("plot", "a*x^2").code == 2
    assert adiff("plot", "a*x^2", "a=1", "x=2").code == 2


def test_diff_with_numbers_for_some_inputs(adiff: Any) -> None:
    found = _json(adiff("diff", "x^2*y", "x=3", "--json"))
    assert found["derivatives"] == {"x": "6*y", "y": "9"}
    assert (found["values"], found["inputs"]) == ({}, {"x": 3})
    assert "x = 3 is in the formulas; y=... would give numbers" in found["notes"][0]["message"]
    assert adiff("diff", "A*sin(w*t + p)", "w=2", "p=0", "--wrt", "t").out == "2*A*cos(2*t)\n"
    assert adiff("diff", "x^3*y", "x=2", "--order", "2").out.splitlines() == ["d²L/dx² = 12*y", "d²L/dy² = 0"]
    assert adiff("diff", "a = 2; a*x*y", "x=3", "--wrt", "a").out == "3*y\n"
    assert _json(adiff("diff", "x^2*y", "x=3", "y=2", "--json"))["derivatives"] == {"x": "2*x*y", "y": "x^2"}


# Names that look like a sign left out.

GLUED = [
    ("sinx", "", "sin(x)"), ("lnx", "", "ln(x)"), ("sqrtx", "", "sqrt(x)"), ("cosθ", "", "cos(θ)"), ("cosωt", "", "cos(ω*t)"), ("sin2x", "", "sin(2*x)"),
    ("sinphi", "", "sin(phi)"), ("tanhx", "", "tanh(x)"), ("asinx", "", "asin(x)"), ("log10x", "", "log10(x)"), ("expt", "", "exp(t)"), ("xsinx", "x", "x*sin(x)"),
    ("sinxcosx", "", "sin(x)*cos(x)"), ("xy", "x y", "x*y"), ("xe", "x", "x*e"), ("pix", "", "pi*x"), ("xπ", "x", "x*pi"), ("mgh", "m g h", "m*g*h"),
    ("kx", "k x", "k*x"), ("cost", "t", "cos(t)"), ("alphax", "alpha x", "alpha*x"), ("omegat", "t", "omega*t"),
    ("tgx", "", "tan(x)"), ("arctgx", "", "atan(x)"), ("xlgx", "x", "x*log10(x)"), ("sqrt2", "", "sqrt(2)"), ("xsqrt2", "x", "x*sqrt(2)"), ("sinπx", "", "sin(pi*x)"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "known", "spelling"), GLUED)
def test_what_was_meant(name: str, known: str, spelling: str) -> None:
    said = meant(name, known.split())
    assert said is not None
    assert said.endswith(spelling)
    parse(spelling)


@pytest.mark.parametrize(
    "name",
    [
        "cost",
        "price",
        "rate",
        "sinh",
        "x1",
        "x_1",
        "mass",
        "sigma",
        "signal",
        "speed",
        "temp",
        "phi",
        "dt",
        "kx",
        "maximum",
        "pin",
        "v0",
        "日本",
    ],
)
def test_what_looks_like_a_name(name: str) -> None:
    assert meant(name, ["x", "r", "a", "t", "e", "m"]) is None or name == "cost"
    assert meant(name, []) is None


SUSPECTED = [
    ("2xy", ["xy"]), ("2pix", ["pix"]), ("b^2 - 4ac", ["ac"]), ("ax^2 + bx + c", ["ax", "bx"]), ("xyz + 1", ["xyz"]), ("exp^x", ["exp"]), ("2kT", ["kT"]),
    ("2dt", []), ("2mu", []), ("m*c^2", []), ("gamma*v", []), ("x*xe", ["xe"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "names"), SUSPECTED)
def test_what_is_suspected_where_no_value_is_missing(adiff: Any, text: str, names: list[str]) -> None:
    notes = _json(adiff("diff", text, "--json"))["notes"]
    assert [note["node"] for note in notes if note["kind"] == "name"] == names
    inputs = parse(text).inputs
    assert [name for name, _ in suspected(inputs, inputs, text)] == names


def test_what_is_bound_or_defined_is_never_noted(adiff: Any) -> None:
    assert adiff("diff", "2xy", "xy=3").err == ""
    assert adiff("diff", "xy = 2; 3xy*xy").err == ""
    assert adiff("grad", "sinx", "sinx=3").err == ""
    assert "name:" in adiff("draw", "2xy", "-o", "-", "--format", "dot").err
    assert "name:" not in adiff("draw", "2xy", "xy=1", "-o", "-", "--format", "dot").err
    assert [note["kind"] for note in _json(adiff("plot", "sinx", "--json"))["notes"]] == ["name", "range"]
    assert _json(adiff("plot", "sinx", "sinx=0:1", "--json"))["notes"] == []


def test_map_names_what_was_meant_and_no_column_that_is_not_used(adiff: Any, tmp_path: Any) -> None:
    (tmp_path / "t.csv").write_text("x,y,e,pi\n1,2,3,4\n")
    assert "xy is one name; for a product write x*y" in adiff("map", "xy", str(tmp_path / "t.csv")).err
    assert "shadow" not in adiff("map", "x*y", str(tmp_path / "t.csv")).err
    assert "shadow: e is your own here" in adiff("map", "x*e", str(tmp_path / "t.csv")).err
    # Columns that are there do not order the inputs, what is typed does.
    assert adiff("map", "y*x", str(tmp_path / "t.csv"), "--only").out.splitlines()[0] == "L,dL_dy,dL_dx"


COMMAS = ["1.000,50*x", "12,5*x", "1,000*x", "1,000.50*x", "1.5,2*x", "1.234.567,8", "y = 1; 1.000,50*y"]


@pytest.mark.parametrize("text", COMMAS)
def test_a_comma_in_a_number_is_an_error(text: str) -> None:
    with pytest.raises(AdiffError, match="is no number"):
        parse(text)


def test_commas_between_numbers() -> None:
    assert parse("1.5, 2*x").outputs == ("y1", "y2")
    assert grad("max(1.000,50)").value == 50
    assert grad("x, 1.5", x=1).outputs["y2"].value == 1.5


def test_infinity_and_pi_have_their_values() -> None:
    assert grad("∞").value == math.inf
    assert grad("2πr", r=1).value == 2 * math.pi
