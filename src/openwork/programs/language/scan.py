"""A scan: an automaton that reads a list from its first item to its last, printed as its transition table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed

STATES = 8
"""up to which a transition table is printed"""


@dataclass(frozen=True)
class Scan(Expression):
    """The state after reading these, from state 0 on; what has no row leaves the state as it is.

    Attributes:
        of: what is read, in order.
        steps: rows of a state, what is read there, and the state after it.
    """

    kind: ClassVar[str] = "scan"
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "scan": (
            "def scan(steps, values):",
            "    state = 0",
            "    for value in values:",
            "        state = steps.get((state, value), state)",
            "    return state",
        )
    }

    of: tuple[Expression, ...]
    steps: tuple[tuple[int, ...], ...]

    def values(self, known: Known) -> Ints:
        columns = [part.values(known) for part in self.of]
        top = 1 + max([int(column.max()) for column in columns] + [row[1] for row in self.steps])
        states = 1 + max((max(row[0], row[2]) for row in self.steps), default=0)
        onward = np.repeat(np.arange(states)[:, None], top + 1, axis=1)
        for state, symbol, after in self.steps:
            onward[state, symbol] = after
        found = np.zeros(len(columns[0]), np.int64)
        for column in columns:
            found = onward[found, np.where(column < 0, top, column)]
        return found

    @property
    def entries(self) -> int:
        return len(self.steps) + super().entries

    @property
    def cost(self) -> float:
        return 2 + len(self.steps) / 4 + sum(part.cost for part in self.of)

    def text(self) -> str:
        said = ", ".join(f"({state}, {symbol}): {after}" for state, symbol, after in self.steps)
        return f"scan({{{said}}}, {listed(self.of)})"
