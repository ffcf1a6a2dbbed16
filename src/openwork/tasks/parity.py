"""Is the number of ones odd?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.answer_at_equals import AnswerAtEquals
from openwork.tasks.contract import Tokens
from openwork.tasks.vocabulary import Vocabulary


class Parity(AnswerAtEquals):
    """`length` bits; the sequence is `x[0..n-1] =`, and whether the number of ones is odd is wanted at `=`.

    Every bit turns the answer, and all but one of them say nothing about it: that is what makes it hard to learn.

    Raises:
        TaskError: for a length below 2 or above 1000.
    """

    name = "parity"
    summary = "say whether the number of ones is odd"
    output = "parity"
    symbols = ("0", "1")

    def __init__(self, length: int = 8) -> None:
        if not 2 <= length <= 1000:
            raise TaskError("there is no such parity task", Reason("length", f"{length} is not between 2 and 1000"))
        self.length = length

    @property
    def params(self) -> Mapping[str, int]:
        return {"length": self.length}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(f"x[{i}]" for i in range(self.length))

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(("even", "odd"))

    def answers(self, questions: Tokens) -> Tokens:
        odd: Tokens = (questions.sum(axis=1, keepdims=True) % 2).astype(np.int32)
        return odd
