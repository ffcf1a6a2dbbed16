"""How many different numbers there are in a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class Distinct(Expression):
    """The number of different values."""

    kind: ClassVar[str] = "distinct"
    weight: ClassVar[float] = 1.5
    symmetric: ClassVar[bool] = True

    of: tuple[Expression, ...]

    def values(self, known: Known) -> Ints:
        columns = np.sort([part.values(known) for part in self.of], axis=0)
        found: Ints = 1 + (columns[1:] != columns[:-1]).sum(axis=0)
        return found

    def text(self) -> str:
        return f"len(set({listed(self.of)}))"
