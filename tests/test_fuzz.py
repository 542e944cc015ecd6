"""Mutants of valid programs: a clean answer, or an AdiffError with its place and a suggestion. Nothing else."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodiff_cli import AdiffError, parse
from autodiff_cli.analysis.gradient import gradient

PROGRAMS = [
    "(a*b + c)*f",
    "L = d*f; d = e + c; e = a*b",
    "3x^2 - 4x + 5",
    "f(x, y) = x^2*y - y\nf(a, 3) + f(2, b)",
    "if(x > 0, sqrt(x), -x)",
    "if(x < 1, x, 1 <= x < 2, x^2, x >= 2 and not x > 5, 3x, 0)",
    "sum(i, 1, 5, x^i/i) + prod(k, 1, 3, x + k)",
    "const n = 3; sum(i, 1, n, i*x)",
    "x = 2/3\ny = sin^2(x) + cos²(x) # one\ny*x",
    "tanh(w1*x1 + w2*x2 + b)",
    "log(x, 10) + ln(x)*exp(-x^2/2)/sqrt(2pi)",
    "max(a, b, min(c, 2)) + clamp(x, -1, 1)",
    "a, a*b",
    "2(x+1)^2/(3 - x)",
    "y = a +\n  b\n  - c\nz = y^2",
    "hypot(x, y) + atan2(y, x) + mod(x, 3)",
    "-x^-2 + --x",
    "μ = 0; σ = 1; normpdf((x - μ)/σ)/σ",
    "[1, 2, x]",
    "w[1] + f'(x) + diff(x^2, x)",
]
PIECES = [
    "a", "x", "sin", "f", "(", ")", "[", "]", ",", ";", "\n", "=", "==", "<", "+", "-", "*", "/", "^", "**", "2", "3.5", "1e3",
    "²", "'", "and", "or", "not", "if", "const", "sum", "#", "0x1F", "1_0", "!", "|", "%", "{", "\\", "é", "π", "\t", "\0", ".", "..",
]  # fmt: skip


def tokens(text: str) -> list[str]:
    """A rough cut into words and signs: what is cut wrongly makes a mutant of another kind."""
    found: list[str] = []
    for char in text:
        if found and (char.isalnum() and found[-1][-1].isalnum()):
            found[-1] += char
        else:
            found.append(char)
    return found


def mutant(text: str, rng: random.Random) -> str:
    """Delete, double, swap, replace or insert one to three pieces."""
    parts = tokens(text)
    for _ in range(rng.randint(1, 3)):
        i = rng.randrange(len(parts)) if parts else 0
        how = rng.randrange(5)
        if how == 0 and parts:
            del parts[i]
        elif how == 1 and parts:
            parts.insert(i, parts[i])
        elif how == 2 and len(parts) > 1:
            j = rng.randrange(len(parts))
            parts[i], parts[j] = parts[j], parts[i]
        elif how == 3 and parts:
            parts[i] = rng.choice(PIECES)
        else:
            parts.insert(i, rng.choice(PIECES))
    return "".join(parts)


def judge(text: str) -> None:
    try:
        formula = parse(text)
        gradient(formula, dict.fromkeys(formula.inputs, 0.7))
    except AdiffError as wrong:
        complaint = wrong
    else:
        return
    assert complaint.hint, (text, complaint.message)
    assert complaint.kind != "internal"
    if "there is no expression" in complaint.message:
        return
    assert complaint.source is not None
    assert complaint.span is not None, (text, complaint.message)
    typed = complaint.source.typed
    text_as_typed = complaint.source.text if typed is None else typed.text
    line = text_as_typed.split("\n")[complaint.span.line - 1]
    assert 1 <= complaint.span.column <= len(line) + 1, (text, complaint.span)
    assert "^" in str(complaint)


@pytest.mark.parametrize("text", PROGRAMS)
def test_mutants(text: str) -> None:
    rng = random.Random(text)
    for _ in range(150):
        judge(mutant(text, rng))


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_nonsense(text: str) -> None:
    judge(text)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(st.text(max_size=20))
def test_any_text(text: str) -> None:
    judge(text)


@pytest.mark.full
@pytest.mark.parametrize("text", PROGRAMS)
def test_many_mutants(text: str) -> None:
    rng = random.Random(f"more {text}")
    for _ in range(1500):
        judge(mutant(text, rng))
