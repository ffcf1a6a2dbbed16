"""Answers that are sets of symbols, or that not every input wants: graded the same by both engines."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject, accuracy
from openwork.data import Dataset, dataset_of
from openwork.engines import Engine
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.errors import PlanError
from openwork.interventions import Plan, Zero
from openwork.models import Stack, initial_stack, spec_for
from openwork.tasks import UNASKED, Dyck, Reverse
from openwork.tasks.symbol_sets import members_of

ENGINES: dict[str, Engine] = {"native": NativeEngine(2), "torch": TorchEngine(2)}
TASK = Dyck(2, 6)


def model(task=TASK) -> Stack:
    spec = spec_for(task, n_layers=2, d_model=12, n_heads=2, d_head=6, d_mlp=16)
    return initial_stack(spec, [0, 1])


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def test_a_set_is_right_where_every_symbol_is_on_its_side_of_0(engine):
    inputs, stack = dataset_of(TASK, np.arange(TASK.domain_size)), model()
    [trace] = engine.run(stack, inputs.tokens, graded=inputs.graded)
    right = np.zeros((2, len(inputs)), bool)
    margin = np.full(2, np.inf)
    losses = np.zeros((2, len(inputs)))
    for row, answers in enumerate(inputs.answers):
        [at] = np.flatnonzero(answers != UNASKED)
        for m, logits in enumerate(trace.logits[:, row, at].astype(float)):
            inside = members_of(answers[at], 6)
            right[m, row] = ((logits > 0) == inside).all()
            margin[m] = min(margin[m], np.where(inside, logits, -logits).min())
            p = 1 / (1 + np.exp(-logits))
            losses[m, row] = -np.log(np.where(inside, p, 1 - p)).mean()
    scores = engine.score(stack, inputs)
    assert scores.sequences.tolist() == right.sum(axis=1).tolist()
    assert scores.accuracy.tolist() == right.mean(axis=1).tolist()
    assert scores.margin == pytest.approx(margin)
    assert scores.loss == pytest.approx(losses.mean(axis=1))
    assert scores.asked.sum() == len(inputs)


def test_what_is_not_wanted_counts_neither_way(engine):
    task = Reverse(base=3, length=3)
    inputs, stack = dataset_of(task, np.arange(27)), model(task)
    whole = engine.score(stack, inputs)
    answers = inputs.answers.copy()
    answers[::2, 0] = UNASKED
    some = Dataset(inputs.tokens, answers, inputs.graded, inputs.index)
    scores = engine.score(stack, some)
    assert scores.asked.tolist() == [13, 27, 27]
    assert scores.right[:, 1:].tolist() == whole.right[:, 1:].tolist()
    assert scores.accuracy == pytest.approx(scores.right.sum(axis=1) / 67)
    assert (scores.sequences >= whole.sequences).all()
    everything = engine.sweep(stack, some, [Plan(), Plan((Zero("blocks.0.mlp"),))])
    assert everything[0].sequences.tolist() == scores.sequences.tolist()
    assert everything[1].loss == pytest.approx(engine.score(stack, some, Plan((Zero("blocks.0.mlp"),))).loss)


def test_an_answer_whose_logits_are_no_numbers_is_wrong(engine):
    stack = model()
    flat = stack.flat.copy()
    flat[0] = np.nan
    scores = engine.score(Stack(stack.spec, flat), dataset_of(TASK, np.arange(TASK.domain_size)))
    assert scores.not_numbers.tolist() == [TASK.domain_size, 0]
    assert scores.sequences[0] == 0


def test_sets_that_do_not_fit_are_refused(engine):
    inputs = dataset_of(TASK, np.arange(4))
    idle = Dataset(inputs.tokens, np.full_like(inputs.answers, UNASKED), inputs.graded, inputs.index, sets=True)
    large = Dataset(inputs.tokens, inputs.answers + 2**6, inputs.graded, inputs.index, sets=True)
    for wrong, said in ((idle, "wants none"), (large, "not in the vocabulary")):
        with pytest.raises(PlanError, match=said):
            engine.score(model(), wrong)


def test_accuracy_names_only_outputs_that_some_input_wants(engine):
    few = Subject(engine, model().take([0]), TASK, dataset_of(TASK, np.arange(3)))
    found = accuracy(few)
    assert found.outputs == ("next[0]", "next[1]", "next[2]")
    assert found.summary.startswith(f"Right on {round(found.whole.sequences * 3)} of 3 inputs")
    assert found.accuracy == few.scores.accuracy[0]
