"""The questions of a task as one of its outputs sees them: sets of inputs, in each of which one answer is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Cases:
    """Every question of the task lies in exactly one case, whatever else lies in it.

    Attributes:
        allowed: `[case, pos, symbol]`, which symbols may stand at each position that the model sees.
        answers: `[case]`, the right answer of every question in it.
        counts: how many questions lie in each, exactly; together they are the task's.
    """

    allowed: NDArray[np.bool_]
    answers: NDArray[np.int32]
    counts: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.answers)
