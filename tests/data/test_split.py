from __future__ import annotations

import numpy as np
import pytest

from openwork.data import DataSplit
from openwork.errors import RecipeError


def test_lexicographic_holds_out_the_last_questions():
    train, held_out = DataSplit(kind="lexicographic").parts(65536)
    assert (train[0], train[-1], held_out[0], held_out[-1]) == (0, 59999, 60000, 65535)


def test_shuffled_is_the_same_for_a_seed_and_another_for_another():
    train, held_out = DataSplit().parts(65536)
    assert (len(train), len(held_out)) == (60000, 5536)
    assert held_out[:5].tolist() == [12443, 14051, 35951, 41401, 23177], "the split of seed 0 is frozen"
    assert sorted(np.concatenate([train, held_out])) == list(range(65536))
    assert not np.array_equal(DataSplit(seed=1).parts(65536)[1], held_out)


def test_nothing_held_out():
    train, held_out = DataSplit(held_out=0.0).parts(16)
    assert (len(train), len(held_out)) == (16, 0)


def test_something_must_be_left_to_train_on():
    with pytest.raises(
        RecipeError, match=r"split.held_out: 0.9 of 4 questions leaves none to train on \(hold out less"
    ):
        DataSplit(held_out=0.9).parts(4)


def test_the_old_name_works_and_says_the_new_one():
    with pytest.warns(DeprecationWarning, match="DataSplit"):
        from openwork.data import Split
    assert Split is DataSplit
