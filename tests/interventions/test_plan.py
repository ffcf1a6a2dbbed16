from __future__ import annotations

import pytest

from openwork.errors import PlanError
from openwork.interventions import Patch, Plan, Set, Zero
from openwork.models import model_spec

SPEC = model_spec(n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=5, d_vocab=5, n_ctx=7)


def test_a_plan_that_fits_has_its_captures_by_their_full_names_once():
    plan = Plan((Zero("blocks.0.mlp"),), ("blocks.0.mlp", "blocks.0.hook_mlp_out", "hook_embed"))
    assert plan.checked(SPEC, 6).captures == ("blocks.0.hook_mlp_out", "hook_embed")


def test_everything_that_does_not_fit_is_told_at_once():
    edits = (Zero("blocks.3.mlp"), Patch("blocks.0.mlp", source="othr"), Set("blocks.0.mlp", (0,), value=(1.0, 2.0)))
    with pytest.raises(PlanError) as error:
        Plan(edits, ("hook_embedd",)).checked(SPEC, 6, sources=["other"])
    told = [str(reason) for reason in error.value.reasons]
    assert len(told) == 4
    assert told[0].startswith("blocks.3.mlp: this model has no such site")
    assert told[1].endswith("its source inputs are not given (did you mean 'other'?)")
    assert told[2].endswith("2 numbers for 4 places")
    assert told[3].startswith("hook_embedd: this model has no such site (did you mean 'hook_embed'")


def test_equal_plans_have_one_digest_and_others_another():
    plans = [
        Plan(),
        Plan((Zero("blocks.0.mlp"),)),
        Plan((Zero("blocks.0.mlp", (1,)),)),
        Plan((Set("blocks.0.mlp", value=0.0),)),
        Plan((Set("blocks.0.mlp", value=1e-9),)),
        Plan((), ("blocks.0.mlp",)),
        Plan((Zero("blocks.0.mlp"), Zero("blocks.0.attn"))),
        Plan((Zero("blocks.0.attn"), Zero("blocks.0.mlp"))),
    ]
    assert len({plan.digest for plan in plans}) == len(plans)
    assert Plan((Zero("blocks.0.mlp"),)).digest == plans[1].digest
    assert str(plans[0]) == "unedited"
    assert str(plans[6]) == "Zero(blocks.0.mlp); Zero(blocks.0.attn)"
