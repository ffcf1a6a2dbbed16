"""Is the number of ones odd?"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from openwork.tasks.bits import Bits
from openwork.tasks.contract import Tokens
from openwork.tasks.vocabulary import Vocabulary


class Parity(Bits):
    """Whether the number of ones is odd is wanted at `=`.

    Every bit turns the answer, and all but one of them say nothing about it: that is what makes it hard to learn.
    """

    name = "parity"
    summary = "say whether the number of ones is odd"
    output = "parity"

    def __init__(self, length: int = 8) -> None:
        super().__init__(length)

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(("even", "odd"))

    def answers(self, questions: Tokens) -> Tokens:
        odd: Tokens = (questions.sum(axis=1, keepdims=True) % 2).astype(np.int32)
        return odd
