"""Partitions of rows, as labels are compared by them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from openwork.programs.decompile.labels import by_class, compact, parting, same_classes

COLUMNS = arrays(np.int64, 12, elements=st.integers(-2, 3))


@given(COLUMNS, COLUMNS)
def test_parting_is_shared_by_those_that_part_alike_and_by_no_others(one: np.ndarray, other: np.ndarray) -> None:
    alike = parting(*compact([one])) == parting(*compact([other]))
    assert alike == same_classes(one, other)


@given(COLUMNS)
def test_parting_does_not_ask_what_classes_are_called(one: np.ndarray) -> None:
    codes, classes = compact([one])
    assert parting(codes, classes) == parting(classes - 1 - codes, classes)


def test_by_class_keeps_the_order_within_a_class() -> None:
    assert by_class(np.array([1, 0, 1, 0, 2]), 3).tolist() == [1, 3, 0, 2, 4]


def test_by_class_sorts_more_classes_than_sixteen_bits_hold() -> None:
    codes = np.arange(1 << 16, -1, -1)
    assert by_class(codes, len(codes)).tolist() == codes.tolist()
