"""The page on how adiff is built says how to add an operation. This does what it says, in a copy, and looks at what came of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "pages" / "built.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```python title='([^'\n]*)'\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Copy:
    """A copy of the repository, and commands run in it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        for name in ("autodiff_cli", "grammar", "tests", "docs"):
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", place)

    def python(self, *args: str) -> str:
        environment = {
            **os.environ, "PYTHONPATH": str(self.place), "XDG_CACHE_HOME": str(self.place / "cache"),
            "XDG_CONFIG_HOME": str(self.place / "config"),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, *args], cwd=self.place, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def adiff(self, *args: str) -> str:
        return self.python("-m", "autodiff_cli", *args)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The repository with the page's changes: each block goes above the line that its title names."""
    made = Copy(tmp_path_factory.mktemp("copy"))
    blocks = BLOCK.findall(PAGE)
    assert len(blocks) == PAGE.count("python title=") >= 5
    for title, code in blocks:
        name, _, anchor = title.partition(", above: ")
        path = made.place / name
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        places = [i for i, line in enumerate(lines) if line.strip().startswith(anchor)]
        assert len(places) == 1, f"{title}: {len(places)} such lines"
        lines.insert(places[0], code)
        path.write_text("".join(lines), encoding="utf-8")
    return made


def test_the_grammar_knows_it(copy: Copy) -> None:
    for x in (0.25, 0.5, 1e-9, 1 - 1e-9):
        answer = json.loads(copy.adiff("grad", "logit(x)", f"x={x!r}", "--json"))
        assert answer["grad"]["x"] == pytest.approx(1 / (x * (1 - x)), rel=1e-15)
        assert answer["notes"] == []


def test_its_derivative_is_its_slope(copy: Copy) -> None:
    x, h = 0.3, 1e-5
    below, at, above = (
        json.loads(copy.adiff("grad", "logit(x)", f"x={each!r}", "--json")) for each in (x - h, x, x + h)
    )
    assert at["grad"]["x"] == pytest.approx((above["value"] - below["value"]) / (2 * h), rel=1e-8)


def test_its_edges(copy: Copy) -> None:
    answer = json.loads(copy.adiff("grad", "logit(x) + logit(y)/3", "x=1", "y=0.5", "--json"))
    assert (answer["value"], answer["grad"]["x"]) == ("Infinity", "Infinity")
    assert [note["kind"] for note in answer["notes"]] == ["infinity"]
    resolved = json.loads(copy.adiff("grad", "cbrt(logit(x))^3", "x=0.5", "--json"))
    assert resolved["grad"]["x"] == pytest.approx(4.0, rel=1e-15)


def test_it_is_drawn_and_described(copy: Copy) -> None:
    copy.adiff("draw", "y = logit(x)", "x=0.75", "-o", "logit.svg")
    assert ">logit</text>" in (copy.place / "logit.svg").read_text(encoding="utf-8")
    told = copy.adiff("ops", "logit")
    assert "The log-odds of a probability" in told
    assert "1/(x*(1 - x))" in told
    assert copy.python("-c", "from autodiff_cli import Value; print(Value(0.5).logit())") == "Value(0.0)\n"


def test_the_tests_of_the_table_cover_it(copy: Copy) -> None:
    command = re.search(r"^python (-m pytest tests/test_table.py .*)$", PAGE, flags=re.MULTILINE)
    assert command
    chosen = "logit or promises or judge"
    out = copy.python(*command[1].split(), "-k", chosen, "-vv", "-p", "no:cacheprovider")
    covering = set(re.findall(r"test_\w+\[logit\] PASSED", out))
    assert len(covering) == 6, out
    assert "test_every_row_has_a_judge PASSED" in out
    assert "test_the_language_offers_what_it_promises PASSED" in out


def test_the_reference_has_it_by_itself(copy: Copy) -> None:
    copy.python("-m", "cogapp", "-r", "-P", "-I", ".", "docs/pages/operations.md")
    assert "\n### `logit(x)`\n" in (copy.place / "docs" / "pages" / "operations.md").read_text(encoding="utf-8")


def test_files_that_the_page_names_exist() -> None:
    for name in re.findall(r"`((?:autodiff_cli|grammar|benchmarks)/[\w/.]*)`", PAGE):
        assert (ROOT / name).exists(), name
