"""How many of several compare in some way with one of them: RASP's selector width (Weiss, Goldberg and Yahav 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.comparison import HOLDS, Relation
from openwork.programs.language.expression import PLUS, Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class SelectorWidth(Expression):
    """How many of these stand in the relation to `query`, as keys to it: of `<`, how many are smaller."""

    kind: ClassVar[str] = "selector-width"
    weight: ClassVar[float] = 1.5

    keys: tuple[Expression, ...]
    relation: Relation
    query: Expression

    def values(self, known: Known) -> Ints:
        query, holds = self.query.values(known), HOLDS[self.relation]
        found: Ints = np.sum([holds(key.values(known), query) for key in self.keys], axis=0, dtype=np.int64)
        return found

    def text(self) -> str:
        if self.relation == "==":
            return f"{listed(self.keys)}.count({self.query})"
        return f"sum(v {self.relation} {self.query.inside(PLUS)} for v in {listed(self.keys)})"
