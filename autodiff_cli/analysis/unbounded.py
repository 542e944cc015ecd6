"""A formula at a point on numbers whose exponents have no bounds: values, adjoints, and how far rounding may have moved each.

Errors are followed to first order (running error analysis: Higham, Accuracy and Stability of Numerical Algorithms, 3.3),
as powers of two: cheap, and enough to tell a number whose digits hold from one of which none does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import thread_time
from types import SimpleNamespace
from typing import Any, NamedTuple

import mpmath
from mpmath import mp, mpf

from ..graph.engine import pulled
from ..graph.formula import Formula
from ..notation.numbers import Far
from ..ops import Operation
from .precise import DISCRETE, FUNCTIONS, NAN, exact

# The F of derivative rules when numbers without bounds are wanted.
RULES = SimpleNamespace(**FUNCTIONS)
ONE, ZERO = mpf(1), mpf(0)
# Digits of the runs: the first two as a rule, the others where digits cancel.
LEVELS = (40, 80, 160, 320, 640, 1280)
# A number is known when so many bits of it hold, or when what does not hold is far below the least double.
_BITS = 70
_NOTHING_LEFT = -1200
# The error of a rule's local derivative, beside that of its operands: so many bits.
_CONDITION = 10
# No further digits are asked for after so many seconds of the processor.
_SECONDS = 4.0
# The ends of the doubles.
LARGEST, LEAST = 1.7976931348623157e308, 5e-324
_UNKNOWN = 1 << 20_000


def size(x: Any) -> int:
    """The power of two above a finite number other than 0."""
    _, _, exponent, bits = x._mpf_
    return int(exponent) + int(bits)


class Run:
    """One evaluation to so many digits; only what the roots need is computed, and of an `if` only the branch taken.

    `leaves` are the numbers of the leaves by index, exact at these digits. What is `held` keeps its value, though it depends
    on what has moved. It computes in its own precision.
    """

    def __init__(self, formula: Formula, leaves: Mapping[int, Any], digits: int, held: Mapping[int, Any] = {}) -> None:
        self.digits = digits
        self.values: dict[int, Any] = {**leaves, **held}
        with mp.workdps(digits + 10):
            self.values.update({i: exact(x) for i, x in made_by_rules(formula).items()})
        # By index the exponent of the error; what is exact has none.
        self.errors: dict[int, int] = {}
        self.order: list[int] = []
        # By index (slot, operand, local derivative, exponent of its error).
        self.locals: dict[int, list[tuple[int, int, Any, int | None]]] = {}
        self._steps = steps_of(formula)

    def working(self) -> Any:
        """The context of this run's precision."""
        return mp.workdps(self.digits)

    def value(self, root: int) -> Any:
        """The value of a node."""
        with mp.workdps(self.digits):
            for i in ready(root, self.values, self._steps):
                self._compute(i, *self._steps[i])
                self.order.append(i)
        return self.values[root]

    def _compute(self, i: int, row: Operation, operands: tuple[int, ...]) -> None:
        values, errors = self.values, self.errors
        xs = [values.get(j, NAN) for j in operands]
        z = values[i] = FUNCTIONS[row.name](*xs)
        if not mpmath.isfinite(z):
            return
        loose = [k for k, j in enumerate(operands) if j in errors]
        if row.name in DISCRETE:
            if loose and self._turns(row, operands, xs, z):
                errors[i] = _UNKNOWN
            return
        error: int | None = None
        if z and not row.exact:
            error = size(z) - mp.prec + 3
        for k in loose:
            moved = self._swing(row, k, xs, z, errors[operands[k]])
            if moved is not None:
                error = moved + 1 if error is None else max(error, moved) + 1
        if error is not None:
            errors[i] = error

    def _swing(self, row: Operation, k: int, xs: Sequence[Any], z: Any, error: int) -> int | None:
        """How far the error of one operand moves the result: seen where it is moved by that."""
        if error >= _UNKNOWN:
            return _UNKNOWN
        moved = list(xs)
        # Far above the rounding of the operand and of the result, else the difference would be rounding alone.
        step = max(error, (size(xs[k]) if xs[k] else error) - mp.prec // 2)
        moved[k] = xs[k] + mpmath.ldexp(ONE, step)
        change = FUNCTIONS[row.name](*moved) - z
        if not mpmath.isfinite(change):
            return _UNKNOWN
        if not change:
            return None
        return int(size(change) - (step - error) + 1)

    def _turns(self, row: Operation, operands: tuple[int, ...], xs: Sequence[Any], z: Any) -> bool:
        """Whether a leap may lie within the errors of the operands."""
        for k, j in enumerate(operands):
            error = self.errors.get(j)
            if error is None:
                continue
            if error >= _UNKNOWN:
                return True
            for way in (-1, 1):
                moved = list(xs)
                moved[k] = xs[k] + way * mpmath.ldexp(ONE, error + 1)
                if FUNCTIONS[row.name](*moved) != z:
                    return True
        return False

    def _pulls(self, i: int) -> list[tuple[int, int, Any, int | None]]:
        """The local derivatives of an operation."""
        found = self.locals.get(i)
        if found is None:
            row, operands = self._steps[i]
            xs = [self.values.get(j, NAN) for j in operands]
            found = [(k, operands[k], local, None) for k, local in pulled(row, ONE, self.values[i], xs, RULES)]
            # How uncertain operands are, in bits relative to their size.
            loose = [
                self.errors[j] - size(x) if x and mpmath.isfinite(x) else _UNKNOWN
                for j, x in zip(operands, xs, strict=True)
                if j in self.errors
            ]
            if loose and not row.exact and row.name not in ("add", "sub"):
                worst = max(loose) + _CONDITION
                found = [
                    (k, j, local, size(local) + worst if local and mpmath.isfinite(local) else _UNKNOWN)
                    for k, j, local, _ in found
                ]
            self.locals[i] = found
        return found

    def adjoints(self, root: int, depends: Sequence[bool]) -> tuple[dict[int, Any], dict[int, int]]:
        """The adjoints of the nodes that depend on something wanted, for a root whose value was computed, and their errors."""
        found: dict[int, Any] = {root: ONE}
        errors: dict[int, int] = {}
        with mp.workdps(self.digits):
            place = {i: n for n, i in enumerate(self.order)}
            last = place.get(root, -1)
            for n in range(last, -1, -1):
                i = self.order[n]
                u = found.get(i)
                if u is None or not depends[i]:
                    continue
                above = errors.get(i)
                for _, j, local, loose in self._pulls(i):
                    if not depends[j]:
                        continue
                    part = u * local
                    error = _part_error(part, u, local, above, loose)
                    if j in found:
                        error = _larger(error, errors.get(j))
                        found[j] = found[j] + part
                    else:
                        found[j] = part
                    if error is not None:
                        errors[j] = error
        return found, errors

    def known(self, x: Any, error: int | None, bits: int = _BITS) -> bool:
        """Whether a number with that error is known to a double's digits."""
        if error is None or not mpmath.isfinite(x):
            return True
        if x and size(x) - error >= bits:
            return True
        return error < _NOTHING_LEFT


def _part_error(part: Any, u: Any, local: Any, above: int | None, loose: int | None) -> int | None:
    """The error of upstream times local."""
    if not mpmath.isfinite(part):
        return None
    error = size(part) - mp.prec + 2 if part and abs(u) != 1 and abs(local) != 1 else None
    if above is not None and local:
        error = _larger(error, above + size(local))
    if loose is not None and u:
        error = _larger(error, loose + size(u))
    return error


def _larger(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other) + 1


def ready(
    root: int, values: Mapping[int, Any], steps: Mapping[int, tuple[Operation, tuple[int, ...]]]
) -> Iterator[int]:
    """The operations that a node needs and `values` lacks, operands first; of an `if` only the branch taken.

    Whoever takes one must put its value into `values` before taking the next.
    """
    stack = [root]
    while stack:
        i = stack[-1]
        if i in values:
            stack.pop()
            continue
        row, operands = steps[i]
        needed = operands
        if row.name == "select":
            p = values.get(operands[0])
            needed = operands[:1] if p is None else operands[1:2] if p == 1 else operands[2:] if p == 0 else ()
        missing = [j for j in needed if j not in values]
        if missing:
            stack += missing
        else:
            yield i


def steps_of(formula: Formula) -> dict[int, tuple[Operation, tuple[int, ...]]]:
    """The operations of a formula by index."""
    return {i: (row, operands) for i, row, operands in formula.steps}


def made_by_rules(formula: Formula) -> dict[int, float]:
    """The constants that the rules of derivatives have put into a program that was read, and that are not whole."""
    if formula.source is None:
        return {}
    return {
        i: node.data for i, node in enumerate(formula.nodes)
        if node.op is None and node.constant and node.origin is None and not node.label
        and node.data is not None and node.data != node.data // 1
    }  # fmt: skip


def leaves_of(formula: Formula, point: Mapping[str, float]) -> dict[int, Any]:
    """The numbers of the leaves at a point."""
    leaves = {i: mpf(node.data) for i, node in enumerate(formula.nodes) if node.op is None and node.data is not None}
    for name, node in formula.input_values.items():
        leaves[formula.index[node]] = mpf(point[name])
    return leaves


class Settled(NamedTuple):
    """What is true of a formula at a point: by root its value, and by root and place the partial derivatives.

    None stands for what stayed unknown at every precision. `run` is the last evaluation, `swept` its adjoints by root.
    """

    values: dict[int, Any]
    partials: dict[tuple[int, int], Any]
    run: Run
    swept: dict[int, dict[int, Any]]


def settle(
    formula: Formula,
    run: Callable[[int], Run],
    roots: Iterable[int],
    places: Iterable[int],
    levels: Sequence[int] = LEVELS,
) -> Settled:
    """Values and partials at rising precision, each until its digits hold and two precisions agree."""
    wanted, into = list(dict.fromkeys(roots)), list(dict.fromkeys(places))
    depends = formula.depending(into)
    values: dict[int, Any] = {}
    partials: dict[tuple[int, int], Any] = {}
    before: dict[object, Any] = {}
    begun = thread_time()
    for level, digits in enumerate(levels):
        now = run(digits)
        numbers: dict[object, tuple[Any, int | None]] = {}
        swept: dict[int, dict[int, Any]] = {}
        for root in wanted:
            numbers[root] = now.value(root), now.errors.get(root)
            if into:
                found, errors = now.adjoints(root, depends)
                swept[root] = found
                for place in into:
                    numbers[root, place] = found.get(place, ZERO), errors.get(place)
        # Each level takes several times as long as the one before.
        last = level == len(levels) - 1 or (level > 0 and thread_time() - begun > _SECONDS)
        open_ = False
        with mp.workdps(digits):
            for key, (x, error) in numbers.items():
                if _is_nothing(x, error):
                    true = ZERO
                elif now.known(x, error) and (_agree(before.get(key), x) or (error is None and not x)):
                    true = x
                elif last:
                    true = _vanishing(before.get(key), x, digits)
                else:
                    true, open_ = None, True
                if isinstance(key, tuple):
                    partials[key] = true
                else:
                    values[key] = true  # type: ignore[index]
        before = {key: x for key, (x, _) in numbers.items()}
        if not open_:
            break
    return Settled(values, partials, now, swept)


def _is_nothing(x: Any, error: int | None) -> bool:
    """Whether a number and its error are far below the least double."""
    small = mpmath.isfinite(x) and (not x or size(x) < _NOTHING_LEFT)
    return bool(small and error is not None and error < _NOTHING_LEFT)


def _agree(rough: Any, fine: Any) -> bool:
    """Whether two precisions give one number: to 20 digits, the same infinity, or none."""
    if rough is None:
        return False
    if mpmath.isnan(fine) or mpmath.isnan(rough):
        return bool(mpmath.isnan(fine) and mpmath.isnan(rough))
    return bool(rough == fine or (mpmath.isfinite(rough) and abs(rough - fine) <= abs(fine) * mpf("1e-20")))


def _vanishing(rough: Any, fine: Any, digits: int) -> Any:
    """0 for what is only ever as large as its rounding; None for what is not known."""
    if rough is not None and mpmath.isfinite(fine) and abs(fine) <= abs(rough) * mpf(10) ** -(digits // 4):
        return ZERO
    return fine if _agree(rough, fine) else None


def rounded(x: Any) -> float:
    """The nearest double, with the number itself where that is beyond doubles."""
    near = float(x)
    if mpmath.isfinite(x) and x and (near == 0 or near - near != 0):
        with mp.workprec(80 + abs(size(x)).bit_length()):
            power = mpmath.log10(abs(x))
            exponent = mpmath.floor(power)
            if abs(exponent) > LARGEST:  # 10^10^745
                return Far(near, math.copysign(float(mpmath.log10(abs(power))), float(mpmath.sign(x))), float(exponent))
            mantissa = float(mpmath.power(10, power - exponent))
        return Far(near, -mantissa if x < 0 else mantissa, float(exponent))
    return near


def alike(x: Any) -> float:
    """The nearest double of the same kind: what is finite and not 0 stays so."""
    near = float(x)
    if mpmath.isfinite(x) and x:
        if near - near != 0:
            return LARGEST if x > 0 else -LARGEST
        if near == 0:
            return LEAST if x > 0 else -LEAST
    return near


def noisy(x: Any, moved: Any) -> bool:
    """Whether a number changes by as much as itself where an input moves by half its last digit."""
    if not is_finite(x) or not is_finite(moved) or not x:
        return False
    return bool(abs(moved - x) >= abs(x) / 4)


def is_finite(x: Any) -> bool:
    """Whether a number is known and finite."""
    return x is not None and bool(mpmath.isfinite(x))
