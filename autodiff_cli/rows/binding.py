"""Which column or number each input of a formula takes, and what the new columns are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..analysis.compiled import DTYPES, MATH
from ..analysis.gradient import as_formula
from ..analysis.point import chosen, flat, narrowed, not_an_input
from ..errors import AdiffError, nearest
from ..graph.formula import Formula
from ..graph.note import Note
from ..language import is_name, normalised, parse
from ..language.glued import meant
from ..language.vectors import part_of
from .numbers import is_list, is_numeric
from .source import Columns


class Text(NamedTuple):
    """A program to be parsed where it is needed: its text, what messages call it, and the names bound with their lengths.

    `order` are the names that the caller gave numbers, rather than the columns that are there: so the inputs begin.
    """

    text: str
    name: str | None
    bound: tuple[tuple[str, int | None], ...]
    order: tuple[str, ...]

    def formula(self) -> Formula:
        """The formula that it means."""
        bound = {name: 0.0 if size is None else [0.0] * size for name, size in self.bound}
        return parse(self.text, bound=bound, name=self.name, order=self.order)


class Reads(NamedTuple):
    """An input that a column gives: its name, and for a column of lists which part of how many, counted from 0."""

    column: str
    part: int = 0
    size: int | None = None


@dataclass(frozen=True)
class Plan:
    """What is computed of each row. It can be sent to another process.

    `inputs` has per input of the formula a column or the number for all rows; `names` are those of the new columns: for each
    output its value and its partials by `wrt`.
    """

    program: Text | Formula
    of: tuple[str, ...] | None
    inputs: tuple[Reads | float, ...]
    wrt: tuple[str, ...]
    names: tuple[str, ...]
    math: str = "fast"
    dtype: str = "float64"

    def formula(self) -> Formula:
        """The formula, parsed anew where it is kept as text."""
        return narrowed(self.program.formula() if isinstance(self.program, Text) else self.program, self.of)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        return tuple(dict.fromkeys(each.column for each in self.inputs if isinstance(each, Reads)))


class Wanted(NamedTuple):
    """What a caller asks for: see map_table."""

    formula: Any
    name: str | None = None
    bind: Mapping[str, str] | None = None
    at: Mapping[str, Any] | None = None
    grad: str | Iterable[str] | None = None
    of: Iterable[str] | None = None
    only: bool = False
    prefix: str = ""
    math: str = "fast"
    dtype: str = "float64"


def plan(wanted: Wanted, columns: Columns, shown: str, *, clashes: bool = True) -> tuple[Plan, tuple[Note, ...]]:
    """How a formula is computed over a table, and what to know of that.

    Raises AdiffError for an input that has neither column nor value, a column that is not there or holds no numbers, a name
    that is no input, and, with `clashes`, a new column of a name that is there already.
    """
    for word, known, what in ((wanted.math, MATH, "math"), (wanted.dtype, DTYPES, "dtype")):
        if word not in known:
            raise AdiffError("usage", f"there is no {what} {word!r}", hint=f"it is {' or '.join(known)}")
    at = {normalised(name): x for name, x in (wanted.at or {}).items()}
    binds = {normalised(name): column for name, column in (wanted.bind or {}).items()}
    taken = _columns(columns, binds, at, shown)
    bound = {
        **{name: _length(columns, column) for name, column in taken.items()},
        **{n: _size(x) for n, x in at.items()},
    }
    program, formula = _program(wanted, bound, tuple(at))
    of = None if wanted.of is None else tuple(dict.fromkeys(normalised(each) for each in wanted.of))
    formula = narrowed(formula, of)
    numbers = flat(formula, at)
    for name in (*numbers, *(each for each in binds if each not in formula.sizes)):
        if not formula.is_input(name):
            raise not_an_input(formula, name)
    inputs, notes = _inputs(formula, taken, numbers, columns, shown)
    wrt = _wrt(formula, wanted.grad, inputs)
    names = [wanted.prefix + each for out in formula.outputs for each in (out, *(f"d{out}_d{name}" for name in wrt))]
    if clashes:
        _clashes(names, () if wanted.only else columns.names, shown)
    return Plan(program, of, inputs, wrt, tuple(names), wanted.math, wanted.dtype), (*formula.notes, *notes)


def _columns(columns: Columns, binds: Mapping[str, str], at: Mapping[str, Any], shown: str) -> dict[str, str]:
    """The column that each name would take, where no number is given for it. Raises AdiffError for one that is not there."""
    found: dict[str, str] = {}
    given = {*at, *(part[0] for name in at if (part := part_of(name)))}
    for column in columns.names:
        name = normalised(column)
        part = part_of(name)
        base = part[0] if part else name
        if is_name(base) and base not in found and name not in found and not (part and base in at):
            found[name] = column
    for name, column in binds.items():
        if name in given:
            raise AdiffError("binding", f"{name} is given a column and a value", hint="leave one of them out")
        if column not in columns.names:
            close = nearest(column, list(columns.names))
            hint = f'did you mean --bind {name}="{close}"?' if close else f"its columns are {listed(columns.names)}"
            raise AdiffError("binding", f"{shown} has no column {column!r}", hint=hint)
        found[name] = column
    return found


def _length(columns: Columns, column: str) -> int | None:
    return columns.sizes.get(column)


def _size(x: Any) -> int | None:
    return None if isinstance(x, (int, float)) or not hasattr(x, "__len__") else len(x)


def _program(wanted: Wanted, bound: Mapping[str, int | None], order: tuple[str, ...]) -> tuple[Text | Formula, Formula]:
    """The program, as text where it has one, and what it means."""
    given = wanted.formula
    if isinstance(given, str):
        # Every name counts: one with a column is an input, also where it is that of a constant such as e.
        text = Text(given, wanted.name, tuple(bound.items()), order)
        return text, text.formula()
    formula = as_formula(given)
    return formula, formula


def _inputs(
    formula: Formula, taken: Mapping[str, str], numbers: Mapping[str, float], columns: Columns, shown: str
) -> tuple[tuple[Reads | float, ...], list[Note]]:
    """What each input takes. Raises AdiffError where one has nothing to take."""
    found: list[Reads | float] = []
    missing, notes = [], []
    for name in formula.inputs:
        reads = _reads(name, taken, columns)
        if name in numbers:
            found.append(numbers[name])
            if reads is not None:
                message = f"{name} is {numbers[name]:g} for every row, as given; the column {reads.column} is not used"
                notes.append(Note("values", message, name))
        elif reads is not None:
            found.append(reads)
        elif name in formula.defaults:
            found.append(formula.defaults[name])
        else:
            missing.append(name)
    if missing:
        close = next((c for name in missing if (c := nearest(name, list(columns.names)))), None)
        hint = f"add {missing[0]}=..., or " + (
            f'--bind {missing[0]}="{close}"' if close else f'--bind {missing[0]}="..."'
        )
        hint += f"; the columns are {listed(columns.names)}"
        other = next((c for c in ";|\t" if c in columns.names[0]), None) if len(columns.names) == 1 else None
        if other is not None:
            hint = "its fields are apart by tabs: --from tsv" if other == "\t" else f'try --delimiter "{other}"'
        elif len(columns.names) == 1 and len(columns.names[0].split()) > 1:
            hint = f'it has one column, "{columns.names[0]}": where blanks lie between the fields, --delimiter " "'
        said = [
            meant(name, [*(normalised(each) for each in columns.names), *numbers, *formula.inputs]) for name in missing
        ]
        if all(said):
            hint = "; ".join(each for each in said if each)
        what = "has neither a column nor a value" if len(missing) == 1 else "have neither a column nor a value"
        raise AdiffError("binding", f"{listed(missing)} {what}", hint=hint)
    reading = [each for each in found if isinstance(each, Reads)]
    if not reading:
        raise AdiffError(
            "binding", f"the expression uses no column of {shown}", hint=f"its columns are {listed(columns.names)}"
        )
    for each in reading:
        _usable(each, columns, shown)
    return tuple(found), notes


def _reads(name: str, taken: Mapping[str, str], columns: Columns) -> Reads | None:
    if name in taken:
        return Reads(taken[name])
    part = part_of(name)
    column = taken.get(part[0]) if part else None
    if part is None or column is None or column not in columns.sizes:
        return None
    return Reads(column, part[1] - 1, columns.sizes[column])


def _usable(each: Reads, columns: Columns, shown: str) -> None:
    """Raises AdiffError for a column that is there twice, or holds no numbers."""
    if columns.names.count(each.column) > 1:
        message = f"{shown} has {columns.names.count(each.column)} columns {each.column}"
        raise AdiffError("binding", message, hint="give each a name of its own")
    kind = columns.types[columns.names.index(each.column)]
    if kind is None:
        return
    inner = kind.value_type if is_list(kind) and each.size is not None else kind
    if not is_numeric(inner):
        what = "a list" if is_list(kind) else f"of type {kind}"
        raise AdiffError(
            "binding", f"column {each.column} of {shown} is {what}, and no numbers",
            hint=f'bind a column of numbers, --bind {each.column}="...", or a number: {each.column}=2',
        )  # fmt: skip


def _wrt(formula: Formula, grad: str | Iterable[str] | None, inputs: Sequence[Reads | float]) -> tuple[str, ...]:
    """The inputs to differentiate by: those with columns, or those asked for. Raises AdiffError for a name that is none."""
    if grad is None:
        return tuple(name for name, each in zip(formula.inputs, inputs, strict=True) if isinstance(each, Reads))
    if isinstance(grad, str):
        if grad in ("all", "none"):
            return formula.inputs if grad == "all" else ()
        grad = grad.split(",")
    return chosen(formula, [name.strip() for name in grad if name.strip()])


def _clashes(names: Sequence[str], there: Sequence[str], shown: str) -> None:
    """Raises AdiffError where a new column has the name of another."""
    for k, name in enumerate(names):
        if name in there or name in names[:k]:
            where = f"{shown} has a column {name} already" if name in there else f"two new columns are called {name}"
            hint = f"--prefix d_ puts d_ before each new name{', --only leaves the old columns out' if name in there else ''}"
            raise AdiffError("binding", where, hint=hint)


def listed(names: Iterable[str]) -> str:
    """The first dozen of some names, in a sentence."""
    every = [f'"{name}"' if " " in name or "," in name or not name else name for name in names]
    shown = [*every[:12], f"{len(every) - 12} more"] if len(every) > 13 else every
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown) or "none"
