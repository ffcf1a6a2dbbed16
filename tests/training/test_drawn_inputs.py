"""Training on drawn inputs: a fixed sample, or a fresh one in every epoch; bits depend on seed and experiment alone."""

from __future__ import annotations

from itertools import islice

import pytest

from openwork.data import DataSplit, parts_of
from openwork.models import spec_for
from openwork.tasks import BalancedBrackets, RunningSumSign
from openwork.training import Experiment, TrainingState, recipe, train

FIXED, FRESH = (DataSplit(inputs=60, held_out=0.25, fresh=fresh) for fresh in (False, True))


def experiment(split: DataSplit, **learning) -> Experiment:
    task = BalancedBrackets(6)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=4)
    return Experiment(task, spec, recipe(epochs=4, batch_size=20, stop_when_solved=False, **learning), split)


def bits_by_epoch(engine, wanted, state):
    return {
        (p.seed, p.epoch): event.state.stack.flat[model].tobytes()
        for event in train(engine, wanted, state)
        for model, p in enumerate(event.progress)
    }


@pytest.mark.parametrize("split", [FIXED, FRESH], ids=["fixed", "fresh"])
def test_a_seed_alone_or_resumed_beside_others_at_other_epochs_has_the_same_bits(engine, split):
    wanted = experiment(split)
    together = bits_by_epoch(engine, wanted, TrainingState.fresh(wanted.spec, (0, 1)))
    alone = bits_by_epoch(engine, wanted, TrainingState.fresh(wanted.spec, (1,)))
    assert alone == {key: bits for key, bits in together.items() if key[0] == 1}
    *_, ahead = islice(train(engine, wanted, TrainingState.fresh(wanted.spec, (0,))), 2)
    mixed = TrainingState.joined(wanted.spec, [ahead.state, TrainingState.fresh(wanted.spec, (1,))])
    assert bits_by_epoch(engine, wanted, mixed).items() <= together.items()


def test_the_first_epoch_is_the_same_and_later_ones_are_not(engine):
    found = [
        bits_by_epoch(engine, experiment(s), TrainingState.fresh(experiment(s).spec, (0,))) for s in (FIXED, FRESH)
    ]
    assert [found[0][0, e] == found[1][0, e] for e in (1, 2)] == [True, False]


def test_scores_are_those_of_the_first_epochs_inputs_and_of_the_held_out(engine):
    wanted = experiment(FRESH)
    trained_on, held_out = parts_of(wanted.task, wanted.split)
    *_, last = train(engine, wanted, TrainingState.fresh(wanted.spec, (0,)))
    [progress] = last.progress
    assert (progress.train.inputs, progress.held_out.inputs) == (45, 15)
    assert progress.train.loss == engine.score(last.state.stack, trained_on).loss[0]
    assert progress.held_out.loss == engine.score(last.state.stack, held_out).loss[0]


def test_a_model_learns_from_fresh_inputs(engine):
    task = RunningSumSign(3, 6)
    spec = spec_for(task, n_layers=1, d_model=16, n_heads=2, d_head=8, d_mlp=32)
    how = recipe(epochs=8, batch_size=32, lr=3e-3, warmup_epochs=2)
    wanted = Experiment(task, spec, how, DataSplit(inputs=500, fresh=True, held_out=0.2))
    losses = [e.progress[0].held_out.loss for e in train(engine, wanted, TrainingState.fresh(spec, (0,)))]
    assert losses[-1] < 0.3 * losses[0]
