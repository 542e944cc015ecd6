"""Every hint that gives something to type is followed to the letter: what comes of it is what was meant.

A sample in tests/mistakes says what was meant: `meant`, a program or several (the readings of one text), or `meant_args`, a
command line. tests/notations.toml has many more texts of other tools and countries.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hints import bound_beside, command_followed, offsets, replaced, same, typed
from test_mistakes import SAMPLES, load, prepare

from autodiff_cli.errors import AdiffError
from autodiff_cli.language import parse

HERE = Path(__file__).parent
NOTATIONS = tomllib.loads((HERE / "notations.toml").read_text(encoding="utf-8"))

# Functions that other rows of the table bring: defined here so that their spellings are judged by what they are.
PRELUDE = "; ".join(
    ["sec(t) = 1/cos(t)", "csc(t) = 1/sin(t)", "cot(t) = cos(t)/sin(t)", "asec(t) = acos(1/t)", "acsc(t) = asin(1/t)",
     "acot(t) = atan(1/t)", "sech(t) = 1/cosh(t)", "csch(t) = 1/sinh(t)", "coth(t) = 1/tanh(t)", "asech(t) = acosh(1/t)",
     "acsch(t) = asinh(1/t)", "acoth(t) = atanh(1/t)"]
)  # fmt: skip


def hint_of(message: str) -> str:
    """The hint in a message, be it text or an object."""
    if message.startswith("{"):
        return str(json.loads(message)["error"]["hint"])
    found = re.search(r"^hint: (.*)$", message, re.MULTILINE)
    return found[1] if found else ""


def said(message: str) -> str:
    """A message without its hint."""
    return str(json.loads(message)["error"]["message"]) if message.startswith("{") else message.partition("\nhint: ")[0]


def wanted(sample: dict[str, Any]) -> list[str]:
    """What was meant, each reading."""
    meant = sample.get("meant", [])
    return [meant] if isinstance(meant, str) else list(meant)


GIVING = [path for path in SAMPLES if any(not each.example for each in typed(hint_of(load(path)["message"])))]
EXAMPLES = [path for path in SAMPLES if any(each.example for each in typed(hint_of(load(path)["message"])))]
NOTHING = [path for path in SAMPLES if path not in GIVING and path not in EXAMPLES]


def test_every_sample_says_what_was_meant() -> None:
    """Where a hint gives something to type; and nowhere else."""
    silent = [path.stem for path in GIVING if not {"meant", "meant_args"} & load(path).keys()]
    assert not silent, silent
    idle = [path.stem for path in [*EXAMPLES, *NOTHING] if {"meant", "meant_args"} & load(path).keys()]
    assert not idle, idle


@pytest.mark.parametrize("path", GIVING, ids=[path.stem for path in GIVING])
def test_a_hint_followed(path: Path, adiff: Any, tmp_path: Path) -> None:
    sample = load(path)
    prepare(sample, tmp_path)
    for earlier in sample.get("before", []):
        adiff(*earlier)
    hint = hint_of(sample["message"])
    if "meant_args" in sample:
        meant = adiff(*sample["meant_args"], stdin=sample.get("stdin", "").encode())
        assert meant.code in (0, 1), meant.err
        for each in typed(hint):
            args = command_followed(sample["args"], said(sample["message"]), each.text)
            assert args is not None, each
            done = adiff(*args, stdin=sample.get("stdin", "").encode())
            assert (done.code, done.out) == (meant.code, meant.out), (args, done.err)
        return
    text, span = place(sample, adiff)
    followed = [put(text, span, each.text) for each in typed(hint)]
    for one in followed:
        assert any(same(one, meant, bound=bound_beside(hint)) for meant in wanted(sample)), one
    for meant in wanted(sample):
        assert any(same(one, meant, bound=bound_beside(hint)) for one in followed), (meant, followed)


def place(sample: dict[str, Any], adiff: Any) -> tuple[str, tuple[int, int] | None]:
    """The text that a message underlines a place of, and that place."""
    args = [each for each in sample["args"] if each != "--json"]
    error = json.loads(adiff(*args, "--json", stdin=sample.get("stdin", "").encode()).err)["error"]
    named = re.search(r"^  (\S.*?):\d+:\d+$", sample["message"], re.MULTILINE)
    text = args[1]
    if named is not None and named[1] in sample.get("files", {}):
        text = sample["files"][named[1]]
    elif named is not None and named[1].startswith("the value of "):
        name = named[1].removeprefix("the value of ")
        if name.startswith("--"):
            text = args[args.index(name) + 1]
        else:
            text = next(each.partition("=")[2] for each in args if each.startswith(f"{name}="))
    elif named is not None:
        text = args[args.index("--diff") + 1]
    return text, offsets(text, error["span"]) if error["span"] else None


def put(text: str, span: tuple[int, int] | None, write: str) -> str:
    """The text with what is to be written in the place that is underlined; a bracket to add stands at the end."""
    if span is None or write in (")", "]"):
        if span is not None and text[slice(*span)] in (")", "]"):
            return replaced(text, span, write)
        return f"{text.rstrip()}{write}" if span is not None else write
    inside = replaced(text, span, write)
    return inside if reads(inside) or not reads(write) else write


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_helps(path: Path, adiff: Any, tmp_path: Path) -> None:
    """An example is of the language, or gets past the same complaint when it stands in place of what was wrong."""
    sample = load(path)
    prepare(sample, tmp_path)
    for each in typed(hint_of(sample["message"])):
        args = command_followed(sample["args"], said(sample["message"]), each.text)
        if args is not None:
            complaint = adiff(*args, stdin=sample.get("stdin", "").encode()).err
            assert complaint != sample["message"], args
        else:
            text, span = place(sample, adiff)
            assert reads(each.text) or reads(put(text, span, each.text)), each


def reads(text: str) -> bool:
    try:
        parse(text)
    except AdiffError:
        return text.startswith(("const ", "{", '"'))
    return True


@pytest.mark.parametrize("path", NOTHING, ids=[path.stem for path in NOTHING])
def test_a_hint_that_gives_nothing_to_type(path: Path) -> None:
    """It speaks of what to do, gives a template with dots, names what there is, or is a whole sentence."""
    hint = hint_of(load(path)["message"])
    assert "write " not in hint or "..." in hint or re.search(r"[a-z]{2,} [a-z]{2,}", hint), hint


def complaint(text: str) -> AdiffError:
    with pytest.raises(AdiffError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize("case", NOTATIONS["meant"], ids=[each["text"] for each in NOTATIONS["meant"]])
def test_a_notation_is_told(case: dict[str, Any]) -> None:
    """What another tool or country writes: each reading that the hint gives is one that is meant, and none is left out."""
    text = case["text"]
    error = complaint(text)
    assert error.at is not None
    assert error.hint is not None
    followed = [replaced(text, error.at, each.text) for each in typed(error.hint)]
    assert followed, error.hint
    bound = bound_beside(error.hint)
    for one in followed:
        assert any(same(one, meant, prelude=PRELUDE, bound=bound) for meant in wanted(case)), (one, error.hint)
    for meant in wanted(case):
        assert any(same(one, meant, prelude=PRELUDE, bound=bound) for one in followed), (meant, error.hint)


@pytest.mark.parametrize("case", NOTATIONS["absent"], ids=[each["text"] for each in NOTATIONS["absent"]])
def test_what_there_is_not_is_said(case: dict[str, Any]) -> None:
    """No hint is better than a wrong one: nothing to type, and the word why."""
    error = complaint(case["text"])
    assert error.hint is not None
    assert case["word"] in error.hint
    assert not typed(error.hint)
