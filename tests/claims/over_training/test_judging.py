"""Claims over a training made by hand: at which checkpoint each is true is known by construction."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from openwork.claims import (
    Accuracy,
    Attends,
    Learns,
    Outcome,
    Split,
    judge_over_training,
    known_or_cheap,
    plan_over_training,
)
from openwork.claims.over_training import checkpoints
from openwork.claims.over_training.checkpoints import Training, coarse_to_fine, spread
from openwork.claims.over_training.result import judgement_from_json
from openwork.data import USUAL_INPUTS, DataSplit, Inputs
from openwork.errors import ClaimError
from openwork.models import Stack, initial_stack, stack_of
from openwork.runs import EpochRecord, Run
from openwork.testing.known_circuits.about import AT, EVERY, necessary
from openwork.training import Experiment, Measured, recipe

from ..conftest import context_of

FETCHES, CONSTANT = "blocks.0.attn.0", "blocks.0.attn.1"
RIGHT = Accuracy()
LOOKS = Attends(id="looks", head=FETCHES, query=AT, key="x[n-1-i]", each=EVERY)
NEEDS = necessary(CONSTANT, by=("zero",), id="needs")
WRONG = Attends(id="wrong", head=FETCHES, query=AT, key="BOS", each=EVERY)
CLAIMS = (RIGHT, LOOKS, NEEDS, WRONG)


def changed(stack: Stack, **changes) -> Stack:
    """The stack with weights changed: a name, `__` for a dot, to what is done to the array."""
    weights = {name: array.copy() for name, array in stack.named().items()}
    for name, change in changes.items():
        change(weights[name.replace("__", ".")])
    return stack_of(stack.spec, weights)


class Kept:
    """What a store would keep of a run."""

    def __init__(self):
        self.held, self.writes = {}, 0

    def find(self, name, digest):
        return self.held.get((name, digest))

    def keep(self, name, digest, result):
        self.writes += 1
        self.held[name, digest] = json.loads(json.dumps(result))


@pytest.fixture
def training(circuits) -> Training:
    """Recorded after epochs 2, 4, 6, 8 and 10.

    2, 6, 10: the circuit. 4: its fetching head looks, and writes nothing. 8: its constant head writes nothing, which
    the unembedding makes up for. Before training: noise.
    """
    circuit = circuits["attention-increments"]
    deaf = changed(circuit.stack, blocks__0__attn__W_O=lambda w: w[:, 0].fill(0))

    def spare(w):
        w[:, 1] = 0

    def unbiased(b):
        b[:, 0] = 0

    idle = changed(circuit.stack, blocks__0__attn__W_O=spare, unembed__b_U=unbiased)
    weights = {0: initial_stack(circuit.stack.spec, [0]), 2: circuit.stack, 4: deaf, 6: circuit.stack, 8: idle}
    weights |= {10: circuit.stack}
    experiment = Experiment(circuit.task, circuit.stack.spec, recipe(epochs=10), DataSplit(held_out=0.25))
    run = run_of(experiment, {2: True, 4: False, 6: True, 8: True, 10: True})
    return Training(run, context_of(circuit.task, circuit.stack), USUAL_INPUTS, weights.__getitem__, Kept())


def run_of(experiment: Experiment, solved: dict[int, bool]) -> Run:
    def record(epoch: int, right: bool) -> EpochRecord:
        measured = Measured(1 / epoch, 1.0 if right else 0.5, 8 if right else 0, 8)
        return EpochRecord(epoch, 0.01, 1 / epoch, measured, measured, 100 * epoch, 0.1)

    history = tuple(record(*each) for each in solved.items())
    last = max(solved)
    return Run("0" * 12, 0, "finished", last, "native", "", "", "", json.dumps(experiment.as_json()), history)


def marks(found) -> dict[str, str]:
    letters = {Outcome.CONFIRMED: "C", Outcome.REFUTED: "R", Outcome.MIXED: "M"}
    return {
        one.claim.id: "".join(
            letters.get(j.outcome, "n" if j.numbers is Outcome.CONFIRMED else "u") for j in one.judged
        )
        for one in found.claims
    }


def test_each_claim_is_true_where_it_was_made_true(training):
    found = judge_over_training(training, CLAIMS)
    assert found.epochs == (0, 2, 4, 6, 8, 10)
    assert marks(found) == {"accuracy": "RCRCCC", "looks": "uCnCCC", "needs": "nCnCRC", "wrong": "uRuRRR"}
    right, looks, needs, wrong = found.claims
    assert (right.first.epoch, right.for_good.epoch, right.spells) == (2, 6, ((2, 2), (6, 10)))
    assert (right.for_good.before, right.for_good.skips) == (4, True)
    assert (looks.for_good.epoch, looks.numbers_for_good.epoch) == (6, 2)
    assert (needs.first.epoch, needs.for_good.epoch, needs.spells) == (2, 10, ((2, 2), (6, 6), (10, 10)))
    assert (wrong.first, wrong.for_good, wrong.numbers_for_good) == (None, None, None)
    assert found.solved_for_good == 6


def test_what_is_said_of_each(training):
    right, looks, needs, wrong = judge_over_training(training, CLAIMS).claims
    first = "first at epoch 2 (not yet 0), and false again"
    assert right.sentence == f"True for good from epoch 6 (not yet 4); {first} once since."
    assert looks.sentence.endswith("its numbers held from epoch 2 (not yet 0), where the task was not solved.")
    assert needs.sentence.startswith(f"True for good from epoch 10 (not yet 8); {first} 2 times since")
    assert wrong.sentence == "Never true; REFUTED at the end."


def test_it_need_not_end_true(training):
    run = dataclasses.replace(training.run, history=training.run.history[:2])
    (found,) = judge_over_training(dataclasses.replace(training, run=run), [RIGHT]).claims
    assert (found.first.epoch, found.for_good) == (2, None)
    assert found.sentence == "First true at epoch 2 (not yet 0), and not at the end, where it is REFUTED."


def test_a_checkpoint_says_what_check_says_of_it(training):
    for found, claim in zip(judge_over_training(training, CLAIMS).claims, CLAIMS, strict=True):
        for judged in found.judged:
            verdict = claim.check(training.context_at(judged.epoch))
            assert (judged.outcome, judged.holding, judged.cases) == (
                verdict.outcome,
                verdict.holding,
                len(verdict.parts),
            )
            assert judged.effect == verdict.effect


def test_claims_that_no_weights_decide_are_told_and_not_judged(training):
    found = judge_over_training(training, [RIGHT, Split(), Learns(experiment="notebook")])
    assert [one.claim.id for one in found.claims] == ["accuracy"]
    assert [one.claim.id for one in found.aside] == ["split", "learns"]
    with pytest.raises(ClaimError, match="does not depend on the weights"):
        judge_over_training(training, [Split()])
    with pytest.raises(ClaimError, match="there are none"):
        judge_over_training(training, [])


def test_claims_about_what_the_model_does_not_have_are_told(training):
    other = Attends(head="blocks.7.attn.0", query=AT, key="BOS", each=EVERY)
    found = judge_over_training(training, [RIGHT, other])
    assert "does not apply to this model" in found.aside[0].why


def test_asked_again_it_is_answered_from_what_is_kept(training):
    first = judge_over_training(training, CLAIMS)
    silent = dataclasses.replace(training, weights_at=None)
    assert plan_over_training(training, CLAIMS).forward_rows == 0
    again = judge_over_training(dataclasses.replace(training, weights_at=refuse), CLAIMS)
    assert again == first and known_or_cheap(silent, CLAIMS, spend=True) is None
    assert judgement_from_json(json.loads(json.dumps(first.claims[0].judged[0].as_json()))) == first.claims[0].judged[0]


def refuse(epoch: int) -> Stack:
    raise AssertionError(f"epoch {epoch} was judged before")


@pytest.mark.parametrize("after", [1, 5, 11])
def test_an_interruption_keeps_what_was_judged(training, after):
    whole = judge_over_training(dataclasses.replace(training, memory=None), CLAIMS)
    seen = []

    def interrupt(step):
        seen.append(step)
        if len(seen) > after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_over_training(training, CLAIMS, watch=interrupt)
    kept = known_or_cheap(training, CLAIMS, spend=False)
    assert sum(len(one.judged) for one in kept.claims) == after
    rest = []
    assert judge_over_training(training, CLAIMS, watch=rest.append) == whole
    assert len(rest) == len(CLAIMS) * len(whole.epochs) - after + 1


def test_progress_and_the_cost_that_was_told_before_agree(training):
    cost = plan_over_training(training, CLAIMS)
    steps = []
    found = judge_over_training(training, CLAIMS, watch=steps.append)
    assert cost.forward_rows == found.forward_rows == steps[-1].forward_rows
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert (steps[0].done, steps[-1].done) == (0, 1)
    assert cost.by_claim[0] == ("accuracy", 64, 6)


def test_what_is_kept_is_of_these_inputs_and_this_claim(training):
    judge_over_training(training, [RIGHT])
    few = dataclasses.replace(training, inputs=Inputs(10))
    assert plan_over_training(few, [RIGHT]).forward_rows > 0
    assert plan_over_training(training, [Accuracy(at_least=0.5)]).forward_rows > 0
    assert plan_over_training(training, [Accuracy(id="another-name")]).forward_rows == 0


def test_on_inputs_answered_right_nothing_is_decided_while_they_are_few(training):
    only = dataclasses.replace(training, context=dataclasses.replace(training.context, only_right=True))
    found = judge_over_training(dataclasses.replace(only, inputs=Inputs(only_right=True)), [LOOKS, RIGHT])
    looks, right = found.claims
    assert [j.outcome for j in looks.judged][2] is Outcome.UNDECIDED
    assert marks(found)["looks"][1::2] == "CCC"
    assert marks(found)["accuracy"] == "RCRCCC"
    assert right.for_good.epoch == 6


def test_a_model_that_diverged_is_not_judged(training):
    def broken(epoch):
        stack = training.weights_at(epoch)
        return Stack(stack.spec, np.full_like(stack.flat, np.nan)) if epoch == 4 else stack

    *before, last = training.run.history
    lost = dataclasses.replace(last, train=dataclasses.replace(last.train, loss=float("nan")))
    run = dataclasses.replace(training.run, history=(*before, lost))
    found = judge_over_training(dataclasses.replace(training, run=run, weights_at=broken), [RIGHT])
    assert "not finite" in found.claims[0].judged[2].coverage
    assert marks(found)["accuracy"] == "RCuCCu"


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (1, "1 is below 2"),
        (-3, "-3 is below 2"),
        ([0, 3, 99], "epoch 3 is not stored (the nearest is 2)"),
        ([0, 3, 99], "epoch 99 is not stored (the nearest is 10)"),
        ([4], "fewer than two epochs"),
    ],
)
def test_points_that_cannot_be(training, points, said):
    with pytest.raises(ClaimError) as told:
        judge_over_training(training, CLAIMS, points)
    assert said in str(told.value)


def test_points_are_spread_evenly_with_both_ends(training):
    assert judge_over_training(training, [RIGHT], 3).epochs == (0, 6, 10) or spread((0, 2, 4, 6, 8, 10), 3)[::2] == (
        0,
        10,
    )
    assert judge_over_training(training, [RIGHT], [10, 4, 4]).epochs == (4, 10)
    assert judge_over_training(training, [RIGHT], 100).epochs == (0, 2, 4, 6, 8, 10)
    assert spread(range(41), 5) == (0, 10, 20, 30, 40)


def test_what_would_cost_too_much_is_judged_at_some(training, monkeypatch):
    monkeypatch.setattr(checkpoints, "FEWEST", 3)
    monkeypatch.setattr(checkpoints, "MOST_WORK", 5 * 64)
    assert judge_over_training(training, [RIGHT]).epochs == spread((0, 2, 4, 6, 8, 10), 5)
    monkeypatch.setattr(checkpoints, "MOST_WORK", 0)
    assert len(judge_over_training(training, [RIGHT]).epochs) == 3
    monkeypatch.setattr(checkpoints, "MOST_POINTS", 2)
    assert judge_over_training(training, [RIGHT]).epochs == (0, 10)


def test_the_ends_come_first_and_every_point_comes_once():
    order = list(coarse_to_fine(range(9)))
    assert order[:5] == [8, 0, 4, 2, 6]
    assert sorted(order) == list(range(9))
    assert list(coarse_to_fine([3, 7])) == [7, 3]


def test_without_a_training_there_is_nothing_to_judge(training):
    with pytest.raises(ClaimError, match="its checkpoints are not at hand"):
        judge_over_training(dataclasses.replace(training, weights_at=None), CLAIMS)


def test_records_and_json_hold_every_judgement(training):
    found = judge_over_training(training, CLAIMS)
    records = found.records()
    assert len(records) == len(CLAIMS) * 6 and {len(record) for record in records} == {len(records[0])}
    at_six = next(record for record in records if record["epoch"] == 6)
    assert (at_six["step"], at_six["outcome"], at_six["train_accuracy"]) == (600, "CONFIRMED", 1.0)
    plain = found.as_json()
    assert plain["claims"][0]["for_good"] == {"epoch": 6, "not_yet": 4}
    assert [len(claim["judged"]) for claim in plain["claims"]] == [6] * 4
