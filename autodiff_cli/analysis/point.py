"""A point: a number for every input of a formula, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..errors import AdiffError, nearest
from ..graph.formula import Formula
from ..language import normalised
from ..notation.text import text
from ..ops import FUNCTIONS


def complete(formula: Formula, at: Mapping[str, float], *, partly: bool = False) -> dict[str, float]:
    """The point with the program's own numbers for the inputs that `at` leaves out.

    Raises AdiffError for a name that is no input, and, unless `partly`, for inputs that have no number at all.
    """
    given = {normalised(name): _number(name, x) for name, x in at.items()}
    for name in given:
        if name not in formula.input_values and name not in formula.spare:
            raise not_an_input(formula, name)
    point = {name: x for name in formula.inputs if (x := given.get(name, formula.defaults.get(name))) is not None}
    missing = [name for name in formula.inputs if name not in point]
    if missing and not partly:
        first = formula.input_values[missing[0]].origin
        raise AdiffError(
            "binding",
            f"{_listed(missing)} {'needs a value' if len(missing) == 1 else 'need values'}",
            source=formula.source,
            at=first[:2] if first else None,
            hint=f"add {to_bind(missing)}{_lookalike(missing)}",
        )
    return point


def _number(name: str, x: object) -> float:
    """A caller's value as a double. Raises AdiffError for what is no real number."""
    try:
        if not isinstance(x, (str, bytes)):
            return float(x)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        pass
    shown = repr(x) if len(repr(x)) < 40 else type(x).__name__
    raise AdiffError("binding", f"the value of {name} must be a number, not {shown}", hint="give a float or an int")


def not_an_input(formula: Formula, name: str) -> AdiffError:
    """Why `name` cannot be given a number here."""
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
    close = nearest(name, list(formula.inputs))
    hint = f"did you mean {close}?" if close else f"the inputs are {_listed(formula.inputs)}"
    return AdiffError(
        "binding", f"the expression does not use {name}", hint=hint if formula.inputs else "it has no inputs"
    )


def chosen(formula: Formula, names: Iterable[str] | None) -> tuple[str, ...]:
    """The inputs to differentiate by: those named, else all. Raises AdiffError for a name that is no input."""
    if names is None:
        return formula.inputs
    picked = tuple(dict.fromkeys(normalised(name) for name in names))
    for name in picked:
        if name not in formula.input_values:
            raise not_an_input(formula, name)
    return picked


def narrowed(formula: Formula, names: Iterable[str] | None) -> Formula:
    """The formula with the named values as outputs. Raises AdiffError for a name that the program does not define."""
    if names is None:
        return formula
    return formula.of(*dict.fromkeys(normalised(name) for name in names))


def to_bind(names: Sequence[str]) -> str:
    """`a=... b=...`, the first dozen."""
    shown = " ".join(f"{name}=..." for name in names[:12])
    return shown if len(names) <= 12 else f"{shown} and {len(names) - 12} more"


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    if len(listed) > 12:
        listed = [*listed[:12], f"{len(listed) - 12} more"]
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}" if listed else "none"


_LOOKALIKES = {"π": "pi", "τ": "tau", "φ": "phi", "∞": "inf", "Pi": "pi", "PI": "pi", "E": "e"}


def _lookalike(missing: list[str]) -> str:
    """A word on names that people use for constants."""
    found = [f"; the constant is written {_LOOKALIKES[name]}" for name in missing if name in _LOOKALIKES]
    return "".join(found + [f"; the function is written {name}(...)" for name in missing if name in FUNCTIONS])
