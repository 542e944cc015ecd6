"""The manual page: current, whole, without a word of complaint from troff, and part of the wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from autodiff_cli import errors
from autodiff_cli.cli.main import COMPLETE, commands

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "adiff.1"


def installed(program: str, package: str) -> str:
    found = shutil.which(program)
    assert found, f"{program} is not installed, and the manual page must be read with it: apt-get install {package}"
    return found


def rendered(columns: int = 80) -> str:
    """The page as man shows it, without its bold and italics."""
    done = subprocess.run(
        [installed("man", "man-db"), "--warnings", "-E", "UTF-8", "-l", str(PAGE)],
        capture_output=True, text=True, check=True,
        env={**os.environ, "MANWIDTH": str(columns), "LC_ALL": "C.UTF-8", "MANPAGER": "cat"},
    )  # fmt: skip
    assert done.stderr == ""
    return re.sub(r".\x08|\x1b\[[0-9;]*m", "", done.stdout)


def test_the_page_is_current() -> None:
    sys.path.insert(0, str(ROOT))
    try:
        from docs.man import page
    finally:
        sys.path.pop(0)
    assert PAGE.read_text(encoding="utf-8") == page(), "just docs writes it anew"


def test_troff_has_nothing_to_say() -> None:
    done = subprocess.run(
        [installed("groff", "groff-base"), "-ww", "-man", "-Tutf8", "-z", str(PAGE)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""


def test_the_page_is_whole() -> None:
    text = rendered(1000)
    for name, command in commands().items():
        assert f"   adiff {name}\n" in text
        for option in command.params:
            assert all(
                re.search(rf"^ +.*{re.escape(each)}\b", text, flags=re.MULTILINE)
                for each in option.opts
                if each[0] == "-"
            )
    for name, code in vars(errors).items():
        if name.startswith("EXIT_"):
            assert re.search(rf"^ +{code} +[A-Z]", text, flags=re.MULTILINE), name
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "autodiff_cli").rglob("*.py"))
    for variable in set(re.findall(r"\b_?ADIFF_[A-Z_]+\b", source)) - {COMPLETE}:
        assert variable in text


def test_the_page_fits_a_terminal() -> None:
    lines = rendered().splitlines()
    assert max(map(len, lines)) <= 80
    # What is to be typed comes out as plain signs.
    assert '           adiff grad "3x^2 - 4x + 5" x=2/3 --json' in lines
    assert any("f'(x) and diff(expression, x)" in line for line in lines)


def test_the_wheel_brings_the_page() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert built["wheel"]["shared-data"] == {"docs/adiff.1": "share/man/man1/adiff.1"}
    assert "docs" in built["sdist"]["include"]


@pytest.mark.full
def test_the_page_is_in_the_wheel(tmp_path: Path) -> None:
    from zipfile import ZipFile

    subprocess.run([sys.executable, "-m", "build", "-q", "--wheel", "-o", str(tmp_path), str(ROOT)], check=True)
    with ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        found = [name for name in wheel.namelist() if name.endswith(".data/data/share/man/man1/adiff.1")]
        assert len(found) == 1
        assert wheel.read(found[0]) == PAGE.read_bytes()
