"""How often a symbol occurs among several; over a prefix of the question it is a running count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class Count(Expression):
    """How many of these equal `symbol`."""

    kind: ClassVar[str] = "count"
    symmetric: ClassVar[bool] = True
    weight: ClassVar[float] = 1.2

    of: tuple[Expression, ...]
    symbol: int

    def values(self, known: Known) -> Ints:
        found: Ints = np.sum([part.values(known) == self.symbol for part in self.of], axis=0, dtype=np.int64)
        return found

    def text(self) -> str:
        return f"{listed(self.of)}.count({self.symbol})"


@dataclass(frozen=True)
class CountBelow(Expression):
    """How many of these are smaller than `bound`."""

    kind: ClassVar[str] = "count-below"
    symmetric: ClassVar[bool] = True
    weight: ClassVar[float] = 1.5

    of: tuple[Expression, ...]
    bound: int

    def values(self, known: Known) -> Ints:
        found: Ints = np.sum([part.values(known) < self.bound for part in self.of], axis=0, dtype=np.int64)
        return found

    def text(self) -> str:
        return f"sum(v < {self.bound} for v in {listed(self.of)})"


@dataclass(frozen=True)
class CountOneOf(Expression):
    """How many of these are one of some numbers."""

    kind: ClassVar[str] = "count-one-of"
    symmetric: ClassVar[bool] = True
    weight: ClassVar[float] = 1.5

    of: tuple[Expression, ...]
    numbers: tuple[int, ...]

    def values(self, known: Known) -> Ints:
        found: Ints = np.sum([np.isin(part.values(known), self.numbers) for part in self.of], axis=0, dtype=np.int64)
        return found

    def text(self) -> str:
        return f"sum(v in {self.numbers} for v in {listed(self.of)})"


def splits(symbols: int) -> Iterator[tuple[int, ...]]:
    """The ways to part so many symbols in two, of which neither is one symbol, nor all below some bound."""
    for size in range(2, symbols // 2 + 1):
        for numbers in combinations(range(symbols), size):
            twice = 2 * size == symbols and 0 not in numbers  # the other half of one that was there
            if not twice and numbers not in (tuple(range(size)), tuple(range(symbols - size, symbols))):
                yield numbers
