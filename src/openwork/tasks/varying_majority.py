"""The most frequent letter of a text of several lengths."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray

from openwork.errors import TaskError
from openwork.tasks.contract import Draws, Tokens
from openwork.tasks.learned import learned_with
from openwork.tasks.letters import unfit_letters
from openwork.tasks.separated import Separated


class VaryingMajority(Separated):
    """1 to `length` of the first `letters` letters, one of them more often than any other; the answer is that one.

    Nobody counts such texts: they are drawn.

    Raises:
        TaskError: for fewer than 2 or more than 26 letters, or a length below 1.
    """

    name = "varying-majority"
    summary = "name the most frequent letter of a text of several lengths"
    sampling = "a length, every one alike, and a text of that length, until one letter is the most frequent"
    learned = learned_with(model={"n_layers": 1}, training={"epochs": 40})
    most_answers = 1
    ends_with_eos = False

    def __init__(self, letters: int = 4, length: int = 12) -> None:
        if reasons := unfit_letters(letters, length):
            raise TaskError("there is no such varying-majority task", reasons)
        self.letters, self.length = letters, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"letters": self.letters, "length": self.length}

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(ascii_lowercase[: self.letters])

    @property
    def domain_size(self) -> None:
        return None

    def valid(self, questions: Tokens) -> NDArray[np.bool_]:
        ended = questions >= self.end
        in_order = (ended[:, 1:] >= ended[:, :-1]).all(axis=1) & ~ended[:, 0]
        counts = np.sort(self._counts(questions), axis=1)
        return np.asarray(in_order & (counts[:, -1] > counts[:, -2]))

    def sample(self, draws: Draws, n: int) -> Tokens:
        found: list[Tokens] = []
        while sum(map(len, found)) < n:
            lengths = 1 + draws.integers(self.length, n)
            letters = draws.integers(self.letters, n, self.length)
            rows = np.where(np.arange(self.length) < lengths[:, None], letters, self.end).astype(np.int32)
            found.append(rows[self.valid(rows)])
        return np.concatenate(found)[:n]

    def written(self, questions: Tokens) -> Tokens:
        most: Tokens = self._counts(questions).argmax(axis=1)[:, None].astype(np.int32)
        return most

    def _counts(self, questions: Tokens) -> NDArray[np.int64]:
        return np.stack([(questions == letter).sum(axis=1) for letter in range(self.letters)], axis=1)
