"""Which bit occurs more often?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.answer_at_equals import AnswerAtEquals
from openwork.tasks.contract import Tokens
from openwork.tasks.vocabulary import Vocabulary


class Majority(AnswerAtEquals):
    """`length` bits; the sequence is `x[0..n-1] =`, and the bit that more than half of them are is wanted at `=`.

    Of an even number of bits, as many may be 0 as 1: then `tie` is right, an answer that an odd number does not have.

    Raises:
        TaskError: for a length below 2 or above 1000.
    """

    name = "majority"
    summary = "name the bit that occurs more often"
    output = "majority"
    symbols = ("0", "1")

    def __init__(self, length: int = 9) -> None:
        if not 2 <= length <= 1000:
            raise TaskError("there is no such majority task", Reason("length", f"{length} is not between 2 and 1000"))
        self.length = length

    @property
    def params(self) -> Mapping[str, int]:
        return {"length": self.length}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(f"x[{i}]" for i in range(self.length))

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(self.symbols if self.length % 2 else (*self.symbols, "tie"))

    def answers(self, questions: Tokens) -> Tokens:
        ones = 2 * questions.sum(axis=1, keepdims=True)
        return np.where(ones == self.length, 2, ones > self.length).astype(np.int32)
