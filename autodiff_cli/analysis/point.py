"""A point: a number for every input of a formula, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from ..errors import AdiffError, nearest
from ..graph.formula import Formula
from ..graph.note import Note
from ..language import normalised
from ..language.glued import meant, suspected
from ..language.leaves import length
from ..language.vectors import part_of
from ..notation.text import text
from ..ops import CONSTANTS, FUNCTIONS

T = TypeVar("T")


Given = Mapping[str, Any]


def complete(formula: Formula, at: Given, *, partly: bool = False) -> dict[str, float]:
    """The point with the program's own numbers for the inputs that `at` leaves out; a number for each part of a vector.

    `at` has numbers by name, and lists of numbers by the names of vectors.

    Raises AdiffError for a name that is no input, and, unless `partly`, for inputs that have no number at all.
    """
    given = flat(formula, at)
    for name in given:
        if not formula.is_input(name):
            raise not_an_input(formula, name, given)
    point = {name: x for name in formula.inputs if (x := given.get(name, formula.defaults.get(name))) is not None}
    missing = [name for name in formula.inputs if name not in point]
    if missing and not partly:
        first = formula.input_values[missing[0]].origin
        wanted = list(gathered(dict.fromkeys(missing, 0.0), formula.sizes))
        raise AdiffError(
            "binding",
            f"{_listed(wanted)} {'needs a value' if len(wanted) == 1 else 'need values'}",
            source=formula.source,
            at=first[:2] if first else None,
            hint=_to_add(formula, missing, given),
        )
    return point


def flat(formula: Formula, at: Given) -> dict[str, float]:
    """A number for each part of a vector in place of its list.

    Raises AdiffError for what is no number, a list of the wrong length, and a number where a vector is wanted.
    """
    found: dict[str, float] = {}
    vectors = {name: len(formula.vectors[name]) for name in map(normalised, at) if name in formula.vectors}
    for each, x in at.items():
        name = normalised(each)
        size = vectors.get(name)
        many = length(x)
        if many is None and (size is None or not formula.is_input(f"{name}[1]")):
            numbers = {name: x}
        elif many is None:
            message = f"{name} is a vector of {size}, and one number is given"
            raise AdiffError(
                "binding",
                message,
                hint=f"for example {name}={','.join('123456'[: min(size or 0, 6)])}, a number a part",
            )
        elif many != size:
            raise _wrong_length(formula, name, many)
        else:
            numbers = {f"{name}[{k}]": part for k, part in enumerate(x, 1)}
        for label, number in numbers.items():
            if label in found:
                raise AdiffError("binding", f"{label} is given twice", hint="leave one of them out")
            found[label] = _number(label, number)
    return found


def _wrong_length(formula: Formula, name: str, many: int) -> AdiffError:
    """Why a list of `many` numbers cannot be given to a name of a formula that was made for another point."""
    size = formula.sizes.get(name)
    if size is None and name not in formula.input_values:
        return not_an_input(formula, name)
    what, hint = (f"a vector of {size}", f"give {size} numbers") if size else ("one number", f"give one: {name}=2")
    return AdiffError("binding", f"{name} is {what} here, and a list of {many} is given", hint=hint)


def gathered(numbers: Mapping[str, T], sizes: Mapping[str, int]) -> dict[str, T | list[T]]:
    """A list by the name of each vector, of the sizes given, in place of its parts where all are there."""
    parts = {name: [f"{name}[{k}]" for k in range(1, size + 1)] for name, size in sizes.items()}
    whole = {labels[0]: name for name, labels in parts.items() if all(label in numbers for label in labels)}
    inside = {label for name in whole.values() for label in parts[name]}
    found: dict[str, T | list[T]] = {}
    for label, x in numbers.items():
        if label in whole:
            found[whole[label]] = [numbers[each] for each in parts[whole[label]]]
        elif label not in inside:
            found[label] = x
    return found


def _number(name: str, x: object) -> float:
    """A caller's value as a double. Raises AdiffError for what is no real number."""
    try:
        if not isinstance(x, (str, bytes)):
            return float(x)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        pass
    shown = repr(x) if len(repr(x)) < 40 else type(x).__name__
    raise AdiffError("binding", f"the value of {name} must be a number, not {shown}", hint="give a float or an int")


def _to_add(formula: Formula, missing: list[str], given: Iterable[str]) -> str:
    """What to bind; or what was meant, by names that look like a sign left out."""
    said = [meant(name, [*given, *formula.inputs]) for name in missing]
    if all(said):
        return "; ".join(each for each in said if each)
    glued = "".join(f"; {each}" for each in said if each)
    return f"add {to_bind(formula, missing)}{_lookalike(missing)}{glued or _habit(formula, missing)}"


def not_an_input(formula: Formula, name: str, given: Iterable[str] = ()) -> AdiffError:
    """Why `name` cannot be given a number here, or be differentiated by; `given` are the names that others have numbers by."""
    if name in formula.spare:
        return AdiffError(
            "binding",
            f"{_listed(formula.outputs)} does not depend on {name}",
            hint=f"the inputs are {_listed(formula.inputs)}",
        )
    if name in formula.outputs and name in formula.named and not formula.inputs:
        hint = f"add an expression that uses it: {name} = 2; {name}^2"
        return AdiffError("binding", f"{name} is the program's only statement, so it is the output", hint=hint)
    if name in formula.constants:
        return AdiffError(
            "binding", f"{name} is const in the program", hint=f"write {name} = ... there to make it an input"
        )
    instead = f"bind {_listed(formula.inputs)} instead" if formula.inputs else "it has no inputs"
    if name in formula.named:
        value = formula.named[name]
        what = text(value) if value.op is not None else value.label or "a constant"
        return AdiffError(
            "binding",
            f"{name} is computed, as {what}",
            hint=instead,
        )
    vector = part_of(name)
    if vector is not None and vector[0] in formula.sizes:
        size = formula.sizes[vector[0]]
        return AdiffError(
            "binding", f"{vector[0]} has {size} parts, there is no {name}", hint=f"the last is {vector[0]}[{size}]"
        )
    if (constant := constant_here(formula, name)) is not None:
        what, hint = constant
        return AdiffError("binding", what, hint=hint)
    others = [*given, *formula.inputs, name]
    inside = [each for each in formula.inputs if each not in given and each not in formula.defaults and name in each]
    glued = next((said for each in inside if (said := meant(each, others))), None)
    close = nearest(name, list(formula.inputs))
    hint = glued or (f"did you mean {close}?" if close else f"the inputs are {_listed(formula.inputs)}")
    return AdiffError(
        "binding", f"the expression does not use {name}", hint=hint if formula.inputs else "it has no inputs"
    )


def constant_here(formula: Formula, name: str) -> tuple[str, str] | None:
    """What to say of a name that the formula uses as a constant of mathematics, and what to do about it."""
    if name not in CONSTANTS or not any(node.constant and node.label == name for node in formula.nodes):
        return None
    return f"{name} is the constant {CONSTANTS[name]:.6g} here", f"bind {name}=... to make it an input"


def suspicions(formula: Formula, given: Iterable[str]) -> list[Note]:
    """Notes on names that look like a sign left out, for those who have no number to miss: 2xy, sinx.

    Names that the program defines, or that are given numbers, are never among them.
    """
    known = {part[0] if (part := part_of(name)) else name for name in (*given, *formula.defaults)}
    names = [name for name in formula.inputs if name not in known and part_of(name) is None]
    text = formula.source.text if formula.source is not None else ""
    return [Note("name", said, name) for name, said in suspected(names, {*known, *names}, text)[:3]]


def chosen(formula: Formula, names: Iterable[str] | None) -> tuple[str, ...]:
    """The inputs to differentiate by: those named, else all. Raises AdiffError for a name that is no input."""
    if names is None:
        return formula.inputs
    picked = formula.expanded(normalised(name) for name in names)
    for name in picked:
        if name not in formula.input_values:
            raise not_an_input(formula, name)
    return picked


def narrowed(formula: Formula, names: Iterable[str] | None) -> Formula:
    """The formula with the named values as outputs. Raises AdiffError for a name that the program does not define."""
    if names is None:
        return formula
    return formula.of(*dict.fromkeys(normalised(name) for name in names))


def single(formula: Formula, what: str, purpose: str | None = None) -> str:
    """The name of the only output. `what` begins the sentence that says why there may be but one: "a nudge moves".

    Raises AdiffError for several, and, where a `purpose` of inputs is given, for a formula without any.
    """
    if len(formula.outputs) > 1:
        message = f"{what} one output, the expression has {len(formula.outputs)}"
        raise AdiffError("usage", message, hint=f"choose one: --of {formula.outputs[0]}")
    if purpose is not None and not formula.inputs:
        message = f"the expression has no inputs{purpose}"
        used = [found for name in CONSTANTS if (found := constant_here(formula, name))]
        hint = f"{used[0][0]}; {used[0][1]}" if used else "use a name in it, and give it a value: x=3"
        raise AdiffError("usage", message, hint=hint)
    return formula.outputs[0]


def to_bind(formula: Formula, missing: Iterable[str]) -> str:
    """`a=... w=...,...`, the first dozen; of a long vector how many numbers it takes."""
    names = gathered(dict.fromkeys(missing, "..."), formula.sizes)
    words = [
        f"{name}={x}" if isinstance(x, str) else f"{name}={','.join(x[:3])}{_more(len(x))}" for name, x in names.items()
    ]
    shown = " ".join(words[:12])
    return shown if len(words) <= 12 else f"{shown} and {len(words) - 12} more"


def _more(parts: int) -> str:
    return f" ({parts:,} numbers)" if parts > 3 else ""


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    if len(listed) > 12:
        listed = [*listed[:12], f"{len(listed) - 12} more"]
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}" if listed else "none"


_LOOKALIKES = {"Pi": "pi", "PI": "pi", "E": "e"}


def _lookalike(missing: list[str]) -> str:
    """A word on names that people use for constants."""
    found = [f"; the constant is written {_LOOKALIKES[name]}" for name in missing if name in _LOOKALIKES]
    return "".join(found + [f"; the function is written {name}(...)" for name in missing if name in FUNCTIONS])


def _habit(formula: Formula, missing: list[str]) -> str:
    """A word on units behind numbers, and on dy/dx, which are read as names."""
    import re

    from ..language.spellings import UNITS

    written = formula.source.text if formula.source is not None else ""
    for name in missing:
        between = r"\s+" if len(name) == 1 else r"\s*"
        if name in UNITS and re.search(rf"(?<![\w.])[0-9.]+{between}{name}(?!\w)", written):
            return "; numbers have no units"
        if re.fullmatch(r"[dD][a-zA-Z]", name) and re.search(rf"\b[dD]\w*\s*/\s*{name}(?!\w)", written):
            return f"; {name} is a name like others: adiff diff differentiates the expression as it stands"
    return ""
