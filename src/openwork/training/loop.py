"""The training loop: seeds side by side, an event after every epoch."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset, drawn_inputs, one_after_another, parts_of
from openwork.data.randomness import bits, permutation
from openwork.engines import Batches, Engine, Scores
from openwork.training.events import EpochEnd, Measured, Progress
from openwork.training.experiment import Experiment
from openwork.training.schedule import learning_rate
from openwork.training.state import Status, TrainingState


def train(engine: Engine, experiment: Experiment, state: TrainingState) -> Iterator[EpochEnd]:
    """Trains every model of `state` until it is solved (where the recipe stops there), finished, or has diverged.

    What a model becomes depends on its seed and the experiment alone: not on its neighbours, nor on where it was
    resumed.
    """
    trained_on, held_out = parts_of(experiment.task, experiment.split)
    while len(state.seeds):
        started = time.perf_counter()
        rates = [learning_rate(experiment.recipe, int(epoch)) for epoch in state.epochs]
        batches = _epoch(experiment, state, trained_on, rates)
        after = engine.train(state.stack, state.optimiser, batches, experiment.recipe.optimiser)
        state = TrainingState(state.seeds, after.stack, after.state, state.epochs + 1)
        on_train = engine.score(state.stack, trained_on)
        on_held_out = engine.score(state.stack, held_out) if len(held_out) else None
        progress = tuple(
            _progress(experiment, state, model, rates[model], after.losses[model], on_train, on_held_out)
            for model in range(len(state.seeds))
        )
        yield EpochEnd(progress, state, time.perf_counter() - started, experiment.recipe.epochs)
        state = state.take([model for model, p in enumerate(progress) if p.status == "training"])


def batch_order(seed: int, epoch: int, inputs: int) -> NDArray[np.int64]:
    """The order in which an epoch, from 0, visits the training inputs."""
    return permutation(bits("batch order", seed, epoch), inputs)


def _epoch(experiment: Experiment, state: TrainingState, first: Dataset, rates: list[float]) -> Batches:
    n, size = len(first), experiment.recipe.batch_size
    order = np.stack([batch_order(s, int(e), n) for s, e in zip(state.seeds, state.epochs, strict=True)])
    per_step = np.repeat(np.array(rates)[:, None], -(-n // size), axis=1)
    if not experiment.split.fresh:
        return Batches(first, order, size, per_step)
    # Models side by side may be at different epochs, where some were resumed: each takes its own epoch's inputs.
    epochs, own = np.unique(state.epochs, return_inverse=True)
    drawn = [drawn_inputs(experiment.task, experiment.split, int(e)) for e in epochs]
    return Batches(one_after_another(drawn), order + n * own[:, None], size, per_step)


def _progress(
    experiment: Experiment,
    state: TrainingState,
    model: int,
    lr: float,
    losses: NDArray[np.float64],
    on_train: Scores,
    on_held_out: Scores | None,
) -> Progress:
    epoch, bad = int(state.epochs[model]), np.flatnonzero(~np.isfinite(losses))
    solved = bool(on_train.solved[model] and (on_held_out is None or on_held_out.solved[model]))
    status: Status = "training"
    if len(bad):
        status = "diverged"
    elif solved and experiment.recipe.stop_when_solved:
        status = "solved"
    elif epoch >= experiment.recipe.epochs:
        status = "finished"
    step = len(losses) * (epoch - 1) + (int(bad[0]) + 1 if len(bad) else len(losses))
    held_out = None if on_held_out is None else measured(on_held_out, model)
    mean_loss = float(losses.mean())
    return Progress(state.seeds[model], epoch, lr, mean_loss, measured(on_train, model), held_out, status, step)


def measured(scores: Scores, model: int) -> Measured:
    """One model's scores on one part of the split."""
    return Measured(
        float(scores.loss[model]), float(scores.accuracy[model]), int(scores.sequences[model]), scores.inputs
    )
