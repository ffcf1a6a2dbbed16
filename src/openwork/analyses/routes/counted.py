"""Pairs that look alike up to the output are run once and count as often as they are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.pairs import Pairs

Ints = NDArray[np.int64]
MOST_KEY = 2**62
"""keys below it are exact in 64 bits"""


class Counted(NamedTuple):
    """Rows of some pairs, each of which stands for `times` of them."""

    rows: Ints
    times: int


def counted(*columns: NDArray[np.int32]) -> tuple[Counted, ...]:
    """Rows of these columns, `[row]` each, so that the number of times that they stand for adds up to all rows.

    A row that is there m times is in as many parts as m, over what all have in common, has binary digits that are 1:
    a sweep counts rows, so what it finds in a part is multiplied by the part's `times`.
    """
    _, first, counts = np.unique(_keys(columns), return_index=True, return_counts=True)
    common = int(np.gcd.reduce(counts))
    return tuple(_parts(first, counts // common, common))


def counted_pairs(pairs: Pairs, entries: Sequence[int]) -> tuple[Counted, ...]:
    """Pairs by what the model sees of them; apart from `entries`, sources are as their bases."""
    source, base = pairs.source.tokens, pairs.base.tokens
    return counted(*base.T, *(source[:, entry] for entry in entries), pairs.source.answers[:, 0])


def counted_sources(pairs: Pairs) -> tuple[Counted, ...]:
    """The sources by what the model sees of them."""
    return counted(*pairs.source.tokens.T, pairs.source.answers[:, 0])


def _parts(first: Ints, counts: Ints, common: int) -> Iterator[Counted]:
    for bit in range(int(counts.max()).bit_length()):
        rows = first[(counts >> bit) & 1 == 1]
        if len(rows):
            yield Counted(np.sort(rows), common << bit)


def _keys(columns: Sequence[NDArray[np.int32]]) -> Ints:
    """A number for each row; equal where the rows are. Columns are joined as digits, anew numbered where too long."""

    def joined(left: tuple[Ints, int], column: NDArray[np.int32]) -> tuple[Ints, int]:
        keys, below = left
        digits = int(column.max()) + 1
        if below * digits >= MOST_KEY:
            known, keys = np.unique(keys, return_inverse=True)
            below = len(known)
        return keys * digits + column, below * digits

    return reduce(joined, columns, (np.zeros(len(columns[0]), np.int64), 1))[0]
