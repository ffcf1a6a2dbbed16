"""Stopped anywhere and gone on with, a run has the bits of one that never stopped."""

from __future__ import annotations

from itertools import islice

import pytest

from openwork.runs import recorded
from openwork.training import train


@pytest.mark.parametrize("stops", [(1,), (9,), (3, 4), (1, 1, 1, 1, 1, 1, 1, 1, 1)])
def test_stopped_between_epochs(store, go_on, check, stops):
    for stop in stops:
        events = go_on(store, [0, 1, 2])
        assert len(list(islice(events, stop))) == stop
        events.close()
        check(store)
    list(go_on(store, [0, 1, 2]))
    assert check(store) == {0: 10, 1: 10, 2: 10}
    assert {run.status for run in store.runs()} == {"finished"}


def test_seeds_resume_beside_others_at_other_epochs(store, go_on, check):
    for seeds, epochs in (([3], 2), ([1, 3], 3), ([0, 3], 1)):
        list(islice(go_on(store, seeds), epochs))
    assert check(store) == {0: 1, 1: 3, 3: 6}
    list(go_on(store, [3, 2, 1, 0]))
    assert check(store) == {0: 10, 1: 10, 2: 10, 3: 10}


def test_what_has_ended_is_not_trained_again(store, go_on, tiny):
    list(go_on(store, [0, 1]))
    assert store.state_of(tiny, [1, 0, 2, 2]).seeds == (2,)
    assert list(go_on(store, [0, 1])) == []


def test_ctrl_c_keeps_every_finished_epoch(store, tiny, engine, check):
    def interrupted():
        yield from islice(train(engine, tiny, store.state_of(tiny, [0, 1])), 7)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(recorded(store, tiny, interrupted(), engine.name, every=3600))
    assert check(store) == {0: 7, 1: 7}


def test_a_reader_who_stops_keeps_every_finished_epoch(store, go_on, check):
    events = go_on(store, [5], every=3600)
    list(islice(events, 6))
    assert check(store) == {5: 1}, "only the first event is written before the hour is over"
    events.close()
    assert check(store) == {5: 6}


def test_ends_are_written_at_once(store, go_on, check):
    events = go_on(store, [5], every=3600)
    list(islice(events, 10))
    assert check(store) == {5: 10}
    assert store.runs()[0].status == "finished"
    events.close()


def test_nothing_but_the_files_of_runs_is_left(store, go_on, tiny):
    list(go_on(store, [0, 1]))
    names = {tiny.run_name(seed) for seed in (0, 1)}
    left = {str(path.relative_to(store.home)) for path in store.home.rglob("*.safetensors*")}
    assert left == {f"{folder}/{name}.safetensors" for folder in ("weights", "checkpoints") for name in names}


def test_what_is_not_this_stores_is_left(store, go_on, check):
    list(islice(go_on(store, [0]), 2))
    others = [
        store.home / "states" / f"{'a' * 32}.safetensors",
        store.home / "progress" / f"{'b' * 32}.safetensors.part",
        store.home / "weights" / f"{'c' * 12}.safetensors",
        store.home / "progress" / "notes.txt",
    ]
    for path in others:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    list(islice(go_on(store, [0]), 1))
    assert all(path.exists() for path in others)
    assert check(store) == {0: 3}


def test_a_seed_trained_on_another_engine_says_so(store, go_on, tiny, engine):
    list(islice(go_on(store, [0]), 2))
    list(recorded(store, tiny, train(engine, tiny, store.state_of(tiny, [0])), "other"))
    assert store.runs()[0].engine == f"{engine.name}, other"
