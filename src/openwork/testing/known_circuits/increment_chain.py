"""A task on which an answer can leak from the one before it: `y[0] = x + 1`, `y[i] = y[i-1] + 1`, modulo the base."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from openwork.tasks import Task, Tokens, Variable, Vocabulary


class IncrementChain(Task):
    """The sequence is `BOS x y[0..n-1]`, teacher-forced, of which the model sees all but the last."""

    name = "increment-chain"
    summary = "count on from a digit, modulo the base"

    def __init__(self, base: int = 10, length: int = 3) -> None:
        self.base, self.length = base, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"base": self.base, "length": self.length}

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary((*"0123456789abcdefghijklmnopqrstuvwxyz"[: self.base], "BOS"))

    @property
    def variables(self) -> tuple[Variable, ...]:
        return (Variable("x", self.base, 1),)

    @property
    def n_pos(self) -> int:
        return 1 + self.length

    @property
    def n_ctx(self) -> int:
        return self.n_pos

    @property
    def graded(self) -> tuple[int, ...]:
        return tuple(range(1, self.n_pos))

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(f"y[{i}]" for i in range(self.length))

    @property
    def roles(self) -> Mapping[str, int]:
        seen = {"BOS": 0, "x": 1} | {f"y[{i}]": 2 + i for i in range(self.length - 1)}
        return seen | {f"predicts y[{i}]": 1 + i for i in range(self.length)}

    def tokens(self, questions: Tokens) -> Tokens:
        bos = np.full((len(questions), 1), self.base, np.int32)
        return np.concatenate([bos, questions, self.answers(questions)[:, :-1]], axis=1)

    def answers(self, questions: Tokens) -> Tokens:
        return ((questions + 1 + np.arange(self.length)) % self.base).astype(np.int32)

    def deciding_variable(self, output: str) -> str | None:
        return "x"
