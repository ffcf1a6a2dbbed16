"""Adding, subtracting, multiplying, and all modulo n."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import PLUS, TIMES, Expression, Ints, Known


@dataclass(frozen=True)
class Operator(Expression):
    """Two with a sign between them, which binds the left one first.

    Attributes:
        sign: in text.
        does: the same of columns.
    """

    sign: ClassVar[str]
    does: ClassVar[np.ufunc]

    left: Expression
    right: Expression

    def values(self, known: Known) -> Ints:
        found: Ints = self.does(self.left.values(known), self.right.values(known))
        return found

    def text(self) -> str:
        return f"{self.left.inside(self.binds)} {self.sign} {self.right.inside(self.binds + 1)}"


@dataclass(frozen=True)
class Plus(Operator):
    """The sum of two."""

    kind: ClassVar[str] = "plus"
    symmetric: ClassVar[bool] = True
    binds: ClassVar[int] = PLUS
    sign: ClassVar[str] = "+"
    does: ClassVar[np.ufunc] = np.add


@dataclass(frozen=True)
class Minus(Operator):
    """The difference of two."""

    kind: ClassVar[str] = "minus"
    binds: ClassVar[int] = PLUS
    sign: ClassVar[str] = "-"
    does: ClassVar[np.ufunc] = np.subtract


@dataclass(frozen=True)
class Times(Operator):
    """The product of two."""

    kind: ClassVar[str] = "times"
    symmetric: ClassVar[bool] = True
    binds: ClassVar[int] = TIMES
    sign: ClassVar[str] = "*"
    does: ClassVar[np.ufunc] = np.multiply


@dataclass(frozen=True)
class Modulo(Expression):
    """What is left after division, 0 to `modulus` - 1."""

    kind: ClassVar[str] = "modulo"
    binds: ClassVar[int] = TIMES

    of: Expression
    modulus: int

    def values(self, known: Known) -> Ints:
        return self.of.values(known) % self.modulus

    def text(self) -> str:
        return f"{self.of.inside(TIMES)} % {self.modulus}"
