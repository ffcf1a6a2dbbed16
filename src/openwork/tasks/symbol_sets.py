"""Sets of symbols as whole numbers: bit `i` stands for symbol `i`. So a set fits where else one symbol's id stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST_SYMBOLS = 31
"""that an int32 without its sign has bits for"""


def set_of(members: NDArray[np.bool_]) -> NDArray[np.int32]:
    """`[..., symbol] -> [...]`: the set of the symbols that are true; `MOST_SYMBOLS` at most."""
    bits = np.int32(1) << np.arange(members.shape[-1], dtype=np.int32)
    found: NDArray[np.int32] = (members * bits).sum(axis=-1, dtype=np.int32)
    return found


def members_of(sets: NDArray[np.int32], symbols: int) -> NDArray[np.bool_]:
    """`[...] -> [..., symbol]`: which of so many symbols are in each set."""
    found: NDArray[np.bool_] = (sets[..., None] >> np.arange(symbols, dtype=np.int32) & 1).astype(bool)
    return found


def set_text(number: int, symbols: Sequence[str]) -> str:
    """A set as a person reads it: `{a, <eos>}`."""
    return "{" + ", ".join(symbol for i, symbol in enumerate(symbols) if int(number) >> i & 1) + "}"
