"""What the language means: design §3, sentence by sentence."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lark import Lark

from autodiff_cli import AdiffError, grad, parse
from autodiff_cli.language.lines import Lines
from autodiff_cli.language.parser import grammar

VALUES = [
    # precedence and associativity
    ("1 + 2*3 - 4/2", 5), ("2^3^2", 512), ("2**3**2", 512), ("-2^2", -4), ("(-2)^2", 4), ("2^-1", 0.5), ("--2", 2),
    ("-+2", -2), ("6/3/2", 1), ("6/3*2", 4), ("8 - 3 - 2", 3), ("2*-3", -6), ("2^-2^2", 1 / 16), ("-x^2", -9),
    ("1/2", 0.5), ("2 - -3", 5), ("not 1 < 2", 0), ("1 < 2 and 2 < 1 or 3 < 4", 1), ("not 1 < 2 or 1 < 2", 1),
    # other signs
    ("6 × 2 · 2 ÷ 4 − 1", 5), ("x²", 9), ("x² + 2", 11), ("2x²", 18), ("x⁻¹", 1 / 3), ("-x²", -9), ("(x+1)²", 16), ("2³", 8),
    # comparisons
    ("1 < 2", 1), ("2 <= 1", 0), ("2 ≥ 2", 1), ("2 ≠ 2", 0), ("2 != 3", 1), ("1 < 2 < 3", 1), ("1 < 3 < 2", 0), ("3 > 2 == 2", 1),
    ("1 + (2 < 3)*2", 3), ("x == 3", 1), ("1 ≤ x ≤ 2", 0),
    # choices
    ("if(x > 2, 10, 20)", 10), ("if(x < 1, 1, x < 2, 2, x < 4, 3, 4)", 3), ("if(x < 1, 1, x < 2, 2, 9)", 9),
    # juxtaposition after a number
    ("3x^2 - 4x + 5", 20), ("2(x+1)", 8), ("2(x+1)^2", 32), ("2sin(0) + 1", 1), ("2x*2", 12), ("2e", 2 * math.e), ("2e3", 2000),
    ("2e-3", 0.002), ("2e3x", 6000), ("-2x", -6), ("2x/3", 2), ("1.5x", 4.5), (".5x", 1.5), ("2.x", 6), ("1e2", 100),
    # powers of functions
    ("sin^2(x) + cos^2(x)", 1), ("sin²(x) + cos²(x)", 1), ("log^3(x)", math.log(3) ** 3), ("hypot^2(x, 4)", 25),
    # constants and name spaces
    ("cos(pi)", -1), ("e^1", math.e), ("π/pi", 1), ("2π", 2 * math.pi), ("-inf", -math.inf), ("gamma(5)", 24),
    ("gamma = 2; gamma(5)*gamma", 48), ("log(8, 2)", 3), ("ln(e)", 1), ("log(100, 10)", 2), ("pow(2, 3)", 8),
    # statements
    ("y = x + 1; y^2", 16), ("y^2; y = x + 1", 16), ("L = d*2; d = x + 1", 8), ("const g = 9; g*x", 27), ("const a = 2; const b = a^2; b*x", 12),
    ("f(t) = t^2\nf(x) + f(2)", 13), ("f(a, b) = a - b; f(b, 1); b = 5", 4), ("f(t) = t*x; f(2)", 6), ("f(x) = x^2; f(2)", 4),
    ("f(t) = g(t) + 1; g(t) = 2t; f(x)", 7), ("# a comment\nx # another\n", 3), ("x ; ", 3), ("\n\nx\n\n", 3), ("x;;", 3),
    ("a = 1\n\n# c\nb = 2\na + b + x", 6),
    # lines
    ("(x +\n 1)", 4), ("x +\n1", 4), ("x\n  + 1", 4), ("x\n\t* 2", 6), ("x # c\n  + 1", 4), ("x\n  # c\n  - 1", 2), ("max(\n x,\n 5\n)", 5),
    ("a =\n  2\na*x", 6), ("x\n  and_ = 5\n" if False else "x", 3), ("x <\n 4 and\n x > 2", 1), ("y = x\n  ^2\ny", 9), ("x\r\n  + 1\r\n", 4),
    ("x\r  + 1\r", 4),
    # sums and products over an index
    ("sum(i, 1, 4, i^2)", 30), ("prod(i, 1, 4, i)", 24), ("sum(i, 1, 3, sum(j, 1, i, i*j))", 25), ("sum(i, 3, 1, i)", 0),
    ("prod(i, 3, 1, i)", 1), ("const n = 3; sum(k, 1, n, x*k)", 18), ("sum(i, 1, 2, sum(i, 1, 2, i))", 6), ("sum(i, -1, 1, i + x)", 9),
    ("f(t) = sum(i, 1, 3, t^i); f(2)", 14), ("sum(x, 1, 2, x) + x", 6),
    # names
    ("α = 2; α*x", 6), ("x₁ = 2; x₁*x", 6), ("é = 2; e\u0301*x", 6), ("µ = 2; μ*x", 6), ("_a = 2; _a + x", 5), ("x1 = 2; x1 + x", 5),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_meaning(text: str, value: float) -> None:
    at = {"x": 3.0} if "x" in parse(text).inputs else {}
    assert grad(text, at).value == pytest.approx(value, rel=1e-15)


ORDER = [("b*a", ("b", "a")), ("L = d*f; d = e + c; e = a*b", ("f", "c", "a", "b")), ("y = 2; x*y", ("y", "x"))]


@pytest.mark.parametrize(("text", "inputs"), ORDER)
def test_inputs_in_the_order_of_the_text(text: str, inputs: tuple[str, ...]) -> None:
    assert parse(text).inputs == inputs


def test_numbers_alone_declare_an_input() -> None:
    answer = grad("x = 2/3; y = sqrt(2); x*y")
    assert answer.inputs == {"x": 2 / 3, "y": math.sqrt(2)}
    assert answer.grad == {"x": math.sqrt(2), "y": 2 / 3}
    assert grad("x = 2/3; x^2", x=3).grad == {"x": 6.0}


def test_the_only_statement_is_the_output() -> None:
    answer = grad("x = 2/3")
    assert (answer.output, answer.value, answer.grad) == ("x", 2 / 3, {})


def test_const_is_not_differentiated() -> None:
    answer = grad("const g = 9.81; g*t", t=2)
    assert answer.grad == {"t": 9.81}


OUTPUTS = [
    ("a*b", ("L",)), ("L*b", ("L_",)), ("y = a*b", ("y",)), ("y = a*b; y", ("y",)), ("y = a*b; z = y + 1", ("z",)),
    ("z = y + 1; y = a*b", ("z",)), ("y = a*b; z = a + b", ("z",)), ("y = a; y + 1", ("L",)), ("a, b*a", ("y1", "y2")),
    ("u = a; v = b*a; u, v", ("u", "v")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "outputs"), OUTPUTS)
def test_outputs(text: str, outputs: tuple[str, ...]) -> None:
    assert parse(text).outputs == outputs


NOTES = [
    ("e = 3; e*x", "shadow"), ("max(a, b) = a; max(x, 2)", "shadow"), ("y = x; z = 2x; x^2", "unused"), ("f(t) = 2t; x^2", "unused"),
    ("y = x^2; z = 2x", "output"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), NOTES)
def test_notes_on_the_program(text: str, kind: str) -> None:
    assert kind in [note.kind for note in parse(text).notes]


def test_a_binding_makes_a_constant_the_users_own() -> None:
    answer = grad("e*x", e=2, x=3)
    assert answer.grad == {"e": 3.0, "x": 2.0}
    assert answer.notes[0].kind == "shadow"
    assert grad("e*x", x=3).grad == {"x": math.e}


def test_names_in_bindings_are_normalised() -> None:
    assert grad("μ*2", {"µ": 3}).value == 6
    assert grad("é*2", {"e\u0301": 3}).value == 6


def test_the_same_call_is_the_same_value() -> None:
    formula = parse("f(t) = sin(t)*t; f(x) + f(x)")
    assert len(formula.nodes) == 4


def test_inlining_is_linear_where_calls_repeat() -> None:
    text = "f0(t) = t*t\n" + "\n".join(f"f{i + 1}(t) = f{i}(t) + f{i}(t)" for i in range(60)) + "\nf60(x)"
    assert grad(text, x=1).value == 2.0**60


@pytest.mark.parametrize(
    "text", ["sum(i, 1, 999999, i*x*x)", "f(t) = sum(i, 1, 1000, t*i); sum(j, 1, 1001, f(x + j))", "sum(i, 1, 1e9, x)"]
)
def test_the_bound_on_nodes(text: str) -> None:
    with pytest.raises(AdiffError) as wrong:
        parse(text)
    assert wrong.value.kind == "limit"
    assert wrong.value.span is not None


def test_the_grammar_is_strict_lalr() -> None:
    """Without `strict` Lark settles conflicts silently."""
    Lark(grammar(), parser="lalr", lexer="basic", postlex=Lines(), strict=True)


def _start(cache: Path, code: str = "pass") -> subprocess.Popen[str]:
    program = f"from autodiff_cli import grad; {code}; print(grad('x^2', x=3).grad['x'])"
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    return subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_concurrent_starts_share_a_cache(tmp_path: Path) -> None:
    starts = [_start(tmp_path) for _ in range(6)]
    for each in starts:
        out, err = each.communicate(timeout=60)
        assert (out, err) == ("6.0\n", "")
    (kept,) = (tmp_path / "adiff").iterdir()
    assert kept.suffix == ".pickle"
    assert (tmp_path / "adiff").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x80\x04K\x01."])
def test_a_damaged_cache_is_made_again(tmp_path: Path, damage: bytes) -> None:
    assert _start(tmp_path).communicate(timeout=60)[0] == "6.0\n"
    (kept,) = (tmp_path / "adiff").iterdir()
    kept.write_bytes(damage)
    assert _start(tmp_path).communicate(timeout=60) == ("6.0\n", "")


def test_a_cache_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / "adiff").mkdir(mode=0o777)
    (tmp_path / "adiff").chmod(0o777)
    assert _start(tmp_path).communicate(timeout=60)[0] == "6.0\n"
    assert (tmp_path / "adiff").stat().st_mode & 0o777 == 0o700


def test_no_place_for_a_cache() -> None:
    assert _start(Path("/proc/nowhere")).communicate(timeout=60) == ("6.0\n", "")


def test_a_caches_key_has_every_version(tmp_path: Path) -> None:
    _start(tmp_path, "import autodiff_cli; autodiff_cli.__version__ = '9.9'").communicate(timeout=60)
    _start(tmp_path).communicate(timeout=60)
    assert len(list((tmp_path / "adiff").iterdir())) == 2


def test_names_in_bindings_are_names_of_the_grammar() -> None:
    """The one pattern that is written twice."""
    from autodiff_cli.language import NAME, is_name

    assert f"NAME.1: /{NAME}/\n" in grammar()
    assert [is_name(text) for text in ("x1", "x₁", "μ", "_a", "1x", "x²", "½", "a b", "")] == [True] * 4 + [False] * 5
