"""How much of what a place holds a variable explains: the share of its variance that lies between the classes.

The variance is summed over the features of the place, so it does not depend on the basis. 1 where inputs of one class
have one and the same activation there, 0 where all classes have the same mean. The more classes, the larger it is for
no reason: with as many classes as inputs it is 1. What shuffled values would explain is known exactly, without a
shuffle: (classes - 1) / (inputs - 1) on average.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.effective_values import Classes


class VarianceShares:
    """Adds up activations block by block; for several divisions of the same inputs at once.

    Args:
        divisions: `[input]` each, the class of every input, numbered from 0.
    """

    def __init__(self, divisions: Sequence[Classes]) -> None:
        self.divisions = divisions
        self._sums: list[NDArray[np.float64]] = []
        self._origin: NDArray[np.float64] = np.empty(0)
        self._squares, self._rows = 0.0, 0

    def add(self, *activations: NDArray[np.floating[Any]]) -> None:
        """The next inputs' activations: `[input, feature]`, further axes are features too; those of several sites."""
        flat = np.concatenate([a.reshape(len(a), -1) for a in activations], axis=1).astype(np.float64)
        if not self._sums:
            # Sums of squares lose their digits where a mean is large: count from the first block's mean.
            self._origin = flat.mean(axis=0)
            self._sums = [np.zeros((int(classes.max()) + 1, flat.shape[1])) for classes in self.divisions]
        flat -= self._origin
        here = slice(self._rows, self._rows + len(flat))
        for sums, classes in zip(self._sums, self.divisions, strict=True):
            order = np.argsort(classes[here], kind="stable")
            present, starts = np.unique(classes[here][order], return_index=True)
            sums[present] += np.add.reduceat(flat[order], starts, axis=0)
        self._squares += float((flat * flat).sum())
        self._rows += len(flat)

    @property
    def found(self) -> tuple[float, ...]:
        """The share that each division explains; not a number where the place is the same on every input."""
        shares = []
        for sums, classes in zip(self._sums, self.divisions, strict=True):
            mean = sums.sum(axis=0) / self._rows
            total = self._squares - self._rows * float(mean @ mean)
            counts = np.bincount(classes, minlength=len(sums))[:, None]
            between = float((sums * sums / np.maximum(counts, 1)).sum()) - self._rows * float(mean @ mean)
            # Of a constant place nothing but rounding is left.
            rounding = 1e-12 * (self._squares + self._rows * float(self._origin @ self._origin))
            shares.append(nan if total <= rounding else min(max(between / total, 0.0), 1.0))
        return tuple(shares)


def variance_shares(blocks: Iterable[NDArray[np.floating[Any]]], divisions: Sequence[Classes]) -> tuple[float, ...]:
    """The share of the variance of `blocks`, `[input, feature]` one after another, that each division explains."""
    adding = VarianceShares(divisions)
    for block in blocks:
        adding.add(block)
    return adding.found


def shuffled_share(classes: Classes) -> float:
    """What these classes explain on average where they are dealt to the inputs at random: exact, for any place."""
    return (len(np.unique(classes)) - 1) / max(len(classes) - 1, 1)
