"""Fetch by a place that the question itself says: the item of a list at an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class ItemAt(Expression):
    """What stands in a list at number `index`, counted from 0; -1 where the list has no such number."""

    kind: ClassVar[str] = "item-at"
    weight: ClassVar[float] = 1.5
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "item_at": (
            "def item_at(index, values):",
            "    return values[index] if 0 <= index < len(values) else -1",
        )
    }

    index: Expression
    of: tuple[Expression, ...]

    def values(self, known: Known) -> Ints:
        index = self.index.values(known)
        columns = np.stack([part.values(known) for part in self.of])
        there = (index >= 0) & (index < len(self.of))
        found: Ints = np.where(there, columns[np.where(there, index, 0), np.arange(len(index))], -1)
        return found

    def text(self) -> str:
        return f"item_at({self.index}, {listed(self.of)})"
