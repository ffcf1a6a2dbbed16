"""Values from counterfactual worlds: what they mean, what is refused. That engines agree is the kit's part."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.engines import Engine, World, joined
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.errors import PlanError
from openwork.interventions import Patch, Plan, Set, Zero
from openwork.models import model_spec
from openwork.testing.engine_case import make_case

SPEC = model_spec(n_layers=2, d_model=4, n_heads=2, d_head=2, d_mlp=5, d_vocab=4, n_ctx=6, dtype="float64")
CASE = make_case(SPEC, seed=11, models=1, inputs=70)
ENGINES: dict[str, Engine] = {"native": NativeEngine(2), "torch": TorchEngine(1)}
FIRST, SECOND = "blocks.0.hook_attn_out", "blocks.1.hook_attn_out"


def run(engine: Engine, plan: Plan, sources=None, tokens=CASE.dataset.tokens):
    return joined(engine.run(CASE.stack, tokens, plan, graded=CASE.dataset.graded, sources=sources))


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_a_world_is_the_pass_that_its_edits_make(engine: Engine):
    """What a patch takes is what a run with the world's edits captures there."""
    edits = (Patch(FIRST, (2,), source="other"), Zero("blocks.0.mlp"))
    sources = {"mid": World(CASE.dataset.tokens, edits), "other": CASE.source}
    inside = run(engine, Plan(edits, (SECOND,)), sources).captures[SECOND]
    for row in (0, 41):
        value = tuple(inside[0, row].ravel())
        alone = run(engine, Plan((Set(SECOND, value=value),)), tokens=CASE.dataset.tokens[[row]])
        patched = run(engine, Plan((Patch(SECOND, source="mid"),)), sources)
        np.testing.assert_allclose(patched.logits[:, [row]], alone.logits, rtol=0, atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_all_of_a_world_at_once_is_that_world(engine: Engine):
    edits = (Set(FIRST, (1, 3), value=0.7),)
    world = {"there": World(CASE.source, edits)}
    taken = run(engine, Plan((Patch("blocks.1.hook_resid_post", source="there"),)), world)
    np.testing.assert_allclose(taken.logits, run(engine, Plan(edits), tokens=CASE.source).logits, rtol=0, atol=1e-12)


def test_circles_and_misfits_are_refused_with_every_reason():
    tokens, engine = CASE.dataset.tokens, ENGINES["native"]
    circle = {"a": World(tokens, (Patch(FIRST, source="b"),)), "b": World(tokens, (Patch(FIRST, source="a"),))}
    with pytest.raises(PlanError, match="'a' takes from 'b' takes from 'a'"):
        run(engine, Plan((Patch(SECOND, source="a"),)), circle)
    wrong = {"w": World(tokens, (Zero("blocks.9.mlp"), Zero(FIRST, (99,)))), "v": World(tokens, (Patch(FIRST),))}
    with pytest.raises(PlanError) as caught:
        run(engine, Plan((Patch(SECOND, source="w"),)), wrong)
    assert [word in str(caught.value) for word in ("'w', blocks.9.mlp", "[99] out of range", "'v'")] == [True] * 3
