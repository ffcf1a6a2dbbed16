from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import attention, attention_examples
from openwork.errors import PlanError
from openwork.interventions import Plan


def test_rows_sum_to_one_and_look_back_only(solved):
    for layer in (0, 1):
        found = attention(solved.subject, layer)
        assert found.mean.sum(axis=-1) == pytest.approx(np.ones((1, 8)), abs=1e-5)
        assert found.largest.sum(axis=-1) == pytest.approx(np.ones((1, 8)))
        assert all(not found.mean[0, g, position + 1 :].any() for g, position in enumerate(range(8, 16)))


@pytest.mark.parametrize("solved", ["model_A"], indirect=True)
def test_model_A_carries_two_outputs_by_a_head_that_looks_elsewhere(solved):
    found = attention(solved.subject, 1)
    assert found.on_deciding[0, 6:] == pytest.approx([0.00, 0.02], abs=0.005)
    assert found.mean[0, 6:].argmax(axis=-1).tolist() == [3, 3]
    assert found.keys[3] == "x[2]" and found.queries[6] == "predicts y[6]"


def test_mean_is_that_of_the_patterns(untrained):
    site = "blocks.1.attn.hook_pattern"
    trace = next(untrained.engine.run(untrained.stack, untrained.inputs.tokens, Plan(captures=(site,)), graded=(5,)))
    weights = trace.captures[site][0][:, :, list(untrained.inputs.graded)]
    found = attention(untrained, 1)
    assert found.mean == pytest.approx(weights.mean(axis=0), abs=1e-6)
    largest = [[np.bincount(w, minlength=6) for w in head.T] for head in weights.argmax(-1).transpose(1, 0, 2)]
    assert found.largest == pytest.approx(np.array(largest) / len(untrained.inputs))


def test_examples_are_the_notebooks_view(solved):
    held_out = [60_000, 61_234, 64_000, 65_535]
    found = attention_examples(solved.subject, 0, held_out)
    assert found.weights.shape == (4, 1, 8, 8)
    assert found.texts[-1] == "33333333"
    site = "blocks.0.attn.hook_pattern"
    tokens = solved.subject.at(held_out).tokens
    subject = solved.subject
    trace = next(subject.engine.run(subject.stack, tokens, Plan(captures=(site,)), graded=(15,)))
    assert found.weights == pytest.approx(trace.captures[site][0][:, :, 8:16, 1:9], abs=1e-6)


def test_unknown_layer_and_question(untrained):
    with pytest.raises(PlanError, match="no such site"):
        attention(untrained, 7)
    with pytest.raises(PlanError, match=r"\[27\] are not in the domain"):
        attention_examples(untrained, 0, [3, 27])
