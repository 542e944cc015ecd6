"""Every way to install: wheel, sdist, editable, plain checkout. Each finds the grammar and works without a dot program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.full


def adiff(python: Path, place: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command away from the checkout, with nothing but itself on the PATH."""
    clean = {"PATH": str(python.parent), "HOME": str(place), "XDG_CACHE_HOME": str(place / "cache"), **environment}
    return subprocess.run(
        [str(python), "-m", "autodiff_cli", *args], cwd=place, env=clean, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("kind", ["wheel", "sdist", "editable"])
def test_installed(kind: str, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    if kind == "editable":
        what = ["-e", str(ROOT)]
    else:
        subprocess.run([sys.executable, "-m", "build", "-q", f"--{kind}", "-o", str(tmp_path), str(ROOT)], check=True)
        what = [str(next(tmp_path.glob("*.whl" if kind == "wheel" else "*.tar.gz")))]
    subprocess.run([str(python), "-m", "pip", "install", "-q", *what], check=True)
    found = adiff(python, tmp_path, "grad", "(a*b+c)*f", "a=2", "b=-3", "c=10", "f=-2", "--json")
    assert json.loads(found.stdout)["grad"] == {"a": 6.0, "b": -4.0, "c": -2.0, "f": 4.0}, found.stderr
    drawn = adiff(python, tmp_path, "draw", "x^2", "x=3", "-o", "g.png")
    assert drawn.returncode == 0, drawn.stderr
    assert (tmp_path / "g.png").stat().st_size > 1000
    nudged = adiff(python, tmp_path, "nudge", "--json", "--quiet")
    assert json.loads(nudged.stdout)["inputs"]["x"]["old"] == 3.0
    listed = subprocess.run([str(home / "bin" / "adiff"), "--version"], capture_output=True, text=True, check=True)
    assert listed.stdout.startswith("adiff, version")


def test_a_plain_checkout(tmp_path: Path) -> None:
    """No installation of adiff at all, only of what it needs."""
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from autodiff_cli import grad; print(grad('x^2', x=3).grad)"
    )
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "{'x': 6.0}\n"


def test_started_many_times_at_once(tmp_path: Path) -> None:
    """Cold cache, twelve starts."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    starts = [
        subprocess.Popen(
            [sys.executable, "-m", "autodiff_cli", "grad", f"x^2 + {i}", "x=3", "--json"],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for i in range(12)
    ]  # fmt: skip
    for i, start in enumerate(starts):
        out, err = start.communicate(timeout=120)
        assert (json.loads(out)["value"], err) == (9.0 + i, "")
