"""Questions settled on drawn pairs: the bounds hold as often as they say, and no question is decided within them."""

from __future__ import annotations

from itertools import product
from math import exp, lgamma, log

import numpy as np
import pytest

from openwork.analyses.routes import screening
from openwork.analyses.routes.screening import DOUBT, Bar, Screen, chernoff
from openwork.interventions import Plan, Zero

PAIRS = 100_000


class Drawn:
    """Stands in for `Following`: a pair with number n follows a plan where n is below the plan's count."""

    pairs = "y <- x"

    def __init__(self, counts: dict[Plan, int], pairs: int = PAIRS) -> None:
        self.counts, self.rows, self.asked = counts, pairs, 0

    def __len__(self) -> int:
        return self.rows

    def right(self, plans, worlds, rows):
        self.asked += len(plans) * len(rows)
        return [int((rows < self.counts[plan]).sum()) for plan in plans]

    def rates(self, plans, worlds):
        self.asked += len(plans) * self.rows
        return [self.counts[plan] / self.rows for plan in plans]


def plans(*counts: int) -> dict[Plan, int]:
    return {Plan((Zero(f"blocks.{number}.mlp"),)): count for number, count in enumerate(counts)}


def chance(right: int, of: int, rate: float) -> float:
    """That so many of independent draws are right, exactly."""
    ways = lgamma(of + 1) - lgamma(right + 1) - lgamma(of - right + 1)
    return exp(ways + right * log(rate) + (of - right) * log(1 - rate))


@pytest.mark.parametrize(("of", "doubt"), list(product([8, 64, 300], [0.2, 1e-3, 1e-9])))
def test_bounds_fail_no_more_often_than_they_say(of, doubt):
    between = [chernoff(right, of, doubt) for right in range(of + 1)]
    for rate in (0.003, 0.1, 0.5, 0.77, 0.9, 0.995):
        outside = [chance(r, of, rate) for r, (low, high) in enumerate(between) if not low <= rate <= high]
        assert sum(outside) <= doubt
    assert all(low <= right / of <= high for right, (low, high) in enumerate(between))


def test_doubts_of_a_route_add_up_to_no_more_than_is_allowed(monkeypatch):
    given = []
    monkeypatch.setattr(screening, "chernoff", lambda right, of, doubt: given.append(doubt) or (0.0, 0.0))
    drawn = Drawn(plans(*range(50)))
    for _ in range(40):
        Screen(drawn, {}).judged(list(drawn.counts), Bar(0.5))
        screen = Screen(drawn, {})
        for _ in range(20):
            screen.judged(list(drawn.counts), Bar(0.5))
        assert 0.9 * DOUBT < sum(given[-1000:]) < DOUBT


def test_what_is_far_from_the_bar_takes_few_pairs_and_what_is_on_it_all():
    far = Drawn(plans(0, PAIRS))
    assert [one[:2] for one in Screen(far, {}).judged(list(far.counts), Bar(0.9))] == [(False, 0.0), (True, 1.0)]
    assert far.asked <= 128 + 512
    near = Drawn(plans(89_999, 90_000))
    judged = Screen(near, {}).judged(list(near.counts), Bar(0.9))
    assert judged == [(False, 0.89999, None), (True, 0.9, None)]
    assert near.asked < 2 * 1.6 * PAIRS


@pytest.mark.parametrize("bar", [0.1, 0.5, 0.9])
def test_every_answer_is_that_of_all_pairs(bar):
    counts = plans(*np.linspace(0, PAIRS, 41).astype(int).tolist())
    judged = Screen(Drawn(counts), {}).judged(list(counts), Bar(bar))
    assert [one.reaches for one in judged] == [count / PAIRS >= bar for count in counts.values()]


def test_a_bar_that_hangs_on_a_plan_moves_with_it():
    counts = plans(80_000, 50_000, 39_000, 41_000)
    whole, *others = counts
    bar, screen = Bar(0.9, whole, 0.5), Screen(Drawn(counts), {})
    assert [one.reaches for one in screen.judged(others, bar)] == [True, False, True]
    assert 0.35 < screen.lowest(bar) <= 0.4
    assert not screen.judged([whole], Bar(0.9, whole, 1.2))[0].reaches


def test_of_several_plans_the_best_counts():
    counts = plans(PAIRS, 0, 45_000)
    best, none, some = counts
    judged = Screen(Drawn(counts), {}).judged([(none, best), (some, none), (none,)], Bar(0.5))
    assert [one.reaches for one in judged] == [True, False, False]


def test_where_pairs_are_few_all_are_run():
    few = Drawn(plans(3, 180), 200)
    assert Screen(few, {}).judged(list(few.counts), Bar(0.9)) == [(False, 0.015, None), (True, 0.9, None)]
    assert few.asked == 400
