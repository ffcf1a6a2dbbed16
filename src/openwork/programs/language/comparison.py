"""Thresholds and comparisons, as 0 or 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from openwork.programs.language.expression import PLUS, Expression, Ints, Known

Relation = Literal["==", "!=", ">=", "<", ">"]
HOLDS = {"==": np.equal, "!=": np.not_equal, ">=": np.greater_equal, "<": np.less, ">": np.greater}


@dataclass(frozen=True)
class Compared(Expression):
    """1 where the relation holds between two, else 0."""

    kind: ClassVar[str] = "compared"

    left: Expression
    relation: Relation
    right: Expression

    def values(self, known: Known) -> Ints:
        found: Ints = HOLDS[self.relation](self.left.values(known), self.right.values(known)).astype(np.int64)
        return found

    def text(self) -> str:
        return f"int({self.left.inside(PLUS)} {self.relation} {self.right.inside(PLUS)})"
