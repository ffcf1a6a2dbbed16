"""Which number occurs most often in a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class MostFrequent(Expression):
    """Of the numbers from 0 and below `bound` the one that occurs most often, the smallest of several."""

    kind: ClassVar[str] = "most-frequent"
    weight: ClassVar[float] = 1.5
    symmetric: ClassVar[bool] = True
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "most_frequent": (
            "def most_frequent(values, bound):",
            "    return max(range(bound), key=values.count)",
        )
    }

    of: tuple[Expression, ...]
    bound: int

    def values(self, known: Known) -> Ints:
        columns = np.stack([part.values(known) for part in self.of])
        counts = np.stack([(columns == number).sum(axis=0) for number in range(self.bound)])
        found: Ints = counts.argmax(axis=0).astype(np.int64)
        return found

    def text(self) -> str:
        return f"most_frequent({listed(self.of)}, {self.bound})"
