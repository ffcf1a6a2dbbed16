"""Where the training of some seeds stands: enough to go on with, to the bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openwork.engines import OptimiserState
from openwork.models import ModelSpec, Stack, initial_stack

Status = Literal["training", "solved", "finished", "diverged"]
"""`solved`: stopped, right on the whole domain; `finished`: all epochs done; `diverged`: a loss was not finite"""


@dataclass(frozen=True, eq=False)
class TrainingState:
    """Models in training, one for each seed.

    Attributes:
        seeds: the seed of each model.
        stack: their weights.
        optimiser: AdamW's memory.
        epochs: `[model]`, how many epochs each has finished.
    """

    seeds: tuple[int, ...]
    stack: Stack
    optimiser: OptimiserState
    epochs: NDArray[np.int64]

    @classmethod
    def fresh(cls, spec: ModelSpec, seeds: Sequence[int], initializer_range: float | None = None) -> TrainingState:
        """Before the first epoch; see `initial_stack`."""
        optimiser = OptimiserState.fresh(spec, len(seeds))
        stack = initial_stack(spec, seeds, initializer_range)
        return cls(tuple(seeds), stack, optimiser, np.zeros(len(seeds), np.int64))

    @classmethod
    def resumed(cls, seed: int, stack: Stack, optimiser: OptimiserState, epoch: int) -> TrainingState:
        """One model after `epoch` epochs; `stack` and `optimiser` are of that model alone."""
        return cls((seed,), stack, optimiser, np.array([epoch], np.int64))

    @classmethod
    def joined(cls, spec: ModelSpec, parts: Sequence[TrainingState]) -> TrainingState:
        """All models of the parts side by side, in order; they may have finished different numbers of epochs."""
        if not parts:
            return cls.fresh(spec, ())
        optimiser = OptimiserState(
            np.concatenate([part.optimiser.exp_avg for part in parts]),
            np.concatenate([part.optimiser.exp_avg_sq for part in parts]),
            np.concatenate([part.optimiser.step for part in parts]),
        )
        return cls(
            tuple(seed for part in parts for seed in part.seeds),
            Stack(spec, np.concatenate([part.stack.flat for part in parts])),
            optimiser,
            np.concatenate([part.epochs for part in parts]),
        )

    def take(self, models: Sequence[int]) -> TrainingState:
        """These models, in this order."""
        seeds = tuple(self.seeds[m] for m in models)
        return TrainingState(seeds, self.stack.take(models), self.optimiser.take(models), self.epochs[list(models)])
