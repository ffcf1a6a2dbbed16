"""By sets the same is proved as by listing; a share is a lower bound whenever it stops; an interrupted one goes on."""

from __future__ import annotations

import json

import numpy as np
import pytest

from openwork.analyses import Line, Subject
from openwork.engines.native import NativeEngine
from openwork.errors import PlanError
from openwork.models import Stack, initial_stack, spec_for, stack_of, weight_shapes
from openwork.proofs import prove, prove_by_sets, set_proof_from_json
from openwork.tasks import Cases, Maximum, Parity, ReversedAddition


def subject_of(task, **fields) -> Subject:
    """A model that nobody trained: right on some inputs."""
    usual = {"n_layers": 1, "d_model": 12, "n_heads": 2, "d_head": 6, "d_mlp": 8}
    spec = spec_for(task, **usual | fields)
    stack = initial_stack(spec, [3])
    return Subject.of(NativeEngine(1), Stack(spec, 4 * stack.flat), task)


@pytest.mark.parametrize(
    ("task", "fields"),
    [
        (Maximum(6, 3), {}),
        (Maximum(6, 3), {"attn_only": True, "d_mlp": 0, "n_heads": 1, "normalization_type": None}),
        (Parity(6), {"normalization_type": "RMS"}),
    ],
    ids=["maximum", "one head", "parity"],
)
def test_by_sets_as_by_listing(task, fields):
    subject = subject_of(task, **fields)
    listed, found = prove(subject), prove_by_sets(subject)
    assert found.proved == listed.proved and found.ended
    assert set(found.wrong) <= {*np.flatnonzero(_lags(subject).any(axis=1))} and (found.wrong or listed.whole)
    assert listed.least is None or found.outputs[0].least <= listed.least + 1e-6


def _lags(subject: Subject) -> np.ndarray:
    [trace] = subject.engine.run(subject.stack, subject.inputs.tokens, graded=subject.inputs.graded, block=10**6)
    return trace.answers[0] != subject.inputs.answers


def test_a_share_of_several_outputs_is_a_lower_bound():
    """Each output is proved where it is right; where those are few they may have no question in common."""
    subject = subject_of(ReversedAddition(3, 2))
    found, right = prove_by_sets(subject), (~_lags(subject)).sum(axis=0)
    assert [found.inputs - one.unproved for one in found.outputs] == right.tolist() and (right > 0).all()
    assert found.proved <= prove(subject).proved


def test_a_model_may_know_more_symbols_than_its_task():
    subject = subject_of(Maximum(6, 3), d_vocab=11, d_vocab_out=9)
    assert prove_by_sets(subject).proved == prove(subject).proved > 0


def test_one_that_is_stopped_says_what_is_proved_and_goes_on():
    subject = subject_of(Maximum(12, 3), attn_only=True, d_mlp=0)
    steps = []

    def interrupt(step):
        steps.append(step)
        if len(steps) == 3:
            raise KeyboardInterrupt

    whole = prove_by_sets(subject)
    begun = prove_by_sets(subject, watch=interrupt)
    assert begun.interrupted and not begun.ended and begun.proved <= whole.proved
    kept = set_proof_from_json(json.loads(json.dumps(begun.as_json())))
    assert kept == begun
    done = prove_by_sets(subject, begun=kept)
    assert done.ended and (done.proved, done.outputs[0].least) == (whole.proved, whole.outputs[0].least)


def test_no_time_proves_nothing_and_no_more():
    found = prove_by_sets(subject_of(Maximum(6, 3)), seconds=0)
    assert found.proved == 0 and found.share == "0.0000 %" and not found.interrupted
    assert "sets are left" in found.summary


def reads_the_largest_off(task: Maximum) -> Subject:
    """Attention that grows with the number, and a stream that carries it."""
    numbers, wide = task.choices, task.choices + 1
    fields = {"n_layers": 1, "d_model": wide, "n_heads": 1, "d_head": wide, "attn_only": True, "d_mlp": 0}
    spec = spec_for(task, **fields, normalization_type=None)
    named = {name: np.zeros((1, *shape), np.float32) for name, shape in weight_shapes(spec).items()}
    named["embed.W_E"][0] = np.eye(wide)
    named["blocks.0.attn.b_Q"][0, 0, 0] = 1
    named["blocks.0.attn.W_K"][0, 0, :numbers, 0] = 20 * np.arange(numbers)
    named["blocks.0.attn.W_V"][0, 0] = named["blocks.0.attn.W_O"][0, 0] = np.eye(wide)
    named["unembed.W_U"][0] = np.eye(wide, numbers)
    return Subject.of(NativeEngine(1), stack_of(spec, named), task)


def test_a_model_that_reads_the_largest_off_is_proved_without_listing():
    """Few bounds, however many questions."""
    found = prove_by_sets(reads_the_largest_off(Maximum(12, 9)))
    assert found.whole and found.inputs == 12**9 and found.boxes < 1000 and found.margin > 0.89


def test_what_cannot_be_followed_is_refused_with_every_reason(model_a):
    with pytest.raises(PlanError, match="one layer"):
        prove_by_sets(model_a)
    with pytest.raises(PlanError) as refused:
        prove_by_sets(subject_of(Maximum(6, 3), act_fn="gelu", n_layers=2), margin=-1.0)
    assert {"n_layers", "act_fn", "margin"} <= {reason.where for reason in refused.value.reasons}


class Mistaken(Maximum):
    """Says of two cases that the other's answer is right."""

    def cases(self, output):
        cases = super().cases(output)
        return Cases(cases.allowed, cases.answers[::-1].copy(), cases.counts)


class Short(Maximum):
    """Leaves a case out."""

    def cases(self, output):
        cases = super().cases(output)
        return Cases(cases.allowed[1:], cases.answers[1:], cases.counts[1:])


class Empty(Maximum):
    """Says of a case in which nothing lies that most questions do."""

    def cases(self, output):
        cases = super().cases(output)
        nothing = np.zeros_like(cases.allowed[:1])
        counts = (self.domain_size - len(cases), *(1 for _ in cases.counts))
        return Cases(np.concatenate([nothing, cases.allowed]), np.append(np.int32(0), cases.answers), counts)


class Rare(Maximum):
    """Answers one case wrongly that none of the questions at hand lies in."""

    def cases(self, output):
        cases = super().cases(output)
        rare = (cases.answers == 1) & (np.array(cases.counts) == 1)
        return Cases(cases.allowed, np.where(rare, 2, cases.answers), cases.counts)


@pytest.mark.parametrize(
    ("kind", "where"),
    [(Mistaken, "question 0"), (Short, "counts"), (Empty, "case 0"), (Rare, "case 5")],
)
def test_cases_that_are_not_the_questions_are_refused(kind, where):
    with pytest.raises(PlanError, match="not its questions") as refused:
        prove_by_sets(subject_of(kind(12, 5)))
    assert where in {reason.where for reason in refused.value.reasons}


def test_each_output_is_told_once_it_takes_long(monkeypatch):
    subject = subject_of(ReversedAddition(3, 2))
    told = []
    monkeypatch.setattr("openwork.proofs.sets.proving.PATIENCE", -1.0)
    found = prove_by_sets(subject, watch=told.append)
    lines = [one.text for one in told if isinstance(one, Line)]
    assert [line.split(":")[0] for line in lines] == list(subject.task.outputs)
    assert all(one.said(found.inputs) == line for one, line in zip(found.outputs, lines, strict=True))
    assert 0 < sum(one.seconds for one in found.outputs) <= found.seconds


def test_time_is_the_processors(monkeypatch):
    """However long others keep the machine busy, as much is proved."""
    clock = iter(range(0, 10**9, 3600))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    assert prove_by_sets(subject_of(Maximum(6, 3)), seconds=60).ended
