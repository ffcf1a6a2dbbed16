"""Arrays that nobody can change any more, so that what was checked is what is read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def frozen(values: Any, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """A plain C-contiguous array of these values that cannot be made writeable; a copy unless they lie in one already.

    A read-only array of NumPy is none: its owner may make it writeable again, or shrink it. Here the numbers lie in
    `bytes`, which Python keeps as they are. Of a subclass of `np.ndarray` it has the numbers in memory.

    Args:
        values: an array, or what NumPy makes one from.
        dtype: of the numbers; that of `values` unless given.

    Raises:
        ValueError, TypeError: the values are no array of numbers.
    """
    held = _bytes_under(values)
    if held is not None and (dtype is None or values.dtype == dtype):
        start = _address(values) - _address(np.frombuffer(held, np.uint8))
        return np.ndarray(values.shape, values.dtype, held, start)
    plain = np.asarray(values, dtype, order="C")
    if plain.dtype.kind not in "biufc":
        raise TypeError(f"{plain.dtype} in place of numbers")
    return np.ndarray(plain.shape, plain.dtype, plain.tobytes())


def _bytes_under(array: Any) -> bytes | None:
    """What `frozen` put under this array, or under the array that this is a contiguous part of."""
    if type(array) is not np.ndarray or not array.size or not array.flags.c_contiguous:
        return None
    base: Any = array
    while type(base) is np.ndarray:
        base = base.base
    return base if type(base) is bytes else None


def _address(array: NDArray[Any]) -> int:
    return int(array.__array_interface__["data"][0])
