"""What holds but for a few: the usual way to a number, where some rows are exceptions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openwork.programs.decompile.finishes import SHIFTS, shifted
from openwork.programs.language import Compared, Constant, Expression, Ints, Largest, Modulo, Smallest

MOST_WRONG = 0.05
"""share of the rows that may be exceptions"""


def usual_finishes(
    of: Expression, values: Ints, target: Ints, modulus: int, most_wrong: float = MOST_WRONG
) -> Iterator[tuple[Expression, Ints]]:
    """Expressions of `of`, whose values these are, that make the target but for this share of the rows at most; and the
    rows on which not."""
    most = int(most_wrong * len(target))
    ways = (*_sums(of, values, target, modulus), *_bounds(of, values, target), *_clipped(of, values, target))
    for expression, found in ways:
        wrong = np.flatnonzero(found != target)
        if len(wrong) <= most:
            yield expression, wrong


def _sums(of: Expression, values: Ints, target: Ints, modulus: int) -> Iterator[tuple[Expression, Ints]]:
    shift = most_frequent(target - values)
    if shift in SHIFTS:
        yield shifted(of, shift) if shift else of, values + shift
    for n in sorted({modulus, int(target.max()) + 1, 2}):
        if n > 1:
            shift = most_frequent((target - values) % n)
            yield Modulo(shifted(of, shift) if shift else of, n), (values + shift) % n


def _bounds(of: Expression, values: Ints, target: Ints) -> Iterator[tuple[Expression, Ints]]:
    if target.min() < 0 or target.max() > 1:
        return
    bounds, own = np.unique(values, return_inverse=True)
    ones = np.bincount(own.reshape(-1), weights=target, minlength=len(bounds))
    zeros = np.bincount(own.reshape(-1), minlength=len(bounds)) - ones
    # Of each bound: zeros from it on and ones below it are wrong.
    wrong = zeros[::-1].cumsum()[::-1] + ones.cumsum() - ones
    bound, right = int(bounds[wrong.argmin()]), int(bounds[(len(target) - wrong).argmin()])
    yield Compared(of, ">=", Constant(bound)), (values >= bound).astype(np.int64)
    yield Compared(of, "<", Constant(right)), (values < right).astype(np.int64)


def _clipped(of: Expression, values: Ints, target: Ints) -> Iterator[tuple[Expression, Ints]]:
    """No more than the largest number that occurs, or no less than the smallest."""
    for bound, clip, made in ((int(target.max()), np.minimum, Smallest), (int(target.min()), np.maximum, Largest)):
        within = target != bound
        if within.any() and (shift := most_frequent(target[within] - values[within])) in SHIFTS:
            yield made((shifted(of, shift) if shift else of, Constant(bound))), clip(values + shift, bound)


def most_frequent(numbers: Ints) -> int:
    """The one that occurs most often, the smallest of these; there has to be one."""
    least = int(numbers.min())
    if int(numbers.max()) - least < len(numbers):  # counting is faster than sorting
        return least + int(np.bincount(numbers - least).argmax())
    kinds, counts = np.unique(numbers, return_counts=True)
    return int(kinds[counts.argmax()])
