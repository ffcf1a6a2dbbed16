"""A set of symbols: of each the condition under which it is in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known


@dataclass(frozen=True)
class Chosen(Expression):
    """The symbols whose condition is not 0, as a number with a bit for each; in text the set of their names.

    Attributes:
        of: the conditions.
        symbols: their names.
        bits: which bit stands for each.
    """

    kind: ClassVar[str] = "chosen"
    weight: ClassVar[float] = 1.0
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "chosen": ("def chosen(conditions):", "    return {s for s, holds in conditions.items() if holds}")
    }

    of: tuple[Expression, ...]
    symbols: tuple[str, ...]
    bits: tuple[int, ...]

    def values(self, known: Known) -> Ints:
        found: Ints = np.sum(
            [(part.values(known) != 0).astype(np.int64) << bit for part, bit in zip(self.of, self.bits, strict=True)],
            axis=0,
        )
        return found

    def text(self) -> str:
        pairs = zip(self.symbols, self.of, strict=True)
        said = ", ".join(f"{json.dumps(symbol, ensure_ascii=False)}: {part.text()}" for symbol, part in pairs)
        return f"chosen({{{said}}})"
