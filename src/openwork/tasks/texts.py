"""The texts of an automaton in order: counted, numbered and drawn without holding them.

Texts are ordered by length and then as symbols are. How many ways there are to go on from each state is counted once
for every length that is left; a text's number follows from that, and a text from its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.tasks.automaton import DEAD, Automaton
from openwork.tasks.contract import Draws, Tokens
from openwork.tasks.numbering import LARGEST, Numbers, as_numbers


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts of `shortest` to `longest` symbols that lead to a state that is `wanted`.

    A row is `[place]`, the symbol at each place, and `len(automaton.symbols)` where a shorter text has ended.
    """

    automaton: Automaton
    shortest: int
    longest: int
    wanted: NDArray[np.bool_]

    @property
    def end(self) -> int:
        """What stands where a text has ended."""
        return len(self.automaton.symbols)

    @cached_property
    def _onward(self) -> NDArray[np.int64]:
        """`[state, symbol]`, the next state; the last one, which leads nowhere, in place of `DEAD`."""
        steps = np.where(self.automaton.steps == DEAD, len(self.automaton), self.automaton.steps)
        return np.vstack([steps, np.full((1, self.end), len(self.automaton))]).astype(np.int64)

    @cached_property
    def _ways(self) -> NDArray[Any]:
        """`[left, state]`, how many texts go on from a state for so many symbols and end where it is wanted."""
        rows = [np.array([*map(int, self.wanted), 0], object)]
        for _ in range(self.longest):
            rows.append(rows[-1][self._onward].sum(axis=1))
        ways = np.array(rows, object)
        return ways.astype(np.int64) if sum(ways[:, 0]) <= LARGEST else ways

    @cached_property
    def _first(self) -> NDArray[Any]:
        """`[length]`, the number of the first text of each length; and at the end how many there are."""
        counts = [int(n) if length >= self.shortest else 0 for length, n in enumerate(self._ways[:, 0])]
        return np.array([0, *np.cumsum(np.array(counts, object))], self._ways.dtype)

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self._first[-1])

    def rows(self, numbers: Numbers) -> Tokens:
        """The texts with these numbers: `[text] -> [text, place]`."""
        asked = as_numbers(numbers).astype(self._ways.dtype)
        lengths = np.searchsorted(self._first, asked, side="right") - 1
        rest, state = asked - self._first[lengths], np.zeros(len(asked), np.int64)
        rows = np.full((len(asked), self.longest), self.end, np.int32)
        for place in range(self.longest):
            here = np.flatnonzero(place < lengths)
            ways = self._ways[(lengths[here] - place - 1)[:, None], self._onward[state[here]]]
            below = np.cumsum(ways, axis=1)
            symbol = (rest[here, None] >= below).astype(bool).sum(axis=1)
            rest[here] = rest[here] - np.take_along_axis(below - ways, symbol[:, None], axis=1)[:, 0]
            rows[here, place], state[here] = symbol, self._onward[state[here], symbol]
        return rows

    def numbers(self, rows: Tokens) -> Numbers:
        """`rows` undone: `[text, place] -> [text]`."""
        lengths = (rows < self.end).sum(axis=1)
        numbers: Numbers = self._first[lengths].copy()
        state = np.zeros(len(rows), np.int64)
        for place in range(self.longest):
            here = np.flatnonzero(place < lengths)
            symbol, onward = rows[here, place].astype(np.int64), self._onward[state[here]]
            ways = self._ways[(lengths[here] - place - 1)[:, None], onward]
            numbers[here] += np.take_along_axis(np.cumsum(ways, axis=1) - ways, symbol[:, None], axis=1)[:, 0]
            state[here] = np.take_along_axis(onward, symbol[:, None], axis=1)[:, 0]
        return numbers

    def states(self, rows: Tokens) -> NDArray[np.int64]:
        """Where each text ends, `[text, place] -> [text]`; `len(automaton)` for what is no text that may go on."""
        state = np.zeros(len(rows), np.int64)
        for column in rows.T:
            ended = column >= self.end
            state = np.where(ended, state, self._onward[state, np.where(ended, 0, column)])
        return state

    def valid(self, rows: Tokens) -> NDArray[np.bool_]:
        """Which rows are texts: `[text, place] -> [text]`."""
        ended = rows >= self.end
        in_order = (ended[:, 1:] >= ended[:, :-1]).all(axis=1) & ((~ended).sum(axis=1) >= self.shortest)
        found: NDArray[np.bool_] = in_order & np.append(self.wanted, False)[self.states(rows)]
        return found

    def sample(self, draws: Draws, n: int) -> Tokens:
        """`n` texts, every length that has any alike, and every text of a length."""
        having = np.flatnonzero(np.diff(self._first) > 0)
        lengths = having[draws.integers(len(having), n)]
        chance, state = draws.uniform(n, self.longest), np.zeros(n, np.int64)
        rows = np.full((n, self.longest), self.end, np.int32)
        for place in range(self.longest):
            here = np.flatnonzero(place < lengths)
            left, at = lengths[here] - place - 1, state[here]
            ways = self._ways[left[:, None], self._onward[at]]
            shares = (np.cumsum(ways, axis=1) / ways.sum(axis=1)[:, None]).astype(np.float64)
            symbol = (chance[here, place, None] >= shares).sum(axis=1)
            rows[here, place], state[here] = symbol, self._onward[at, symbol]
        return rows
