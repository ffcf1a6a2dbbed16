"""Order statistics: what stands at a place once several are sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class Ranked(Expression):
    """The one with `rank` others before it in ascending order: 0 is the smallest."""

    kind: ClassVar[str] = "ranked"
    symmetric: ClassVar[bool] = True
    weight: ClassVar[float] = 1.5

    of: tuple[Expression, ...]
    rank: int

    def values(self, known: Known) -> Ints:
        found: Ints = np.sort([part.values(known) for part in self.of], axis=0)[self.rank]
        return found

    def text(self) -> str:
        return f"sorted({listed(self.of)})[{self.rank}]"
