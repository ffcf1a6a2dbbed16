"""Numbers of questions in lexicographic order: exact at any size, as machine integers where they fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 2**63 - 1
"""above this, numbers are Python integers in an array of objects"""
Numbers = NDArray[Any]
"""`[input]`, int64 where every number of the domain fits, else Python integers"""


def numbers_of(columns: NDArray[np.int32], radix: Sequence[int]) -> Numbers:
    """`[input, variable] -> [input]`: the first variable, which takes `radix[0]` values, counts most."""
    high: Any = 0
    low, size = np.zeros(len(columns), np.int64), 1
    for column, values in enumerate(radix):
        if size * values > LARGEST:
            high, low, size = high * size + low.astype(object), np.zeros(len(columns), np.int64), 1
        low, size = low * values + columns[:, column], size * values
    return low if prod(radix) <= LARGEST else high * size + low.astype(object)


def columns_of(numbers: Numbers, radix: Sequence[int]) -> NDArray[np.int32]:
    """`[input] -> [input, variable]`: the inverse of `numbers_of`."""
    rest, columns = as_numbers(numbers), np.empty((len(numbers), len(radix)), np.int32)
    for column in reversed(range(len(radix))):
        columns[:, column] = rest % radix[column]
        rest = rest // radix[column]
    return columns


def as_numbers(values: Iterable[int]) -> Numbers:
    """These numbers as an array."""
    if isinstance(values, np.ndarray) and values.dtype in (np.int64, object):
        return values
    listed = [int(value) for value in values]
    return np.array(listed, object if any(abs(value) > LARGEST for value in listed) else np.int64)


def format_count(count: int | None) -> str:
    """A count as a person reads it: `65,536`, `about 6.7e29`, or `too many to count` where nobody counted."""
    if count is None:
        return "too many to count"
    return f"{count:,}" if count < 10**12 else f"about {count:.1e}".replace("e+", "e")
