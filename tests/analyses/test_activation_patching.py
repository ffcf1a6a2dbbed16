from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import activation_patching, interchange, pairs_for
from openwork.engines import joined
from openwork.errors import PlanError
from openwork.interventions import Patch, Plan


def logits(subject, pairs, plan=None, swapped=False):
    base, source = (pairs.source, pairs.base) if swapped else (pairs.base, pairs.source)
    plan, given = plan or Plan(), {"source": source.tokens}
    run = subject.engine.run(subject.stack, base.tokens, plan, graded=pairs.base.graded, sources=given)
    return joined(run).logits[0, :, 0].astype(np.float64)


def difference(found, pairs):
    """Mean logit of the source's answer minus that of the base's."""
    rows = np.arange(len(pairs))
    return (found[rows, pairs.source.answers[:, 0]] - found[rows, pairs.base.answers[:, 0]]).mean()


def test_by_hand_from_logits(untrained):
    head = "blocks.0.attn.head.1"
    found = activation_patching(untrained, [head], ["y[1]"], alternatives="all")
    [pairs] = pairs_for(untrained, ["y[1]"], alternatives="all")
    patched = logits(untrained, pairs, Plan((Patch("blocks.0.attn.hook_z", (4,), heads=(1,)),)))
    base, source = logits(untrained, pairs), logits(untrained, pairs, swapped=True)
    assert found.follows[0, 0, 4] == pytest.approx((patched.argmax(-1) == pairs.source.answers[:, 0]).mean())
    assert found.leaves[0, 0, 4] == pytest.approx((patched.argmax(-1) != pairs.base.answers[:, 0]).mean())
    way = difference(source, pairs) - difference(base, pairs)
    moved = (difference(patched, pairs) - difference(base, pairs)) / way
    assert found.recovered[0, 0, 4] == pytest.approx(moved, abs=1e-5) and abs(moved) > 1e-3


def test_what_cannot_matter_is_as_unpatched(untrained):
    found = activation_patching(untrained, outputs=["y[1]"])
    [pairs] = pairs_for(untrained, ["y[1]"])
    follows = (logits(untrained, pairs).argmax(-1) == pairs.source.answers[:, 0]).mean()
    assert found.follows[0, :, :2] == pytest.approx(follows) and (found.recovered[0, :, :2] == 0).all()
    assert found.follows[0, :, 5] == pytest.approx(follows), "the token after the output"
    assert found.entries == ((2,),) and found.queries == (4,)
    # Of 7 places: the first stream at the changed token; 3 parts of layer 0 and the next stream there and at the two
    # positions after it; 3 parts of layer 1 and the last stream where the output is predicted.
    assert found.run == 1 + 4 * 3 + 4
    assert found.forward_rows == len(pairs) * (2 * (found.run + 1 + 1) + 4)


def test_denoising_and_noising_are_one_sweep(untrained):
    """Over all ordered pairs, patching base into source and asking for the base's answer is what `follows` counts."""
    found = activation_patching(untrained, ["blocks.0.mlp"], ["y[1]"], alternatives="all")
    [pairs] = pairs_for(untrained, ["y[1]"], alternatives="all")
    for position in (2, 4):
        back = logits(untrained, pairs, Plan((Patch("blocks.0.mlp", (position,)),)), swapped=True).argmax(-1)
        assert found.follows[0, 0, position] == pytest.approx((back == pairs.base.answers[:, 0]).mean())
        assert found.leaves[0, 0, position] == pytest.approx((back != pairs.source.answers[:, 0]).mean())


def test_engines_agree(untrained, in_torch):
    one, other = (activation_patching(subject, alternatives="all") for subject in (untrained, in_torch))
    assert one.follows == pytest.approx(other.follows, nan_ok=True)
    assert one.recovered == pytest.approx(other.recovered, abs=1e-3, nan_ok=True)


def test_at_the_output_it_is_the_interchange(solved):
    some = solved.subject.on(solved.subject.inputs.take(np.arange(0, 65_536, 53)))
    layers = ["blocks.0.attn", "blocks.1.attn"]
    found, expected = activation_patching(some, layers), interchange(some, layers)
    at_query = found.follows[np.arange(8)[:, None], [[0, 1]], np.array(found.queries)[:, None]]
    assert at_query == pytest.approx(expected.share.T)


@pytest.mark.parametrize("solved", ["model_A"], indirect=True)
def test_places_of_model_A(solved):
    """y[6] and y[7] travel in two hops: the first lies at position 3 = x[2], the second at position 5 = x[4]."""
    some = solved.subject.on(solved.subject.inputs.take(np.arange(0, 65_536, 53)))
    found = activation_patching(some, ["blocks.0.attn", "blocks.1.attn"])
    assert found.carriers("y[6]") == (("blocks.0.attn", "x[2]"), ("blocks.1.attn", "y[5]"))
    assert found.carriers("y[7]") == (("blocks.0.attn", "x[4]"), ("blocks.1.attn", "y[6]"))
    assert found.carriers("y[3]") == (("blocks.1.attn", "y[2]"),)
    assert "y[0] by no single component" in found.summary


def test_a_circuit_set_by_hand(hand_set):
    found = activation_patching(hand_set["attention-increments"])
    for output, query in zip(found.outputs, found.queries, strict=True):
        assert ("blocks.0.attn.head.0", found.positions[query]) in found.carriers(output)
    others = [found.components.index(f"blocks.0.attn.head.{head}") for head in (1, 2)]
    assert (found.follows[:, others] == 0).all() and (found.leaves[:, others] == 0).all()


def test_watching(untrained):
    seen = []
    found = activation_patching(untrained, watch=seen.append)
    assert [step.what for step in seen] == ["y[0] <- x[2]", "y[1] <- x[1]", "y[2] <- x[0]"]
    done = [step.done for step in seen]
    assert done == sorted(done) and done[-1] == 1
    assert seen[-1].forward_rows == found.forward_rows


def test_every_mistake_is_told(untrained):
    with pytest.raises(PlanError, match=r"blocks\.0\.mpl: this model has no such site"):
        activation_patching(untrained, ["blocks.0.mpl"])
    with pytest.raises(PlanError, match="no such output"):
        activation_patching(untrained, outputs=["y[9]"])
