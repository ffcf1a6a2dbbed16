from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from openwork.data import DataSplit
from openwork.errors import RecipeError, SpecError, TaskError
from openwork.tasks import ReverseIncrement, make_task
from openwork.training import EXPERIMENTS, Experiment, experiment_from_json, named_experiment, recipe


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_survives_json(name):
    experiment = named_experiment(name)
    again = experiment_from_json(json.loads(json.dumps(experiment.as_json())))
    assert again == experiment
    assert (again.key, again.run_name(3)) == (experiment.key, experiment.run_name(3))


def test_names_of_runs_are_frozen():
    """If this fails, every store forgets what it has: the same question gets another name."""
    assert named_experiment("notebook").run_name(0) == "7a392bc135a2"
    assert named_experiment("reverse-increment").run_name(0) == "30cc65eb802a"


FROZEN = json.loads((Path(__file__).parent / "names_of_runs.json").read_text(encoding="utf-8"))
"""written before tasks of ours said themselves how they are learned: every named experiment at several sizes"""


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_named_experiment_is_the_one_that_stores_know(name):
    for row in FROZEN[name]:
        experiment = named_experiment(name, make_task(EXPERIMENTS[name].task, row["params"]))
        assert (experiment.key, experiment.run_name(0), experiment.run_name(7)) == (
            row["key"],
            row["seed 0"],
            row["seed 7"],
        )


def test_no_named_experiment_is_lost():
    assert FROZEN.keys() <= EXPERIMENTS.keys()


def test_everything_that_decides_a_model_is_in_its_name(tiny):
    others = [
        replace(tiny, task=ReverseIncrement(2, 3)),
        replace(tiny, spec=tiny.spec.model_copy(update={"act_fn": "gelu"})),
        replace(tiny, recipe=tiny.recipe.model_copy(update={"lr": 1e-3})),
        replace(tiny, split=DataSplit(held_out=0.25, seed=1)),
    ]
    assert len({tiny.key, *(other.key for other in others)}) == 5
    assert tiny.run_name(0) != tiny.run_name(1)


def test_a_whole_number_for_a_decimal_one_is_the_same_experiment(tiny):
    one, other = (replace(tiny, recipe=recipe(lr=lr)) for lr in (1, 1.0))
    assert one.key == other.key


def test_what_does_not_fit_is_refused_before_training(tiny):
    with pytest.raises(SpecError, match="n_ctx: 9 is too small"):
        replace(tiny, task=ReverseIncrement(2, 5))
    with pytest.raises(RecipeError, match="leaves none to train on"):
        Experiment(tiny.task, tiny.spec, tiny.recipe, DataSplit(held_out=0.99))


def test_every_field_of_a_damaged_record_is_told(tiny):
    damaged = tiny.as_json()
    damaged["recipe"] |= {"lr": -1, "epoch": 3}
    damaged["task"] = {"name": 3, "params": {"base": "2"}}
    del damaged["split"]
    with pytest.raises(RecipeError) as error:
        experiment_from_json(damaged)
    assert {reason.where for reason in error.value.reasons} == {
        "recipe.lr",
        "recipe.epoch",
        "task.name",
        "task.params.base",
        "split",
    }
    with pytest.raises(TaskError, match="no task has this name"):
        experiment_from_json(tiny.as_json() | {"task": {"name": "sorting"}})


def test_experiments_by_name():
    assert named_experiment("notebook").split.kind == "lexicographic"
    assert not named_experiment("notebook").recipe.stop_when_solved
    assert named_experiment("notebook", ReverseIncrement(2, 3)).task == ReverseIncrement(2, 3)
    with pytest.raises(RecipeError, match="did you mean 'notebook'"):
        named_experiment("notebok")

    class Other(ReverseIncrement):
        name = "other"

    with pytest.raises(RecipeError, match="notebook: is an experiment on reverse-increment, not on other"):
        named_experiment("notebook", Other())
