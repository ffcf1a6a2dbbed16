"""Two programs on two models that solve the notebook's task: where answers tell nothing apart, both are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.claims import Context, Outcome
from openwork.claims.check import check
from openwork.claims.kinds.implements import Implements
from openwork.data import Inputs
from openwork.engines import choose_engine
from openwork.models import stack_of
from openwork.testing.known_circuits.programs import adding_then_fetching, fetching
from openwork.training import named_experiment

SOLVED = Path(__file__).parent / "solved"
NOTEBOOK = named_experiment("notebook")


def solved(model: str) -> Context:
    weights = load_file(SOLVED / f"model_{model}.safetensors")
    stack = stack_of(NOTEBOOK.spec, {name: array[None] for name, array in weights.items()})
    return Context(Subject.of(choose_engine(stack.spec).engine, stack, NOTEBOOK.task, Inputs(2048)), NOTEBOOK)


@pytest.mark.parametrize("model", ["A", "B"])
@pytest.mark.parametrize("outputs", [(4,), (3, 4)], ids=["confirmed", "mixed"])
def test_fetch_then_increment_and_increment_then_fetch_are_named_together(model, outputs):
    """The head of the first layer brings the digit of y[4] in both models, and that of y[3] in neither alone."""
    claims = [
        Implements(
            id=name,
            program=program,
            alignment={f"{variable}[{i}]": f"blocks.0.attn @ predicts y[{i}]" for i in outputs},
            at_least=0.9,
        )
        for name, program, variable in (
            ("fetch-first", fetching(), "digit"),
            ("add-first", adding_then_fetching(), "fetched"),
        )
    ]
    fetch, add = check(claims, solved(model))
    assert fetch.outcome == add.outcome == (Outcome.CONFIRMED if len(outputs) == 1 else Outcome.MIXED)
    assert [part.value for part in fetch.parts] == [part.value for part in add.parts]
    assert all("nothing to the answer, which tells" in verdict.sentence for verdict in (fetch, add))
    assert (fetch.alike, add.alike) == (("add-first",), ("fetch-first",))
