"""What belongs together in a graph: the calls of the program's functions, its vectors, and its named statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..errors import AdiffError, nearest
from ..graph.formula import Formula
from ..graph.value import Call
from ..language.vectors import part_of
from .diagram import Cluster
from .wording import short


@dataclass(eq=False, slots=True)
class Group:
    """Nodes (by index) that can be folded into one box; `around` is the group that this one lies in."""

    kind: str
    name: str
    title: str
    around: Group | None = None
    members: list[int] = field(default_factory=list)

    @property
    def chain(self) -> list[Group]:
        """This group and those around it, outermost first."""
        found = []
        group: Group | None = self
        while group is not None:
            found.append(group)
            group = group.around
        return found[::-1]


def groups(formula: Formula) -> dict[int, Group]:
    """The innermost group of each node that is in one; `members` hold the nodes of a group and of those within it."""
    statements = _statements(formula)
    calls: dict[tuple[Call, Group | None], Group] = {}
    found: dict[int, Group] = {}
    for i, node in enumerate(formula.nodes):
        group = statements.get(i)
        path: list[Call] = []
        call = node.origin[2] if node.origin is not None and node.op is not None else None
        while call is not None:
            path.append(call)
            call = call.outer
        for each in reversed(path):
            key = (each, group)
            if key not in calls:
                calls[key] = Group("function", each.name, _title(formula, each), group)
            group = calls[key]
        if group is not None:
            found[i] = group
            for each_group in group.chain:
                each_group.members.append(i)
    return found


def _title(formula: Formula, call: Call) -> str:
    """The call as it is written."""
    if formula.source is None:
        return f"{call.name}(...)"
    return " ".join(formula.source.text[call.start : call.end].split())


def _statements(formula: Formula) -> dict[int, Group]:
    """The vector or statement that each node belongs to: a named value, and what is computed for it alone."""
    index = formula.index
    found: dict[int, Group] = {}
    by_name: dict[str, Group] = {}
    for name, parts in formula.vectors.items():
        if parts[0].op is None and len(parts) > 1 and all(x in index for x in parts):
            by_name[name] = Group("vector", name, name)
            found |= {index[x]: by_name[name] for x in parts if x.label and part_of(x.label)}
    for i, node in enumerate(formula.nodes):
        if node.op is None or not node.label:
            continue
        part = part_of(node.label)
        name = part[0] if part and part[0] in formula.vectors else node.label
        group = by_name.setdefault(name, Group("vector" if name in formula.vectors else "statement", name, name))
        stack = [i]
        while stack:
            j = stack.pop()
            if j in found:
                continue
            found[j] = group
            stack += [index[x] for x in formula.nodes[j].operands if x.op is not None and not x.label]
    return found


def to_fold(formula: Formula, of: dict[int, Group], names: tuple[str, ...]) -> dict[int, Group]:
    """The group that each node is folded into: the outermost of those named, or of all that hold more than one operation.

    Raises AdiffError for a name of nothing that can be folded.
    """
    every = list(dict.fromkeys(each for group in of.values() for each in group.chain))
    for name in names:
        if not any(name in (group.name, group.title) for group in every):
            raise _nothing_to_fold(formula, name, every)
    outputs = set(formula.output_nodes.values())

    def folds(group: Group) -> bool:
        if names:
            return group.name in names or group.title in names
        operations = sum(formula.nodes[i].op is not None for i in group.members)
        leaves = len(group.members) - operations
        return (operations > 1 or leaves > 1) and not (group.kind == "statement" and outputs & set(group.members))

    folded = {}
    for i, group in of.items():
        outermost = next((each for each in group.chain if folds(each)), None)
        if outermost is not None:
            folded[i] = outermost
    return folded


def _nothing_to_fold(formula: Formula, name: str, every: Iterable[Group]) -> AdiffError:
    known = list(dict.fromkeys(group.name for group in every))
    if name in formula.input_values:
        message = f"{name} is an input, there is nothing in it to fold"
    else:
        message = f"there is nothing called {name} to fold"
    close = nearest(name, known)
    listed = f"{', '.join(known[:12])}{', ...' if len(known) > 12 else ''}"
    hint = (
        f"did you mean {close}?"
        if close
        else f"what folds is {listed}"
        if known
        else "name values, or define functions"
    )
    return AdiffError("usage", message, hint=hint)


def outlines(formula: Formula, of: Mapping[int, Group], drawn: Mapping[int, str]) -> list[Cluster]:
    """Outlines around calls, vectors, and statements of more than one operation, as they lie in each other.

    `drawn` has the nodes that are drawn, each with what it is called in the drawing.
    """
    outputs = set(formula.output_nodes.values())
    alone = _calls_alone(of)
    made: dict[Group, Cluster] = {}
    top: list[Cluster] = []
    for i, called in drawn.items():
        cluster = None
        for group in of[i].chain if i in of else ():
            small = sum(formula.nodes[j].op is not None for j in group.members) < 2
            if group in alone or (group.kind == "statement" and (small or outputs & set(group.members))):
                continue
            if group not in made:
                named = f"{group.around.name} = " if group.around in alone and group.around is not None else ""
                made[group] = Cluster(short(f"{named}{group.title}"), group.kind)
                (cluster.inner if cluster is not None else top).append(made[group])
            cluster = made[group]
        if cluster is not None:
            cluster.items.append(called)
    return top


def _calls_alone(of: Mapping[int, Group]) -> set[Group]:
    """The statements that are a call and nothing more: one outline does for both."""
    every = {each for group in of.values() for each in group.chain}
    return {
        group.around
        for group in every
        if group.around is not None
        and group.around.kind == "statement"
        and len(group.members) == len(group.around.members)
    }
