"""How many pairs of neighbours, of mirrored symbols or of two lists are the same, or larger first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.comparison import HOLDS, Relation
from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class PairCount(Expression):
    """In how many places of two lists of the same length what stands in one is so related to what stands in the
    other."""

    kind: ClassVar[str] = "pair-count"
    weight: ClassVar[float] = 1.5

    lefts: tuple[Expression, ...]
    relation: Relation
    rights: tuple[Expression, ...]

    def values(self, known: Known) -> Ints:
        holds = HOLDS[self.relation]
        pairs = zip(self.lefts, self.rights, strict=True)
        found: Ints = np.sum([holds(a.values(known), b.values(known)) for a, b in pairs], axis=0, dtype=np.int64)
        return found

    def text(self) -> str:
        return f"sum(a {self.relation} b for a, b in zip({listed(self.lefts)}, {listed(self.rights)}))"
