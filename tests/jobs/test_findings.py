"""Many small models: all claims of each, its routes, and a page of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from openwork.analyses import Line
from openwork.claims import Accuracy, Attends, Learns, Outcome, Publication
from openwork.data import DataSplit
from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.findings import findings
from openwork.jobs.setting import Setting
from openwork.models import spec_for
from openwork.report import Findings, findings_document
from openwork.report.lower_markdown import markdown
from openwork.runs import Store
from openwork.tasks import ReverseIncrement
from openwork.training import Experiment, recipe

TASK = ReverseIncrement(2, 2)
SPEC = spec_for(TASK, n_layers=2, d_model=8, n_heads=1, d_head=4, d_mlp=16)
LEARN = recipe(epochs=200, batch_size=4, lr=1e-2, schedule="constant")
EXPERIMENT = Experiment(TASK, SPEC, LEARN, DataSplit(held_out=0.0))
CLAIMS = (
    ("Right", (Accuracy(id="all-right"),)),
    ("Looks", (Attends(id="looks", head="blocks.0.attn.0", query="predicts y[1]", key="x[0]", at_least=0.5),)),
)


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> Findings:
    with Store.open(tmp_path_factory.mktemp("store")) as store:
        asked = CensusAsked(EXPERIMENT, range(5), 24.0)
        said = "openwork findings here"
        return findings(EXPERIMENT, range(5), CLAIMS, Setting(store, threads=1), said, programs=asked)


def test_only_solved_models_are_asked_and_every_claim_of_each(found):
    assert 0 < len(found.models) <= 5
    assert all([v.claim.id for v in model.verdicts] == ["all-right", "looks"] for model in found.models)
    assert found.confirmed("all-right") == 1


def test_models_are_grouped_by_how_their_answers_travel(found):
    for groups in (found.mechanisms, found.shapes):
        assert sorted(m.seed for _, of in groups for m in of) == [m.seed for m in found.models]
        sizes = [len(of) for _, of in groups]
        assert sizes == sorted(sizes, reverse=True)
    assert len(found.shapes) <= len(found.mechanisms)
    assert all(len(shape.split()) == 2 for shape, _ in found.shapes)


def test_mechanisms_are_counted_as_programs_where_these_are_looked_for(found):
    assert [model.seed for model in found.census.solved] == [model.seed for model in found.models]
    page = markdown(findings_document(found))
    assert "## Mechanisms as programs" in page and "def program(x):" in page
    assert page.count("openwork findings here") == 1
    alone = markdown(findings_document(replace(found, census=None)))
    assert "as programs" not in alone and "def program" not in alone


def test_models_of_which_all_claims_of_a_group_hold_are_counted_together(found):
    (_, right), (_, looks) = found.claims
    both = found.all_confirmed((*right, *looks))
    assert found.all_confirmed(right) == found.models
    page = markdown(findings_document(replace(found, claims=(("Both", (*right, *looks)),))))
    assert f"All 2 together hold of {len(both)} of {len(found.models)} models" in page
    assert both == tuple(m for m in found.models if all(v.outcome is Outcome.CONFIRMED for v in m.verdicts))


def test_the_page_says_how_many_and_what_is_not_known(found):
    page = markdown(findings_document(found))
    solved = len(found.models)
    assert f"**{solved} of 5** seeds solve the task" in page
    assert f"| all-right | {solved} |" in page
    heads, aligned = next(pair for pair in pairwise(page.splitlines()) if "| CONFIRMED |" in pair[0])
    numbers = [
        align for name, align in zip(heads.split("|"), aligned.split("|"), strict=True) if name.strip().isupper()
    ]
    assert numbers == ["--:"] * len(Outcome)
    for words in (
        "## Mechanisms as routes",
        "## What remains unexplained",
        "openwork findings here",
        "y\\[0\\] <- x\\[1\\]",
    ):
        assert words.replace("<-", "\\<-") in page or words in page, words


def test_asking_again_is_answered_from_the_store(tmp_path):
    events: list[object] = []
    with Store.open(tmp_path) as store:
        first = findings(EXPERIMENT, range(2), CLAIMS, Setting(store, threads=1), "")
        again = findings(EXPERIMENT, range(2), CLAIMS, Setting(store, threads=1, watch=events.append), "")
    assert sum(isinstance(event, Line) for event in events) == len(first.models)
    assert [m.routes for m in again.models] == [m.routes for m in first.models]


def test_where_no_seed_is_solved_nothing_is_said_of_models(found):
    page = markdown(findings_document(replace(found, models=())))
    assert "**0 of 5** seeds solve the task" in page and "no model to ask" in page
    assert "mechanisms" not in page and "all-right" not in page


def test_claims_about_a_recipe_are_judged_once_and_shown_apart(tmp_path):
    claims = (("Right", (Accuracy(id="all-right"), Learns(experiment="notebook", seeds=2, at_least=0.5))),)
    with Store.open(tmp_path) as store:
        found = findings(EXPERIMENT, range(3), claims, Setting(store, threads=1), "", publication=Publication("A page"))
    assert found.claims == (("Right", claims[0][1][:1]),)
    assert all([v.claim.id for v in model.verdicts] == ["all-right"] for model in found.models)
    assert [v.claim.id for v in found.recipe.verdicts] == ["learns"]
    page = markdown(findings_document(found))
    assert "## About the recipe" in page and "`notebook`, the recipe of “A page”" in page
