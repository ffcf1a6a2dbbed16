from __future__ import annotations

from openwork.runs import Store
from openwork.search import Setting, trials
from openwork.tasks import ReverseIncrement
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
