"""The last step of a tour says of a claim no more than its verdict; and a teacher's own steps fit page and model."""

from __future__ import annotations

import re
from importlib.resources import files
from types import SimpleNamespace

import pytest

from openwork.claims import TourStep, heading_of
from openwork.claims.tour import COPY, STATE
from openwork.claims.verdict import Outcome
from openwork.errors import ClaimError
from openwork.models import spec_for
from openwork.page import tour
from openwork.page.tour_links import fitting
from openwork.tasks import ReverseIncrement


def judged(*outcomes):
    """Claims that came out so, the last with an example, and the report that they stand in."""
    claims = [{"outcome": one, "examples": [{"question": None}]} for one in outcomes]
    claims[-1]["examples"] = [{"question": 7}]
    texts = [SimpleNamespace(claim=SimpleNamespace(id=str(at), quotation=f"claim {at}")) for at in range(len(outcomes))]
    return tour._judge(SimpleNamespace(verdicts=texts, results=()), claims)


@pytest.mark.parametrize(
    "outcomes, title, link",
    [
        (("VACUOUS", "CONFIRMED", "MIXED", "REFUTED"), "A claim that is false", "#claim-3?q=7"),
        (("REFUTED", "REFUTED"), "A claim that is false", "#claim-1?q=7"),
        (("VACUOUS", "MIXED"), "A claim that is true in part", "#claim-1?q=7"),
        (("UNDECIDED", "CONFIRMED"), "A claim that holds", "#claim-1"),
        (("UNDECIDED",), "A claim that is open", "#claim-0"),
        (("VACUOUS",), "A claim that says nothing", "#claim-0"),
    ],
)
def test_the_most_telling_claim_is_shown_as_it_came_out(outcomes, title, link):
    step = judged(*map(Outcome, outcomes))
    assert (step.title, step.link) == (title, link)
    assert set(tour.SAID) == set(Outcome)


def test_mistakes_of_a_teachers_tour_are_told_all_at_once():
    links = ("#hw", "#cut?cutt=mean:L0A", "#claim-nowhere", "#how?stage", "#claim-right?q=3", "#ablation")
    steps = "".join(f'[[tour]]\ntitle = "a"\ntext = "b"\nlink = "{link}"\n' for link in links)
    with pytest.raises(ClaimError) as caught:
        heading_of(f'{steps}[[claim]]\nid = "right"\nkind = "accuracy"\n')
    assert [(reason.where, reason.mend) for reason in caught.value.reasons] == [
        ("tour 1.link", "did you mean 'how'?"),
        ("tour 2.link", "did you mean 'cut' or 'output'?"),
        ("tour 3.link", "did you mean 'claim-right'?"),
        ("tour 4.link", COPY),
    ]


def test_steps_that_name_what_the_model_does_not_have_are_refused_together():
    task = ReverseIncrement(4, 8)
    spec = spec_for(task, n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=8)
    good = ("#cut?cut=mean:L1A,off:L0H0@9-3&by=mean", "#how?output=7&stage=0&line=1", "#play?from=all")
    bad = ("#how?output=8", "#how?line=2&layer=2", "#cut?cut=mean:L2A,zero:L0H1,zero:L0M@16")
    steps = [TourStep("a", "b", link) for link in good + bad]
    assert fitting(steps[:3], task, spec, 2) == tuple(steps[:3])
    with pytest.raises(ClaimError) as caught:
        fitting(steps, task, spec, 2)
    found = [str(reason.where) for reason in caught.value.reasons]
    assert found == ["tour 4.link"] + 2 * ["tour 5.link"] + 3 * ["tour 6.link"]


def test_the_words_of_a_link_are_those_of_the_page():
    page = (files("openwork.page") / "live" / "page" / "link.js").read_text(encoding="utf-8")
    written = re.findall(r'^    \["(\w+)", ', page, re.M)
    assert set(written) == {*STATE, "tour"}
