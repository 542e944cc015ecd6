"""Tab: what is offered, and each shell driven as its users do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff_cli.cli.completing import _BY_NAME, SHELLS, candidates
from autodiff_cli.cli.main import COMMANDS, COMPLETE
from autodiff_cli.cli.shells import unquoted
from autodiff_cli.language.outline import outline

LECTURE = "(a*b+c)*f"
LINES = "L = d*f\nd = e + c\ne = a*b\na = 2; b = -3\n"


def offered(*args: str) -> list[str]:
    """The words offered in place of the last one."""
    return [item.value for item in candidates(args[:-1], args[-1]) if item.type != "file"]


def files(*args: str) -> bool:
    """Whether files are offered, and nothing else."""
    return [item.type for item in candidates(args[:-1], args[-1])] == ["file"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("grad", LECTURE, ""), ["a=", "b=", "c=", "f="]),
        (("grad", LECTURE, "a=2", ""), ["b=", "c=", "f="]),
        (("grad", "a=1;b*a", "c=2", ""), ["b=", "a="]),
        (("grad", LECTURE, "a=2", "b"), ["b="]),
        (("grad", LECTURE, "a=2", "b="), ["b="]),
        (("grad", LECTURE, "a=2", "b=p"), []),
        (("grad", "(a*b+c", ""), ["a=", "b=", "c="]),
        (("grad", "2e3x + 1e-2*y +", ""), ["x=", "y="]),
        (("grad", "f(s, t) = s*t; f(u, sum(i, 1, n, i*v", ""), ["u=", "n=", "v="]),
        (("grad", "-x+cos(y)", ""), ["x=", "y="]),
        (("grad", "--", "--x", ""), ["x="]),
        (("grad", "dot(w, v) + w[2]", "v[1]=3", ""), ["w="]),
        (("grad", "e*x + pi", ""), ["x="]),
        (("grad", "µ*x", ""), ["μ=", "x="]),
        (("grad", LINES, "f=1", ""), ["c=", "a=", "b="]),
        (("grad", "$formula", ""), []),
        (("grad", "x = ", ""), []),
        (("grad", "x x x", ""), ["x="]),
        (("grad", "", ""), []),
        (("grad", "-", ""), []),
        (("grad", "(a*", ), []),
        (("grad", "absent.txt", ""), []),
        (("grad", LECTURE, "--wrt", ""), ["a", "b", "c", "f"]),
        (("grad", LECTURE, "--wrt", "a,"), ["a,b", "a,c", "a,f"]),
        (("grad", LECTURE, "--wrt=c,a,"), ["--wrt=c,a,b", "--wrt=c,a,f"]),
        (("grad", LECTURE, "--wrt", "a,b,c,"), ["a,b,c,f"]),
        (("grad", LINES, "--of", ""), ["L", "d", "e"]),
        (("grad", LECTURE, "--sort", ""), ["name", "abs"]),
        (("grad", LECTURE, "--sort=n"), ["--sort=name"]),
        (("grad", LECTURE, "--json", "--s"), ["--sort", "--strict"]),
        (("grad", LECTURE, "--sort", "abs", "--s"), ["--strict"]),
        (("grad", LECTURE, "--nonsense=a"), []),
        (("grad", LECTURE, "--nonsense", "b=1", ""), ["a=", "c=", "f="]),
        (("draw", LECTURE, "-"), None),
        (("draw", LINES, "--fold", ""), ["L", "d", "e", "a", "b", "f", "c"]),
        (("draw", "g(x) = x^2; g(u) + v", "--fold", "g", "v"), ["v="]),
        (("draw", LECTURE, "--fold", "--around", "a"), ["a"]),
        (("draw", LECTURE, "--fold", "a=2", "b"), ["b="]),
        (("draw", LECTURE, "--fold", "--sha"), ["--shared"]),
        (("nudge", LECTURE, "--only", "a,"), ["a,b", "a,c", "a,f"]),
        (("nudge", LECTURE, "--hold=c,f,"), ["--hold=c,f,a", "--hold=c,f,b"]),
        (("nudge", LECTURE, "--of", ""), ["L"]),
        (("ops", "sq"), ["sqrt"]),
        (("ops", "logs"), ["logsumexp"]),
        (("ops", "sqrt", ""), []),
        (("completion", ""), list(SHELLS)),
        (("",), list(COMMANDS)),
        (("gr",), ["grad"]),
        (("--",), ["--version", "--help"]),
        (("nothing", ""), []),
        (("--version", ""), []),
        (("nudge", ""), []),
    ],
)  # fmt: skip
def test_what_is_offered(args: tuple[str, ...], words: list[str] | None) -> None:
    found = offered(*args)
    if words is None:
        assert {"-o", "--output", "--format", "--help", "--json"} <= set(found)
    else:
        assert found == words


def test_every_option_is_offered() -> None:
    from autodiff_cli.cli.main import commands

    for name, command in commands().items():
        spelt = {each for option in command.params for each in option.opts if each.startswith("-")}
        assert spelt | {"--help"} == set(offered(name, "-"))


def test_every_name_in_the_table_is_one_of_a_parameter() -> None:
    from autodiff_cli.cli.main import commands

    assert set(_BY_NAME) <= {parameter.name for command in commands().values() for parameter in command.params}


@pytest.mark.parametrize(
    ("args", "yes"),
    [(("grad", ""), True), (("grad", "./ex"), True), (("grad", "~/ex"), True), (("grad", "ex"), True), (("grad", "a*"), False),
     (("grad", "(x"), False), (("grad", LECTURE, ""), False), (("grad", "x", "--at", ""), True), (("grad", "x", "--at=p"), True),
     (("draw", "x", "-o", "g"), True), (("draw", "x", "--output=g"), True), (("nudge", ""), True), (("ops", ""), False)],
)  # fmt: skip
def test_where_files_are_offered(args: tuple[str, ...], yes: bool) -> None:
    assert files(*args) is yes


def test_a_file_is_read_for_its_names(tmp_path: Path) -> None:
    (tmp_path / "expr.txt").write_text(LINES)
    (tmp_path / "plain file").write_text("p*q")
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    (tmp_path / "point.toml").write_text("f = 7\n")
    os.mkfifo(tmp_path / "pipe.txt")
    assert offered("grad", "expr.txt", "a=1", "") == ["f=", "c=", "b="]
    assert offered("grad", "plain file", "") == ["p=", "q="]
    assert offered("grad", "latin.txt", "") == []
    assert offered("grad", "pipe.txt", "") == []
    assert offered("grad", "expr.txt", "--at", "point.toml", "") == ["c=", "f=", "a=", "b="]
    assert offered("grad", "expr.txt", "--at", "nothing.toml", "c=1", "") == ["f=", "a=", "b="]
    said = {item.value: item.help for item in candidates(["grad", "expr.txt", "--at", "point.toml"], "")}
    assert said == {"c=": None, "f=": "7.0 in point.toml", "a=": "2 in the program", "b=": "-3 in the program"}


def test_the_stored_expression_is_gone_on_from(adiff: Any) -> None:
    adiff("grad", LECTURE, "a=2", "b=-3", "c=10", "f=-2")
    assert offered("nudge", "") == ["a=", "b=", "c=", "f="]
    assert offered("nudge", "c=1", "") == ["a=", "b=", "f="]
    assert offered("nudge", "--of", "") == ["L"]
    assert candidates(["nudge"], "b")[0].help == "-3.0 now"
    assert files("nudge", "./b")
    assert offered("nudge", "x*y", "") == ["x=", "y="]
    assert files("grad", "")


@given(st.lists(st.text(max_size=20), max_size=4), st.text(max_size=10))
@settings(max_examples=200, deadline=None)
def test_never_an_error(args: list[str], word: str) -> None:
    candidates(["grad", *args], word)
    candidates(["nudge", *args], word)
    candidates(args, word)
    outline(" ".join(args), [word])


def test_a_long_program_is_only_skimmed() -> None:
    names = outline("a = 2\n" + " + ".join(f"x{i}" for i in range(100_000)))
    assert (len(names.inputs), names.values) == (100_000, ["a"])
    assert list(outline("x" * 300_000).inputs) == ["x" * 300_000]


@pytest.mark.parametrize(
    ("line", "words"),
    [("adiff ", ["adiff", ""]), ("adiff gr", ["adiff", "gr"]), ('adiff grad "(a*b', ["adiff", "grad", "(a*b"]),
     ("adiff grad '(a' b=", ["adiff", "grad", "(a", "b="]), ("adiff grad a\\ b\\", ["adiff", "grad", "a b"]), ("", [""])],
)  # fmt: skip
def test_a_line_is_divided(line: str, words: list[str]) -> None:
    assert unquoted(line) == words


def test_a_script_is_printed(adiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for shell in SHELLS:
        monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
        assert adiff("completion").out == adiff("completion", shell).out
        assert json.loads(adiff("completion", shell, "--json").out)["script"] == adiff("completion", shell).out
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert "there is no completion for tcsh\nhint: name one: adiff completion bash|zsh|fish" in adiff("completion").err
    monkeypatch.delenv("SHELL")
    assert "there is no completion for your shell" in adiff("completion").err


@pytest.mark.parametrize("instruction", ["", "bash", "bash_complete", "csh_complete", "bash_nothing", "zsh_complete"])
def test_a_wrong_question_is_answered_with_nothing(
    adiff: Any, monkeypatch: pytest.MonkeyPatch, instruction: str
) -> None:
    monkeypatch.setenv(COMPLETE, instruction)
    result = adiff()
    assert (result.code, result.err) == (0, "")


def test_completion_costs_other_commands_nothing() -> None:
    program = "import sys\nfrom autodiff_cli.cli.main import run\nrun(['grad', 'x^2', 'x=3', '--json'])\nprint([name for name in sys.modules if 'complet' in name or 'shells' in name or 'outline' in name])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "[]"
