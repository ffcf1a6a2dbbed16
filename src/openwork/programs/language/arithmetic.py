"""Adding, subtracting, multiplying, and all modulo n."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openwork.programs.language.expression import ATOM, PLUS, TIMES, Expression, Ints, Known


@dataclass(frozen=True)
class Plus(Expression):
    """The sum of two."""

    kind: ClassVar[str] = "plus"
    symmetric: ClassVar[bool] = True
    binds: ClassVar[int] = PLUS

    left: Expression
    right: Expression

    def values(self, known: Known) -> Ints:
        return self.left.values(known) + self.right.values(known)

    def text(self) -> str:
        return f"{self.left.inside(PLUS)} + {self.right.inside(TIMES)}"


@dataclass(frozen=True)
class Minus(Expression):
    """The difference of two."""

    kind: ClassVar[str] = "minus"
    binds: ClassVar[int] = PLUS

    left: Expression
    right: Expression

    def values(self, known: Known) -> Ints:
        return self.left.values(known) - self.right.values(known)

    def text(self) -> str:
        return f"{self.left.inside(PLUS)} - {self.right.inside(TIMES)}"


@dataclass(frozen=True)
class Times(Expression):
    """The product of two."""

    kind: ClassVar[str] = "times"
    binds: ClassVar[int] = TIMES
    symmetric: ClassVar[bool] = True

    left: Expression
    right: Expression

    def values(self, known: Known) -> Ints:
        return self.left.values(known) * self.right.values(known)

    def text(self) -> str:
        return f"{self.left.inside(TIMES)} * {self.right.inside(ATOM)}"


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
