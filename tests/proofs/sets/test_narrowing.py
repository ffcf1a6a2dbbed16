"""What is left of a box is what its questions have, and they are counted exactly; none that has a question is lost."""

from __future__ import annotations

import numpy as np
import pytest
from tests.proofs.sets.test_set_proof import subject_of

from openwork.data import enumerate_domain
from openwork.errors import PlanError
from openwork.proofs import prove_by_sets
from openwork.proofs.sets.boxes import Boxes, counted
from openwork.proofs.sets.narrowing import narrowing
from openwork.tasks import OURS, Copy, Induction, Maximum, ReversedAddition
from openwork.tasks.shuffled import shuffled

BOXES = 120


class NoCarry(ReversedAddition):
    """Says of sums without a carry what is true of sums."""

    def answers(self, questions):
        return np.pad((questions[:, : self.digits] + questions[:, self.digits :]) % self.base, ((0, 0), (0, 1)))

    def cases(self, output):
        return None


def test_what_loses_a_question_is_refused():
    with pytest.raises(PlanError, match="not its questions") as refused:
        prove_by_sets(subject_of(NoCarry(3, 2)))
    assert "narrowed" in {reason.where for reason in refused.value.reasons}


def test_of_shuffled_answers_nothing_is_told():
    task = shuffled(ReversedAddition(3, 2))
    assert task.narrowed(np.ones((1, task.n_pos, len(task.vocabulary)), bool)) is None
    assert prove_by_sets(subject_of(task)).ended


def test_every_task_that_narrows_is_tried_here():
    assert {kind for kind in OURS if "narrowed" in vars(kind)} == {ReversedAddition}


@pytest.mark.parametrize(
    "task",
    [ReversedAddition(3, 2), ReversedAddition(2, 4), ReversedAddition(4, 3), Copy(3, 3), Induction(3, 4)],
    ids=str,
)
def test_a_box_comes_to_what_its_questions_have(task):
    tokens = enumerate_domain(task).tokens
    rng = np.random.default_rng(0)
    allowed = rng.random((BOXES, task.n_pos, len(task.vocabulary))) < 0.8
    boxes = Boxes(allowed, np.arange(BOXES), counted([10**30] * BOXES))
    found = narrowing(task)(boxes)
    left = dict(zip(found.answers.tolist(), range(len(found)), strict=True))
    for number, box in enumerate(allowed):
        inside = tokens[box[np.arange(task.n_pos), tokens].all(1)]
        assert (number in left) == (len(inside) > 0)
        if len(inside):
            own = np.zeros_like(box)
            own[np.arange(task.n_pos), inside] = True
            assert (found.allowed[left[number]] == own).all() and found.counts[left[number]] == len(inside)
    assert 0 < len(found) < BOXES


def test_large_numbers_are_counted_exactly():
    task = ReversedAddition(10, 20)
    cases = task.cases("y[7]")
    found = narrowing(task)(Boxes(cases.allowed, cases.answers, counted([10**50] * len(cases))))
    assert found.counts.tolist() == list(cases.counts)


def test_where_nothing_is_told_or_listed_no_box_is_lost():
    task = Maximum(30, 8)
    cases = task.cases("maximum")
    found = narrowing(task)(Boxes(cases.allowed, cases.answers, counted(cases.counts)))
    assert len(found) == len(cases) and found.counts.tolist() == list(cases.counts)


def test_what_no_question_has_is_not_bounded():
    """An untrained model of `copy` is wrong nearly everywhere: all is divided down to single questions."""
    found = prove_by_sets(subject_of(Copy(4, 4)))
    assert found.ended and found.boxes < 3 * found.inputs
