from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject, readout, readout_table
from openwork.engines import joined
from openwork.errors import PlanError
from openwork.interventions import Plan
from openwork.models import initial_stack, spec_for
from openwork.tasks import ReverseIncrement

LAST = "blocks.1.hook_resid_post"


def test_facts_of_the_solved_models(solved):
    by_embedding = readout(solved.subject, LAST, "W_E")
    by_unembedding = readout(solved.subject, LAST, "W_U", after_norm=True)
    assert by_embedding.share == pytest.approx(solved.facts["readout"]["W_E"], abs=1e-4)
    assert by_unembedding.share == pytest.approx(solved.facts["readout"]["W_U_after_norm"], abs=1e-4)
    assert by_embedding.candidates == ("0", "1", "2", "3") and by_embedding.chance == 0.25


def test_logits_after_the_norm_are_the_models_own_answer(solved):
    """All answers are among the candidates, so a solved model is read right everywhere."""
    found = readout(solved.subject, LAST, "W_U", after_norm=True, measure="logit")
    assert found.share == solved.facts["accuracy"] and found.per_position == tuple(solved.facts["per_position"])


@pytest.mark.parametrize("kind", ["LN", "LNPre", "RMS", "RMSPre", None])
def test_logits_after_the_norm_rank_as_the_engines_logits(engine, kind):
    task = ReverseIncrement(base=3, length=3)
    spec = spec_for(task, n_layers=1, d_model=6, n_heads=2, d_head=3, d_mlp=5, normalization_type=kind)
    stack = initial_stack(spec, [2])
    subject = Subject.of(engine, stack, task)
    logits = joined(subject.blocks()).logits[0][..., :3]
    expected = (logits.argmax(axis=-1) == subject.inputs.answers).mean(axis=0)
    found = readout(subject, "blocks.0.hook_resid_post", "W_U", after_norm=True, measure="logit")
    assert found.per_position == pytest.approx(expected)


def test_cosine_by_hand(untrained):
    plan = Plan(captures=("blocks.0.hook_resid_mid",))
    trace = next(untrained.engine.run(untrained.stack, untrained.inputs.tokens, plan, graded=(5,)))
    values = trace.captures["blocks.0.hook_resid_mid"][0][:, list(untrained.inputs.graded)].astype(np.float64)
    rows = untrained.stack.named()["embed.W_E"][0][:3].astype(np.float64)
    lengths = np.linalg.norm(values, axis=-1)[..., None] * np.linalg.norm(rows, axis=-1)
    nearest = (values @ rows.T / lengths).argmax(axis=-1)
    found = readout(untrained, "blocks.0.hook_resid_mid", "W_E")
    assert found.per_position == pytest.approx((nearest == untrained.inputs.answers).mean(axis=0))


def test_the_table_reads_as_one_by_one(untrained):
    table = readout_table(untrained)
    assert len(table.rows) == 5 * 8 and table.forward_rows == len(untrained.inputs)
    for row in table.rows[::7]:
        alone = readout(untrained, row.site, row.way.basis, row.way.after_norm, row.way.measure)
        assert alone.per_position == row.per_position


def test_every_mistake_is_told(untrained):
    with pytest.raises(PlanError) as told:
        readout(untrained, "blocks.0.attn.hook_q", "W_X", measure="cosin")
    assert [reason.where for reason in told.value.reasons] == ["blocks.0.attn.hook_q", "basis", "measure"]
    with pytest.raises(PlanError, match="normalised already"):
        readout(untrained, "ln_final.hook_normalized", after_norm=True)
