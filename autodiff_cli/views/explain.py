"""The chain rule on a terminal: path by path, each step with its place in the program, its rule and its product."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ..analysis.explain import Explanation, Share, depending
from ..analysis.paths import Path, Paths, counts, paths
from ..analysis.spoken import Words
from .table import console, write_notes

MOST_TARGETS = 20
MOST_BLOCKED = 6
MOST_SHARED = 6
MOST_USES = 12
# Names of operands that are told beside an operation, and steps that are named as zeros.
MOST_LEGENDS = 6
MOST_ZEROS = 3
# A longer path is shown by its first and last steps.
LONGEST_PATH = 16
FEW_FACTORS = 8
# Of more paths than these the later ones are told in a line.
MOST_IN_FULL = 6
_WIDEST = 110


def write_explanation(explained: Explanation, *, digits: int, every: bool = False, quiet: bool = False) -> None:
    """Every path to every value that is explained, what adds up where paths meet, and the sum.

    With `every` all steps of all paths that are shown, and all values explained; else, of many, the first and the largest.
    """
    page = _Page(console(), Words(explained, digits), every)
    page.title()
    if not math.isnan(explained.value):
        if not explained.targets:
            page.line(f"{explained.output} has no inputs, so there is nothing to differentiate it by")
        ways = counts(explained)
        for name in list(explained.targets)[: None if every else MOST_TARGETS]:
            page.target(name, paths(explained, name, ways[name]))
        more = len(explained.targets) - MOST_TARGETS
        if more > 0 and not every:
            names = ", ".join(list(explained.targets)[MOST_TARGETS : MOST_TARGETS + 8])
            page.line(Text(f"\n{more:,} more, {names}{', ...' if more > 8 else ''}: name the one to explain", "dim"))
    if not quiet:
        if explained.notes and page.out.is_terminal:
            page.out.print()
        write_notes(page.out, explained.notes)


def write_line(out: Console, text: Text | str, indent: int = 0) -> None:
    """A line, wrapped to its indentation, without blanks at its end."""
    whole = Text(text) if isinstance(text, str) else text
    if not out.is_terminal and indent + cell_len(whole.plain) <= out.width:
        # Nothing to wrap and nothing to colour: of a hundred thousand nodes Rich would make minutes.
        out.file.write(" " * indent + whole.plain.rstrip() + "\n")
        return
    for part in whole.wrap(out, out.width - indent):
        part.rstrip()
        out.print(Text(" " * indent).append_text(part))


def write_rule(out: Console, rule: str, indent: int) -> None:
    """A rule on lines of its own: the derivative, and below it what it is, where both are too wide for one."""
    left, equals, right = rule.partition(" = ")
    if indent + cell_len(rule) > out.width and equals:
        write_line(out, Text(left, "green"), indent)
        write_line(out, Text(f"= {right}", "green"), indent + 2)
    else:
        write_line(out, Text(rule, "green"), indent)


def source_lines(out: Console, words: Words, i: int) -> list[Text]:
    """The line of the program with carets under what a value was read from, and the calls around it."""
    source, at = words.explained.formula.source, words.at(i)
    if source is None or at is None:
        return []
    line, carets = source.underlined(at, max(24, min(out.width, _WIDEST) - 14))
    calls = words.calls(i)
    return [Text(line, "dim"), Text.assemble((carets, "bold magenta"), (f"  {calls}" if calls else "", "dim"))]


def figures(xs: Sequence[str], sign: str) -> str:
    """Numbers joined by a sign, those in the middle left out where there are many."""
    shown = list(xs) if len(xs) <= FEW_FACTORS else [*xs[: FEW_FACTORS // 2], "...", *xs[-FEW_FACTORS // 2 :]]
    return f" {sign} ".join(shown)


def power_of_ten(n: int) -> str:
    """A count with its thousands, or about 1e30 where it is longer than people read."""
    if n < 10**15:
        return f"{n:,}"
    # By its logarithm: the text of a number of more than 4,300 digits is not to be had, and nobody wants it.
    size = n.bit_length() - 1
    digits = math.log10(n >> max(0, size - 60)) + max(0, size - 60) * math.log10(2)
    tenths = round(10 ** (digits % 1 + 1))
    tenths, exponent = (10, int(digits) + 1) if tenths == 100 else (tenths, int(digits))
    return f"about {tenths / 10:.1f}e{exponent}"


class _Page:
    """What has been said: a step that was shown with its place is later told in one line."""

    def __init__(self, out: Console, words: Words, every: bool) -> None:
        self.out = out
        self.every = every
        self.words = words
        self._placed: set[int] = set()
        self._told: set[int] = set()

    def line(self, text: Text | str, indent: int = 0) -> None:
        """A line, wrapped to its indentation."""
        write_line(self.out, text, indent)

    def title(self) -> None:
        """The output with its value, and the point."""
        explained = self.words.explained
        point = explained.gradient.inputs
        known = ", ".join(f"{name} = {self.words.figure(x)}" for name, x in list(point.items())[:12])
        at = f" at {known}{', ...' if len(point) > 12 else ''}" if point else ""
        self.line(Text.assemble((f"{explained.output} = {self.words.figure(explained.value)}", "bold"), at))

    def target(self, name: str, found: Paths) -> None:
        """All about one derivative."""
        words, i = self.words, self.words.explained.targets[name]
        write_line(self.out, "")
        head = f"{words.by(i)} = {words.figure(found.total)}"
        many = f", {power_of_ten(found.how_many)} paths, whose contributions add" if found.how_many > 1 else ""
        still = f"{self.words.explained.output} does not change with {name}"
        beside = "the rules at the point alone pass nothing back, the slopes beside it do"
        none = "" if found.how_many else f", no path: {still if found.total == 0 else beside}"
        self.line(Text.assemble((head, "bold cyan"), many or none))
        if found.how_many > len(found.shown):
            self.line(f"the {len(found.shown)} that contribute most:", 2)
        nothing = {k for k, path in enumerate(found.shown, 1) if path.contribution == 0}
        if self.every or len(found.shown) == 1:
            nothing = set()
        elif nothing and len(nothing) == len(found.shown):  # one of them shows why
            nothing.remove(1)
        full = 0
        for k, path in enumerate(found.shown, 1):
            if k not in nothing:
                full += 1
                self.path(
                    path, f"path {k}  " if found.how_many > 1 else "", brief=full > MOST_IN_FULL and not self.every
                )
        self.nothing(found, sorted(nothing))
        self.blocked(i)
        if found.how_many > 1:
            self.meetings(found)
            self.sum(name, found)
        better = words.better(name)
        if better:
            self.line(Text(better, "yellow"), 2)

    def nothing(self, found: Paths, which: Sequence[int]) -> None:
        """A line about the paths that contribute 0, and the steps that are to blame."""
        if not which:
            return
        words = self.words
        zeros = (next((step for step in found.shown[k - 1].steps if step.local == 0), None) for k in which)
        rules = list(dict.fromkeys(words.derivative(step) for step in zeros if step is not None))
        why = f": {', '.join(rules[:MOST_ZEROS])}{', ...' if len(rules) > MOST_ZEROS else ''}" if rules else ""
        listed = [str(k) for k in which]
        if len(which) == 1:
            head = f"path {listed[0]} contributes 0"
        else:
            head = f"paths {', '.join(listed[:-1])} and {listed[-1]} contribute 0"
        self.line(Text.assemble((head, "bold"), why), 2)

    def legend(self, which: Iterable[int]) -> None:
        """What the invented names of some values stand for, each told once."""
        for i in dict.fromkeys(which):
            if i not in self._told:
                self._told.add(i)
                legend = self.words.legend(i)
                if legend is not None:
                    self.line(Text(legend, "dim"), 4)

    def path(self, path: Path, label: str, *, brief: bool) -> None:
        """The steps of a path, and their product; in brief the product alone."""
        words = self.words
        if not path.steps:
            self.line(f"{words.explained.output} is itself what is asked for: its derivative by itself is 1", 2)
            return
        steps = list(range(len(path.steps)))
        cut = len(steps) > LONGEST_PATH and not self.every
        if cut:
            steps = [*steps[: LONGEST_PATH // 2], -1, *steps[-LONGEST_PATH // 2 :]]
        names = ["..." if k < 0 else words.name(path.steps[k].operand) for k in steps]
        way = " → ".join([words.name(path.steps[0].node), *names])
        self.line(Text.assemble((label, "bold"), (way, "cyan")), 2)
        told = [path.steps[k] for k in steps if k >= 0]
        self.legend([path.steps[0].node, *(step.operand for step in told)])
        if not brief:
            self.legend([j for step in told for j in words.operands(step.node)[:MOST_LEGENDS]])
            self.steps(path, steps)
        if len(path.steps) > 1:
            factors = figures([words.figure(step.local) for step in path.steps], "×")
            self.line(Text.assemble((f"{factors} = ", "dim"), (words.figure(path.contribution), "bold")), 4)

    def steps(self, path: Path, steps: Sequence[int]) -> None:
        """The steps of a path at some places; -1 is where others are left out."""
        words = self.words
        rules = {k: f"{words.derived(path.steps[k])} = {words.told(path.steps[k])}" for k in steps if k >= 0}
        room = min(self.out.width, _WIDEST) - 8
        column = max((cell_len(each) for each in rules.values() if cell_len(each) < 0.6 * room), default=0) + 3
        for k in steps:
            if k < 0:
                self.line(Text(f"... {len(path.steps) - LONGEST_PATH:,} more steps", "dim"), 4)
                continue
            step = path.steps[k]
            self.point_out(step.node)
            upstream = 1.0 if k == 0 else path.products[k - 1]
            product = f"{words.figure(upstream)} × {words.figure(step.local)} = {words.figure(path.products[k])}"
            self.two(rules[k], product, column, room)
            kink = words.kink(step.node)
            if kink:
                self.line(Text(kink, "yellow"), 6)

    def two(self, rule: str, product: str, column: int, room: int) -> None:
        """A rule and its product, in one line where there is room."""
        blanks = max(column - cell_len(rule), 3)
        if cell_len(rule) + blanks + cell_len(product) <= room:
            self.line(Text.assemble((rule, "green"), " " * blanks, product), 6)
        else:
            write_rule(self.out, rule, 6)
            self.line(product, 6)

    def point_out(self, i: int) -> None:
        """Where a value stands in the program, once."""
        if i not in self._placed:
            self._placed.add(i)
            for text in source_lines(self.out, self.words, i):
                self.line(text, 4)

    def blocked(self, target: int) -> None:
        """The uses on the way to a target by which nothing is passed back."""
        explained = self.words.explained
        if not explained.blocked:
            return
        depends = depending(explained.formula, [target])
        found = [each for each in explained.blocked if depends[each.operand]]
        for each in found[:MOST_BLOCKED]:
            self.point_out(each.node)
            self.legend([each.node, each.operand])
            self.line(Text(self.words.why(each), "yellow"), 6)
        if len(found) > MOST_BLOCKED:
            self.line(Text(f"and {len(found) - MOST_BLOCKED:,} more uses that pass nothing back", "dim"), 6)

    def meetings(self, found: Paths) -> None:
        """The values on the paths that are used more than once: what their uses pass back adds up."""
        explained, words = self.words.explained, self.words
        met: dict[int, tuple[Share, ...]] = {}
        for path in found.shown:
            for step in path.steps if len(path.steps) <= 1000 else path.steps[-LONGEST_PATH:]:
                if len(explained.of[step.operand]) > 1:
                    met[step.operand] = explained.of[step.operand]
        for i in sorted(met, reverse=True)[-MOST_SHARED:]:
            uses = met[i]
            self.legend(
                [i, *(j for use in uses[:MOST_USES] for j in (use.node, *words.operands(use.node)[:MOST_LEGENDS]))]
            )
            times = "twice" if len(uses) == 2 else f"{len(uses):,} times"
            self.line(
                Text.assemble(
                    (words.name(i), "cyan"), f" is used {times}: what each use passes back is added, += not ="
                ),
                2,
            )
            shown = [f"by {words.name(use.node)}: {words.rule(use)}" for use in uses[:MOST_USES]]
            column = max(map(cell_len, shown)) + 3
            for use, text in zip(uses, shown, strict=False):
                self.two(text, words.product(use), min(column, 44), min(self.out.width, _WIDEST) - 8)
            if len(uses) > MOST_USES:
                self.line(Text(f"... {len(uses) - MOST_USES:,} more uses", "dim"), 6)
            total = figures([words.figure(use.contribution) for use in uses], "+")
            self.line(Text.assemble(f"{words.grad(i)} = {total} = ", (words.figure(uses[-1].after), "bold")), 4)

    def sum(self, name: str, found: Paths) -> None:
        """The contributions of all paths, which come to the derivative."""
        words = self.words
        left = found.how_many - len(found.shown)
        by = words.by(words.explained.targets[name])
        total = Text.assemble((words.figure(words.explained.summed(name)), "bold"))
        if left:
            if math.isfinite(found.rest):
                shown = math.fsum(path.contribution for path in found.shown)
                head = f"the {len(found.shown)} shown: {words.figure(shown)}"
                self.line(f"{head}, the other {power_of_ten(left)}: {words.figure(found.rest)}", 2)
            self.line(Text(f"{by} = ").append_text(total), 2)
        else:
            parts = figures([words.figure(path.contribution) for path in found.shown], "+")
            self.line(Text(f"{by} = {parts} = ").append_text(total), 2)
