"""Fetch by content: the value beside the first or the last key that equals what is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed


@dataclass(frozen=True)
class Match(Expression):
    """The value beside the last key (the first, unless `last`) that equals `wanted`; `default` where none does."""

    kind: ClassVar[str] = "match"
    weight: ClassVar[float] = 2.0
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "last_match": (
            "def last_match(wanted, keys, held, default):",
            "    pairs = zip(keys, held)",
            "    return ([h for k, h in pairs if k == wanted] or [default])[-1]",
        ),
        "first_match": (
            "def first_match(wanted, keys, held, default):",
            "    pairs = zip(keys, held)",
            "    return ([h for k, h in pairs if k == wanted] or [default])[0]",
        ),
    }

    wanted: Expression
    keys: tuple[Expression, ...]
    held: tuple[Expression, ...]
    default: int
    last: bool = True

    def values(self, known: Known) -> Ints:
        wanted = self.wanted.values(known)
        found = np.full(len(wanted), self.default, np.int64)
        pairs = list(zip(self.keys, self.held, strict=True))
        for key, held in pairs if self.last else pairs[::-1]:
            found = np.where(key.values(known) == wanted, held.values(known), found)
        return found

    def text(self) -> str:
        which = "last_match" if self.last else "first_match"
        return f"{which}({self.wanted}, {listed(self.keys)}, {listed(self.held)}, {self.default})"
