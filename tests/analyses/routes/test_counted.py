"""Rows that look alike are run once and count as often as they are there."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from openwork.analyses.routes.counted import counted

TABLES = st.integers(1, 4).flatmap(
    lambda wide: st.lists(st.tuples(*[st.sampled_from([0, 1, 7, 2**21])] * wide), min_size=1, max_size=60)
)


@given(TABLES)
def test_every_row_counts_as_often_as_it_is_there(table):
    columns = np.array(table, np.int32).T
    times: Counter[tuple[int, ...]] = Counter()
    for part in counted(*columns):
        for row in part.rows:
            times[table[row]] += part.times
    assert times == Counter(table)


def test_where_all_are_there_equally_often_each_is_run_once():
    columns = np.tile(np.arange(5, dtype=np.int32), 6)
    [part] = counted(columns)
    assert part.times == 6 and part.rows.tolist() == [0, 1, 2, 3, 4]


def test_keys_longer_than_a_word_do_not_run_over():
    wide = np.full((40, 3), 1000, np.int32)
    wide[0, 1] = 999
    assert {(tuple(part.rows.tolist()), part.times) for part in counted(*wide)} == {((1,), 1), ((0,), 2)}
