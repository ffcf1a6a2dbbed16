from __future__ import annotations

import numpy as np
import pytest

from openwork.data import change_variable, dataset_of, enumerate_domain, keep_forced
from openwork.errors import TaskError
from openwork.tasks import ReverseIncrement

TASK = ReverseIncrement(3, 3)


def test_the_whole_domain_in_the_tasks_order():
    whole = enumerate_domain(TASK)
    assert len(whole) == 27
    assert whole.index.tolist() == list(range(27))
    assert whole.graded == TASK.graded
    np.testing.assert_array_equal(whole.tokens, TASK.tokens(TASK.questions(np.arange(27))))
    np.testing.assert_array_equal(whole.answers, TASK.answers(TASK.questions(np.arange(27))))


def test_some_questions_in_any_order():
    rows = np.array([5, 2, 5])
    taken, made = enumerate_domain(TASK).take(rows), dataset_of(TASK, rows)
    np.testing.assert_array_equal(taken.tokens, made.tokens)
    np.testing.assert_array_equal(taken.answers, made.answers)
    assert taken.index.tolist() == [5, 2, 5]


@pytest.mark.parametrize("variable", [0, 1, 2])
@pytest.mark.parametrize("shift", [1, 2, None])
def test_only_the_one_variable_changes(variable, shift):
    base = enumerate_domain(TASK)
    changed = change_variable(TASK, base, f"x[{variable}]", shift)
    before, after = TASK.questions(base.index), TASK.questions(changed.index)
    others = [column for column in range(3) if column != variable]
    np.testing.assert_array_equal(after[:, others], before[:, others])
    by = (after - before)[:, variable] % 3
    assert set(by.tolist()) == ({1, 2} if shift is None else {shift})


def test_a_seed_decides_what_is_drawn():
    base = enumerate_domain(TASK)
    one, same, other = (change_variable(TASK, base, "x[1]", seed=seed).index.tolist() for seed in (0, 0, 1))
    assert one == same != other


@pytest.mark.parametrize(
    ("variable", "shift", "told"),
    [
        ("x[3]", 1, "x.3.: .* has no such variable .did you mean"),
        ("x[0]", 3, "by 3 .shifts are 1 to 2"),
        ("x[0]", 0, "by 0 .shifts are 1 to 2"),
    ],
)
def test_a_change_that_cannot_be(variable, shift, told):
    with pytest.raises(TaskError, match=told):
        change_variable(TASK, enumerate_domain(TASK), variable, shift)


def test_teacher_forced_outputs_can_be_kept():
    base = enumerate_domain(TASK)
    source = change_variable(TASK, base, "x[2]", 1)
    kept = keep_forced(TASK, base, source)
    differ = (kept.tokens != base.tokens).any(axis=0)
    assert np.flatnonzero(differ).tolist() == [TASK.roles["x[2]"]]
    assert (source.tokens != base.tokens).any(axis=0)[TASK.roles["y[0]"]]
    np.testing.assert_array_equal(kept.answers, source.answers)
