from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject, logit_attribution
from openwork.engines.native import NativeEngine
from openwork.errors import PlanError
from openwork.models import initial_stack, spec_for, stack_of
from openwork.tasks import ReverseIncrement

TASK = ReverseIncrement(3, 3)
SHAPES = [
    {"normalization_type": "LN"},
    {"normalization_type": "LNPre"},
    {"normalization_type": "RMS"},
    {"normalization_type": "RMSPre"},
    {"normalization_type": None},
    {"attn_only": True, "d_mlp": 0, "positional_embedding_type": "none"},
    {"attention_dir": "bidirectional", "n_layers": 1},
]


@pytest.mark.parametrize("against", ["mean", "runner-up"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_contributions_add_up_to_the_logits(shape, against):
    """Every weight random, biases too, in float64: what is left over is rounding."""
    fields = {"n_layers": 2, "d_model": 6, "n_heads": 2, "d_head": 3, "d_mlp": 5, "dtype": "float64"} | shape
    spec = spec_for(TASK, **fields)
    noise = np.random.default_rng(0)
    named = {n: a + noise.normal(0, 0.5, a.shape) for n, a in initial_stack(spec, [4]).named().items()}
    subject = Subject.of(NativeEngine(1), stack_of(spec, named), TASK)
    found = logit_attribution(subject, against)
    assert found.error < 1e-10
    assert found.mean.sum(axis=0) == pytest.approx(found.total, abs=1e-10)
    assert np.abs(found.mean).max() > 0.1


def test_against_is_what_it_says(untrained):
    logits = np.concatenate([t.logits[0] for t in untrained.blocks()]).astype(np.float64)[..., :3]
    answers = untrained.inputs.answers[..., None]
    own = np.take_along_axis(logits, answers, -1)[..., 0]
    others = logits.copy()
    np.put_along_axis(others, answers, -np.inf, -1)
    by_mean = own - (logits.sum(-1) - own) / 2
    assert logit_attribution(untrained).total == pytest.approx(by_mean.mean(axis=0), abs=1e-5)
    by_largest = own - others.max(-1)
    assert logit_attribution(untrained, "runner-up").total == pytest.approx(by_largest.mean(axis=0), abs=1e-5)


def test_engines_agree(untrained, in_torch):
    one, other = logit_attribution(untrained), logit_attribution(in_torch)
    assert one.mean == pytest.approx(other.mean, abs=1e-5) and one.sd == pytest.approx(other.sd, abs=1e-5)


def test_circuits_set_by_hand(hand_set):
    """The head that writes answers adds 1 to the right one; a constant is told apart from it by what varies."""
    found = logit_attribution(hand_set["attention-increments"])
    by_name = dict(zip(found.components, found.mean, strict=True))
    assert by_name["blocks.0.attn.head.0"] == pytest.approx([1, 1, 1])
    assert by_name["blocks.0.attn.head.2"] == pytest.approx([0, 0, 0])
    assert found.sd[found.components.index("blocks.0.attn.head.0")] == pytest.approx([0, 0, 0], abs=1e-6)
    undone = by_name["blocks.0.attn.head.1"] + by_name["unembed.b_U"]
    assert undone == pytest.approx([0, 0, 0], abs=1e-6)
    assert found.total == pytest.approx([1, 1, 1])
    curved = logit_attribution(hand_set["curved-mlp-increments"])
    assert dict(zip(curved.components, curved.mean, strict=True))["blocks.0.mlp"] == pytest.approx([1, 1, 1])


@pytest.mark.parametrize("solved", ["model_A"], indirect=True)
def test_parts_of_model_A_undo_each_other(solved):
    found = logit_attribution(solved.subject)
    assert found.error < 1e-3
    y6 = found.outputs.index("y[6]")
    assert found.cancelled[y6] > 0.9, "more than nine tenths of what parts add to y[6], others take away"


def test_every_mistake_is_told(untrained):
    alike = untrained.on(untrained.inputs.take(np.array([13])))
    with pytest.raises(PlanError) as told:
        logit_attribution(alike, "median")
    assert [reason.where for reason in told.value.reasons] == ["against", "inputs"]
