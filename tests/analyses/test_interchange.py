from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import interchange
from openwork.data import change_variable
from openwork.errors import PlanError
from openwork.interventions import Patch, Plan


def test_facts_of_the_solved_models(solved):
    """The judge drew 4,096 inputs, we take all 65,536: a share near 0.5 may differ by 0.016 (two standard errors)."""
    found = interchange(solved.subject, ["blocks.0.attn", "blocks.1.attn"])
    expected = [solved.facts["interchange"][f"blocks.{layer}.hook_attn_out"] for layer in (0, 1)]
    assert found.share == pytest.approx(np.array(expected), abs=0.02)
    assert found.pairs == (65_536,) * 8 and found.forward_rows == (2 + 1) * 8 * 65_536


@pytest.mark.parametrize("solved", ["model_A"], indirect=True)
def test_routes_of_model_A(solved):
    inputs = solved.subject.inputs.take(np.arange(0, 65_536, 37))
    routes = interchange(solved.subject.on(inputs), ["blocks.0.attn", "blocks.1.attn"]).routes()
    first, second = ("blocks.0.attn",), ("blocks.1.attn",)
    assert list(routes.values()) == [(), first, first, second, first, second, second, second]


def test_by_hand_on_every_alternative(untrained):
    """Two other digits in base 3; the whole sequence is run here, no shorter one."""
    found = interchange(untrained, "blocks.0.mlp", ["y[1]"], alternatives="all")
    right = 0
    for shift in (1, 2):
        source = change_variable(untrained.task, untrained.inputs, "x[1]", shift)
        plan = Plan((Patch("blocks.0.mlp", (4,)),))
        run = untrained.engine.run(
            untrained.stack, untrained.inputs.tokens, plan, graded=(4,), sources={"source": source.tokens}
        )
        right += int((next(run).logits[0, :, 0].argmax(axis=-1) == source.answers[:, 1]).sum())
    assert found.pairs == (54,) and found.variables == ("x[1]",)
    assert found.share[0, 0] == pytest.approx(right / 54)
    assert found.forward_rows == 2 * 54


def test_the_last_residual_stream_carries_what_the_source_would_answer(solved):
    """Patching the whole stream at the end is answering for the source, which these models do without fault."""
    inputs = solved.subject.inputs.take(np.arange(0, 65_536, 97))
    found = interchange(solved.subject.on(inputs), "blocks.1.hook_resid_post", alternatives="all")
    assert (found.share == 1).all()


def test_heads_can_be_named(untrained):
    found = interchange(untrained, ["blocks.0.attn.head.0", "blocks.0.attn.head.1", "blocks.0.attn"])
    assert found.components == ("blocks.0.attn.head.0", "blocks.0.attn.head.1", "blocks.0.attn")


def test_every_mistake_is_told(untrained):
    with pytest.raises(PlanError) as told:
        interchange(untrained, outputs=["y[9]", "z"], alternatives="al")
    assert [reason.where for reason in told.value.reasons] == ["y[9]", "z", "alternatives"]
