"""How likely the next draw is of a kind that was not seen: the estimate, and an interval that holds it."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.data.interval import CONFIDENCE
from openwork.data.unseen import good_turing, unseen_interval


def test_the_estimate_is_the_share_of_kinds_seen_once():
    assert good_turing("aabbc") == 0.2
    assert good_turing("abcd") == 1
    assert good_turing("aaaa") == 0
    with pytest.raises(ValueError, match="no draws"):
        good_turing("")


def test_few_draws_say_little_and_many_say_more():
    assert unseen_interval("a")[1] > 0.9
    assert unseen_interval("a" * 10)[1] < 0.53
    low, high = unseen_interval("a" * 1000)
    assert (low, round(high, 4)) == (0, 0.0074)
    low, high = unseen_interval(range(1000))
    assert low > 0.7
    assert high == 1


@pytest.mark.parametrize(
    "chances", [[1.0], [0.9, 0.1], [0.5, 0.3, 0.1, 0.05, 0.05], [0.02] * 50, [0.5, *[0.001] * 500]], ids=len
)
@pytest.mark.parametrize("draws", [5, 64])
def test_the_interval_holds_the_truth(chances, draws):
    random = np.random.default_rng(len(chances) * draws)
    held = 0
    for _ in range(200):
        kinds = random.choice(len(chances), draws, p=np.array(chances) / sum(chances))
        unseen = sum(chance for kind, chance in enumerate(chances) if kind not in kinds)
        low, high = unseen_interval(kinds.tolist())
        held += low <= unseen <= high + 1e-12
    assert held / 200 >= CONFIDENCE
