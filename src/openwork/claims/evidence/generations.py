"""What a model answers where it writes its answers by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import written_answers
from openwork.claims.context import Context, Evidence


@dataclass(frozen=True)
class Generations(Evidence[tuple[NDArray[np.int64], int]]):
    """The answers as the model writes them, one after the other: `[input, graded]`, -1 where it has ended and -2 where
    a logit is no number; and how many inputs were run.

    Costs one forward row for each input, and another for every symbol by which it goes wrong, at most.
    """

    def rows(self, context: Context) -> int:
        return context.inputs * (context.task.n_pos + 1)

    def measure(self, context: Context) -> tuple[NDArray[np.int64], int]:
        return written_answers(context.subject)

    def spent(self, context: Context, found: tuple[NDArray[np.int64], int]) -> int:
        return found[1]


GENERATED = Generations()
