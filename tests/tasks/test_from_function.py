from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwork.conformance import check_task
from openwork.data import enumerate_domain
from openwork.errors import TaskError
from openwork.tasks import task


@task(x=("base", "length"))
def mirror(x, *, base=3, length=2):
    """reverse the digits"""
    return x[::-1]


@task(op=["+", "-"], a=4, b=4)
def signed(op, a, b):
    """the sign of a sum or a difference"""
    result = a + b if op == "+" else a - b
    return "negative" if result < 0 else "zero" if result == 0 else "positive"


def test_a_list_is_shown_after_it_was_predicted():
    made = mirror()
    everything = enumerate_domain(made)
    assert made.vocabulary.text(everything.tokens[1]) == "0 1 = 1"
    assert made.vocabulary.text(everything.answers[1]) == "1 0"
    assert made.roles == {"x[0]": 0, "x[1]": 1, "=": 2, "y[0]": 3, "predicts y[0]": 2, "predicts y[1]": 3}
    assert [made.deciding_variable(y) for y in made.outputs] == ["x[1]", "x[0]"]


def test_one_answer_has_symbols_of_its_own():
    made = signed()
    assert made.vocabulary.symbols == ("+", "-", "0", "1", "2", "3", "=")
    assert made.answer_vocabulary.symbols == ("negative", "positive", "zero")
    asked = np.array([[1, 0, 2]], np.int32)
    assert made.vocabulary.text(made.tokens(asked)[0]) == "- 0 2 ="
    assert made.answer_vocabulary.text(made.answers(asked)[0]) == "negative"
    assert (made.graded, made.outputs, made.deciding_variable("y")) == ((3,), ("y",), None)


@settings(max_examples=20, deadline=None)
@given(base=st.integers(2, 5), length=st.integers(1, 4))
def test_a_task_of_any_size_keeps_the_contract(base, length):
    check_task(mirror(base=base, length=length))


def test_the_other_kind_keeps_the_contract_too():
    check_task(signed())


def test_sizes_that_cannot_be_are_told_together():
    with pytest.raises(TaskError) as error:
        mirror(base=0, length=0)
    assert [str(r) for r in error.value.reasons] == [
        "x: has 0 values (give it at least one)",
        "x: is a list of 0 (give it 1 to 64)",
    ]
