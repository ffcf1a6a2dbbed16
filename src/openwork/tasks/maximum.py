"""The largest of some numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import prod

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.answer_at_equals import AnswerAtEquals
from openwork.tasks.cases import Cases
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with


class Maximum(AnswerAtEquals):
    """`length` numbers below `numbers`; the sequence is `x[0..n-1] =`, and the largest is wanted at `=`.

    Raises:
        TaskError: for fewer than 2 numbers to choose from, or a length below 2.
    """

    name = "maximum"
    summary = "name the largest of some numbers"
    learned = learned_with(
        model={"n_layers": 1, "d_model": 16, "n_heads": 1, "d_mlp": 0, "attn_only": True},
        training={"epochs": 100},
        split={"held_out": 0.0},
    )
    """one head and nothing else, trained on every question"""
    output = "maximum"

    def __init__(self, numbers: int = 10, length: int = 4) -> None:
        reasons = []
        if not 2 <= numbers <= 1000:
            reasons.append(Reason("numbers", f"{numbers} is not between 2 and 1000"))
        if not 2 <= length <= 1000:
            reasons.append(Reason("length", f"{length} is not between 2 and 1000"))
        if reasons:
            raise TaskError("there is no such maximum task", reasons)
        self.choices, self.length = numbers, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"numbers": self.choices, "length": self.length}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(f"x[{i}]" for i in range(self.length))

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        return tuple(map(str, range(self.choices)))

    def cases(self, output: str) -> Cases:
        """The largest number, and where it stands first: what is before it is smaller, what is behind it not larger."""
        largest, first, at = np.ogrid[: self.choices, : self.length, : self.length]
        number = np.arange(self.choices)
        below = np.broadcast_to(largest - (at < first), (self.choices, self.length, self.length))[..., None]
        standing = np.where((at == first)[..., None], number == largest[..., None], number <= below)
        allowed = np.zeros((self.choices * self.length, self.n_pos, len(self.vocabulary)), bool)
        allowed[:, :-1, : self.choices] = standing.reshape(-1, self.length, self.choices)
        allowed[:, -1, -1] = True
        inside = allowed[:, :-1].sum(axis=-1).tolist()
        kept = [row for row, sizes in enumerate(inside) if all(sizes)]
        answers = np.repeat(np.arange(self.choices, dtype=np.int32), self.length)
        return Cases(allowed[kept], answers[kept], tuple(prod(inside[row]) for row in kept))

    def answers(self, questions: Tokens) -> Tokens:
        largest: Tokens = questions.max(axis=1, keepdims=True).astype(np.int32)
        return largest
