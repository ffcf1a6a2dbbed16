"""Claims over training in the live page: tracks beneath the curves, by pointer and keys, as files, in every look."""

from __future__ import annotations

import csv
import io
import re

import pytest

from openwork.claims import Outcome, OverTraining
from openwork.jobs.opened import open_run
from openwork.jobs.setting import Setting
from openwork.runs import Store

VIEW = "#learning-view"
GROUP = f"{VIEW} [role=group]"
LOOKS = [(380, "light"), (380, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture(scope="session")
def found(store) -> OverTraining:
    """What the page was drawn from: the report kept it."""
    with Store.open(store) as kept:
        name = re.search(r"openwork · run (\w+)", (store / "live.html").read_text(encoding="utf-8"))[1]
        opened = open_run(kept.find(name), Setting(kept), trains=False)
        return opened.over_training(points=opened.training.recorded).result


def keys(tab, *names):
    tab.page.locator(GROUP).focus()
    for name in names:
        tab.page.keyboard.press(name)
    return tab.page.locator(".live-tip").inner_text()


def bars(tab, track):
    return tab.page.locator(f"{GROUP} svg > g").nth(1 + track).locator("rect")


def test_every_checkpoint_of_every_claim_has_its_bar(visit, live, found):
    tab = visit(live)
    for number, claim in enumerate(found.claims):
        drawn = bars(tab, number).evaluate_all("all => all.map(one => one.getAttribute('class').split('-').pop())")
        assert len(drawn) == len(claim.judged) == len(found.epochs)
        assert [kind == "holds" for kind in drawn] == [j.outcome is Outcome.CONFIRMED for j in claim.judged]
        assert [kind == "numbers" for kind in drawn] == [
            j.outcome is Outcome.UNDECIDED and j.numbers is Outcome.CONFIRMED for j in claim.judged
        ]
    assert tab.errors == []


def test_what_is_said_is_what_was_found(visit, live, found):
    said = visit(live).page.locator(f"{VIEW} .live-since li").all_inner_texts()
    assert said[: len(found.claims)] == [f"{claim.claim.id} {claim.sentence}" for claim in found.claims]
    assert len(said) == len(found.claims) + len(found.aside)


def test_the_keys_walk_through_epochs_and_claims(visit, live, found):
    tab = visit(live)
    last, claim = found.epochs[-1], found.claims[0]
    assert keys(tab, "End").startswith(f"epoch {last} (step")
    told = keys(tab, "ArrowDown")
    assert told.startswith(f"{claim.claim.id}\nepoch {last}") and str(claim.judged[-1]) in told
    assert tab.page.locator(".live-voice").text_content() == told
    assert str(claim.judged[-2]) in keys(tab, "ArrowLeft")
    assert keys(tab, "Home", "ArrowUp").startswith("epoch 0 (step 0)")
    tab.page.keyboard.press("Escape")
    assert tab.page.locator(".live-tip").is_hidden()


def test_enter_opens_the_claim_of_the_track(visit, live, found):
    tab = visit(live)
    keys(tab, "ArrowRight", "ArrowDown", "ArrowDown")
    tab.page.keyboard.press("Enter")
    anchor = f"claim-{found.claims[1].claim.id}"
    tab.page.wait_for_function(f"location.hash.startsWith('#{anchor}')")
    assert tab.page.locator(f"#{anchor} details").evaluate("fold => fold.open")


def test_the_pointer_tells_the_nearest_epoch(visit, live, found):
    tab = visit(live)
    bar = bars(tab, 0).nth(3)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 2)
    assert f"epoch {found.epochs[3]} " in tab.page.locator(".live-tip").inner_text()


def test_loss_takes_the_place_of_accuracy_and_is_in_the_link(visit, live):
    tab = visit(live)
    title = f"{GROUP} .ow-y-title"
    assert tab.page.locator(title).text_content() == "share of graded positions"
    tab.page.get_by_role("radio", name="loss").evaluate("radio => radio.click()")
    assert tab.page.locator(title).text_content() == "loss in nats, log scale"
    tab.page.wait_for_url(re.compile("curve=loss"))
    again = visit(live, link="#verdict?curve=loss")
    assert again.page.locator(title).text_content() == "loss in nats, log scale"


def test_it_saves_as_svg_png_and_csv(visit, live, found):
    tab = visit(live)
    for kind in ("SVG", "PNG", "CSV"):
        with tab.page.expect_download() as waiting:
            tab.page.get_by_role("button", name=f"Save When each claim became true as {kind}").first.click()
        path = waiting.value.path()
        assert path.stat().st_size > 500
        if kind == "CSV":
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
            assert len(rows) == 1 + len(found.epochs) and rows[0][:2] == ["epoch", "step"]
            column = rows[0].index(f"{found.claims[0].claim.id}, share of cases")
            shares = [judged.holding / judged.cases for judged in found.claims[0].judged]
            assert [float(row[column]) for row in rows[1:]] == pytest.approx(shares, abs=1e-4)
        if kind == "SVG":
            assert "var(--" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_it_fits_and_its_kinds_differ_without_colour(visit, live, width, scheme):
    tab = visit(live, width=width, scheme=scheme)
    box = tab.page.locator(GROUP).bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    looks = tab.page.evaluate(
        """() => [...document.querySelectorAll('#learning-view .ow-legend rect')].map((one) => {
          const { fill, stroke, fillOpacity, strokeDasharray } = getComputedStyle(one);
          return [fill === stroke, fillOpacity, strokeDasharray, one.getAttribute('height')].join();
        })"""
    )
    assert len(looks) == len(set(looks)) == 6
    assert tab.errors == []


def test_harm_in_a_claim_stays_text(visit, hostile_live):
    tab = visit(hostile_live)
    kinds = bars(tab, 0).evaluate_all("all => all.map(one => one.getAttribute('class').split('-').pop())")
    assert kinds == ["holds", "fails", "some", "open", "vacuous"]
    keys(tab, "End", "ArrowDown")
    assert tab.page.evaluate("window.harmed") is None
    assert tab.errors == []
