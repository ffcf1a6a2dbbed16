"""What holds but for a few: the usual way to a number, where some rows are exceptions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

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


def promising(values: Ints, target: Ints, modulus: int, most_wrong: float) -> NDArray[np.bool_]:
    """`[way]`, of which of these ways, `[way, row]`, `usual_finishes` can find something: all others are left out at
    once. Of a target of two values that may be any."""
    ways, rows = values.shape
    if target.min() >= 0 and target.max() <= 1:
        return np.ones(ways, bool)
    least = rows - int(most_wrong * rows)
    found: NDArray[np.bool_] = (values + _shifts(target - values)[:, None] == target).sum(axis=1) >= least
    for n in sorted({modulus, int(target.max()) + 1, 2}):
        if n > 1:
            found |= _counts((target - values) % n, n).max(axis=1) >= least
    if int(target.max()) - int(target.min()) > 1:
        for bound, clip in ((int(target.max()), np.minimum), (int(target.min()), np.maximum)):
            shifts = _shifts((target - values)[:, target != bound])
            found |= (clip(values + shifts[:, None], bound) == target).sum(axis=1) >= least
    return found


def _shifts(differences: Ints) -> Ints:
    """`[way]`, of the differences that may be added the one that each has most often."""
    near = np.clip(differences, SHIFTS.start - 1, SHIFTS.stop) - SHIFTS.start + 1
    found: Ints = _counts(near, len(SHIFTS) + 2)[:, 1:-1].argmax(axis=1) + SHIFTS.start
    return found


def _counts(numbers: Ints, below: int) -> Ints:
    """`[way, number]`, how often each way, `[way, row]`, has each of so many numbers from 0."""
    ways = len(numbers)
    flat = (numbers + below * np.arange(ways)[:, None]).reshape(-1)
    found: Ints = np.bincount(flat, minlength=below * ways).reshape(ways, below)
    return found


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
    if int(target.max()) - int(target.min()) < 2:
        return  # a bound says it
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
