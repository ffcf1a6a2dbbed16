"""The article's claims on two models that solve its task, beside what an independent judge measured of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.claims import Context, Outcome, Trials, Verdict, article_for, check, plan
from openwork.engines import choose_engine
from openwork.models import stack_of
from openwork.training import named_experiment

SOLVED = Path(__file__).parent / "solved"
NOTEBOOK = named_experiment("notebook")


@cache
def verdicts(model: str) -> dict[str, Verdict]:
    weights = load_file(SOLVED / f"model_{model}.safetensors")
    stack = stack_of(NOTEBOOK.spec, {name: array[None] for name, array in weights.items()})
    subject = Subject.of(choose_engine(stack.spec).engine, stack, NOTEBOOK.task)
    here = Context(subject, NOTEBOOK, trials=lambda name, seeds: Trials(name, seeds, reached=0, at_end=0))
    claims = article_for(NOTEBOOK.task, NOTEBOOK.spec)
    expected = plan([claim for claim in claims if claim.kind != "learns"], here).forward_rows
    found = check(claims, here)
    assert here.ledger.forward_rows == expected
    return {verdict.claim.id: verdict for verdict in found}


def facts(model: str):
    return json.loads((SOLVED / f"model_{model}.facts.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("model", ["A", "B"])
def test_all_six_claims_are_judged_on_every_input(model):
    found = verdicts(model)
    assert list(found) == [
        "mirror-attention",
        "embedding-readout",
        "mlps-necessary",
        "increment-needs-mlp",
        "shuffled-split",
        "always-learns",
    ]
    assert found["mirror-attention"].coverage == "65,536 of 65,536 inputs"


@pytest.mark.parametrize("model", ["A", "B"])
def test_the_pictures_of_the_article_are_not_confirmed(model):
    found = verdicts(model)
    assert found["mirror-attention"].outcome in (Outcome.MIXED, Outcome.REFUTED)
    assert found["embedding-readout"].outcome == Outcome.REFUTED
    assert found["shuffled-split"].outcome == Outcome.REFUTED
    assert found["always-learns"].outcome == Outcome.REFUTED
    assert len(found["mirror-attention"].counterexamples) == 10


@pytest.mark.parametrize("model", ["A", "B"])
def test_the_numbers_are_those_of_the_independent_judge(model):
    found, known = verdicts(model), facts(model)
    assert found["embedding-readout"].effect.value == pytest.approx(known["readout"]["W_E"], abs=1e-4)
    values = {part.label: part.value for part in found["mlps-necessary"].parts}
    for layer in (0, 1):
        for by, said in (("zero", "by zero"), ("mean", "by its mean")):
            expected = known[by][f"blocks.{layer}.hook_mlp_out"]
            assert values[f"blocks.{layer}.mlp {said}"] == pytest.approx(expected, abs=1e-4)


def test_a_counterexample_can_be_read():
    first = str(verdicts("A")["embedding-readout"].counterexamples[0])
    assert first.startswith("x = ")
    assert "y[0] should be" in first
