from __future__ import annotations

from dataclasses import replace

from openwork.analyses import Subject
from openwork.claims import Accuracy, Context, Necessary, check, watched_check
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.tasks import ReverseIncrement

TASK = ReverseIncrement(2, 3)
SPEC = spec_for(TASK, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
CLAIMS = (Accuracy(), Necessary(components=["blocks.0.mlp", "blocks.0.attn"], at_most=0.9))


def context():
    return Context(Subject.of(choose_engine(SPEC).engine, initial_stack(SPEC, [1]), TASK))


def test_it_judges_as_nobody_watched_and_tells_how_far_it_is():
    steps, rows = [], []
    found = watched_check(CLAIMS, context=replace(context(), watch=rows.append), known=(), watch=steps.append)
    assert found == check(CLAIMS, context())
    shares = [step.done for step in steps]
    assert shares == sorted(shares) and shares[-1] == 1.0 and steps[0].what == "claim 1 of 2"
    assert steps[-1].forward_rows == sum(rows) == sum(verdict.forward_rows for verdict in found) > 0


def test_without_claims_nothing_is_told():
    steps = []
    assert watched_check((), context(), (), steps.append) == () and steps == []
