"""How long the run is that a list ends with: a scan that keeps one number and begins anew where a symbol changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class RunLength(Expression):
    """How many of these, counted back from the last, equal the last without a break."""

    kind: ClassVar[str] = "run-length"
    weight: ClassVar[float] = 1.5
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "run_length": (
            "def run_length(values):",
            "    others = [i for i, v in enumerate(values) if v != values[-1]]",
            "    return len(values) - 1 - (others or [-1])[-1]",
        )
    }

    of: tuple[Expression, ...]

    def values(self, known: Known) -> Ints:
        *before, last = (part.values(known) for part in self.of)
        unbroken, found = np.ones(len(last), bool), np.ones(len(last), np.int64)
        for column in reversed(before):
            unbroken &= column == last
            found += unbroken
        return found

    def text(self) -> str:
        return f"run_length({listed(self.of)})"
