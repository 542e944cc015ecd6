"""Questions on the backward pass, and what an answer shows to have been forgotten."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import NamedTuple

from ..errors import AdiffError
from ..graph.engine import forward
from ..language import parse, read_source
from .explain import Explanation, Share
from .spoken import Words

# Of more uses than these not every subset is tried for a sum that was left unfinished.
_MOST_SUBSETS = 10
_FACTORS = (*range(2, 13), 100)


class Use(NamedTuple):
    """One use of a value asked for: numbers, the names of what is used and uses it, and what the other operands receive."""

    upstream: float
    local: float
    contribution: float
    value: float
    product: bool
    others: tuple[tuple[str, float], ...]
    above: str
    rule: str
    whole: str


class Question(NamedTuple):
    """The gradient of one value, `truth`, which its uses add up to; `name` is the value's, `grad` what is asked for."""

    node: int
    name: str
    grad: str
    value: float
    truth: float
    uses: tuple[Use, ...]


class Verdict(NamedTuple):
    """What an answer is: `right`, or the mistake by one word, and that in a sentence."""

    kind: str
    message: str

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.kind == "right"


def asked(explained: Explanation) -> list[int]:
    """The indices of the values to ask for, each as soon as all its uses have been passed: the order of the backward pass."""
    last = {share.operand: k for k, share in enumerate(explained.shares)}
    adjoints = explained.adjoints
    return [i for i in sorted(last, key=last.__getitem__) if math.isfinite(adjoints[i]) and _known(explained, i)]


def _known(explained: Explanation, i: int) -> bool:
    """Whether what a value receives is made of finite numbers."""
    return all(math.isfinite(share.local) and math.isfinite(share.upstream) for share in explained.of[i])


def question(words: Words, i: int) -> Question:
    """The question on one value."""
    explained = words.explained
    uses = tuple(_use(words, share) for share in explained.of[i])
    return Question(i, words.name(i), words.grad(i), explained.values[i], explained.adjoints[i], uses)


def _use(words: Words, share: Share) -> Use:
    explained = words.explained
    siblings = [
        (words.name(each.operand), each.contribution)
        for k in words.operands(share.node)[:8]
        if k != share.operand
        for each in explained.of.get(k, ())[:64]
        if each.node == share.node
    ]
    return Use(
        share.upstream, share.local, share.contribution, explained.values[share.operand],
        words.row(share.node).name == "mul", tuple(siblings),
        words.grad(share.node), words.derivative(share), words.meaning(share.node),
    )  # fmt: skip


def judge(answer: float, asked_for: Question, slack: float = 0.0) -> Verdict:
    """Whether an answer is right, to a millionth or to `slack`; else the first mistake that would give it."""
    truth, uses = asked_for.truth, asked_for.uses
    if _same(answer, truth, slack):
        return Verdict("right", "right")
    for kind, number, message in _mistakes(asked_for):
        if _same(answer, number, slack) and not _same(number, truth, 0.0):
            return Verdict(kind, message)
    if truth and math.isfinite(answer):
        for n in _FACTORS:
            for ratio, told in ((n, f"{n}"), (1 / n, f"1/{n}")):
                if _same(answer, truth * ratio, slack) or _same(answer, -truth * ratio, slack):
                    sign = ", and the sign is wrong" if (answer < 0) != (truth < 0) else ""
                    return Verdict("factor", f"off by a factor {told}{sign}")
    what = f"add what its {len(uses)} uses pass back, each" if len(uses) > 1 else "multiply"
    return Verdict("wrong", f"no: {what} upstream × local")


def _same(x: float, y: float, slack: float) -> bool:
    return abs(x - y) <= max(slack, 1e-6 * max(abs(x), abs(y)))


def _mistakes(q: Question) -> Iterator[tuple[str, float, str]]:
    """What people answer instead: the word for it, the number it leads to, and the sentence that names it."""
    uses = q.uses
    if len(uses) > 1:
        for number in _unfinished([use.contribution for use in uses]):
            yield "add", number, f"{q.name} is used {len(uses)} times: add what every use passes back (+=)"
    # The others of several uses are taken to be right.
    for use in uses:
        rest = q.truth - use.contribution
        if abs(use.upstream) != 1:
            message = f"that is the local derivative of {use.whole}: multiply it by what comes from above, {use.above}"
            yield "upstream", rest + use.local, message
            if len(uses) == 1:
                yield "upstream", -use.local, f"{message}, and mind the sign"
    yield "sign", -q.truth, "the size is right, the sign is not"
    for use in uses:
        rest = q.truth - use.contribution
        if len(uses) > 1:
            yield "sign", rest - use.contribution, f"what comes by {use.whole} has the wrong sign"
        if use.product:
            message = f"in {use.whole} the derivative by {q.name} is the other factor, not {q.name} itself"
            yield "value", rest + use.upstream * use.value, message
            yield "value", rest + use.value, message
    yield "value", q.value, f"that is the value of {q.name}, not the gradient: how fast does the output change with it?"
    for use in uses:
        rest = q.truth - use.contribution
        for name, number in use.others:
            yield "swapped", rest + number, f"that is what {use.whole} passes to {name}: the operands are swapped"
        yield (
            "local", rest + use.upstream,
            f"that is what comes from above, {use.above}: multiply it by the local derivative of {use.whole}",
        )  # fmt: skip
        yield "added", rest + use.upstream + use.local, "upstream and local are multiplied along a path, not added"


def _unfinished(parts: list[float]) -> Iterator[float]:
    """The sums of some of the parts but not all: the single ones first."""
    yield from parts
    if len(parts) <= _MOST_SUBSETS:
        for size in range(2, len(parts)):
            yield from map(math.fsum, combinations(parts, size))
    else:
        total = 0.0
        for part in parts[:-1]:
            total += part
            yield total


def number_of(text: str, known: Mapping[str, float]) -> tuple[float, float]:
    """An answer as a number, and half a unit of its last digit where it is a decimal of two digits or more (else 0).

    It is a constant expression, which may use the program's values by their names. Raises AdiffError for any other.
    """
    formula = parse(text, bound=known, name="the answer")
    unknown = [name for name in formula.inputs if name not in known]
    if unknown:
        origin = formula.input_values[unknown[0]].origin
        raise AdiffError(
            "binding", f"the program has no {unknown[0]}", source=read_source(text), at=origin[:2] if origin else None,
            hint="answer with a number, such as -4/2, or by the program's names",
        )  # fmt: skip
    if len(formula.outputs) > 1:
        raise AdiffError("binding", "the answer is one number", hint="write a decimal with a point")
    values = forward(formula, {name: known[name] for name in formula.inputs})
    return values[next(iter(formula.output_nodes.values()))], _half_a_unit(text)


def _half_a_unit(text: str) -> float:
    try:
        _, digits, exponent = Decimal(text.strip()).as_tuple()
    except InvalidOperation:
        return 0.0
    if not isinstance(exponent, int) or exponent >= 0 or len(digits) < 2:
        return 0.0
    return 0.5001 * 10.0**exponent
