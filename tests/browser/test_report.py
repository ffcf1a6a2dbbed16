"""What only a real browser knows: requests, errors, overflow, contrast, names that are read aloud, keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NAMED = re.compile(r"\S")


def script(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def test_it_loads_itself_and_nothing_else_without_complaint(visit, report):
    tab = visit(report)
    assert tab.requests == [report.as_uri()]
    assert tab.errors == []
    assert report.stat().st_size < 1_500_000


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_makes_the_page_scroll_sideways(visit, report, width):
    page = visit(report, width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(script("outside.js")) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read_on_what_is_behind_it(visit, report, scheme):
    found = visit(report, scheme=scheme).page.evaluate(script("contrast.js"))
    assert found["checked"] > 300
    assert found["low"] == []


def test_dark_is_dark_and_paper_is_white(visit, report):
    page = visit(report, scheme="dark").page
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(20, 23, 27)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_a_printed_page_leaves_out_what_is_folded(visit, report):
    page = visit(report).page
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = false)")
    assert page.locator("summary").first.is_visible()
    page.emulate_media(media="print")
    assert not any(fold.is_visible() for fold in page.locator("summary").all())


def test_the_verdicts_are_the_first_thing_to_read(visit, report):
    page = visit(report).page
    assert page.locator("main section").first.get_attribute("id") == "verdicts"
    places = [section.bounding_box()["y"] for section in page.locator("main section").all()]
    assert places == sorted(places)
    assert page.locator(".ow-outcome").first.bounding_box()["y"] < 900


def test_every_figure_has_a_name_that_is_read_aloud(visit, report):
    page = visit(report).page
    for role, tag in (("figure", "figure"), ("img", "svg:not([aria-hidden])")):
        assert page.get_by_role(role, name=NAMED).count() == page.locator(tag).count() > 5


def test_keys_reach_the_content_and_its_folds(visit, report):
    page = visit(report).page
    page.keyboard.press("Tab")
    skip = page.locator(".page-skip")
    assert skip.evaluate("element => element === document.activeElement")
    assert skip.bounding_box()["x"] >= 0
    fold = page.locator("details").first
    fold.evaluate("element => element.open = false")
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.evaluate("element => element.open")
    scrolled = page.locator(".ow-scroll").first
    scrolled.focus()
    assert scrolled.evaluate("element => element === document.activeElement")


def test_names_symbols_and_claims_stay_text(visit, hostile):
    tab = visit(hostile)
    assert tab.page.evaluate("window.harmed") is None
    assert tab.page.locator("script, img").count() == 0
    assert tab.requests == [hostile.as_uri()]
    assert tab.errors == []
    assert "window.harmed=1" in tab.page.locator("h1").inner_text()


@pytest.mark.parametrize("width", [390, 1280])
def test_long_words_make_nothing_scroll_sideways(visit, hostile, width):
    assert visit(hostile, width).page.evaluate(script("outside.js")) == []
