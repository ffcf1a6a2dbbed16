from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwork.data.interval import chernoff, clopper_pearson, trials_to_confirm

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


def test_many_trials_are_counted_as_well():
    low, high = clopper_pearson(49_152, 65_536)
    assert (low, high) == pytest.approx((0.746684, 0.753316), abs=2e-5)  # a normal distribution's, at this size


@pytest.mark.parametrize("mean", [0.0, 0.25, 0.9, 1.0])
@pytest.mark.parametrize("samples", [10, 1000])
def test_the_interval_of_a_mean_holds_every_rate_that_the_bound_allows(mean, samples):
    low, high = chernoff(mean, samples)
    assert 0 <= low <= mean <= high <= 1
    allowed = math.log(40) / samples
    for end in {low, high} - {0.0, 1.0}:
        divergence = sum(q * math.log(q / p) for q, p in ((mean, end), (1 - mean, 1 - end)) if q)
        assert divergence == pytest.approx(allowed)
    assert max(high - mean, mean - low) <= math.sqrt(allowed / 2) + 1e-12  # never wider than Hoeffding's own


def test_the_interval_of_a_mean_holds_it_as_often_as_it_says():
    """Of true and false values, by summing the chances of every count whose interval does not hold the rate."""
    for rate, samples in ((0.9, 40), (0.5, 25), (0.02, 60)):
        missed = sum(
            math.comb(samples, k) * rate**k * (1 - rate) ** (samples - k)
            for k in range(samples + 1)
            if not chernoff(k / samples, samples)[0] <= rate <= chernoff(k / samples, samples)[1]
        )
        assert missed <= 0.05
