"""Histories of runs as other programs are told them; that these take them is in test_real_trackers.py."""

from __future__ import annotations

import importlib.util
import math

import pytest

from openwork.errors import CheckpointError, EngineError
from openwork.interop.trackers import TRACKERS, add_to, history_of, require_tracker
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting
from openwork.runs import Store
from openwork.tasks import make_task
from openwork.training import named_experiment


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("runs")) as store:
        experiment = named_experiment("copy", make_task("copy", {"base": 2, "length": 2}))
        yield train_seeds(experiment, [3], Setting(store, threads=1))[0]


def test_a_history_has_every_choice_and_every_epoch(run):
    told = history_of(run)
    assert (told.run, told.title, told.task) == (run.name, "copy seed 3", "copy")
    assert told.choices["task.params.base"] == 2 and told.choices["seed"] == 3
    assert told.choices["recipe.lr"] == run.experiment.recipe.lr
    assert told.choices["spec.d_model"] == run.spec.d_model
    assert all(isinstance(value, str | int | float | bool) for value in told.choices.values())
    assert [point.epoch for point in told.points] == [record.epoch for record in run.history]
    assert [point.numbers["train/loss"] for point in told.points] == [record.train.loss for record in run.history]
    assert all(math.isfinite(number) for point in told.points for number in point.numbers.values())
    assert list(point.when for point in told.points) == sorted(point.when for point in told.points)
    assert told.ended["solved"] is run.solved and told.ended["status"] == run.status
    assert told.experiment == run.experiment_key


def test_an_unknown_program_is_told_with_the_nearest(tmp_path):
    with pytest.raises(CheckpointError, match=r"'tensorbord' is not one .*'tensorboard'"):
        require_tracker("tensorbord", tmp_path)


@pytest.mark.parametrize("name", TRACKERS)
def test_a_library_that_is_missing_is_told_and_nothing_written(name, tmp_path):
    if importlib.util.find_spec(TRACKERS[name]) is not None:
        pytest.skip(f"{name} is installed here")
    with pytest.raises(EngineError, match=rf'pip install "openwork\[{name}\]"'):
        require_tracker(name, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("error", [OSError(28, "full"), RuntimeError("full\nof a newer version"), ValueError()])
def test_what_a_library_raises_is_told(error, run, tmp_path):
    class Refusing:
        def add(self, history):
            raise error

    with pytest.raises(EngineError, match=r"cannot be written\n.*(full|ValueError) \(give another folder with -o\)$"):
        add_to(Refusing(), history_of(run), tmp_path)
