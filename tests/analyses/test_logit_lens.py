from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import logit_lens
from openwork.errors import PlanError


def test_the_last_stream_is_the_models_own_answer(solved, untrained, in_torch):
    for subject in (solved.subject, untrained, in_torch):
        found = logit_lens(subject)
        assert found.sites[-1] == "blocks.1.hook_resid_post"
        assert found.right[-1] == pytest.approx(subject.scores.right[0] / len(subject.inputs), abs=1e-4)
        assert found.forward_rows == len(subject.inputs)


def test_probability_by_hand(untrained):
    site = "blocks.0.hook_resid_mid"
    graded, total = list(untrained.inputs.graded), np.zeros(3)
    named = {name: array[0].astype(np.float64) for name, array in untrained.stack.named().items()}
    for trace in untrained.blocks(site):
        values = trace.captures[site][0][:, graded].astype(np.float64)
        values -= values.mean(-1, keepdims=True)
        values /= np.sqrt((values**2).mean(-1, keepdims=True) + untrained.spec.eps)
        logits = (values * named["ln_final.w"] + named["ln_final.b"]) @ named["unembed.W_U"] + named["unembed.b_U"]
        shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
        total += np.take_along_axis(shares, untrained.inputs.answers[..., None], -1)[..., 0].sum(axis=0)
    assert logit_lens(untrained, [site]).probability[0] == pytest.approx(total / 27)


def test_a_circuit_set_by_hand(hand_set):
    found = logit_lens(hand_set["curved-mlp-increments"])
    assert [list(right) for right in found.right] == [[0, 0, 0], [0, 0, 0], [1, 1, 1]], "only the MLP writes answers"
    # Nothing is written for any answer before, so all of the vocabulary is as likely.
    assert found.probability[:2] == pytest.approx(1 / 5)


@pytest.mark.parametrize("solved", ["model_A"], indirect=True)
def test_model_A_cannot_be_read_before_its_last_mlp(solved):
    found = logit_lens(solved.subject)
    assert (found.right[:-1].mean(axis=1) < 0.3).all() and (found.right[-1] == 1).all()


def test_every_mistake_is_told(untrained):
    with pytest.raises(PlanError) as told:
        logit_lens(untrained, ["blocks.0.mlp", "blocks.4.hook_resid_post"])
    assert [reason.where for reason in told.value.reasons] == ["blocks.0.mlp", "blocks.4.hook_resid_post"]
    with pytest.raises(PlanError, match="none is given"):
        logit_lens(untrained, [])
