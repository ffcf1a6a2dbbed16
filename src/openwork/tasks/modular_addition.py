"""Add two numbers modulo p: `c = (a + b) mod p`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.answer_at_equals import AnswerAtEquals
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with


class ModularAddition(AnswerAtEquals):
    """Two numbers below `p`; the sequence is `a b =`, and `c` is wanted at `=`.

    `p` need not be prime. The model answers with a number and never with `=`, so `d_vocab` is `p` + 1 and
    `d_vocab_out` is `p`.

    Raises:
        TaskError: for a modulus below 2 or above 1000.
    """

    name = "modular-addition"
    summary = "add two numbers modulo p"
    learned = learned_with(model={"n_layers": 1}, training={"epochs": 400, "lr": 0.001}, split={"held_out": 0.0})
    """one layer, trained on every question.

    Nothing is held out, for this model is to be opened up and must be right everywhere. With a share held out, the
    same task asks another question: when a model that knows the answers it has seen finds the rule.
    """
    output = "c"
    names = ("a", "b")

    def __init__(self, p: int = 31) -> None:
        if not 2 <= p <= 1000:
            raise TaskError("there is no such modular-addition task", Reason("p", f"{p} is not between 2 and 1000"))
        self.p = p

    @property
    def params(self) -> Mapping[str, int]:
        return {"p": self.p}

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        return tuple(map(str, range(self.p)))

    def answers(self, questions: Tokens) -> Tokens:
        total: Tokens = (questions.sum(axis=1, keepdims=True) % self.p).astype(np.int32)
        return total
