"""Whether it is one of a few numbers, as 0 or 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import PLUS, Expression, Ints, Known


@dataclass(frozen=True)
class OneOf(Expression):
    """1 where it is one of these, else 0; each is looked at as an entry of a table is."""

    kind: ClassVar[str] = "one-of"

    of: Expression
    numbers: tuple[int, ...]

    def values(self, known: Known) -> Ints:
        return np.isin(self.of.values(known), self.numbers).astype(np.int64)

    @property
    def entries(self) -> int:
        return len(self.numbers) + super().entries

    @property
    def cost(self) -> float:
        return 1.5 + len(self.numbers) / 4 + self.of.cost

    def text(self) -> str:
        return f"int({self.of.inside(PLUS)} in {self.numbers})"
