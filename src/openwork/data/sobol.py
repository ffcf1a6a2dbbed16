"""Points that fill a box evenly, however many of them are taken: Sobol's (1967), the same bits on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openwork.data.randomness import bits

BITS = 32
# Primitive polynomials and first direction numbers of Joe and Kuo (2008), for all dimensions but the first: degree,
# coefficients between the first and the last, numbers.
_JOE_KUO = (
    (1, 0, (1,)),
    (2, 1, (1, 3)),
    (3, 1, (1, 3, 1)),
    (3, 2, (1, 1, 1)),
    (4, 1, (1, 1, 3, 3)),
    (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)),
    (5, 4, (1, 1, 5, 5, 5)),
    (5, 7, (1, 1, 7, 11, 19)),
)
MOST_DIMENSIONS = 1 + len(_JOE_KUO)


def sobol(points: int, dimensions: int) -> NDArray[np.float64]:
    """`[point, dimension]`, strictly between 0 and 1. More points begin with the same ones.

    They are moved by a fixed random word in each dimension, which keeps how evenly they lie and takes the first one out
    of the corner.

    Args:
        points: how many; a power of 2 is the most even.
        dimensions: at most `MOST_DIMENSIONS`.
    """
    moved = (bits("sobol").random_raw(dimensions) >> np.uint64(64 - BITS)).astype(np.uint64)
    words = np.stack([_words(points, _directions(dimension)) for dimension in range(dimensions)], axis=1)
    return ((words ^ moved).astype(np.float64) + 0.5) / 2.0**BITS


def _words(points: int, directions: list[int]) -> NDArray[np.uint64]:
    """Gray code: each point is the one before, with the direction of the lowest bit that was not set."""
    words, word = [], 0
    for number in range(points):
        words.append(word)
        word ^= directions[(~number & (number + 1)).bit_length() - 1]
    return np.array(words, np.uint64)


def _directions(dimension: int) -> list[int]:
    if dimension == 0:
        return [1 << (BITS - 1 - bit) for bit in range(BITS)]
    degree, inner, first = _JOE_KUO[dimension - 1]
    found = [number << (BITS - 1 - bit) for bit, number in enumerate(first)]
    for bit in range(degree, BITS):
        following = found[bit - degree] ^ (found[bit - degree] >> degree)
        for step in range(1, degree):
            if inner >> (degree - 1 - step) & 1:
                following ^= found[bit - step]
        found.append(following)
    return found
