"""What is proved, what is surely not so, and what stays open."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from tests.proofs.conftest import with_weights

from openwork.analyses import Subject
from openwork.analyses.steps import Step
from openwork.data import Inputs
from openwork.engines import choose_engine
from openwork.engines.native import NativeEngine
from openwork.errors import CheckpointError, PlanError
from openwork.models import Stack, initial_stack, spec_for, stack_of
from openwork.proofs import GivenAnswers, proof_from_json, prove, prove_by_sets, require_certifiable
from openwork.proofs.closer import Exact, lead
from openwork.proofs.proving import BLOCK
from openwork.tasks import UNASKED, Palindrome, Task, make_task


def test_model_a_is_proved(model_a):
    """The margin that an independent prototype found: 2.169."""
    proof = prove(model_a)
    assert proof.whole and proof.margin == 2.169 and proof.radius < 1e-4
    assert "2.169" in proof.summary and "float32" in proof.beside and "float32" not in proof.summary
    assert proof_from_json(json.loads(json.dumps(proof.as_json()))) == proof


def test_a_margin_that_is_missed_names_the_input(model_a):
    proof = prove(model_a, 2.5)
    assert (proof.n_wrong, proof.n_undecided, proof.whole) == (1, 0, False)
    (worst,) = proof.wrong
    assert worst.upper < 2.5 and worst.question == prove(model_a).weakest
    assert f"{worst.question:,}" in proof.summary


def test_what_float64_leaves_open_gets_more_bits(model_a):
    least = prove(model_a).least
    proof = prove(model_a, math.nextafter(least + 2e-6, 9))
    assert proof.closer >= 1 and proof.closer_bits >= 128 and proof.n_undecided == 0


def test_how_many_get_more_bits_can_be_said(model_a):
    """A margin just above the least bound leaves one open."""
    margin = math.nextafter(prove(model_a).least + 2e-6, 9)
    none = prove(model_a, margin, closer=0)
    assert none.closer == 0 and none.n_undecided == 1 and "--more-bits" in none.summary
    assert prove(model_a, margin, closer=1).n_undecided == 0


def test_what_questions_have_in_common_is_computed_once_and_the_bounds_are_the_same(model_a):
    """In the order of their tokens, one by one, and in another order; of a causal model and of one that sees all."""
    for direction in ("causal", "bidirectional"):
        spec = spec_for(
            make_task("copy", {"base": 3, "length": 3}), n_layers=2, d_model=4, n_heads=2, d_head=2, d_mlp=4
        )
        spec = spec.model_copy(update={"attention_dir": direction})
        weights = {name: array[0] for name, array in initial_stack(spec, [1]).named().items()}
        tokens = np.random.default_rng(0).integers(0, spec.d_vocab, (20, 6)).astype(np.int32)
        tokens[5] = tokens[3]
        answers = np.random.default_rng(1).integers(-1, spec.d_vocab_out, (20, 3)).astype(np.int32)
        graded, done = (2, 4, 5), []
        found = Exact(spec, weights).leads(tokens, graded, answers, 96, done.append)
        assert found == [lead(spec, weights, row, graded, own, 96) for row, own in zip(tokens, answers, strict=True)]
        assert done == list(range(1, 21))


def test_a_block_counts_once_though_it_is_interrupted_while_it_gets_more_bits(model_a, monkeypatch):
    margin = math.nextafter(prove(model_a).least + 2e-6, 9)
    whole = prove(model_a, margin)

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("openwork.proofs.closer.Exact.leads", interrupt)
        begun = prove(model_a, margin)
    assert begun.looked_at < begun.inputs and begun.proved == begun.looked_at and not begun.closer
    done = prove(model_a, margin, begun=begun)
    assert (done.proved, done.n_wrong, done.closer) == (whole.proved, whole.n_wrong, whole.closer)
    assert done.as_run.right == whole.as_run.right


def test_without_python_flint_it_stays_open_and_says_why(model_a, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    proof = prove(model_a, math.nextafter(prove(model_a).least + 2e-6, 9))
    assert proof.n_undecided == 1 and "python-flint" in proof.summary and not proof.whole


def test_a_wrong_model_says_where(tiny):
    wrong = with_weights(tiny, 100.0)
    proof = prove(wrong)
    assert proof.n_wrong > 0 and proof.n_undecided == 0
    assert proof.n_wrong == len(wrong.inputs) - int(wrong.scores.sequences[0])
    assert proof.records()[0]["verdict"] == "not so"


def test_a_tie_is_not_right(tiny):
    """Equal logits lead by nothing: what is asked is more than 0."""
    proof = prove(Subject(tiny.engine, Stack(tiny.spec, np.zeros_like(tiny.stack.flat)), tiny.task, tiny.inputs))
    assert proof.proved == 0 and not proof.whole


def test_an_interrupted_proof_goes_on(model_a):
    def interrupt(step: Step) -> None:
        raise KeyboardInterrupt

    begun = prove(model_a, watch=interrupt)
    assert begun.looked_at == BLOCK and not begun.whole and "were not looked at" in begun.summary
    done = prove(model_a, begun=begun)
    whole = prove(model_a)
    assert (done.proved, done.least, done.weakest, done.radius) == (
        whole.proved,
        whole.least,
        whole.weakest,
        whole.radius,
    )


def test_a_time_is_kept_and_the_next_call_goes_on(model_a, monkeypatch):
    none = prove(model_a, seconds=-1.0)
    assert none.looked_at == 0 and not none.whole and "were not looked at" in none.summary
    monkeypatch.setattr("openwork.proofs.proving.AT_ONCE", 1e6)  # of a large model: small blocks, the same numbers
    seen = []
    some = prove(model_a, watch=lambda step: seen.append(step.done))
    whole = prove(model_a)
    assert (some.proved, some.least, some.radius) == (whole.proved, whole.least, whole.radius) and len(seen) > 100


def drawn_subject(task: Task) -> Subject:
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=4)
    return Subject.of(choose_engine(spec, "native", 1).engine, initial_stack(spec, [0]), task, Inputs(5))


def test_bad_input_is_told_at_once(tiny):
    stack = tiny.stack
    few = Subject(tiny.engine, stack, tiny.task, Inputs(5).of(tiny.task))
    assert prove(few).inputs == len(tiny.inputs)
    long = drawn_subject(Palindrome())
    with pytest.raises(PlanError, match="say nothing of the others") as told:
        prove(long, -1.0)
    assert [reason.where for reason in told.value.reasons] == ["domain", "margin"]
    bad = Subject(tiny.engine, Stack(tiny.spec, np.full_like(stack.flat, np.nan)), tiny.task, tiny.inputs)
    with pytest.raises(CheckpointError, match="NaN"):
        prove(bad)


def test_answers_of_a_program_take_the_place_of_the_tasks(tiny):
    """The task's own answers lead as before; others do not, and nobody calls that right."""
    task = tiny.task
    right = {row.tobytes(): answer for row, answer in zip(tiny.inputs.tokens, tiny.inputs.answers, strict=True)}

    def same(dataset):
        return np.stack([right[row.tobytes()] for row in dataset.tokens])

    alike = prove(tiny, answers=GivenAnswers("the program", same))
    assert alike.whole and alike.least == prove(tiny).least and not alike.short
    assert "the same answers as the program on every one" in alike.summary and "right" not in alike.summary
    other = prove(tiny, answers=GivenAnswers("it", lambda dataset: (same(dataset) + 1) % len(task.answer_vocabulary)))
    assert other.n_wrong == other.inputs
    assert proof_from_json(json.loads(json.dumps(alike.as_json()))) == alike


@pytest.mark.parametrize(
    "name, sizes", [("dyck", {"length": 6}), ("tomita", {"length": 5}), ("count-up", {"numbers": 5, "most": 3})]
)
def test_sets_and_questions_of_several_lengths_are_proved_where_they_are_right(name, sizes):
    """Nobody trained it: its biases alone say what follows, which is right of some."""
    task = make_task(name, sizes)
    spec = spec_for(task, n_layers=2, d_model=8, n_heads=2, d_head=4, d_mlp=8)
    named = {part: array.copy() for part, array in initial_stack(spec, [3]).named().items()}
    answers = task.answers(task.questions(np.arange(task.domain_size)))
    wanted = np.unique(answers[answers != UNASKED], return_counts=True)
    most = int(wanted[0][wanted[1].argmax()])
    symbols = np.arange(len(task.answer_vocabulary))
    sets = task.answer_kind == "set"
    named["unembed.b_U"][0] = np.where(most >> symbols & 1 if sets else symbols == most, 0.3, -0.3)
    subject = Subject.of(NativeEngine(1), stack_of(spec, named), task)
    found = prove(subject)
    assert found.sets == sets and found.proved == int(subject.scores.sequences[0]) == found.as_run.right
    assert found.proved + found.n_wrong == task.domain_size and not found.n_undecided
    assert found.least is None or found.least > 0


def test_of_sets_there_is_no_certificate_and_no_proof_by_sets_of_inputs():
    task = make_task("dyck", {"length": 4})
    subject = Subject.of(
        NativeEngine(1), initial_stack(spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=4, d_mlp=4), [0]), task
    )
    with pytest.raises(PlanError, match="no certificate"):
        require_certifiable(task)
    with pytest.raises(PlanError, match="several lengths"):
        prove_by_sets(subject)


def test_a_margin_is_never_below_nothing_where_radii_are_large(model_a):
    wide = replace(prove(model_a), least=0.5, radius=0.1)
    assert wide.margin == 0.25 and replace(wide, radius=1e-6).margin == 0.4999
