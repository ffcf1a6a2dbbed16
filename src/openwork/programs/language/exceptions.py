"""What holds but for some inputs, which are listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.table import Table, keyed


@dataclass(frozen=True)
class Exceptions(Table):
    """The usual value, but for those combinations of keys that have a row.

    Attributes:
        usual: what holds of all others.
    """

    kind: ClassVar[str] = "exceptions"

    usual: Expression

    def values(self, known: Known) -> Ints:
        usual = self.usual.values(known)
        keys = np.stack([part.values(known) for part in self.of], axis=1)
        found = usual.copy()
        for row in self.rows:
            found[(keys == row[:-1]).all(axis=1)] = row[-1]
        return found

    @property
    def cost(self) -> float:
        # Why it is one is not said, so that each is a step of its own.
        return 2 + len(self.rows) + sum(part.cost for part in self.of) + self.usual.cost

    def text(self) -> str:
        return self._text(", ".join(map(keyed, self.rows)))

    def _text(self, said: str) -> str:
        inside = ", ".join(part.text() for part in self.of)
        return f"{{{said}}}.get({inside if len(self.of) == 1 else f'({inside})'}, {self.usual.text()})"


@dataclass(frozen=True)
class ExceptionsBySize(Exceptions):
    """Exceptions whose text says how many they are, for people: it cannot be run."""

    def text(self) -> str:
        return self._text(f"... {len(self.rows):,} entries ...")
