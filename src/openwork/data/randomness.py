"""Random choices that are the same bits on every machine and with every NumPy.

NumPy guarantees the raw stream of a bit generator and of `SeedSequence`, but neither `Generator.permutation` nor
`Generator.normal`. So everything here is made from raw 64-bit words with exact integer or IEEE operations.
A stream is named by what it is for, so that no two uses of one seed share a stream.
"""

from __future__ import annotations

import zlib
from math import prod

import numpy as np
from numpy.typing import NDArray


def bits(purpose: str, *seeds: int) -> np.random.PCG64:
    """The stream of 64-bit words for this purpose and these seeds (whole numbers, 0 or more)."""
    return np.random.PCG64(np.random.SeedSequence([zlib.crc32(purpose.encode()), *seeds]))


def permutation(stream: np.random.PCG64, n: int) -> NDArray[np.int64]:
    """A random order of 0 .. n-1: the stable argsort of `n` random words."""
    return np.argsort(stream.random_raw(n), kind="stable").astype(np.int64)


def integers(stream: np.random.PCG64, below: int | NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """`n` whole numbers in 0 .. below-1, each with a bound of its own where `below` is an array (bias below 2**-31)."""
    numbers = (stream.random_raw(n) >> np.uint64(1)) % np.asarray(below, np.uint64)
    return numbers.astype(np.int64)


def uniform(stream: np.random.PCG64, n: int) -> NDArray[np.float64]:
    """`n` numbers strictly between 0 and 1, on a grid of 2**-53."""
    return ((stream.random_raw(n) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def chance_of_rows(rows: NDArray[np.int32], purpose: str, *seeds: int) -> NDArray[np.float64]:
    """A number from 0 to 1 for each row, `[row, column] -> [row]`, that follows from the row, purpose and seeds alone.

    Mixes column after column into 64 bits with the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    """
    mixed = np.full(len(rows), bits(purpose, *seeds).random_raw(), np.uint64)
    for column in rows.T:
        mixed = mixed + column.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        mixed = mixed ^ (mixed >> np.uint64(31))
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


class Stream:
    """The choices that a task's sampler makes (`openwork.tasks.Draws`), from one stream of words."""

    def __init__(self, words: np.random.PCG64) -> None:
        self._words = words

    def integers(self, below: int, *shape: int) -> NDArray[np.int64]:
        """Whole numbers in 0 .. `below`-1."""
        return integers(self._words, below, prod(shape)).reshape(shape)

    def uniform(self, *shape: int) -> NDArray[np.float64]:
        """Numbers strictly between 0 and 1."""
        return uniform(self._words, prod(shape)).reshape(shape)
