from __future__ import annotations

import json
import re

import numpy as np
import pytest

from openwork.claims import (
    Attends,
    Carries,
    GivenProgram,
    Implements,
    Linear,
    Necessary,
    ReadsOut,
    Sufficient,
    Unnecessary,
    verdict_from_json,
)
from openwork.claims.counterexample import Replay
from openwork.claims.replay import edits_at, question_number, run_again
from openwork.errors import ClaimError
from openwork.interventions import Patch, Zero
from openwork.tasks import BalancedBrackets, ReverseIncrement


def digit(x):
    return x[::-1]


def y(digit):
    return [(d + 1) % 4 for d in digit]


EACH = {"i": "outputs"}
CLAIMS = [
    Carries(component="blocks.0.attn.1", variable="x[n-1-i]", output="y[i]", at="predicts y[i]", each=EACH),
    Carries(component="blocks.0.attn.0", variable="x[0]", output="y[2]", at_most=0.1),
    Necessary(components="blocks.0.attn.1", by="zero"),
    Unnecessary(components="blocks.0.attn.0"),
    Sufficient(nodes="blocks.0.attn.1"),
    Sufficient(edges=["embed -> blocks.0.attn.1", "blocks.0.attn.1 -> output", "embed -> output"]),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.kind)
def test_what_a_counterexample_says_happens_again(on_each_engine, claim):
    context = on_each_engine("attention-increments")
    verdict = verdict_from_json(json.loads(json.dumps(claim.check(context).as_json())))
    assert len(verdict.counterexamples) == 10
    for example in verdict.counterexamples:
        said = re.search(r"(?:model says|becomes) (\S+)$", example.line)[1]
        found = run_again(context.subject, example.replay)
        output = found.outputs.index(example.replay.output)
        assert found.edited[output].symbol == said
        assert found.unedited[output].symbol == found.right[output]


REFUTED = [
    (Necessary(components="blocks.0.attn.1", by="mean"), "attention-increments"),
    (Necessary(components="blocks.0.attn.1", by=["zero", "mean"]), "attention-increments"),
    (Linear(components="blocks.0.mlp", at_most=0.9), "affine-mlp-increments"),
]


@pytest.mark.parametrize(("claim", "circuit"), REFUTED)
def test_what_is_not_missed_has_inputs_that_stay_right(on_each_engine, claim, circuit):
    context = on_each_engine(circuit)
    verdict = verdict_from_json(json.loads(json.dumps(claim.check(context).as_json())))
    assert len(verdict.counterexamples) == 10
    for example in verdict.counterexamples:
        found = run_again(context.subject, example.replay)
        right = sum(a.symbol == r for a, r in zip(found.edited, found.right, strict=True))
        assert right == len(found.right)
        assert example.line.endswith(f" {right} of {right} answers are right")


def test_what_a_claim_looked_at_is_looked_at_again(on_each_engine):
    attends = Attends(head="blocks.0.attn.0", query="predicts y[i]", key="BOS", each=EACH)
    verdict = verdict_from_json(json.loads(json.dumps(attends.check(on_each_engine("two-hops")).as_json())))
    assert verdict.counterexamples
    for example in verdict.counterexamples:
        weight = float(re.search(r"attention to BOS is (\S+)$", example.line)[1])
        looked = run_again(on_each_engine("two-hops").subject, example.replay).looked
        found = re.fullmatch(
            r"blocks.0.attn.hook_pattern, head 0: (\S+) from position \d .* to position 0 \(BOS\)", looked
        )
        assert float(found[1]) == pytest.approx(weight, abs=0.006)


@pytest.mark.parametrize("circuit", ["read-after-norm", "two-hops"])
def test_what_a_site_reads_out_is_read_again(on_each_engine, circuit):
    context = on_each_engine(circuit)
    verdict = ReadsOut(site="blocks.0.hook_resid_post").check(context)
    verdict = verdict_from_json(json.loads(json.dumps(verdict.as_json())))
    assert len(verdict.counterexamples) == 10
    for example in verdict.counterexamples:
        looked = run_again(context.subject, example.replay).looked
        assert looked.rpartition("nearest is ")[2] == example.line.rpartition("nearest is ")[2]


def test_a_programs_counterexample_too(on_each_engine):
    context = on_each_engine("attention-increments")
    program = GivenProgram.of(digit, y)
    claim = Implements(program=program, alignment={"digit[i]": "blocks.0.attn.2 @ predicts y[i]"}, each=EACH)
    for example in claim.check(context).counterexamples:
        found = run_again(context.subject, example.replay)
        assert example.line.endswith("the model " + " ".join(answer.symbol for answer in found.edited))


def test_probabilities_and_tokens(solved):
    found = run_again(solved.subject, Replay(27))
    seen = [(token.role, token.symbol) for token in found.tokens]
    assert seen == [("BOS", "BOS"), ("x[0]", "1"), ("x[1]", "2"), ("x[2]", "3"), ("y[0]", "0"), ("y[1]", "3")]
    assert found.right == ("0", "3", "2")
    assert found.edited is None
    assert all(0.25 < answer.probability == answer.right_probability <= 1 for answer in found.unedited)


def test_edits_by_hand(solved):
    edits = edits_at(Patch, ["blocks.0.attn.0 @ predicts y[0]"], solved.task, solved.spec, "--patch")
    found = run_again(solved.subject, Replay(0, tuple(edits), 63))
    assert [answer.symbol for answer in found.edited] == ["0", "1", "1"]
    assert found.other_right == ("0", "0", "0")


def test_places_that_are_not_there(solved):
    with pytest.raises(ClaimError) as caught:
        edits_at(Zero, ["blocks.1.attn", "blocks.0.attn @ predict y[0]"], solved.task, solved.spec, "--zero")
    assert len(caught.value.reasons) == 2
    assert "did you mean 'predicts y[0]'" in str(caught.value)


@pytest.mark.parametrize("text", ["27", "1 2 3", "123"])
def test_a_question_by_number_or_by_its_symbols(text):
    assert question_number(ReverseIncrement(4, 3), text) == 27


@pytest.mark.parametrize("text", ["", "1 2 4", "1 2 3 0", "x"])
def test_what_is_no_question(text):
    with pytest.raises(ClaimError, match="is no question of this task"):
        question_number(ReverseIncrement(4, 3), text)


def test_a_short_question_is_filled_up():
    task = BalancedBrackets()
    asked = task.questions(np.array([question_number(task, "( ) ( ) end")]))
    shown = [task.vocabulary.symbols[int(token)] for token in task.tokens(asked)[0] if token != task.pad_token]
    assert shown == ["start", "(", ")", "(", ")", "end"]
