"""Whether a choice has to do with what was found: relabelling finds what is there, and seldom what is not."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.data.dependence import dependence, dependence_of_groups, holm


def test_a_choice_that_decides_is_found_and_one_that_cannot_matter_is_not():
    layers, found = [1] * 10 + [2] * 10, ["a"] * 10 + ["b"] * 10
    assert dependence(layers, found, [0] * 20, 999) == 0.001
    assert dependence(layers, ["a"] * 20, [0] * 20, 99) == 1
    assert dependence([1] * 20, found, [0] * 20, 99) == 1
    assert dependence(layers, found, layers, 99) == 1  # what else was chosen says all of it
    assert dependence([], [], [], 9) == 1


@pytest.mark.parametrize("others", [[0] * 24, [0, 1] * 12])
def test_labels_that_say_nothing_are_seldom_taken_for_more(others):
    random = np.random.default_rng(1)
    chances = [
        dependence(random.integers(0, 2, 24).tolist(), random.integers(0, 3, 24).tolist(), others, 99)
        for _ in range(300)
    ]
    assert sum(chance <= 0.05 for chance in chances) / 300 <= 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5
    assert min(chances) < 0.1


def test_many_tests_are_corrected_together():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.6, 0.9]) == (1, 1)
    assert holm([]) == ()


def test_cases_of_one_group_do_not_count_as_many():
    few = [["a"] * 50, ["a"] * 50, ["b"] * 50, ["b"] * 50]
    assert dependence_of_groups([1, 1, 2, 2], few, 999) > 0.2  # four groups can say no more
    many = [["a"], ["b"]] * 10
    assert dependence_of_groups([1, 2] * 10, many, 999) == 0.001
    assert dependence_of_groups([1] * 20, many, 99) == dependence_of_groups([], [], 99) == 1
    assert dependence_of_groups([1, 2, 1], [[], ["a", "b"], []], 99) == 1  # groups of which nothing is counted


def test_groups_without_a_relation_are_rarely_sure():
    random = np.random.default_rng(1)
    chances = [
        dependence_of_groups([1, 2] * 8, [list(random.choice(2) * np.ones(4, int)) for _ in range(16)], 99)
        for _ in range(200)
    ]
    assert np.mean(np.array(chances) <= 0.05) < 0.09
