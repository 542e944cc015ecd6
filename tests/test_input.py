"""What the command reads, and what it remembers: files, bindings, the last expression."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

LECTURE = ("(a*b+c)*f", "a=2", "b=-3", "c=10", "f=-2")


@pytest.mark.parametrize(
    "data",
    [b"a*b", b"\xef\xbb\xbfa*b\n", "a*b".encode("utf-16"), b"a*\r\n  b\r\n", b"# c\ra*b\r", "a·b".encode()],
    ids=["plain", "bom", "utf-16", "crlf", "cr", "utf-8"],
)  # fmt: skip
def test_files(adiff: Any, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "expr.txt").write_bytes(data)
    assert json.loads(adiff("grad", "expr.txt", "a=2", "b=3", "--json").out)["value"] == 6.0
    assert json.loads(adiff("grad", "-", "a=2", "b=3", "--json", stdin=data).out)["value"] == 6.0


def test_which_arguments_are_files(adiff: Any, tmp_path: Path, home: Path) -> None:
    for name in ("a*b", "x", "f.adiff"):
        (tmp_path / name).write_text("7 + 0*q")
    (home / "mine.txt").write_text("8")
    found = adiff("grad", "a*b", "q=1", "--json")
    assert (json.loads(found.out)["value"], found.err) == (7.0, "reading the file a*b\n")
    assert json.loads(adiff("grad", "x", "x=3", "--json").out)["value"] == 3.0
    assert json.loads(adiff("grad", "./x", "q=3", "--json").out)["value"] == 7.0
    assert json.loads(adiff("grad", "f.adiff", "q=3", "--json").out)["value"] == 7.0
    assert json.loads(adiff("grad", "~/mine.txt", "--json").out)["value"] == 8.0
    assert adiff("grad", "a*b", "q=1", "--json", "--quiet").err == ""


def test_bindings_from_a_file(adiff: Any, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('a = 2\nb = "2/4"\n')
    (tmp_path / "p.json").write_text('{"a": 2, "b": 0.5}')
    for name in ("p.toml", "p.json"):
        assert json.loads(adiff("grad", "a*b", "--at", name, "--json").out)["value"] == 1.0
        assert json.loads(adiff("grad", "a*b", "a=4", "--at", name, "--json").out)["value"] == 2.0


def test_values_are_constant_expressions(adiff: Any) -> None:
    answer = json.loads(adiff("grad", "x + y + z", "x=2/3", "y=sqrt(2)*pi", "z = -1e-3", "--json").out)
    assert answer["inputs"] == {"x": 2 / 3, "y": 2**0.5 * 3.141592653589793, "z": -0.001}


def test_nudge_goes_on_from_the_last(adiff: Any) -> None:
    adiff("grad", *LECTURE)
    result = adiff("nudge", "--step", "0.01")
    assert result.code == 0
    assert result.err == "from (a*b+c)*f at a=2 b=-3 c=10 f=-2\n"
    lines = result.out.splitlines()
    assert [line.split()[-1] for line in lines[-5:]] == ["-8", "-7.28", "-7.286496", "0.9909777778", "0.0981"]
    answer = json.loads(adiff("nudge", "--json", "--quiet").out)
    assert answer["after"] == pytest.approx(-7.286496, rel=1e-15)
    assert answer["inputs"]["a"] == {"old": 2.0, "grad": 6.0, "new": 2.06}
    assert set(answer) >= {"output", "before", "predicted", "after", "step", "inputs", "notes"}


def test_nudge_rebinds_the_stored_point(adiff: Any) -> None:
    adiff("grad", "x^2*y", "x=3", "y=2")
    assert json.loads(adiff("nudge", "x=1", "--json").out)["inputs"]["x"]["old"] == 1.0
    assert json.loads(adiff("nudge", "--json").out)["inputs"]["x"]["old"] == 3.0


def test_nudge_saves_only_when_told(adiff: Any) -> None:
    adiff("grad", "x^2", "x=3")
    assert json.loads(adiff("nudge", "--step", "0.5", "--down", "--save", "--json").out)["inputs"]["x"]["new"] == 0.0
    assert json.loads(adiff("nudge", "--json").out)["before"] == 0.0


def test_a_step_that_goes_too_far_is_told(adiff: Any) -> None:
    answer = json.loads(adiff("nudge", "-x^2", "x=1", "--step", "2", "--json").out)
    assert answer["after"] < answer["before"]
    assert "fell" in answer["notes"][-1]["message"]
    down = json.loads(adiff("nudge", "x^2", "x=1", "--step", "2", "--down", "--json").out)
    assert "rose" in down["notes"][-1]["message"]
    flat = json.loads(adiff("nudge", "x^2", "x=0", "--json").out)
    assert flat["notes"][-1]["kind"] == "stationary"
    assert adiff("nudge", "sqrt(x)", "x=1", "--step", "10", "--down").code == 1


def test_what_is_stored(adiff: Any, home: Path) -> None:
    place = home / "config" / "adiff" / "last.json"
    adiff("grad", "log(x)", "x=-1")
    assert not place.exists()
    adiff("draw", "x^2", "-o", "g.dot")
    assert not place.exists()
    adiff("draw", "x^2", "x=3", "-o", "g.dot")
    assert json.loads(place.read_text())["program"] == "x^2"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [each.name for each in place.parent.iterdir()] == ["last.json"]


def test_storing_can_be_switched_off(adiff: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADIFF_NO_STATE", "1")
    assert adiff("grad", "x^2", "x=3").code == 0
    assert not (home / "config").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}', '{"format": 1, "program": "x", "at": 3}'])
def test_a_damaged_state_is_no_state(adiff: Any, home: Path, content: str) -> None:
    place = home / "config" / "adiff"
    place.mkdir(parents=True)
    (place / "last.json").write_text(content)
    assert "no last expression" in adiff("nudge").err


def test_numbers_survive_the_state_exactly(adiff: Any) -> None:
    adiff("grad", "x*y", "x=0.1", "y=1/3")
    answer = json.loads(adiff("nudge", "--json").out)
    assert (answer["inputs"]["x"]["old"], answer["inputs"]["y"]["old"]) == (0.1, 1 / 3)


def test_a_nudge_that_changes_nothing_compares_nothing(adiff: Any) -> None:
    result = adiff("nudge", "abs(x)", "x=0")
    assert result.code == 0
    assert "nan" not in result.out
    assert "stationary" in result.out
