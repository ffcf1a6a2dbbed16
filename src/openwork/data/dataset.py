"""Inputs with their right answers: what engines score and train on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.tasks import Task, Tokens


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs of one task.

    Attributes:
        tokens: `[input, pos]`, what the model sees.
        answers: `[input, graded]`, what is right.
        graded: the positions that count, ascending.
        index: `[input]`, the number of each question in the task's domain.
    """

    tokens: Tokens
    answers: Tokens
    graded: tuple[int, ...]
    index: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.tokens)

    def take(self, rows: NDArray[np.int64]) -> Dataset:
        """These rows, in this order."""
        return Dataset(self.tokens[rows], self.answers[rows], self.graded, self.index[rows])


def dataset_of(task: Task, index: NDArray[np.int64]) -> Dataset:
    """The questions with these numbers, as inputs with answers."""
    questions = task.questions(index)
    tokens = np.ascontiguousarray(task.tokens(questions), np.int32)
    answers = np.ascontiguousarray(task.answers(questions), np.int32)
    return Dataset(tokens, answers, task.graded, index)
