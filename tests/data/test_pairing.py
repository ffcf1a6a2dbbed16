"""Shares of pairs whose truth is known from all pairs, in 1,000 samples each: how often does the interval hold it?"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from openwork.data import independent_pairs, ring
from openwork.data.interval import chernoff, clopper_pearson

INPUTS, SAMPLE, DRAWS = 40, 30, 1000
RANDOM = np.random.default_rng(0)
OF_THE_SOURCE = np.tile(RANDOM.random(INPUTS) < 0.8, (INPUTS, 1))
OF_EITHER = np.logical_or.outer(RANDOM.random(INPUTS) < 0.5, RANDOM.random(INPUTS) < 0.5)
OF_BOTH = RANDOM.random((INPUTS, INPUTS)) < 0.9
TABLES = pytest.mark.parametrize("follows", [OF_THE_SOURCE, OF_EITHER, OF_BOTH], ids=["source", "either", "both"])


@cache
def exact(hits: int, total: int) -> tuple[float, float]:
    return clopper_pearson(hits, total)


@cache
def bounded(hits: int, total: int) -> tuple[float, float]:
    return chernoff(hits / total, total // 2)


def held(follows, pairs, interval) -> float:
    found = 0
    for seed in range(DRAWS):
        drawn = np.random.default_rng(seed).integers(0, INPUTS, SAMPLE)
        bases, sources = pairs(seed)
        low, high = interval(int(follows[drawn[bases], drawn[sources]].sum()), len(bases))
        found += low <= follows.mean() <= high
    return found / DRAWS


@TABLES
def test_pairs_that_share_no_input_have_the_exact_interval(follows):
    assert held(follows, lambda seed: independent_pairs(SAMPLE, 900, seed, whole=False), exact) >= 0.95


@TABLES
def test_a_ring_has_the_interval_of_half_as_many(follows):
    assert held(follows, lambda seed: (np.arange(SAMPLE), ring(SAMPLE, seed)), bounded) >= 0.95


def test_all_pairs_of_a_sample_do_not_have_it():
    every = np.arange(SAMPLE)
    all_pairs = np.repeat(every, SAMPLE), np.tile(every, SAMPLE)
    assert held(OF_THE_SOURCE, lambda seed: all_pairs, exact) < 0.6


@pytest.mark.parametrize("inputs", [2, 3, 30, 31])
def test_each_input_is_in_one_pair_and_has_one_neighbour(inputs):
    bases, sources = independent_pairs(inputs, 900, 5, whole=False)
    assert len(bases) == inputs // 2 == len({*bases.tolist(), *sources.tolist()}) / 2
    assert len(independent_pairs(inputs, 1, 5, whole=False)[0]) == 1
    neighbours = ring(inputs, 5)
    assert sorted(neighbours.tolist()) == list(range(inputs)) and (neighbours != np.arange(inputs)).all()


def test_of_a_whole_domain_as_many_are_drawn_as_wanted():
    bases, sources = independent_pairs(7, 100, 0, whole=True)
    assert len(bases) == len(sources) == 100 and set(bases.tolist()) == set(range(7))
