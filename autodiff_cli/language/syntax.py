"""The syntax tree, flat: one instruction a node, operands before operations, so that nothing recurses over the input."""

from __future__ import annotations

from typing import Any, NamedTuple

from lark import Token

from ..ops import TABLE

# What it is (a row of the table, or a word), its payload, how many operands it takes off the stack,
# start and end offset in the text, and the index of the first instruction that belongs to it.
Instruction = tuple[Any, Any, int, int, int, int]

_ADD, _SUB, _MUL, _DIV, _NEG, _POW = (TABLE[name] for name in ("add", "sub", "mul", "div", "neg", "pow"))
_AND, _OR, _NOT = TABLE["and_"], TABLE["or_"], TABLE["not_"]
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_ROOTS = {"√": ("sqrt",), "∛": ("cbrt",), "∜": ("sqrt", "sqrt")}


class Statement(NamedTuple):
    """One statement: `kind` is define, const, function or outputs; `roots` are the instructions that end its expressions."""

    kind: str
    name: str
    start: int
    end: int
    roots: tuple[int, ...]
    # Of a function: the instruction that reads its head, f(x, y).
    head: int = -1


class Syntax:
    """What the parser reads into: its methods are called by Lark, one per grammar rule, bottom up."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Make ready for another text."""
        self.code: list[Instruction] = []
        self.statements: list[Statement] = []
        # First instruction of the operands of sum(i, ...), prod(i, ...) and diff(...): to the instructions of the calls that
        # begin there, inner ones first.
        self.binders: dict[int, list[int]] = {}

    # Expressions: each method returns the index of its instruction.

    def _binary(self, row: Any, c: list[int]) -> int:
        code = self.code
        left, right = code[c[0]], code[c[-1]]
        code.append((row, None, 2, left[3], right[4], left[5]))
        return len(code) - 1

    def add(self, c: list[int]) -> int:
        return self._binary(_ADD, c)

    def sub(self, c: list[int]) -> int:
        return self._binary(_SUB, c)

    def mul(self, c: list[int]) -> int:
        return self._binary(_MUL, c)

    def div(self, c: list[int]) -> int:
        divisor = c[1]
        while self.code[divisor][0] is _NEG:
            divisor -= 1
        if self.code[divisor][0] == "ambiguous":  # the error quotes the whole quotient
            right = self.code[divisor]
            self.code[divisor] = (*right[:3], self.code[c[0]][3], *right[4:])
        return self._binary(_DIV, c)

    def pow(self, c: list[int]) -> int:
        return self._binary(_POW, c)

    def and_(self, c: list[int]) -> int:
        return self._binary(_AND, c)

    def or_(self, c: list[int]) -> int:
        return self._binary(_OR, c)

    def _prefix(self, row: Any, c: list[Any]) -> int:
        operand = self.code[c[1]]
        self.code.append((row, None, 1, c[0].start_pos, operand[4], operand[5]))
        return len(self.code) - 1

    def neg(self, c: list[Any]) -> int:
        return self._prefix(_NEG, c)

    def not_(self, c: list[Any]) -> int:
        return self._prefix(_NOT, c)

    def number(self, c: list[Token]) -> int:
        return self._leaf("number", c[0])

    def name(self, c: list[Token]) -> int:
        return self._leaf("name", c[0])

    def _leaf(self, kind: str, token: Token) -> int:
        code = self.code
        code.append((kind, str(token), 0, token.start_pos, token.end_pos, len(code)))  # type: ignore[arg-type]
        return len(code) - 1

    def compare(self, c: list[Any]) -> int:
        first, last = self.code[c[0]], self.code[c[-1]]
        operators = tuple(str(token) for token in c[1::2])
        self.code.append(("compare", operators, len(operators) + 1, first[3], last[4], first[5]))
        return len(self.code) - 1

    def juxtapose(self, c: list[Any]) -> int:
        return self._after_number("juxtapose", c)

    def ambiguous_divisor(self, c: list[Any]) -> int:
        return self._after_number("ambiguous", c)

    def ambiguous_power(self, c: list[Any]) -> int:
        base, operand = self.code[c[0]], self.code[c[2]]
        self.code.append(("ambiguous", c[1], 1, base[3], operand[4], operand[5]))
        return len(self.code) - 1

    def _after_number(self, kind: str, c: list[Any]) -> int:
        operand = self.code[c[-1]]
        self.code.append((kind, c[0], 1, c[0].start_pos, operand[4], operand[5]))
        return len(self.code) - 1

    def times_pi(self, c: list[Any]) -> int:
        """πr, and 2πr as (2*pi)*r. What is multiplied was read first."""
        operand, sign = self.code[c[-1]], c[-2]
        self.code.append(("name", "pi", 0, sign.start_pos, sign.end_pos, len(self.code)))
        factor = c[0] if len(c) == 3 else None
        self.code.append(("times_pi", factor, 2, c[0].start_pos, operand[4], operand[5]))
        return len(self.code) - 1

    def superscript(self, c: list[Any]) -> int:
        return self._raised(c[0], c[1])

    def _raised(self, base_at: int, token: Token) -> int:
        """A power: of a plain number as one instruction, else with those of the exponent."""
        base = self.code[base_at]
        start, end = token.start_pos or 0, token.end_pos or 0
        if is_plain_exponent(token):
            self.code.append(("superscript", token, 1, base[3], end, base[5]))
        else:
            from . import superscripts

            superscripts.append(self.code, token, start, base[3])
            self.code.append((_POW, None, 2, base[3], end, base[5]))
        return len(self.code) - 1

    # Roots.

    def root_of_group(self, c: list[Any]) -> int:
        return self._root(c[0], c[2], c[3].end_pos)

    def root_of_number(self, c: list[Any]) -> int:
        return self._root(c[0], self._leaf("number", c[1]), c[1].end_pos)

    def root_of_name(self, c: list[Any]) -> int:
        return self._root(c[0], self._leaf("name", c[1]), c[1].end_pos)

    def root_of_part(self, c: list[Any]) -> int:
        return self._root(c[0], self.index(c[1:]), c[4].end_pos)

    def root_of(self, c: list[Any]) -> int:
        return self._root(c[0], c[1], self.code[c[1]][4])

    def _root(self, sign: Token, operand: int, end: int) -> int:
        first = self.code[operand][5]
        for name in _ROOTS[str(sign)]:
            payload = (name, 0, (operand,))
            self.code.append(("call", payload, 1, sign.start_pos or 0, end, first))
            operand = len(self.code) - 1
        return operand

    def ambiguous_root(self, c: list[Any]) -> int:
        """√2x and √x^2: the payload is where what may or may not belong under the root begins and how it is joined to it."""
        last = c[-1]
        end = int(last.end_pos or 0) if isinstance(last, Token) else self.code[last][4]
        if isinstance(c[0], Token):
            start, split, sign = c[0].start_pos, c[1].end_pos if c[1].type == "NUMBER" else c[1].start_pos, "*"
        else:
            start, split, sign = self.code[c[0]][3], self.code[c[0]][4], "^"
        self.code.append(("ambiguous_root", (split, sign), 0, start or 0, end, len(self.code)))
        return len(self.code) - 1

    def group(self, c: list[Any]) -> int:
        inside = self.code[c[1]]
        self.code[c[1]] = (*inside[:3], c[0].start_pos, c[2].end_pos, inside[5])
        return int(c[1])

    def args(self, c: list[int | None]) -> list[int]:
        return [each for each in c if each is not None]

    def call(self, c: list[Any]) -> int:
        name, arguments, end = c[0], c[-2], c[-1]
        primes = len(c[1]) if len(c) == 5 else 0
        first = self.code[arguments[0]][5] if arguments else len(self.code)
        kind = "call"
        unrolls = str(name) in ("sum", "prod") and len(arguments) == 4 and self.code[arguments[0]][0] == "name"
        if unrolls or (str(name) == "diff" and len(arguments) in (2, 3) and not primes):
            kind = "binder"
            self.binders.setdefault(first, []).append(len(self.code))
        payload = (str(name), primes, tuple(arguments))
        self.code.append((kind, payload, len(arguments), name.start_pos, end.end_pos, first))
        return len(self.code) - 1

    def function_power(self, c: list[Any]) -> int:
        """sin^2(x): the head was read as a name, which it is not."""
        head, arguments, end = c[0], c[-2], c[-1]
        raised = c[1] if c[1].type == "SUPERSCRIPT" else None
        plain = raised is None or is_plain_exponent(raised)
        what, text, _, start, stop, first = self.code[head]
        name = text if what == "name" else None
        if name is not None:
            self.code[head] = ("nothing", None, 0, start, stop, first)
        exponent = "".join(c[1:-3]).translate(_SUPERSCRIPTS) if plain else str(raised)
        payload = (name, exponent, (start, stop), c[1].end_pos if len(c) < 6 else c[2].end_pos, raised is not None)
        self.code.append(("function_power", payload, len(arguments), start, end.end_pos, first))
        # Another exponent has instructions of its own, and raises what the call gives.
        return len(self.code) - 1 if raised is None or plain else self._raised(len(self.code) - 1, raised)

    def index(self, c: list[Any]) -> int:
        inside = self.code[c[2]]
        self.code.append(("index", str(c[0]), 1, c[0].start_pos, c[3].end_pos, inside[5]))
        return len(self.code) - 1

    def vector(self, c: list[Any]) -> int:
        first = self.code[c[1][0]][5] if c[1] else len(self.code)
        self.code.append(("vector", None, len(c[1]), c[0].start_pos, c[2].end_pos, first))
        return len(self.code) - 1

    # Statements.

    def _named(self, kind: str, c: list[Any]) -> None:
        token, root = c
        self.statements.append(Statement(kind, str(token), token.start_pos, token.end_pos, (root,)))

    def define(self, c: list[Any]) -> None:
        self._named("define", c)

    def const(self, c: list[Any]) -> None:
        self._named("const", c)

    def function(self, c: list[int]) -> None:
        head = self.code[c[0]]
        self.statements.append(Statement("function", head[1][0], head[3], head[4], (c[1],), c[0]))

    def outputs(self, c: list[int]) -> None:
        start, end = self.code[c[0]][3], self.code[c[-1]][4]
        self.statements.append(Statement("outputs", "", start, end, tuple(c)))

    def start(self, c: list[Any]) -> None:
        return None


def exponent_of(superscript: str) -> str:
    """The plain digits of a superscript."""
    return superscript.translate(_SUPERSCRIPTS)


def is_plain_exponent(superscript: str) -> bool:
    """Whether a superscript is a whole number, the commonest case by far."""
    digits = exponent_of(superscript).removeprefix("-")
    return digits.isascii() and digits.isdigit()
