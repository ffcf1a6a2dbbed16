from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from openwork.analyses import Subject, accuracy
from openwork.models import Stack, named_views


def test_facts_of_the_solved_models(solved):
    found = accuracy(solved.subject)
    assert found.accuracy == pytest.approx(solved.facts["accuracy"], abs=1e-4)
    assert found.whole.sequences == pytest.approx(solved.facts["sequences"], abs=1e-4)
    assert found.whole.per_position == pytest.approx(solved.facts["per_position"], abs=1e-4)
    assert found.solved and found.whole.margin > 0
    assert found.forward_rows == 2 * 65_536


def test_losses_of_the_positions_average_to_the_whole(untrained):
    found = accuracy(untrained)
    assert found.loss_per_position.mean() == pytest.approx(found.whole.loss, rel=1e-5)
    assert np.mean(found.whole.per_position) == pytest.approx(found.accuracy)
    assert 0 < found.accuracy < 1 and not found.solved and found.whole.margin < 0


def test_chosen_inputs_only(untrained: Subject):
    part = untrained.on(untrained.inputs.take(np.arange(5)))
    assert accuracy(part).inputs == 5
    assert part.scores.inputs == 5


def test_answers_that_rest_on_a_tie_are_counted(untrained: Subject):
    """All logits are the same: 0, 1, and infinity."""
    flat = np.zeros_like(untrained.stack.flat)
    tied = accuracy(replace(untrained, stack=Stack(untrained.spec, flat)))
    answers = tied.inputs * len(tied.outputs)
    assert (tied.ties, tied.rounded, tied.not_numbers) == (answers, 0, 0)
    named_views(untrained.spec, flat)["unembed.b_U"][:] = 1
    found = accuracy(replace(untrained, stack=Stack(untrained.spec, flat)))
    assert found.ties == answers and f"{answers:,} of {answers:,} answers rest on a tie" in found.summary
    named_views(untrained.spec, flat)["unembed.b_U"][:, 0] = np.inf
    lost = accuracy(replace(untrained, stack=Stack(untrained.spec, flat)))
    assert lost.not_numbers == lost.inputs and lost.accuracy == 0 and "logits are not numbers on" in lost.summary


def test_answers_that_rest_on_rounding_are_those_that_float64_gives_otherwise(untrained: Subject):
    """Every symbol's column of the unembedding is a large one and a little of its own."""
    rounded = 0
    for large in 1e5 * 1.3 ** np.arange(24):
        flat = untrained.stack.flat.copy()
        columns = named_views(untrained.spec, flat)["unembed.W_U"]
        columns[:] = large * columns[..., :1] + columns
        model = replace(untrained, stack=Stack(untrained.spec, flat))
        double = Stack(untrained.spec.model_copy(update={"dtype": "float64"}), flat.astype(np.float64))
        leads = []
        for subject in (model, replace(model, stack=double)):
            logits = np.concatenate([trace.logits[0] for trace in subject.blocks()])
            right = np.arange(logits.shape[-1]) == untrained.inputs.answers[..., None]
            leads.append(np.where(right, logits, -np.inf).max(axis=-1) - np.where(right, -np.inf, logits).max(axis=-1))
        found = accuracy(model)
        assert found.rounded == (((leads[0] > 0) != (leads[1] > 0)) & (leads[0] != 0)).sum()
        assert (f"{found.rounded:,} of {right[..., 0].size:,} answers rest on rounding" in found.summary) == bool(
            found.rounded
        )
        assert accuracy(replace(model, stack=double)).rounded == 0
        rounded += found.rounded
    assert rounded > 0
