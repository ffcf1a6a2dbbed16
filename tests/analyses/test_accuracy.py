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


def test_answers_that_rest_on_a_tie_or_on_rounding_are_counted(untrained: Subject):
    """All logits are the same: 0, 1, and infinity."""
    flat = np.zeros_like(untrained.stack.flat)
    tied = accuracy(replace(untrained, stack=Stack(untrained.spec, flat)))
    answers = tied.inputs * len(tied.outputs)
    assert tied.close == answers and tied.not_numbers == 0
    named_views(untrained.spec, flat)["unembed.b_U"][:] = 1
    found = accuracy(replace(untrained, stack=Stack(untrained.spec, flat)))
    assert found.close == answers and f"{answers:,} of {answers:,} answers rest on a tie" in found.summary
    named_views(untrained.spec, flat)["unembed.b_U"][:, 0] = np.inf
    lost = accuracy(replace(untrained, stack=Stack(untrained.spec, flat)))
    assert lost.not_numbers == lost.inputs and lost.accuracy == 0 and "logits are not numbers on" in lost.summary
