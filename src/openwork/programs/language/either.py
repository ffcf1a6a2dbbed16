"""One of two, by a condition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import COMPARE, PLUS, Expression, Ints, Known


@dataclass(frozen=True)
class Either(Expression):
    """`then` where the condition is not 0, else `otherwise`."""

    kind: ClassVar[str] = "either"
    binds: ClassVar[int] = COMPARE
    weight: ClassVar[float] = 1.5

    condition: Expression
    then: Expression
    otherwise: Expression

    def values(self, known: Known) -> Ints:
        return np.where(self.condition.values(known) != 0, self.then.values(known), self.otherwise.values(known))

    def text(self) -> str:
        parts = (self.then.inside(PLUS), self.condition.inside(PLUS), self.otherwise.inside(PLUS))
        return "{} if {} else {}".format(*parts)
