"""A table, for what no other primitive says: small ones can be read, large ones don't count as understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known

READABLE = 32
"""entries up to which a table counts as understood"""
ABSENT = -1
"""for a combination that is not in the table"""


@dataclass(frozen=True)
class Table(Expression):
    """Looked up by one key, or by several at once.

    Attributes:
        of: the keys.
        rows: for each combination of keys that occurs, ascending: the keys, then the value.
    """

    kind: ClassVar[str] = "table"

    of: tuple[Expression, ...]
    rows: tuple[tuple[int, ...], ...]

    def values(self, known: Known) -> Ints:
        keys = np.stack([part.values(known) for part in self.of], axis=1)
        combinations, where = np.unique(keys, axis=0, return_inverse=True)
        held = {row[:-1]: row[-1] for row in self.rows}
        found = np.array([held.get(tuple(key), ABSENT) for key in combinations.tolist()], np.int64)
        return found[where.reshape(-1)]

    @property
    def entries(self) -> int:
        return len(self.rows) + super().entries

    @property
    def cost(self) -> float:
        return 2 + len(self.rows) * (1 + len(self.of)) / 8 + sum(part.cost for part in self.of)

    def text(self) -> str:
        inside = ", ".join(part.text() for part in self.of)
        if len(self.of) == 1 and [row[0] for row in self.rows] == list(range(len(self.rows))):
            return f"{[row[1] for row in self.rows]}[{inside}]"
        said = ", ".join(map(keyed, self.rows))
        return f"{{{said}}}.get({inside if len(self.of) == 1 else f'({inside})'}, {ABSENT})"


@dataclass(frozen=True)
class TableBySize(Table):
    """A table whose text says how large it is, for people: it cannot be run."""

    def text(self) -> str:
        inside = ", ".join(part.text() for part in self.of)
        return f"{{... {len(self.rows):,} entries ...}}.get({inside if len(self.of) == 1 else f'({inside})'}, {ABSENT})"


def keyed(row: Sequence[int]) -> str:
    """A row as an item of a Python dictionary."""
    *key, value = row
    return f"{key[0] if len(key) == 1 else tuple(key)}: {value}"
