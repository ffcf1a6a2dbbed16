"""A census of tiny models: what it counts, that it goes on where it was stopped, and that it asks nothing twice."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from openwork.data import DataSplit
from openwork.errors import OpenworkError
from openwork.jobs.census import looking as module
from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.census.cost import cost_of
from openwork.jobs.census.counting import census
from openwork.jobs.setting import Setting
from openwork.models import spec_for
from openwork.programs import decompile_kept
from openwork.report import census_document
from openwork.report.lower_markdown import markdown
from openwork.runs import Store
from openwork.tasks import make_task
from openwork.training import Experiment, recipe

SEEDS = range(4)


@pytest.fixture(scope="module")
def tiny():
    task = make_task("copy", {"base": 2, "length": 2})
    spec = spec_for(task, n_layers=1, d_model=8, n_heads=1, d_head=8, d_mlp=8)
    return Experiment(task, spec, recipe(epochs=60, batch_size=4, lr=0.02), DataSplit(held_out=0.0))


@pytest.fixture(scope="module")
def made(tiny, tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("census")) as store:
        setting = Setting(store, threads=1)
        yield census(CensusAsked(tiny, SEEDS, 20.0, proves=True, null=2), setting, "openwork census copy"), setting


@pytest.fixture
def sought(monkeypatch):
    """Names of the runs whose program is looked for."""
    names = []

    def watched(subject, kept, *rest, **named):
        names.append(kept.run.name)
        return decompile_kept(subject, kept, *rest, **named)

    monkeypatch.setattr(module, "decompile_kept", watched)
    return names


def test_every_seed_is_in_it_and_counts_agree(made):
    found, setting = made
    assert [model.seed for model in found.models] == list(SEEDS)
    assert [model.solved for model in found.models] == [run.solved for run in setting.store.runs()]
    assert sum(len(mechanism.models) for mechanism in found.mechanisms) == len(found.counted) > 0
    assert all(bool(model.told.word) == model.solved for model in found.models)
    assert all((model.told.proved is None) != model.solved for model in found.models)
    assert found.seen_after == tuple(sorted(found.seen_after))
    assert (found.null.models, found.null.solved) == (2, 0)


def test_its_json_and_rows_say_the_same(made):
    found, _ = made
    said = json.loads(json.dumps(found.as_json()))
    assert said["format"] == 1
    assert said["solved"]["count"] == sum(row["solved"] for row in said["models"])
    assert sum(one["count"] for one in said["mechanisms"]) == said["counted"]["count"]
    assert [row["mechanism"] for row in said["models"]] == [row["mechanism"] for row in found.rows()]
    for one in said["mechanisms"]:
        low, high = one["interval"]
        assert low <= one["share"] <= high
        assert one["example"]["seed"] in one["seeds"]
        assert "def " in one["program"]


def test_its_page_has_every_mechanism_and_its_program(made):
    found, _ = made
    page = markdown(census_document(found))
    assert all(mechanism.digest in page for mechanism in found.mechanisms)
    assert "openwork census copy" in page


def test_asked_again_nothing_is_looked_for_and_the_answer_is_the_same(made, tiny, sought):
    found, setting = made
    asked = CensusAsked(tiny, SEEDS, 20.0, proves=True, null=2)
    cost = cost_of(asked, setting)
    assert (cost.left, cost.programs) == (0, 0)
    again = census(asked, setting, "openwork census copy")
    assert sought == []
    assert again.as_json() == found.as_json()


def test_stopped_in_a_search_it_goes_on_there(tiny, tmp_path, sought, monkeypatch):
    with Store.open(tmp_path) as store:
        setting, asked = Setting(store, threads=1), CensusAsked(tiny, SEEDS, 20.0)
        whole = module.known_decompilation

        def stopped(subject, kept):
            if len(sought) == 1:
                raise KeyboardInterrupt
            return whole(subject, kept)

        monkeypatch.setattr(module, "known_decompilation", stopped)
        with pytest.raises(KeyboardInterrupt):
            census(asked, setting, "")
        first = list(sought)
        sought.clear()
        monkeypatch.setattr(module, "known_decompilation", whole)
        solved = [run.name for run in sorted(store.runs(), key=lambda run: run.seed) if run.solved]
        assert cost_of(asked, setting).programs == len(solved) - 1
        census(asked, setting, "")
        assert first + sought == solved


def test_models_of_shuffled_answers_are_asked_the_same(tiny, tmp_path):
    asked = CensusAsked(tiny, SEEDS, 20.0, shuffled=2)
    with Store.open(tmp_path) as store:
        setting = Setting(store, threads=1, keep="none")
        plan = cost_of(asked, setting)
        assert (plan.seeds, plan.left, plan.null) == (len(SEEDS) + 2, len(SEEDS) + 2, 0)
        made = census(asked, setting, "")
        trained = [run for run in store.runs() if run.task_name == "shuffled-copy"]
        assert [run.seed for run in trained] == [0, 1]
        assert (made.shuffled.of, made.shuffled.models) == ("shuffled answers", 2)
        assert made.shuffled.solved == sum(run.solved for run in trained)
        assert made.shuffled.shared == 0
        assert made.as_json()["shuffled"]["of"] == "shuffled answers"
        assert "2 models of shuffled answers" in markdown(census_document(made))
        assert census(asked, setting, "").as_json() == made.as_json()


def test_models_that_answer_with_sets_have_programs_too(tmp_path):
    task = make_task("tomita", {"number": 2, "length": 6})
    spec = spec_for(task, n_layers=1, d_model=8, n_heads=2, d_head=4, d_mlp=16)
    experiment = Experiment(task, spec, recipe(epochs=60, batch_size=4, lr=1e-2), DataSplit(held_out=0.0))
    with Store.open(tmp_path) as store:
        made = census(CensusAsked(experiment, range(4), 20.0), Setting(store, threads=1), "")
    solved = [model for model in made.models if model.solved]
    assert solved and all(model.told.word for model in solved)
    assert made.counted and {model.told.mechanism for model in made.counted} == {m.digest for m in made.mechanisms}


def test_proofs_of_sets_can_be_asked_for(tmp_path):
    task = make_task("tomita", {"number": 2, "length": 6})
    spec = spec_for(task, n_layers=1, d_model=8, n_heads=2, d_head=4, d_mlp=16)
    asked = CensusAsked(Experiment(task, spec, recipe(epochs=1), DataSplit(held_out=0.0)), [0], 1.0, proves=True)
    with Store.open(tmp_path) as store:
        [model] = census(asked, Setting(store), "").models
    assert not model.solved


def test_how_mechanisms_come_about_is_asked_of_a_sample(made, tiny, tmp_path):
    _, setting = made
    over = census(CensusAsked(tiny, SEEDS, 20.0, over_training=2), setting, "").over_training
    assert [model.seed for model in over.models] == [model.seed for model in made[0].counted[:2]]
    said = over.as_json()
    assert sum(one["models"] for one in said["mechanisms"]) == 2
    for one in said["mechanisms"]:
        right, answers, *lines = one["parts"]
        assert right["held"] == one["models"] and right["range"][0] > 0
        assert answers["part"] == "the answers" and answers["median"] > 0
        assert lines and all(line["median"] is None or line["range"][0] <= line["median"] for line in lines)
    page = markdown(census_document(replace(made[0], over_training=over)))
    assert "How they come about" in page and "line by line" in page


def test_checkpoints_that_are_gone_are_told(tiny, tmp_path):
    with pytest.raises(OpenworkError, match="--keep solved"), Store.open(tmp_path / "a") as store:
        census(CensusAsked(tiny, SEEDS, 20.0, over_training=2), Setting(store, keep="last"), "")
    with Store.open(tmp_path / "b") as store:
        census(CensusAsked(tiny, SEEDS, 20.0), Setting(store, threads=1, keep="last"), "")
        over = census(CensusAsked(tiny, SEEDS, 20.0, over_training=2), Setting(store, threads=1), "").over_training
    assert (over.models, over.asked) == ((), 2) and over.pruned > 0


def test_training_is_measured_before_it_begins_and_nothing_is_kept(tiny, tmp_path):
    with Store.open(tmp_path) as store:
        setting = Setting(store, threads=1)
        before = cost_of(CensusAsked(tiny, SEEDS, 20.0), setting)
        assert before.train_most and before.train_seconds > 0 and before.program_seconds is None
        assert store.runs() == []
        census(CensusAsked(tiny, range(2), 20.0), setting, "")
        after = cost_of(CensusAsked(tiny, SEEDS, 20.0), setting)
        assert not after.train_most and after.left == 2
        assert 0 < after.train_seconds < before.train_seconds
        assert after.program_seconds > 0
        assert cost_of(CensusAsked(tiny, range(2), 20.0), setting).train_seconds == 0
