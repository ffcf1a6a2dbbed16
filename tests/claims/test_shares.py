from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from openwork.claims.shares import known_part, pairs_part


@pytest.mark.parametrize("seed", range(20))
def test_a_share_that_is_the_threshold_reaches_it(solved, seed):
    random = np.random.default_rng(seed)
    hits = random.random((3, int(random.integers(2, 400)))) < random.random()
    exact = float(Fraction(int(hits.sum()), hits.size))
    for relation in (">=", "<="):
        judged = pairs_part(solved, "p", np.ones_like(hits), hits, relation, exact)
        assert (judged.value, judged.holds) == (exact, True)


def test_inputs_with_fewer_pairs_count_as_much_as_others(solved):
    pairs = np.array([[True, True, False], [True, False, False]])
    hits = np.array([[True, False, True], [False, False, True]])
    assert pairs_part(solved, "p", pairs, hits, ">=", 0.25).value == 0.25


@pytest.mark.parametrize(
    ("right", "relation", "threshold", "holds"),
    [
        (48, ">=", 0.7, True),  # the most frequent answer has 48 of 64
        (49, ">=", 0.7, True),
        (40, ">=", 0.7, False),
        (48, "<=", 0.7, None),
        (49, "<=", 0.7, False),
        (40, "<=", 0.7, True),
    ],
)
def test_what_guessing_would_reach_is_open_or_says_nothing(solved, right, relation, threshold, holds):
    answers = np.repeat([[1], [2]], [48, 16], axis=0).astype(np.int16)
    here = replace(solved, subject=solved.subject.on(replace(solved.subject.inputs, answers=answers)))
    found = np.where(np.arange(64)[:, None] < right, answers, 0).astype(np.int16)
    judged = known_part(here, "p", found, [0], relation, threshold)
    assert (judged.value, judged.guess, judged.holds) == (right / 64, 0.75, holds)
    assert bool(judged.vacuous) == (relation == ">=" and holds is True)
