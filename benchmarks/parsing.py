"""Text to formula against bare Lark: the same grammar, lexer and postlex, and a transformer that does nothing.

Random formulas of sums, products, powers, functions and parentheses, from 1,000 to 1,000,000 tokens. `parse` is text to
Formula, `syntax` the part of it that ends with the flat syntax tree. Each run has a process of its own; time is that of
the processor.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
from time import process_time

from measure import ROOT, Figure, answer, best, ratio, shown, table, worker

SIZES = (1_000, 10_000, 100_000, 1_000_000)
READERS = ("parse", "syntax", "lark")
FUNCTIONS = ("sin", "cos", "exp", "tanh", "sqrt", "log1p")


def tokens(rng: random.Random, depth: int) -> list[str]:
    """A random term."""
    kind = rng.randrange(7) if depth else rng.randrange(2)
    if kind == 0:
        return [rng.choice(("2", "0.5", "3.25", "1e-3", "17"))]
    if kind == 1:
        return [f"x{rng.randrange(40)}"]
    if kind == 2:
        return [rng.choice(FUNCTIONS), "(", *tokens(rng, depth - 1), ")"]
    if kind == 3:
        return ["(", *tokens(rng, depth - 1), rng.choice("+-"), *tokens(rng, depth - 1), ")"]
    if kind == 4:
        return ["(", *tokens(rng, depth - 1), ")", "^", rng.choice("23")]
    return [*tokens(rng, depth - 1), rng.choice("**/"), f"x{rng.randrange(40)}"]


def formula(count: int, seed: int = 1) -> str:
    """A sum of random terms of about `count` tokens, a few terms a line."""
    rng = random.Random(seed)
    parts = [*tokens(rng, 4)]
    terms = 0
    while len(parts) < count:
        terms += 1
        parts += ["+\n" if terms % 8 == 0 else " - " if terms % 3 == 0 else " + ", *tokens(rng, 4)]
    return "".join(parts)


def lark(text: str) -> float:
    """Seconds of bare Lark."""
    from lark import Lark

    from autodiff_cli.language.lines import Lines
    from autodiff_cli.language.syntax import Syntax

    def nothing(children: object) -> None:
        return None

    trivial = type("Trivial", (), {name: staticmethod(nothing) for name in vars(Syntax) if not name.startswith("_")})
    grammar = (ROOT / "grammar" / "adiff.lark").read_text(encoding="utf-8")
    parser = Lark(grammar, parser="lalr", lexer="basic", postlex=Lines(), transformer=trivial())
    parser.parse("x + 1")
    gc.collect()
    start = process_time()
    parser.parse(text)
    return process_time() - start


def product(text: str, reader: str) -> float:
    """Seconds of our parser, or of its first half."""
    from autodiff_cli import parse
    from autodiff_cli.errors import Source
    from autodiff_cli.language.parser import read

    parse("x + 1")
    gc.collect()
    start = process_time()
    found = parse(text) if reader == "parse" else read(Source(text))
    elapsed = process_time() - start
    assert found is not None
    return elapsed


def main() -> None:
    """Measure in turns, and print time per token and ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    figures: dict[tuple[str, int], list[Figure]] = {(who, size): [] for who in READERS for size in SIZES}
    for _ in range(rounds):
        for size in SIZES:
            for who in READERS:
                figures[who, size].append(worker(__file__, who, size))
    rows = []
    for who in READERS:
        each = [figures[who, size] for size in SIZES]
        ratios = [shown(ratio(a, figures["lark", size])) for a, size in zip(each, SIZES, strict=True)]
        found = ratio(each[-1], each[1])
        linear = shown(found and found * SIZES[1] / SIZES[-1])
        rows.append([who, *(best(e, 1e6 / size) for e, size in zip(each, SIZES, strict=True)), linear, *ratios])
    table(f"Microseconds per token, best of {rounds}; it / lark by the median (bar: parse <= 1.5)",
          ["reader", *(f"{size:,}" for size in SIZES), "last/10,000", *(f"ratio {size:,}" for size in SIZES)], rows)  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        program = formula(int(sys.argv[3]))
        answer(lark(program) if sys.argv[2] == "lark" else product(program, sys.argv[2]))
    main()
