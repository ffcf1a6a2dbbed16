"""Tasks that are written out or answer at every position: answers worked out by hand, and parameters that cannot be."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from openwork.data import enumerate_domain
from openwork.errors import TaskError
from openwork.tasks import Addition, CaesarShift, Copy, Induction, Reverse, RunLength, Sort
from openwork.testing import check_task

SIZES = [
    *(cls(*given) for cls in (Copy, Reverse, Sort) for given in ((), (2, 1), (36, 5))),
    *(Addition(), Addition(2, 1), Addition(4, 5)),
    *(CaesarShift(), CaesarShift(2, 1), CaesarShift(26, 5)),
    *(RunLength(), RunLength(4, 2), RunLength(3, 19)),
    *(Induction(), Induction(2, 2), Induction(26, 6)),
]

BY_HAND = [
    (Copy(4, 3), "2 0 3 = 2 0", "2 0 3"),
    (Reverse(4, 3), "2 0 3 = 3 0", "3 0 2"),
    (Sort(4, 4), "2 0 3 0 = 0 0 2", "0 0 2 3"),
    (Addition(10, 2), "9 7 + 0 5 = 1 0", "1 0 2"),
    (Addition(10, 2), "1 2 + 3 4 = 0 4", "0 4 6"),
    (Addition(2, 3), "1 1 1 + 0 0 1 = 1 0 0", "1 0 0 0"),
    (CaesarShift(5, 3), "3 4 0 1 = 2 3", "2 3 4"),
    (RunLength(3, 7), "0 0 1 1 1 0 2", "1 2 1 2 3 1 1"),
    (Induction(3, 8), "a b a c a a b b", "- - b - c a a b"),
]


@pytest.mark.parametrize("task", SIZES, ids=str)
def test_it_keeps_its_contract(task):
    check_task(task)


@pytest.mark.parametrize(("task", "seen", "answers"), BY_HAND, ids=str)
def test_worked_out_by_hand(task, seen, answers):
    symbols = seen.split()
    asked = np.array([[task.vocabulary.symbols.index(symbols[v.position]) for v in task.variables]], np.int32)
    assert task.vocabulary.text(task.tokens(asked)[0]) == seen
    assert task.answer_vocabulary.text(task.answers(asked)[0]) == answers


@pytest.mark.parametrize("task", [Copy(3, 3), Reverse(2, 4), Sort(3, 3), Addition(3, 2), CaesarShift(4, 2)], ids=str)
def test_answers_are_shown_after_they_were_predicted(task):
    whole = enumerate_domain(task)
    assert len(whole) == task.domain_size
    at = [task.roles[f"predicts {y}"] for y in task.outputs]
    assert at == list(task.graded) and at[0] == task.roles["="]
    np.testing.assert_array_equal(whole.tokens[:, at[1:]], whole.answers[:, :-1])


@pytest.mark.parametrize(
    ("task", "output", "variable"), [(Copy(), "y[1]", "x[1]"), (Reverse(), "y[1]", "x[4]")], ids=str
)
def test_one_digit_decides(task, output, variable):
    assert task.deciding_variable(output) == variable


@pytest.mark.parametrize("task", [Addition(3, 2), CaesarShift(3, 2), Sort(3, 2), Induction(2, 3)], ids=str)
def test_no_digit_decides_alone(task):
    assert {task.deciding_variable(output) for output in task.outputs} == {None}


def test_no_distance_finds_what_followed():
    task = Induction()
    whole = enumerate_domain(task)
    rates = {}
    for distance in range(1, task.length):
        answers, seen = whole.answers[:, distance:], whole.tokens[:, :-distance]
        known = answers < task.letters
        rates[distance] = (answers[known] == seen[known]).mean()
    assert 0.7 < rates.pop(1) < 0.8  # a letter is often followed by the one that stands between it and its return
    assert max(rates.values()) < 0.4


@pytest.mark.parametrize(
    ("task", "count"),
    [
        *((cls(3, 2), 9) for cls in (Copy, Reverse, Sort, RunLength)),
        *((Addition(2, 2), 16), (CaesarShift(3, 2), 27), (Induction(2, 3), 8)),
    ],
    ids=str,
)
def test_the_domain_is_every_question_once(task, count):
    choices = itertools.product(*(range(v.values) for v in task.variables))
    asked = sorted(map(tuple, enumerate_domain(task).tokens[:, [v.position for v in task.variables]].tolist()))
    assert asked == sorted(choices) and task.domain_size == len(asked) == count


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Copy(1, 0), ["base: 1 is not between 2 and 36", "length: 0 is below 1"]),
        (lambda: Sort(36, 9), ["length: 36^9 = 101,559,956,668,416 questions are too many to enumerate"]),
        (lambda: Addition(40, 0), ["base: 40 is not between 2 and 36", "digits: 0 is below 1"]),
        (lambda: CaesarShift(26, 6), ["length: 26^7 = 8,031,810,176 questions are too many to enumerate"]),
        (lambda: RunLength(1, 0), ["base: 1 is not between 2 and 36", "length: 0 is below 2"]),
        (lambda: Induction(27, 1), ["letters: 27 is not between 2 and 26", "length: 1 is below 2"]),
    ],
)
def test_every_reason_at_once(make, told):
    with pytest.raises(TaskError) as error:
        make()
    for reason in told:
        assert reason in str(error.value)
