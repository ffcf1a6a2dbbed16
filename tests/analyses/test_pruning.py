from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import pruning
from openwork.engines import joined
from openwork.errors import PlanError
from openwork.interventions import Mean, Plan


def test_circuits_set_by_hand(hand_set):
    """By its mean a constant head can go; what does the work cannot."""
    heads = pruning(hand_set["attention-increments"])
    assert heads.names == ("blocks.0.attn.head.0",) and heads.nodes == 3
    assert heads.circuit.performance.accuracy == 1 and heads.recovered == pytest.approx(1)
    assert heads.circuit.kl == pytest.approx(0, abs=1e-6)
    assert heads.nothing.performance.accuracy < 0.5
    both = pruning(hand_set["curved-mlp-increments"], by="resample")
    assert both.names == ("blocks.0.attn", "blocks.0.mlp")


def test_positions_of_a_circuit_set_by_hand(hand_set):
    """Positions 3 to 5 predict; everywhere else nothing is needed, and in the last layer cannot be."""
    found = pruning(hand_set["attention-increments"], positions=True)
    assert found.names == tuple(f"blocks.0.attn.head.0@{p}" for p in ("x[2]", "y[0]", "y[1]"))
    assert found.nodes == 9 and found.positions[0] == "BOS"
    one = pruning(hand_set["attention-increments"], positions=True, outputs=["y[1]"])
    assert one.names == ("blocks.0.attn.head.0@y[0]",) and one.outputs == ("y[1]",)


def test_numbers_by_hand(untrained):
    """Accuracy, KL and logit difference of what is left, from plain runs under its plan."""
    found = pruning(untrained, at_least=0.17)
    gone = [name for name, kept in zip(found.components, found.kept[:, 0], strict=True) if not kept]
    assert gone and found.whole.kl == 0
    edits = tuple(
        Mean(name.partition(".head")[0] + ".hook_z", heads=(int(name[-1]),)) if "head" in name else Mean(name)
        for name in gone
    )
    graded, answers = untrained.inputs.graded, untrained.inputs.answers[..., None]
    whole, left = (
        joined(untrained.engine.run(untrained.stack, untrained.inputs.tokens, plan, graded=graded)).logits[0]
        for plan in (Plan(), Plan(edits))
    )
    right = (left.argmax(-1) == answers[..., 0]).mean()
    assert found.circuit.performance.accuracy == pytest.approx(right) and right >= 0.17
    assert found.accuracy_after[-1] == pytest.approx(right)
    p, q = (np.exp(x - x.max(-1, keepdims=True)) for x in (whole.astype(float), left.astype(float)))
    p, q = p / p.sum(-1, keepdims=True), q / q.sum(-1, keepdims=True)
    assert found.circuit.kl == pytest.approx((p * np.log(p / q)).sum(-1).mean(), abs=1e-5)
    own = np.take_along_axis(left, answers, -1)[..., 0]
    others = (left.sum(-1) - own) / (left.shape[-1] - 1)
    assert found.circuit.difference == pytest.approx((own - others).mean(), abs=1e-5)


@pytest.mark.parametrize("solved", ["model_B"], indirect=True)
def test_nothing_of_what_is_left_can_be_spared(solved):
    some = solved.subject.on(solved.subject.inputs.take(np.arange(0, 65_536, 97)))
    found = pruning(some, at_least=0.9, positions=True)
    gone = ~found.kept

    def accuracy(without):
        edits = []
        for name, places in zip(found.components, without, strict=True):
            where = tuple(int(p) for p in np.flatnonzero(places))
            edits += [Mean(name, where)] if where else []
        return float(some.score(Plan(tuple(edits))).accuracy[0])

    assert accuracy(gone) == pytest.approx(found.circuit.performance.accuracy)
    assert accuracy(gone) >= 0.9 and 10 < found.kept.sum() < found.nodes
    for node in np.argwhere(found.kept):
        without = gone.copy()
        without[tuple(node)] = True
        assert accuracy(without) < 0.9


def test_engines_agree(untrained, in_torch):
    one, other = (pruning(subject, 0.15, positions=True) for subject in (untrained, in_torch))
    assert np.array_equal(one.kept, other.kept) and np.array_equal(one.round, other.round)
    assert one.forward_rows == other.forward_rows


@pytest.mark.parametrize("solved", ["model_A"], indirect=True)
def test_the_two_hops_of_model_A_are_what_is_left(solved):
    """y[6]: layer 0 copies its digit to position 3 = x[2], layer 1 fetches it from there to position 14 = y[5]."""
    some = solved.subject.on(solved.subject.inputs.take(np.arange(0, 65_536, 17)))
    found = pruning(some, positions=True, outputs=["y[6]"])
    assert found.names == (
        "blocks.0.attn@x[2]",
        "blocks.0.mlp@x[2]",
        "blocks.0.mlp@y[5]",
        "blocks.1.attn@y[5]",
        "blocks.1.mlp@y[5]",
    )
    whole = pruning(some)
    assert whole.kept.all() and whole.accuracy_after == (), "whole components: none can go"


def test_watching(untrained):
    seen = []
    found = pruning(untrained, 0.15, positions=True, watch=seen.append)
    assert seen[-1].done == 1 and seen[-1].forward_rows == found.forward_rows
    done = [step.done for step in seen]
    assert done == sorted(done)


def test_every_mistake_is_told(untrained):
    with pytest.raises(PlanError) as told:
        pruning(untrained, 1.5, by="zeros", outputs=["y[7]"])
    assert [reason.where for reason in told.value.reasons] == ["at_least", "by", "y[7]"]
    with pytest.raises(PlanError, match="the whole model is right at"):
        pruning(untrained, 0.99)
