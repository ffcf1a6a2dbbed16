"""What every line of a program is made of: a frozen value that computes whole columns and reads as Python.

An expression is never built from text and never executed as text: `values` computes it over arrays, and `text` is for
people. The two are held together by a test that runs the text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
"""`[input]`, one whole number for each input"""
Known = Mapping[str, Ints]
"""columns by name: question symbols as `x[3]`, items of variables as `head0[5]` or `head0[5][1]`"""

COMPARE, PLUS, TIMES, ATOM = range(4)
"""how tightly an expression's text binds, in Python's order"""


@dataclass(frozen=True)
class Expression(ABC):
    """Whole numbers that follow from others.

    Attributes:
        kind: its name in JSON.
        binds: how tightly its text binds; see `COMPARE` to `ATOM`.
        weight: what it costs in a search, beside its parts: one step that a reader has to follow.
        entries: how many table entries a reader has to look at.
        functions: what its text calls, by name: the lines of each.
        symmetric: whether the order of its parts makes no difference.
    """

    kind: ClassVar[str]
    binds: ClassVar[int] = ATOM
    weight: ClassVar[float] = 1.0
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    symmetric: ClassVar[bool] = False

    @abstractmethod
    def values(self, known: Known) -> Ints:
        """`[input]`, computed from the named columns."""

    @abstractmethod
    def text(self) -> str:
        """Python that computes the same from variables of these names."""

    @cached_property
    def parts(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        found: list[Expression] = []
        for field in fields(self):
            value = getattr(self, field.name)
            found += [
                part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, Expression)
            ]
        return tuple(found)

    @property
    def entries(self) -> int:
        """Table entries, its parts' included."""
        return sum(part.entries for part in self.parts)

    @property
    def cost(self) -> float:
        """Its weight and its parts'."""
        return self.weight + sum(part.cost for part in self.parts)

    def names(self) -> Iterator[str]:
        """Every column that it reads, as often as it does."""
        for part in self.parts:
            yield from part.names()

    def inside(self, binds: int) -> str:
        """Its text as an operand of something that binds so tightly."""
        return self.text() if self.binds >= binds else f"({self.text()})"

    def __str__(self) -> str:
        return self.text()
