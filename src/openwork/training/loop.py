"""The training loop: seeds side by side, an event after every epoch that the recipe records."""

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
from openwork.training.recipe import Recipe
from openwork.training.schedule import entropy_weight, learning_rate
from openwork.training.state import Status, TrainingState


def train(engine: Engine, experiment: Experiment, state: TrainingState) -> Iterator[EpochEnd]:
    """Trains every model of `state` until it is solved (where the recipe stops there), finished, or has diverged.

    What a model becomes depends on its seed and the experiment alone: not on its neighbours, nor on where it was
    resumed.
    """
    trained_on, held_out = parts_of(experiment.task, experiment.split)
    started, passed = time.perf_counter(), 0
    while len(state.seeds):
        rates = [learning_rate(experiment.recipe, int(epoch)) for epoch in state.epochs]
        batches = _epoch(experiment, state, trained_on, rates)
        after = engine.train(state.stack, state.optimiser, batches, experiment.recipe.optimiser)
        state = TrainingState(state.seeds, after.stack, after.state, state.epochs + 1)
        passed += 1
        due = _due(experiment.recipe, state, after.losses)
        if not due:
            continue
        shown = state if len(due) == len(state.seeds) else state.take(due)
        on_train = engine.score(shown.stack, trained_on)
        on_held_out = engine.score(shown.stack, held_out) if len(held_out) else None
        progress = tuple(
            _progress(experiment, shown, row, rates[model], after.losses[model], on_train, on_held_out)
            for row, model in enumerate(due)
        )
        yield EpochEnd(progress, shown, time.perf_counter() - started, experiment.recipe.epochs, passed)
        ended = {model for model, p in zip(due, progress, strict=True) if p.status != "training"}
        state = state.take([model for model in range(len(state.seeds)) if model not in ended])
        started, passed = time.perf_counter(), 0


def _due(recipe: Recipe, state: TrainingState, losses: NDArray[np.float64]) -> list[int]:
    """The models to tell of now: it is their turn, or their last epoch, or a loss was not finite."""
    turn = (state.epochs % recipe.record_every == 0) | (state.epochs >= recipe.epochs)
    return [int(model) for model in np.flatnonzero(turn | ~np.isfinite(losses).all(axis=1))]


def batch_order(seed: int, epoch: int, inputs: int) -> NDArray[np.int64]:
    """The order in which an epoch, from 0, visits the training inputs."""
    return permutation(bits("batch order", seed, epoch), inputs)


def _epoch(experiment: Experiment, state: TrainingState, first: Dataset, rates: list[float]) -> Batches:
    n, size = len(first), experiment.recipe.batch_size
    order = np.stack([batch_order(s, int(e), n) for s, e in zip(state.seeds, state.epochs, strict=True)])
    per_step = np.repeat(np.array(rates)[:, None], -(-n // size), axis=1)
    entropy = None
    if experiment.recipe.attn_entropy:
        entropy = np.array([entropy_weight(experiment.recipe, int(epoch)) for epoch in state.epochs])
    if not experiment.split.fresh:
        return Batches(first, order, size, per_step, entropy)
    # Models side by side may be at different epochs, where some were resumed: each takes its own epoch's inputs.
    epochs, own = np.unique(state.epochs, return_inverse=True)
    drawn = [drawn_inputs(experiment.task, experiment.split, int(e)) for e in epochs]
    return Batches(one_after_another(drawn), order + n * own[:, None], size, per_step, entropy)


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
    return Progress(
        seed=state.seeds[model],
        epoch=epoch,
        lr=lr,
        running_loss=float(losses.mean()),
        train=measured(on_train, model),
        held_out=held_out,
        status=status,
        step=step,
    )


def measured(scores: Scores, model: int) -> Measured:
    """One model's scores on one part of the split."""
    return Measured(
        float(scores.loss[model]), float(scores.accuracy[model]), int(scores.sequences[model]), scores.inputs
    )
