"""A recipe that records few of its epochs: fewer events and rows, the same bits."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from openwork.errors import RecipeError, UnknownRun
from openwork.runs import recorded
from openwork.training import TrainingState, experiment_from_json, recipe, train

EVERY = 3
KEPT = [3, 6, 9, 10]


@pytest.fixture
def rare(tiny):
    return replace(tiny, recipe=tiny.recipe.model_copy(update={"record_every": EVERY}))


@pytest.fixture
def go_on_rarely(rare, engine, store):
    def events(seeds):
        return recorded(store, rare, train(engine, rare, store.state_of(rare, seeds)), engine.name, every=0)

    return events


def has_the_bits(store, run, bits):
    return all(store.stack_at(run, r.epoch).flat.tobytes() == bits[r.epoch - 1] for r in run.history)


def test_only_these_epochs_are_told_and_kept_with_the_bits_of_a_run_that_keeps_all(
    store, rare, go_on_rarely, uninterrupted
):
    told = [(p.epoch, event.passed) for event in go_on_rarely([4]) for p in event.progress]
    assert told == [(3, 3), (6, 3), (9, 3), (10, 1)]
    run = store.run(rare, 4)
    assert [record.epoch for record in run.history] == KEPT
    assert [record.step for record in run.history] == [3 * epoch for epoch in KEPT]
    assert has_the_bits(store, run, uninterrupted[4])
    with pytest.raises(UnknownRun, match="every 3th are recorded"):
        store.stack_at(run, 4)


@pytest.mark.parametrize("stops", [(1,), (3,), (1, 1, 1)])
def test_stopped_anywhere_it_goes_on_to_the_same_bits(store, rare, go_on_rarely, uninterrupted, stops):
    for stop in stops:
        events = go_on_rarely([0, 1])
        list(islice(events, stop))
        events.close()
        assert all(has_the_bits(store, run, uninterrupted[run.seed]) for run in store.runs())
    list(go_on_rarely([0, 1]))
    for run in store.runs():
        assert [record.epoch for record in run.history] == KEPT
        assert has_the_bits(store, run, uninterrupted[run.seed])


def test_an_interrupt_between_records_loses_only_what_was_not_recorded(
    store, rare, engine, go_on_rarely, uninterrupted, monkeypatch
):
    trained, passes = type(engine).train, []

    def interrupted(self, *arguments):
        passes.append(1)
        if len(passes) == 5:
            raise KeyboardInterrupt
        return trained(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(type(engine), "train", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(go_on_rarely([2]))
    assert store.run(rare, 2).epoch == 3
    list(go_on_rarely([2]))
    assert has_the_bits(store, store.run(rare, 2), uninterrupted[2])


def test_seeds_at_other_epochs_beside_each_other(store, rare, go_on_rarely, uninterrupted):
    list(islice(go_on_rarely([0]), 2))
    told = [[(p.seed, p.epoch) for p in event.progress] for event in go_on_rarely([0, 1])]
    assert told == [[(0, 9), (1, 3)], [(0, 10)], [(1, 6)], [(1, 9)], [(1, 10)]]
    assert all(has_the_bits(store, run, uninterrupted[run.seed]) for run in store.runs())


def test_a_loss_that_is_not_finite_ends_it_between_records(tiny, engine):
    wild = replace(tiny, recipe=recipe(epochs=10, batch_size=5, lr=1e38, schedule="constant", record_every=9))
    events = list(train(engine, wild, TrainingState.fresh(tiny.spec, [0])))
    assert [p.status for p in events[-1].progress] == ["diverged"]
    assert events[-1].progress[0].epoch < 9


def test_recipes_from_before_keep_their_names(tiny, rare):
    assert "record_every" not in tiny.as_json()["recipe"]
    assert tiny.recipe.model_dump() == recipe(**tiny.recipe.model_dump(), record_every=1).model_dump()
    assert experiment_from_json(rare.as_json()) == rare
    assert experiment_from_json(tiny.as_json()) == tiny
    assert rare.run_name(0) != tiny.run_name(0)


def test_never_is_no_number_of_epochs():
    with pytest.raises(RecipeError, match="record_every"):
        recipe(record_every=0)
