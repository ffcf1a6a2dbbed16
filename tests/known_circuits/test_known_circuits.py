"""Claims whose outcome is known, because the weights were set by hand."""

from __future__ import annotations

import pytest

from openwork.analyses import Subject, ablate, attention, readout
from openwork.claims import KINDS, Context, Outcome
from openwork.engines import choose_engine
from openwork.testing.known_circuits import KnownCircuit, known_circuits

CIRCUITS = known_circuits()
TABLE = [
    pytest.param(circuit, claim, outcome, id=f"{circuit.name}-{n}-{claim.kind}-{outcome}")
    for circuit in CIRCUITS
    for n, (claim, outcome) in enumerate(circuit.claims)
]


def context(circuit: KnownCircuit) -> Context:
    return Context(Subject.of(choose_engine(circuit.stack.spec).engine, circuit.stack, circuit.task))


@pytest.mark.parametrize(("circuit", "claim", "outcome"), TABLE)
def test_the_verdict_is_the_known_one(circuit, claim, outcome):
    assert not list(claim.misfits(circuit.task, circuit.stack.spec))
    verdict = claim.check(context(circuit))
    assert verdict.outcome == outcome, verdict
    assert len(verdict.counterexamples) <= 10


def test_every_kind_about_a_model_is_confirmed_and_refuted_somewhere():
    found = {(claim.kind, outcome) for circuit in CIRCUITS for claim, outcome in circuit.claims}
    for kind in set(KINDS) - {"split", "learns"}:  # these two are about data and seeds: see tests/claims
        assert {(kind, Outcome.CONFIRMED), (kind, Outcome.REFUTED)} <= found


@pytest.mark.parametrize("circuit", CIRCUITS, ids=lambda c: c.name)
def test_claims_and_analyses_find_the_same_numbers(circuit):
    here = context(circuit)
    for claim, _ in circuit.claims:
        parts = claim.check(here).parts
        values = [part.value for part in parts]
        match claim.kind:
            case "reads-out":
                there = readout(here.subject, claim.site, claim.basis, claim.after_norm, claim.measure).per_position
                assert values == pytest.approx(list(there))
            case "necessary":
                named = [(names, by) for names in claim.components for by in claim.by]
                there = [ablate(here.subject, n.replace("attn.", "attn.head."), by, seed=claim.seed) for n, by in named]
                assert values == pytest.approx([found.accuracy for found in there])
            case "attends" if claim.key == "x[n-1-i]":
                there = attention(here.subject, 0).on_carrier[int(claim.head[-1])]
                assert values == pytest.approx(list(there))
