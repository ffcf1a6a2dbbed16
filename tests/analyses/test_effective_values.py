from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses.effective_values import classes_of, classes_of_rows, decides, effective_values
from openwork.analyses.variance_share import shuffled_share, variance_shares

BITS = np.stack(np.meshgrid(*[[0, 1]] * 5, indexing="ij"), axis=-1).reshape(-1, 5)
TOTAL = BITS.sum(axis=1)
MORE = (TOTAL > 2).astype(np.int16)[:, None]


def test_classes_are_numbered_as_they_occur():
    assert classes_of(["b", [1, 2], np.array([1, 2]), (1, 2), "b", {3}]).tolist() == [0, 1, 1, 1, 0, 2]
    assert classes_of_rows(np.array([[2, 1], [0, 0], [2, 1]])).tolist() == [0, 1, 0]
    assert classes_of_rows(np.empty((3, 0))).tolist() == [0, 0, 0]


def test_what_decides_what():
    total, more = classes_of(TOTAL.tolist()), classes_of_rows(MORE)
    assert decides(total, more) and not decides(more, total)


def test_values_that_no_context_tells_apart_are_one():
    table = (np.arange(6) > 2).astype(np.int16)[:, None, None]
    found = effective_values(TOTAL, MORE, table)
    assert (found.values, found.effective, found.is_answer, found.is_question) == (6, 2, True, False)
    assert found.classes.tolist() == [0, 0, 0, 1, 1, 1]


def test_one_context_is_enough_to_tell_two_values_apart():
    table = np.zeros((2, 3, 1), np.int16)
    table[1, 2] = 1
    found = effective_values(np.array([0, 1, 0, 1]), np.array([[0], [0], [1], [0]], np.int16), table)
    assert found.all_told and not found.is_answer


def test_a_variable_with_a_value_for_every_input_is_the_question():
    found = effective_values(np.arange(32), MORE, MORE[:, None])
    assert found.is_question and found.is_answer and found.effective == 2


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_the_share_of_the_variance_that_lies_between_classes(offset):
    random = np.random.default_rng(0)
    place = TOTAL[:, None] * random.normal(size=8) + offset
    divisions = [TOTAL, classes_of_rows(MORE), classes_of(BITS[:, 0].tolist()), np.arange(32)]
    found = variance_shares([place[:7], place[7:]], divisions)
    # The total has variance 5/4; its mean is 27/16 on each side apart for the answer, and 1/2 each for a bit.
    means = [TOTAL[TOTAL > 2].mean(), TOTAL[TOTAL <= 2].mean()]
    assert found == pytest.approx([1, np.var(means) / 1.25, 0.2, 1], rel=1e-6)


def test_a_place_that_is_always_the_same_has_no_share():
    assert np.isnan(variance_shares([np.full((32, 4), 1e3)], [TOTAL])).all()


def test_what_shuffled_values_explain_is_known_exactly():
    random = np.random.default_rng(1)
    place, dealt = random.normal(size=(32, 3)), [random.permutation(TOTAL) for _ in range(2000)]
    assert np.mean(variance_shares([place], dealt)) == pytest.approx(shuffled_share(TOTAL), rel=0.02)
