"""Names of other tools and countries: what a call of one is here, in the caller's own operands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ..ops import FUNCTIONS
from .scan import held
from .spellings import ABSENT, OF_LIBRARIES, WRITTEN
from .vectors import REDUCTIONS

_OPERAND = re.compile(r"(?<![\w.])[xyzw](?![\w(])")
_LOG = re.compile(r"log(?:_?([0-9]{2,}|[2-9])|([₀₁₂₃₄₅₆₇₈₉]+)|_([a-z]))")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


class Meant(NamedTuple):
    """What to type, each a reading of its own; or, where there is none, why."""

    write: tuple[str, ...]
    why: str = ""

    @property
    def hint(self) -> str:
        """What is told."""
        return f"write {', or '.join(self.write)}" if self.write else self.why


@cache
def _ways() -> dict[str, list[str]]:
    """The templates by name."""
    found: dict[str, list[str]] = {}
    for template, names in WRITTEN.items():
        for name in names.split():
            found.setdefault(name, []).append(template)
    return found


@cache
def _folded() -> dict[str, str]:
    """The names of more than one letter, by their small letters."""
    every = reversed([*_ways(), *_absent()])
    return {name.casefold(): name for name in every if len(name) > 1 and not _own(name.casefold())}


def _own(name: str) -> bool:
    return name in FUNCTIONS or name in REDUCTIONS


@cache
def _absent() -> dict[str, str]:
    return {name: why for why, names in ABSENT.items() for name in names.split()}


def known(name: str) -> bool:
    """Whether a name is a function here, or one of another tool."""
    return name in FUNCTIONS or name in _ways() or name.casefold() in FUNCTIONS or name.casefold() in _folded()


def meant(name: str, operands: Sequence[str]) -> Meant | None:
    """What a call of a name that is no function here means, its operands given as they are written."""
    if _own(name) and _takes(name, operands):
        return None
    if name in _ways() or name in _absent():
        return _entry(name, operands)
    small = name.casefold()
    if small != name and _own(small) and len(name) > 1:
        other = None if _takes(small, operands) else _entry(small, operands)
        return other or Meant((f"{small}({', '.join(operands)})",))
    logarithm = _LOG.fullmatch(small)
    if logarithm is not None and len(operands) == 1:
        base = (logarithm[1] or logarithm[2] or logarithm[3]).translate(_LOWERED)
        return Meant((f"log{base}({operands[0]})" if base in ("2", "10") else f"log({operands[0]}, {base})",))
    if small in _folded() and len(name) > 1:
        return _entry(_folded()[small], operands)
    return None


def _takes(name: str, operands: Sequence[str]) -> bool:
    """Whether a function here takes so many operands."""
    if name in ("sum", "prod") and len(operands) == 4:
        return operands[0].isidentifier()
    row = FUNCTIONS.get(name)
    count = len(operands)
    if row is None:
        return REDUCTIONS[name].arity == count
    return row.variadic or row.arity == count or (name == "log" and count == 2) or (name == "if" and count > 2)


def of_library(dotted: str, operands: Sequence[str]) -> Meant | None:
    """What a library's own name means, np.sinc, where that is another function than the one called so here."""
    for template, names in OF_LIBRARIES.items():
        if dotted in names.split() and _count(template) == len(operands):
            return Meant((filled(template, operands),))
    return None


def _entry(name: str, operands: Sequence[str]) -> Meant | None:
    fitting = [each for each in _ways().get(name, ()) if _fits(each, len(operands))]
    if any(operand.startswith("[") for operand in operands):  # vectors do not nest
        fitting = [each for each in fitting if "[...]" not in each]
    if fitting and _count(fitting[0]) is None:  # as many as there are: only where no other way has just this many
        fitting = [each for each in fitting if _count(each) is not None] or fitting
    if fitting:
        return Meant(tuple(filled(each, operands) for each in fitting[0].split(" | ")))
    if name in _absent():
        return Meant((), _absent()[name])
    if name in FUNCTIONS or name in REDUCTIONS or name not in _ways():
        return None
    return Meant((), f"here it is {_ways()[name][0].replace(' | ', ', or ')}")


def _count(template: str) -> int | None:
    """How many operands a template takes; None for any number."""
    return None if "..." in template else len(set(_OPERAND.findall(template)))


def _fits(template: str, count: int) -> bool:
    takes = _count(template)
    fewest = 1 if template in ("max(...)", "min(...)") else 2
    return takes == count if takes is not None else count >= fewest


def filled(template: str, operands: Sequence[str]) -> str:
    """A template with operands in place of x, y, z, w; a root of 2 or 3 under its own name."""
    if template == "x^(1/y)" and len(operands) == 2 and operands[1] in ("2", "3"):
        return f"{'sqrt' if operands[1] == '2' else 'cbrt'}({operands[0]})"
    if template == "if(...)" and len(operands) % 2 == 0:  # nothing is said of the rest
        operands = [*operands, "nan"]
    if "..." in template:
        return template.replace("...", ", ".join(operands))

    def place(found: re.Match[str]) -> str:
        operand = operands["xyzw".index(found[0])]
        before, after = template[: found.start()].rstrip()[-1:], template[found.end() :].lstrip()[:1]
        return operand if before in ("", "(", ",") and after in ("", ")", ",") else held(operand)

    return _OPERAND.sub(place, template)
