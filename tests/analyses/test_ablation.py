from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import ablate, ablation_table
from openwork.errors import PlanError
from openwork.interventions import Plan, Zero


def test_facts_of_the_solved_models_and_their_weights_untouched(solved):
    before = solved.subject.stack.flat.tobytes()
    table = ablation_table(solved.subject)
    assert len(table.rows) == 12
    for by in ("zero", "mean"):
        for site, accuracy in solved.facts[by].items():
            name = site.replace("hook_attn_out", "attn").replace("hook_mlp_out", "mlp")
            assert table.row(name, by).accuracy == pytest.approx(accuracy, abs=1e-4), (name, by)
    assert solved.subject.stack.flat.tobytes() == before
    assert all(row.clean.accuracy == 1 and row.drop == 1 - row.accuracy for row in table.rows)
    assert table.forward_rows == 15 * 65_536


def test_weights_cannot_be_written(untrained):
    with pytest.raises(ValueError, match="read-only"):
        untrained.stack.named()["embed.W_E"][0, 0, 0] = 1


def test_one_ablation_counts_its_rows(untrained):
    n = len(untrained.inputs)
    assert [ablate(untrained, "blocks.0.mlp", by).forward_rows for by in ("zero", "mean", "resample")] == [
        2 * n,
        3 * n,
        3 * n,
    ]


def test_all_heads_at_once_are_the_layer_without_its_bias(untrained):
    """Untrained biases are 0, so zeroing every head is zeroing the layer; zeroing one head is not."""
    heads = ablate(untrained, ["blocks.1.attn.head.0", "blocks.1.attn.head.1"], "zero").without
    layer = ablate(untrained, "blocks.1.attn", "zero").without
    one = ablate(untrained, "blocks.1.attn.head.0", "zero").without
    assert heads.loss == pytest.approx(layer.loss, rel=1e-6)
    assert one.loss != pytest.approx(layer.loss, rel=1e-4)


def test_several_components_and_positions(untrained):
    found = ablate(untrained, ["blocks.0.mlp", "blocks.1.mlp"], "zero", positions=(5,))
    plan = Plan((Zero("blocks.0.mlp", (5,)), Zero("blocks.1.mlp", (5,))))
    assert found.without.loss == pytest.approx(float(untrained.score(plan).loss[0]))
    assert found.without.per_position[:2] == found.clean.per_position[:2], "positions 3 and 4 come before"
    assert found.without.loss != found.clean.loss


def test_resampling_is_drawn_from_the_seed(untrained):
    first, again, other = (ablate(untrained, "blocks.0.attn", "resample", seed=s).without.loss for s in (0, 0, 1))
    assert first == again != other


def test_every_mistake_is_told(untrained):
    with pytest.raises(PlanError) as told:
        ablate(untrained, ["blocks.0.mlpp", "blocks.5.attn", "blocks.0.attn.head.9"], "mean")
    assert [reason.where for reason in told.value.reasons] == ["blocks.0.mlpp", "blocks.5.attn", "blocks.0.attn.head.9"]
    with pytest.raises(PlanError, match="did you mean 'mean'"):
        ablate(untrained, "blocks.0.mlp", "meen")
    with pytest.raises(PlanError, match="out of range"):
        ablate(untrained, "blocks.0.mlp", positions=(6,))
    with pytest.raises(PlanError, match="none is given"):
        ablate(untrained, [])


def test_an_unchanged_model_scores_as_before(solved):
    clean = solved.subject.engine.score(solved.subject.stack, solved.subject.inputs)
    assert np.array_equal(clean.right, solved.subject.scores.right)
