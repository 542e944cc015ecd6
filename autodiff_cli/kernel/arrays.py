"""A kernel on whatever NumPy takes for numbers: floats, lists, arrays of any shape and strides, broadcast together."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import AdiffError
from .kernel import Kernel

# Rows in a buffer where arrays must be walked together that do not lie alike.
BUFFER = 1 << 15


def numeric(name: str, x: object) -> float | NDArray[Any]:
    """A float, or an array of float64 or float32; other real numbers are converted. Raises AdiffError for anything else."""
    try:
        if isinstance(x, (int, float)):
            return float(x)
        found = np.asarray(x)
        if found.dtype.kind == "O" and all(isinstance(each, Real) for each in found.flat):
            found = found.astype(np.float64)  # integers beyond 64 bits, fractions
    except (ValueError, OverflowError) as wrong:
        hint = "give numbers up to 1.8e308, or an array of them"
        raise AdiffError("binding", f"the values of {name} are no array of doubles: {wrong}", hint=hint) from None
    if found.dtype.char not in "df" or not found.dtype.isnative:
        if found.dtype.kind not in "fiub":
            raise AdiffError(
                "binding",
                f"the values of {name} must be real numbers, not {found.dtype}",
                hint="give floats or an array of them",
            )
        found = found.astype(np.float64)
    return float(found) if found.ndim == 0 else found


def parts(x: object, size: int) -> list[Any] | None:
    """The parts of a vector: those of its last axis. None where that has another length."""
    try:
        found = np.asarray(x)
    except ValueError:  # lists of different lengths
        return None
    return [found[..., k] for k in range(size)] if found.ndim and found.shape[-1] == size else None


def together(columns: Sequence[float | NDArray[Any]], axis: int = -1) -> NDArray[Any]:
    """Several results as one array, side by side on a last axis."""
    return np.stack(np.broadcast_arrays(*columns), axis=axis)


def evaluate(
    kernel: Kernel,
    inputs: Sequence[float | NDArray[Any]],
    *,
    threads: int,
    dtype: str,
    out: Sequence[Any] | None = None,
) -> list[Any]:
    """Every output of a kernel: floats where all inputs are floats, else arrays of the shape that the inputs have together.

    `out` has an array of that shape to write into, or None, for each. Raises AdiffError for shapes that do not go together.
    """
    arrays = [x for x in inputs if isinstance(x, np.ndarray)]
    if not arrays and out is None:
        return list(kernel.numbers([float(x) for x in inputs]))
    try:
        shape = np.broadcast_shapes(*(x.shape for x in arrays))
    except ValueError:
        shapes = ", ".join(dict.fromkeys(str(x.shape) for x in arrays))
        raise AdiffError(
            "binding", f"arrays of shapes {shapes} do not go together", hint="give arrays of one shape, or floats"
        ) from None
    many = len(kernel.program.outputs)
    for target in out or ():
        if target is not None and not isinstance(target, np.ndarray):
            hint = "give arrays of NumPy, in the form of the answer"
            raise AdiffError("binding", f"out is no array but a {type(target).__name__}", hint=hint)
        if target is not None and target.shape != shape:
            raise AdiffError(
                "binding", f"out has the shape {target.shape}, the result {shape}", hint="give arrays of that shape"
            )
        if target is not None and target.dtype.char not in "df":
            raise AdiffError("binding", f"out holds {target.dtype}", hint="give arrays of float64 or float32")
        if target is not None and not target.flags.writeable:
            raise AdiffError("binding", "out cannot be written to", hint="give an array that is not read-only")
    targets = list(out) if out is not None else [None] * many
    if all(x.shape == shape for x in arrays) and all(t is None or _lined(t) for t in targets):
        found = [_line(x) if isinstance(x, np.ndarray) else x for x in inputs]
        lines = [x for x in found if x is not None]
        if len(lines) == len(found):
            flat = None if out is None else [None if t is None else t.reshape(-1) for t in targets]
            made = kernel.run(lines, threads=threads, out=flat, dtype=dtype).columns
            return [t if t is not None else x.reshape(shape) for t, x in zip(targets, made, strict=True)]
    return _buffered(kernel, inputs, [np.empty(shape, dtype) if t is None else t for t in targets])


def _lined(x: NDArray[Any]) -> bool:
    return bool(x.flags.c_contiguous)


def _line(x: NDArray[Any]) -> NDArray[Any] | None:
    """The array in one dimension, if that needs no copy."""
    if x.ndim == 1:
        return x
    if x.flags.c_contiguous:
        return x.reshape(-1)
    return None


def _buffered(kernel: Kernel, inputs: Sequence[float | NDArray[Any]], outs: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """Through buffers of some thousand rows, so that nothing is ever broadcast in full."""
    places = [k for k, x in enumerate(inputs) if isinstance(x, np.ndarray)]
    arrays = [inputs[k] for k in places]
    copied = [
        x.copy() if any(np.may_share_memory(x, out) for out in outs) else x for x in arrays if isinstance(x, np.ndarray)
    ]
    columns = list(inputs)
    operands = [["readonly"]] * len(copied) + [["writeonly"]] * len(outs)
    walk = np.nditer(
        [*copied, *outs], flags=["external_loop", "buffered", "zerosize_ok"], op_flags=operands,  # type: ignore[call-overload]
        op_dtypes=[np.float64] * (len(copied) + len(outs)), casting="same_kind", buffersize=BUFFER, order="C",
    )  # fmt: skip
    with walk:
        for chunk in walk:
            for k, x in zip(places, chunk, strict=False):
                columns[k] = x
            kernel.run(columns, out=list(chunk[len(copied) :]))
    return outs
