from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import activation_patching, attribution_patching, pairs_for
from openwork.engines import joined
from openwork.interventions import Plan, Set


def test_the_truth_is_activation_patching(untrained):
    found, truth = attribution_patching(untrained), activation_patching(untrained)
    tried = np.isfinite(found.truth)
    assert tried.sum() == truth.run
    assert found.truth[tried] == pytest.approx(truth.recovered[tried], abs=1e-6)
    pairs = sum(truth.pairs)
    assert found.estimate_rows == 5 * pairs and found.forward_rows > found.estimate_rows


def test_the_estimate_is_the_slope_by_finite_differences(untrained):
    """A small step along what the patch changes, taken by `Set`, moves the logit difference as the gradient says."""
    [pairs] = pairs_for(untrained, ["y[1]"])
    site, position, step = "blocks.0.hook_mlp_out", 4, 1e-2
    found = attribution_patching(untrained, ["blocks.0.mlp"], ["y[1]"])

    def captured(dataset):
        run = untrained.engine.run(untrained.stack, dataset.tokens, Plan(captures=(site,)), graded=(4,))
        return joined(run)

    base, source = captured(pairs.base), captured(pairs.source)
    wanted, given = pairs.source.answers[:, 0], pairs.base.answers[:, 0]
    rows = np.arange(len(pairs))

    def difference(logits):
        return (logits[rows, wanted] - logits[rows, given]).mean()

    moved = []
    for sign in (1, -1):
        values = base.captures[site][0] + sign * step * (source.captures[site][0] - base.captures[site][0])
        stepped = [
            joined(
                untrained.engine.run(
                    untrained.stack,
                    pairs.base.tokens[[i]],
                    Plan((Set(site, (position,), value=tuple(map(float, values[i, position]))),)),
                    graded=(4,),
                )
            ).logits[0, 0, 0]
            for i in rows
        ]
        moved.append(difference(np.array(stepped, np.float64)))
    way = difference(source.logits[0, :, 0].astype(np.float64)) - difference(base.logits[0, :, 0].astype(np.float64))
    assert found.estimate[0, 0, position] == pytest.approx((moved[0] - moved[1]) / (2 * step) / way, abs=0.01, rel=0.02)


def test_where_a_model_is_straight_the_guess_is_right(hand_set):
    """No norm, and an MLP whose neurons are always on: from the head's output on, all is affine."""
    found = attribution_patching(hand_set["affine-mlp-increments"], ["blocks.0.attn", "blocks.0.mlp"])
    for output, query in enumerate((2, 3)):
        assert found.truth[output, :, query] == pytest.approx([1, 1], abs=1e-5)
        assert found.estimate[output, :, query] == pytest.approx([1, 1], abs=1e-5)
    assert found.largest_error < 1e-5 and found.missed == found.invented == 0


def test_where_it_is_bent_the_error_is_told(hand_set):
    """Each answer is a bump of three ReLUs: its slope at the base says nothing of the value at the source."""
    found = attribution_patching(hand_set["curved-mlp-increments"], ["blocks.0.attn"])
    assert np.nanmax(np.abs(found.estimate - found.truth)) == pytest.approx(found.largest_error)
    assert found.largest_error > 0.2


def test_engines_agree(untrained, in_torch):
    one, other = attribution_patching(untrained), attribution_patching(in_torch)
    assert one.estimate == pytest.approx(other.estimate, abs=1e-3, nan_ok=True)


@pytest.mark.parametrize("solved", ["model_A", "model_B"], indirect=True)
def test_on_solved_models_it_misses_most_places(solved):
    """An honest number that a reader should see before trusting the estimate on such models."""
    some = solved.subject.on(solved.subject.inputs.take(np.arange(0, 65_536, 53)))
    found = attribution_patching(some)
    carry = int((found.truth >= 0.5).sum())
    assert found.missed > carry / 2
    assert 0.7 < found.correlation() < 0.95
