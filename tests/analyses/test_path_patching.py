from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import pairs_for, path_node_named, path_patching, path_worlds
from openwork.errors import PlanError


def test_an_edge_is_its_worlds(untrained):
    """One number beside a score of its own; what the worlds mean is held in test_path_worlds.py."""
    found = path_patching(untrained, ["blocks.0.attn.head.1@x[1],3"], ["blocks.1.attn.head.0.v"], ["y[1]"])
    assert (found.senders, found.receivers) == (("blocks.0.attn.head.1@2,3",), ("blocks.1.attn.head.0.v",))
    [pairs] = pairs_for(untrained, ["y[1]"])
    path = (
        path_node_named(untrained.spec, "blocks.0.attn.head.1", (2, 3)),
        path_node_named(untrained.spec, "blocks.1.attn.head.0.v"),
    )
    worlds = path_worlds(untrained.spec, [path], pairs.base.tokens, pairs.source.tokens)
    score = untrained.engine.score(untrained.stack, pairs.wanted, worlds.plan, sources=worlds.sources)
    assert found.follows[0, 0, 0] == score.accuracy[0]
    assert found.forward_rows == len(pairs) * (2 * worlds.passes + 4)


def test_edges_of_a_circuit_set_by_hand(hand_set):
    """The head fetches the digit from the embedding and hands it to the MLP, which alone writes the answer."""
    found = path_patching(hand_set["curved-mlp-increments"], alternatives="all")
    assert found.senders == ("hook_embed", "blocks.0.attn", "blocks.0.mlp")
    assert found.receivers == ("blocks.0.attn", "blocks.0.mlp", "logits")
    nan = np.nan
    expected = np.array([[1, 0, 0], [nan, 1, 0], [nan, nan, 1]])
    for output in range(3):
        assert found.follows[output] == pytest.approx(expected, nan_ok=True)
        assert found.leaves[output] == pytest.approx(expected, nan_ok=True)
        assert found.recovered[output] == pytest.approx(expected, abs=1e-5, nan_ok=True)


def test_engines_agree(untrained, in_torch):
    one, other = (path_patching(subject, alternatives="all") for subject in (untrained, in_torch))
    assert one.follows == pytest.approx(other.follows, nan_ok=True)
    assert one.recovered == pytest.approx(other.recovered, abs=1e-3, nan_ok=True)


@pytest.mark.parametrize("solved", ["model_A"], indirect=True)
def test_where_a_digit_waits_in_model_A(solved):
    some = solved.subject.on(solved.subject.inputs.take(np.arange(0, 65_536, 53)))
    senders = ["blocks.0.attn@x[1]", "blocks.0.attn@x[2]", "blocks.0.attn@predicts y[6]"]
    found = path_patching(some, senders, ["blocks.1.attn"], ["y[6]"], through=["blocks.0.mlp"])
    assert found.follows[0, :, 0] == pytest.approx([0, 1, 0], abs=0.02)
    # A sender that the output cannot see is no edge.
    late = path_patching(some, ["blocks.0.attn@predicts y[7]"], ["blocks.1.attn"], ["y[6]"])
    assert np.isnan(late.follows).all() and late.summary == "There is no edge to try."


def test_every_mistake_is_told(untrained):
    with pytest.raises(PlanError) as told:
        path_patching(untrained, ["blocks.0.mpl", "blocks.0.mlp@x[9]"], ["logit", "blocks.1.mlp@17"])
    assert [reason.where for reason in told.value.reasons] == [
        "blocks.0.mpl",
        "blocks.0.mlp@x[9]",
        "logit",
        "blocks.1.mlp@17",
    ]
    with pytest.raises(PlanError, match="none is given"):
        path_patching(untrained, [])
    with pytest.raises(PlanError, match="does not write into the residual stream"):
        path_patching(untrained, ["blocks.0.attn.hook_pattern"])
