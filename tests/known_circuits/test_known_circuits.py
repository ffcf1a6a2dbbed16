"""Claims whose outcome is known, because the weights were set by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from openwork.analyses import ablate, attention, readout
from openwork.claims import KINDS, Outcome
from openwork.engines import choose_engine
from openwork.testing import check_task
from openwork.testing.known_circuits import check_exam, exam_page, known_circuits

DOCS = Path(__file__).parents[2] / "docs"
CIRCUITS = known_circuits()
EACH_CIRCUIT = pytest.mark.parametrize("circuit", CIRCUITS, ids=lambda c: c.name)


@EACH_CIRCUIT
def test_every_verdict_is_the_known_one(answers, circuit):
    judged = answers(circuit.name)
    assert judged
    assert [str(answer) for answer in judged if not answer.right] == []
    assert all(len(answer.verdict.counterexamples) <= 10 for answer in judged)


@EACH_CIRCUIT
def test_what_a_verdict_cost_was_known_before(circuit):
    engine = choose_engine(circuit.stack.spec, "native", 1).engine
    for claim, _ in circuit.claims:
        if claim.kind != "learns":  # told in advance is what training takes; these trials are made up
            context = circuit.context(engine)
            spent, told = claim.check(context).forward_rows, claim.cost(context)
            assert spent <= told if circuit.only_right else spent == told, claim


@EACH_CIRCUIT
def test_a_circuit_introduces_itself(circuit):
    assert circuit.says and circuit.trap
    assert circuit.confirmed or circuit.refuted
    check_task(circuit.task)


def test_names_and_claims_are_not_repeated():
    assert len({circuit.name for circuit in CIRCUITS}) == len(CIRCUITS)
    for circuit in CIRCUITS:
        claims = [str(claim.as_table()) for claim, _ in circuit.claims]
        assert len(set(claims)) == len(claims), circuit.name


def test_forty_claims_are_true_and_forty_are_false():
    outcomes = Counter(outcome for circuit in CIRCUITS for _, outcome in circuit.claims)
    assert outcomes[Outcome.CONFIRMED] >= 40
    assert outcomes[Outcome.REFUTED] >= 40


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_confirmed_and_refuted_somewhere(kind):
    found = {outcome for circuit in CIRCUITS for claim, outcome in circuit.claims if claim.kind == kind}
    assert {Outcome.CONFIRMED, Outcome.REFUTED} <= found


def test_the_page_of_the_exam_is_up_to_date(answers):
    found = (DOCS / "exam.md").read_text(encoding="utf-8")
    judged = [answer for circuit in CIRCUITS for answer in answers(circuit.name)]
    assert found == exam_page(judged), "run scripts/generate_docs.py"


def test_an_engine_that_is_wrong_fails_the_exam(engine, monkeypatch):
    check_exam(engine, CIRCUITS[:1])
    monkeypatch.setattr(type(engine), "run", _answers_zero(type(engine).run))
    with pytest.raises(AssertionError, match=r"attention-increments: .* expected CONFIRMED, found REFUTED"):
        check_exam(engine, CIRCUITS[:1])


def _answers_zero(run):
    def broken(self, *given, **named):
        for trace in run(self, *given, **named):
            trace.logits[...] = np.arange(trace.logits.shape[-1], 0, -1)
            yield trace

    return broken


@pytest.mark.parametrize("circuit", [c for c in CIRCUITS if not c.only_right], ids=lambda c: c.name)
def test_claims_and_analyses_find_the_same_numbers(engine, answers, circuit):
    here = circuit.context(engine)
    for answer in answers(circuit.name):
        claim, values = answer.claim, [part.value for part in answer.verdict.parts]
        match claim.kind:
            case "reads-out" if not claim.output:
                there = readout(here.subject, claim.site, claim.basis, claim.after_norm, claim.measure).per_position
                assert values == pytest.approx(list(there))
            case "necessary" | "unnecessary" if not any("+" in names for names in claim.components):
                named = [(names, by) for names in claim.components for by in claim.by]
                there = [ablate(here.subject, n.replace("attn.", "attn.head."), by, seed=claim.seed) for n, by in named]
                assert values == pytest.approx([found.accuracy for found in there])
            case "attends" if claim.key == "x[n-1-i]" and claim.each == (("i", "outputs"),):
                there = attention(here.subject, int(claim.head.split(".")[1])).on_deciding[int(claim.head[-1])]
                assert values == pytest.approx(list(there))
