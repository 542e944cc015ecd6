"""A formula: values with named inputs and outputs, ready to be computed at many points and from many threads."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from ..errors import AdiffError, Source, nearest
from ..ops import Operation
from .note import Note
from .value import Value

Step = tuple[int, Operation, tuple[int, ...]]


def reachable(roots: Iterable[Value]) -> list[Value]:
    """Every value the roots depend on and the roots themselves, operands before results."""
    nodes = []
    seen = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            nodes.append(node)
            stack += node.operands
    nodes.sort(key=attrgetter("serial"))
    return nodes


def unknown(
    roots: Iterable[Value], known: Container[Value], rank: Callable[[Value], Any] | None = None
) -> Iterator[Value]:
    """The values that the roots are made of and `known` lacks, operands before results, the last root first.

    Whoever takes a value must put it into `known` before taking the next. By `rank` the highest operand comes first.
    """
    stack = list(roots)
    while stack:
        node = stack[-1]
        if node in known:
            stack.pop()
            continue
        waiting = [x for x in node.operands if x not in known]
        if not waiting:
            yield stack.pop()
        elif rank is None:
            stack += waiting
        else:
            stack += sorted(waiting, key=rank)


class Formula:
    """What a program means: a graph with named inputs and outputs. Nothing in it changes after it is made.

    `nodes` are in topological order; `steps` are its operations by index into them: (index, operation, operand indices).
    `defaults` are the numbers that inputs have in the program itself, `named` every value that the program defines, and
    `vectors` the parts of each vector among inputs and definitions. Of a vector that is an input all parts are inputs, also
    those that no output depends on. `function` is the output that is a function at its parameters, where the program is one.
    """

    def __init__(
        self,
        outputs: Mapping[str, Value],
        inputs: Mapping[str, Value] | None = None,
        *,
        defaults: Mapping[str, float] | None = None,
        named: Mapping[str, Value] | None = None,
        vectors: Mapping[str, tuple[Value, ...]] | None = None,
        constants: Iterable[str] = (),
        source: Source | None = None,
        notes: Iterable[Note] = (),
        function: str | None = None,
    ) -> None:
        self.vectors: dict[str, tuple[Value, ...]] = dict(vectors or {})
        self.nodes: list[Value] = reachable(outputs.values())
        if idle := self._idle_parts():
            self.nodes = reachable([*outputs.values(), *idle])
        self.index: dict[Value, int] = {node: i for i, node in enumerate(self.nodes)}
        index = self.index
        self.steps: list[Step] = [
            (i, node.op, tuple([index[x] for x in node.operands]))
            for i, node in enumerate(self.nodes)
            if node.op is not None
        ]
        self.output_nodes: dict[str, int] = {name: index[node] for name, node in outputs.items()}
        if inputs is None:
            inputs, defaults = _leaves(self.nodes)
        self.input_values: dict[str, Value] = {name: node for name, node in inputs.items() if node in index}
        # Inputs of the program that these outputs do not depend on: they may be bound, to no effect.
        self.spare: dict[str, Value] = {name: node for name, node in inputs.items() if node not in index}
        self.defaults: dict[str, float] = dict(defaults or {})
        self.named: dict[str, Value] = dict(named or {})
        self.constants: tuple[str, ...] = tuple(constants)
        self.source = source
        self.notes: tuple[Note, ...] = tuple(notes)
        self.function = function

    def _idle_parts(self) -> list[Value]:
        """The parts that no output depends on of vectors of which one does on another."""
        if not self.vectors:
            return []
        used = set(self.nodes)
        inputs = [parts for parts in self.vectors.values() if all(x.op is None and not x.constant for x in parts)]
        return [x for parts in inputs if not used.isdisjoint(parts) for x in parts if x not in used]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs: as they were bound, then as declared, then as the text first names them."""
        return tuple(self.input_values)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return tuple(self.output_nodes)

    def depending(self, indices: Iterable[int]) -> list[bool]:
        """Which nodes depend on any of those at the given indices, or are one of them."""
        found = [False] * len(self.nodes)
        for i in indices:
            found[i] = True
        for i, _, operands in self.steps:
            found[i] = any(found[j] for j in operands)
        return found

    def of(self, *names: str) -> Formula:
        """The same program with other values of it as outputs. Raises AdiffError for a name that it does not define."""
        inputs = {**self.input_values, **self.spare}
        known = {**{name: self.nodes[i] for name, i in self.output_nodes.items()}, **self.named, **inputs}
        names = self.expanded(names)
        for name in names:
            if name not in known:
                close = nearest(name, [*known, *self.vectors])
                hint = f"did you mean {close}?" if close else f"the program has {', '.join(list(known)[:12])}"
                raise AdiffError("binding", f"the program defines no {name}", hint=hint)
        return Formula(
            {name: known[name] for name in names},
            inputs,
            defaults=self.defaults,
            named=self.named,
            vectors=self.vectors,
            constants=self.constants,
            source=self.source,
            notes=[note for note in self.notes if note.kind == "shadow"],
            function=self.function,
        )

    def expanded(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names, each vector's replaced by those of its parts; each once."""
        found = (
            [f"{name}[{k}]" for k in range(1, len(self.vectors[name]) + 1)] if name in self.vectors else [name]
            for name in names
        )
        return tuple(dict.fromkeys(each for some in found for each in some))

    def is_input(self, name: str) -> bool:
        """Whether a name is an input of the program, be it one that no output depends on."""
        return name in self.input_values or name in self.spare

    @property
    def sizes(self) -> dict[str, int]:
        """How many parts each input that is a vector has."""
        return {name: len(parts) for name, parts in self.vectors.items() if f"{name}[1]" in self.input_values}

    def __repr__(self) -> str:
        return f"<Formula {', '.join(self.outputs)} of {', '.join(self.inputs)}: {len(self.nodes)} nodes>"


def _leaves(nodes: list[Value]) -> tuple[dict[str, Value], dict[str, float]]:
    """The inputs of a graph built by hand: its leaves that are no constants, x1, x2, ... where they have no label."""
    inputs: dict[str, Value] = {}
    for node in nodes:
        if node.op is None and not node.constant:
            name = node.label or f"x{len(inputs) + 1}"
            while name in inputs:
                name += "_"
            inputs[name] = node
    return inputs, {name: node.data for name, node in inputs.items() if node.data is not None}
