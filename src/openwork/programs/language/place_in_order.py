"""Where one of several stands when all are sorted: by such places a compiled program sorts, with one head for keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class PlaceInOrder(Expression):
    """How many of a list come before number `index` of it: those that are smaller, and earlier ones that are equal."""

    kind: ClassVar[str] = "place-in-order"
    weight: ClassVar[float] = 1.5
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "place_in_order": (
            "def place_in_order(index, values):",
            "    before = [(v, i) < (values[index], index) for i, v in enumerate(values)]",
            "    return sum(before)",
        )
    }

    index: int
    of: tuple[Expression, ...]

    def values(self, known: Known) -> Ints:
        columns = np.stack([part.values(known) for part in self.of])
        own = columns[self.index]
        found: Ints = (columns < own).sum(axis=0) + (columns[: self.index] == own).sum(axis=0)
        return found

    def text(self) -> str:
        return f"place_in_order({self.index}, {listed(self.of)})"
