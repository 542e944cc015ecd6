"""Completion in the shells themselves: bash, zsh and fish must be installed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from terminal import PROMPT, Terminal, installed

LECTURE = 'adiff grad "(a*b+c)*f"'


@pytest.fixture
def environment(tmp_path: Path, home: Path) -> Mapping[str, str]:
    """`adiff` on the PATH, and a file for it to read in the directory and in the home."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "adiff").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m autodiff_cli "$@"\n')
    (programs / "adiff").chmod(0o755)
    for place in (tmp_path, home):
        (place / "expr.txt").write_text("L = p*q\n")
    return {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PS1": PROMPT, "LC_ALL": "C.UTF-8"}


def output(command: list[str], environment: Mapping[str, str]) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=60)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("line", "part", "words"),
    [(f"{LECTURE} a=2 ", "", ["b=", "c=", "f="]), (f"{LECTURE} a=2 b", "b", ["b="]), ("adiff gr", "gr", ["grad"]),
     (f"{LECTURE} --wrt=a,", "a,", ["a,b", "a,c", "a,f"]), (f"{LECTURE} --sort=", "", ["name", "abs"]),
     ('adiff grad "-x+cos(y)" ', "", ["x=", "y="]), ('adiff grad "(a*b', "(a*b", []), ("adiff grad '(a b", "b", []),
     (f'{LECTURE} --wrt "a,', "a,", ["a,b", "a,c", "a,f"])],
)  # fmt: skip
def test_the_function_for_bash(line: str, part: str, words: list[str], environment: Mapping[str, str]) -> None:
    script = f"""
        compopt() {{ :; }}
        eval "$(adiff completion bash)"
        COMP_LINE={shlex.quote(line)} COMP_POINT={len(line)}
        _adiff_completion adiff {shlex.quote(part)}
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    assert output([installed("bash"), "-c", script], environment) == (words or [""])


def test_fish_answers(environment: Mapping[str, str]) -> None:
    expected = {
        f"{LECTURE} a=2 ": ["b=", "c=", "f="],
        f"{LECTURE} a=2 b": ["b="],
        f"K=1 {LECTURE} --wrt=a,": ["--wrt=a,b", "--wrt=a,c", "--wrt=a,f"],
        f"ls; {LECTURE} --sort ": ["name", "abs"],
        'adiff grad "-x+cos(y)" ': ["x=", "y="],
        r"adiff grad 'g(x)=x^2; g\'(t)' ": ["t="],
        'adiff grad "(a*b': [],
        "adiff grad ex": ["expr.txt"],
        "adiff grad ~/ex": ["~/expr.txt"],
        "adiff grad x --at=ex": ["--at=expr.txt"],
        "adiff grad expr.txt ": ["p=", "q="],
        "adiff grad nothing.txt ": [],
        "adiff grad x --sor": ["--sort\tOrder inputs by name, or by the size of their gradient."],
        "adiff gr": ["grad\tThe value of an expression and its gradient."],
        "adiff ops sqr": ["sqrt\tThe square root."],
    }
    lines = [f"echo '> '; complete -C {_fish(line)}" for line in expected]
    given = output(
        [installed("fish"), "--no-config", "-c", "\n".join(["adiff completion fish | source", *lines])], environment
    )
    found = [block.split("\n")[1:-1] for block in "\n".join([*given, ""]).split("> ")[1:]]
    assert dict(zip(expected, found, strict=True)) == expected


def _fish(line: str) -> str:
    return "'" + line.replace("\\", "\\\\").replace("'", "\\'") + "'"


SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i", "-C", f"function fish_prompt; echo -n '{PROMPT}'; end"],
}
READY = re.escape(PROMPT) + "$"


@pytest.mark.full
@pytest.mark.parametrize("shell", SHELLS)
def test_tab(shell: str, environment: Mapping[str, str], tmp_path: Path) -> None:
    program, *options = SHELLS[shell]
    source = "adiff completion fish | source" if shell == "fish" else f'eval "$(adiff completion {shell})"'
    with Terminal([installed(program), *options], environment, tmp_path) as terminal:
        terminal.until(PROMPT)
        terminal.press(f"{source}; echo taught\n")
        terminal.until(r"\ntaught[^>]*> ")
        # The list of what is to be bound, which bash shows at the second Tab, then the one meant: no space behind its =.
        terminal.press(f"{LECTURE} a=2 \t" + "\t" * (shell == "bash"))
        terminal.until(r"b= +c= +f=")
        terminal.press("b\t")
        terminal.until("b=$")
        terminal.press("-3 c=10 \t")
        terminal.until("f=$")
        terminal.press("-2 --wr\t")
        terminal.until("--wrt $")
        terminal.press("c,f\t")
        terminal.until("c,f *$")
        terminal.press(" --js\t")
        terminal.until("--json $")
        terminal.press("\n")
        found = terminal.until(r'"grad": (\{[^}]*\})')
        assert found[1] == '{"c": -2.0, "f": 4.0}'
        # Within an expression nothing happens, and what is typed goes on.
        terminal.press('adiff grad "(x*y\t')
        terminal.press('+z)" x=1 \t' + "\t" * (shell == "bash"))
        terminal.until("y= +z=")
        assert "rror" not in terminal.read
        assert "Traceback" not in terminal.read


@pytest.mark.full
@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_files(shell: str, environment: Mapping[str, str], tmp_path: Path) -> None:
    program, *options = SHELLS[shell]
    source = "adiff completion fish | source" if shell == "fish" else f'eval "$(adiff completion {shell})"'
    with Terminal([installed(program), *options], environment, tmp_path) as terminal:
        terminal.until(PROMPT)
        terminal.press(f"{source}; echo taught\n")
        terminal.until(r"\ntaught[^>]*> ")
        terminal.press("adiff grad ~/ex\t")
        terminal.until("~/expr.txt $")
        terminal.press("p=1 \t")
        terminal.until("q=$")
        terminal.press("3 --at=ex\t")
        terminal.until("--at=expr.txt $")


@pytest.mark.full
def test_zsh_loads_it_as_a_function_of_its_own(environment: Mapping[str, str], tmp_path: Path) -> None:
    """`adiff completion zsh > _adiff` in a directory of fpath."""
    functions = tmp_path / "functions"
    functions.mkdir()
    (functions / "_adiff").write_text("\n".join(output(["adiff", "completion", "zsh"], environment)) + "\n")
    with Terminal([installed("zsh"), "-f", "-i"], environment, tmp_path) as terminal:
        terminal.until(PROMPT)
        terminal.press(f"fpath=({functions} $fpath); autoload -Uz compinit; compinit -u -D; echo taught\n")
        terminal.until(r"\ntaught[^>]*> ")
        terminal.press(f"{LECTURE} a=2 b=1 c=1 \t")
        terminal.until("f=$")
