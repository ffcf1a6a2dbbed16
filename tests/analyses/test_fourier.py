"""A model built by hand that adds modulo p with one frequency: it is named, and the model is nothing without it."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject, fourier, progress_measures
from openwork.data import Inputs
from openwork.errors import PlanError
from openwork.models import spec_for, stack_of, weight_shapes
from openwork.tasks import ModularAddition

P, K, PHASES = 23, 3, 24


@pytest.fixture(scope="module")
def by_hand(engine):
    """Heads fetch cos and sin of a and b; a neuron is |cos(k (a + b) / 2 + phase)| up to a factor; logits read them."""
    task, phases = ModularAddition(P), 2 * np.pi * np.arange(PHASES) / PHASES
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=PHASES, normalization_type=None)
    named = {name: np.zeros((1, *shape)) for name, shape in weight_shapes(spec).items()}
    turns = 2 * np.pi * K * np.arange(P) / P
    named["embed.W_E"][0, :P, :2] = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    named["blocks.0.attn.W_V"][0, 0, :2] = 3 * np.eye(2)
    named["blocks.0.attn.W_O"][0, 0, :, :2] = np.eye(2)
    named["blocks.0.mlp.W_in"][0, :2] = np.stack([np.cos(phases), np.sin(phases)])
    # The mean over phases of relu(u . phase) (2 cos 2 phase, 2 sin 2 phase) has the direction of twice the angle of u,
    # which is that of a + b; its length varies with a - b but its sign does not.
    named["blocks.0.mlp.W_out"][0, :, 2:] = np.stack([np.cos(2 * phases), np.sin(2 * phases)], axis=1)
    named["unembed.W_U"][0, 2:] = 4 * np.stack([np.cos(turns), np.sin(turns)])
    return Subject.of(engine, stack_of(spec, named), task)


def test_its_frequency_is_named_and_carries_the_answer(by_hand):
    found = fourier(by_hand)
    assert found.keys == (K,) and found.named
    assert found.clean.accuracy == 1
    assert found.embedding[K - 1] == pytest.approx(1)
    assert found.kept.accuracy == 1
    # What is left are harmonics of the rectified waves, 3 and 9 turns say: they know the sum too, but not as surely.
    assert found.removed.accuracy < 0.7 and found.removed.loss > np.log(P) > 2 * found.kept.loss
    assert found.weight.sum() == pytest.approx(1)


def test_other_frequencies_do_not(by_hand):
    others = fourier(by_hand, keys=[1, 5])
    assert not others.named
    assert others.kept.accuracy < 0.1 and others.removed.accuracy == 1


def test_an_untrained_model_has_no_key_frequency(adding):
    found = fourier(adding[0])
    assert found.keys == () and "no key frequency" in found.summary
    assert found.clean.accuracy == pytest.approx(float(adding[0].scores.accuracy[0]))
    assert found.clean.loss == pytest.approx(float(adding[0].scores.loss[0]), rel=1e-5)
    assert found.removed.loss == pytest.approx(found.clean.loss, rel=1e-5), (
        "nothing is removed: setting neurons to what they are changes nothing"
    )


def test_what_has_no_waves(untrained, adding, engine):
    with pytest.raises(PlanError, match="two variables") as error:
        fourier(untrained)
    assert "modular-addition" in str(error.value)
    subject = adding[0]
    some = Subject.of(engine, subject.stack, subject.task, Inputs(20, 0))
    for bad in (
        lambda: fourier(some),
        lambda: fourier(subject, 3),
        lambda: fourier(subject, keys=[0, 12]),
        lambda: fourier(subject, keys=[]),
    ):
        with pytest.raises(PlanError):
            bad()


def test_progress_measures_of_the_model_by_hand(by_hand, adding):
    _, run, _ = adding
    found = progress_measures(by_hand, run, lambda epoch: by_hand.stack)
    assert found.keys == (K,)
    assert [m.epoch for m in found.moments] == [2, 4] and found.recorded == 2
    last = found.moments[-1]
    assert last.restricted_loss < last.excluded_loss
    assert last.squared_weights == pytest.approx(float((by_hand.stack.flat**2).sum()))
    assert found.forward_rows == 3 * P * P


def test_all_waves_of_the_sum_that_there_are_lose_a_model_that_only_has_them_nothing(by_hand, adding):
    """Its logits are almost waves of the sum: restricted to them its loss hardly changes."""
    found = progress_measures(by_hand, adding[1], lambda epoch: by_hand.stack, range(1, 12)).moments[-1]
    nothing_left = np.log(P)
    assert found.restricted_loss < nothing_left / 2
    assert found.excluded_loss > nothing_left / 2


def test_what_has_no_progress(adding, engine):
    subject, run, weights_at = adding
    with pytest.raises(PlanError, match="no key frequency") as error:
        progress_measures(subject, run, weights_at)
    assert "--with keys=1" in str(error.value)
    with pytest.raises(PlanError, match="not at hand"):
        progress_measures(subject, run, None, [1])
    with pytest.raises(PlanError) as error:
        progress_measures(subject, run, weights_at, [0], points=1)
    assert len(error.value.reasons) == 2
