from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from openwork.claims import (
    Accuracy,
    Attends,
    Context,
    Linear,
    Necessary,
    Outcome,
    ReadsOut,
    check,
    plan,
    verdict_from_json,
)
from openwork.claims.verdict import outcome_of, part
from openwork.errors import ClaimError

CLAIMS = (
    Attends(head="blocks.0.attn.0", query="predicts y[i]", key="x[n-1-i]", each={"i": "outputs"}),
    ReadsOut(site="blocks.0.hook_resid_post", measure="logit"),
    Necessary(components="blocks.0.attn.1", by=["zero", "mean", "resample"]),
    Accuracy(),
)


def test_what_it_costs_is_known_before_and_spent_after(solved):
    cost = plan(CLAIMS, solved)
    assert dict(cost.by_claim) == {"attends": 128, "reads-out": 128, "necessary": 6 * 64, "accuracy": 64}
    assert cost.forward_rows == 64 * (1 + 1 + 1 + 5)
    verdicts = check(CLAIMS, solved)
    assert solved.ledger.forward_rows == cost.forward_rows == sum(v.forward_rows for v in verdicts)
    assert plan(CLAIMS, solved).forward_rows == 0


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.kind)
def test_a_claim_on_its_own_spends_what_it_said(solved, claim):
    assert claim.check(solved).forward_rows == claim.cost(replace(solved))


def test_evidence_is_measured_once(solved, monkeypatch):
    first = check(CLAIMS, solved)
    monkeypatch.setattr(type(solved.subject.engine), "run", lambda *_, **__: pytest.fail("ran again"))
    again = check(CLAIMS, solved)
    assert [v.sentence for v in again] == [v.sentence for v in first]
    assert sum(v.forward_rows for v in again) == 0


def test_verdicts_are_told_as_they_come(solved):
    told = []
    assert tuple(told) == () and check(CLAIMS, solved, told.append) == tuple(told)


def test_verdicts_survive_json(solved, wrong):
    for verdict in (*check(CLAIMS, solved), *check(CLAIMS, wrong)):
        assert verdict_from_json(json.loads(json.dumps(verdict.as_json()))) == verdict


def test_a_part_is_a_row_of_a_table(solved):
    rows = CLAIMS[0].check(solved).records()
    assert [row["label"] for row in rows] == ["predicts y[0] → x[2]", "predicts y[1] → x[1]", "predicts y[2] → x[0]"]
    assert {"claim", "outcome", "value", "threshold", "holds"} <= set(rows[0])


def test_a_model_that_fails_has_no_mechanism_to_judge_and_that_is_said_first(wrong):
    for claim in CLAIMS[:2]:
        verdict = claim.check(wrong)
        assert verdict.outcome == Outcome.UNDECIDED
        assert verdict.sentence.startswith("This model does not solve the task: 75.00 % of its answers are right")
        assert verdict.parts


def test_claims_about_what_a_model_lacks_do_not_apply(solved):
    claims = (Linear(components="blocks.0.mlp"), Accuracy())
    verdicts = check(claims, solved)
    assert [v.outcome for v in verdicts] == [Outcome.UNDECIDED, Outcome.CONFIRMED]
    assert "does not apply" in verdicts[0].sentence
    assert dict(plan(claims, solved).by_claim)["linear"] == 0
    with pytest.raises(ClaimError, match="does not fit"):
        claims[0].check(solved)


def test_wrong_inputs_are_shown_with_what_was_answered(wrong):
    lines = Accuracy().check(wrong).counterexamples
    assert len(lines) == 10
    assert lines[0] == "x = 0 0 1: y[0] should be 2, the model says 1"


def test_counterexamples_are_real(wrong):
    tokens, names = wrong.subject.inputs.tokens, wrong.task.vocabulary.symbols
    for line in Accuracy().check(wrong).counterexamples:
        digits = line.removeprefix("x = ").split(":")[0].split()
        row = int(np.flatnonzero((tokens[:, 1:4] == [names.index(d) for d in digits]).all(axis=1))[0])
        right, said = line.split("should be ")[1].split(", the model says ")
        assert names[wrong.subject.inputs.answers[row, 0]] == right != said


def test_replacements_that_disagree_are_explained(solved):
    assert "replacements disagree" in Necessary(components="blocks.0.attn.1").check(solved).advice
    both = Necessary(components=["blocks.0.attn.0", "blocks.0.attn.2"]).check(solved)
    assert both.outcome == Outcome.MIXED
    assert "others are not" in both.advice


def test_components_joined_by_a_plus_are_replaced_at_once(solved):
    alone = Necessary(components="blocks.0.attn.0", by="zero").check(solved)
    joined = Necessary(components="blocks.0.attn.0 + blocks.0.attn.2", by="zero").check(solved)
    assert len(joined.parts) == 1
    assert joined.parts[0].value == alone.parts[0].value


def test_a_sample_leaves_room_for_doubt(solved, wrong):
    def sampled(context: Context) -> Context:
        return Context(context.subject.on(context.subject.inputs.take(np.arange(0, 64, 2))))

    found = Accuracy().check(sampled(solved))
    assert found.outcome == Outcome.UNDECIDED
    assert found.coverage == "32 of 64 inputs"
    assert found.parts[0].low < 1 == found.parts[0].high
    assert Accuracy(at_least=0.5).check(sampled(solved)).outcome == Outcome.CONFIRMED
    assert Accuracy(output="y[0]").check(sampled(wrong)).outcome == Outcome.REFUTED


@pytest.mark.parametrize(
    ("held", "outcome"),
    [
        ((True, True), Outcome.CONFIRMED),
        ((False, False), Outcome.REFUTED),
        ((True, False, None), Outcome.MIXED),
        ((True, None), Outcome.UNDECIDED),
        ((False, None), Outcome.UNDECIDED),
        ((), Outcome.UNDECIDED),
    ],
)
def test_outcomes(held, outcome):
    interval = {True: (0.6, 0.7), False: (0.1, 0.2), None: (0.4, 0.6)}
    assert outcome_of([part("p", 0.5, ">=", 0.5, interval[h]) for h in held]) == outcome


def test_a_part_that_should_be_small():
    assert part("p", 0.5, "<=", 0.5).holds is True
    assert part("p", 0.6, "<=", 0.5).holds is False
    assert part("p", 0.5, "<=", 0.5, (0.4, 0.6)).holds is None
