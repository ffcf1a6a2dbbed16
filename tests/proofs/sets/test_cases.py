"""The cases of a task are its questions: each in one, with the right answer, counted."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.data import enumerate_domain
from openwork.proofs.sets.boxes import boxes_from_json, boxes_of
from openwork.proofs.sets.listed_cases import cases_of
from openwork.tasks import OURS, Induction, Maximum, Parity, ReversedAddition, Sort

SMALL = [
    Maximum(5, 3),
    Maximum(2, 2),
    ReversedAddition(3, 1),
    ReversedAddition(2, 3),
    ReversedAddition(4, 2),
    Parity(5),
    Induction(3, 4),
    Sort(3, 3),
]


def test_every_task_that_names_cases_is_tried_here():
    named = {kind for kind in OURS if "cases" in vars(kind)}
    assert named == {Maximum, ReversedAddition}


@pytest.mark.parametrize("task", SMALL, ids=str)
def test_every_question_lies_in_one_case(task):
    domain = enumerate_domain(task)
    for place, output in enumerate(task.outputs):
        cases = cases_of(task, output)
        seen = task.graded[place] + 1 if task.attention_dir == "causal" else task.n_pos
        inside = np.ones((len(domain), len(cases)), bool)
        for at in range(seen):
            inside &= cases.allowed[:, at].T[domain.tokens[:, at]]
        assert (inside.sum(0) >= np.array(cases.counts)).all()
        alike = cases.answers[None] == domain.answers[:, place, None]
        assert (alike | ~inside).all() and inside.any(1).all()
        assert sum(cases.counts) == task.domain_size
        if "cases" in vars(type(task)):
            assert (inside.sum(1) == 1).all() and (inside.sum(0) == cases.counts).all()


def test_large_counts_are_exact():
    task = ReversedAddition(10, 10)
    assert all(sum(task.cases(output).counts) == 10**20 for output in task.outputs)
    assert len(task.cases("y[5]")) == 20_000


def test_boxes_come_back_from_json():
    boxes = boxes_of(ReversedAddition(10, 12).cases("y[3]"), 28).take(np.arange(7))
    again = boxes_from_json(boxes.as_json())
    assert (again.allowed == boxes.allowed).all() and list(again.counts) == list(boxes.counts)
    assert (again.answers == boxes.answers).all()
