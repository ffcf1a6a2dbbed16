"""Every question of a task; or, where they are too many, some of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openwork.data.dataset import Dataset, dataset_of
from openwork.data.sample import draw
from openwork.errors import Reason, TaskError
from openwork.tasks import Task, format_count

MOST_ENUMERATED = 2**31
"""questions; no machine that this is for holds more"""

MOST_MEASURED = 2**22
"""questions up to which all of them are measured unless fewer are asked for"""
SAMPLED = 10_000
"""questions that are drawn of more"""


@dataclass(frozen=True)
class Inputs:
    """How many inputs to measure on, at most: every question where there are no more, else a sample of so many.

    Raises:
        TaskError: fewer than one.
    """

    most: int | None = None
    """None means every question up to 2**22, and beyond that a sample of 10,000"""
    seed: int = 0
    """of the sample"""
    only_right: bool = False
    """judge how the model works on those inputs only that it answers right; how right it is, on all of them"""

    def __post_init__(self) -> None:
        if self.most is not None and self.most < 1:
            raise TaskError("nothing to measure on", Reason("inputs", f"{self.most} is below 1"))

    @property
    def chosen(self) -> bool:
        """Whether somebody said how many."""
        return self.most is not None

    def of(self, task: Task) -> Dataset:
        """The inputs."""
        size = task.domain_size
        if size is not None and size <= (MOST_MEASURED if self.most is None else self.most):
            return enumerate_domain(task)
        return draw(task, SAMPLED if self.most is None else self.most, self.seed)


USUAL_INPUTS = Inputs()
"""what is measured on unless something else is asked for"""


def enumerate_domain(task: Task) -> Dataset:
    """All `task.domain_size` questions in the task's order.

    Raises:
        TaskError: they are too many, or nobody has counted them.
    """
    size = task.domain_size
    if size is None or size > MOST_ENUMERATED:
        what = f"its questions are {format_count(size)}"
        raise TaskError(f"{task} cannot be asked everything", Reason("domain", what, "draw a sample of them"))
    return dataset_of(task, np.arange(size, dtype=np.int64))
