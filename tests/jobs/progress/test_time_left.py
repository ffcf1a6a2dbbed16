from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openwork.jobs.progress.time_left import TimeLeft


def test_it_never_grows_and_a_wrong_estimate_is_given_up():
    left = TimeLeft()
    assert [left.of(seconds) for seconds in (10, 8, 9, 7, 30, 1)] == [10, 8, 8, 7, None, None]


@given(st.lists(st.floats(0, 1e6)))
def test_whatever_is_estimated_what_is_told_never_grows(estimates):
    left = TimeLeft()
    told = [seconds for seconds in map(left.of, estimates) if seconds is not None]
    assert told == sorted(told, reverse=True)
