"""Pairs of questions that differ in one variable only: the base and its source."""

from __future__ import annotations

import numpy as np

from openwork.data.dataset import Dataset, dataset_of
from openwork.data.randomness import bits, integers
from openwork.errors import Reason, TaskError, suggestion
from openwork.tasks import Task


def change_variable(task: Task, base: Dataset, variable: str, shift: int | None = None, seed: int = 0) -> Dataset:
    """The same questions with `variable` changed to another value, row by row.

    With `shift` (1 .. values-1) every value v becomes (v + shift) mod values, so that the shifts together are all
    alternatives; without, each row draws its own from `seed`.

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
    by = (
        np.full(len(base), shift)
        if shift is not None
        else 1 + integers(bits(f"change {variable}", seed), values - 1, len(base))
    )
    stride = int(np.prod([v.values for v in task.variables[column + 1 :]], dtype=np.int64))
    value = base.index // stride % values
    return dataset_of(task, base.index + ((value + by) % values - value) * stride)
