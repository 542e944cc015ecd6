"""A formula at a point as a diagram: what is shown of it, folded, cut, and written on edges."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..analysis.point import Given, complete, suspicions, to_bind
from ..errors import AdiffError
from ..graph.formula import Formula
from ..graph.note import Note
from ..graph.value import Value
from ..notation.numbers import literal, number, unsigned
from ..notation.text import text
from .diagram import Diagram, Item, Look, Operation
from .groups import Group, groups, outlines, to_fold
from .links import Links, varies
from .select import called, visible
from .shown import Numbers, numbers
from .sums import MOST, Sum, long_sums
from .wording import LONGEST, figure, plain, short

MOST_PARTS = 3
# Above this many operations only what is folded is told apart: outlines would hide more than they show.
MOST_CLUSTERED = 300


def compose(formula: Formula, at: Given, look: Look | None = None) -> Diagram:
    """The diagram of a formula at a point, or without numbers.

    Raises AdiffError for a graph larger than `look.max_nodes`, and for names in `look` that the program does not have.
    """
    return _Composer(formula, numbers(formula, at), look or Look()).diagram(at)


class _Composer:
    """One diagram in the making."""

    def __init__(self, formula: Formula, what: Numbers, look: Look) -> None:
        self.formula = formula
        self.what = what
        self.look = look
        self.names = {i: name for name, i in formula.output_nodes.items()}
        self.groups = groups(formula)
        self.sums: dict[int, Sum] = {} if look.every else long_sums(formula, self.groups)
        self.folded = self._folded()
        # The node that stands for each: itself, or the last of those that it is folded with.
        self.stands = [max(self.folded[i].members) if i in self.folded else i for i in range(len(formula.nodes))]
        for total, each in self.sums.items():
            for i in each.additions:
                self.stands[i] = total
        self.steps = {i: (row, operands) for i, row, operands in formula.steps}
        self.operands = self._operands()
        self.links = Links(formula, what, self.stands, self.operands, self.sums, self.folded, self._name)
        starts = list(dict.fromkeys(self.stands[i] for i in self.names))
        if look.around is not None:
            starts = list(dict.fromkeys(self.stands[i] for i in called(formula, self.groups, look.around)))
        elif look.depth is None:  # with the parts of vectors that nothing uses
            starts += [i for i in dict.fromkeys(map(self._stand, formula.input_values.values())) if i not in starts]
        self.shown = visible(self.operands, starts, look.depth, both_ways=look.around is not None)

    def _folded(self) -> dict[int, Group]:
        """The group that each folded node is in: what was asked for, and, unasked, the middle of long sums, long vectors."""
        look, formula = self.look, self.formula
        found = to_fold(formula, self.groups, look.fold) if look.fold is not None else {}
        self.sums = {total: each for total, each in self.sums.items() if total not in found}
        if not look.every:
            for i, group in self.groups.items():
                if group.kind == "vector" and len(group.members) > MOST and formula.nodes[i].op is None:
                    found[i] = group
        between = {i: each.between for each in self.sums.values() if each.between for i in each.between.members}
        broken = {id(found[i]) for i in between if i in found}
        found = {i: group for i, group in found.items() if id(group) not in broken}
        return {**found, **between}

    def _operands(self) -> dict[int, list[int]]:
        """The operands of each value that is computed, in order; those of a folded one without what lies inside."""
        found: dict[int, list[int]] = {}
        for i, (_, operands) in self.steps.items():
            here = self.stands[i]
            if i in self.sums:
                middle = self.sums[i].between
                terms = [self.stands[j] for j in self.sums[i].terms]
                found[here] = terms if middle is None else _once(terms, self.stands[middle.members[0]])
            elif here != i and i not in self.folded:
                continue  # an addition within a sum
            elif i not in self.folded:
                found[here] = [self.stands[j] for j in operands]
            else:
                outside = [self.stands[j] for j in operands if self.stands[j] != here and not self._is_literal(j)]
                found[here] = list(dict.fromkeys([*found.get(here, ()), *outside]))
        return found

    def _is_literal(self, i: int) -> bool:
        node = self.formula.nodes[i]
        return node.op is None and node.constant and not node.label

    def _stand(self, node: Value) -> int:
        return self.stands[self.formula.index[node]]

    def _name(self, i: int) -> str:
        return f"v{i}" if i not in self.folded else f"g{i}"

    def diagram(self, at: Given) -> Diagram:
        """Everything that is drawn, operands first."""
        self._check_size()
        items = {}
        for i in sorted(self.shown):
            item = self._fold(i) if i in self.folded else self._item(i)
            items[item.name] = item
        outputs = [self._name(self.stands[i]) for i in self.names if self.stands[i] in self.shown]
        found = Diagram(items, list(dict.fromkeys(outputs)), [], self.look, self._notes(at))
        if found.operations <= MOST_CLUSTERED:
            drawn = {i: self._name(i) for i in self.shown if i not in self.folded}
            found.clusters = outlines(self.formula, self.groups, drawn)
        if self.look.edges == "flow":
            found.legend = [("plus", "raises the output"), ("minus", "lowers it; the wider, the more")]
        if any(operation.state == "broken" for item in items.values() for operation in item.operations):
            found.legend += [("broken", "an infinity, or what is undefined, starts here")]
        return found

    def _check_size(self) -> None:
        operations = sum(i in self.operands and not cut for i, cut in self.shown.items())
        leaves = len(self.shown) - operations
        most = self.look.max_nodes
        if max(operations, leaves) > most:
            count = f"{operations:,} operations" if operations >= leaves else f"{leaves:,} values that are not computed"
            raise AdiffError(
                "limit", f"the graph has {count}, more than {most:,} to draw",
                hint=f"raise it with --max-nodes {max(operations, leaves)}, or draw less: --fold, --depth 5, --around NAME",
            )  # fmt: skip

    def _notes(self, at: Given) -> tuple[Note, ...]:
        notes = notes_on(self.formula, at, self.what)
        shortened = sum(
            len(each.terms) - len(self.operands[total]) + 1 for total, each in self.sums.items() if each.between
        )
        if shortened:
            notes += (Note("folded", f"{shortened:,} terms of long sums are drawn as one; --every draws each"),)
        if self.look.fold == () and not self.folded:
            notes += (
                Note("folded", "nothing folds here: no function, no vector, no named value of several operations"),
            )
        hidden = len(dict.fromkeys(self.stands)) - len(self.shown)
        if hidden and (self.look.depth is not None or self.look.around is not None):
            notes += (Note("cut", f"{hidden:,} more values are left out; --depth shows more"),)
        return notes

    # One item.

    def _item(self, i: int) -> Item:
        node = self.formula.nodes[i]
        cut = self.shown[i]
        label = node.label or self.names.get(i, "")
        kind = self._kind(i)
        shows = kind != "constant" and self.what.valued
        data = [unsigned(self.what.values[i])] if shows else None
        grad = [unsigned(self.what.adjoints[i])] if shows and not self.look.forward_only else None
        if kind == "constant":
            value = literal(node.data if node.data is not None else math.nan)
            cells = [f"{short(label)} = {value}" if label else value]
        else:
            cells = self._cells(label, [i], data, grad)
        if cut and not label:
            cells = [short(text(node, depth=3, limit=LONGEST)), *cells]
        operations = [] if cut or node.op is None else [self.links.operation(i, node.op)]
        return Item(self._name(i), kind, label, data, grad, cells, operations, self._story(i, label), cut=cut)

    def _fold(self, i: int) -> Item:
        """The box of a folded group: its results, and edges from what it uses."""
        group = self.folded[i]
        members = sorted(group.members)
        inside = set(members)
        used = {j for k, (_, operands) in self.steps.items() if k not in inside for j in operands}
        results = [j for j in members if j in used or j in self.names] or members
        named = self.formula.nodes[results[0]].label if len(results) == 1 else ""
        label = group.title if named in ("", group.name) else f"{named} = {group.title}"
        kind = "output" if inside & set(self.names) else "value" if any(j in self.steps for j in members) else "input"
        data = [unsigned(self.what.values[j]) for j in results] if self.what.valued else None
        grad = (
            [unsigned(self.what.adjoints[j]) for j in results]
            if data is not None and not self.look.forward_only
            else None
        )
        if group.kind == "terms":  # as one term: they share their gradient
            results = results[:1]
            data = data and [math.fsum(data) if all(map(math.isfinite, data)) else math.nan]
            grad = grad and grad[:1]
        count = sum(j in self.steps for j in members)
        cut = self.shown[i]
        operations = (
            [] if cut or not self.operands.get(i) else [Operation("", self.links.into_fold(i, members, results))]
        )
        inner = f"{count} operation{'s' * (count != 1)} folded" if count else f"{len(members)} parts"
        story = f"{label}: {inner}" + (
            f"\n{text(self.formula.nodes[results[0]], limit=300)}" if count and len(results) == 1 else ""
        )
        return Item(
            self._name(i), kind, label, data, grad, self._cells(label, results, data, grad), operations, plain(story),
            inside=count or len(members), cut=cut,
        )  # fmt: skip

    def _kind(self, i: int) -> str:
        node = self.formula.nodes[i]
        if i in self.names:
            return "output"
        return "value" if node.op is not None else "constant" if node.constant else "input"

    def _cells(self, label: str, nodes: Sequence[int], data: list[float] | None, grad: list[float] | None) -> list[str]:
        cells = [short(label)] if label else []
        for word, xs in (("data", data), ("grad", grad)):
            if xs is not None:
                told = [figure(x, self.what.open[i], self.look.digits) for x, i in zip(xs, nodes, strict=True)]
                if len(told) > 1:
                    told = [
                        number(x, self.look.digits or 4) if shown else "" for x, shown in zip(xs, told, strict=True)
                    ]
                    told = (
                        [f"[{', '.join(told[:MOST_PARTS])}{', …' if len(told) > MOST_PARTS else ''}]"]
                        if any(told)
                        else [""]
                    )
                cells.append(f"{word} {told[0]}")
        return cells

    def _story(self, i: int, label: str) -> str:
        """The tooltip of a box: what it is, its value and its gradient in full."""
        what, node = self.what, self.formula.nodes[i]
        expression = text(node, limit=300) if node.op is not None else ""
        parts = [part for part in (label, expression) if part]
        if not math.isnan(what.values[i]) or not what.open[i]:
            parts.append(literal(what.values[i]))
        lines = [" = ".join(parts)]
        if what.valued and varies(self.formula, i) and not (what.open[i] and math.isnan(what.adjoints[i])):
            output = self.formula.outputs[0]
            lines.append(
                f"d{output}/d{label or f'({text(node, depth=4, limit=60)})'} = {literal(unsigned(what.adjoints[i]))}"
            )
        return plain("\n".join(lines))


def notes_on(formula: Formula, at: Given, what: Numbers) -> tuple[Note, ...]:
    """What to know of a drawing: the program's own notes, inputs without numbers, whose gradients it shows."""
    point = complete(formula, at, partly=True)
    missing = [name for name in formula.inputs if name not in point]
    notes = [*formula.notes, *suspicions(formula, point)]
    if missing:
        message = f"{to_bind(formula, missing)} would show {'the rest' if what.valued else 'data and gradients'}"
        notes.append(Note("values", message))
    if len(formula.outputs) > 1:
        notes.append(Note("output", f"the gradients drawn are those of {formula.outputs[0]}; choose another with --of"))
    return (*notes, *what.notes)


def _once(xs: Sequence[int], those: int) -> list[int]:
    """The list with `those` only where it stands first."""
    at = xs.index(those)
    return [x for k, x in enumerate(xs) if x != those or k == at]
