"""The first letter that occurred exactly once so far: an answer at every position."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from string import ascii_lowercase

import numpy as np

from openwork.errors import TaskError
from openwork.tasks.contract import Task, Tokens, Variable
from openwork.tasks.learned import learned_with
from openwork.tasks.letters import unfit_letters
from openwork.tasks.vocabulary import Vocabulary


class FirstUnique(Task):
    """`length` of the first `letters` letters; the sequence is `? x[0..n-1]`, and every position has an answer.

    `first[i]` is the first of the letters `x[0..i-1]` that occurs exactly once among them, or `?` where none does.

    Raises:
        TaskError: for fewer than 2 or more than 26 letters, or a length below 1.
    """

    name = "first-unique"
    summary = "name the first letter that has occurred exactly once so far, or ? where none has"
    learned = learned_with(
        model={"d_mlp": 128},
        training={"epochs": 120, "lr": 0.004, "batch_size": 128, "warmup_epochs": 2, "weight_decay": 0.0},
        split={"inputs": 20000, "fresh": True},
    )
    """two layers, on fresh inputs in every epoch.

    Without weight decay and with 128 neurons; with 0.01 and 64, the last answer in 100,000 stays wrong
    (docs/log.md).
    """

    def __init__(self, letters: int = 10, length: int = 19) -> None:
        if reasons := unfit_letters(letters, length):
            raise TaskError("there is no such first-unique task", reasons)
        self.letters, self.length = letters, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"letters": self.letters, "length": self.length}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary((*ascii_lowercase[: self.letters], "?"))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(Variable(f"x[{i}]", self.letters, 1 + i) for i in range(self.length))

    @property
    def n_pos(self) -> int:
        return self.length + 1

    @property
    def n_ctx(self) -> int:
        return self.n_pos

    @property
    def graded(self) -> tuple[int, ...]:
        return tuple(range(self.n_pos))

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(f"first[{i}]" for i in range(self.n_pos))

    @cached_property
    def roles(self) -> Mapping[str, int]:
        seen = {"?": 0} | {v.name: v.position for v in self.variables}
        return seen | {f"predicts {output}": i for i, output in enumerate(self.outputs)}

    def tokens(self, questions: Tokens) -> Tokens:
        return np.pad(questions, ((0, 0), (1, 0)), constant_values=self.letters).astype(np.int32)

    def answers(self, questions: Tokens) -> Tokens:
        answers = np.full((len(questions), self.n_pos), self.letters, np.int32)
        for seen in range(1, self.n_pos):
            prefix = questions[:, :seen]
            alone = (prefix[:, :, None] == prefix[:, None, :]).sum(axis=2) == 1
            some = alone.any(axis=1)
            answers[some, seen] = prefix[some, alone[some].argmax(axis=1)]
        return answers

    def deciding_variable(self, output: str) -> str | None:
        return "x[0]" if output == "first[1]" else None
