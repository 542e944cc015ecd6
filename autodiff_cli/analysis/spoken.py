"""What an explanation calls things: values by their names, local derivatives as formulas, places in the program."""

from __future__ import annotations

import math
import re
from itertools import count

from ..errors import Span
from ..notation.numbers import DIGITS, literal, number
from ..notation.rules import ATOM, Leaf, bracketed, operation, rule
from ..notation.text import part, text
from ..ops import Operation
from .explain import Blocked, Explanation, Share

LONGEST = 20
# Of more operands than these the first few are told.
MOST_OPERANDS = 6
# A value that is given a name is told in so many characters.
LONGEST_MEANING = 60
# So many values are named in the order of the text; beyond that, in the order in which they are spoken of.
MOST_IN_ORDER = 10_000
# The letters of invented names: the first of which the program has no such name of its own.
_PREFIXES = ("v", "t", "u", "w", "s", "q", "r", "p", "val")


def _prefix(explained: Explanation) -> str:
    """A letter that the program has no numbered name with."""
    formula = explained.formula
    taken = {*formula.inputs, *formula.sizes, *formula.named, *formula.constants, explained.output}
    used = {found[1] for name in taken if (found := re.fullmatch(r"(\w*?)_?\d*(\[\d+\])?", name))}
    return next((prefix for prefix in _PREFIXES if prefix not in used), "value_")


def _opened(written: str) -> str:
    """A text on one line, without brackets around the whole."""
    found = " ".join(written.split())
    depth = 0
    for k, char in enumerate(found):
        depth += (char == "(") - (char == ")")
        if not depth:
            return found[1:-1].strip() if k and k == len(found) - 1 and found.startswith("(") else found
    return found


class Words:
    """Names for the values of one explanation. A value without a name is called by its expression, a long one v1, v2, ...

    The numbers follow the text, whatever is spoken of first, and the letter is another where the program has such names.
    """

    def __init__(self, explained: Explanation, digits: int = DIGITS) -> None:
        self.explained = explained
        self.digits = digits
        self._nodes = explained.formula.nodes
        # What is asked for again for every operand of a node, of which there may be many.
        self._leaves: dict[int, Leaf] = {}
        self._meanings: dict[int, str] = {}
        self._kinks: dict[int, str] = {}
        # What each invented name stands for.
        self.invented: dict[str, int] = {}
        prefix = _prefix(explained)
        self._free = (f"{prefix}{k}" for k in count(1))
        self._name_in_order()

    def _name_in_order(self) -> None:
        """Name the long values from the output inwards, the left operand first."""
        index, seen, stack = self.explained.formula.index, {self.explained.root}, [self.explained.root]
        while stack and len(seen) < MOST_IN_ORDER:
            i = stack.pop()
            self.leaf(i)
            inside = dict.fromkeys(index[x] for x in self._nodes[i].operands)
            stack += [j for j in reversed(inside) if j not in seen]
            seen.update(inside)

    def leaf(self, i: int) -> Leaf:
        """A value as an operand."""
        if i not in self._leaves:
            self._leaves[i] = self._called(i)
        return self._leaves[i]

    def name(self, i: int) -> str:
        """What a value is called."""
        return self.leaf(i).text

    def _called(self, i: int) -> Leaf:
        node = self._nodes[i]
        if i == self.explained.root and node.op is not None:
            return Leaf(self.explained.output)
        if node.label:
            return Leaf(node.label)
        if node.op is None:
            assert node.data is not None, "an input has a name, and a constant a number"
            return Leaf(literal(node.data), ATOM if node.data >= 0 else 70, node.data)
        written, precedence = part(node, depth=4)
        if len(written) <= LONGEST and "..." not in written:
            return Leaf(written, precedence)
        name = next(self._free)
        self.invented[name] = i
        return Leaf(name)

    def legend(self, i: int) -> str | None:
        """What an invented name stands for, in the words of the program: v3 = (x + 1)^2; None for any other value."""
        name = self.name(i)
        if self.invented.get(name) != i:
            return None
        at, source = self.at(i), self.explained.formula.source
        written = _opened(source.text[slice(*at)]) if at is not None and source is not None else ""
        if not written or len(written) > LONGEST_MEANING:
            written = text(self._nodes[i], depth=5, limit=LONGEST_MEANING)
        calls = self.calls(i)
        return f"{name} = {written}" + (f"  {calls}" if calls else "")

    def row(self, i: int) -> Operation:
        """The operation of a value that is none of the leaves."""
        row = self._nodes[i].op
        assert row is not None, "a leaf is no operation"
        return row

    def operands(self, i: int) -> list[int]:
        """The indices of the operands."""
        return [self.explained.formula.index[x] for x in self._nodes[i].operands]

    def numbers(self, i: int) -> list[float]:
        """The numbers of the operands."""
        return [self.explained.values[j] for j in self.operands(i)]

    def is_constant(self, i: int) -> bool:
        """Whether a value is a leaf that is not differentiated."""
        return self._nodes[i].op is None and self._nodes[i].constant

    def meaning(self, i: int) -> str:
        """The operation of a value on its operands: d*f."""
        if i not in self._meanings:
            row, operands = self.row(i), self.operands(i)
            if row.variadic and len(operands) > MOST_OPERANDS:
                first = ", ".join(map(self.name, operands[:4]))
                before = f"{self.name(operands[0])} - " if row.name == "logshare" else ""
                self._meanings[i] = (
                    f"{before}{'logsumexp' if row.hidden else row.name}({first}, ... {len(operands) - 4} more)"
                )
            else:
                self._meanings[i] = operation(row, list(map(self.leaf, operands)))[0]
        return self._meanings[i]

    def equation(self, i: int) -> str:
        """The name of a value and its operation; the name alone where that is its operation, or it is a leaf."""
        name = self.name(i)
        if self._nodes[i].op is None:
            return name
        meaning = self.meaning(i)
        return name if meaning == name else f"{name} = {meaning}"

    def by(self, i: int) -> str:
        """The derivative of the output by a value: dL/dd, dL/d(a*b)."""
        return f"d{self.explained.output}/d{self._below(i)}"

    def _below(self, i: int) -> str:
        """A value behind the d of a denominator: in brackets unless it is a name."""
        name = self.name(i)
        return name if re.fullmatch(r"\w+(\[\d+\])?", name) else f"({name})"

    def grad(self, i: int) -> str:
        """The gradient of a value as the lecture writes it: d.grad, (a*b).grad."""
        return f"{bracketed(self.leaf(i)[:2], ATOM)}.grad"

    def rule(self, share: Share) -> str:
        """The local derivative of a step as a formula in the operands' names."""
        row, operands = self.row(share.node), self.operands(share.node)
        many = row.variadic and len(operands) > MOST_OPERANDS
        if many and row.kinks is None:
            return self.figure(share.local)
        leaves = [] if many else list(map(self.leaf, operands))
        return rule(row, share.slot, leaves, share.local)

    def derivative(self, share: Share) -> str:
        """The rule as an equation: d(d*f)/dd = f."""
        return f"{self.derived(share)} = {self.rule(share)}"

    def derivative_short(self, share: Share) -> str:
        """The local derivative with its number, of a node whose equation has been told: dL/dd = f = -2."""
        name = self.name(share.node)
        whole = f"({self.meaning(share.node)})" if name == self.meaning(share.node) else name
        return f"d{whole}/d{self._below(share.operand)} = {self.told(share)}"

    def told(self, share: Share) -> str:
        """The rule with the number that it comes to: f = -2; where the rule is that number, it alone."""
        rule, figure = self.rule(share), self.figure(share.local)
        try:
            return figure if float(rule) == share.local else f"{rule} = {figure}"
        except ValueError:  # in letters, or in words, which begin with the number
            return rule if rule.startswith((f"{figure} for ", f"{figure} where ")) else f"{rule} = {figure}"

    def derived(self, share: Share) -> str:
        """What the rule is the rule of: d(d*f)/dd."""
        operands = self.operands(share.node)
        twice = len(operands) <= MOST_OPERANDS and operands.count(share.operand) > 1
        which = f" (operand {share.slot + 1})" if twice else ""
        return f"d({self.meaning(share.node)})/d{self._below(share.operand)}{which}"

    def figure(self, x: float) -> str:
        """A number."""
        return number(x, self.digits)

    def product(self, share: Share) -> str:
        """Upstream times local: 1 × -2 = -2."""
        return f"{self.figure(share.upstream)} × {self.figure(share.local)} = {self.figure(share.contribution)}"

    def why(self, blocked: Blocked) -> str:
        """Why a use of a value passes nothing back to it."""
        name, whole, row = self.name(blocked.operand), self.meaning(blocked.node), self.row(blocked.node)
        if blocked.why == "condition":
            return (
                f"{name if row.name == 'select' else whole} is a condition: it decides, and no slope passes through it"
            )
        if blocked.why == "flat":
            return f"{whole} is flat between its jumps: nothing passes back to {name}"
        kink = self.kink(blocked.node)
        if kink:
            return f"{whole} passes nothing back to {name}: {kink}"
        if row.name == "select":
            return f"{name} is the branch not taken: it counts for nothing"
        if row.name in ("min", "max"):
            return f"{name} is not the {'least' if row.name == 'min' else 'greatest'}: it counts for nothing"
        return f"{whole} does not follow {name} here: it counts for nothing"

    def kink(self, i: int) -> str:
        """The convention at a kink, where an operation is at one."""
        if i not in self._kinks:
            edge, operands = self.row(i).kinks, self.operands(i)
            there = edge is not None and len(set(operands)) == len(operands) and edge.test(*self.numbers(i))
            self._kinks[i] = (
                f"a kink at {edge.where}, with slopes {edge.slopes[0]} and {edge.slopes[1]}; {edge.used} is used"
                if edge is not None and there
                else ""
            )
        return self._kinks[i]

    def better(self, name: str) -> str:
        """A word where grad has another number for a value than its shares, which are undefined or infinite in doubles."""
        summed, partial = self.explained.summed(name), self.explained.partial(name)
        if summed == partial or (math.isnan(summed) and math.isnan(partial)):
            return ""
        return f"the products come to {self.figure(summed)} in doubles; the slope itself is {self.figure(partial)}"

    def at(self, i: int) -> tuple[int, int] | None:
        """The offsets in the program of the text that a value was read from."""
        origin = self._nodes[i].origin
        return None if origin is None or self.explained.formula.source is None else origin[:2]

    def span(self, i: int) -> Span | None:
        """Line, column and length of that text."""
        at, source = self.at(i), self.explained.formula.source
        return None if at is None or source is None else source.span(*at)

    def calls(self, i: int, most: int = 3) -> str:
        """The calls of the program's functions around a value, the innermost first: in g(x), in f(x)."""
        origin, source = self._nodes[i].origin, self.explained.formula.source
        if origin is None or source is None:
            return ""
        found: list[str] = []
        call = origin[2]
        while call is not None and len(found) < most:
            written = " ".join(source.text[call.start : min(call.end, call.start + 80)].split())
            found.append("in " + (written if len(written) <= 40 else written[:37] + "..."))
            call = call.outer
        return ", ".join(found) + (", ..." if call is not None else "")
