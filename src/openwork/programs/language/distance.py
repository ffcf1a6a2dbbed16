"""How far two numbers are apart, whichever is the larger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.arithmetic import Minus
from openwork.programs.language.expression import Expression, Ints, Known


@dataclass(frozen=True)
class Distance(Expression):
    """The difference of two without its sign."""

    kind: ClassVar[str] = "distance"
    symmetric: ClassVar[bool] = True

    left: Expression
    right: Expression

    def values(self, known: Known) -> Ints:
        found: Ints = np.abs(self.left.values(known) - self.right.values(known))
        return found

    def text(self) -> str:
        return f"abs({Minus(self.left, self.right)})"
