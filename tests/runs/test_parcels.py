"""Runs sent from store to store: the same arrives, damage is refused, and a receiver that is killed goes on."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from openwork.errors import CheckpointError
from openwork.runs import KeptResult, Store, list_runs, pack, pack_results, prunable, prune, receive, receive_results
from openwork.runs.files import WEIGHTS, named


@pytest.fixture
def sent(store, go_on, tmp_path):
    """Where seeds 0 and 1 are kept, and a store that trained them for it."""
    with Store.open(tmp_path / "worker", writes_as=store.database.writer) as worker:
        list(go_on(worker, [0, 1]))
        yield store, worker


def test_what_arrives_is_what_was_sent(sent, tiny, check, uninterrupted):
    store, worker = sent
    runs = worker.runs()
    parcels = [pack(worker, run) for run in runs]
    receive(store, parcels)
    assert store.runs() == runs
    assert check(store) == {0: 10, 1: 10}
    assert list_runs(store).damage == ()
    receive(store, parcels)  # what is there already is left as it is
    assert store.runs() == runs


def test_pruned_runs_arrive_with_their_history(sent):
    store, worker = sent
    prune(worker, prunable(worker, worker.runs(), "last"))
    receive(store, [pack(worker, run) for run in worker.runs()])
    assert store.runs() == worker.runs()
    assert not any(store.has_checkpoints(run) for run in store.runs())


def test_a_run_without_its_history_is_refused_unless_it_is_wanted_so(sent, uninterrupted):
    store, worker = sent
    alone = [pack(worker, run, checkpoints=False) for run in worker.runs()]
    with pytest.raises(CheckpointError, match=r"of its history, 1 epochs are left"):
        receive(store, alone)
    assert store.runs() == []
    receive(store, alone, whole=False)
    assert [store.stack(run).flat.tobytes() for run in store.runs()] == [uninterrupted[s][-1] for s in (0, 1)]


@pytest.mark.parametrize("part", ["weights", "checkpoints"])
def test_damage_on_the_way_is_refused_whole(sent, part):
    store, worker = sent
    first, second = (pack(worker, run) for run in worker.runs())
    data = bytearray(getattr(second, part))
    data[-3] ^= 4
    with pytest.raises(CheckpointError, match=f"run {second.run}"):
        receive(store, [first, replace(second, **{part: bytes(data)})])
    assert store.runs() == [] and not list(store.home.rglob("*.safetensors"))


def test_a_run_in_training_here_is_replaced(sent, go_on, check):
    store, worker = sent
    training = go_on(store, [0])
    next(training)
    training.close()
    receive(store, [pack(worker, run) for run in worker.runs()])
    assert check(store) == {0: 10, 1: 10}
    store.database.tidy()
    assert {path.parent.name for path in store.home.rglob("*.safetensors")} == {"weights", "checkpoints"}


def test_killed_before_its_rows_it_receives_again(sent, monkeypatch, check):
    store, worker = sent
    parcels = [pack(worker, run) for run in worker.runs()]
    child = os.fork()
    if not child:  # writes the files, and is gone before it commits
        with (
            Store.open(store.home, writes_as=store.database.writer) as killed,
            killed.database.changing(files=True) as c,
        ):
            for parcel in parcels:
                c.put_named(WEIGHTS, parcel.run, parcel.weights)
            for name, data in c.files.items():
                (killed.home / name).parent.mkdir(exist_ok=True)
                (killed.home / name).write_bytes(data)
            os._exit(0)
    os.waitpid(child, 0)
    with Store.open(store.home) as again:
        assert (again.home / named(WEIGHTS, parcels[0].run)).exists() and again.runs() == []
        receive(again, parcels)
        assert check(again) == {0: 10, 1: 10}


def test_results_travel(sent):
    store, worker = sent
    [first, second] = worker.runs()
    worker.save_result(first, "program", "abc", {"word": "partly"})
    receive(store, [pack(worker, first)])
    receive_results(store, (*pack_results(worker, first), KeptResult(second.name, "program", "abc", "{}")))
    assert store.result(first, "program", "abc") == {"word": "partly"}
    assert pack_results(store, first) == pack_results(worker, first)
    assert list_runs(store).damage == ()
