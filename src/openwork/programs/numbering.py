"""Numbering: which number a token is read as, and what is written for numbers that are not written themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.programs.language import ABSENT, Ints


@dataclass(frozen=True)
class Numbering:
    """How tokens are read as numbers: `5` as 5, wherever it stands in the vocabulary; other symbols as their tokens.

    Attributes:
        numbers: tokens and the numbers that they are read as; () where every token is read as itself.
        signs: what is written for a number that is not its own sign: `(0, "a")`.
    """

    numbers: tuple[tuple[int, int], ...] = ()
    signs: tuple[tuple[int, str], ...] = ()

    def read(self, tokens: NDArray[np.integer[Any]]) -> Ints:
        """The number of each token."""
        plain: Ints = tokens.astype(np.int64)
        return _looked_up(plain, self.numbers, plain) if self.numbers else plain

    def written(self, numbers: Ints) -> Ints:
        """The token of each number; -1 of what no token is read as."""
        pairs = tuple((number, token) for token, number in self.numbers)
        return _looked_up(numbers, pairs, np.full_like(numbers, ABSENT)) if pairs else numbers


PLAIN = Numbering()
NUMERAL = re.compile(r"0|[1-9][0-9]{0,8}")


def numbering_of(symbols: Sequence[str], tokens: Iterable[int], moved: bool = True) -> Numbering:
    """How these tokens of a vocabulary are read: as the numbers that are written, where all of them are numbers and at
    least half of all up to the largest can be written.

    Args:
        symbols: what is written for each token.
        tokens: those that occur.
        moved: whether numbers may be read as such where their tokens are others.
    """
    occurring = sorted(set(tokens))
    numerals = [(token, int(sign)) for token, sign in enumerate(symbols) if NUMERAL.fullmatch(sign)]
    # Names written in digits, as permutations have, are no numbers: most below the largest are not there.
    dense = all(number < 2 * len(numerals) for _, number in numerals)
    if moved and dense and set(occurring) <= {token for token, _ in numerals}:
        return PLAIN if all(token == number for token, number in numerals) else Numbering(tuple(numerals))
    return Numbering((), tuple((token, symbols[token]) for token in occurring if symbols[token] != str(token)))


def numbering_as_json(numbering: Numbering) -> dict[str, Any]:
    """In plain values."""
    return {"numbers": list(map(list, numbering.numbers)), "signs": list(map(list, numbering.signs))}


def numbering_from_json(value: Any) -> Numbering:
    """What `numbering_as_json` gave; plain where nothing is said.

    Raises:
        KeyError, TypeError, ValueError: something else wrote it.
    """
    if value is None:
        return PLAIN
    numbers, signs = value["numbers"], value["signs"]
    return Numbering(tuple((token, number) for token, number in numbers), tuple((n, sign) for n, sign in signs))


def _looked_up(given: Ints, pairs: Sequence[tuple[int, int]], otherwise: Ints) -> Ints:
    """What stands beside each in these pairs; where it is in none, what is there otherwise."""
    keys, held = (np.array(column, np.int64) for column in zip(*sorted(pairs), strict=True))
    at = np.minimum(np.searchsorted(keys, given), len(keys) - 1)
    found: Ints = np.where(keys[at] == given, held[at], otherwise)
    return found
