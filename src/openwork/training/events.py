"""What the training loop tells after every epoch that the recipe records; it knows no disk."""

from __future__ import annotations

from dataclasses import dataclass

from openwork.training.state import Status, TrainingState


@dataclass(frozen=True)
class Measured:
    """How right one model is on one part of the split."""

    loss: float
    """nats, mean over inputs and graded positions"""
    accuracy: float
    """share of graded positions"""
    sequences: int
    """inputs right at every graded position"""
    inputs: int
    """inputs in this part"""


@dataclass(frozen=True)
class Progress:
    """One model at the end of one epoch."""

    seed: int
    epoch: int
    """epochs finished, from 1"""
    lr: float
    """learning rate of this epoch"""
    running_loss: float
    """mean over this epoch's batches as they went; NaN where it diverged"""
    train: Measured
    held_out: Measured | None
    """None where nothing is held out"""
    status: Status
    step: int
    """optimiser steps finished; where it diverged, the step whose loss was not finite, from 1"""


@dataclass(frozen=True, eq=False)
class EpochEnd:
    """An epoch that is recorded, of one or more models: what each did, and the state to keep.

    `state` holds all models of `progress` in the same order, those that have just ended included. With `record_every`
    in the recipe it tells of models whose turn it is; the others go on unseen.
    """

    progress: tuple[Progress, ...]
    state: TrainingState
    seconds: float
    """how long it took since the event before, or since the start"""
    epochs: int
    """how many a seed may take by its recipe"""
    passed: int = 1
    """epochs since the event before, or since the start"""
