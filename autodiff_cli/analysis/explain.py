"""The chain rule at a point: what every use of a value passes back to it, and how that adds up to the gradient."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import AdiffError
from ..graph.engine import NOTHING
from ..graph.formula import Formula
from ..graph.note import Note
from ..language import normalised
from ..notation.numbers import plus, unsigned
from .evaluated import Evaluated
from .gradient import Gradient, answered
from .point import Given, complete, narrowed, not_an_input


class Share(NamedTuple):
    """What one use of a value passes back to it: `contribution` = `upstream` times `local`.

    `node` is the index of the operation in the formula, `slot` the place of the value among its operands, `operand` the index
    of the value. `before` is what the value had from other uses so far.
    """

    node: int
    slot: int
    operand: int
    local: float
    upstream: float
    contribution: float
    before: float

    @property
    def after(self) -> float:
        """What the value has received with this."""
        return plus(self.before, self.contribution)


class Blocked(NamedTuple):
    """A use of a value that passes nothing back to it, and why.

    `why` is `branch` (routing left it out), `condition` (it only decides) or `flat` (the operation's slope is zero).
    """

    node: int
    slot: int
    operand: int
    why: str


@dataclass(frozen=True)
class Explanation:
    """The backward pass from one output to some values of the program.

    `shares` are in the order of the pass, `of` those of each value by index, `blocked` the uses by which nothing is passed
    back. `targets` are the indices of the values explained, by name; `adjoints` the gradient of every value that is reached.
    `gradient` is the answer of grad, whose notes hold here.
    """

    formula: Formula
    output: str
    root: int
    values: Sequence[float]
    targets: dict[str, int]
    gradient: Gradient
    adjoints: dict[int, float]
    shares: tuple[Share, ...]
    of: dict[int, tuple[Share, ...]]
    blocked: tuple[Blocked, ...]
    notes: tuple[Note, ...]
    # Whether doubles left their range, so that the numbers here are those of unbounded exponents, as `Far` beyond doubles.
    unbounded: bool = False

    @property
    def value(self) -> float:
        """The value of the output."""
        return self.values[self.root]

    def partial(self, name: str) -> float:
        """The derivative of the output by a value that is explained: the number of grad where that is an input."""
        found = self.gradient.grad.get(name)
        return unsigned(self.adjoints.get(self.targets[name], 0.0)) if found is None else found

    def summed(self, name: str) -> float:
        """What the shares of a value add up to: where this is NaN or infinite, grad may know better."""
        i = self.targets[name]
        shares = self.of.get(i, ())
        return shares[-1].after if shares else float(i == self.root)

    @property
    def defined(self) -> bool:
        """Whether neither the value nor a derivative asked for is NaN."""
        return not math.isnan(self.value) and not any(math.isnan(self.partial(name)) for name in self.targets)


def explain(
    formula: Formula, at: Given, *, wrt: Iterable[str] | None = None, of: Iterable[str] | None = None
) -> Explanation:
    """Explain the derivative of the output by each input, or by those values of the program that `wrt` names.

    Raises AdiffError for several outputs, an input without a number, or a name that the program does not have, and
    RuntimeError should the shares not add up to the gradient, which would be a defect.
    """
    formula = narrowed(formula, of)
    if len(formula.outputs) > 1:
        names = formula.outputs
        listed = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        raise AdiffError("usage", f"there are several outputs: {listed}", hint=f"explain one of them: --of {names[0]}")
    point = complete(formula, at)
    (output, root), *_ = formula.output_nodes.items()
    targets = _targets(formula, wrt)
    inputs = [name for name in targets if name in formula.input_values]
    # Adjoints are wanted of every value that is explained, the answer is that of the inputs.
    evaluated = Evaluated(formula, point, [targets[name] for name in inputs])
    answer = answered(evaluated, inputs)
    inner = [i for name, i in targets.items() if name not in formula.input_values]
    if inner and evaluated.truth is not None:
        evaluated.places = [*evaluated.places, *inner]
        evaluated.settle()
    values, swept = evaluated.shown()
    adjoints = swept[root]
    depends = depending(formula, targets.values())
    shares, blocked = _shares(evaluated, values, adjoints, depends)
    reached = {i: x for i, x in enumerate(adjoints) if depends[i] and x is not NOTHING}
    of_value: dict[int, list[Share]] = {}
    for share in shares:
        of_value.setdefault(share.operand, []).append(share)
    found = Explanation(
        formula, output, root, values, targets, answer, reached, tuple(shares),
        {i: tuple(each) for i, each in of_value.items()}, tuple(blocked), answer.notes,
        evaluated.truth is not None,
    )  # fmt: skip
    _checked(found)
    return found


def _targets(formula: Formula, names: Iterable[str] | None) -> dict[str, int]:
    """The indices of the values to explain. Raises AdiffError for a name that the output does not depend on."""
    if names is None:
        return {name: formula.index[node] for name, node in formula.input_values.items()}
    found = {}
    for name in formula.expanded(normalised(each) for each in names):
        node = formula.input_values.get(name, formula.named.get(name))
        if node is None or node not in formula.index or node.constant:
            wrong = not_an_input(formula, name)
            if name in formula.named and node is not None and not node.constant:
                wrong.message, wrong.hint = f"{formula.outputs[0]} does not depend on {name}", "leave it out"
            raise wrong
        found[name] = formula.index[node]
    return found


def depending(formula: Formula, targets: Iterable[int]) -> list[bool]:
    """Which nodes depend on any of those at the given indices, operations among them, or are one of them."""
    found = [False] * len(formula.nodes)
    for i in targets:
        found[i] = True
    for i, _, operands in formula.steps:
        found[i] = found[i] or any(found[j] for j in operands)
    return found


def _shares(
    evaluated: Evaluated, values: Sequence[float], adjoints: Sequence[float], depends: Sequence[bool]
) -> tuple[list[Share], list[Blocked]]:
    """Every use of a value that depends on a target, from the output back: what it passes on, and where it passes nothing."""
    formula = evaluated.formula
    root = next(iter(formula.output_nodes.values()))
    shares: list[Share] = []
    blocked: list[Blocked] = []
    so_far: dict[int, float] = {}
    undefined = any(math.isnan(values[i]) for i in formula.output_nodes.values())
    for i, row, operands in reversed(formula.steps):
        u = adjoints[i]
        if u is NOTHING or not depends[i] or undefined:
            continue
        locals_, parts = evaluated.passed(root, i)
        for k, j in enumerate(operands):
            if not depends[j] or (row.name == "defined" and k == 0):
                continue
            if k in parts:
                before = so_far.get(j, 0.0)
                shares.append(Share(i, k, j, locals_[k], u, parts[k], before))
                so_far[j] = plus(before, parts[k])
            elif row.result == "truth" or row.kind(k) == "truth":
                blocked.append(Blocked(i, k, j, "condition"))
            else:
                routed = row.variadic or row.routes[k] is not None
                blocked.append(Blocked(i, k, j, "branch" if routed else "flat"))
    return shares, blocked


def _checked(found: Explanation) -> None:
    """Raises RuntimeError where the shares of an input do not add up to what grad says of it.

    Where a share is infinite or NaN, grad may know better than the sum: then its note tells.
    """
    if not math.isfinite(found.value):
        return
    told = {note.kind for note in found.notes}
    for name in found.targets:
        total, partial = found.summed(name), found.partial(name)
        if told & {"kink", "jump", "indeterminate", "underflow", "overflow", "cancellation"}:
            continue  # slopes from beside the point, or true numbers, each rounded by itself
        if math.isfinite(total) and math.isfinite(partial) and total != partial:
            raise RuntimeError(f"the shares of {name} add up to {total!r}, and its gradient is {partial!r}")
