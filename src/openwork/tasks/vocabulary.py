"""Symbols and their token ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Vocabulary:
    """Token id `i` is written `symbols[i]`."""

    symbols: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.symbols)

    def text(self, tokens: Iterable[int], separator: str = " ") -> str:
        """The tokens as a person reads them."""
        return separator.join(self.symbols[int(t)] for t in tokens)
