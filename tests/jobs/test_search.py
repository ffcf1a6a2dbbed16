from __future__ import annotations

from dataclasses import replace

import pytest

from openwork.errors import UnknownRun
from openwork.jobs.search import first_solved, go_on, search, train_seeds, trials
from openwork.jobs.setting import Setting
from openwork.runs import Store
from openwork.tasks import ReverseIncrement, make_task
from openwork.training import EXPERIMENTS, Experiment, Recipe, named_experiment
from openwork.training.experiments import NamedExperiment


def test_what_a_claim_about_learning_trains_is_counted_once(tmp_path):
    task, seen = ReverseIncrement(2, 2), []
    experiment = named_experiment("notebook", task)
    trained_on, held_out = experiment.split.sizes(task)
    with Store.open(tmp_path) as store:
        setting = Setting(store, "native", 1, seen.append)
        first = trials("notebook", task, 2, setting, trains=True)
        epochs = sum(len(event.progress) for event in seen)
        again = trials("notebook", task, 2, setting, trains=True)
    assert first.forward_rows == epochs * (2 * trained_on + held_out) > 0
    assert again.forward_rows == 0
    assert (first.reached, first.at_end) == (again.reached, again.at_end)


def test_epochs_that_are_not_recorded_count_too(tmp_path, monkeypatch):
    whole = named_experiment("notebook", ReverseIncrement(2, 2))
    rare = Experiment(whole.task, whole.spec, Recipe(epochs=10, record_every=4, stop_when_solved=False), whole.split)
    monkeypatch.setitem(EXPERIMENTS, "rare", NamedExperiment("reverse-increment", lambda task: rare))
    trained_on, held_out = rare.split.sizes(rare.task)
    with Store.open(tmp_path) as store:
        found = trials("rare", rare.task, 2, Setting(store, "native", 1, lambda event: None), trains=True)
    scored = 3  # after epochs 4, 8 and 10
    assert found.forward_rows == 2 * (10 * trained_on + scored * (trained_on + held_out))


EASY = named_experiment("reverse", make_task("reverse", {"base": 2, "length": 2}))


def weights(store, run):
    return store.stack(run).flat.tobytes()


def test_a_search_stops_with_the_first_solved_seed_and_the_others_go_on_to_the_same_bits(tmp_path):
    with Store.open(tmp_path / "searched") as store, Store.open(tmp_path / "trained") as other:
        tried = search(EASY, Setting(store, "native", 1))
        found = first_solved(tried)
        assert found.solved and all(run.epoch <= found.epoch for run in tried)
        left = [run for run in tried if not run.ended]
        assert left, "every seed was solved in the same epoch"
        seeds = [run.seed for run in tried]
        assert go_on(EASY, tried) == f"openwork train reverse --param base=2 --param length=2 --seeds 0..{seeds[-1]}"
        later = train_seeds(EASY, seeds, Setting(store, "native", 1))
        at_once = train_seeds(EASY, seeds, Setting(other, "native", 1))
        assert all(run.ended for run in later) and go_on(EASY, later) == ""
        assert [weights(store, run) for run in later] == [weights(other, run) for run in at_once]
        assert first_solved(later).name == first_solved(at_once).name == found.name


def test_a_search_that_has_its_answer_in_the_store_trains_nothing(tmp_path):
    with Store.open(tmp_path) as store:
        tried = search(EASY, Setting(store, "native", 1))
        seen = []
        again = search(EASY, Setting(store, "native", 1, seen.append))
    assert not seen and [run.name for run in again] == [run.name for run in tried]


def test_named_seeds_are_trained_to_their_end(tmp_path):
    with Store.open(tmp_path) as store:
        assert all(run.ended for run in train_seeds(EASY, range(8), Setting(store, "native", 1)))


def test_no_command_goes_on_with_what_no_command_makes(tmp_path):
    odd = Experiment(EASY.task, EASY.spec, Recipe(epochs=2, stop_when_solved=False), EASY.split)
    with Store.open(tmp_path) as store:
        seen = Setting(store, "native", 1)
        train_seeds(EASY, [3, 5], replace(seen, watch=lambda event: None), until_solved=True)
        runs = [run for run in (store.run(EASY, 3), store.run(EASY, 5)) if run is not None]
        assert go_on(odd, runs) == ""


@pytest.mark.parametrize("rule", ["all", "last", "solved", "none"])
def test_checkpoints_are_kept_by_rule_as_seeds_end(tmp_path, rule):
    hard = Experiment(EASY.task, EASY.spec, Recipe(epochs=2, lr=1e-9), EASY.split)
    with Store.open(tmp_path / "ruled") as store, Store.open(tmp_path / "all") as whole:
        runs = [*train_seeds(EASY, range(2), Setting(store, "native", 1, keep=rule))]
        runs += train_seeds(hard, range(2), Setting(store, "native", 1, keep=rule))
        other = [*train_seeds(EASY, range(2), Setting(whole, "native", 1))]
        assert {run.solved for run in runs} == {True, False}
        goes = {"all": lambda run: False, "solved": lambda run: not run.solved}.get(rule, lambda run: True)
        assert [store.has_checkpoints(run) for run in runs] == [not goes(run) for run in runs]
        assert [weights(store, run) for run in runs[:2]] == [weights(whole, run) for run in other]
        if rule == "none":
            with pytest.raises(UnknownRun, match="were pruned"):
                store.stack(next(run for run in runs if not run.solved))
        assert [run.name for run in train_seeds(EASY, range(2), Setting(store, "native", 1, keep=rule))] == [
            run.name for run in runs[:2]
        ]


def test_a_rule_frees_what_a_killed_command_left(tmp_path):
    with Store.open(tmp_path) as store:
        train_seeds(EASY, range(2), Setting(store, "native", 1))
        [first, second] = train_seeds(EASY, range(2), Setting(store, "native", 1, keep="last"))
        assert not store.has_checkpoints(first) and not store.has_checkpoints(second)
