"""Writing by itself, beside teacher-forced answers: made models whose every symbol is known beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from openwork.analyses import Subject, as_generated
from openwork.claims import Accuracy, Context, Outcome
from openwork.data import draw, enumerate_domain
from openwork.engines.native import NativeEngine
from openwork.errors import ClaimError, PlanError
from openwork.models import ModelSpec, Stack, initial_stack, n_params, named_views, spec_for
from openwork.tasks import CountUp, Dyck, Tomita, VaryingCopy, make_task

COUNT = CountUp(numbers=6, most=4)
"""0 to 5, and from one to another: what is next to be written follows from the last symbol, but for the end"""


def always(task, after):
    """A model without layers that matter: what it writes depends only on the symbol that stands there."""
    d = len(task.vocabulary)
    spec = spec_for(task, n_layers=1, d_model=d, n_heads=1, d_head=1, d_mlp=1, normalization_type=None)
    flat = np.zeros((1, n_params(spec)), spec.dtype)
    named = named_views(spec, flat)
    named["embed.W_E"][0] = np.eye(d)
    unembed = named["unembed.W_U"][0]
    for symbol, written in after.items():
        unembed[symbol, written] = 1
    return Stack(spec, flat)


def subject(stack, task=COUNT):
    inputs = draw(task, 200) if task.domain_size is None else enumerate_domain(task)
    return Subject(NativeEngine(1), stack, task, inputs)


def chain():
    """After <sep> 2, after each number the next; <eos> after 5. Right where an answer is 2 3 4 5."""
    sep = COUNT.vocabulary.symbols.index("<sep>")
    return always(COUNT, {sep: 2, 0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: COUNT.end_token})


def test_a_mistake_is_followed_by_what_stands_after_it():
    found = as_generated(subject(chain()))
    assert (found.right, found.right_forced) == (1, 1)  # 2 to 5
    # With the right numbers before them all but the first and the end are right; else only what happens to agree.
    assert found.answers_right < found.answers_right_forced < found.answers
    first = found.derailed[0]
    assert (first.question, first.right, first.written) == ("0 1".replace(" ", ""), "0 1 <eos>", "2 3 4 5 <eos>")
    assert found.headline == f"Right when it generates: 1 of {found.inputs:,}; teacher-forced: 1."
    assert not found.endless and not found.drawn


def test_what_never_ends_is_counted():
    sep = COUNT.vocabulary.symbols.index("<sep>")
    found = as_generated(subject(always(COUNT, {sep: 2, 2: 2})))
    assert found.endless == found.inputs and f"On {found.inputs} inputs it never ends." in found.summary


def test_a_sample_has_its_interval():
    task = VaryingCopy(values=4, length=3)
    found = as_generated(subject(initial_stack(always(task, {}).spec, [0]), task))
    assert found.drawn and "of 200 drawn (" in found.headline


def test_a_claim_says_so_and_shows_the_first_that_derails():
    context = Context(subject(chain()))
    verdict = Accuracy(at_least=0.5, as_generated=True).check(context)
    assert verdict.outcome is Outcome.REFUTED and "are right as the model writes them" in verdict.sentence
    assert verdict.counterexamples[0].line == "01: the answer should be 0 1 <eos>, the model writes 2 3 4 5 <eos>"
    assert verdict.forward_rows <= Accuracy(as_generated=True).cost(context)


def test_older_claims_keep_their_digest():
    assert "as_generated" not in Accuracy().as_table() and Accuracy(as_generated=True).as_table()["as_generated"]


@pytest.mark.parametrize("task", [Dyck(2, 4), Tomita(4, 4), make_task("modular-addition")], ids=str)
def test_where_nothing_is_written_that_is_said(task):
    spec = spec_for(task, n_layers=1, d_model=8, n_heads=1, d_head=8, d_mlp=8)
    asked = subject(initial_stack(spec, [0]), task)
    with pytest.raises(PlanError, match="does not show a model its own answers"):
        as_generated(asked)
    with pytest.raises(ClaimError, match="as_generated"):
        Accuracy(as_generated=True).check(Context(asked))


def test_a_bidirectional_model_is_refused():
    stack = chain()
    spec = ModelSpec(**dict(stack.spec) | {"attention_dir": "bidirectional"})
    asked = replace(subject(stack), stack=Stack(spec, stack.flat))
    with pytest.raises(PlanError, match="only a causal model writes by itself"):
        as_generated(asked)
    with pytest.raises(ClaimError, match="bidirectional"):
        Accuracy(as_generated=True).check(Context(asked))
