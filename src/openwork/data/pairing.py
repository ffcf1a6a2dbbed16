"""Inputs paired with other inputs, so that a share of the pairs has an interval that holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openwork.data.randomness import bits, integers, permutation

Rows = NDArray[np.int64]


def independent_pairs(inputs: int, most: int, seed: int, *, whole: bool) -> tuple[Rows, Rows]:
    """`[pair]` each: rows of bases and of sources, no pair depending on another.

    Of a whole domain `most` pairs are drawn, base and source each from all inputs. In a sample it is the inputs that
    are independent: each is in one pair, and there are half as many pairs as inputs, at most.
    """
    if whole:
        bases, sources = (integers(bits(side, seed), inputs, most) for side in ("pair bases", "pair sources"))
        return bases, sources
    pairs = min(most, inputs // 2)
    order = permutation(bits("pairs", seed), inputs)
    return order[:pairs], order[pairs : 2 * pairs]


def ring(inputs: int, seed: int) -> Rows:
    """`[input]`, another input for each: all stand in a ring in random order, and each takes the next.

    Every input is in two pairs. The pairs fall into two halves, or for an odd number into as good as two, within which
    none shares an input: so their share has the interval of half as many independent pairs (Janson 2004).
    """
    order = permutation(bits("ring", seed), inputs)
    following = np.empty(inputs, np.int64)
    following[order] = np.roll(order, -1)
    return following
