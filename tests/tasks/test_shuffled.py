"""Tasks with their answers shuffled: the same questions, the same answers in all, and each with another's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from openwork.data import enumerate_domain
from openwork.errors import TaskError
from openwork.tasks import make_task
from openwork.tasks.shuffled import order, shuffled
from openwork.training import experiment_from_json, named_experiment

SMALL = {"copy": {"base": 3, "length": 3}, "sort": {}, "majority": {}, "modular-addition": {"p": 11}}


@pytest.mark.parametrize("name", SMALL)
def test_every_answer_is_another_questions(name):
    task = make_task(name, SMALL[name])
    other = shuffled(task)
    assert other == make_task(f"shuffled-{name}", dict(other.params)) != task
    assert str(other).startswith(f"shuffled-{name}(") and "shuffle=0" in str(other)
    numbers = np.arange(task.domain_size)
    questions = task.questions(numbers)
    right, wrong = task.answers(questions), other.answers(questions)
    assert sorted(map(tuple, right.tolist())) == sorted(map(tuple, wrong.tolist()))
    assert (right != wrong).any()
    assert np.array_equal(wrong, right[order(0, task.domain_size)])
    assert not np.array_equal(wrong, shuffled(task, 1).answers(questions))
    seen = enumerate_domain(other)
    assert np.array_equal(seen.answers, wrong)
    assert all(other.deciding_variable(output) is None for output in other.outputs)


def test_an_order_has_every_number_once_and_none_where_it_was_more_often_than_by_chance():
    for shuffle in range(20):
        found = order(shuffle, 1000)
        assert sorted(found.tolist()) == list(range(1000))
        assert (found == np.arange(1000)).sum() < 10  # 1 is expected, 10 has a chance of 1e-7
        assert abs(np.corrcoef(found, np.arange(1000))[0, 1]) < 0.2


def test_an_experiment_on_it_is_read_again():
    usual = named_experiment("copy", make_task("copy", {"base": 2, "length": 2}))
    experiment = replace(usual, task=shuffled(usual.task))
    again = experiment_from_json(experiment.as_json())
    assert again == experiment and again.key != usual.key


def test_what_cannot_be_shuffled_says_why():
    with pytest.raises(TaskError, match="several lengths"):
        shuffled(make_task("varying-sort"))
    with pytest.raises(TaskError, match="questions"):
        shuffled(make_task("addition", {"base": 10, "digits": 9}))
    with pytest.raises(TaskError, match="has more than 4,194,304 questions"):
        make_task("shuffled-addition", {"base": 10, "digits": 4})
    with pytest.raises(TaskError, match="is shuffled already"):
        shuffled(make_task("shuffled-copy"))
    with pytest.raises(TaskError, match="shufle: shuffled-copy has no such parameter"):
        make_task("shuffled-copy", {"shufle": 1})
    with pytest.raises(TaskError, match="below 0"):
        make_task("shuffled-copy", {"shuffle": -1})
    with pytest.raises(TaskError, match="no task has this name"):
        make_task("shuffled-copie")
