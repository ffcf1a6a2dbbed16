from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject, ov_qk
from openwork.engines import joined
from openwork.engines.native import NativeEngine
from openwork.errors import PlanError
from openwork.interventions import Plan
from openwork.models import initial_stack, spec_for, stack_of
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits import SHARP


def test_a_circuit_set_by_hand(hand_set):
    """Head 0 looks from the position that predicts y[i] at its mirrored digit, and writes the digit plus one."""
    subject = hand_set["attention-increments"]
    found = ov_qk(subject, 0)
    shifted = np.zeros((5, 5))
    shifted[:4, :4] = np.roll(np.eye(4), 1, axis=1)
    assert found.ov[0] == pytest.approx(shifted)
    assert found.copying == (0, 1, 1), "heads 1 and 2 raise nothing for a digit, so the first answer stands for all"
    looks = np.where(np.tri(6, dtype=bool), 0.0, np.nan)
    looks[3, 3] = looks[4, 2] = looks[5, 1] = SHARP
    assert found.qk_positions[0] == pytest.approx(looks, nan_ok=True)
    assert found.qk_tokens[0] == pytest.approx(np.zeros((5, 5)))
    assert found.forward_rows == 0


@pytest.mark.parametrize("norm", ["LN", "LNPre", "RMS", "RMSPre", None])
def test_beside_a_pass(norm):
    """No biases and no positions: real scores, times the norm's scales, are the QK circuit; likewise for OV at BOS."""
    task = ReverseIncrement(3, 3)
    fields = {"d_model": 6, "n_heads": 2, "d_head": 3, "attn_only": True, "dtype": "float64"}
    spec = spec_for(task, n_layers=1, positional_embedding_type="none", normalization_type=norm, **fields)
    noise = np.random.default_rng(1)
    named = {
        name: array if ".b" in name else array + noise.normal(0, 0.5, array.shape)
        for name, array in initial_stack(spec, [1]).named().items()
    }
    subject = Subject.of(NativeEngine(1), stack_of(spec, named), task)
    found, tokens = ov_qk(subject, 0), subject.inputs.tokens
    scaled = norm is not None
    sites = ("blocks.0.attn.hook_attn_scores", "blocks.0.attn.hook_result")
    sites += ("blocks.0.ln1.hook_scale",) if scaled else ()
    trace = joined(subject.engine.run(subject.stack, tokens, Plan(captures=sites), graded=(5,)))
    scores, result = (trace.captures[site][0] for site in sites[:2])
    scale = trace.captures[sites[2]][0][..., 0] if scaled else np.ones(tokens.shape)
    for query, key in ((5, 0), (4, 2), (3, 3)):
        real = scores[:, :, query, key] * (scale[:, query] * scale[:, key])[:, None]
        assert real == pytest.approx(found.qk_tokens[:, tokens[:, query], tokens[:, key]].T)
    written = result[:, 0] * scale[:, 0, None, None]
    if norm in ("LN", "LNPre"):
        written = written - written.mean(-1, keepdims=True)
    written = written * named.get("ln_final.w", np.ones((1, 6)))[0]
    assert written @ named["unembed.W_U"][0] == pytest.approx(found.ov[:, tokens[:, 0]].swapaxes(0, 1))
    assert np.isnan(found.qk_positions).all() and {row["circuit"] for row in found.records()} == {"OV", "QK tokens"}


def test_a_layer_that_does_not_exist(untrained):
    with pytest.raises(PlanError, match="no such site"):
        ov_qk(untrained, 7)
