"""Reverse the digits and add one to each: `y[i] = (x[n-1-i] + 1) mod base`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.contract import Task, Tokens, Variable
from openwork.tasks.learned import learned_with
from openwork.tasks.vocabulary import Vocabulary


class ReverseIncrement(Task):
    """`length` digits in `base`; the sequence is `BOS x[0..n-1] y[0..n-1]`, of which the model sees all but the last.

    Raises:
        TaskError: for a base below 2, a length below 1, or more than 2**31 questions.
    """

    name = "reverse-increment"
    summary = "reverse the digits and add 1 to each, modulo the base"
    learned = learned_with(
        model={"d_model": 4, "n_heads": 1, "d_head": 2, "d_mlp": 16},
        training={"epochs": 40, "lr": 6e-3, "batch_size": 256},
        split={"held_out": 5536 / 65536},
    )
    """the original notebook's model, on a shuffled split"""

    def __init__(self, base: int = 4, length: int = 8) -> None:
        reasons = []
        if not 2 <= base <= 36:
            reasons.append(Reason("base", f"{base} is not between 2 and 36", "digits are written 0..9, a..z"))
        if length < 1:
            reasons.append(Reason("length", f"{length} is below 1"))
        if not reasons and base**length > 2**31:
            size = f"{base}^{length} = {base**length:,} questions"
            reasons.append(Reason("length", f"{size} are too many to enumerate", "at most 2^31"))
        if reasons:
            raise TaskError("there is no such reverse-increment task", reasons)
        self.base, self.length = base, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"base": self.base, "length": self.length}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[: self.base]
        return Vocabulary((*digits, "BOS"))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(Variable(f"x[{i}]", self.base, 1 + i) for i in range(self.length))

    @property
    def n_pos(self) -> int:
        return 2 * self.length

    @property
    def n_ctx(self) -> int:
        return 2 * self.length + 1

    @property
    def graded(self) -> tuple[int, ...]:
        return tuple(range(self.length, 2 * self.length))

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(f"y[{i}]" for i in range(self.length))

    @cached_property
    def roles(self) -> Mapping[str, int]:
        n = self.length
        seen = {"BOS": 0} | {f"x[{i}]": 1 + i for i in range(n)} | {f"y[{i}]": 1 + n + i for i in range(n - 1)}
        return seen | {f"predicts y[{i}]": n + i for i in range(n)}

    def tokens(self, questions: Tokens) -> Tokens:
        bos = np.full((len(questions), 1), self.base, np.int32)
        return np.concatenate([bos, questions, self.answers(questions)[:, :-1]], axis=1)

    def answers(self, questions: Tokens) -> Tokens:
        return ((questions[:, ::-1] + 1) % self.base).astype(np.int32)

    def deciding_variable(self, output: str) -> str | None:
        return f"x[{self.length - 1 - self.outputs.index(output)}]"
