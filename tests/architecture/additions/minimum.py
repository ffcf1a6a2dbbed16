"""The smallest of some numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from openwork.tasks.answer_at_equals import AnswerAtEquals
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with


class Minimum(AnswerAtEquals):
    """`length` numbers below `numbers`; the sequence is `x[0..n-1] =`, and the smallest is wanted at `=`."""

    name = "minimum"
    summary = "name the smallest of some numbers"
    learned = learned_with(model={"n_layers": 1})
    output = "minimum"

    def __init__(self, numbers: int = 3, length: int = 3) -> None:
        self.choices, self.length = numbers, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"numbers": self.choices, "length": self.length}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"x[{i}]" for i in range(self.length))

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(map(str, range(self.choices)))

    def answers(self, questions: Tokens) -> Tokens:
        smallest: Tokens = questions.min(axis=1, keepdims=True).astype(np.int32)
        return smallest
