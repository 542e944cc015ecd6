"""Derivatives that somebody else worked out: which input each is by, and where it differs from ours."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import AdiffError
from ..graph.adjoint import adjoint
from ..graph.engine import backward, forward
from ..graph.formula import Formula
from ..graph.forward import replaced
from ..graph.value import Value
from ..language import NAME, normalised, parse
from ..notation.numbers import number
from ..notation.text import text as written
from .differences import rounding
from .exact import Exact
from .point import gathered, not_an_input
from .suspects import Sample, suspect
from .verdict import ILL, RIGHT, WRONG

# Points nearby at which a derivative is compared, beside the point itself.
NEARBY = 24
# Two derivatives that differ by less than this part are one; so are those that differ by less than so many times rounding.
_SAME = 1e-8
_ROUNDING = 64.0
_DIGITS = 60
_HEAD = rf"(?:^|[;,\n])\s*({NAME}(?:\[\d+\])?)\s*"


class Claim(NamedTuple):
    """A derivative as somebody wrote it: its text, and what it means on the values of the formula it belongs to."""

    text: str
    value: Value


@dataclass(frozen=True, slots=True)
class Compared:
    """A claimed derivative beside ours: its value at the point, at how many points it was compared, and where it differs.

    `at` is the first point where it differs, `claimed` and `ours` the derivatives there, `guess` what may have gone wrong.
    """

    text: str
    value: float
    points: int
    at: dict[str, float] | None = None
    claimed: float = math.nan
    ours: float = math.nan
    guess: str | None = None

    @property
    def right(self) -> bool:
        """Whether it differs nowhere that it could be compared at."""
        return self.at is None and self.points > 0

    @property
    def verdict(self) -> str:
        """right, wrong, or ill-conditioned where there was nothing to compare it with."""
        return RIGHT if self.right else WRONG if self.at is not None else ILL


def claims(formula: Formula, texts: Sequence[str], wanted: Sequence[str]) -> dict[str, Claim]:
    """The claimed derivative by each input that one is claimed for.

    A text is `NAME: EXPR` or `NAME = EXPR`, several of these parted by commas; or a program that defines dNAME; or plain
    expressions, as many as `wanted` has inputs. Names are those of the formula, what it defines among them. Raises AdiffError
    for any other.
    """
    found: dict[str, Claim] = {}
    for text in texts:
        for name, claim in _read(formula, normalised(text), wanted):
            if name not in formula.input_values:
                raise not_an_input(formula, name)
            if name in found:
                raise AdiffError(
                    "usage", f"two derivatives by {name} are given with --against", hint="leave one of them out"
                )
            found[name] = claim
    return found


def _read(formula: Formula, text: str, wanted: Sequence[str]) -> Iterator[tuple[str, Claim]]:
    heads = [
        each
        for each in re.finditer(_HEAD + r"(:|=(?!=))", text)
        if each[2] == ":" or each[1] in {*formula.inputs, *formula.sizes}
    ]
    if heads:
        before = text[: heads[0].start()].strip().rstrip(";,")
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            end = len(text) if following is None else following.start()
            own = text[head.end() : end].strip().rstrip(",;")
            program = _program(formula, f"{before}\n{own}" if before else own)
            yield from _headed(formula, head[1], program, own)
        return
    program = _program(formula, text)
    named = {name: f"d{name}" for name in wanted if f"d{name}" in program.named}
    if named:
        program = program.of(*named.values())
        for name, output in named.items():
            yield name, _claim(formula, program, output)
    elif len(program.outputs) != len(wanted):
        count = len(program.outputs)
        raise AdiffError(
            "usage",
            f"--against has {count} derivative{'s' * (count > 1)}, and there are {len(wanted)} inputs",
            hint=f'say which input each is by: --against "{wanted[0]}: ..."',
        )
    else:
        for name, output in zip(wanted, program.outputs, strict=True):
            yield name, _claim(formula, program, output, text if len(wanted) == 1 else None)


def _headed(formula: Formula, name: str, program: Formula, own: str) -> Iterator[tuple[str, Claim]]:
    """What is claimed for one input, or for each part of a vector. Raises AdiffError for another number of derivatives."""
    size = formula.sizes.get(name)
    parts = [name] if size is None else [f"{name}[{k}]" for k in range(1, size + 1)]
    if len(program.outputs) != len(parts):
        wanted = "one derivative" if size is None else f"{size} derivatives, one for each part,"
        raise AdiffError(
            "usage",
            f"{name} takes {wanted} and --against has {len(program.outputs)} for it",
            hint=f"write {name}: and {'an expression' if size is None else f'a list, as in {name}: 2*{name}'}",
        )
    for part, output in zip(parts, program.outputs, strict=True):
        yield part, _claim(formula, program, output, own if size is None else None)


def _program(formula: Formula, text: str) -> Formula:
    """A text in which the formula's names mean what they mean there."""
    shapes = gathered(dict.fromkeys(formula.inputs, 0.0), formula.sizes)
    own = {name for name in formula.named if name in text}
    return parse(text, bound={**dict.fromkeys(own, 0.0), **shapes}, name="--against")


def _claim(formula: Formula, program: Formula, output: str, text: str | None = None) -> Claim:
    """An output of the claim's program on the values of the formula. Raises AdiffError for a name that has none."""
    parts = {each.label: each for some in formula.vectors.values() for each in some}
    known = {**parts, **formula.named, **formula.input_values}
    root = program.nodes[program.output_nodes[output]]
    by: dict[Value, Value] = {}
    for name, leaf in program.input_values.items():
        if name in program.defaults and name not in formula.input_values:
            by[leaf] = Value(program.defaults[name], constant=True)
        elif name in known:
            by[leaf] = known[name]
        else:
            raise AdiffError(
                "binding", f"the derivative uses {name}, which the expression does not", source=program.source,
                at=leaf.origin[:2] if leaf.origin else None, hint=f"it may use {', '.join(list(known)[:12])}",
            )  # fmt: skip
    shown = written(root, depth=6, limit=60) if text is None else " ".join(text.split())
    return Claim(shown, replaced(root, by))


def compare(
    formula: Formula, point: Mapping[str, float], name: str, claim: Claim, *, seed: int, here: bool = True
) -> Compared:
    """A claimed derivative against ours: at the point (unless `here` is false: it bends there), and at random points nearby."""
    root = formula.nodes[next(iter(formula.output_nodes.values()))]
    x = formula.input_values[name]
    both = Formula({"ours": adjoint(root, [x])[x], "claim": claim.value, "": root}, formula.input_values)
    at_point = forward(both, point)[both.output_nodes["claim"]]
    samples: list[Sample] = []
    wrong: Sample | None = None
    for k, there in enumerate(nearby(point, seed)):
        if k == 0 and not here:
            continue
        sample = _sample(both, there)
        if sample is None:
            continue
        samples.append(sample)
        if wrong is None and not (_near(sample.claimed, sample.ours) or _rounded(both, sample)):
            wrong = sample
    if wrong is None:
        return Compared(claim.text, at_point, len(samples))
    guess = suspect(formula, name, samples)
    return Compared(claim.text, at_point, len(samples), wrong.point, wrong.claimed, wrong.ours, guess)


def nearby(point: Mapping[str, float], seed: int) -> Iterator[dict[str, float]]:
    """The point, and random ones about it: by turns so far off in proportion to each input, and by about 1."""
    chance = random.Random(seed)  # noqa: S311
    yield dict(point)
    for k in range(NEARBY):
        far = (0.01, 0.3, 1.0)[k % 3]
        if k % 2:
            factors = {name: math.exp(far * chance.uniform(-1, 1)) for name in point}
            yield {name: x * factors[name] if x else factors[name] - 1.0 for name, x in point.items()}
        else:
            yield {name: x + far * max(1.0, abs(x)) * chance.uniform(-1, 1) for name, x in point.items()}


def _sample(both: Formula, point: dict[str, float]) -> Sample | None:
    """Both derivatives at a point, in high precision where doubles see a difference; None where ours has no number."""
    values = forward(both, point)
    value, ours, claimed = (values[both.output_nodes[each]] for each in ("", "ours", "claim"))
    if not (math.isfinite(ours) and _near(claimed, ours)):
        if not (inputs := {name: point[name] for name in both.inputs}) or not all(map(math.isfinite, inputs.values())):
            return None
        judge = Exact(both, point)
        exact = judge.numbers(both.output_nodes, _DIGITS + judge.span(both.output_nodes))
        value, ours, claimed = (float(exact[each]) for each in ("", "ours", "claim"))
    return Sample(point, ours, claimed) if math.isfinite(ours) and not math.isnan(value) else None


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= _SAME * max(abs(a), abs(b))


def _rounded(both: Formula, sample: Sample) -> bool:
    """Whether the difference is no more than the rounding of numbers written in the two texts."""
    values = forward(both, sample.point)
    allowed = [rounding(values, backward(both, values, both.output_nodes[each])) for each in ("ours", "claim")]
    return abs(sample.claimed - sample.ours) <= _ROUNDING * math.fsum(allowed)


def told(compared: Compared, name: str, output: str) -> str:
    """What there is to say of a comparison, in one sentence."""
    what = f"d{output}/d{name}"
    if compared.points == 0:
        return f"there is no derivative here or near by to compare {compared.text} with"
    if compared.at is None:
        return f"{what} = {compared.text} agrees at {compared.points} point{'s' * (compared.points != 1)}"
    where = ", ".join(f"{each} = {number(x, 6)}" for each, x in list(compared.at.items())[:6])
    if math.isnan(compared.claimed):
        return f"{what} is {number(compared.ours)} at {where}, where {compared.text} is undefined"
    off = number(compared.claimed - compared.ours, 6)
    guess = f": {compared.guess}" if compared.guess else ""
    return (
        f"{what} is {number(compared.ours)} at {where}, and {compared.text} is {number(compared.claimed)}, "
        f"off by {off}{guess}"
    )
