"""Is the number of ones odd?"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from openwork.tasks.bits import Bits
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with
from openwork.tasks.vocabulary import Vocabulary


class Parity(Bits):
    """Whether the number of ones is odd is wanted at `=`.

    Every bit turns the answer, and all but one of them say nothing about it: that is what makes it hard to learn.
    """

    name = "parity"
    summary = "say whether the number of ones is odd"
    learned = learned_with(
        model={"n_layers": 1, "n_heads": 4, "d_head": 8, "d_mlp": 128},
        training={"epochs": 400, "lr": 0.001, "batch_size": 32},
        split={"held_out": 0.0},
    )
    """one layer, trained on every question in small batches.

    Nothing is held out: what is seen of parity says nothing of what is not, unless the rule is found. A higher
    rate, or fewer neurons, leaves some seeds at the level of guessing (docs/log.md).
    """
    output = "parity"

    def __init__(self, length: int = 8) -> None:
        super().__init__(length)

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(("even", "odd"))

    def answers(self, questions: Tokens) -> Tokens:
        odd: Tokens = (questions.sum(axis=1, keepdims=True) % 2).astype(np.int32)
        return odd
