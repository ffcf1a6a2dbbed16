"""Candidates that are polynomials modulo n: of two numbers to the second degree, of several to the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from openwork.programs.decompile.nearly import most_frequent
from openwork.programs.language import Constant, Expression, Ints, Minus, Modulo, Name, Plus, Times

MOST_TERMS = 8
"""numbers in one weighted sum"""
MOST_WEIGHT = 100
"""of one of them"""
MOST_CODES = 2**60
"""combinations of numbers, each of which has a number"""


def polynomials(one: tuple[Name, Ints], other: tuple[Name, Ints], target: Ints, modulus: int) -> Iterator[Expression]:
    """The one polynomial that fits the smallest numbers, where it fits every row; nothing where these are not all
    there, or modulo an even number."""
    (a, column_a), (b, column_b) = one, other
    points = ((0, 0), (1, 0), (2, 0), (0, 1), (0, 2), (1, 1))
    at = [target[(column_a == i) & (column_b == j)] for i, j in points]
    if modulus % 2 == 0 or modulus < 3 or not all(len(values) for values in at):
        return
    zero, a1, a2, b1, b2, both = (int(values[0]) for values in at)
    half = (modulus + 1) // 2
    aa, bb = ((two - 2 * single + zero) * half % modulus for single, two in ((a1, a2), (b1, b2)))
    la, lb = (a1 - zero - aa) % modulus, (b1 - zero - bb) % modulus
    ab = (both - a1 - b1 + zero) % modulus
    terms = [(aa, Times(a, a)), (ab, Times(a, b)), (bb, Times(b, b)), (la, a), (lb, b)]
    said = [term if k == 1 else Times(Constant(k), term) for k, term in terms if k]
    if not said or not (aa or ab or bb or la > 1 or lb > 1):
        return
    said += [Constant(zero % modulus)] if zero % modulus else []
    whole: Expression = said[0]
    for term in said[1:]:
        whole = Plus(whole, term)
    known = {a.name: column_a, b.name: column_b}
    if (np.asarray(whole.values(known)) % modulus == target).all():
        yield Modulo(whole, modulus)


def weighted_sums(terms: Sequence[tuple[Name, Ints]], target: Ints, modulus: int) -> Iterator[Expression]:
    """The one sum of multiples that fits the smallest numbers, where it fits every row: as it is, and modulo n; nothing
    where these are not all there."""
    if not 1 < len(terms) <= MOST_TERMS:
        return
    columns = np.stack([column for _, column in terms])
    least = columns.min(axis=1)
    above = columns - least[:, None]
    at = [np.flatnonzero(above.sum(axis=0) == 0)]
    at += [np.flatnonzero((above.sum(axis=0) == 1) & (row == 1)) for row in above]
    if not all(len(rows) for rows in at):
        return
    zero, *ones = (int(target[rows[0]]) for rows in at)
    for n in sorted({0, modulus, int(target.max()) + 1}):
        weights = [(one - zero) % n if n else one - zero for one in ones]
        rest = zero - int(np.dot(weights, least))
        total = np.dot(weights, columns) + rest
        if n != 1 and all(abs(k) <= MOST_WEIGHT for k in weights) and ((total % n if n else total) == target).all():
            whole = _added([name for name, _ in terms], weights, n)
            rest = (zero - int(np.dot([_nearest(k, n) for k in weights], least))) % n if n else rest
            whole = Plus(whole, Constant(rest)) if rest > 0 else Minus(whole, Constant(-rest)) if rest else whole
            yield Modulo(whole, n) if n else whole


def usual_sums(terms: Sequence[tuple[Name, Ints]], target: Ints, modulus: int) -> Iterator[Expression]:
    """Sums of multiples that fit most rows, before anything is added or taken modulo n: of each number that by which
    the target most often rises with it, among all rows and among those where it is neither largest nor smallest."""
    sizes = [int(column.max()) + 2 for _, column in terms]
    if not 1 < len(terms) <= MOST_TERMS or prod(sizes) > MOST_CODES or any(column.min() < 0 for _, column in terms):
        return
    strides = np.cumprod([1, *sizes[:-1]])
    codes = np.dot(strides, np.stack([column for _, column in terms]))
    order = np.argsort(codes)
    inner = (target > target.min()) & (target < target.max())
    for n in sorted({0, modulus, int(target.max()) + 1} - {1}):
        for some in (np.ones(len(target), bool), inner):
            weights = [_rises(codes, order, int(stride), target, some, n) for stride in strides]
            if sum(k != 0 for k in weights) > 1 and all(abs(k) <= MOST_WEIGHT for k in weights):
                yield _added([name for name, _ in terms], weights, n)


def _rises(codes: Ints, order: Ints, stride: int, target: Ints, some: NDArray[np.bool_], n: int) -> int:
    """By how much the target most often is larger, modulo n unless that is 0, where the code is by one stride."""
    after = order[np.minimum(np.searchsorted(codes[order], codes + stride), len(order) - 1)]
    pairs = (codes[after] == codes + stride) & some & some[after]
    if not pairs.any():
        return 0
    rises = target[after][pairs] - target[pairs]
    return most_frequent(rises % n if n else rises)


def _nearest(weight: int, n: int) -> int:
    """The same modulo n, with the smaller number to say; itself where n is 0."""
    return weight - n if 2 * weight > n > 0 else weight


def _added(names: Sequence[Name], weights: Sequence[int], n: int) -> Expression:
    """The sum of these multiples, modulo n: those that are added first."""
    pairs = [(name, _nearest(k, n)) for name, k in zip(names, weights, strict=True) if k]
    whole: Expression | None = None
    for name, k in sorted(pairs, key=lambda pair: pair[1] < 0):
        term: Expression = name if abs(k) == 1 else Times(Constant(abs(k)), name)
        start = Constant(0) if whole is None else whole
        whole = Minus(start, term) if k < 0 else term if whole is None else Plus(whole, term)
    return Constant(0) if whole is None else whole
