"""Text becomes claims that are known to fit, and nobody looks again."""

from __future__ import annotations

import pytest

from openwork.analyses import Subject
from openwork.claims import (
    Accuracy,
    Context,
    Necessary,
    about_models,
    claims_given,
    fitted,
    parse_claims,
    require_claims_fit,
    watched_check,
)
from openwork.engines import choose_engine
from openwork.errors import ClaimError
from openwork.models import initial_stack, spec_for
from openwork.tasks import ReverseIncrement

TASK = ReverseIncrement(2, 3)
SPEC = spec_for(TASK, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
FILE = """
[[claim]]
kind = "necessary"
components = "blocks.0.mlp"

[[claim]]
id = "half"
kind = "accuracy"
at_least = 0.5
"""


@pytest.fixture
def looks(monkeypatch):
    """The kinds of the claims that were asked whether they fit, as often as they were."""
    asked: list[str] = []
    for kind in (Accuracy, Necessary):
        misfits = kind.misfits

        def counted(self, task, spec, misfits=misfits):
            asked.append(self.kind)
            return misfits(self, task, spec)

        monkeypatch.setattr(kind, "misfits", counted)
    return asked


def test_from_a_file_to_its_verdicts_each_claim_is_looked_at_once(looks):
    claims = about_models(claims_given(parse_claims(FILE, TASK, SPEC)))
    context = Context(Subject.of(choose_engine(SPEC).engine, initial_stack(SPEC, [1]), TASK))
    watched_check(require_claims_fit(claims, TASK, SPEC), context, known=(), watch=lambda step: None)
    assert looks == ["necessary", "accuracy"]


def test_on_another_model_they_are_looked_at_again():
    claims = parse_claims(FILE, TASK, SPEC)
    other = spec_for(TASK, n_layers=1, d_model=4, n_heads=1, d_head=2, attn_only=True)
    assert fitted(claims, TASK, SPEC) is claims and list(map(len, fitted(claims, TASK, other).misfits)) == [1, 0]
    with pytest.raises(ClaimError, match="necessary, components"):
        require_claims_fit(claims, TASK, other)
