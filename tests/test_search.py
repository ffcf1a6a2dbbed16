from __future__ import annotations

from openwork.runs import Store
from openwork.search import Setting, trials
from openwork.tasks import ReverseIncrement
from openwork.training import named_experiment


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
