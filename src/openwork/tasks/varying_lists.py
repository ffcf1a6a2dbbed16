"""Lists of several lengths whose items are all different: sorted, or copied."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from openwork.errors import Reason, TaskError
from openwork.tasks.contract import Draws, Tokens
from openwork.tasks.learned import learned_with
from openwork.tasks.separated import Separated

MOST = 1000


class VaryingList(Separated):
    """1 to `length` of the first `values` numbers, all different, in any order. Nobody numbers them: they are drawn.

    Raises:
        TaskError: for a length below 1 or above `values`, or more than 1,000 values.
    """

    sampling = "every length alike, and every list of that length"

    def __init__(self, values: int = 20, length: int = 8) -> None:
        reasons = []
        if not 2 <= values <= MOST:
            reasons.append(Reason("values", f"{values} is not between 2 and {MOST:,}"))
        elif not 1 <= length <= values:
            reasons.append(Reason("length", f"{length} is not between 1 and {values}", "all items are different"))
        if reasons:
            raise TaskError(f"there is no such {self.name} task", reasons)
        self.values, self.length = values, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"values": self.values, "length": self.length}

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(map(str, range(self.values)))

    @property
    def most_answers(self) -> int:
        return self.length

    @property
    def domain_size(self) -> None:
        return None

    def valid(self, questions: Tokens) -> NDArray[np.bool_]:
        ended = questions >= self.end
        in_order = np.sort(np.where(ended, self.end + np.arange(self.length), questions), axis=1)
        different = (in_order[:, 1:] != in_order[:, :-1]).all(axis=1)
        return np.asarray(different & (ended[:, 1:] >= ended[:, :-1]).all(axis=1) & ~ended[:, 0])

    def sample(self, draws: Draws, n: int) -> Tokens:
        lengths = 1 + draws.integers(self.length, n)
        shuffled = draws.uniform(n, self.values).argsort(axis=1, kind="stable")[:, : self.length]
        rows: Tokens = np.where(np.arange(self.length) < lengths[:, None], shuffled, self.end).astype(np.int32)
        return rows

    @abstractmethod
    def written(self, questions: Tokens) -> Tokens: ...


class VaryingSort(VaryingList):
    """The numbers in ascending order."""

    name = "varying-sort"
    summary = "sort a list of several lengths"
    learned = learned_with(model={"n_layers": 1}, training={"epochs": 40})
    """one layer"""

    def written(self, questions: Tokens) -> Tokens:
        return np.sort(questions, axis=1)


class VaryingCopy(VaryingList):
    """The numbers as they stand."""

    name = "varying-copy"
    summary = "copy a list of several lengths"
    learned = learned_with(training={"epochs": 40})
    """two layers: where to read follows from what was read before"""

    def written(self, questions: Tokens) -> Tokens:
        return questions
