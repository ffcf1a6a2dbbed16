"""How often a symbol occurs among several; over a prefix of the question it is a running count."""

from __future__ import annotations

from dataclasses import dataclass
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
