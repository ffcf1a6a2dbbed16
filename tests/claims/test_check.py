from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.claims import (
    Accuracy,
    Attends,
    Carries,
    Context,
    Linear,
    Necessary,
    Outcome,
    ReadsOut,
    Replay,
    Split,
    Sufficient,
    Unnecessary,
    check,
    plan,
    verdict_from_json,
)
from openwork.claims.verdict import outcome_of, part
from openwork.claims.wording import told, which
from openwork.data import DataSplit, Inputs, draw
from openwork.engines import choose_engine
from openwork.errors import ClaimError, PlanError
from openwork.models import initial_stack, spec_for
from openwork.tasks import Palindrome, ReverseIncrement
from openwork.training import Experiment, Recipe

CLAIMS = (
    Attends(head="blocks.0.attn.0", query="predicts y[i]", key="x[n-1-i]", each={"i": "outputs"}),
    ReadsOut(site="blocks.0.hook_resid_post", measure="logit"),
    Necessary(components="blocks.0.attn.1", by=["zero", "mean", "resample"]),
    Unnecessary(components="blocks.0.attn.1", by="resample"),
    Carries(component="blocks.0.attn.0", variable="x[0]", output="y[2]"),
    Accuracy(),
)


def test_what_it_costs_is_known_before_and_spent_after(solved):
    cost = plan(CLAIMS, solved)
    alone = {"attends": 2, "reads-out": 2, "necessary": 6, "unnecessary": 3, "carries": 1 + 2 * 3, "accuracy": 1}
    assert dict(cost.by_claim) == {kind: 64 * passes for kind, passes in alone.items()}
    assert cost.forward_rows == 64 * (1 + 1 + 1 + 5 + 0 + 2 * 3)
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


def test_a_verdict_of_an_older_openwork_still_loads(solved):
    [verdict] = check(CLAIMS[:1], solved)
    old = verdict.as_json() | {"counterexamples": ["x = 0 0 0: y[0] should be 1"]}
    del old["expect"], old["judge"]
    read = verdict_from_json(old)
    assert str(read.counterexamples[0]) == "x = 0 0 0: y[0] should be 1"
    assert read.judge == 1
    assert plan(CLAIMS[:1], Context(solved.subject), [read]).forward_rows > 0


def test_what_is_known_is_not_judged_again(solved):
    known = check(CLAIMS, solved)
    fresh = Context(solved.subject)
    renamed = [claim.model_copy(update={"id": "other", "expect": Outcome.MIXED}) for claim in CLAIMS]
    again = check(renamed, fresh, known=known)
    assert fresh.ledger.forward_rows == plan(renamed, fresh, known).forward_rows == 0
    assert [v.sentence for v in again] == [v.sentence for v in known]
    assert {v.claim.id for v in again} == {"other"}
    assert [v.met for v in again] == [v.outcome == Outcome.MIXED for v in known]


def test_a_check_can_be_watched(solved):
    seen = []
    check(CLAIMS, replace(solved, watch=seen.append))
    assert sum(seen) == solved.ledger.forward_rows
    assert len(seen) == len(solved.ledger.found)


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
    assert str(lines[0]) == "x = 0 0 1: y[0] should be 2, the model says 1"
    assert lines[0].replay == Replay(question=1, output="y[0]")


def test_counterexamples_are_real(wrong):
    tokens, names = wrong.subject.inputs.tokens, wrong.task.vocabulary.symbols
    for line in map(str, Accuracy().check(wrong).counterexamples):
        digits = line.removeprefix("x = ").split(":")[0].split()
        row = int(np.flatnonzero((tokens[:, 1:4] == [names.index(d) for d in digits]).all(axis=1))[0])
        right, said = line.split("should be ")[1].split(", the model says ")
        assert names[wrong.subject.inputs.answers[row, 0]] == right != said


def test_replacements_that_disagree_are_explained(solved):
    constant = Necessary(components="blocks.0.attn.1").check(solved)
    assert "a constant and no information" in constant.advice
    assert "by zero it breaks, by its mean and by that of another input it does not" in constant.sentence
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


def test_a_verdict_on_drawn_inputs_says_so_and_has_an_interval(solved):
    """A task whose model is right everywhere, judged on a sample: more than 99 % is sure, all is not."""
    drawn = Context(Subject.of(solved.subject.engine, solved.subject.stack, solved.task, Inputs(63)))
    almost, all_of_them = Accuracy(id="a", at_least=0.9).check(drawn), Accuracy(id="b").check(drawn)
    assert (almost.outcome, all_of_them.outcome) == (Outcome.CONFIRMED, Outcome.UNDECIDED)
    assert almost.coverage == "63 inputs drawn with seed 0, of 64"
    assert almost.parts[0].low == pytest.approx(40 ** (-1 / 63))


def test_as_many_drawn_inputs_as_there_are_questions_are_not_all_of_them(solved):
    subject = solved.subject
    assert subject.whole and not subject.on(draw(solved.task, len(subject.inputs))).whole


def test_a_domain_too_large_to_number_in_63_bits_is_judged_and_its_counterexamples_can_be_asked_again():
    task = Palindrome()
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, attn_only=True)
    subject = Subject.of(choose_engine(spec).engine, initial_stack(spec, [0]), task, Inputs(500))
    [verdict] = check([Accuracy(at_least=0.99)], Context(subject))
    assert verdict.outcome == Outcome.REFUTED
    assert verdict.coverage == "500 inputs drawn with seed 0, of about 6.7e29"
    [again] = {v.counterexamples[0] for v in (verdict, verdict_from_json(json.loads(json.dumps(verdict.as_json()))))}
    asked = subject.at([again.replay.question])
    assert str(again).startswith(f"x = {' '.join(map(str, asked.tokens[0, 1:-1]))}: palindrome should be")
    assert subject.engine.score(subject.stack, asked).right[0, 0] == 0
    with pytest.raises(PlanError, match="are not in the domain"):
        subject.at([task.domain_size])


def test_how_a_model_works_can_be_judged_where_it_is_right(solved):
    """A model that works, on a task that agrees with it on all but one question."""

    class Otherwise(ReverseIncrement):
        def answers(self, questions):
            right = super().answers(questions)
            right[(questions == 0).all(axis=1), 0] = 0
            return right

    base, length = solved.task.params["base"], solved.task.params["length"]
    subject = Subject.of(solved.subject.engine, solved.subject.stack, Otherwise(base, length))
    how, claims = CLAIMS[:3], (*CLAIMS[:3], Accuracy())
    assert [v.outcome for v in check(claims, Context(subject))] == [Outcome.UNDECIDED] * 3 + [Outcome.REFUTED]
    context = Context(subject, only_right=True)
    verdicts = check(claims, context)
    assert [v.outcome for v in verdicts] == [v.outcome for v in check(how, solved)] + [Outcome.REFUTED]
    assert [v.coverage for v in verdicts] == ["63 answered right, of 64 of 64 inputs"] * 3 + ["64 of 64 inputs"]
    assert all(p.low == p.high for v in verdicts for p in v.parts), "all that are answered right are no sample"
    assert sum(v.forward_rows for v in verdicts) == context.ledger.forward_rows == 64 + 63 * (2 + 5)
    drawn = Context(Subject.of(subject.engine, subject.stack, subject.task, Inputs(63)), only_right=True)
    right = len(np.flatnonzero(drawn.subject.inputs.index))
    assert CLAIMS[0].check(drawn).coverage == f"{right} answered right, of 63 inputs drawn with seed 0, of 64"


def test_where_no_input_is_answered_right_there_is_nothing_to_judge(solved):
    answers = (solved.subject.inputs.answers + 1) % 2
    nowhere = replace(
        solved, subject=solved.subject.on(replace(solved.subject.inputs, answers=answers)), only_right=True
    )
    assert CLAIMS[0].check(nowhere).outcome == Outcome.UNDECIDED


def test_where_the_questions_were_drawn_nothing_is_said_of_a_split(solved):
    task, spec = solved.task, solved.spec
    drawn = Experiment(task, spec, Recipe(), DataSplit(inputs=32))
    found = Split().check(replace(solved, experiment=drawn))
    assert (found.outcome, found.parts) == (Outcome.UNDECIDED, ())
    assert "drawn one by one" in found.sentence


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


@pytest.mark.parametrize(
    ("claim", "circuit"),
    [
        (Necessary(components="blocks.0.attn", by="zero", at_most=0.3), "two-hops"),
        (Linear(components="blocks.0.mlp", at_most=0.1), "curved-mlp-increments"),
    ],
)
def test_what_is_missed_less_than_claimed_is_not_said_to_be_useless(on_each_engine, claim, circuit):
    verdict = claim.check(on_each_engine(circuit))
    assert verdict.outcome == Outcome.REFUTED
    assert verdict.advice.startswith("The model does miss")


def test_a_mixed_verdict_says_which_parts_hold(solved):
    verdict = Attends(head="blocks.0.attn.0", query="predicts y[i]", key="x[0]", each={"i": "outputs"}).check(solved)
    assert verdict.outcome == Outcome.MIXED
    assert verdict.sentence.endswith(" It holds for predicts y[2] → x[0].")


@pytest.mark.parametrize(
    ("values", "said"),
    [((1.0,) * 5, "1 in each"), ((1.0, 0.5, 1.0, 1.0, 1.0), "from 0.5 (part 1) to 1 (part 0)")],
)
def test_values_that_are_all_the_same_are_told_once(values, said):
    parts = [part(f"part {i}", value, ">=", 0.1) for i, value in enumerate(values)]
    assert told(parts, lambda v: f"{v:g}") == said


def test_those_that_do_not_hold_are_named_where_they_are_fewer_and_never_too_many():
    parts = [part(f"y[{i}]", float(i % 2), ">=", 0.5) for i in range(40)]
    assert which(parts[1:4]) == "It does not hold for y[2]."
    assert which(parts).endswith(", y[23] and 8 more.")


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        (Accuracy(at_least=0.0), "no share lies below 0 %"),
        (Accuracy(at_least=0.25), "always giving the most frequent answer reaches 25.00 %, and 25.00 % is asked for"),
        (
            Carries(component="blocks.0.attn.1", variable="x[0]", output="y[2]", at_most=1.0),
            "no share lies above 100 %",
        ),
        (Sufficient(nodes="blocks.0.attn"), "nothing was taken from another input"),
        (Necessary(components=("hook_embed", "blocks.0.hook_resid_post")), "all that the answers are computed from"),
        (Unnecessary(components="hook_pos_embed", by=("mean", "resample")), "the same on every input"),
        (Sufficient(nodes="blocks.0.attn @ predicts y[1]", output="y[1]"), "nothing that was taken from another input"),
        (Attends(head="blocks.0.attn.0", query="BOS", key="BOS"), "the first position sees none but itself"),
        (Attends(head="blocks.0.attn.0", query="predicts y[0]", key="x[2]", at_least=0.2), "looking evenly"),
        (ReadsOut(site="hook_embed", at_least=0.0), "no share lies below 0 %"),
        (Unnecessary(components="blocks.0.attn.0", at_least=0.0), "no share lies below 0 %"),
        (Sufficient(nodes="blocks.0.attn.1", at_least=0.0), "no share lies below 0 %"),
    ],
)
def test_a_claim_that_no_model_could_fail_is_vacuous_and_says_why(solved, claim, told):
    verdict = claim.check(solved)
    assert verdict.outcome == Outcome.VACUOUS
    assert verdict.sentence.startswith(f"It holds and says nothing: {told}") or told in verdict.sentence
    assert not verdict.met


def test_a_threshold_that_no_model_could_miss_says_nothing_of_a_wrong_one_either(wrong):
    for claim in (ReadsOut(site="hook_embed", at_least=0.0), Necessary(components="blocks.0.attn.0", at_most=1.0)):
        assert claim.check(wrong).outcome == Outcome.VACUOUS


def test_several_keys_at_once_are_more_than_one(solved):
    """A head that chooses one of them fails it."""
    keys = {"i": "0..2"}
    some, none = (
        Attends(head="blocks.0.attn.0", query="predicts y[0]", key="x[i]", each=keys, at_least=share).check(solved)
        for share in (0.1, 0.01)
    )
    assert [part.forced == "" for part in (*some.parts, *none.parts)] == [True] * 3 + [False] * 3


def test_what_every_model_that_is_right_needs_is_told(of_circuit):
    said = "Every model of these sizes that is right needs it"
    one = Necessary(components="blocks.0.attn.0").check(of_circuit("value-output-increments"))
    assert one.outcome == Outcome.CONFIRMED and one.advice.startswith(said)
    context = of_circuit("two-hops")
    alone, both = (Necessary(components=names, at_most=0.6).check(context) for names in ("blocks.1.attn", BOTH))
    assert said not in alone.advice and both.advice.startswith(said)


BOTH = "blocks.0.attn + blocks.1.attn"


@pytest.mark.parametrize("name", ["CONFIRMED", "refuted", "Vacuous"])
def test_a_claim_is_not_called_what_a_verdict_says(name):
    with pytest.raises(ClaimError, match="is what a verdict says"):
        Accuracy(id=name)


def test_there_is_no_minus_nothing():
    claim = Accuracy(at_least=-0.0)
    assert "at least 0 %" in claim.tested
    assert claim.text().digest == Accuracy(at_least=0.0).text().digest


def test_a_threshold_above_guessing_says_something(solved):
    assert Accuracy(at_least=0.26).check(solved).outcome == Outcome.CONFIRMED
