"""Tables whose waves are known: what lies in which frequency, which are key, and that parts add up."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses.waves import (
    constant_of,
    frequencies,
    key_frequencies,
    part_in,
    shares_of,
    waves_of,
    waves_of_the_sum,
)

SIZES = (11, 12)


def pairs(p):
    return np.meshgrid(np.arange(p), np.arange(p), indexing="ij")


def turn(p, k, x):
    return 2 * np.pi * k * x / p


def noise(p, units=16):
    return np.random.default_rng(0).normal(size=(p, p, units))


@pytest.mark.parametrize("p", SIZES)
def test_kept_and_removed_are_all_and_projecting_twice_changes_nothing(p):
    table = noise(p)
    mask = waves_of(p, [2, 5])
    inside = part_in(table, mask)
    kept, removed = inside + constant_of(table), table - inside
    assert np.allclose(kept + removed - constant_of(table), table, atol=1e-12)
    assert np.allclose(part_in(inside, mask), inside, atol=1e-12)
    assert np.allclose(part_in(removed, mask), 0, atol=1e-12)
    assert np.allclose((inside * removed).sum(axis=(0, 1)), 0, atol=1e-9)
    others = ~mask
    others[0, 0] = False
    assert np.allclose(inside + part_in(table, others) + constant_of(table), table, atol=1e-12)


@pytest.mark.parametrize("p", SIZES)
def test_a_wave_lies_in_its_own_frequency_alone(p):
    a, b = pairs(p)
    for k in frequencies(p):
        waves = [np.cos(turn(p, k, a)), np.cos(turn(p, k, b) + 1), np.cos(turn(p, k, a)) * np.cos(turn(p, k, b))]
        table = np.stack([*waves, np.cos(turn(p, k, a + b) + 0.3)], axis=-1) + 5
        by_frequency, total = shares_of(table)
        assert np.allclose(by_frequency[k - 1], total) and np.allclose(np.delete(by_frequency, k - 1, axis=0), 0)
        assert np.allclose(total, ((table - constant_of(table)) ** 2).sum(axis=(0, 1)))
        in_sum = part_in(table, waves_of_the_sum(p, [k]))
        assert np.allclose(in_sum[..., 0], 0), "a alone is no wave of the sum"
        assert np.allclose(in_sum[..., 3] + 5, table[..., 3])


def test_waves_of_the_difference_are_not_of_the_sum():
    a, b = pairs(11)
    table = np.cos(turn(11, 3, a - b))[..., None]
    assert np.allclose(part_in(table, waves_of_the_sum(11, [3])), 0)
    assert np.allclose(part_in(table, waves_of(11, [3])), table)


def test_key_frequencies_are_those_that_were_put_in():
    a, b = pairs(23)
    phases = np.linspace(0, 3, 10)
    units = [np.maximum(np.cos(turn(23, k, a) + f) + np.cos(turn(23, k, b) + f), 0) for k in (4, 9) for f in phases]
    table = np.stack(units, axis=-1)
    assert key_frequencies(table) == (4, 9)
    assert key_frequencies(table + 0.05 * noise(23, 20)) == (4, 9)


def test_nothing_is_key_in_noise_in_tables_of_single_numbers_or_in_silence():
    rng = np.random.default_rng(1)
    by_heart = rng.normal(size=(23, 1, 20)) + rng.normal(size=(1, 23, 20))
    for table in (noise(23, 20), by_heart, np.maximum(by_heart, 0), np.ones((23, 23, 20))):
        assert key_frequencies(table) == ()


def test_a_neuron_too_small_to_matter_makes_no_frequency_key():
    a, b = pairs(23)
    table = np.stack([np.cos(turn(23, 4, a + b)), 0.1 * np.cos(turn(23, 9, a + b))], axis=-1)
    assert key_frequencies(table) == (4,)
    assert key_frequencies(table * [1, 3]) == (4, 9)
