"""The loss's term on attention's entropy makes attention sharp, and is the same in both engines."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.data import Dataset, enumerate_domain
from openwork.engines import AdamW, Batches, OptimiserState
from openwork.engines.native import NativeEngine
from openwork.engines.torch import TorchEngine
from openwork.errors import PlanError
from openwork.interventions import Plan
from openwork.models import initial_stack, spec_for
from openwork.tasks import Maximum
from openwork.training import Recipe, entropy_weight

TASK = Maximum(5, 3)
SPEC = spec_for(TASK, n_layers=1, d_model=16, n_heads=2, d_head=8, d_mlp=16)
PATTERN = "blocks.0.attn.hook_pattern"


def batches(models, entropy, steps=60):
    domain = enumerate_domain(TASK)
    order = np.tile(np.arange(len(domain)), (models, steps))
    weights = None if entropy is None else np.array(entropy, np.float64)
    return Batches(domain, order, len(domain), np.full((models, steps), 3e-3), weights)


def trained(seeds, entropy):
    stack = initial_stack(SPEC, seeds)
    given = batches(len(seeds), entropy)
    return TorchEngine(1).train(stack, OptimiserState.fresh(SPEC, len(seeds)), given, AdamW(weight_decay=0.0))


def entropy_of(stack):
    domain = enumerate_domain(TASK)
    plan = Plan(captures=(PATTERN,))
    [trace] = NativeEngine(1).run(stack, domain.tokens, plan, graded=domain.graded, block=len(domain))
    pattern = trace.captures[PATTERN][:, :, :, -1].astype(np.float64)
    return -(pattern * np.log(pattern + 1e-30)).sum(-1).mean(axis=(1, 2))


def test_attention_is_sharper_with_it():
    usual, sharp = entropy_of(trained([0], None).stack), entropy_of(trained([0], [1.0]).stack)
    assert sharp[0] < 0.7 * usual[0]


def test_each_model_has_its_own_weight():
    found = entropy_of(trained([0, 0], [0.0, 1.0]).stack)
    assert found[1] < 0.7 * found[0]


def test_a_weight_of_nothing_changes_no_bit():
    assert (trained([3], [0.0]).stack.flat == trained([3], None).stack.flat).all()


@pytest.mark.parametrize("graded", [(1,), (0, 2), (3,)])
@pytest.mark.parametrize("direction", ["causal", "bidirectional"])
def test_both_engines_have_the_same(direction, graded):
    """Two layers, so that rows which nothing asks count too; three inputs that no vector is full of."""
    domain = enumerate_domain(TASK)
    some = Dataset(domain.tokens, np.repeat(domain.answers, len(graded), axis=1), graded, domain.index)
    sizes = {"n_layers": 2, "d_model": 12, "n_heads": 2, "d_head": 6, "d_mlp": 8, "dtype": "float64"}
    spec = spec_for(TASK, **sizes, attention_dir=direction)
    stack = initial_stack(spec, [0, 1], 0.5)
    given = Batches(some, np.tile([[5, 70, 112]], (2, 1)), 3, np.full((2, 1), 1e-3), np.array([0.7, 0.0]))
    native, torch = (
        kind(1).train(stack, OptimiserState.fresh(spec, 2), given, AdamW()) for kind in (NativeEngine, TorchEngine)
    )
    np.testing.assert_allclose(native.losses, torch.losses, rtol=1e-9)
    np.testing.assert_allclose(native.state.exp_avg, torch.state.exp_avg, rtol=1e-6, atol=1e-10)


def test_an_engine_without_it_refuses_it():
    class Plain(NativeEngine):
        sharpens = False

    stack = initial_stack(SPEC, [0])
    with pytest.raises(PlanError, match="attn_entropy"):
        Plain(1).train(stack, OptimiserState.fresh(SPEC, 1), batches(1, [1.0]), AdamW())


def test_a_weight_for_each_model_is_asked_for():
    with pytest.raises(PlanError, match="attn_entropy"):
        trained([0], [1.0, 1.0])


def test_it_begins_late_and_older_recipes_keep_their_names():
    recipe = Recipe(epochs=10, attn_entropy=0.5)
    assert [entropy_weight(recipe, epoch) for epoch in (0, 4, 5, 6, 9)] == [0, 0, 0.25, 0.5, 0.5]
    assert "attn_entropy" in recipe.model_dump() and "attn_entropy" not in Recipe().model_dump()
