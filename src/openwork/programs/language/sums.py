"""The sum of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class Sum(Expression):
    """All of these together."""

    kind: ClassVar[str] = "sum"
    symmetric: ClassVar[bool] = True

    of: tuple[Expression, ...]

    def values(self, known: Known) -> Ints:
        found: Ints = np.sum([part.values(known) for part in self.of], axis=0)
        return found

    def text(self) -> str:
        return f"sum({listed(self.of)})"
