"""Derivatives as formulas, against SymPy, Maxima and qalc: whole processes, and SymPy within one.

The lecture's expression, a product of 200 factors, 30 nested functions, a polynomial of 500 terms. Each is differentiated by
x (the lecture's by a) and printed. SymPy is given `diff` alone: its `simplify` would take much longer.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from time import process_time

from measure import ABSENT, Figure, answer, best, environment, ratio, seconds, shown, table, worker

EXPRESSIONS = {
    "lecture": ("(a*b+c)*f", "a"),
    "200 factors": ("*".join(f"(x+{i})" for i in range(1, 201)), "x"),
    "30 nested": ("sin(" * 30 + "x" + ")" * 30, "x"),
    "500 terms": ("+".join(f"{i + 1}*x^{i}" for i in range(500)), "x"),
}


def run(who: str, name: str) -> float:
    """Processor seconds from text to text within a process, imports and one small call not counted."""
    text, x = EXPRESSIONS[name]
    if who == "adiff":
        from autodiff_cli import parse
        from autodiff_cli.analysis.derivatives import derivatives
        from autodiff_cli.notation.plain import plain

        def work(expression: str) -> str:
            return plain(derivatives(parse(expression), wrt=[x]).trees[x])
    else:
        import sympy

        def work(expression: str) -> str:
            return str(sympy.diff(sympy.sympify(expression.replace("^", "**")), sympy.Symbol(x)))

    work(f"{x}*2")
    start = process_time()
    assert work(text)
    return process_time() - start


def commands(name: str, place: Path) -> dict[str, list[str] | None]:
    """The command of each contender."""
    text, x = EXPRESSIONS[name]
    file = place / f"{name.replace(' ', '_')}.adiff"
    file.write_text(text, encoding="utf-8")
    sympy = f"from sympy import *; print(diff(sympify({text.replace('^', '**')!r}), Symbol({x!r})))"
    return {
        "adiff": [sys.executable, "-m", "autodiff_cli", "diff", str(file), "--wrt", x],
        "SymPy": [sys.executable, "-c", sympy],
        "Maxima": ["maxima", "--very-quiet", f"--batch-string=print(diff({text},{x}))$"]
        if shutil.which("maxima")
        else None,
        "qalc": ["qalc", "-t", f"diff({text.replace(x, chr(92) + x) if name == 'lecture' else text}, {x})"]
        if shutil.which("qalc")
        else None,
    }


def main() -> None:
    """Time every contender in turns, and print ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--limit", type=float, default=120.0, help="seconds after which a contender is given up")
    chosen = options.parse_args()
    rows, inside = [], []
    with tempfile.TemporaryDirectory(prefix="adiff-diff-") as place:
        env = environment(XDG_CACHE_HOME=f"{place}/cache", PYTHONPYCACHEPREFIX=f"{place}/bytecode")
        for name in EXPRESSIONS:
            contenders = commands(name, Path(place))
            figures: dict[str, list[Figure]] = {who: [] for who in contenders}
            gone: set[str] = set()
            given_up = f"more than {chosen.limit:.0f} s, or failed"
            for i in range(chosen.rounds + 1):  # one round to warm caches
                for who, command in contenders.items():
                    found = given_up if who in gone else seconds(command, env, chosen.limit) if command else ABSENT
                    if i:
                        figures[who].append(found)
                    elif isinstance(found, str):
                        gone.add(who)
            ours = figures["adiff"]
            rows.append(
                [
                    name,
                    *(best(each) for each in figures.values()),
                    *(shown(ratio(ours, figures[who])) for who in list(figures)[1:]),
                ]
            )
            mine = [worker(__file__, "adiff", name) for _ in range(chosen.rounds)]
            theirs = [worker(__file__, "sympy", name) for _ in range(1 if name == "200 factors" else chosen.rounds)]
            inside.append([name, best(mine), best(theirs), shown(ratio(mine[: len(theirs)], theirs))])
    table(
        "Whole processes, best ms, and adiff / it",
        ["expression", "adiff", "SymPy", "Maxima", "qalc", "/ SymPy", "/ Maxima", "/ qalc"],
        rows,
    )
    table("Within a process, best ms", ["expression", "adiff", "SymPy", "adiff / SymPy"], inside)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        answer(run(sys.argv[2], sys.argv[3]))
    main()
