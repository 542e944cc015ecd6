"""A whole command from a wheel, against importing click and lark, and against qalc, Maxima and SymPy.

Builds a wheel, installs it with bytecode into a virtual environment of its own, and times whole processes in turns.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import ABSENT, ROOT, Figure, best, ratio, seconds, shown, table

GRAD = ["grad", "--json", "(a*b+c)*f", "a=2", "b=-3", "c=10", "f=-2"]
SYMPY = (
    "from sympy import diff, symbols; a, b, c, f = symbols('a b c f'); L = (a*b + c)*f; "
    "at = {a: 2, b: -3, c: 10, f: -2}; print(L.subs(at), [diff(L, x).subs(at) for x in (a, b, c, f)])"
)
MAXIMA = "L:(a*b+c)*f$ at:[a=2,b=-3,c=10,f=-2]$ print(subst(at,[L,diff(L,a),diff(L,b),diff(L,c),diff(L,f)]))$"


def environment(home: Path) -> dict[str, str]:
    """The user's environment with a home of its own, bytecode, and nothing of this checkout on the path."""
    dropped = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "ADIFF_NO_STATE")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_CONFIG_HOME": str(home / "config")}


def venv(place: Path, *packages: str) -> Path | None:
    """The Python of a new virtual environment with packages and their bytecode; None where they cannot be had."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}
    subprocess.run([sys.executable, "-m", "venv", str(place)], env=env, check=True)
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [str(python), "-m", "pip", "install", "-q", *packages]
    if subprocess.run(install, env=env, capture_output=True, check=False).returncode:
        return None
    subprocess.run([str(python), "-m", "compileall", "-q", str(place)], env=env, capture_output=True, check=False)
    return python


def wheel(place: Path) -> Path:
    """A wheel of this checkout."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(place), str(ROOT)]
    subprocess.run(command, check=True)
    return next(place.glob("*.whl"))


def contenders(place: Path) -> dict[str, list[str] | None]:
    """The command of each contender, ours first; None where it is not installed."""
    ours = venv(place / "ours", str(wheel(place)))
    if ours is None:
        raise SystemExit("the wheel could not be installed")
    sympy = venv(place / "sympy", "sympy")
    return {
        "adiff grad --json": [str(ours.with_name("adiff")), *GRAD],
        "python -c 'import click, lark'": [str(ours), "-c", "import click, lark"],
        "python -c pass": [str(ours), "-c", "pass"],
        "qalc, one partial": ["qalc", "-t", r"diff((\a*\b+\c)*\f, \a)"] if shutil.which("qalc") else None,
        "Maxima, four partials": ["maxima", "--very-quiet", f"--batch-string={MAXIMA}"]
        if shutil.which("maxima")
        else None,
        "SymPy, four partials": [str(sympy), "-c", SYMPY] if sympy else None,
    }


def main() -> None:
    """Time every contender in every round, and print the ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=40)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="adiff-startup-") as name:
        place = Path(name)
        commands = contenders(place)
        env = environment(place)
        figures: dict[str, list[Figure]] = {who: [] for who in commands}
        for i in range(rounds + 2):  # two rounds to warm caches
            for who, command in commands.items():
                found = seconds(command, env) if command else ABSENT
                if i >= 2:
                    figures[who].append(found)
    ours = next(iter(figures.values()))
    rows = [[who, best(theirs), shown(ratio(ours, theirs))] for who, theirs in figures.items()]
    table(f"Whole processes, {rounds} rounds (bar: <= 1.25 x importing click and lark; ahead of qalc and SymPy)",
          ["process", "best ms", "adiff / it"], rows)  # fmt: skip


if __name__ == "__main__":
    main()
