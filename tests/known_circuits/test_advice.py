"""Where a trap makes a verdict easy to misread, its advice names the trap."""

from __future__ import annotations

import pytest

from openwork.claims import Outcome
from openwork.engines import choose_engine
from openwork.testing.known_circuits import known_circuits, sit

CIRCUITS = {circuit.name: circuit for circuit in known_circuits()}


@pytest.mark.parametrize(
    ("circuit", "kind", "outcome", "told"),
    [
        ("constant-mlp", "necessary", Outcome.MIXED, "a constant and no information"),
        ("redundant-routes", "unnecessary", Outcome.MIXED, "they are redundant"),
        ("redundant-routes", "necessary", Outcome.MIXED, "look for a second route"),
        ("cancelling", "necessary", Outcome.MIXED, "they undo one another"),
        ("reads-own-answers", "carries", Outcome.REFUTED, "teacher-forced outputs"),
        ("bright-picture", "attends", Outcome.CONFIRMED, "confirm with an intervention"),
        ("read-after-norm", "reads-out", Outcome.REFUTED, "after the final norm"),
        ("unembedding-increments", "reads-out", Outcome.REFUTED, "with the unembedding"),
        ("long-column", "reads-out", Outcome.VACUOUS, "what a model could miss"),
        ("long-column", "reads-out", Outcome.REFUTED, "not written here yet"),
        ("value-output-increments", "linear", Outcome.REFUTED, "non-linearity is not needed"),
        ("two-halves", "carries", Outcome.REFUTED, "a part of it"),
        ("looks-too-far", "carries", Outcome.UNDECIDED, "right on every input"),
    ],
)
def test_the_advice_names_the_trap(circuit, kind, outcome, told):
    engine = choose_engine(CIRCUITS[circuit].stack.spec, "native", 1).engine
    verdicts = [answer.verdict for answer in sit(engine, [CIRCUITS[circuit]], kind)]
    assert any(told in verdict.advice for verdict in verdicts if verdict.outcome is outcome)
