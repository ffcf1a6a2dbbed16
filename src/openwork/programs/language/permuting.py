"""Permutations composed, each by its number in lexicographic order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from math import factorial
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.table import ABSENT

MOST_PERMUTED = 6
"""things to permute"""


@dataclass(frozen=True)
class Compose(Expression):
    """Which permutation of `things` it is to do first `right`, then `left`; 0 is the one that changes nothing."""

    kind: ClassVar[str] = "compose"
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "compose": (
            "def compose(a, b, n):",
            "    # first b, then a, each by its number in lexicographic order",
            "    from itertools import permutations",
            "",
            "    every = list(permutations(range(n)))",
            "    return every.index(tuple(every[a][i] for i in every[b]))",
        )
    }

    left: Expression
    right: Expression
    things: int

    def values(self, known: Known) -> Ints:
        left, right, table = self.left.values(known), self.right.values(known), _composed(self.things)
        there = (left >= 0) & (left < len(table)) & (right >= 0) & (right < len(table))
        found: Ints = np.where(there, table[np.where(there, left, 0), np.where(there, right, 0)], ABSENT)
        return found

    def text(self) -> str:
        return f"compose({self.left}, {self.right}, {self.things})"


def things_permuted(columns: list[Ints]) -> int | None:
    """How many things have as many permutations as these columns have numbers; None where none have."""
    sizes = {int(column.max()) + 1 for column in columns}
    found = [n for n in range(3, MOST_PERMUTED + 1) if sizes == {factorial(n)}]
    return found[0] if found else None


@lru_cache(maxsize=4)
def _composed(things: int) -> Ints:
    """`[left, right]`"""
    images = np.array(list(permutations(range(things))))
    place = things ** np.arange(things)[::-1]
    numbers = images[:, images] @ place
    found: Ints = np.searchsorted(images @ place, numbers)
    return found
