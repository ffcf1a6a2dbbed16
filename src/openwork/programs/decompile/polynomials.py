"""Candidates that are polynomials modulo n: of two numbers to the second degree, of several to the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from openwork.programs.language import Constant, Expression, Ints, Minus, Modulo, Name, Plus, Times

MOST_TERMS = 8
"""numbers in one weighted sum"""
MOST_WEIGHT = 100
"""of one of them"""


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
            said = [
                name if k == 1 else Times(Constant(k), name) for (name, _), k in zip(terms, weights, strict=True) if k
            ]
            whole: Expression = said[0]
            for term in said[1:]:
                whole = Plus(whole, term)
            rest = rest % n if n else rest
            whole = Plus(whole, Constant(rest)) if rest > 0 else Minus(whole, Constant(-rest)) if rest else whole
            yield Modulo(whole, n) if n else whole
