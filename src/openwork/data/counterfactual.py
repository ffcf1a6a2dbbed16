"""Pairs of questions that differ in one variable only: the base and its source."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from openwork.data.dataset import Dataset, dataset_asking
from openwork.data.randomness import bits, integers
from openwork.errors import Reason, TaskError, suggestion
from openwork.tasks import Task, Tokens


def change_variable(task: Task, base: Dataset, variable: str, shift: int | None = None, seed: int = 0) -> Dataset:
    """The same questions with `variable` changed to another value, row by row.

    With `shift` (1 .. values-1) every value v becomes (v + shift) mod values, so that the shifts together are all
    alternatives; without, each row draws its own from `seed`. Where the variables of a task are not free of one
    another, only changes that leave a question count (turning one bracket, not ending the text there): a row that has
    none stays as it is.

    Raises:
        TaskError: the task has no such variable, or the variable no other value.
    """
    names = [v.name for v in task.variables]
    if variable not in names:
        raise TaskError(
            "unknown variable", Reason(variable, f"{task} has no such variable", suggestion(variable, names))
        )
    column = names.index(variable)
    values = task.variables[column].values
    if values < 2 or (shift is not None and not 1 <= shift < values):
        what = f"has {values} values, so it cannot be changed" + ("" if shift is None else f" by {shift}")
        raise TaskError("no such change", Reason(variable, what, f"shifts are 1 to {values - 1}" if values > 1 else ""))
    asked = task.questions(base.index)
    shifts = np.arange(1, values) if shift is None else np.array([shift])
    possible = np.stack([task.valid(_shifted(asked, column, values, by)) for by in shifts])
    count = possible.sum(axis=0)
    nth = np.zeros(len(base), np.int64)
    if shift is None:
        nth = integers(bits(f"change {variable}", seed), np.maximum(count, 1), len(base))
    # The nth of the possible shifts of each row; 0 where there is none.
    chosen = (possible & (possible.cumsum(axis=0) == nth + 1)).argmax(axis=0)
    return dataset_asking(task, _shifted(asked, column, values, np.where(count > 0, shifts[chosen], 0)))


def keep_forced(task: Task, base: Dataset, source: Dataset) -> Dataset:
    """The source with the teacher-forced outputs that the model sees taken from the base, row by row.

    Changing a question changes its right answers, and with them the outputs that the model is shown. Where only the
    question is to differ, they must stay; `answers` remain those of the source's question.
    """
    forced = [task.roles[output] for output in task.outputs if output in task.roles]
    tokens = source.tokens.copy()
    tokens[:, forced] = base.tokens[:, forced]
    return replace(source, tokens=tokens)


def _shifted(asked: Tokens, column: int, values: int, by: int | NDArray[np.int64]) -> Tokens:
    changed = asked.copy()
    changed[:, column] = (asked[:, column] + by) % values
    return changed
