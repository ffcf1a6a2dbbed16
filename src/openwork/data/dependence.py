"""Whether what was chosen has to do with what was found: a test by relabelling, and many such tests at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from openwork.data.randomness import bits, permutation

RELABELLINGS = 4_999
Numbers = NDArray[np.int64]


def dependence(
    choices: Sequence[Hashable],
    found: Sequence[Hashable],
    others: Sequence[Hashable],
    relabellings: int = RELABELLINGS,
) -> float:
    """The chance that labels which say nothing would go with what was found as closely as these choices do, by
    Pearson's chi-square over random relabellings: sure up to their number, however few cases there are.

    Args:
        choices: of each case, such as how many layers its model has.
        found: of each case, such as its mechanism.
        others: of each case, all else that was chosen: labels change places only among cases of which that is equal.
        relabellings: how many are drawn, always the same ones.
    """
    rows, columns, strata = _numbered(choices), _numbered(found), _numbered(others)
    if not (rows.any() and columns.any()):
        return 1.0
    shape = int(rows.max()) + 1, int(columns.max()) + 1
    expected = np.outer(np.bincount(rows), np.bincount(columns)) / len(rows)

    def chi_square(labels: Numbers) -> float:
        counts = np.bincount(labels * shape[1] + columns, minlength=shape[0] * shape[1]).reshape(shape)
        return float(((counts - expected) ** 2 / expected).sum())

    own, source = chi_square(rows) * (1 - 1e-12), bits("dependence", len(rows))
    places = np.argsort(strata, kind="stable")
    as_close = 0
    for _ in range(relabellings):
        mixed = rows.copy()
        mixed[places] = rows[np.lexsort((permutation(source, len(rows)), strata))]
        as_close += chi_square(mixed) >= own
    return (1 + as_close) / (1 + relabellings)


def dependence_of_groups(
    choices: Sequence[Hashable], found: Sequence[Sequence[Hashable]], relabellings: int = RELABELLINGS
) -> float:
    """The same of choices that were made once for a group of cases: labels change places among whole groups, for cases
    of one group are alike for other reasons too.

    Args:
        choices: of each group.
        found: of each of its cases.
        relabellings: how many are drawn, always the same ones.
    """
    labels, kinds = _numbered(choices), _numbered([kind for group in found for kind in group])
    if not (labels.any() and kinds.any()):
        return 1.0
    ends = np.cumsum([len(group) for group in found])[:-1]
    counts = np.stack([np.bincount(group, minlength=int(kinds.max()) + 1) for group in np.split(kinds, ends)])

    def chi_square(labels: Numbers) -> float:
        table = np.stack([counts[labels == label].sum(axis=0) for label in range(int(labels.max()) + 1)])
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
        there = expected > 0
        return float(((table - expected)[there] ** 2 / expected[there]).sum())

    own, source = chi_square(labels) * (1 - 1e-12), bits("dependence of groups", len(labels))
    as_close = sum(chi_square(labels[permutation(source, len(labels))]) >= own for _ in range(relabellings))
    return (1 + as_close) / (1 + relabellings)


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """These chances of a false alarm, so corrected that of all of them together one is false with no more than what it
    says: Holm (1979), which needs nothing of how the tests hang together."""
    order = sorted(range(len(chances)), key=lambda number: chances[number])
    corrected = [0.0] * len(chances)
    least = 0.0
    for rank, number in enumerate(order):
        least = max(least, min(1.0, (len(chances) - rank) * chances[number]))
        corrected[number] = least
    return tuple(corrected)


def _numbered(labels: Sequence[Hashable]) -> Numbers:
    numbers = {label: number for number, label in enumerate(Counter(labels))}
    return np.array([numbers[label] for label in labels], np.int64)
