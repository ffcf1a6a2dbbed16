"""A function of more questions than it can be asked: drawn uniformly or as the user says, and asked what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

import openwork
from openwork.data import USUAL_INPUTS, dataset_of, draw
from openwork.errors import TaskError
from openwork.tasks import format_count
from openwork.testing import check_task


def turned():
    @openwork.task(x=(10, 12))
    def mirror(x):
        "turn twelve digits round"
        return x[::-1]

    return mirror


def test_it_takes_any_number_of_questions():
    task = turned()()
    check_task(task, inputs=200)
    assert task.domain_size == 10**12 and format_count(task.domain_size) == "about 1.0e12"
    inputs = USUAL_INPUTS.of(task)
    assert (len(inputs), inputs.sample_seed) == (10_000, 0)
    assert (inputs.answers == inputs.tokens[:, 11::-1]).all()
    assert len(np.unique(inputs.index)) > 9_900


def test_the_user_says_how_questions_are_drawn():
    mirror = turned()

    @mirror.draw
    def mostly_small(draws):
        "digits below 3"
        return list(draws.integers(3, 12))

    task = mirror()
    check_task(task, inputs=100)
    assert task.sampling == "digits below 3"
    one, again, other = (draw(task, 300, seed).tokens[:, :12] for seed in (0, 0, 1))
    assert one.max() == 2 and (one == again).all() and (one != other).any()


def test_what_is_drawn_and_is_no_question_is_told():
    mirror = turned()
    mirror.draw(lambda draws: {"x": [10] * 12, "y": 1})
    with pytest.raises(TaskError) as caught:
        mirror()
    assert "x: is drawn as 10 (it is one of 0 to 9)" in str(caught.value)
    assert "y: the task has no such argument" in str(caught.value)


def test_an_answer_that_no_question_drawn_first_has_must_be_said():
    def rare(x):
        "one of a million million"
        return "here" if x == [0] * 12 else "away"

    with pytest.raises(TaskError, match=r"answers=\[") as caught:
        dataset_of(openwork.task(x=(10, 12))(rare)(), np.array([0]))
    assert "x=[0, 0, 0" in str(caught.value)
    task = openwork.task(x=(10, 12), answers=["away", "here"])(rare)()
    assert dataset_of(task, np.array([0, 1])).answers.tolist() == [[1], [0]]
    numbers = openwork.task(x=(10, 12), answers=[0, 1])(lambda x: int(x == [0] * 12))()
    assert dataset_of(numbers, np.array([0, 1])).answers.tolist() == [[1], [0]]


def test_a_function_that_raises_or_changes_is_told_with_the_question():
    with pytest.raises(TaskError, match="raises ZeroDivisionError"):
        openwork.task(x=(10, 12))(lambda x: 1 // 0)()
    count = iter(range(10**9))
    with pytest.raises(TaskError, match="and then"):
        openwork.task(x=(10, 12))(lambda x: next(count))()
