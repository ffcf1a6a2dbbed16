from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwork.claims.interval import clopper_pearson, hoeffding, trials_to_confirm

# From R's binom.test.
KNOWN = [(5, 10, 0.1870860, 0.8129140), (1, 10, 0.002528579, 0.4450161), (8, 10, 0.4439045, 0.9747893)]


@pytest.mark.parametrize(("successes", "trials", "low", "high"), KNOWN)
def test_known_values(successes, trials, low, high):
    assert clopper_pearson(successes, trials) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize("trials", [1, 6, 48, 1000])
def test_none_and_all_have_a_closed_form(trials):
    low, high = clopper_pearson(0, trials)
    assert (low, high) == (0, pytest.approx(1 - 0.025 ** (1 / trials)))
    assert clopper_pearson(trials, trials) == (pytest.approx(0.025 ** (1 / trials)), 1)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_each_end_leaves_half_the_rest(counted):
    successes, trials = counted

    def share(p: float, counts: range) -> float:
        exact = Fraction(p)
        return float(sum(math.comb(trials, k) * exact**k * (1 - exact) ** (trials - k) for k in counts))

    low, high = clopper_pearson(successes, trials)
    assert low <= successes / trials <= high
    if successes:
        assert share(low, range(successes, trials + 1)) == pytest.approx(0.025, abs=1e-9)
    if successes < trials:
        assert share(high, range(successes + 1)) == pytest.approx(0.025, abs=1e-9)


@pytest.mark.parametrize("counted", [(0, 0), (3, 2), (-1, 2)])
def test_impossible_counts_are_refused(counted):
    with pytest.raises(ValueError, match="successes"):
        clopper_pearson(*counted)


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.9, 0.95, 0.99])
def test_that_many_successes_confirm_and_one_fewer_does_not(rate):
    needed = trials_to_confirm(rate)
    assert clopper_pearson(needed, needed)[0] >= rate
    assert needed == 1 or clopper_pearson(needed - 1, needed - 1)[0] < rate


def test_certainty_is_never_confirmed():
    assert trials_to_confirm(1) is None


def test_the_interval_of_a_mean_shrinks_with_the_root_of_the_sample():
    assert hoeffding(400) == pytest.approx(hoeffding(100) / 2)
    assert hoeffding(200) == pytest.approx(math.sqrt(math.log(40) / 400))
