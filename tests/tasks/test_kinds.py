"""Tasks that differ in kind: one question of each written out, samplers that make them hard, and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.data import Inputs, draw, enumerate_domain
from openwork.errors import TaskError
from openwork.models import spec_for
from openwork.tasks import BalancedBrackets, FirstUnique, Palindrome, RunningSumSign, format_count

ALL = (Palindrome(), FirstUnique(), RunningSumSign(), BalancedBrackets())


def shown(task, tokens):
    return task.vocabulary.text(tokens)


def test_a_palindrome_written_out():
    task = Palindrome(4, 4)
    asked = np.array([[1, 3, 3, 1], [1, 3, 3, 0]], np.int32)
    assert shown(task, task.tokens(asked)[0]) == "START 1 3 3 1 END"
    assert [task.answer_vocabulary.text(row) for row in task.answers(asked)] == ["yes", "no"]
    assert (task.graded, task.roles["predicts palindrome"]) == ((5,), 5)


def test_a_palindrome_of_odd_length_has_a_free_middle():
    found = draw(Palindrome(5, 5), 2000)
    middle = found.tokens[:, 3]
    assert set(middle) == set(range(5))
    assert 0.8 < found.answers.mean() < 0.9


def test_first_unique_letters_written_out():
    task = FirstUnique(3, 6)
    asked = np.array([[0, 1, 0, 1, 2, 2]], np.int32)
    assert shown(task, task.tokens(asked)[0]) == "? a b a b c c"
    assert shown(task, task.answers(asked)[0]) == "? a a b ? c ?"


def test_the_sign_of_a_running_sum_written_out():
    task = RunningSumSign(5, 4)
    asked = np.array([[5, 6, 10, 0]], np.int32)
    assert shown(task, task.tokens(asked)[0]) == "5 -5 -1 0"
    assert task.answer_vocabulary.text(task.answers(asked)[0]) == "positive zero negative negative"


def test_brackets_written_out():
    task = BalancedBrackets(4)
    texts = [shown(task, row) for row in enumerate_domain(task).tokens]
    assert texts[:4] == [
        "start ( end pad pad pad",
        "start ) end pad pad pad",
        *(f"start {t} end pad pad" for t in ("( (", "( )")),
    ]
    right = [text for text, row in zip(texts, enumerate_domain(task).answers, strict=True) if row[0]]
    assert right == ["start ( ) end pad pad", "start ( ( ) ) end", "start ( ) ( ) end"]


@pytest.mark.parametrize("length", [2, 5, 8])
def test_brackets_are_numbered_without_gaps(length):
    task = BalancedBrackets(length)
    index = np.arange(task.domain_size)
    assert task.domain_size == sum(2**n for n in range(1, length + 1))
    asked = task.questions(index)
    assert task.valid(asked).all() and len(np.unique(asked, axis=0)) == len(index)
    np.testing.assert_array_equal(task.numbers(asked), index)


def test_very_long_brackets_have_numbers_too():
    task = BalancedBrackets(100)
    drawn = draw(task, 20)
    np.testing.assert_array_equal(
        task.questions(drawn.index), task.questions(task.numbers(task.questions(drawn.index)))
    )
    assert max(drawn.index) > 2**63


def test_balanced_brackets_of_one_length_are_all_equally_likely():
    """Of 3 pairs there are 5 balanced texts."""
    found = draw(BalancedBrackets(6), 30_000)
    rows = found.tokens[(found.answers[:, 0] == 1) & (found.tokens[:, 7] == 2)]
    # Shuffled brackets, a third as many as balanced ones, are balanced by chance and then equally likely too.
    _, counts = np.unique(rows, axis=0, return_counts=True)
    assert len(counts) == 5
    assert abs(counts / counts.mean() - 1).max() < 0.08


@pytest.mark.parametrize(
    ("task", "low", "high"),
    [(Palindrome(), 0.33, 0.39), (BalancedBrackets(), 0.5, 0.57), (RunningSumSign(1, 3), 0.3, 0.4)],
)
def test_samples_are_neither_nearly_all_right_nor_nearly_all_wrong(task, low, high):
    """The share of one class, the last; of brackets and palindromes that is yes."""
    found = draw(task, 5000).answers[:, -1]
    assert low < (found == found.max()).mean() < high


def test_half_of_the_unbalanced_brackets_are_near_misses():
    found = draw(BalancedBrackets(), 5000)
    wrong = found.tokens[found.answers[:, 0] == 0]
    away = abs((wrong == 3).sum(axis=1) - (wrong == 4).sum(axis=1))
    assert (away <= 2).mean() > 0.6


@pytest.mark.parametrize("task", ALL, ids=lambda task: task.name)
def test_a_large_task_is_drawn_and_a_model_of_it_fits(task):
    assert Inputs().of(task).sample_seed == 0
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, attn_only=True)
    assert (spec.attention_dir, spec.pad_token) == (task.attention_dir, task.pad_token)
    assert (spec.d_vocab, spec.d_vocab_out) == (len(task.vocabulary), len(task.answer_vocabulary))


@pytest.mark.parametrize(("count", "words"), [(None, "too many to count"), (65536, "65,536"), (31**20, "about 6.7e29")])
def test_how_a_count_is_said(count, words):
    assert format_count(count) == words


@pytest.mark.parametrize(
    ("make", "places"),
    [
        (lambda: Palindrome(1, 1), ["numbers", "length"]),
        (lambda: FirstUnique(27, 0), ["letters", "length"]),
        (lambda: RunningSumSign(0, 0), ["largest", "length"]),
        (lambda: BalancedBrackets(1), ["length"]),
    ],
)
def test_a_task_that_cannot_be_says_every_reason(make, places):
    with pytest.raises(TaskError) as error:
        make()
    assert [reason.where for reason in error.value.reasons] == places
