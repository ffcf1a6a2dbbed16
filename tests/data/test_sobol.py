"""Sobol's points: those that PyTorch knows, moved; and evenly spread."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.data.randomness import bits
from openwork.data.sobol import BITS, MOST_DIMENSIONS, sobol


def test_they_are_those_of_pytorch_moved_by_a_word_in_each_dimension():
    torch = pytest.importorskip("torch")
    theirs = torch.quasirandom.SobolEngine(MOST_DIMENSIONS).draw(256, dtype=torch.float64).numpy()
    moved = bits("sobol").random_raw(MOST_DIMENSIONS) >> np.uint64(64 - BITS)
    ours = np.floor(sobol(256, MOST_DIMENSIONS) * 2.0**BITS).astype(np.uint64) ^ moved
    # PyTorch's have 30 bits.
    assert np.array_equal(ours >> np.uint64(2), np.floor(theirs * 2.0**30).astype(np.uint64))


def test_each_choice_is_taken_equally_often_and_more_points_begin_with_the_same():
    points = sobol(64, 3)
    assert all((np.bincount((points[:, dimension] * 4).astype(int)) == 16).all() for dimension in range(3))
    assert np.array_equal(sobol(32, 3), points[:32])
