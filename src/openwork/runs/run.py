"""One run as it is recorded."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property

from openwork.errors import Reason, RecipeError
from openwork.models import ModelSpec
from openwork.runs.imported import Imported, imported_from_json, is_imported
from openwork.tasks import Task
from openwork.training import Experiment, Measured, Progress, Status, experiment_from_json


@dataclass(frozen=True)
class EpochRecord:
    """What one recorded epoch did."""

    epoch: int
    """from 1"""
    lr: float
    """learning rate"""
    running_loss: float
    """nats, mean over this epoch's batches as they went; NaN where it diverged"""
    train: Measured
    held_out: Measured | None
    """None where nothing is held out"""
    step: int
    """optimiser steps finished; where it diverged, the step whose loss was not finite, from 1"""
    seconds: float
    """wall time since the record before, of all seeds that were trained side by side"""

    @property
    def solved(self) -> bool:
        """Right on every input of the domain."""
        return all(part.sequences == part.inputs for part in (self.train, self.held_out) if part is not None)


@dataclass(frozen=True)
class Run:
    """A model and its training, ended or not: the experiment, the seed, and every epoch recorded so far.

    A model that somebody else trained is a run too: it has ended, at epoch 0, and its one record says how right it was
    when it came.
    """

    name: str
    """12 hexadecimal digits, decided by the experiment and the seed, or by what was imported"""
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
    def source(self) -> Experiment | Imported:
        """What was trained and how; or of what, and where from, a model was imported.

        Raises:
            TaskError: the task belongs to a package that is not installed here.
        """
        value = json.loads(self.experiment_json)
        return imported_from_json(value) if is_imported(value) else experiment_from_json(value)

    @property
    def experiment(self) -> Experiment:
        """What was trained, and how.

        Raises:
            RecipeError: it was imported, and nobody knows how it was trained.
            TaskError: the task belongs to a package that is not installed here.
        """
        if isinstance(self.source, Experiment):
            return self.source
        what = f"was imported from {self.source.origin.file}, and nobody knows how it was trained"
        raise RecipeError("there is no experiment", Reason(f"run {self.name}", what))

    @cached_property
    def imported(self) -> bool:
        """Whether somebody else trained it; known even where the task is not."""
        return is_imported(json.loads(self.experiment_json))

    @property
    def task(self) -> Task:
        """What the model should compute."""
        return self.source.task

    @property
    def spec(self) -> ModelSpec:
        """Its sizes and choices."""
        return self.source.spec

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
    def progress(self) -> Progress:
        """How it stood after the latest epoch."""
        last = self.last
        parts = (last.running_loss, last.train, last.held_out)
        return Progress(self.seed, last.epoch, last.lr, *parts, self.status, last.step)

    @property
    def solved(self) -> bool:
        """Right on the whole domain after the latest epoch."""
        return self.last.solved

    @property
    def first_solved_epoch(self) -> int | None:
        """The first epoch, from 1, after which it was right on the whole domain; None if there is none."""
        return next((record.epoch for record in self.history if record.solved and record.epoch), None)

    @property
    def seconds(self) -> float:
        """Wall time of its epochs, shared with the seeds that were trained beside it."""
        return sum(record.seconds for record in self.history)
