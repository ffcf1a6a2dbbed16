"""Random choices that are the same bits on every machine and with every NumPy.

NumPy guarantees the raw stream of a bit generator and of `SeedSequence`, but neither `Generator.permutation` nor
`Generator.normal`. So everything here is made from raw 64-bit words with exact integer or IEEE operations.
A stream is named by what it is for, so that no two uses of one seed share a stream.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray


def bits(purpose: str, *seeds: int) -> np.random.PCG64:
    """The stream of 64-bit words for this purpose and these seeds (whole numbers, 0 or more)."""
    return np.random.PCG64(np.random.SeedSequence([zlib.crc32(purpose.encode()), *seeds]))


def permutation(stream: np.random.PCG64, n: int) -> NDArray[np.int64]:
    """A random order of 0 .. n-1: the stable argsort of `n` random words."""
    return np.argsort(stream.random_raw(n), kind="stable").astype(np.int64)


def integers(stream: np.random.PCG64, below: int, n: int) -> NDArray[np.int64]:
    """`n` whole numbers in 0 .. below-1 (bias below 2**-31 for the sizes used here)."""
    return ((stream.random_raw(n) >> np.uint64(1)) % np.uint64(below)).astype(np.int64)


def uniform(stream: np.random.PCG64, n: int) -> NDArray[np.float64]:
    """`n` numbers strictly between 0 and 1, on a grid of 2**-53."""
    return ((stream.random_raw(n) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
