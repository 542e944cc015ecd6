"""Answers as JSON: one object, with NaN and the infinities as strings."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..analysis.point import gathered
from ..errors import AdiffError
from ..graph.note import Note

if TYPE_CHECKING:
    from ..analysis.check import Check, InputCheck
    from ..analysis.gradient import Gradient
    from ..analysis.hessian import Hessian
    from ..analysis.hvp import Product
    from ..analysis.nudge import Nudge
    from ..analysis.trust import Trust
    from ..analysis.trust_second import SecondTrust
    from ..analysis.walk import Walk


def dumps(answer: Mapping[str, Any], digits: int | None = None) -> str:
    """The JSON text of an object; its numbers rounded to `digits` significant ones where that is given."""
    return json.dumps(_plain(answer, digits), ensure_ascii=False, allow_nan=False)


def _plain(x: Any, digits: int | None) -> Any:
    """Nothing but what JSON knows. The depth is that of our own answers."""
    if isinstance(x, float):
        if not math.isfinite(x):
            return "NaN" if math.isnan(x) else ("Infinity" if x > 0 else "-Infinity")
        return x if digits is None else float(f"{x:.{digits}g}")
    if isinstance(x, Mapping):
        return {key: _plain(each, digits) for key, each in x.items()}
    if isinstance(x, (list, tuple)):
        return [_plain(each, digits) for each in x]
    return x


def notes(each: Iterable[Note]) -> list[dict[str, Any]]:
    """The notes as objects; of what went wrong also the phase, forward or backward, and the operands."""
    return [
        {"kind": note.kind, "message": note.message, "node": note.node, "span": list(note.span) if note.span else None}
        | ({"phase": note.phase, "operands": dict(note.operands)} if note.phase is not None else {})
        for note in each
    ]


def gradient(
    answer: Gradient,
    elasticities: Mapping[str, Mapping[str, float]] | None = None,
    trusts: Mapping[str, Trust] | None = None,
) -> dict[str, Any]:
    """The object of `grad --json`: a vector's parts as a list."""

    def listed(numbers: Mapping[str, float]) -> dict[str, Any]:
        return gathered(numbers, answer.sizes)

    if len(answer.outputs) == 1:
        found: dict[str, Any] = {
            "output": answer.output,
            "value": answer.value,
            "inputs": listed(answer.inputs),
            "grad": listed(answer.grad),
        }
        if elasticities is not None:
            found["relative"] = listed(elasticities[answer.output])
        if trusts is not None:
            found["trust"] = trust(trusts[answer.output], answer.sizes)
    else:
        found = {
            "outputs": {
                name: {"value": each.value, "grad": listed(each.grad)}
                | ({"relative": listed(elasticities[name])} if elasticities is not None else {})
                | ({"trust": trust(trusts[name], answer.sizes)} if trusts is not None else {})
                for name, each in answer.outputs.items()
            },
            "inputs": listed(answer.inputs),
        }
    return {**found, "notes": notes(answer.notes)}


def trust(found: Trust, sizes: Mapping[str, int]) -> dict[str, Any]:
    """How many digits are right, and under `promised` what the bound of rounding promises; null where nobody can tell."""
    from ..analysis.trust import shown

    right = gathered({name: shown(each.right) for name, each in found.grad.items()}, sizes)
    promised = gathered({name: shown(each.promised) for name, each in found.grad.items()}, sizes)
    return {
        "value": shown(found.value.right),
        "grad": right,
        "promised": {"value": shown(found.value.promised), "grad": promised},
    }


def nudge(answer: Nudge | Walk) -> dict[str, Any]:
    """The object of `nudge --json`, without the trajectory of many steps: a vector's parts as a list."""
    moves = answer.inputs
    old = gathered({name: m.old for name, m in moves.items()}, answer.sizes)
    grad = gathered({name: m.grad for name, m in moves.items()}, answer.sizes)
    new = gathered({name: m.new for name, m in moves.items()}, answer.sizes)
    return {
        "output": answer.output,
        "before": answer.before,
        "predicted": answer.predicted,
        "after": answer.after,
        "ratio": answer.ratio,
        "step": answer.step,
        "largest_step": answer.largest_step,
        "inputs": {name: {"old": x, "grad": grad[name], "new": new[name]} for name, x in old.items()},
        "notes": notes(answer.notes),
    }


def walk(answer: Walk, digits: int | None = None) -> Iterator[str]:
    """The object of `nudge --steps N --json` piece by piece, for its trajectory may be longer than memory is wide."""
    head = {**nudge(answer), "steps": answer.steps, "momentum": answer.momentum}
    if answer.converged is not None:
        head["converged"] = answer.converged
    yield dumps(head, digits).removesuffix("}") + ', "trajectory": ['
    for step, value, inputs in answer.trajectory():
        row = {"step": step, "value": value, "inputs": gathered(inputs, answer.sizes)}
        yield (", " if step else "") + dumps(row, digits)
    yield "]}\n"


def hessian(answer: Hessian, trusted: SecondTrust | None = None) -> dict[str, Any]:
    """The object of `hessian --json`: a vector's parts as a list, but one by one in the matrix."""
    found = {
        "output": answer.output,
        "value": answer.value,
        "inputs": gathered(answer.inputs, answer.sizes),
        "grad": gathered(answer.grad, answer.sizes),
        "hessian": answer.hessian,
        "eigenvalues": answer.eigenvalues,
        "verdict": answer.verdict,
        "notes": notes(answer.notes),
    }
    if trusted is None:
        return found
    from ..analysis.trust import shown

    told = trust(trusted.first, answer.sizes)
    rows = trusted.second.items()
    told["hessian"] = {a: {b: shown(each.right) for b, each in row.items()} for a, row in rows}
    told["promised"]["hessian"] = {a: {b: shown(each.promised) for b, each in row.items()} for a, row in rows}
    return {**found, "trust": told}


def product(answer: Product) -> dict[str, Any]:
    """The object of `hessian --vector V --json`: a vector's parts as a list."""
    return {
        "output": answer.output,
        "value": answer.value,
        "inputs": gathered(answer.inputs, answer.sizes),
        "grad": gathered(answer.grad, answer.sizes),
        "vector": gathered(answer.vector, answer.sizes),
        "product": gathered(answer.product, answer.sizes),
        "curvature": answer.curvature,
        "notes": notes(answer.notes),
    }


def check(answer: Check) -> dict[str, Any]:
    """The object of `check --json`: a vector's parts as a list."""
    found = {
        "verdict": answer.verdict,
        "output": answer.output,
        "value": answer.value,
        "inputs": gathered({name: _checked(each) for name, each in answer.inputs.items()}, answer.sizes),
        "point": gathered(answer.point, answer.sizes),
        "notes": notes(answer.notes),
    }
    if answer.by_hand is not None:
        found |= {"of_gradient": answer.of_gradient, "by_hand": answer.by_hand}
    return found if answer.h is None else {**found, "h": answer.h}


def _checked(each: InputCheck) -> dict[str, Any]:
    """One input of a check."""
    sweep = each.sweep
    found: dict[str, Any] = {
        "verdict": each.verdict,
        "reason": each.judgement.reason,
        "edge": each.judgement.edge,
        "value": each.value,
        "gradient": each.gradient,
        "h": sweep.h,
        "numeric": sweep.numeric,
        "error": each.error,
        "order": {"forward": each.order.forward, "central": each.order.central},
        "slopes": {"left": each.sides.left, "right": each.sides.right},
        "richardson": sweep.richardson if math.isfinite(sweep.richardson) else None,
        "complex": sweep.complex,
        "sweep": [
            {"h": row.h, "forward": row.forward, "central": row.central}
            | ({} if row.complex is None else {"complex": row.complex})
            for row in sweep.rows
        ],
    }
    if each.claim is not None:
        claim = each.claim
        found["against"] = {
            "verdict": claim.verdict, "text": claim.text, "value": claim.value, "right": claim.right,
            "points": claim.points,
        }  # fmt: skip
        if claim.at is not None:
            found["against"] |= {
                "at": claim.at, "claimed": claim.claimed, "gradient": claim.ours,
                "difference": claim.claimed - claim.ours, "guess": claim.guess,
            }  # fmt: skip
    return found


def error(wrong: AdiffError) -> dict[str, Any]:
    """The object of an error under --json."""
    return {
        "error": {
            "kind": wrong.kind,
            "message": wrong.message,
            "span": list(wrong.span) if wrong.span else None,
            "hint": wrong.hint,
            "exit": wrong.exit,
        }
    }
