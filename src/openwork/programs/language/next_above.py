"""Which number comes next in order: what a sorted list goes on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class NextAbove(Expression):
    """The smallest of the numbers from 0 and below `bound` in a list that is above `after`; where `after` is no such
    number, a sign between texts, the smallest of all; `default` where there is none."""

    kind: ClassVar[str] = "next-above"
    weight: ClassVar[float] = 2.0
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "next_above": (
            "def next_above(after, values, bound, default):",
            "    least = after if 0 <= after < bound else -1",
            "    return min((v for v in values if least < v < bound), default=default)",
        )
    }

    after: Expression
    of: tuple[Expression, ...]
    bound: int
    default: int

    def values(self, known: Known) -> Ints:
        after = self.after.values(known)
        least = np.where((after >= 0) & (after < self.bound), after, -1)
        columns = np.stack([part.values(known) for part in self.of])
        above = np.where((columns > least) & (columns < self.bound), columns, self.bound).min(axis=0)
        return np.where(above < self.bound, above, self.default)

    def text(self) -> str:
        return f"next_above({self.after}, {listed(self.of)}, {self.bound}, {self.default})"
