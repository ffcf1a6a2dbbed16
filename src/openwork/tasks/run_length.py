"""Count how often the last digit has now stood in a row: one answer at every position."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import TaskError
from openwork.tasks.at_every_position import AtEveryPosition
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with
from openwork.tasks.vocabulary import Vocabulary
from openwork.tasks.written_out import DIGITS, unfit


class RunLength(AtEveryPosition):
    """`length` digits in `base`; `run[i]`, wanted at `x[i]`, is how many digits up to `x[i]` are alike without a break.

    Raises:
        TaskError: for a base below 2, a length below 2, or more than 2**31 questions.
    """

    name = "run-length"
    stem = "run"
    summary = "count at every digit how long the run is that it stands in, so far"
    learned = learned_with(model={"d_model": 16, "d_head": 8}, training={"batch_size": 32, "weight_decay": 0.0})
    """small batches and no weight decay, for long runs are rare"""

    def __init__(self, base: int = 2, length: int = 12) -> None:
        if reasons := unfit(base, length, least=2):
            raise TaskError("there is no such run-length task", reasons)
        self.base, self.length = base, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"base": self.base, "length": self.length}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(tuple(DIGITS[: self.base]))

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(tuple(map(str, range(1, self.length + 1))))

    def answers(self, questions: Tokens) -> Tokens:
        place = np.arange(self.length)
        begins = np.ones(questions.shape, bool)
        begins[:, 1:] = questions[:, 1:] != questions[:, :-1]
        start = np.maximum.accumulate(np.where(begins, place, 0), axis=1)
        lengths: Tokens = (place - start).astype(np.int32)
        return lengths

    def deciding_variable(self, output: str) -> str | None:
        return None
