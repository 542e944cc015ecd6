"""What there is to know of an operation, a function of whole vectors, a constant or a form of the language."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..graph.forward import derivatives as derived
from ..graph.value import Value
from ..language.vectors import REDUCTIONS, Reduction
from ..notation.arrange import arranged
from ..notation.plain import plain
from ..notation.pretty import expressions
from ..notation.spelling import parameters, spelling
from ..ops import CONSTANTS, FUNCTIONS, TABLE, Operation

__all__ = [
    "CONSTANT", "FORMS", "constant_facts", "derivatives", "everything", "facts", "form_facts", "parameters",
    "reduction_facts", "spelling",
]  # fmt: skip

ANYWHERE = "all real numbers"
# Numbers for the inputs of examples that have none.
NUMBERS = {"a": "1", "b": "2", "c": "3", "x": "4"}
# What a constant is, and an expression that shows it.
CONSTANT = {
    "pi": ("The circumference of a circle over its diameter.", "pi*x^2"),
    "e": ("The base of the natural logarithm: exp(x) is e^x.", "e^x"),
    "inf": ("Infinity, greater than every number.", "atan(inf)*x"),
    "nan": ("Not a number: undefined.", "if(x > 0, log(x), nan)"),
}
# Slopes that the printer of formulas would write by the sums of truths that they are computed with.
_STATED = {
    "clamp": {
        "x": "if(x < lo or x > hi, 0, x == lo or x == hi, 1/2, 1)",
        "lo": "if(x < lo, 1, x == lo, 1/2, 0)",
        "hi": "if(x > hi, 1, x == hi, 1/2, 0)",
    },
    "max": {"each": "1 for the one chosen, 1/k for each of k that tie, else 0"},
    "min": {"each": "1 for the one chosen, 1/k for each of k that tie, else 0"},
}


class Form(NamedTuple):
    """A form of the language that takes a whole expression: how it is written, what it is, and a command that shows it."""

    written: str
    definition: str
    doc: str
    command: str


FORMS = {
    "sum": Form("sum(i, 1, n, ...)", "the terms for i = 1, 2, ... to n, added", "A sum over an index; n a whole number.",
                'adiff grad "sum(i, 1, 3, x^i/i)" x=0.5'),
    "prod": Form("prod(i, 1, n, ...)", "the terms for i = 1, 2, ... to n, multiplied",
                 "A product over an index; n a whole number.", 'adiff grad "prod(i, 1, 3, x + i)" x=0.5'),
    "diff": Form("diff(..., x, n)", "the n-th derivative by x", "A derivative; of the first order without n.",
                 'adiff grad "diff(x^3, x, 2)" x=2'),
    "f'": Form("f'(x), f''(x)", "the derivative of a function of one operand, one's own or of the table",
               "A derivative by marks.", "adiff grad \"f(x) = x^3; f''(x)\" x=2"),
}  # fmt: skip


def derivatives(row: Operation) -> dict[str, str]:
    """The partial derivative by each operand, as `adiff diff` writes it; `undefined` where there is none."""
    if row.name in _STATED:
        return _STATED[row.name]
    names = parameters(row)
    if row.variadic:
        return {"each": f"exp({names[0]} - {spelling(row)})"}
    operands = [Value(label=name) for name in names]
    root = Value.of(row, tuple(operands))
    root.origin = (0, 0, None)  # as somebody wrote it
    slopes = derived(root, operands)
    made = expressions([root, *slopes.values()])
    written = (plain(arranged(made[slope])) for slope in slopes.values())
    return dict(zip(names, (text if text != "nan" else "undefined" for text in written), strict=True))


def command(row: Operation) -> str:
    """A command that shows the operation with its derivative: its example, with inputs for numbers."""
    call = re.fullmatch(rf"{'log' if row.name == 'logb' else row.name}\((.*)\)", row.example)
    names = parameters(row)
    if call is None or row is TABLE["select"]:
        inputs = dict.fromkeys(re.findall(r"\b[abcx]\b", row.example))
        return _grad(row.example, {name: NUMBERS[name] for name in inputs})
    numbers = call[1].split(", ")
    names = (*names, *"zuvw")[: len(numbers)]
    # An order, which has no derivative, stays a number.
    fixed = [partial != partial for partial in row.partials] if not row.variadic else [False] * len(numbers)
    shown = [x if still else name for name, x, still in zip(names, numbers, fixed, strict=True)]
    moving = {name: x for name, x, still in zip(names, numbers, fixed, strict=True) if not still}
    return _grad(f"{row.example.partition('(')[0]}({', '.join(shown)})", moving)


def _grad(text: str, bindings: dict[str, str]) -> str:
    return " ".join([f'adiff grad "{text}"', *(f"{name}={x}" for name, x in bindings.items())])


def facts(row: Operation) -> dict[str, Any]:
    """All there is to know of an operation."""
    aliases = [name for name, each in FUNCTIONS.items() if each is row and name not in (row.name, "if")]
    return {
        "name": row.name,
        "written": spelling(row),
        "also": aliases,
        "family": row.family,
        "definition": row.definition,
        "domain": row.domain,
        "derivative": derivatives(row),
        "kinks": f"{row.kinks.where}: slopes {' and '.join(row.kinks.slopes)}, used {row.kinks.used}"
        if row.kinks
        else None,
        "jumps": row.jumps.where if row.jumps else None,
        "cost": row.cost,
        "doc": row.doc,
        "example": row.example,
        "command": command(row),
    }


def reduction_facts(name: str) -> dict[str, Any]:
    """All there is to know of a function of whole vectors, which expands to operations of the table."""
    takes = REDUCTIONS[name]
    return {
        "name": name,
        "family": "vectors",
        **{key: x for key, x in takes._asdict().items() if key != "arity"},
        "command": reduction_command(name, takes),
    }


def reduction_command(name: str, takes: Reduction) -> str:
    """A command that shows the function with its derivative: its example, with inputs for vectors."""
    numbers = [part.replace(" ", "") for part in re.findall(r"\[(.*?)\]", takes.example)]
    vectors = dict(zip(("v",) if takes.arity == 1 else ("u", "v"), numbers, strict=True))
    # The number of parts is the same whatever they are.
    text = f"{name}({', '.join(vectors)})" if name != "len" else "sum(v)/len(v)"
    return _grad(text, vectors)


def form_facts(name: str) -> dict[str, Any]:
    """All there is to know of a form that takes a whole expression."""
    return {"name": name, "family": "forms", **FORMS[name]._asdict()}


def constant_facts(name: str) -> dict[str, Any]:
    """All there is to know of a constant."""
    doc, text = CONSTANT.get(name, ("A constant.", f"{name}*x"))
    return {
        "name": name,
        "family": "constants",
        "written": name,
        "value": CONSTANTS[name],
        "doc": doc,
        "command": _grad(text, {"x": "2"}),
    }


def everything() -> list[Operation]:
    """The rows that people may write."""
    return [row for row in TABLE.values() if not row.hidden]
