"""Candidates that are polynomials of two numbers modulo n, of the second degree at most."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openwork.programs.language import Constant, Expression, Ints, Modulo, Name, Plus, Times


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
