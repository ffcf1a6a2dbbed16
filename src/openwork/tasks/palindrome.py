"""Does a list of numbers read the same from both ends? One answer, at the end."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.contract import Draws, Task, Tokens, Variable
from openwork.tasks.vocabulary import Vocabulary

REDRAWN = 0.1
"""chance that a number of the mirrored half is drawn anew"""


class Palindrome(Task):
    """`length` numbers below `numbers`; the sequence is `START x[0..n-1] END`, and the answer is wanted at `END`.

    Of numbers drawn freely next to none are palindromes, so the second half mirrors the first but for a few: then about
    a third are palindromes, and another third differ in one number only.

    Raises:
        TaskError: for fewer than 2 numbers, or a length below 2.
    """

    name = "palindrome"
    summary = "say whether a list of numbers reads the same from both ends"
    sampling = "the second half mirrors the first, each of its numbers drawn anew with chance 0.1"

    def __init__(self, numbers: int = 31, length: int = 20) -> None:
        reasons = []
        if not 2 <= numbers <= 10_000:
            reasons.append(Reason("numbers", f"{numbers} is not between 2 and 10000"))
        if not 2 <= length <= 1000:
            reasons.append(Reason("length", f"{length} is not between 2 and 1000"))
        if reasons:
            raise TaskError("there is no such palindrome task", reasons)
        self.choices, self.length = numbers, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"numbers": self.choices, "length": self.length}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary((*map(str, range(self.choices)), "START", "END"))

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(("no", "yes"))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(Variable(f"x[{i}]", self.choices, 1 + i) for i in range(self.length))

    @property
    def n_pos(self) -> int:
        return self.length + 2

    @property
    def n_ctx(self) -> int:
        return self.n_pos

    @property
    def graded(self) -> tuple[int, ...]:
        return (self.n_pos - 1,)

    @property
    def outputs(self) -> tuple[str, ...]:
        return ("palindrome",)

    @cached_property
    def roles(self) -> Mapping[str, int]:
        last = self.n_pos - 1
        return {"START": 0} | {v.name: v.position for v in self.variables} | {"END": last, "predicts palindrome": last}

    def tokens(self, questions: Tokens) -> Tokens:
        ends = ((0, 0), (self.choices, self.choices + 1))
        return np.pad(questions, ((0, 0), (1, 1)), constant_values=ends).astype(np.int32)

    def answers(self, questions: Tokens) -> Tokens:
        same: Tokens = (questions == questions[:, ::-1]).all(axis=1, keepdims=True).astype(np.int32)
        return same

    def deciding_variable(self, output: str) -> str | None:
        return None

    def sample(self, draws: Draws, n: int) -> Tokens:
        half = self.length // 2
        first = draws.integers(self.choices, n, self.length - half)
        anew = draws.uniform(n, half) < REDRAWN
        mirrored = np.where(anew, draws.integers(self.choices, n, half), first[:, :half])
        return np.concatenate([first, mirrored[:, ::-1]], axis=1).astype(np.int32)
