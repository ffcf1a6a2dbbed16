"""Frozen bits: if one of these fails, every seed of every user means something else."""

from __future__ import annotations

import numpy as np

from openwork.data.randomness import bits, integers, permutation, uniform


def test_the_bits_of_a_stream_are_frozen():
    assert bits("split", 0).random_raw(3).tolist() == [5278490527660582649, 5470745868538454776, 15324545328119356128]
    assert permutation(bits("test", 0), 10).tolist() == [9, 4, 1, 8, 5, 6, 7, 2, 0, 3]
    assert integers(bits("test", 1), 6, 10).tolist() == [5, 1, 2, 1, 5, 4, 4, 2, 3, 0]
    assert uniform(bits("test", 2), 3).tolist() == [0.13777103236668486, 0.5981019339454813, 0.11464303163841982]


def test_streams_differ_by_purpose_and_by_seed():
    streams = [bits("a", 0), bits("b", 0), bits("a", 1), bits("a", 0, 1), bits("a", 1, 0, 1)]
    assert len({int(stream.random_raw()) for stream in streams}) == len(streams)


def test_a_permutation_has_everything_once():
    assert sorted(permutation(bits("test", 5), 1000)) == list(range(1000))


def test_integers_reach_every_value_about_equally_often():
    counts = np.bincount(integers(bits("test", 3), 6, 60_000), minlength=6)
    assert len(counts) == 6
    assert (abs(counts - 10_000) < 5 * np.sqrt(10_000 * 5 / 6)).all()


def test_uniform_numbers_never_reach_the_ends():
    class Extreme:
        def random_raw(self, n):
            return np.array([0, 2**64 - 1], np.uint64)[:n]

    low, high = uniform(Extreme(), 2)
    assert 0 < low < 1e-15
    assert 1 - 1e-15 < high < 1
