"""Add two numbers modulo p: `c = (a + b) mod p`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.contract import Task, Tokens, Variable
from openwork.tasks.vocabulary import Vocabulary


class ModularAddition(Task):
    """Two numbers below `p`; the sequence is `a b =`, and `c` is wanted at `=`.

    `p` need not be prime. The model answers with a number and never with `=`, so `d_vocab` is `p` + 1 and
    `d_vocab_out` is `p`.

    Raises:
        TaskError: for a modulus below 2 or above 1000.
    """

    name = "modular-addition"
    summary = "add two numbers modulo p"

    def __init__(self, p: int = 31) -> None:
        if not 2 <= p <= 1000:
            raise TaskError("there is no such modular-addition task", Reason("p", f"{p} is not between 2 and 1000"))
        self.p = p

    @property
    def params(self) -> Mapping[str, int]:
        return {"p": self.p}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary((*self.answer_vocabulary.symbols, "="))

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(tuple(map(str, range(self.p))))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return (Variable("a", self.p, 0), Variable("b", self.p, 1))

    @property
    def n_pos(self) -> int:
        return 3

    @property
    def n_ctx(self) -> int:
        return self.n_pos

    @property
    def graded(self) -> tuple[int, ...]:
        return (2,)

    @property
    def outputs(self) -> tuple[str, ...]:
        return ("c",)

    @property
    def roles(self) -> Mapping[str, int]:
        return {"a": 0, "b": 1, "=": 2, "predicts c": 2}

    def tokens(self, questions: Tokens) -> Tokens:
        return np.pad(questions, ((0, 0), (0, 1)), constant_values=self.p).astype(np.int32)

    def answers(self, questions: Tokens) -> Tokens:
        total: Tokens = (questions.sum(axis=1, keepdims=True) % self.p).astype(np.int32)
        return total

    def carrier(self, output: str) -> str | None:
        return None
