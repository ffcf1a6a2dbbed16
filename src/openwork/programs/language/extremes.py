"""The largest and the smallest of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class Largest(Expression):
    """The largest of these."""

    kind: ClassVar[str] = "largest"
    symmetric: ClassVar[bool] = True

    of: tuple[Expression, ...]

    def values(self, known: Known) -> Ints:
        found: Ints = np.max([part.values(known) for part in self.of], axis=0)
        return found

    def text(self) -> str:
        return f"max({listed(self.of)})"


@dataclass(frozen=True)
class Smallest(Expression):
    """The smallest of these."""

    kind: ClassVar[str] = "smallest"
    symmetric: ClassVar[bool] = True

    of: tuple[Expression, ...]

    def values(self, known: Known) -> Ints:
        found: Ints = np.min([part.values(known) for part in self.of], axis=0)
        return found

    def text(self) -> str:
        return f"min({listed(self.of)})"
