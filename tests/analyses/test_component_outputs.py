from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import component_outputs
from openwork.errors import PlanError
from openwork.interventions import Plan


def captured(subject, site):
    plan = Plan(captures=(site,))
    trace = next(subject.engine.run(subject.stack, subject.inputs.tokens, plan, graded=(5,)))
    return trace.captures[site][0].astype(np.float64)


def test_vectors_mean_and_spread(untrained):
    found = component_outputs(untrained, "blocks.0.mlp", [4, 20])
    values = captured(untrained, "blocks.0.hook_mlp_out")
    assert found.values == pytest.approx(values[[4, 20]], abs=1e-6)
    assert found.mean == pytest.approx(values.mean(axis=0), abs=1e-6)
    assert found.sd == pytest.approx(values.std(axis=0), abs=1e-6)
    assert found.sd[0] == pytest.approx(0, abs=1e-7), "BOS sees nothing but itself"
    assert found.texts == ("011", "202") and found.positions[0] == "BOS"


def test_heads_add_up_to_the_layer(untrained):
    """Untrained biases are 0."""
    heads = sum(component_outputs(untrained, f"blocks.1.attn.head.{h}", [7]).values for h in (0, 1))
    assert heads == pytest.approx(component_outputs(untrained, "blocks.1.attn", [7]).values, abs=1e-6)


def test_streamed_in_blocks_as_at_once(solved):
    """65,536 inputs come in many blocks; each number is that of one question alone."""
    found = component_outputs(solved.subject, "blocks.0.mlp", [60_000])
    assert found.values.shape == (1, 16, 4) and np.isfinite(found.values).all()
    rest = solved.subject.on(solved.subject.inputs.take(np.arange(0, 65_536, 2)))
    other = solved.subject.on(solved.subject.inputs.take(np.arange(1, 65_536, 2)))
    halves = [component_outputs(s, "blocks.0.mlp", [60_000]).mean for s in (rest, other)]
    assert found.mean == pytest.approx(np.mean(halves, axis=0), abs=1e-6)


def test_no_vectors_there(untrained):
    with pytest.raises(PlanError, match="one vector at each position"):
        component_outputs(untrained, "blocks.0.attn.hook_pattern", [0])
