"""Finding, listing and removing runs, and what is kept with them."""

from __future__ import annotations

import json
import math
import sqlite3
from itertools import islice

import numpy as np
import pytest
from safetensors.numpy import load_file

from openwork.errors import RecipeError, StoreError, TaskError, UnknownRun
from openwork.models import initial_stack, weight_shapes
from openwork.runs import Store, default_home, recorded
from openwork.runs.sealing import seal_all
from openwork.training import Experiment, recipe, train


def test_a_store_that_does_not_exist_is_empty_and_reading_makes_nothing(store, tiny):
    assert store.runs() == store.runs_of(tiny) == []
    assert store.run(tiny, 0) is None
    with pytest.raises(UnknownRun, match="there is no run in"):
        store.find("abc")
    assert not store.home.exists()


def test_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENWORK_HOME", raising=False)
    assert default_home() == tmp_path / "openwork-runs"
    monkeypatch.setenv("OPENWORK_HOME", str(tmp_path / "elsewhere"))
    assert Store.open().home == tmp_path / "elsewhere"


def test_a_run_tells_its_experiment_and_every_epoch(store, go_on, tiny, engine):
    told = [p for event in go_on(store, [4]) for p in event.progress]
    run = store.run(tiny, 4)
    assert (run.experiment, run.seed, run.name, run.engine) == (tiny, 4, tiny.run_name(4), engine.name)
    assert (run.status, run.epoch, run.ended, run.task_name) == ("finished", 10, True, "reverse-increment")
    for kept, progress in zip(run.history, told, strict=True):
        assert (kept.epoch, kept.lr, kept.running_loss) == (progress.epoch, progress.lr, progress.running_loss)
        assert (kept.train, kept.held_out, kept.step) == (progress.train, progress.held_out, progress.step)
    assert run.seconds == pytest.approx(sum(record.seconds for record in run.history))
    assert run.created.endswith("+00:00")


def test_solved_is_right_on_the_whole_domain(store, engine, tiny):
    learn = recipe(epochs=60, batch_size=4, lr=0.03, schedule="constant", stop_when_solved=True)
    easy = Experiment(tiny.task, tiny.spec, learn, tiny.split)
    list(recorded(store, easy, train(engine, easy, store.state_of(easy, range(16))), engine.name))
    solved = [run for run in store.runs(status="solved")]
    assert solved, "no seed of sixteen learned the tiny task"
    for run in solved:
        assert run.solved
        assert run.first_solved_epoch == run.epoch == len(run.history)
        assert (run.last.train.sequences, run.last.held_out.sequences) == (12, 4)
    for run in store.runs(status="finished"):
        assert run.first_solved_epoch is None
        assert not run.solved


def test_nothing_held_out(store, engine, tiny):
    whole = Experiment(tiny.task, tiny.spec, tiny.recipe, tiny.split.model_copy(update={"held_out": 0.0}))
    list(islice(recorded(store, whole, train(engine, whole, store.state_of(whole, [0])), engine.name), 2))
    assert [record.held_out for record in store.runs()[0].history] == [None, None]


def test_find(store, go_on, tiny):
    list(islice(go_on(store, list(range(20))), 1))
    names = [tiny.run_name(seed) for seed in range(20)]
    assert store.find(names[3]).seed == 3
    assert store.find(names[3][:9]).seed == 3
    first = next(digit for digit in "0123456789abcdef" if sum(n.startswith(digit) for n in names) > 1)
    with pytest.raises(UnknownRun) as ambiguous:
        store.find(first)
    assert all(name in str(ambiguous.value) for name in names if name.startswith(first))
    misspelt = names[5][:11] + ("0" if names[5][11] != "0" else "1")
    with pytest.raises(UnknownRun, match=f"did you mean.*{names[5]}"):
        store.find(misspelt)
    with pytest.raises(UnknownRun, match="no name"):
        store.find("")


def test_runs_are_listed_by_what_they_are(store, go_on, tiny, engine):
    list(go_on(store, [1, 0]))
    list(islice(go_on(store, [2]), 3))
    other = Experiment(tiny.task, tiny.spec, recipe(epochs=2, warmup_epochs=1), tiny.split)
    list(recorded(store, other, train(engine, other, store.state_of(other, [7])), engine.name))
    assert [run.seed for run in store.runs_of(tiny)] == [0, 1, 2]
    assert [run.seed for run in store.runs(status="training")] == [2]
    assert [run.seed for run in store.runs(experiment_key=other.key)] == [7]
    assert len(store.runs(task="reverse-increment")) == 4
    assert store.runs(task="another") == []


def test_weights_at_every_epoch_and_before_the_first(store, go_on, tiny, uninterrupted):
    list(go_on(store, [6]))
    run = store.find(tiny.run_name(6))
    assert store.stack_at(run, 0).flat.tobytes() == initial_stack(tiny.spec, [6]).flat.tobytes()
    assert [store.stack_at(run, epoch).flat.tobytes() for epoch in range(1, 11)] == uninterrupted[6]
    with pytest.raises(UnknownRun, match=r"no epoch 11.*epochs 0 to 10"):
        store.stack_at(run, 11)


def test_final_weights_are_a_plain_state_dict(store, go_on, tiny, uninterrupted):
    list(go_on(store, [6]))
    named = load_file(store.home / "weights" / f"{tiny.run_name(6)}.safetensors")
    assert {name: array.shape for name, array in named.items()} == weight_shapes(tiny.spec)
    flat = np.concatenate([named[name].ravel() for name in weight_shapes(tiny.spec)])
    assert flat.tobytes() == uninterrupted[6][-1]


def test_remove_leaves_the_others(store, go_on, tiny, check):
    list(go_on(store, [0, 1]))
    list(islice(go_on(store, [2, 3]), 3))
    for seed in (1, 3):
        store.remove(store.run(tiny, seed))
    assert check(store) == {0: 10, 2: 3}
    assert not list(store.home.rglob(f"{tiny.run_name(1)}*"))
    list(go_on(store, [0, 1, 2, 3]))
    assert check(store) == dict.fromkeys(range(4), 10)


def test_a_run_removed_while_it_is_trained_is_told(store, go_on, tiny):
    events = go_on(store, [0])
    list(islice(events, 3))
    with Store.open(store.home) as another:
        another.remove(another.run(tiny, 0))
    with pytest.raises(StoreError, match=r"was removed while it was being trained.*train it again"):
        next(events)
    assert store.runs() == []


def test_verdicts(store, go_on, tiny):
    list(go_on(store, [0, 1]))
    run, other = store.runs_of(tiny)
    store.save_verdicts(run, {"b": {"verdict": "CONFIRMED", "effect": 0.25}, "a": {"verdict": "MIXED"}})
    store.save_verdicts(run, {"b": {"verdict": "REFUTED", "counterexamples": ["0 1"]}})
    assert store.verdicts(run) == {
        "a": {"verdict": "MIXED"},
        "b": {"verdict": "REFUTED", "counterexamples": ["0 1"]},
    }
    assert list(store.verdicts(run)) == ["a", "b"]
    assert store.verdicts(other) == {}
    store.remove(run)
    assert store.verdicts(run) == {}
    with pytest.raises(UnknownRun, match="has been removed"):
        store.save_verdicts(run, {"a": {}})


def test_impossible_seeds_are_all_told(store, tiny):
    with pytest.raises(RecipeError) as error:
        store.state_of(tiny, [0, -1, 2**63, True])
    assert [reason.what.split(" ")[0] for reason in error.value.reasons] == ["-1", str(2**63), "True"]


def test_a_run_of_a_task_that_is_not_installed_is_still_listed(store, go_on):
    list(islice(go_on(store, [0]), 1))
    with store.database.changing() as change:
        change.rows.execute("UPDATE runs SET experiment = replace(experiment, 'reverse-increment', 'sorting')")
        seal_all(change.rows)
    run = store.runs(task="sorting")[0]
    assert run.task_name == "sorting"
    with pytest.raises(TaskError, match="sorting"):
        _ = run.experiment


def test_a_run_can_be_read_with_sql(store, go_on, tiny):
    list(go_on(store, [0]))
    store.close()
    rows = sqlite3.connect(store.home / "store.sqlite")
    loss = rows.execute("SELECT loss FROM metrics WHERE split = 'held_out' ORDER BY epoch DESC LIMIT 1").fetchone()[0]
    kept = json.loads(rows.execute("SELECT experiment FROM runs").fetchone()[0])
    rows.close()
    assert loss == store.run(tiny, 0).last.held_out.loss
    assert kept == tiny.as_json()


def test_a_loss_that_is_not_a_number_is_kept_as_such(store, engine, tiny):
    wild = Experiment(tiny.task, tiny.spec, recipe(lr=1e30, schedule="constant", max_grad_norm=None), tiny.split)
    list(recorded(store, wild, train(engine, wild, store.state_of(wild, [0])), engine.name))
    run = store.run(wild, 0)
    assert run.status == "diverged"
    assert math.isnan(run.last.running_loss)
    assert run.ended
    assert store.stack(run).flat.shape == (1, store.stack(run).flat.size)
