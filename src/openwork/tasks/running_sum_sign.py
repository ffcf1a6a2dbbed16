"""The sign of the sum so far: one of three classes at every position."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.at_every_position import AtEveryPosition
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with
from openwork.tasks.vocabulary import Vocabulary


class RunningSumSign(AtEveryPosition):
    """`length` whole numbers from -`largest` to `largest`; `sign[i]`, wanted at `x[i]`, is that of `x[0] + ... + x[i]`.

    The token of a number v is v modulo 2 x `largest` + 1: those from 0 come first, then the negative ones.

    Raises:
        TaskError: for a largest number or a length below 1.
    """

    name = "running-sum-sign"
    stem = "sign"
    summary = "say whether the sum of the numbers so far is negative, zero or positive"
    learned = learned_with(
        model={"n_layers": 1, "d_model": 24, "n_heads": 1, "d_head": 12, "d_mlp": 8},
        training={"epochs": 30, "batch_size": 256, "warmup_epochs": 2},
        split={"inputs": 20000, "fresh": True, "held_out": 5536 / 65536},
    )
    """one layer with one head, on fresh inputs in every epoch"""

    def __init__(self, largest: int = 5, length: int = 20) -> None:
        reasons = []
        if not 1 <= largest <= 1000:
            reasons.append(Reason("largest", f"{largest} is not between 1 and 1000"))
        if not 1 <= length <= 1000:
            reasons.append(Reason("length", f"{length} is not between 1 and 1000"))
        if reasons:
            raise TaskError("there is no such running-sum-sign task", reasons)
        self.largest, self.length = largest, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"largest": self.largest, "length": self.length}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(tuple(map(str, (*range(self.largest + 1), *range(-self.largest, 0)))))

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(("negative", "zero", "positive"))

    def answers(self, questions: Tokens) -> Tokens:
        numbers = np.where(questions > self.largest, questions - (2 * self.largest + 1), questions)
        signs: Tokens = np.sign(numbers.cumsum(axis=1)).astype(np.int32)
        return signs + 1

    def deciding_variable(self, output: str) -> str | None:
        return "x[0]" if output == "sign[0]" else None
