"""adiff ops"""

from __future__ import annotations

import re
from collections.abc import Mapping

import click

from ..errors import EXIT_DONE, AdiffError, nearest
from ..language import parse
from ..language.vectors import REDUCTIONS
from ..notation.spelling import spelling
from ..ops import CONSTANTS, FUNCTIONS, TABLE, Operation
from . import options
from .main import Command

# Signs that the language reads as others.
_SIGNS = {
    "**": "^", "×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "≤": "<=", "≥": ">=", "≠": "!=", "π": "pi", "∞": "inf",
}  # fmt: skip


@click.command("ops", cls=Command)
@click.argument("name", required=False)
@options.shared
def command(name: str | None, as_json: bool, digits: int | None, quiet: bool) -> int:
    """Every operation of the language, or all about one.

    \b
    adiff ops
    adiff ops "log(x, b)"
    """
    from ..views import operations, reference

    if name is None:
        facts = reference.entries()
    else:
        facts = [
            *map(operations.facts, named(name)),
            *map(operations.reduction_facts, _among(REDUCTIONS, name)),
            *map(operations.form_facts, _among(operations.FORMS, name)),
            *map(operations.constant_facts, _among(CONSTANTS, name)),
        ]
    if as_json:
        from ..views import json

        print(json.dumps({"operations": facts}))
    elif name is None:
        reference.write_list()
    else:
        for each in facts:
            reference.write(each)
    return EXIT_DONE


def named(name: str) -> list[Operation]:
    """The rows of a name, a sign, a call or an expression of one operation; none for what is no row.

    Raises AdiffError with the nearest name for what is nothing at all.
    """
    from ..views.operations import FORMS

    text = _SIGNS.get(name.strip(), name.strip())
    for find in (_by_name, _by_sign, _by_spelling, _by_expression, _by_call):
        found = find(text)
        if found:
            return found
    others = (REDUCTIONS, FORMS, CONSTANTS)
    if any(_among(each, name) for each in others):
        return []
    visible = [*FUNCTIONS, *(name for each in others for name in each)]
    close = nearest(text, visible)
    elsewhere = None
    if not close:
        from ..language.foreign import meant

        elsewhere = meant(name, ["x"])
    hint = (
        f"did you mean {close}?" if close
        else elsewhere.hint.replace("write", "here it is", 1) if elsewhere
        else "adiff ops lists them all"
    )  # fmt: skip
    raise AdiffError("name", f"there is no operation {name}", hint=hint)


def _by_name(text: str) -> list[Operation]:
    row = FUNCTIONS.get(text)
    if row is None:
        row = TABLE.get(text)
    if row is None or row.hidden:
        return []
    return [row, TABLE["logb"]] if row is TABLE["log"] else [row]


def _by_sign(text: str) -> list[Operation]:
    return [row for row in TABLE.values() if row.notation is not None and row.notation[0] == text]


def _by_spelling(text: str) -> list[Operation]:
    """As the list prints it, blanks aside."""
    return [row for row in TABLE.values() if not row.hidden and _tight(spelling(row)) == _tight(text)]


def _by_expression(text: str) -> list[Operation]:
    """An expression that is one operation on names and numbers: x^2, log(x, 5), a <= b."""
    try:
        formula = parse(text)
    except AdiffError:
        return []
    if len(formula.outputs) != 1 or len(formula.steps) != 1:
        return []
    row = formula.steps[0][1]
    return [] if row.hidden else [row]


def _by_call(text: str) -> list[Operation]:
    """The function that is called, whatever its operands."""
    called = _called(text)
    return _by_name(called) if called else []


def _called(text: str) -> str:
    found = re.fullmatch(r"(\w+'?)'*\s*\(.*\)", text.partition(", f'")[0], flags=re.DOTALL)  # f'(x), f''(x)
    return found[1] if found else ""


def _among(known: Mapping[str, object], name: str) -> list[str]:
    """The key of a dictionary that a name or a call means, if it has one."""
    text = _SIGNS.get(name.strip(), name.strip())
    return [each for each in dict.fromkeys((text, _called(text))) if each in known]


def _tight(text: str) -> str:
    return "".join(text.split())
