"""Which bit occurs more often?"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from openwork.tasks.bits import Bits
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with
from openwork.tasks.vocabulary import Vocabulary


class Majority(Bits):
    """The bit that more than half of them are is wanted at `=`.

    Of an even number of bits, as many may be 0 as 1: then `tie` is right, an answer that an odd number does not have.
    """

    name = "majority"
    summary = "name the bit that occurs more often"
    learned = learned_with(
        model={"n_layers": 1, "d_model": 8, "n_heads": 1, "d_head": 4, "d_mlp": 0, "attn_only": True},
        training={"epochs": 100},
        split={"held_out": 0.0},
    )
    """one small head and nothing else, trained on every question"""
    output = "majority"

    def __init__(self, length: int = 9) -> None:
        super().__init__(length)

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(self.symbols if self.length % 2 else (*self.symbols, "tie"))

    def answers(self, questions: Tokens) -> Tokens:
        ones = 2 * questions.sum(axis=1, keepdims=True)
        return np.where(ones == self.length, 2, ones > self.length).astype(np.int32)
