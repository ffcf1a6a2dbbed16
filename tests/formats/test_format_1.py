"""A store that openwork wrote at format 1 is read, and gone on with, for ever. See `make_format_1.py`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from openwork.engines import choose_engine
from openwork.runs import Store, recorded
from openwork.training import experiment_from_json, train

HERE = Path(__file__).parent
TOLD = json.loads((HERE / "format_1.json").read_text())
RUNS = TOLD["runs"]


@pytest.fixture
def store(tmp_path):
    shutil.copytree(HERE / "format_1", tmp_path / "runs")
    with Store.open(tmp_path / "runs") as opened:
        yield opened


def float32(numbers):
    return np.array(numbers, np.float32)


def test_every_run_is_there(store):
    runs = {run.name: run for run in store.runs()}
    assert {name: (run.seed, run.status) for name, run in runs.items()} == {
        name: (told["seed"], told["status"]) for name, told in RUNS.items()
    }
    assert sorted(run.status for run in runs.values()) == ["diverged", "finished", "training"]
    for name, told in RUNS.items():
        assert runs[name].experiment.as_json() == told["experiment"]
        np.testing.assert_array_equal([record.train.loss for record in runs[name].history], told["losses"])


def test_a_run_still_has_the_name_that_its_experiment_gives_it():
    for name, told in RUNS.items():
        assert experiment_from_json(told["experiment"]).run_name(told["seed"]) == name


def test_the_weights_of_every_epoch_are_the_same_bits(store):
    for run in store.runs():
        weights = RUNS[run.name]["weights"]
        assert len(weights) == run.epoch
        for epoch, numbers in enumerate(weights, 1):
            assert store.stack_at(run, epoch).flat[0].tobytes() == float32(numbers).tobytes()


def test_verdicts_are_kept(store):
    finished = store.runs(status="finished")[0]
    assert store.verdicts(finished) == TOLD["verdicts"]


def test_an_unfinished_run_goes_on_from_where_it_stopped(store):
    run = store.runs(status="training")[0]
    state, resumed = store.state_of(run.experiment, [run.seed]), TOLD["resumed"]
    assert state.epochs.tolist() == [4]
    assert state.optimiser.step.tolist() == resumed["step"]
    assert state.optimiser.exp_avg[0].tobytes() == float32(resumed["exp_avg"]).tobytes()
    assert state.optimiser.exp_avg_sq[0].tobytes() == float32(resumed["exp_avg_sq"]).tobytes()
    engine = choose_engine(run.experiment.spec, threads=1).engine
    list(recorded(store, run.experiment, train(engine, run.experiment, state), engine.name))
    ended = store.find(run.name)
    assert (ended.status, ended.epoch) == ("finished", 12)
    losses = [record.train.loss for record in ended.history]
    np.testing.assert_allclose(losses, resumed["losses"], rtol=1e-5)  # another processor may round another way
