"""Columns of any numeric type as those that kernels read: float64, and float32 as it is."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types


def is_list(kind: Any) -> bool:
    """Whether a column holds lists."""
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def is_numeric(kind: Any) -> bool:
    """Whether a column holds numbers, truths, or nothing but nulls."""
    if types.is_dictionary(kind):
        return is_numeric(kind.value_type)
    return bool(
        types.is_floating(kind)
        or types.is_integer(kind)
        or types.is_boolean(kind)
        or types.is_decimal(kind)
        or types.is_null(kind)
    )


def reals(array: Any) -> Any:
    """A numeric column as float64, or as the float32 that it is; nulls kept. Integers beyond 2^53 become the nearest doubles."""
    if types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if array.type in (pa.float64(), pa.float32()):
        return array
    if types.is_boolean(array.type):
        array = pc.cast(array, pa.uint8())
    elif types.is_decimal(array.type):
        array = pc.cast(array, pa.string())  # the direct cast is wrong in the last bit for every third number
    return pc.cast(array, pa.float64(), safe=False)


def parts(array: Any, size: int) -> tuple[list[Any], Any | None]:
    """A column of lists as `size` columns of numbers, and which rows have a list of another length, if any have."""
    wrong = None
    lengths = pc.list_value_length(array)
    if not pc.all(pc.equal(lengths, size), min_count=0).as_py():
        wrong = pc.fill_null(pc.not_equal(lengths, size), fill_value=False)
        # What has another length, or is null, becomes a list of nulls: list_element wants all of them long enough.
        other = pc.or_(wrong, pc.is_null(array))
        keep = pc.invert(other)
        flat = pa.concat_arrays([pc.list_flatten(array.filter(keep)), pa.nulls(size, array.type.value_type)])
        many = len(flat) // size - 1
        starts = pc.if_else(keep, pc.subtract(pc.cumulative_sum(pc.cast(keep, pa.int64())), 1), many)
        starts = pc.multiply(starts, size)
        return [reals(flat.take(pc.add(starts, k))) for k in range(size)], wrong
    return [reals(pc.list_element(array, k)) for k in range(size)], wrong
