from __future__ import annotations

import numpy as np
import pytest

from openwork.errors import TaskError
from openwork.tasks import ReverseIncrement


def test_one_question_written_out():
    task = ReverseIncrement(4, 8)
    question = np.array([[3, 1, 0, 2, 2, 0, 1, 3]], np.int32)
    assert task.vocabulary.text(task.answers(question)[0]) == "0 2 1 3 3 1 2 0"
    assert task.vocabulary.text(task.tokens(question)[0]) == "BOS 3 1 0 2 2 0 1 3 0 2 1 3 3 1 2"


def test_the_notebooks_layout():
    task = ReverseIncrement()
    assert (task.domain_size, task.n_pos, task.n_ctx, len(task.vocabulary)) == (65536, 16, 17, 5)
    assert task.graded == tuple(range(8, 16))
    assert (task.roles["x[7]"], task.roles["predicts y[0]"], task.roles["y[0]"]) == (8, 8, 9)
    assert "y[7]" not in task.roles, "the last answer is never shown"
    assert task.deciding_variable("y[0]") == "x[7]"


def test_questions_are_numbered_in_lexicographic_order():
    found = ReverseIncrement(3, 2).questions(np.arange(9))
    assert found.tolist() == [[a, b] for a in range(3) for b in range(3)]
    assert found.dtype == np.int32


def test_a_task_is_what_its_name_and_parameters_say():
    assert ReverseIncrement(4, 8) == ReverseIncrement()
    assert len({ReverseIncrement(2, 3), ReverseIncrement(2, 3), ReverseIncrement(3, 2)}) == 2
    assert str(ReverseIncrement(2, 3)) == "reverse-increment(base=2, length=3)"


@pytest.mark.parametrize(
    ("base", "length", "places"), [(1, 0, ["base", "length"]), (37, 2, ["base"]), (2, 32, ["length"])]
)
def test_a_task_that_cannot_be_says_every_reason(base, length, places):
    with pytest.raises(TaskError) as error:
        ReverseIncrement(base, length)
    assert [reason.where for reason in error.value.reasons] == places
