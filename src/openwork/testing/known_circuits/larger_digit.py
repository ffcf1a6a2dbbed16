"""A task on which most changes of a variable change nothing: `y` is the larger of two digits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from openwork.tasks import Task, Tokens, Variable, Vocabulary


class LargerDigit(Task):
    """The sequence is `BOS x[0] x[1]`; the answer is wanted at its end."""

    name = "larger-digit"
    summary = "the larger of two digits"

    def __init__(self, base: int = 5) -> None:
        self.base = base

    @property
    def params(self) -> Mapping[str, int]:
        return {"base": self.base}

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary((*"0123456789abcdefghijklmnopqrstuvwxyz"[: self.base], "BOS"))

    @property
    def variables(self) -> tuple[Variable, ...]:
        return (Variable("x[0]", self.base, 1), Variable("x[1]", self.base, 2))

    @property
    def n_pos(self) -> int:
        return 3

    @property
    def n_ctx(self) -> int:
        return 3

    @property
    def graded(self) -> tuple[int, ...]:
        return (2,)

    @property
    def outputs(self) -> tuple[str, ...]:
        return ("y",)

    @property
    def roles(self) -> Mapping[str, int]:
        return {"BOS": 0, "x[0]": 1, "x[1]": 2, "predicts y": 2}

    def tokens(self, questions: Tokens) -> Tokens:
        bos = np.full((len(questions), 1), self.base, np.int32)
        return np.concatenate([bos, questions], axis=1)

    def answers(self, questions: Tokens) -> Tokens:
        return np.maximum(questions[:, :1], questions[:, 1:])

    def deciding_variable(self, output: str) -> str | None:
        return None
