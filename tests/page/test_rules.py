"""The rule by which a page judges a typed question answers as the task does, and reads nothing but the question."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from openwork.data import draw
from openwork.page.rules import live_rule, rule_of
from openwork.tasks import OURS, UNASKED, ReverseIncrement, make_task

SIZES = {
    "reverse-increment": ({}, {"base": 3, "length": 5}),
    "copy": ({}, {"base": 7, "length": 2}),
    "reverse": ({}, {"base": 2, "length": 9}),
    "sort": ({}, {"base": 9, "length": 3}),
    "addition": ({}, {"base": 3, "digits": 4}),
    "reversed-addition": ({}, {"base": 2, "digits": 5}),
    "caesar-shift": ({}, {"base": 3, "length": 4}),
    "run-length": ({}, {"base": 3, "length": 7}),
    "induction": ({}, {"letters": 3, "length": 11}),
    "palindrome": ({}, {"numbers": 3, "length": 7}),
    "first-unique": ({}, {"letters": 4, "length": 9}),
    "running-sum-sign": ({}, {"largest": 2, "length": 6}),
    "balanced-brackets": ({}, {"length": 9}),
    "modular-addition": ({}, {"p": 14}),
    "modular-polynomial": ({}, {"p": 11, "aa": 2, "la": 3, "lb": 4, "one": 5}),
    "permutation-composition": ({}, {"n": 3}),
    "parity": ({}, {"length": 3}),
    "maximum": ({}, {"numbers": 5, "length": 7}),
    "majority": ({}, {"length": 6}),
    "dyck": ({}, {"depth": 0, "length": 8}),
    "tomita": ({}, {"number": 7, "length": 7}, {"number": 1}),
    "repeated": ({}, {"letters": 3, "times": 2}),
    "runs-of-letters": ({}, {"letters": 4, "length": 6}),
}
QUESTIONS = 2_000
"""all, where a task has no more"""
SMALL = {
    "palindrome": {"numbers": 2, "length": 4},
    "permutation-composition": {"n": 3},
    "balanced-brackets": {"length": 4},
    "dyck": {"depth": 2, "length": 5},
    "tomita": {"number": 5, "length": 5},
    "runs-of-letters": {"letters": 2, "length": 5},
}
"""few enough that all that can be typed is tried"""
WITHOUT = {"binary-majority", "binary-addition", "count-up", "varying-sort", "varying-copy", "varying-majority"}
"""their answers stand in what the model sees, at places that depend on the question: none of them can be typed"""


def test_every_task_of_ours_has_a_rule_or_is_known_to_have_none():
    assert {task.name for task in OURS} == set(SIZES) | WITHOUT
    assert all(rule_of(make_task(name)) is None for name in WITHOUT)


@pytest.mark.parametrize(("name", "params"), [(name, params) for name, sizes in SIZES.items() for params in sizes])
def test_a_rule_answers_as_its_task_does_and_reads_no_answer(name, params):
    task = make_task(name, params)
    rule = rule_of(task)
    assert rule is not None and live_rule(task) is not None
    drawn = draw(task, QUESTIONS)
    blank = np.full_like(drawn.tokens, 999)
    places = [variable.position for variable in task.variables]
    blank[:, places] = drawn.tokens[:, places]
    assert (rule.answers(blank) == drawn.answers).all()


@pytest.mark.parametrize("name", SMALL)
def test_of_all_that_can_be_typed_just_the_questions_have_an_answer(name):
    task = make_task(name, SMALL[name])
    typed = np.array(list(product(*(range(variable.values) for variable in task.variables))), np.int32)
    asked = task.valid(typed)
    tokens = np.zeros((len(typed), task.n_pos), np.int32)
    known = draw(task, QUESTIONS)
    values = task.questions(known.index)
    for at, variable in enumerate(task.variables):
        written = dict(zip(values[:, at].tolist(), known.tokens[:, variable.position].tolist(), strict=True))
        tokens[:, variable.position] = [written.get(value, -1) for value in typed[:, at].tolist()]
    rule = rule_of(task)
    assert rule is not None and asked.any()
    told = (rule.answers(tokens) != UNASKED).any(axis=1)
    laid = (tokens >= 0).all(axis=1)  # a value that no question has cannot be laid out, and is refused before
    assert (told[laid] == asked[laid]).all() and not asked[~laid].any()


def test_what_is_no_question_has_no_answer():
    brackets = make_task("balanced-brackets", {"length": 6})
    symbols = brackets.vocabulary.symbols
    texts = ["start end pad pad pad pad pad pad", "start ( pad ) end pad pad pad", "start ( ) end ( ) pad pad"]
    tokens = np.array([[symbols.index(symbol) for symbol in text.split()] for text in texts], np.int32)
    assert not brackets.valid(tokens[:, 1:] - 1).any()
    rule = rule_of(brackets)
    assert rule is not None
    assert (rule.answers(tokens) == -1).all()


def test_a_task_that_is_made_from_one_of_ours_is_not_taken_for_it():
    class Otherwise(ReverseIncrement):
        pass

    assert rule_of(Otherwise(4, 3)) is None
