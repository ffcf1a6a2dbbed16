"""The sum of numbers of both signs as vocabularies have them: a negative one by what it is modulo their count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class SumSigned(Expression):
    """All of these together, each the number nearest to 0 that is the symbol's modulo `modulus`."""

    kind: ClassVar[str] = "sum-signed"
    symmetric: ClassVar[bool] = True
    weight: ClassVar[float] = 1.2

    of: tuple[Expression, ...]
    modulus: int

    def values(self, known: Known) -> Ints:
        half = self.modulus // 2
        found: Ints = np.sum([(part.values(known) + half) % self.modulus - half for part in self.of], axis=0)
        return found

    def text(self) -> str:
        half = self.modulus // 2
        return f"sum((v + {half}) % {self.modulus} - {half} for v in {listed(self.of)})"


def signed_modulus(symbols: Sequence[str]) -> int | None:
    """How many numbers a vocabulary has that lists those from 0 and then the negative ones; None of another one."""
    half = len(symbols) // 2
    numbers = [*range(len(symbols) - half), *range(-half, 0)]
    return len(symbols) if half and list(symbols) == list(map(str, numbers)) else None
