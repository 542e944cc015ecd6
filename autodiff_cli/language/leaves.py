"""Inputs while a program is built: numbers and vectors, and how long a vector is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..graph.note import Note
from ..graph.value import Value
from ..ops import CONSTANTS
from .vectors import REDUCTIONS, Operand, Vector, part, part_of, taken

if TYPE_CHECKING:
    from .build import Builder


class Shapes(NamedTuple):
    """What will be given numbers: every name, the length of those given a list, and the last part of those given by parts.

    `order` are the names that come first among the inputs, in their order.
    """

    names: tuple[str, ...]
    whole: dict[str, int]
    parts: dict[str, int]
    order: tuple[str, ...]


def shapes(bound: Iterable[str] | Mapping[str, Any], order: Iterable[str] | None = None) -> Shapes:
    """The shapes of names, or of names with numbers and lists of numbers; they are in `order`, if not in that of `bound`."""
    whole, parts = {}, dict[str, int]()
    names: dict[str, None] = {}  # an ordered set
    for name in bound:
        given = part_of(name)
        if given is not None:
            names[given[0]] = None
            parts[given[0]] = max(given[1], parts.get(given[0], 0))
            continue
        names[name] = None
        size = length(bound[name]) if isinstance(bound, Mapping) else None
        if size:
            whole[name] = size
    first = names if order is None else dict.fromkeys((part_of(name) or (name, 0))[0] for name in order)
    return Shapes(tuple(names), whole, parts, tuple(first))


def length(x: Any) -> int | None:
    """How many numbers a caller's value holds; None for one number, and for what is no list of numbers."""
    if isinstance(x, (str, bytes, float)):
        return None
    try:
        return len(x)
    except TypeError:
        return None


class Leaves:
    """The inputs by name."""

    def __init__(self, build: Builder, bound: Shapes) -> None:
        self.build = build
        self.bound = bound
        self.numbers: dict[str, Value] = {}
        self.vectors: dict[str, list[Value]] = {}
        # Vectors whose length is known, made once: a program may ask for each of their parts.
        self.fixed: dict[str, Vector] = {}
        # Vectors whose length only the indices tell.
        self.growing: set[str] = set()

    def whole(self, name: str, origin: Any, where: Any) -> Operand:
        """A name that nothing defines: a constant of mathematics, or an input. Raises AdiffError for one of unknown length."""
        if self._is_constant(name):
            value = self.build.constant(CONSTANTS[name], origin)
            value.label = name
            return value
        if name in self.growing:
            raise self.build.error(
                "vector", f"{name} has parts, but how many is not known", where,
                f"declare {name} = [1, 2, 3] in the program, or bind {name}=1,2,3",
            )  # fmt: skip
        size = self.bound.whole.get(name) or self.bound.parts.get(name)
        return self._number(name, origin) if size is None else self._vector(name, size, origin)

    def part(self, name: str, k: int, origin: Any, where: Any) -> Value:
        """Part `k` of a name that nothing defines: unless it is given numbers it grows with its indices."""
        if name in self.bound.whole or name in self.bound.parts or name in self.numbers or self._is_constant(name):
            return taken(self.build, name, self.whole(name, origin, where), k, where)
        self.growing.add(name)
        parts = self.vectors.setdefault(name, [])
        while len(parts) < k:
            parts.append(self._leaf(part(name, len(parts) + 1), origin))
        return parts[k - 1]

    def declared(self, name: str, origin: Any) -> Operand:
        """A name that the program gives numbers to: as many as a binding has, else as its own."""
        size = self.bound.whole.get(name)
        if size is None and name in self.build.program.defaults:
            default = self._default(name)
            size = len(default) if isinstance(default, Vector) else None
        return self._number(name, origin) if size is None else self._vector(name, size, origin)

    def add(self, names: Iterable[str]) -> None:
        """Make inputs of those names that nothing has asked for; no output depends on them."""
        for name in names:
            if name not in self.numbers and name not in self.vectors and name not in self.build.defined:
                self.declared(name, None)

    def _default(self, name: str) -> Operand:
        return self.build.drive(self.build.run(self.build.program.defaults[name], {}, None))

    def _is_constant(self, name: str) -> bool:
        return name in CONSTANTS and name not in self.build.program.own

    def _number(self, name: str, origin: Any) -> Value:
        if name not in self.numbers:
            self.numbers[name] = self._leaf(name, origin)
        return self.numbers[name]

    def _vector(self, name: str, size: int, origin: Any) -> Vector:
        if name not in self.fixed:
            self.vectors[name] = [self._leaf(part(name, k), origin) for k in range(1, size + 1)]
            self.fixed[name] = Vector(self.vectors[name])
        return self.fixed[name]

    @staticmethod
    def _leaf(name: str, origin: Any) -> Value:
        value = Value(label=name)
        value.origin = origin
        return value

    def in_order(self) -> dict[str, Operand]:
        """The inputs as they were bound, then as declared, then as the text first names them."""
        found: dict[str, Operand] = {**self.numbers, **{name: Vector(parts) for name, parts in self.vectors.items()}}
        return {name: found[name] for name in self.build.program.input_order(found, self.bound.order)}

    def defaults(self) -> dict[str, float]:
        """The numbers that the program itself gives to inputs, those of a vector by parts."""
        found: dict[str, float] = {}
        for name in self.build.program.defaults:
            default = self._default(name)
            if isinstance(default, Vector):
                parts = self.vectors.get(name, ())
                if len(parts) == len(default):
                    found |= {x.label: float(each.data or 0.0) for x, each in zip(parts, default, strict=True)}
            elif name in self.numbers:
                assert default.data is not None, "a default holds only numbers"
                found[name] = float(default.data)
        return found

    def notes(self) -> list[Note]:
        """A word where a list of two was given to a name that the program takes for a number: a decimal comma, perhaps."""
        text = self.build.source.text
        found = []
        for name, size in self.bound.whole.items():
            if size != 2 or name not in self.vectors or name in self.build.program.defaults:
                continue
            if not re.search(rf"(?<!\w){re.escape(name)}\[|\b(?:{'|'.join(REDUCTIONS)})\(", text):
                message = f"{name} is a vector of 2 parts, as it is bound; a decimal takes a point"
                found.append(Note("vector", message, name))
        return found
