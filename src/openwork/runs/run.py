"""One run as it is recorded."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property

from openwork.training import Experiment, Measured, Status, experiment_from_json


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch did."""

    epoch: int
    """from 1"""
    lr: float
    """learning rate"""
    running_loss: float
    """nats, mean over the epoch's batches as they went; NaN where it diverged"""
    train: Measured
    held_out: Measured | None
    """None where nothing is held out"""
    step: int
    """optimiser steps finished; where it diverged, the step whose loss was not finite, from 1"""
    seconds: float
    """wall time of the epoch, of all seeds that were trained side by side"""

    @property
    def solved(self) -> bool:
        """Right on every input of the domain."""
        return all(part.sequences == part.inputs for part in (self.train, self.held_out) if part is not None)


@dataclass(frozen=True)
class Run:
    """A model's training, ended or not: the experiment, the seed, and every epoch so far."""

    name: str
    """12 hexadecimal digits, decided by the experiment and the seed"""
    seed: int
    status: Status
    """`training` can be resumed; the others have ended"""
    epoch: int
    """epochs finished"""
    engine: str
    """the engine that trained it; all of them, where it was resumed on another"""
    created: str
    """when its first epoch was recorded, ISO 8601 in UTC"""
    updated: str
    """when its latest epoch was recorded, ISO 8601 in UTC"""
    experiment_key: str
    experiment_json: str = field(repr=False)
    history: tuple[EpochRecord, ...] = field(repr=False)

    @cached_property
    def experiment(self) -> Experiment:
        """What was trained, and how.

        Raises:
            TaskError: the task belongs to a package that is not installed here.
        """
        return experiment_from_json(json.loads(self.experiment_json))

    @cached_property
    def task_name(self) -> str:
        """The task's name, known even where the task is not."""
        return str(json.loads(self.experiment_json)["task"]["name"])

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to train."""
        return self.status != "training"

    @property
    def last(self) -> EpochRecord:
        """The latest epoch."""
        return self.history[-1]

    @property
    def solved(self) -> bool:
        """Right on the whole domain after the latest epoch."""
        return self.last.solved

    @property
    def first_solved_epoch(self) -> int | None:
        """The first epoch, from 1, after which it was right on the whole domain; None if there is none."""
        return next((record.epoch for record in self.history if record.solved), None)

    @property
    def seconds(self) -> float:
        """Wall time of its epochs, shared with the seeds that were trained beside it."""
        return sum(record.seconds for record in self.history)
