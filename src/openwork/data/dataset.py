"""Inputs with their right answers: what engines score and train on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.data.frozen import frozen
from openwork.errors import Reason, TaskError
from openwork.tasks import UNASKED, Numbers, Task, Tokens


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs of one task.

    Attributes:
        tokens: `[input, pos]`, what the model sees.
        answers: `[input, graded]`, what is right; `openwork.tasks.UNASKED` where an input wants no answer.
        graded: the positions that count, ascending.
        index: `[input]`, the number of each question in the task's domain; Python integers where 63 bits are too few.
        sample_seed: the seed with which the inputs were drawn from the task's sampler, independently of one another;
            None where they were chosen in another way, such as all.
        sets: whether answers are sets of symbols (`openwork.tasks.symbol_sets`).
    """

    tokens: Tokens
    answers: Tokens
    graded: tuple[int, ...]
    index: Numbers
    sample_seed: int | None = None
    sets: bool = False

    def __len__(self) -> int:
        return len(self.tokens)

    def take(self, rows: NDArray[np.int64]) -> Dataset:
        """These rows, in this order."""
        return Dataset(self.tokens[rows], self.answers[rows], self.graded, self.index[rows], sets=self.sets)

    @cached_property
    def one_symbol_each(self) -> bool:
        """Whether every answer is one symbol, and every input wants all of them."""
        return not self.sets and bool((self.answers != UNASKED).all())

    @property
    def symbols(self) -> Tokens:
        """`answers`, for whatever can only handle one symbol at every graded position.

        Raises:
            TaskError: answers are sets, or questions have several lengths and do not all want every answer.
        """
        if self.one_symbol_each:
            return self.answers
        raise TaskError("this cannot be measured on such answers yet", Reason("answers", *unhandled(self.sets)))


def dataset_of(task: Task, index: Numbers) -> Dataset:
    """The questions with these numbers, as inputs with answers."""
    return _dataset(task, task.questions(index), index, None)


def dataset_asking(task: Task, questions: Tokens, *, sample_seed: int | None = None) -> Dataset:
    """These questions, `[input, variable]`, as inputs with answers."""
    return _dataset(task, questions, task.numbers(questions), sample_seed)


def one_after_another(datasets: Sequence[Dataset]) -> Dataset:
    """The inputs of all of these, which are of one task, in order."""
    arrays = ([getattr(d, name) for d in datasets] for name in ("tokens", "answers", "index"))
    tokens, answers, index = map(np.concatenate, arrays)
    return Dataset(tokens, answers, datasets[0].graded, index, sets=datasets[0].sets)


def unhandled(sets: bool) -> tuple[str, str]:
    """Why most analyses and claims refuse a task's answers, and what there is instead."""
    what = "are sets of symbols" if sets else "are not wanted at every place: they come in several lengths"
    return what, "accuracy, with its counterexamples, ablations and programs handle them"


def _dataset(task: Task, questions: Tokens, index: Numbers, sample_seed: int | None) -> Dataset:
    tokens, answers = frozen(task.tokens(questions), np.int32), frozen(task.answers(questions), np.int32)
    return Dataset(tokens, answers, task.graded, index, sample_seed, task.answer_kind == "set")
