"""Answers that are sets, or that not every question wants: counted in the page as the engines count in float64."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.data import enumerate_domain
from openwork.engines.native import NativeEngine
from openwork.interventions import Mean, Plan, Zero, edit_as_json
from openwork.models import Stack, initial_stack, spec_for
from openwork.page import embedded, payload
from openwork.tasks import CountUp, Dyck, Task

from .conftest import PAGE, POLICY, SCRIPT, doubled

TASKS: dict[str, Task] = {"sets": Dyck(2, 6), "lengths": CountUp(numbers=6, most=4)}
EDITS = ((), (Zero("blocks.0.mlp"),), (Mean("blocks.0.attn"),))


def untrained(task: Task) -> Subject:
    spec = spec_for(task, n_layers=1, d_model=12, n_heads=2, d_head=6, d_mlp=16)
    stack = initial_stack(spec, [0])
    return Subject(NativeEngine(1), Stack(spec, 3 * stack.flat), task, enumerate_domain(task))


@pytest.mark.parametrize("name", TASKS)
def test_a_recount_is_the_engines_score(browser, tmp_path, name):
    subject = untrained(TASKS[name])
    path = tmp_path / "page.html"
    path.write_text(PAGE.format(policy=POLICY, data=embedded(payload(subject)), script=SCRIPT), encoding="utf-8")
    page = browser.new_context().new_page()
    page.goto(path.as_uri())
    exact = Subject(subject.engine, doubled(subject.stack), subject.task, subject.inputs)
    for edits in EDITS:
        found = page.evaluate("([edits]) => page.recount(edits, {})", [list(map(edit_as_json, edits))])
        scores = exact.score(Plan(edits))
        assert found["right"] == scores.right[0].tolist() and found["asked"] == scores.asked.tolist()
        assert found["sequences"] == scores.sequences[0] and found["inputs"] == scores.inputs
        assert found["accuracy"] == pytest.approx(scores.accuracy[0], rel=1e-12)
        assert found["loss"] == pytest.approx(scores.loss[0], rel=1e-9)
        assert found["margin"] == pytest.approx(scores.margin[0], rel=1e-9)
    page.context.close()


def test_answers_travel_with_what_is_not_wanted(browser, tmp_path):
    subject = untrained(TASKS["sets"])
    path = tmp_path / "page.html"
    path.write_text(PAGE.format(policy=POLICY, data=embedded(payload(subject)), script=SCRIPT), encoding="utf-8")
    page = browser.new_context().new_page()
    page.goto(path.as_uri())
    held = page.evaluate("async () => [...(await page.domain).everyAnswer()]")
    assert np.array_equal(np.array(held).reshape(subject.inputs.answers.shape), subject.inputs.answers)
    symbols = page.evaluate("async () => (await page.domain).candidates")
    assert [subject.task.vocabulary.symbols[j] for j in symbols] == ["a", "b", "<eos>"]
    page.context.close()
