from __future__ import annotations

import math
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from openwork.data import enumerate_domain
from openwork.engines import choose_engine
from openwork.training import TrainingState, learning_rate, recipe, train
from openwork.training.loop import batch_order

SEEDS = (0, 1, 2)


def bits_by_epoch(engine, experiment, state):
    """The weights of every seed after every epoch."""
    found = {}
    for event in train(engine, experiment, state):
        for model, p in enumerate(event.progress):
            found[p.seed, p.epoch] = event.state.stack.flat[model].tobytes()
    return found


@pytest.fixture(scope="module")
def together(engine, tiny):
    return bits_by_epoch(engine, tiny, TrainingState.fresh(tiny.spec, SEEDS))


def test_every_epoch_tells_what_it_did(engine, tiny):
    events = list(train(engine, tiny, TrainingState.fresh(tiny.spec, SEEDS)))
    assert len(events) == 8
    for number, event in enumerate(events, 1):
        for p in event.progress:
            assert (p.epoch, p.step, p.lr) == (number, 3 * number, learning_rate(tiny.recipe, number - 1))
            assert (p.train.inputs, p.held_out.inputs) == (12, 4)
            assert p.status == ("finished" if number == 8 else "training")
    last, rows = events[-1], tiny.split.parts(16)[1]
    scores = engine.score(last.state.stack, enumerate_domain(tiny.task).take(rows))
    assert [p.held_out.loss for p in last.progress] == scores.loss.tolist()
    assert [p.held_out.sequences for p in last.progress] == scores.sequences.tolist()


def test_a_seed_alone_has_the_bits_it_has_beside_others(engine, tiny, together):
    for seed in SEEDS:
        alone = bits_by_epoch(engine, tiny, TrainingState.fresh(tiny.spec, [seed]))
        assert alone == {key: bits for key, bits in together.items() if key[0] == seed}


def test_threads_change_no_bit(tiny, together):
    for threads in (2, 3):
        engine = choose_engine(tiny.spec, threads=threads).engine
        assert bits_by_epoch(engine, tiny, TrainingState.fresh(tiny.spec, SEEDS)) == together


@pytest.mark.parametrize("stop", [1, 4, 7])
def test_gone_on_with_from_any_epoch_it_has_the_same_bits(engine, tiny, together, stop):
    *_, event = islice(train(engine, tiny, TrainingState.fresh(tiny.spec, SEEDS)), stop)
    parts = [
        TrainingState.resumed(seed, event.state.stack.take([m]), event.state.optimiser.take([m]), stop)
        for m, seed in enumerate(SEEDS)
    ]
    mixed = TrainingState.joined(tiny.spec, [parts[2], TrainingState.fresh(tiny.spec, [1]), parts[0]])
    found = bits_by_epoch(engine, tiny, mixed)
    assert all(together[key] == bits for key, bits in found.items())
    assert {(seed, 8) for seed in SEEDS} <= set(found)


def test_a_seed_that_diverges_stops_says_where_and_leaves_the_others_alone(engine, tiny, together):
    state = TrainingState.fresh(tiny.spec, SEEDS)
    average = state.optimiser.exp_avg.copy()
    average[1] = 1e38  # the first step is finite, and goes too far
    state = replace(state, optimiser=replace(state.optimiser, exp_avg=average))
    events = list(train(engine, tiny, state))
    first = events[0].progress[1]
    assert (first.seed, first.status, first.epoch, first.step) == (1, "diverged", 1, 2)
    assert math.isnan(first.running_loss)
    assert [p.seed for p in events[1].progress] == [0, 2]
    assert len(events) == 8
    for event in events:
        for model, p in enumerate(event.progress):
            if p.seed != 1:
                assert event.state.stack.flat[model].tobytes() == together[p.seed, p.epoch]


def test_a_solved_seed_stops_if_the_recipe_says_so(engine, tiny):
    learn = recipe(epochs=60, batch_size=4, lr=0.03, schedule="constant")
    stopping = replace(tiny, recipe=learn)
    ended = {}
    for event in train(engine, stopping, TrainingState.fresh(tiny.spec, range(16))):
        for p in event.progress:
            assert p.seed not in ended
            right = (p.train.sequences, p.held_out.sequences) == (12, 4)
            assert right == (p.status == "solved")
            if p.status != "training":
                ended[p.seed] = (p.status, p.epoch)
    assert len(ended) == 16
    solved = {seed: epoch for seed, (status, epoch) in ended.items() if status == "solved"}
    assert solved and all(epoch < 60 for epoch in solved.values())
    assert {status for status, _ in ended.values()} <= {"solved", "finished"}

    seed, epoch = min(solved.items(), key=lambda item: item[1])
    going_on = replace(tiny, recipe=learn.model_copy(update={"stop_when_solved": False, "epochs": epoch + 1}))
    *_, before, last = train(engine, going_on, TrainingState.fresh(tiny.spec, [seed]))
    assert (before.progress[0].train.sequences, before.progress[0].status) == (12, "training")
    assert last.progress[0].status == "finished"


def test_nothing_held_out(engine, tiny):
    whole = replace(tiny, split=tiny.split.model_copy(update={"held_out": 0.0}))
    event = next(train(engine, whole, TrainingState.fresh(tiny.spec, [0])))
    assert event.progress[0].held_out is None
    assert event.progress[0].train.inputs == 16


def test_no_seeds_are_no_events(engine, tiny):
    assert list(train(engine, tiny, TrainingState.joined(tiny.spec, []))) == []


def test_batches_come_in_an_order_of_the_seed_and_the_epoch():
    assert batch_order(3, 7, 8).tolist() == [2, 3, 6, 7, 1, 4, 5, 0], "the order is frozen"
    assert sorted(batch_order(0, 0, 100)) == list(range(100))
    orders = {tuple(batch_order(seed, epoch, 50)) for seed in range(3) for epoch in range(3)}
    assert len(orders) == 9


def test_a_state_keeps_each_model_with_what_is_its_own(tiny):
    state = TrainingState.fresh(tiny.spec, [5, 6, 7])
    state = replace(state, epochs=np.array([1, 2, 3]), optimiser=replace(state.optimiser, step=np.array([10, 20, 30])))
    some = state.take([2, 0])
    assert (some.seeds, some.epochs.tolist(), some.optimiser.step.tolist()) == ((7, 5), [3, 1], [30, 10])
    assert some.stack.flat[0].tobytes() == state.stack.flat[2].tobytes()
    again = TrainingState.joined(tiny.spec, [state.take([1]), some])
    assert (again.seeds, again.epochs.tolist()) == ((6, 7, 5), [2, 3, 1])
