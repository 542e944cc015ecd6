"""What `adiff` shows to those who come without a question."""

from __future__ import annotations

from rich.text import Text

from .table import console

# Each line works as it stands, pasted into any shell, one after the other.
EXAMPLES = {
    "the value of an expression, and how it changes with each input": 'adiff grad "(a*b+c)*f" a=2 b=-3 c=10 f=-2',
    "its computation graph, data and gradient on every node": 'adiff draw "(a*b+c)*f" a=2 b=-3 c=10 f=-2 -o graph.svg',
    "a step along the gradient from there, and the value rises": "adiff nudge --step 0.01",
}
NEXT = {
    "adiff --help": "every command",
    "adiff COMMAND --help": "its options, with examples",
    "adiff ops": "every operation of the language",
    "adiff completion --help": "Tab for commands, options and inputs",
}


def write_start() -> None:
    """One line on what adiff is, three examples to paste, and where to go from there."""
    out = console()
    out.print(Text.assemble(("adiff", "bold cyan"), " differentiates expressions and draws their computation graphs"))
    out.print()
    for what, example in EXAMPLES.items():
        out.print(Text(f"  {what}", "dim"))
        out.print(Text(f"    {example}", "cyan"), soft_wrap=True)
    out.print()
    width = max(map(len, NEXT))
    for command, what in NEXT.items():
        out.print(Text.assemble("  ", (command.ljust(width), "cyan"), f"  {what}"))
