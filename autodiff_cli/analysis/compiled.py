"""A formula as a function of numbers and arrays: value, gradient and second derivatives in machine code."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import AdiffError
from ..graph.formula import Formula
from ..graph.program import Program
from ..graph.value import Value
from ..language import normalised
from .gradient import as_formula
from .point import Given, chosen, complete, gathered, narrowed, not_an_input

DTYPES = ("float64", "float32")
MATH = ("fast", "exact")


def cores(threads: int | None = None) -> int:
    """So many threads; else one for each processor that this process may use. Raises AdiffError for less than one."""
    if threads is not None:
        if threads < 1:
            raise AdiffError("usage", f"{threads} threads do no work", hint="leave threads out for one a processor")
        return threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Compiled:
    """A formula compiled: call it with a float or an array for each input, by name or in one mapping.

    Arrays broadcast together as in NumPy; a vector input takes its parts from the last axis. Floats in, floats out; else
    arrays of the shape that the inputs have together. With several outputs every answer is a dict by output.

    Nothing is resolved: a partial that is a numerical 0·inf is NaN, as `map` counts it, and where the value is NaN so is
    every partial. Nor is anything computed again that leaves the range of doubles on the way, or stands at the point of an
    equality: `grad` does that, and `map_table` with `exact_edges`. Each value is within 4 ulp of the C library's for the vector
    functions of glibc, and `math="exact"` takes the C library's own. Threads may call it at once; each call uses `threads` of
    them, all processors by default.
    """

    def __init__(
        self, formula: Formula, given: Given, names: tuple[str, ...], *, math: str, threads: int | None, dtype: str
    ) -> None:
        self.formula = formula
        self.inputs = formula.inputs
        self.outputs = formula.outputs
        self.wrt = names
        self.math = math
        self.threads = cores(threads)
        self.dtype = dtype
        self._given = dict(given)
        self._kernels: dict[int, Any] = {}

    def __call__(self, at: Mapping[str, Any] | None = None, /, *, out: Any = None, **inputs: Any) -> Any:
        """The value. `out` is an array to write it into.

        Raises AdiffError where an input has no number, a name is no input, or shapes do not go together.
        """
        found = self._run(0, at, inputs, None if out is None else self._values(out))
        return self._one({name: found[name, None] for name in self.outputs})

    def value_and_grad(
        self, at: Mapping[str, Any] | None = None, /, *, out: Any = None, **inputs: Any
    ) -> tuple[Any, Any]:
        """The value, and a dict of the partial by each input. `out` is the same pair, of arrays to write into."""
        wanted = None
        if out is not None:
            values, grads = out
            wanted = self._values(values) | self._slopes(grads)
        found = self._run(1, at, inputs, wanted)
        return self._one({name: found[name, None] for name in self.outputs}), self._grads(found, out and out[1])

    def grad(self, at: Mapping[str, Any] | None = None, /, *, out: Any = None, **inputs: Any) -> Any:
        """A dict of the partial by each input. `out` is such a dict, of arrays to write into."""
        return self._grads(self._run(1, at, inputs, None if out is None else self._slopes(out)), out)

    def hessian(self, at: Mapping[str, Any] | None = None, /, **inputs: Any) -> Any:
        """The second partials, a dict by the one input of dicts by the other."""
        found = self._run(2, at, inputs, None)
        names = self.wrt
        return self._one(
            {
                of: {
                    a: {b: found[of, (a, b) if i <= j else (b, a)] for j, b in enumerate(names)}
                    for i, a in enumerate(names)
                }
                for of in self.outputs
            }
        )

    def _run(
        self, order: int, at: Mapping[str, Any] | None, inputs: Mapping[str, Any], out: Mapping[Any, Any] | None
    ) -> Any:
        from ..kernel import arrays

        kernel = self._kernels.get(order)
        if kernel is None:
            from ..kernel import Kernel

            kernel = self._kernels[order] = Kernel(Program.of(self.formula, self.wrt, order), self.math)
        columns = self._columns({**self._given, **(at or {}), **inputs})
        outputs = kernel.program.outputs
        targets = None if out is None else [out.get((each.of, each.by)) for each in outputs]
        found = arrays.evaluate(kernel, columns, threads=self.threads, dtype=self.dtype, out=targets)
        return {(each.of, each.by): x for each, x in zip(outputs, found, strict=True)}

    def _columns(self, given: Mapping[str, Any]) -> list[Any]:
        """A float or an array for each input, in their order."""
        from ..kernel import arrays

        formula, found = self.formula, {}
        for word, x in given.items():
            name = normalised(word)
            size = formula.sizes.get(name)
            if size is None:
                if not formula.is_input(name):
                    raise not_an_input(formula, name)
                found[name] = arrays.numeric(name, x)
                continue
            pieces = arrays.parts(x, size)
            if pieces is None:
                raise _no_vector(name, size)
            found.update({f"{name}[{k}]": arrays.numeric(name, part) for k, part in enumerate(pieces, 1)})
        if any(name not in found for name in self.inputs):
            found = {**complete(formula, dict.fromkeys(found, 0.0)), **found}
        return [found[name] for name in self.inputs]

    def _each(self, given: Any) -> Mapping[str, Any]:
        """A thing for each output, or the one thing. Raises AdiffError where it is in another form."""
        if len(self.outputs) == 1:
            return {self.outputs[0]: given}
        return _named(given, self.outputs, "an output")

    def _values(self, given: Any) -> dict[Any, Any]:
        """Where each value is written."""
        return {(of, None): x for of, x in self._each(given).items()}

    def _slopes(self, given: Any) -> dict[Any, Any]:
        """Where each partial is written; of a vector, the last axis has them."""
        found = {}
        known = tuple(gathered(dict.fromkeys(self.wrt), self.formula.sizes))
        for of, grads in self._each(given).items():
            for name, x in _named(grads, known, "an input to differentiate by").items():
                if name in self.wrt:
                    found[of, name] = x
                    continue
                size = self.formula.sizes[name]
                if getattr(x, "shape", ())[-1:] != (size,):
                    raise _no_vector(name, size)
                found |= {(of, f"{name}[{k + 1}]"): x[..., k] for k in range(size)}
        return found

    def _one(self, found: dict[str, Any]) -> Any:
        return found if len(self.outputs) > 1 else found[self.outputs[0]]

    def _grads(self, found: Mapping[Any, Any], out: Any = None) -> Any:
        given = {} if out is None else self._each(out)
        return self._one(
            {of: self._vectors({name: found[of, name] for name in self.wrt}, given.get(of, {})) for of in self.outputs}
        )

    def _vectors(self, grads: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """The parts of a vector side by side on the last axis, as they are where they were written into an array."""
        if not self.formula.sizes:
            return grads
        from ..kernel import arrays

        return {
            name: given[name] if name in given else arrays.together(x) if isinstance(x, list) else x
            for name, x in gathered(grads, self.formula.sizes).items()
        }

    def __repr__(self) -> str:
        return f"<Compiled {', '.join(self.outputs)} of {', '.join(self.inputs)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.formula, self._given, self.wrt, self.math, self.threads, self.dtype)


def _no_vector(name: str, size: int) -> AdiffError:
    return AdiffError(
        "binding", f"{name} is a vector of {size}", hint=f"give an array whose last axis has {size} parts"
    )


def _named(given: Any, known: Iterable[str], what: str) -> Mapping[str, Any]:
    """Arrays by name. Raises AdiffError where they have none, or one that is not known."""
    if not isinstance(given, Mapping):
        hint = "give a dict of arrays, in the form of the answer"
        raise AdiffError("binding", f"out is a {type(given).__name__} where a dict belongs", hint=hint)
    wrong = next((name for name in given if name not in known), None)
    if wrong is not None:
        raise AdiffError("binding", f"out has {wrong}, which is not {what}", hint=f"there are {', '.join(known)}")
    return given


def _again(formula: Formula, given: Given, names: tuple[str, ...], math: str, threads: int, dtype: str) -> Compiled:
    return Compiled(formula, given, names, math=math, threads=threads, dtype=dtype)


def compile(  # noqa: A001 - the word that the field uses for it
    formula: Formula | Value | str,
    at: Given | None = None,
    *,
    wrt: Iterable[str] | None = None,
    of: Iterable[str] | None = None,
    math: str = "fast",
    threads: int | None = None,
    dtype: str = "float64",
) -> Compiled:
    """A formula as a function on floats and arrays.

    `f = compile("(a*b+c)*f")`, and then `f(a=..., b=..., c=..., f=...)`, `f.value_and_grad(...)`, `f.hessian(...)`.
    `at` has numbers for inputs that calls leave out, and tells the lengths of vectors. `wrt` are the inputs to differentiate
    by, else all; `of` the values of the program to compute. `math` is "fast" or "exact", `dtype` that of the arrays it
    returns, float64 or float32; the arithmetic is double in either case. Raises AdiffError for a wrong text or name; the
    first call compiles, in some hundredths of a second, and raises AdiffError where NumPy or llvmlite is missing or the
    program has more than 20,000 operations.
    """
    for word, known, what in ((math, MATH, "math"), (dtype, DTYPES, "dtype")):
        if word not in known:
            raise AdiffError(
                "usage", f"{what} is {' or '.join(known)}, not {word!r}", hint=f'for example {what}="{known[0]}"'
            )
    made = narrowed(as_formula(formula, at), of)
    return Compiled(made, at or {}, chosen(made, wrt), math=math, threads=threads, dtype=dtype)
