"""A program as LLVM assembly: one loop over the rows, a vector of them at a time.

The module has two functions. `uniform(scalars, u)` computes what is the same for all rows into `u`. `rows(columns, strides,
outs, u, work, start, n)` does n rows from `start` on and returns how many of the numbers it wrote are not finite, where they
are counted. A long program is cut into blocks that hand values on through `work`, tile by tile: no function is longer than
LLVM compiles in linear time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..graph.program import Program
from .code import Code, Lowered, Node
from .driver import ARGUMENTS, driver
from .flags import flags
from .functions import lowered
from .host import Host
from .writer import Functions, Writer

# Instructions in a block; the bytes of work that a tile of rows may take, within a core's second cache; vectors in a tile.
BLOCK = 200
WORK = 256 * 1024
TILE = 64
# Of more results than these the addresses are looked up at each vector, rather than kept in registers.
FEW = 24
SIZES = {"d": 8, "f": 4, "D": 8, "F": 4, "s": 0}


class Layout(NamedTuple):
    """How the columns lie in memory.

    `columns` has a letter per input: s for one number, d and f for neighbouring doubles and floats, D and F for such at a
    distance. `out` is d or f. With `streaming` the results go past the caches, for which they must lie at whole vectors. With
    `watched` both functions tell whether the processor's flags say that a number overflowed or underflowed.
    """

    columns: str
    out: str = "d"
    streaming: bool = False
    counted: bool = False
    watched: bool = False


class Assembly(NamedTuple):
    """The text, and what its caller must know.

    `slots` has for each result its place in `u`, or the number itself where it is constant; NaN where it differs from row to
    row. `u` and `work` are lengths in doubles; `functions` is what the text calls.
    """

    text: str
    slots: tuple[int | float, ...]
    u: int
    work: int
    functions: Functions


def assembly(program: Program, layout: Layout, host: Host) -> Assembly:
    """The module of a program for columns that lie as `layout` says."""
    code = Code()
    values: list[Lowered] = [code.input(k, uniform=kind == "s") for k, kind in enumerate(layout.columns)]
    values += [code.number(x) for x in program.constants]
    for _, row, xs in program.steps:
        values.append(lowered(code, row, tuple([values[x] for x in xs])))
    results = [code.real(values[i]) for i in program.results]
    return _Module(code, results, layout, host).assembled()


def _wanted(results: Iterable[Node]) -> set[Node]:
    seen: set[Node] = set()
    stack = list(results)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack += node.args
    return seen


def _blocks(nodes: list[Node]) -> list[list[Node]]:
    return [nodes[k : k + BLOCK] for k in range(0, len(nodes), BLOCK)]


class _Module:
    """The parts of one module."""

    def __init__(self, code: Code, results: list[Node], layout: Layout, host: Host) -> None:
        self.host = host
        self.layout = layout
        self.results = results
        self.functions = Functions(host)
        self.flags = flags(host.triple) if layout.watched else None
        live = _wanted(results)
        computed = [node for node in code.nodes if node in live and node.op not in ("number", "yes")]
        self.uniform = _blocks([node for node in computed if node.uniform])
        # Columns are read in every block that uses them, and handed on by none.
        self.varying = _blocks([node for node in computed if not node.uniform and node.op != "input"])
        homes = {node: k for k, block in enumerate(self.varying) for node in block}
        self.outs: list[list[int]] = [[] for _ in self.varying]
        elsewhere: list[int] = []
        for i, node in enumerate(results):
            (self.outs[homes[node]] if node in homes else elsewhere).append(i)
        if len(layout.columns) > layout.columns.count("s"):  # columns, and constants among the results, as they are
            self.outs += [elsewhere[k : k + BLOCK] for k in range(0, len(elsewhere), BLOCK)]
            self.varying += [[] for _ in self.outs[len(self.varying) :]]
        self.u = self._shared()
        self.places, self.many = self._work()

    def _shared(self) -> dict[Node, int]:
        """A place in `u` for each uniform value that is read elsewhere."""
        home = {node: k for k, block in enumerate(self.uniform) for node in block}
        read = {x for k, block in enumerate(self.uniform) for node in block for x in node.args if home.get(x, k) != k}
        read |= {x for block in self.varying for node in block for x in node.args if x in home}
        read |= {node for node in self.results if node in home}
        return {node: i for i, node in enumerate(node for node in home if node in read)}

    def _work(self) -> tuple[dict[Node, int], int]:
        """A place for each value that goes from block to block, and their number; a place serves again when it is free."""
        last = {x: k for k, block in enumerate(self.varying) for node in block for x in node.args}
        places: dict[Node, int] = {}
        free: list[int] = []
        ends: dict[int, list[int]] = {}
        many = 0
        for k, block in enumerate(self.varying):
            for node in block:
                if last.get(node, k) > k:
                    place = free.pop() if free else many
                    many = max(many, place + 1)
                    places[node] = place
                    ends.setdefault(last[node], []).append(place)
            free += ends.pop(k, [])
        return places, many

    @property
    def tile(self) -> int:
        """How many vectors of rows go through all blocks together."""
        if len(self.varying) < 2:
            return 1 << 48
        return max(1, min(TILE, WORK // (8 * self.host.width * max(1, self.many))))

    def assembled(self) -> Assembly:
        """The whole text."""
        parts = [self._uniform_block(k, block) for k, block in enumerate(self.uniform)]
        parts += [self._rows_block(k, block, self.outs[k]) for k, block in enumerate(self.varying)]
        calls = [f"  call void @uniform_{k}(ptr %scalars, ptr %u)" for k in range(len(self.uniform))]
        flags = self.flags
        if flags is None:
            calls.append("  ret i64 0")
        else:
            calls = [*flags.cleared, *calls, *flags.told, "  ret i64 %raised"]
            if not self.uniform:
                calls = ["  ret i64 0"]
        parts.append("\n".join(["define i64 @uniform(ptr %scalars, ptr %u) #0 {", *calls, "}"]))
        if self.varying:
            parts.append(self._rows_all())
        bits = 64 * self.host.width
        declared = [*self.functions.text, *(flags.declared if flags is not None else ())]
        text = "\n".join(
            [
                f'target triple = "{self.host.triple}"', *declared, *parts,
                f'attributes #0 = {{ nounwind "prefer-vector-width"="{bits}" "min-legal-vector-width"="{bits}" }}',
                "!0 = !{i32 1}\n",
            ]
        )  # fmt: skip
        work = 0 if len(self.varying) < 2 else self.many * self.tile * self.host.width
        return Assembly(text, tuple([self._slot(node) for node in self.results]), len(self.u), work, self.functions)

    def _slot(self, node: Node) -> int | float:
        found: float = node.what if node.op == "number" else math.nan
        return self.u.get(node, found)

    def _uniform_block(self, k: int, block: Sequence[Node]) -> str:
        write = Writer(self.functions, 1)
        inside = set(block)
        for x in dict.fromkeys(x for node in block for x in node.args if x in self.u and x not in inside):
            write.load(x, "%u", f"i64 {self.u[x]}")
        for node in block:
            if node.op == "input":
                write.load(node, "%scalars", f"i64 {node.what}")
            else:
                write.instruction(node)
            if node in self.u:
                write.store(node, "%u", f"i64 {self.u[node]}")
        return "\n".join(
            [
                f"define internal void @uniform_{k}(ptr %scalars, ptr %u) #0 {{",
                "entry:",
                *write.lines,
                "  ret void",
                "}",
            ]
        )

    def _rows_block(self, k: int, block: Sequence[Node], outs: Sequence[int]) -> str:
        """The loop over the vectors of a tile for one block."""
        width, counted = self.host.width, self.layout.counted
        write = Writer(self.functions, width)
        inside = set(block)
        results = [self.results[i] for i in outs]
        used = dict.fromkeys(
            [x for node in block for x in node.args if x not in inside] + [x for x in results if x not in inside]
        )
        columns = [x for x in used if x.op == "input" and not x.uniform]
        for node in columns:
            write.column(node.what, self.layout.columns[node.what])
        few = len(outs) <= FEW
        for i in outs if few else ():
            write.out(i, SIZES[self.layout.out])
        for x in used:
            if x in self.u:
                write.load(x, "%u", f"i64 {self.u[x]}", splat=True)
        if counted:
            write.within()
        write.say("br label %loop")
        write.label("loop")
        write.say("%v = phi i64 [0, %entry], [%next, %last]")
        if counted:
            write.say("%count = phi i64 [0, %entry], [%total, %last]")
        write.say(f"%i = mul i64 %v, {width}")
        for node in columns:
            write.read(node, self.layout.columns[node.what])
        for x in used:
            if x in self.places:
                write.load(x, "%work", self._place(write, x), whole=True)
        for node in block:
            write.instruction(node)
            if node in self.places:
                write.store(node, "%work", self._place(write, node), whole=True)
        counts = []
        for i in outs:
            if not few:
                write.out(i, SIZES[self.layout.out])
            counts.append(write.result(i, self.results[i], self.layout))
        if counted:
            total = "%count"
            for each in counts:
                total = write.set(f"add i64 {total}, {each}")
            write.say(f"%total = add i64 {total}, 0")
        write.say("br label %last")
        write.label("last")
        write.say("%next = add i64 %v, 1")
        write.say("%more = icmp slt i64 %next, %vectors")
        write.say("br i1 %more, label %loop, label %done")
        write.label("done")
        write.say(f"ret i64 {'%total' if counted else '0'}")
        signature = f"{ARGUMENTS}, i64 %vectors, i64 %valid"
        return "\n".join([f"define internal i64 @rows_{k}({signature}) #0 {{", "entry:", *write.lines, "}"])

    def _place(self, write: Writer, x: Node) -> str:
        """Where in `work` a value of this vector lies, in doubles."""
        return "i64 " + write.set(f"add i64 %i, {self.places[x] * self.tile * self.host.width}")

    def _rows_all(self) -> str:
        """Whole vectors tile by tile; then the last few rows, in buffers filled up with copies of the last."""
        layout, width, blocks = self.layout, self.host.width, range(len(self.varying))
        out = SIZES[layout.out]
        sizes = [SIZES[kind] for kind in layout.columns] or [0]

        def calls(mark: str, arguments: str, total: str) -> list[str]:
            lines = [f"  %{mark}{k} = call i64 @rows_{k}({arguments})" for k in blocks]
            totals = [total, *(f"%{mark}t{k}" for k in blocks)]
            return lines + [f"  {totals[k + 1]} = add i64 {totals[k]}, %{mark}{k}" for k in blocks]

        main = f"ptr %columns, ptr %strides, ptr %outs, ptr %u, ptr %work, i64 %at, i64 %take, i64 {width}"
        tail = "ptr %bc, ptr %bs, ptr %bo, ptr %u, ptr %work, i64 0, i64 1, i64 %rest"
        return driver(
            width,
            sizes,
            len(self.results),
            out,
            self.tile,
            calls("m", main, "%sum"),
            calls("t", tail, "%sum"),
            self.flags,
        )
