"""The statements of a program before anything is built: what is defined, what is an input, what is the output."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..errors import AdiffError, Source
from ..graph.note import Note
from ..ops import CONSTANTS, FUNCTIONS, TABLE
from .literals import decimal_comma
from .syntax import Statement, Syntax


class Program:
    """The statements by name, checked for what can be checked without building."""

    def __init__(self, syntax: Syntax, source: Source, bound: Collection[str]) -> None:
        self.code = syntax.code
        self.source = source
        self.definitions: dict[str, Statement] = {}
        self.functions: dict[str, Statement] = {}
        self.parameters: dict[str, tuple[str, ...]] = {}
        self.bare: Statement | None = None
        # The function that the program means, where it has no output of its own.
        self.called: str | None = None
        for statement in syntax.statements:
            self._take(statement)
        if not syntax.statements:
            raise AdiffError(
                "syntax", "there is no expression", source=source, at=(0, len(source.text)),
                hint='write one, such as "3x^2 - 4x + 5"',
            )  # fmt: skip
        # Names that the user makes his own by defining or binding them, be they constants elsewhere.
        self.own = {*self.definitions, *bound}
        self.uses = {name: self._names(statement) for name, statement in self._expressions()}
        alone = len(syntax.statements) == 1
        # Names defined by numbers alone are inputs: instruction of the default by name.
        self.defaults = {
            name: statement.roots[0]
            for name, statement in self.definitions.items()
            if statement.kind == "define" and not alone and self._is_plain(statement)
        }
        self._implied()

    def _take(self, statement: Statement) -> None:
        name = statement.name
        if statement.kind == "outputs":
            if self.bare is not None:
                text = self.source.text[self.bare.start : self.bare.end]
                raise self._error(
                    "a program has one bare expression, this is the second", statement,
                    f"for several outputs write {text}, {self.source.text[statement.start : statement.end]}",
                )  # fmt: skip
            self._decimal_comma(statement)
            self.bare = statement
            return
        taken = self.functions if statement.kind == "function" else self.definitions
        if name in taken:
            line = self.source.span(taken[name].start, taken[name].end).line
            raise self._error(f"{name} is defined twice, first on line {line}", statement, "rename one of them")
        taken[name] = statement
        if statement.kind == "function":
            self.parameters[name] = self._parameters(statement)

    def _implied(self) -> None:
        """A program of functions and nothing to compute means the one that no other uses, at its parameters."""
        if self.bare is not None or not self.functions or any(name not in self.defaults for name in self._values()):
            return
        used = {name for key, names in self.uses.items() for name in names if name != key}
        free = [name for name in self.functions if f"{name}()" not in used]
        if len(free) != 1:
            return
        (self.called,) = free
        function = self.functions[self.called]
        self.bare = Statement("outputs", "", function.start, function.end, function.roots)
        parameters = [self.code[at] for at in self.code[function.head][1][2]]
        self.uses[""] = {**{each[1]: each[3] for each in parameters}, **self.uses[f"{self.called}()"]}
        self.own |= set(self.parameters[self.called])

    def _values(self) -> list[str]:
        return [name for name, statement in self.definitions.items() if statement.kind == "define"]

    def _decimal_comma(self, statement: Statement) -> None:
        for left, right in zip(statement.roots, statement.roots[1:], strict=False):
            comma = self.source.text.find(",", self.code[left][4], self.code[right][3])
            if (wrong := decimal_comma(self.source, comma)) is not None:
                raise wrong

    def _parameters(self, statement: Statement) -> tuple[str, ...]:
        _, (name, primes, arguments), *_ = self.code[statement.head]
        names: list[str] = []
        for each in arguments:
            kind, payload, _, start, end, _ = self.code[each]
            if kind != "name":
                message = f"a parameter of {name} must be a name, not {self.source.text[start:end]}"
                raise AdiffError(
                    "syntax", message, source=self.source, at=(start, end), hint="define it as f(x, y) = ..."
                )
            if payload in names:
                message = f"{name} has two parameters called {payload}"
                raise AdiffError("name", message, source=self.source, at=(start, end), hint="rename one of them")
            names.append(payload)
        if primes:
            raise self._error(
                "a derivative cannot be defined", statement, f"define {name}, and use {name}' as it follows"
            )
        if not names:
            raise self._error(f"{name} has no parameters", statement, f"define a value instead: {name} = ...")
        return tuple(names)

    def _error(self, message: str, statement: Statement, hint: str) -> AdiffError:
        return AdiffError("name", message, source=self.source, at=(statement.start, statement.end), hint=hint)

    def _expressions(self) -> Iterable[tuple[str, Statement]]:
        yield from self.definitions.items()
        for name, statement in self.functions.items():
            yield f"{name}()", statement
        if self.bare is not None:
            yield "", self.bare

    def _names(self, statement: Statement) -> dict[str, int]:
        """The names and functions (as `f()`) that a statement speaks of, each with the offset of its first mention."""
        names: dict[str, int] = {}
        parameters = self.parameters.get(statement.name, ()) if statement.kind == "function" else ()
        for root in statement.roots:
            indices = self._indices(root)
            for at in range(self.code[root][5], root + 1):
                kind, payload, _, start, _, _ = self.code[at]
                if kind in ("name", "index") and payload not in parameters and at not in indices:
                    names.setdefault(payload, start)
                elif kind in ("call", "binder", "function_power") and payload[0] is not None:
                    names.setdefault(f"{payload[0]}()", start)
        return names

    def _indices(self, root: int) -> set[int]:
        """The instructions that name the index of a sum or product, in its head or in its term."""
        found: set[int] = set()
        for at in range(self.code[root][5], root + 1):
            if self.code[at][0] == "binder" and self.code[at][1][0] not in (*self.functions, "diff"):
                index, _, _, term = self.code[at][1][2]
                name = self.code[index][1]
                found.add(index)
                found.update(i for i in range(self.code[term][5], term + 1) if self.code[i][:2] == ("name", name))
        return found

    def is_used(self, name: str) -> bool:
        """Whether the program has a name anywhere, as a value."""
        return name in self.definitions or any(name in names for names in self.uses.values())

    def is_value(self, name: str) -> bool:
        """Whether the program uses a name as a value anywhere."""
        return name in self.own or self.is_used(name)

    def _is_plain(self, statement: Statement) -> bool:
        """Whether an expression holds only numbers, constants, and the table's functions of them."""
        for name in self.uses[statement.name]:
            if name.endswith("()"):
                if name[:-2] in self.functions or name[:-2] not in FUNCTIONS:
                    return False
            elif name not in CONSTANTS or name in self.own:
                return False
        # A truth is no input: there is nothing to differentiate by.
        kind = self.code[statement.roots[0]][0]
        return kind not in ("compare", TABLE["and_"], TABLE["or_"], TABLE["not_"])

    def uses_of(self, names: Iterable[str]) -> set[str]:
        """Every definition and function (as `f()`) that these outputs use, directly or not."""
        reach: set[str] = set()
        stack = [name if name in self.uses and name != self.called else "" for name in names]
        while stack:
            for used in self.uses.get(stack.pop(), ()):
                if used not in reach:
                    reach.add(used)
                    stack.append(used)
        return reach

    def output_roots(self) -> list[tuple[str, int | None]]:
        """The outputs' names, each with the instruction that ends its expression; None for a definition."""
        if self.bare is None:
            return [(self._last_unused(), None)]
        roots: list[tuple[str, int | None]] = []
        for i, root in enumerate(self.bare.roots):
            kind, payload, *_ = self.code[root]
            if kind == "name" and payload in self.definitions and payload not in [name for name, _ in roots]:
                roots.append((payload, None))
            else:
                roots.append((self._free_name(i, len(self.bare.roots)), root))
        return roots

    def _free_name(self, i: int, count: int) -> str:
        """A name for a bare expression: L, or y1, y2, ... for several; a prime more while the program uses it itself."""
        name = self.called or (f"y{i + 1}" if count > 1 else "L")
        taken = {each for names in self.uses.values() for each in names} | set(self.definitions)
        while name in taken:
            name += "_"
        return name

    def _last_unused(self) -> str:
        used = {name for key, names in self.uses.items() for name in names if name != key}
        computed = [name for name, s in self.definitions.items() if s.kind == "define" and name not in self.defaults]
        free = [name for name in computed if name not in used]
        if not computed and len(self.definitions) == 1 and not self.functions:
            return next(iter(self.definitions))
        if not computed:
            kinds = ["functions"] * bool(self.functions) + ["inputs"] * bool(self.definitions)
            hint = "add the expression whose gradient you want"
            if self.functions:
                name, parameters = next(iter(self.parameters.items()))
                hint = f"call one, as in {name}({', '.join(parameters)})"
            raise AdiffError(
                "name", f"the program defines only {' and '.join(kinds)}",
                source=self.source, at=(0, len(self.source.text.rstrip())), hint=hint,
            )  # fmt: skip
        return free[-1] if free else computed[-1]

    def input_order(self, inputs: Collection[str], bound: Iterable[str]) -> list[str]:
        """The inputs in the order in which they are bound, then as declared, then as the text first names them."""
        first: dict[str, int] = {}
        for names in self.uses.values():
            for name, start in names.items():
                if name in inputs:
                    first[name] = min(start, first.get(name, start))
        declared = sorted(self.defaults, key=lambda name: self.definitions[name].start)
        found = dict.fromkeys([*bound, *declared, *sorted(first, key=lambda name: first[name])])
        return [name for name in found if name in inputs]

    def notes(self) -> list[Note]:
        """Names made the user's own, and an output that was chosen among several."""
        notes = []
        for name in sorted(self.own & set(CONSTANTS)):
            if not self.is_used(name) or (self.called and name in self.parameters[self.called]):
                continue
            message = f"{name} is your own here, not the constant {CONSTANTS[name]:.6g}"
            at = self.definitions.get(name)
            notes.append(Note("shadow", message, name, self.source.span(at.start, at.end) if at else None))
        for name in self.functions:
            if name in FUNCTIONS:
                at = self.functions[name]
                span = self.source.span(at.start, at.end)
                notes.append(Note("shadow", f"{name} is your own function here, not the built-in one", name, span))
        if self.called and len(self.functions) > 1:
            message = f"the output is {self.called}, the function that no other uses"
            notes.append(Note("output", message, self.called))
        free = self.ends()
        if len(free) > 1:
            chosen = self._last_unused()
            message = f"{', '.join(free)} are not used by anything; the output is the last, {chosen}"
            notes.append(Note("output", message, chosen))
        return notes

    def ends(self) -> list[str]:
        """The defined values that might be the output, of a program that has no bare expression."""
        if self.bare is not None:
            return []
        used = {name for key, names in self.uses.items() for name in names if name != key}
        free = [name for name in self.definitions if name not in used and name not in self.defaults]
        return [name for name in free if self.definitions[name].kind == "define"]


def cycle(active: dict[str, None], name: str) -> list[str]:
    """The names from the first mention of `name` round to it again."""
    names = list(active)
    return [*names[names.index(name) :], name]
