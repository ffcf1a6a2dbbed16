"""What a verdict says of a claim: what was tested, by whom it is also met, and what could decide it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from openwork.analyses import Subject
from openwork.claims import (
    Accuracy,
    Attends,
    Carries,
    Context,
    Decompiles,
    Linear,
    Necessary,
    Outcome,
    ReadsOut,
    Replay,
    Sufficient,
    Unnecessary,
    check,
    verdict_from_json,
)
from openwork.claims import claim as claim_room
from openwork.claims.claim import Finding
from openwork.claims.replay import run_again
from openwork.claims.verdict import part
from openwork.claims.wording import MEASURE_MORE
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for, stack_of
from openwork.programs import Output, Program, Symbol, decompile
from openwork.programs.language import Constant
from openwork.tasks import make_task


def test_what_is_tested_stands_first_and_the_author_is_quoted(solved):
    verdict = Accuracy(at_least=0.9, says="computes it with a quantum Fourier transform").check(solved)
    assert verdict.claim.statement == "answers are right on at least 90.00 % of inputs"
    assert verdict.claim.quotation == "computes it with a quantum Fourier transform"
    assert verdict_from_json(verdict.as_json()) == verdict
    assert verdict.as_json()["tested"] == verdict.claim.statement
    assert Accuracy().check(solved).claim.quotation == ""


def test_a_verdict_of_before_has_what_its_author_said(solved):
    kept = Accuracy(says="It is right.").check(solved).as_json()
    old = {name: value for name, value in kept.items() if name not in ("tested", "alike", "judge")}
    old["parts"] = [{k: v for k, v in p.items() if k not in ("control", "forced", "guess")} for p in old["parts"]]
    assert verdict_from_json(old).claim.statement == "It is right."
    assert verdict_from_json(old).outcome == Outcome.CONFIRMED


def test_what_nothing_could_decide_is_vacuous_whatever_was_expected(solved):
    claim = Accuracy(at_least=0.0, expect="VACUOUS")
    assert claim.check(solved).met


def test_a_threshold_is_told_with_every_digit_that_it_has(solved):
    assert Accuracy(at_least=1e-6).tested == "answers are right on at least 0.0001 % of inputs"
    assert Accuracy(at_least=0.99999).tested == "answers are right on at least 99.999 % of inputs"
    assert Necessary(components=("blocks.0.mlp",), at_most=0.123456).tested.endswith(
        "at most 12.3456 % of answers are right"
    )
    verdict = Accuracy(at_least=1e-6).check(solved)
    assert "reaches 25.00 %, and 0.0001 % is asked for. It was measured all the same. 100 %" in verdict.sentence
    assert verdict.advice == "Claim what a model could miss: another threshold."


def test_what_the_wiring_forces_is_answered_by_another_place(solved):
    advice = Sufficient(nodes="blocks.0.attn").check(solved).advice
    assert "fewer components" in advice and "not the only way" in advice


def test_need_of_a_constant_is_not_called_need(of_circuit):
    here = of_circuit("constant-mlp")
    zero = Necessary(components=("blocks.0.mlp",), by=("zero",)).check(here)
    assert zero.outcome == Outcome.CONFIRMED and "what is a mere constant" in zero.advice
    assert "The model needs it" not in zero.advice
    assert zero.claim.statement.startswith("with blocks.0.mlp replaced by zero, at most")


def test_logits_that_are_no_numbers_are_wrong(circuits, of_circuit):
    circuit = circuits["attention-increments"]
    weights = {name: array.copy() for name, array in circuit.stack.named().items()}
    weights["unembed.b_U"][0, 0] = np.nan
    context = of_circuit("attention-increments", stack_of(circuit.stack.spec, weights))
    verdict = Accuracy(at_least=0.5).check(context)
    assert verdict.outcome == Outcome.REFUTED
    assert "192 answers are wrong because their logits are not numbers" in verdict.sentence
    assert {answer.symbol for answer in run_again(context.subject, Replay(0)).unedited} == {"not a number"}
    found = decompile(context.subject)
    assert found.word == "not decompiled" and "its logits are not numbers on 64 of 64 inputs" in found.missing
    zero = tuple(
        Output(name, Constant(0), at) for name, at in zip(circuit.task.outputs, circuit.task.graded, strict=True)
    )
    said = Decompiles(program=Program((Symbol("x[0]", circuit.task.roles["x[0]"]),), (), zero)).check(context)
    assert said.outcome == Outcome.REFUTED and {part.holds for part in said.parts} == {False}


def test_all_measured_is_not_answered_by_measuring_more(solved):
    finding = Finding((part("p", 0.5, ">=", 0.5, (0.0, 1.0)),), "", None, (), lambda _: MEASURE_MORE)
    assert claim_room._advice(Outcome.UNDECIDED, finding, solved).startswith("All inputs were measured")


def test_untrained_models_are_asked_where_only_right_answers_count(circuits):
    circuit = circuits["one-vote-lost"]
    looks = next(c for c in circuit.undecided if c.kind == "attends")
    verdict = looks.check(circuit.context(choose_engine(circuit.stack.spec, "native", 1).engine))
    assert verdict.outcome == Outcome.UNDECIDED and "Untrained models reach" in verdict.sentence
    assert verdict.parts[0].met_by_control
    alone = replace(circuit.context(choose_engine(circuit.stack.spec, "native", 1).engine), controls=None)
    assert looks.check(alone).outcome == Outcome.CONFIRMED


def test_nothing_of_how_a_network_with_random_weights_works_is_confirmed():
    """It is right on some inputs by luck, and loses them with nearly any change."""
    task = make_task("majority", {"length": 7})
    spec = spec_for(task, n_layers=1, d_model=16, n_heads=2, d_head=8, d_mlp=32)
    engine = choose_engine(spec, "native", 1).engine
    head, mlp = "blocks.0.attn.1", "blocks.0.mlp"
    claims = (
        Necessary(components=(head, mlp)),
        Necessary(components=mlp, by="resample", at_most=0.7),
        Unnecessary(components=mlp),
        Carries(component=head, variable="x[0]", output="majority", at_most=0.5),
        Carries(component=mlp, variable="x[0]", output="majority"),
        Linear(components=mlp, at_most=0.99),
        Linear(components=mlp),
        Attends(head=head, query="predicts majority", key="x[0]", at_least=0.13),
        ReadsOut(site="blocks.0.hook_resid_mid", after_norm=True, at_least=0.6),
        Sufficient(nodes=mlp, at_least=0.9),
    )
    # Among these is one that is right on three inputs of four.
    for seed in range(5000, 5040):
        context = Context(Subject.of(engine, initial_stack(spec, [seed]), task), only_right=True)
        said = {verdict.claim.statement: verdict.outcome for verdict in check(claims, context)}
        assert Outcome.CONFIRMED not in said.values(), (seed, said)


def test_a_loss_is_confirmed_where_it_is_greater_than_theirs(circuits):
    circuit = circuits["one-vote-lost"]
    context = circuit.context(choose_engine(circuit.stack.spec, "native", 1).engine)
    losses = [Necessary(components="blocks.0.attn.0", by=("zero", "mean"), at_most=most) for most in (0.65, 0.75)]
    greater, as_great = check(losses, context)
    assert (greater.outcome, as_great.outcome) == (Outcome.CONFIRMED, Outcome.UNDECIDED)
    assert "claim a greater one" in as_great.advice
