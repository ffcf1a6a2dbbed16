"""Numbering: which number a token is read as, and what is written for numbers that are not written themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Numbering:
    """How tokens are read as numbers: `5` as 5, wherever it stands in the vocabulary; other symbols as their tokens.

    Attributes:
        zero: the token that is read as 0.
        signs: what is written for a number that is not its own sign: `(0, "a")`.
    """

    zero: int = 0
    signs: tuple[tuple[int, str], ...] = ()


PLAIN = Numbering()


def numbering_of(symbols: Sequence[str], tokens: Iterable[int], moved: bool = True) -> Numbering:
    """How these tokens of a vocabulary are read.

    Args:
        symbols: what is written for each token.
        tokens: those that occur.
        moved: whether numbers may be read as such where their tokens are others.
    """
    occurring = sorted(set(tokens))
    zero = symbols.index("0") if moved and "0" in symbols else 0
    if occurring and all(token >= zero and symbols[token] == str(token - zero) for token in occurring):
        return Numbering(zero)
    return Numbering(0, tuple((token, symbols[token]) for token in occurring if symbols[token] != str(token)))


def numbering_as_json(numbering: Numbering) -> dict[str, Any]:
    """In plain values."""
    return {"zero": numbering.zero, "signs": [list(pair) for pair in numbering.signs]}


def numbering_from_json(value: Any) -> Numbering:
    """What `numbering_as_json` gave; plain where nothing is said."""
    if value is None:
        return PLAIN
    return Numbering(value["zero"], tuple((number, sign) for number, sign in value["signs"]))
