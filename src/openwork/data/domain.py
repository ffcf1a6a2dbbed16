"""Every question of a task."""

from __future__ import annotations

import numpy as np

from openwork.data.dataset import Dataset, dataset_of
from openwork.tasks import Task


def enumerate_domain(task: Task) -> Dataset:
    """All `task.domain_size` questions in the task's order."""
    return dataset_of(task, np.arange(task.domain_size, dtype=np.int64))
